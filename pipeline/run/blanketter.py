"""`make forms`: the Excel forms of a year, of every form that people fill in, and of its visits.

They lie beside the editions, in `REPORTS/blanketter/<year>/`: a form is no report, and what is
built does not depend on it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.audit.fragor import FILE as GUIDE
from pipeline.audit.fragor import Question, guide
from pipeline.audit.kriterier import laws_of
from pipeline.audit.records import draws_of
from pipeline.errors import UppfoljningError, UsageError
from pipeline.facts.dataset import codebooks
from pipeline.facts.visits import rows
from pipeline.forms.codebook import Codebook
from pipeline.publish import action_plan, tertial_form
from pipeline.publish.form_book import FormSheet, form_bytes
from pipeline.publish.protocol_form import (
    PLAN,
    PROTOCOL,
    REMARKS,
    Visit,
    protocol_form,
    remark_sheet,
)
from pipeline.publish.settings_form import settings_form
from pipeline.run import modes
from pipeline.settings_book import BOOK, TOML
from pipeline.workspace import Workspace, load_kommun, per_datum, read_settings

FOLDER = "blanketter"
TEMPLATES = "mallar"  # of RAW: the municipality's own texts
ABOVE = "Bladet Så fyller du i förklarar varje kolumn. Understruken rubrik: måste fyllas i."
LISTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {  # proposals where other roles may be written
    "handlingsplan": {"ansvarig": action_plan.ROLES},
    "sammanstallning": {"sammanstalld_av": tertial_form.ROLES},
}
Say = Callable[[str], None]


def forms(workspace: Workspace, year: int, date: dt.date | None, say: Say) -> Path:
    """Write a form for everything that people fill in; the folder that they lie in."""
    kommun, day = load_kommun(workspace.raw), per_datum(workspace, year, date)
    out = workspace.reports / FOLDER / str(year)
    for book in codebooks(workspace.raw).values():
        if book.kind == "comparator":  # fetched from others
            continue
        title = f"{book.title}, {year}, {kommun.namn}"
        sheet = FormSheet(
            book, title, (book.description, ABOVE) if book.description else (ABOVE,),
            lists=LISTS.get(book.name, {}),
        )  # fmt: skip
        _put(out / f"{book.name}.xlsx", form_bytes([sheet], kommun.namn, day))
        say(f"  {book.name}.xlsx – {book.title}")
    settings = read_settings(workspace.raw)
    told = settings.document if settings else {}
    _put(out / BOOK, settings_form(told, kommun.namn, day))
    say(f"  {BOOK} – Kommunens inställningar, att ha i stället för {TOML}")
    return out


def visit_forms(
    workspace: Workspace, year: int, besok_id: str, date: dt.date | None
) -> tuple[Path, Path]:
    """Write the protocol and the remark sheet of one visit of the year's plan, as the tables
    stand. Raises UsageError where the plan has no such visit."""
    out = workspace.reports / FOLDER / str(year) / besok_id
    return write_visit_forms(workspace, year, besok_id, per_datum(workspace, year, date), out)


def write_visit_forms(
    workspace: Workspace, year: int, besok_id: str, day: dt.date, out: Path
) -> tuple[Path, Path]:
    """The same in the folder `out`, dated `day`."""
    kommun = load_kommun(workspace.raw)
    books = codebooks(workspace.raw)
    visit = _visit(workspace, year, besok_id, books)
    asked = rows(workspace, year, "dokument", besok_id)
    protocol = protocol_form(
        books, visit, drawn(workspace, year, besok_id), questions(workspace, books),
        kommun.namn, day, asked,
    )  # fmt: skip
    _put(out / PROTOCOL, protocol)
    labels = [c.label for c in books["bedomning"].field("omrade").categories
              if c.value in visit.areas]  # fmt: skip
    _put(out / REMARKS, remark_sheet(books, visit, labels, kommun.namn, day))
    return out / PROTOCOL, out / REMARKS


def questions(workspace: Workspace, books: Mapping[str, Codebook]) -> list[Question]:
    """The interview guide: the municipality's own in RAW/mallar, else the shipped one."""
    asked = books["intervjuer"]
    areas, roles = (
        {c.label: str(c.value) for c in asked.field(name).categories} for name in ("omrade", "roll")
    )
    return guide(workspace.raw / TEMPLATES / GUIDE, areas, roles)


def drawn(workspace: Workspace, year: int, besok_id: str) -> list[tuple[str, ...]] | None:
    """The laws of each kund drawn, by the newest protocol of a draw; None before the draw."""
    found = draws_of(workspace.raw, year, besok_id)
    return laws_of(found[-1]) if found else None


def _visit(workspace: Workspace, year: int, besok_id: str, books: Mapping[str, Codebook]) -> Visit:
    planned = {r["besok_id"]: r for r in rows(workspace, year, PLAN)}
    if besok_id not in planned:
        known = ", ".join(sorted(planned)) or "inga"
        raise UsageError(
            f"Besöket {besok_id} står inte i uppföljningsplanen för {year}.\n"
            f"Besök som står där: {known}."
        )
    return Visit.of(planned[besok_id], books)


def _put(path: Path, content: bytes) -> None:
    """Put a file in place whole, readable for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.tmp")
    try:
        partial.write_bytes(content)
        modes.close(partial.parent)
        os.replace(partial, path)
    except PermissionError as error:
        partial.unlink(missing_ok=True)
        raise UppfoljningError(
            f"{path.name} går inte att skriva: den är troligen öppen i Excel.\n"
            f"Gör så här: stäng filen i Excel och kör kommandot igen. Den ligger i {path.parent}."
        ) from error
