"""Which form a raw table is, and which column holds which of its fields."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.errors import IntakeError
from pipeline.forms.codebook import Codebook
from pipeline.intake import messages
from pipeline.intake.dialects import RULES
from pipeline.intake.extent import extent, filled
from pipeline.intake.headers import Fit, fit, named, normal, shown
from pipeline.intake.mapping import MappingFile, mapped
from pipeline.intake.raw import Cell, NotRead, RawTable, Recognised, column_letter
from pipeline.intake.stacked import with_stacked_header
from pipeline.intake.stamp import read_stamp, stamp_of, untouched
from pipeline.privacy.screen import mask

HEADER_WITHIN = 30  # rows in which the header row must stand
ENOUGH_OF_FORM = 0.3  # share of the form's fields, or
ENOUGH_OF_FILE = 0.5  # share of the file's headers, that must fit
MUCH_BETTER = 1.5  # times as many headers explained
_YEAR = re.compile(r"(19|20)\d\d")
RICH = 0.6  # of the texts of the row that has most of them


def recognise(
    raw: RawTable,
    codebooks: Mapping[str, Codebook],
    skip: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> Recognised | NotRead:
    """The table with its form, or why it holds no table.

    `skip`, `whole`: `fil.xlsx` or `fil.xlsx!Blad`, from `hoppa_over` and `rakna_alla_svar`. Raises
    IntakeError (one message) for a table whose form is unknown, lacks a required column, or could
    be two forms.
    """
    if passed_over(raw.file, skip) or passed_over(raw.source, skip):
        return _not_read(raw, "Hoppas över enligt hoppa_over i kommun.toml.")
    if raw.kind == "dokument":
        return _not_read(raw, raw.note)
    if not any(filled(row) for row in raw.rows):
        return _not_read(raw, "Bladet är tomt." if raw.sheet else "Filen är tom.")
    if raw.dialect is not None and raw.dialect.form:
        codebooks = {n: b for n, b in codebooks.items() if n == raw.dialect.form}
    found = _found(raw, codebooks)
    if not isinstance(found, Recognised):
        return found
    kept = passed_over(raw.file, whole) or passed_over(raw.source, whole)
    return _said_of_tool(found, kept)


def _found(raw: RawTable, codebooks: Mapping[str, Codebook]) -> Recognised | NotRead:
    fits = _fits(raw, codebooks)
    chosen = _best(raw, fits)
    stacked = with_stacked_header(raw) if chosen is None else None
    if stacked is not None and (again := _best(stacked, _fits(stacked, codebooks))):
        return _recognised(stacked, *again)
    nearest = _nearest(raw, fits)
    # A form that fits much worse must not take the table of one that lacks a column.
    if (
        nearest
        and nearest[1].missing
        and _enough(raw, *nearest)
        and (chosen is None or nearest[1].explained >= MUCH_BETTER * chosen[1].explained)
    ):
        cells = messages.header_cells(raw, *nearest)
        raise IntakeError([messages.missing_column(raw, *nearest)], cells)
    if chosen:
        return _recognised(raw, *chosen)
    if raw.hidden:  # as a rule the lists behind drop-down cells
        return _not_read(raw, "Bladet är dolt i Excel. Det passar inget formulär och läses inte.")
    if nearest is None:
        return _not_read(raw, "Ingen tabell med rubrikrad hittades.")
    raise IntakeError(
        [messages.unknown_form(raw, *nearest)], messages.header_cells(raw, nearest[0])
    )


def as_mapped(
    raw: RawTable, mappings: Sequence[MappingFile], skip: Sequence[str]
) -> tuple[RawTable, ...]:
    """The table as `mapped` lays it out; itself where `skip` names its sheet."""
    return (raw,) if passed_over(raw.source, skip) else mapped(raw, mappings)


def passed_over(name: str, skip: Sequence[str]) -> bool:
    """Whether `hoppa_over` names this file or sheet."""
    return _plain(name) in {_plain(s) for s in skip}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\\", "/")).strip().casefold()


def _enough(raw: RawTable, header: int, found: Fit) -> bool:
    """Whether so much of a row is explained that it is the form's header row."""
    if raw.dialect is not None and raw.dialect.form and header + 1 in raw.dialect.header_rows:
        return True  # a mapping file says so
    least = min(2, len(found.codebook.fields))
    headers = len(filled(raw.header(header)))
    return found.explained >= least and (
        found.share >= ENOUGH_OF_FORM or found.explained >= ENOUGH_OF_FILE * headers
    )


def _fits(raw: RawTable, codebooks: Mapping[str, Codebook]) -> list[tuple[int, Fit]]:
    """How each form fits each row in which headers may stand."""
    rows = map(raw.header, range(min(HEADER_WITHIN, len(raw.rows))))
    return [(i, fit(row, book)) for i, row in enumerate(rows) for book in codebooks.values()]


def _best(raw: RawTable, fits: Sequence[tuple[int, Fit]]) -> tuple[int, Fit] | None:
    """The header row and the form: most headers explained, then most of the form found."""
    found = [(i, m) for i, m in fits if not m.missing and _enough(raw, i, m)]
    if not found:
        return None
    # Of two rows that fit alike the upper is the header row: max keeps the first.
    header, chosen = max(found, key=lambda item: item[1].score)
    rivals = [m for i, m in found if i == header and m.score == chosen.score]
    if len(rivals) > 1:
        books = [m.codebook for m in rivals]
        cells = messages.header_cells(raw, header)
        raise IntakeError([messages.two_forms(raw, header, books)], cells)
    return header, chosen


def _nearest(raw: RawTable, fits: Sequence[tuple[int, Fit]]) -> tuple[int, Fit] | None:
    """The header row, as well as it can be told, and the form it fits best."""
    header = raw.dialect.header_rows[0] - 1 if raw.dialect else likely_header(raw.rows)
    sure = [item for item in fits if item[1].explained >= 2]
    if not sure and header is None:
        return None
    return max(sure or [f for f in fits if f[0] == header], key=lambda item: item[1].score)


def likely_header(rows: Sequence[Sequence[Cell]]) -> int | None:
    """0-based row that looks like headers: at least three short texts, all different, with
    something below. None where there is no such row."""
    texts = []
    for i, row in enumerate(rows[:HEADER_WITHIN]):
        cells = [row[j] for j in filled(row)]
        names = {normal(c) for c in cells if messages.header_like(c)}
        if names:  # beside words a year is a header: a column a year
            names |= {normal(c) for c in cells if _YEAR.fullmatch(str(c).strip())}
        below = any(len(filled(r)) > 1 for r in rows[i + 1 : i + 1 + HEADER_WITHIN])
        texts.append(len(names) if len(names) * 2 > len(cells) and below else 0)
    # The first of the rich rows: the ones below it are as rich where the answers are texts.
    rich = [i for i, n in enumerate(texts) if n >= 3 and n >= RICH * max(texts)]
    return rich[0] if rich else None


def _recognised(raw: RawTable, header: int, chosen: Fit) -> Recognised:
    rows, others = extent_of(raw, header, chosen)
    row = raw.header(header)
    used = {j for columns in chosen.columns.values() for j in columns}
    left = [row[j] for j in filled(row) if j not in used]
    persons = chosen.codebook.protects != "none"
    dropped = [shown(h) for h in left if persons and isinstance(h, str | tuple) and named(h)]
    unread = [mask(h)[0] for h in map(shown, left) if h not in dropped]
    notes = [raw.note] if raw.note else []
    if stamp := read_stamp(raw.rows[:header]):
        given = (j for name in stamp.prefilled for j in chosen.columns.get(name, ()))
        empty = untouched(raw.rows, rows, given)
        rows = tuple(i for i in rows if i not in empty)
        notes += messages.of_stamp(stamp, stamp_of(chosen.codebook), empty)
    if dropped:
        many = len(dropped) > 1
        notes.append(
            f"{'Kolumnerna' if many else 'Kolumnen'} {messages.quoted(dropped)} säger vem som har "
            "svarat och läses aldrig."
        )
    for j in chosen.repeated:
        again = mask(shown(row[j]))[0]
        notes.append(
            f"Rubriken ”{again}” i kolumn {column_letter(j)} hör till en fråga som redan har en "
            "kolumn. Den första kolumnen används."
        )
    headless = _headless(raw.rows, rows, set(filled(row)))
    unread += [f"(kolumn {column_letter(j)} utan rubrik)" for j in headless]
    if others:
        many = len(others) > 1
        notes.append(
            f"{'Raderna' if many else 'Rad'} {messages.listed(others)} hör inte till tabellen "
            "(titel, anteckning, rubriker eller summa) och räknas inte."
        )
        beneath = [i for i in others if rows and i > rows[-1] and len(filled(raw.rows[i - 1])) > 1]
        if len(beneath) > 2:
            notes.append(
                "Ligger där en tabell till: flytta den till ett eget blad, så läses den också."
            )
    if not rows:
        notes.append(
            "Blanketten är inte ifylld." if stamp else "Tabellen har rubriker men inga rader."
        )
    return Recognised(
        raw=raw,
        codebook=chosen.codebook,
        header_row=header + 1,
        columns=dict(chosen.columns),
        unread=tuple(unread),
        rows=rows,
        notes=others,
        note=" ".join(notes),
        spread_fields=chosen.spread,
    )


def extent_of(raw: RawTable, header: int, chosen: Fit) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """As `extent`, with what is known of the file's tool. `header`: 0-based."""
    if raw.dialect is None or header + 1 not in raw.dialect.header_rows:
        return extent(raw.rows, header, chosen)
    known = raw.dialect
    return extent(raw.rows, header, chosen, known.first_row, known.header_rows)


def _said_of_tool(found: Recognised, kept: bool) -> Recognised:
    """The table with the answers that its tool marks as none set aside, and what is said of the
    tool. `kept`: the municipality counts them all the same."""
    known = found.raw.dialect
    if known is None or found.header_row not in known.header_rows:
        return found
    rows = {*found.rows}
    aside = {i: rule for i, rule in known.set_aside.items() if i in rows}
    said = [known.said or f"Filen är en export från {known.title}."]
    counted = Counter(aside.values())
    parts = [
        f"{counted[r]} {one if counted[r] == 1 else several}"
        for r, (one, several, _) in RULES.items()
        if counted[r]
    ]
    if parts and kept:
        said.append(f"{_and(parts)} räknas ändå enligt rakna_alla_svar i kommun.toml.")
    elif parts:
        said.append(f"{_and(parts)} räknas inte och ligger i karantän.")
    note = " ".join(filter(None, (*said, found.note)))
    return replace(found, note=note, set_aside={} if kept else aside)


def _and(parts: Sequence[str]) -> str:
    return " och ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _headless(rows: Sequence[Sequence[Cell]], table: Sequence[int], headed: set[int]) -> list[int]:
    """Columns with values but no header."""
    widest = max((len(rows[i - 1]) for i in table), default=0)
    return [
        j
        for j in range(widest)
        if j not in headed
        and any(len(rows[i - 1]) > j and rows[i - 1][j] not in ("", None) for i in table)
    ]


def _not_read(raw: RawTable, reason: str) -> NotRead:
    return NotRead(raw.file, raw.sha256, raw.sheet, raw.kind, reason)
