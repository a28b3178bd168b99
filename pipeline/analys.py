"""What people conclude of the year, as they have written it: `RAW/<year>/analys/<unit>/` and
`RAW/<year>/analys/sektor/`, a file a section.

Here the files are found and their shape is checked. That every name of a number is one and that no
number is typed by hand is asked when the year's numbers are known (`pipeline.run.analyses`).
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline import markdown
from pipeline.errors import IntakeError, UppfoljningError
from pipeline.privacy.screen import mask
from pipeline.workspace import LITTER, Kommun, Workspace, load_kommun

FOLDER = "analys"
SECTOR = "sektor"
FENCE = "+++"
SECTIONS = {  # in reading order; the routine's three questions, and what follows of them
    "behov": "Har vi insatser som svarar mot behoven?",
    "mal": "Nås målen?",
    "skillnader": "Skiljer det sig mellan grupper?",
    "slutsatser": "Slutsatser och vad vi vill göra",
}
RESOURCES, BRIEF = "resurser", "korthet"
OF_SECTOR = {  # what ledningsgruppen writes besides: for nämnden, and first in the report
    RESOURCES: "Vad betyder det för resurserna?",
    BRIEF: "Året i korthet",
}
KEYS = ("datum", "deltog", "beslut", "protokoll", "publik")
HEAD = """\
+++
datum = 2026-04-21
deltog = ["enhetschef", "behandlare"]
+++"""


@dataclass(frozen=True, slots=True)
class Analys:
    """One section of one unit, or of the sector (`enhet` is then "sektor"). `file`: where it is,
    or would be, written, from RAW. Unwritten: `text` is empty and `datum` may be None. `rad`: the
    line of the file on which `text` begins. `text` and `beslut` name numbers, `{{uppfoljda}}`."""

    enhet: str
    avsnitt: str
    file: str
    datum: dt.date | None = None
    deltog: tuple[str, ...] = ()
    beslut: str = ""
    protokoll: str = ""
    publik: bool = False
    text: str = ""
    rad: int = 1

    @property
    def skriven(self) -> bool:
        """Whether anybody has written it."""
        return bool(self.text)

    @property
    def titel(self) -> str:
        return sections(self.enhet)[self.avsnitt]


def sections(unit: str) -> dict[str, str]:
    """Section → heading of what a unit, or the sector, writes."""
    return {**SECTIONS, **OF_SECTOR} if unit == SECTOR else SECTIONS


def analyses(workspace: Workspace, year: int) -> tuple[Analys, ...]:
    """Every section of every unit in the order of kommun.toml, and last of the sector; those that
    nobody has written too. Raises IntakeError with one message a fault of all files."""
    kommun = load_kommun(workspace.raw)
    folder = workspace.raw / str(year) / FOLDER
    sought = [*(option.value for option in kommun.enheter), SECTOR]
    empty = {
        (u, s): Analys(u, s, f"{year}/{FOLDER}/{u}/{s}.md") for u in sought for s in sections(u)
    }
    wrong: list[str] = []
    for path in _files(folder):
        file = path.relative_to(workspace.raw).as_posix()
        try:
            key = _place(path.relative_to(folder).parts, kommun, file)
            empty[key] = _read(path, replace(empty[key], file=file))
        except IntakeError as error:
            wrong += error.messages
    if wrong:
        raise IntakeError(wrong)
    return tuple(empty.values())


def _files(folder: Path) -> list[Path]:
    found = folder.rglob("*") if folder.is_dir() else ()
    return sorted(p for p in found if p.is_file() and not LITTER.search(p.name))


def _place(parts: tuple[str, ...], kommun: Kommun, file: str) -> tuple[str, str]:
    """Unit and section of a file. Raises IntakeError where it lies in no unit's folder or is
    called as no section."""
    units = [*(o.value for o in kommun.enheter), SECTOR]
    if len(parts) != 2:
        raise _wrong(file, "filen ligger inte i en enhets mapp", (
            f"lägg den i {FOLDER}/<enhetens kod>/ eller {FOLDER}/{SECTOR}/, direkt i mappen."
        ))  # fmt: skip
    folder, name = (unicodedata.normalize("NFC", part).casefold() for part in parts)
    known = {unicodedata.normalize("NFC", u).casefold(): u for u in units}
    if folder not in known:
        titles = {n.casefold(): o.value for o in kommun.enheter for n in (o.label, *o.aliases)}
        near = get_close_matches(folder, [*known, *titles], 1)
        meant = [titles.get(n) or known[n] for n in near]
        raise _wrong(file, f"”{parts[0]}” är ingen enhets kod", (
            f"byt mappens namn till {f'”{meant[0]}”' if meant else 'enhetens kod'} "
            f"(koder i kommun.toml: {', '.join(units[:-1]) or 'inga'}; för hela sektorn: {SECTOR})."
        ))  # fmt: skip
    section, _, suffix = name.rpartition(".")
    if suffix != "md" or section not in sections(known[folder]):
        named = ", ".join(f"{s}.md" for s in sections(known[folder]))
        raise _wrong(file, f"”{parts[1]}” är inget avsnitt i analysen", (
            f"spara texten som en av {named} (vanlig text, inte Word)."
        ))  # fmt: skip
    return known[folder], section


def _read(path: Path, empty: Analys) -> Analys:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(empty.file, "filen är inte sparad som UTF-8", (
            "öppna den i en textredigerare, välj kodningen UTF-8 och spara."
        )) from None  # fmt: skip
    if not text.strip():
        return empty
    lines = text.split("\n")
    begin = next(i for i, line in enumerate(lines) if line.strip())
    fences = [i for i, line in enumerate(lines) if line.strip() == FENCE][:2]
    if len(fences) < 2 or fences[0] != begin:
        raise _wrong(empty.file, "filen börjar inte med uppgifter om analysen", (
            f"skriv överst, med två rader {FENCE} omkring, till exempel\n{HEAD}"
        ))  # fmt: skip
    head, body = lines[fences[0] + 1 : fences[1]], lines[fences[1] + 1 :]
    written = any(line.strip() for line in body)
    start = next((i for i, line in enumerate(body) if line.strip()), 0)
    made = replace(empty, text="\n".join(body).strip(), rad=fences[1] + 2 + start)
    problems = [*_identifiers(lines, made.file)]
    try:
        given = tomllib.loads("\n".join(head))
    except tomllib.TOMLDecodeError as error:
        raise IntakeError([*problems, _not_toml(error, made.file, fences[0] + 1)]) from None
    problems += [
        _fault(made.file, what, todo, _line(head, fences[0], key))
        for key, what, todo in _heading(given, made, written)
    ]
    problems += _body(made)
    if problems:
        raise IntakeError(problems)
    return replace(made, **given | {"deltog": tuple(given.get("deltog", ()))})


def _heading(
    given: Mapping[str, Any], made: Analys, written: bool
) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong, what to do) of each fault above the text."""
    for key in sorted(set(given) - set(KEYS)):
        near = get_close_matches(key, KEYS, 1)
        yield key, f"{key} är ingen uppgift om en analys", (
            f"{f'skriv {near[0]}' if near else 'ta bort raden'}. "
            f"Det som kan stå är {', '.join(KEYS)}."
        )  # fmt: skip
    day = given.get("datum")
    if (day is None and written) or (day is not None and type(day) is not dt.date):
        yield "datum", "datum för analysen saknas eller är inget datum", (
            "skriv dagen utan citattecken: datum = 2026-04-21"
        )  # fmt: skip
    roles = given.get("deltog", [])
    if not isinstance(roles, list) or not all(isinstance(r, str) and r.strip() for r in roles):
        yield "deltog", "deltog är ingen lista med roller", 'skriv deltog = ["enhetschef"]'
    elif written and not roles:
        yield "deltog", "det står inte vilka som deltog", (
            'skriv rollerna, inte namnen: deltog = ["enhetschef", "behandlare"]'
        )  # fmt: skip
    elif any(re.search(r"\d", role) for role in roles):
        yield "deltog", "en roll innehåller siffror", "skriv rollen med ord, utan antal."
    for key in ("beslut", "protokoll"):
        if not isinstance(given.get(key, ""), str):
            yield key, f"{key} är ingen text", f'skriv värdet inom citattecken: {key} = "…"'
    if not isinstance(given.get("publik", False), bool):
        yield "publik", "publik ska vara true eller false", "skriv publik = true"
    elif given.get("publik") and made.enhet != SECTOR:
        yield "publik", "bara sektorns texter kan stå i den publika utgåvan", (
            "ta bort raden, eller skriv det som ska ut i sektorns text."
        )  # fmt: skip


def _identifiers(lines: Iterable[str], file: str) -> Iterator[str]:
    """A message for each line that points out a person. What it says is not repeated."""
    for number, line in enumerate(lines, start=1):
        if kinds := mask(line)[1]:
            yield _fault(file, f"raden innehåller {' och '.join(kinds)}", (
                "skriv om den så att ingen går att peka ut. Analysen läses av många."
            ), number)  # fmt: skip


def _body(made: Analys) -> Iterator[str]:
    """What of the text the report cannot show."""
    todo = "skriv vanliga stycken och listor. Rubrikerna sätter rapporten."
    try:
        found = markdown.blocks(made.text, "x")
    except UppfoljningError as error:
        what = str(error).partition("x: ")[2].partition(".\n")[0]
        yield _fault(made.file, what, todo, made.rad)
        return
    kinds = {"heading": "en rubrik", "quote": "ett citat"}
    for kind in sorted({b["kind"] for b in found} & set(kinds)):
        yield _fault(made.file, f"texten innehåller {kinds[kind]}", todo, made.rad)


def _line(head: list[str], fence: int, key: str) -> int:
    """The line of the file on which a key stands; the first fence's where it does not."""
    at = (i for i, line in enumerate(head) if re.match(rf"\s*{re.escape(key)}\s*=", line))
    return fence + 1 + next(at, -1) + 1


def _not_toml(error: tomllib.TOMLDecodeError, file: str, fence: int) -> str:
    where = re.search(r"at line (\d+)", str(error))
    line = fence + (int(where[1]) if where else 0)
    return _fault(file, "uppgifterna överst går inte att läsa", (
        f"skriv text inom citattecken, listor inom hakparenteser och datum utan, som\n{HEAD}"
    ), line)  # fmt: skip


def _wrong(file: str, what: str, todo: str) -> IntakeError:
    return IntakeError([_fault(file, what, todo)])


def _fault(file: str, what: str, todo: str, line: int | None = None) -> str:
    place = file if line is None else f"{file}, rad {line}"
    return f"{place}: {what}.\nGör så här: {todo}"
