"""Templates of letters, in the municipality's own words where it has written them
(`RAW/mallar/<name>.md`), else ours (`mallar/`). Markdown with placeholders, `{{verksamhet}}`: the
title is the first heading.

A digit in a template says something that nobody has checked: it passes only as a date, a reference
to a law or a place, or in an address. Everything else about the visit is a placeholder.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import markdown
from pipeline.errors import ConfigError, UppfoljningError
from pipeline.privacy import addresses, identity, telephone
from pipeline.publish import blocks as b
from pipeline.publish.untraced.allowed import Allowed, blanks, vocabulary
from pipeline.publish.untraced.permitted import Permit
from pipeline.publish.untraced.tokens import has_number, numbers
from pipeline.workspace import LITTER

SHIPPED = Path(__file__).with_name("mallar")
OWN = "mallar"  # in RAW
Values = Mapping[str, str | Sequence[str]]  # name → text, or the items of a list
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_ADDRESS = re.compile(r"\]\([^)]*\{\{")
_BRACES = re.compile(r"\{\{|\}\}")
# What the sender's own words may hold with digits, beside what the report's prose may.
_SOURCES = re.compile(
    r"(?<!\w)(?:[A-ZÅÄÖ][A-ZÅÄÖ-]{1,9} )?(?:19|20)\d\d:\d{1,4}(?!\w)"  # SOSFS 2011:9
    r"|(?<!\w)\d{1,2} (?:kap\.|§§?)(?: \d{1,2} ?§§?)?|§§? ?\d{1,3}"
    r"|(?i:\bbox \d{1,5}\b|\b(?:kl\.? )?\d{1,2}[.:]\d\d(?: ?[–-] ?\d{1,2}[.:]\d\d)?\b)"
    r"|https?://\S+"
)
_ITEM = re.compile(r"^\s*\d{1,2}[.)] ")


@dataclass(frozen=True, slots=True)
class Filled:
    """A letter's text. `title` without markup; `blocks` as the block document has them."""

    title: str
    blocks: tuple[b.Data, ...]

    def plain(self) -> str:
        """The text without its title, as an e-mail has it: a blank line between paragraphs."""
        return "\n\n".join(_plain(block) for block in self.blocks) + "\n"


def filled(raw: Path, name: str, values: Values) -> Filled:
    """A template with its values. Raises ConfigError, with file and line, for a placeholder that
    this letter does not have, for a number without a source and for a personal identifier."""
    source, where = _source(raw, name)
    _check(source, where, values)
    try:
        found = markdown.blocks(source, where)
    except ConfigError:
        raise
    except UppfoljningError as error:
        raise ConfigError(str(error)) from error
    if not found or found[0]["kind"] != "heading":
        raise ConfigError(f"{where}: den första raden ska vara brevets rubrik, efter # och blank.")
    title = b.plain(_runs(found[0]["runs"], values))
    return Filled(title, tuple(_block(block, values) for block in found[1:]))


def refuse_unknown(raw: Path) -> None:
    """Raise ConfigError for a file among the municipality's templates that no letter has: words
    that would never be seen."""
    known = sorted(p.name for p in SHIPPED.glob("*.md"))
    there = (p.name for p in (raw / OWN).glob("*") if not LITTER.search(p.name))
    if unknown := sorted(set(there) - set(known)):
        raise ConfigError(
            f"{OWN}/{unknown[0]}: ingen mall heter så.\nMallar som finns: {', '.join(known)}.\n"
            "Gör så här: döp om filen, eller ta bort den ur mappen."
        )


def _source(raw: Path, name: str) -> tuple[str, str]:
    own = raw / OWN / f"{name}.md"
    path, where = (own, f"{OWN}/{name}.md") if own.is_file() else (SHIPPED / own.name, own.name)
    try:
        return path.read_text(encoding="utf-8-sig"), where
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{where}: mallen går inte att läsa. Gör så här: spara den som text i UTF-8."
        ) from error


def _check(source: str, where: str, values: Values) -> None:
    found = [f"{where}, rad {n}: {fault}" for n, fault in _faults(source, values)]
    if found:
        names = ", ".join(sorted(values))
        raise ConfigError(
            "\n".join(found) + f"\nPlatshållare som finns i brevet: {names}.\n"
            "Gör så här: rätta mallen i en textredigerare och kör kommandot igen."
        )


def _faults(source: str, values: Values) -> Iterator[tuple[int, str]]:
    permit = Permit(vocabulary(Allowed()))
    for n, line in enumerate(source.splitlines(), 1):
        for match in _PLACEHOLDER.finditer(line):
            if match[1] not in values:
                near = difflib.get_close_matches(match[1], list(values), 1)
                hint = f" Menas {{{{{near[0]}}}}}?" if near else ""
                yield n, f"platshållaren {{{{{match[1]}}}}} finns inte.{hint}"
        if _ADDRESS.search(line):
            yield n, "en länks adress kan inte ha en platshållare."
        rest = _PLACEHOLDER.sub(lambda m: " " * len(m[0]), line)
        if _BRACES.search(rest):
            yield n, "klammerparenteserna hör inte ihop: en platshållare skrivs {{namn}}."
        for _, _, kind in identity.numbers(rest):
            yield n, f"raden innehåller ett {kind}."
        for token in _untraced(rest, permit):
            yield (
                n,
                (
                    f"talet ”{token}” har ingen källa. Skriv det med bokstäver, eller använd en "
                    "platshållare."
                ),
            )


def _untraced(line: str, permit: Permit) -> Iterator[str]:
    """The numbers of a line that are neither date, reference nor address."""
    if not has_number(line):
        return
    text = blanks(line)
    covered = bytearray(len(text))
    spans = [*permit.spans(text, frozenset(), True)]
    spans += [(start, end) for start, end, _ in (
        *addresses.emails(text), *telephone.numbers(text), *addresses.places(text)
    )]  # fmt: skip
    spans += [m.span() for pattern in (_SOURCES, _ITEM) for m in pattern.finditer(text)]
    for start, end in spans:
        covered[start:end] = b"\x01" * (end - start)
    for start, end in numbers(text):
        if not all(covered[k] for k in range(start, end) if not text[k].isspace()):
            yield text[start:end].strip()


def _block(data: b.Data, values: Values) -> b.Data:
    """A block with its values; a list that stands alone in a paragraph becomes a list."""
    made: dict[str, Any] = dict(data)
    if "items" in data:
        made["items"] = [[_block(x, values) for x in item] for item in data["items"]]
    elif "blocks" in data:
        made["blocks"] = [_block(x, values) for x in data["blocks"]]
    else:
        whole = _PLACEHOLDER.fullmatch(b.plain(data["runs"]).strip())
        value = values[whole[1]] if whole else ""
        if data["kind"] == "paragraph" and not isinstance(value, str):
            items = [[{"kind": "paragraph", "runs": [{"quoted": x}], "style": "body"}]
                     for x in value]  # fmt: skip
            return {"kind": "list", "ordered": False, "start": 1, "items": items}
        made["runs"] = _runs(data["runs"], values)
    return made


def _runs(runs: b.Runs, values: Values) -> list[b.Run]:
    made: list[b.Run] = []
    for run in runs:
        if isinstance(run, str):
            made += _parted(run, values)
        elif "code" in run:
            made.append({"code": b.plain(list(_parted(run["code"], values)))})
        elif "link" in run:
            made.append({"link": run["link"], "runs": _runs(run["runs"], values)})
        else:
            made += [{key: _runs(inner, values)} for key, inner in run.items()]
    return made


def _parted(text: str, values: Values) -> Iterator[b.Run]:
    at = 0
    for match in _PLACEHOLDER.finditer(text):
        if match.start() > at:
            yield text[at : match.start()]
        value = values[match[1]]
        yield {"quoted": value if isinstance(value, str) else _enumerated(value)}
        at = match.end()
    if at < len(text):
        yield text[at:]


def _enumerated(items: Sequence[str]) -> str:
    *rest, last = items or [""]
    return f"{', '.join(rest)} och {last}" if rest else last


def _plain(data: b.Data) -> str:
    if data["kind"] == "list":
        items = (" ".join(_plain(x) for x in item) for item in data["items"])
        marks = (f"{n}." if data.get("ordered") else "-" for n in range(1, len(data["items"]) + 1))
        return "\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=True))
    if data["kind"] == "quote":
        return "\n\n".join(_plain(x) for x in data["blocks"])
    return b.plain(data["runs"])
