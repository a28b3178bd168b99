"""Kolada's values fetched into RAW/kolada, and what has been revised since the last time."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.comparators.answer import Entry, ask
from pipeline.comparators.client import Client, Unreachable, host
from pipeline.comparators.kept import FOLDER, Kept, keep, kept
from pipeline.comparators.query import Query
from pipeline.comparators.revisions import Revision, points_of, revisions
from pipeline.comparators.touched import touched
from pipeline.errors import UsageError
from pipeline.facts.dataset import codebooks
from pipeline.publish.revisions_page import published
from pipeline.report.kolada import called
from pipeline.run.revised import ledgers
from pipeline.workspace import KOLADA, Kommun, Workspace, load_kommun

BACK = 5  # years, where nobody has said which
INVENTED = "9999"  # the code of Exempelkommun
LISTED = 30  # revisions that the terminal tells one by one
SEXES = {"T": "", "K": ", kvinnor", "M": ", män"}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the call itself says; what is empty comes from `kommun.toml`."""

    kpis: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


def asked(kpis: Sequence[str], municipalities: Sequence[str], years: Sequence[str]) -> Asked:
    """What a call says, checked. Raises UsageError."""
    for ids, shape, what, like in (
        (kpis, r"[A-Z]\d{5}", "--nyckeltal", "U30447,U30448"),
        (municipalities, r"\d{4}|G\d+", "--kommuner", "0114,0000"),
        (years, r"(19|20)\d\d", "--ar", "2023,2024"),
    ):
        if wrong := [i for i in ids if not re.fullmatch(shape, i)]:
            raise UsageError(f"{what}: ”{wrong[0]}” går inte att fråga efter. Skriv som {like}.")
    return Asked(tuple(kpis), tuple(municipalities), tuple(map(int, years)))


def fetch(
    workspace: Workspace,
    year: int,
    day: dt.date,
    wanted: Asked,
    say: Say,
    client: Client | None = None,
) -> Path | None:
    """Fetch, keep and compare. Returns the new file; None where nothing is new, or where there is
    no connection and earlier answers do. `day`: the one recorded as the day of the fetch.

    Raises UsageError for a call that says too little, Unreachable without a connection and
    without earlier answers, Refused for an answer of another shape; nothing is written then.
    """
    kommun = load_kommun(workspace.raw)
    before = kept(workspace.raw)
    query = _query(workspace, kommun, year, wanted, before)
    base = kommun.kolada.adress
    _check_day(day, before)
    say(
        f"Hämtar {_many(query.kpis, 'nyckeltal', 'nyckeltal')} för "
        f"{_many(query.municipalities, 'kommun', 'kommuner')} och "
        f"{_many(query.years, 'år', 'år')} från {host(base)} …"
    )
    try:
        entries = ask(query, base, client or Client())
    except Unreachable as error:
        if not before:
            raise
        say("\n" + "\n".join(map(_folded, str(error).splitlines())) + "\n")
        _say_kept(before, say)
        _say_revisions(workspace, before, "", say)
        return None
    _say_silent(query, entries, say)
    if not entries:
        say("Inga värden kom. Ingenting sparades.")
        return None
    path = keep(workspace.raw, day, base, query, entries, before)
    if path is None:
        last = next(k for k in reversed(before) if k.query == query)
        say(f"Ingenting är ändrat sedan {last.day}: ingen ny fil behövs.")
        _say_revisions(workspace, before, "", say)
        return None
    files = kept(workspace.raw)
    new = next(k for k in files if Path(k.name).name == path.name)
    say(f"Sparat: {path}\n  {_counted(new)}")
    _say_revisions(workspace, files, new.name, say)
    say("\nKör make annual för att bygga rapporten med de nya värdena.")
    return path


def _query(
    workspace: Workspace, kommun: Kommun, year: int, wanted: Asked, before: Sequence[Kept]
) -> Query:
    if kommun.kod == INVENTED and kommun.kolada.adress == KOLADA:
        raise UsageError(
            "Exempelkommun finns inte i Kolada, och dess jämförelser är påhittade.\n"
            "Gör så här: skriv din kommuns kod i kommun.toml och lägg egna filer i RAW."
        )
    told = kommun.kolada
    compared = [c.kpi for book in codebooks(workspace.raw).values() for c in book.comparisons]
    there = [p.kpi for k in before for p in points_of(k)]
    kpis = wanted.kpis or told.nyckeltal or (*compared, *there)
    listed = {*kommun.kommuner, kommun.kod} - {""}
    municipalities = wanted.municipalities or told.kommuner or tuple(listed)
    years = wanted.years or told.ar or range(year - BACK + 1, year + 1)
    for ids, what, like in (
        (kpis, "nyckeltal", 'nyckeltal = ["U30447", "U30448"]'),
        (municipalities, "kommuner", 'kommuner = ["0114", "0000"]'),
    ):
        if not ids:
            raise UsageError(
                f"Inga {what} är valda.\nGör så här: skriv till exempel {like} under [kolada] i "
                f'kommun.toml, eller kör make fetch ARGS="--{what} {like.split(chr(34))[1]}".'
            )
    return Query.of(kpis, municipalities, tuple(years))


def _check_day(day: dt.date, before: Sequence[Kept]) -> None:
    last = max((k.day for k in before if k.day), default=None)
    if last is not None and day < last:
        raise UsageError(
            f"Den senaste hämtningen är daterad {last}, efter {day}. En ny hämtning kan inte "
            "dateras före den.\nGör så här: utelämna DATE=, eller kontrollera datorns datum."
        )


def _say_silent(query: Query, entries: Sequence[Entry], say: Say) -> None:
    silent = sorted(set(query.kpis) - {e["kpi"] for e in entries})
    if silent:
        say(_folded(f"Utan värden för dessa kommuner och år: {', '.join(silent)}."))


def _say_kept(before: Sequence[Kept], say: Say) -> None:
    days = [k.day for k in before if k.day]
    since = f" Senast hämtat {max(days)}." if days else ""
    points = {p for k in before for p in points_of(k)}
    say(
        _folded(
            f"Utan nät används det som finns i mappen {FOLDER}: {len(points)} värden i "
            f"{_many(before, 'fil', 'filer')}.{since}"
        )
    )


def _counted(file: Kept) -> str:
    values = points_of(file).values()
    without = Counter(v.status or "utan värde" for v in values if v.number is None)
    told = [f"{many} {why}" for why, many in sorted(without.items())]
    numbers = sum(v.number is not None for v in values)
    apart = f", därtill {', '.join(told)}" if told else ""
    return f"{numbers} värden{apart}."


def _say_revisions(workspace: Workspace, files: Sequence[Kept], name: str, say: Say) -> None:
    """Tell what the file `name` revises; without a name, of how many values there is word."""
    found = revisions(files)
    new = [r for r in found if r.after_name == name]
    if not name:
        if found:
            say(f"{_many(found, 'värde', 'värden')} har ändrats mellan tidigare hämtningar.")
        return
    if not new:
        say("Inget tidigare hämtat värde är ändrat.")
        return
    about = touched(ledgers(workspace))
    names = load_kommun(workspace.raw).kommuner
    hit = sum(r.point in about for r in new)
    word = "värde är reviderat" if len(new) == 1 else "värden är reviderade"
    say(f"\n{len(new)} {word}, varav {hit} som en rapport redan visar:")
    ordered = sorted(new, key=lambda r: r.point not in about)
    for revision in ordered[:LISTED]:
        say(_folded(f"  {words(revision, names)}", "    "))
        for line in published(about.get(revision.point, ())):
            say(_folded(f"    {line}", "    "))
    if len(new) > LISTED:
        say(f"  … och {len(new) - LISTED} till; alla står i den interna rapporten.")


def words(revision: Revision, names: Mapping[str, str]) -> str:
    """A revision in a line. `names`: municipality's code → name."""
    p = revision.point
    where = names.get(p.municipality, p.municipality)
    still = "; det tidigare värdet används" if revision.gone else ""
    return (
        f"{called(p.kpi)}, {where}, {p.year}{SEXES.get(p.gender, '')}: "
        f"{revision.before.told} → {revision.after.told}{still}"
    )


def _many(items: Sequence[object], one: str, several: str) -> str:
    return f"{len(items)} {one if len(items) == 1 else several}"


def _folded(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 80, subsequent_indent=indent, break_on_hyphens=False)
