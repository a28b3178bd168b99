"""Plan, letters and draws' protocols of a year's visits, into the folder of the second routine
(`make letters`). `write_plan` and `write_letters` are called too where a whole edition is built."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from pipeline import __version__
from pipeline.audit.records import draws_of, january_of
from pipeline.audit.visits import Visit, file_name, standings
from pipeline.errors import UppfoljningError
from pipeline.facts.dataset import codebooks
from pipeline.publish import draw_page, handling, letters, visit_plan
from pipeline.publish.document import Meta
from pipeline.publish.letter_templates import refuse_unknown
from pipeline.run.visits import FORM, earlier, fix_plan, label, rows, units, visit_of, visits
from pipeline.workspace import Workspace, load_kommun, per_datum

FOLDER, LETTERS = "verksamhet", "brev"
SAID = {
    letters.INFORMATION: "Informationsbrevet",
    letters.NOTICE: "Beskedet om urval",
    letters.ACTIONS: "Begäran om handlingsplan",
}
Say = Callable[[str], None]


def write_plan(workspace: Workspace, meta: Meta, out: Path, linked: bool = True) -> None:
    """Write `plan.html` and `plan.pdf` into `out`, as of the edition's day. `linked`: the page
    that leads to all of the visits lies beside it."""
    made = visit_plan.handling(plan(workspace, meta.year), meta)
    handling.write(_back(made, "index.html", linked), out, visit_plan.NAME)


def plan(workspace: Workspace, year: int) -> visit_plan.Plan:
    """What the plan's document tells of a year."""
    book = codebooks(workspace.raw)[FORM]
    own = visits(workspace, year)

    def labels(field: str) -> dict[str, str]:
        return {str(c.value): c.label for c in book.field(field).categories}

    held = {v.besok_id: draws_of(workspace.raw, year, v.besok_id) for v in own}
    return visit_plan.Plan(
        year=year,
        visits=own,
        standings=standings(units(workspace), own, earlier(workspace, year)),
        january=january_of(workspace.raw, year),
        areas=labels("omraden"),
        regi=labels("regi"),
        status=labels("status"),
        documents=list(_documents(workspace, year)),
        draws={k: d[-1] for k, d in held.items() if d},
    )


def write_letters(
    workspace: Workspace, meta: Meta, out: Path, say: Say, besok_id: str = "", linked: bool = True
) -> list[Path]:
    """Write the letters of all visits of the year that are not cancelled, or of one, into
    `out/<besok_id>/brev/`, and the protocol of its draws beside them. Says which letters cannot be
    made, and why. Raises ConfigError about a template, before anything of that visit is written."""
    refuse_unknown(workspace.raw)
    asked = [visit_of(workspace, meta.year, besok_id)] if besok_id else None
    made: list[Path] = []
    missing: dict[tuple[str, str], list[str]] = {}
    for visit in asked or visits(workspace, meta.year):
        if visit.cancelled:
            if asked:
                say(f"Besöket {visit.besok_id} är inställt: inga brev görs.")
            continue
        home = out / file_name(visit.besok_id)
        for name, letter in _letters(workspace, meta.year, visit):
            if isinstance(letter, letters.Letter):
                sender = letters.Sender(meta.kommun, meta.sektor, workspace.raw)
                made += letters.write(letter, visit, sender, home / LETTERS)
            elif letter is not None:
                missing.setdefault((name, letter), []).append(visit.besok_id)
        if held := draws_of(workspace.raw, meta.year, visit.besok_id):
            protocol = _back(draw_page.handling(held, meta), "../index.html", linked)
            handling.write(protocol, home, draw_page.NAME)
    for (name, why), of in missing.items():
        told = f"{SAID[name]} görs inte för {', '.join(of)}: {why}."
        say(textwrap.fill(told, 80, subsequent_indent="  ", break_on_hyphens=False))
    return made


def make_letters(
    workspace: Workspace, year: int, besok_id: str, date: dt.date | None, say: Say
) -> Path:
    """The letters alone, of tables that are up to date, put in place in the year's internal
    edition; with all visits the plan too. Returns the folder."""
    from pipeline.publish.manifest import FILE, refresh_outputs
    from pipeline.run import modes
    from pipeline.run.swap import swapped

    if besok_id:
        visit_of(workspace, year, besok_id)
    if not visits(workspace, year):
        raise UppfoljningError(
            f"Det finns ingen uppföljningsplan för {year}, och därför inga besök att skriva om.\n"
            f"Gör så här: fyll i blanketten Uppföljningsplan och spara den i mappen {year}."
        )
    fix_plan(workspace, year, date, say, now=True)
    kommun = load_kommun(workspace.raw)
    day = per_datum(workspace, year, date)
    meta = Meta(kommun.namn, kommun.sektor, year, day, __version__)
    intern = workspace.reports / str(year) / "intern"
    home = intern / FOLDER
    linked = (home / "index.html").is_file()
    with swapped(intern, FOLDER + "-brev") as (made, _):
        write_letters(workspace, meta, made, say, besok_id, linked)
        if not besok_id:
            write_plan(workspace, meta, made, linked)
        _put(made, home, besok_id or "*")
    modes.close(home)
    if (intern / FILE).is_file():
        refresh_outputs(intern)
    return home


def _put(made: Path, home: Path, visits_: str) -> None:
    """Files into their places, one by one: what else lies there is another verb's. Letters of
    these visits (a pattern) that can no longer be made go."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in sorted(home.glob(f"{visits_}/{LETTERS}/*")):
        old.unlink()
    for path in sorted(p for p in made.rglob("*") if p.is_file()):
        target = home / path.relative_to(made)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(target)


def _back(made: handling.Handling, address: str, linked: bool) -> handling.Handling:
    return replace(made, back=(address, "Till verksamhetsuppföljningen") if linked else None)


def _letters(
    workspace: Workspace, year: int, visit: Visit
) -> Iterator[tuple[str, letters.Letter | str | None]]:
    kommun = load_kommun(workspace.raw).namn
    documents = [d.name for d in _documents(workspace, year) if d.besok_id == visit.besok_id]
    held = draws_of(workspace.raw, year, visit.besok_id)
    yield letters.INFORMATION, letters.information(visit, kommun, documents)
    yield letters.NOTICE, letters.notice(visit, kommun, held[-1] if held else None)
    yield letters.ACTIONS, letters.request(visit, kommun, _red(workspace, year, visit))


def _red(workspace: Workspace, year: int, visit: Visit) -> list[letters.Red]:
    return [
        letters.Red(
            label(workspace, "bedomning", "omrade", r["omrade"]), r["plan_begard"], r["plan_senast"]
        )
        for r in rows(workspace, "bedomning", year, visit.besok_id)
        if r["farg"] == "rod"
    ]


def _documents(workspace: Workspace, year: int) -> Iterator[visit_plan.Requested]:
    for r in rows(workspace, "dokument", year):
        yield visit_plan.Requested(
            r["besok_id"], r["dokument"], r["begard"], r["mottagen"], r["granskat"]
        )
