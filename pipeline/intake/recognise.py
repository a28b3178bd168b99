"""Which form a raw table is, and which column holds which of its fields."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from pipeline.errors import IntakeError
from pipeline.forms.codebook import Codebook
from pipeline.intake import messages
from pipeline.intake.extent import extent, filled
from pipeline.intake.headers import Fit, fit, named, normal
from pipeline.intake.raw import Cell, NotRead, RawTable, Recognised, column_letter
from pipeline.intake.stamp import read_stamp, stamp_of, untouched
from pipeline.privacy.screen import mask

HEADER_WITHIN = 30  # rows in which the header row must stand
ENOUGH_OF_FORM = 0.3  # share of the form's fields, or
ENOUGH_OF_FILE = 0.5  # share of the file's headers, that must fit
MUCH_BETTER = 1.5  # times as many headers explained
RICH = 0.6  # of the texts of the row that has most of them


def recognise(
    raw: RawTable, codebooks: Mapping[str, Codebook], skip: Sequence[str] = ()
) -> Recognised | NotRead:
    """The table with its form, or why it holds no table.

    `skip`: `fil.xlsx` or `fil.xlsx!Blad`, from `hoppa_over`. Raises IntakeError (one message)
    for a table whose form is unknown, lacks a required column, or could be two forms.
    """
    if passed_over(raw.file, skip) or passed_over(raw.source, skip):
        return _not_read(raw, "Hoppas över enligt hoppa_over i kommun.toml.")
    if raw.kind == "dokument":
        return _not_read(raw, raw.note)
    if not any(filled(row) for row in raw.rows):
        return _not_read(raw, "Bladet är tomt." if raw.sheet else "Filen är tom.")
    chosen = _best(raw, codebooks)
    nearest = _nearest(raw, codebooks)
    # A form that fits much worse must not take the table of one that lacks a column.
    if (
        nearest
        and nearest[1].missing
        and _enough(nearest[1], raw.rows[nearest[0]])
        and (chosen is None or nearest[1].explained >= MUCH_BETTER * chosen[1].explained)
    ):
        raise IntakeError([messages.missing_column(raw, *nearest)])
    if chosen:
        return _recognised(raw, *chosen)
    if raw.kind == "xlsx" and raw.note:  # hidden: as a rule the lists behind drop-down cells
        return _not_read(raw, f"{raw.note} Det passar inget formulär och läses inte.")
    if nearest is None:
        return _not_read(raw, "Ingen tabell med rubrikrad hittades.")
    raise IntakeError([messages.unknown_form(raw, *nearest)])


def passed_over(name: str, skip: Sequence[str]) -> bool:
    """Whether `hoppa_over` names this file or sheet."""
    return _plain(name) in {_plain(s) for s in skip}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\\", "/")).strip().casefold()


def _enough(found: Fit, row: Sequence[Cell]) -> bool:
    least = min(2, len(found.codebook.fields))
    headers = len(filled(row))
    return found.explained >= least and (
        found.share >= ENOUGH_OF_FORM or found.explained >= ENOUGH_OF_FILE * headers
    )


def _best(raw: RawTable, codebooks: Mapping[str, Codebook]) -> tuple[int, Fit] | None:
    """The header row and the form: most headers explained, then most of the form found."""
    found = [
        (i, made)
        for i, row in enumerate(raw.rows[:HEADER_WITHIN])
        for made in (fit(row, book) for book in codebooks.values())
        if not made.missing and _enough(made, row)
    ]
    if not found:
        return None
    # Of two rows that fit alike the upper is the header row: max keeps the first.
    header, chosen = max(found, key=lambda item: item[1].score)
    rivals = [m for i, m in found if i == header and m.score == chosen.score]
    if len(rivals) > 1:
        raise IntakeError([messages.two_forms(raw, header, [m.codebook for m in rivals])])
    return header, chosen


def _nearest(raw: RawTable, codebooks: Mapping[str, Codebook]) -> tuple[int, Fit] | None:
    """The header row, as well as it can be told, and the form it fits best."""
    rows = list(enumerate(raw.rows[:HEADER_WITHIN]))
    found = [(i, fit(row, book)) for i, row in rows for book in codebooks.values()]
    header = likely_header(raw.rows)
    sure = [item for item in found if item[1].explained >= 2]
    if not sure and header is None:
        return None
    return max(sure or [f for f in found if f[0] == header], key=lambda item: item[1].score)


def likely_header(rows: Sequence[Sequence[Cell]]) -> int | None:
    """0-based row that looks like headers: at least three short texts, all different, with
    something below. None where there is no such row."""
    texts = []
    for i, row in enumerate(rows[:HEADER_WITHIN]):
        cells = [row[j] for j in filled(row)]
        names = {normal(c) for c in cells if messages.header_like(c)}
        below = any(len(filled(r)) > 1 for r in rows[i + 1 : i + 1 + HEADER_WITHIN])
        texts.append(len(names) if len(names) * 2 > len(cells) and below else 0)
    # The first of the rich rows: the ones below it are as rich where the answers are texts.
    rich = [i for i, n in enumerate(texts) if n >= 3 and n >= RICH * max(texts)]
    return rich[0] if rich else None


def _recognised(raw: RawTable, header: int, chosen: Fit) -> Recognised:
    rows, others = extent(raw.rows, header, chosen)
    row = raw.rows[header]
    used = {j for columns in chosen.columns.values() for j in columns}
    left = [str(row[j]).strip() for j in filled(row) if j not in used]
    dropped = [h for h in left if chosen.codebook.protects != "none" and named(h)]
    unread = [mask(h)[0] for h in left if h not in dropped]
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
        again = mask(str(row[j]).strip())[0]
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
            "(titel eller anteckning) och räknas inte."
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
