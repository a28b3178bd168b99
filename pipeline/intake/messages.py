"""Swedish messages about tables that were not understood. Headers are quoted, values never."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from pipeline.forms.codebook import Codebook
from pipeline.intake.headers import Fit, candidates, normal, shown
from pipeline.intake.raw import Cell, RawTable, Readings, column_letter
from pipeline.intake.stamp import Stamp
from pipeline.privacy.screen import mask

OUTDATED = "Blanketten är gjord efter en äldre kodbok"
_LONGEST = 60
_SHOWN = 25
# What a header is not: an address, a long row of digits (personnummer), a date, a number.
_VALUELIKE = re.compile(r"@|\d{5}|\d{4}-\d{2}|^[\d\s.,:;%/+-]*$")


def header_like(cell: Cell) -> bool:
    """Whether a cell could be a header, and may be quoted in a message."""
    return isinstance(cell, str) and bool(cell.strip()) and not _VALUELIKE.search(cell)


def place(raw: RawTable) -> str:
    return f"{raw.file}, bladet ”{raw.sheet}”" if raw.sheet else raw.file


def quoted(texts: Sequence[str]) -> str:
    """`”A”, ”B” och ”C”`, long texts cut."""
    if not texts:
        return "inga"
    shown = [f"”{_cut(t)}”" for t in texts[:_SHOWN]]
    if len(texts) > _SHOWN:
        return ", ".join(shown) + f" och {len(texts) - _SHOWN} till"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " och " + shown[-1]


def listed(numbers: Sequence[int]) -> str:
    """`1–3, 7`."""
    ranges: list[list[int]] = []
    for n in sorted(numbers):
        if ranges and n == ranges[-1][1] + 1:
            ranges[-1][1] = n
        else:
            ranges.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges)


def missing_column(raw: RawTable, header: int, found: Fit) -> str:
    """The table is known, but a column it cannot do without is not there."""
    names = [f.title for f in found.missing]
    many = len(names) > 1
    lines = [
        f"{place(raw)}: tabellen liknar formuläret ”{found.codebook.title}”, men "
        f"{'kolumnerna' if many else 'kolumnen'} {quoted(names)} saknas (rubriker på rad "
        f"{header + 1})."
    ]
    free = _left_over(raw.header(header), found)
    for field in found.missing:
        near = _nearest((field.title, field.name, *field.aliases), free)
        if near:
            lines.append(f"Rubriken ”{_cut(near)}” liknar ”{_cut(field.title)}”. Menade du den?")
    lines.append(
        "Gör så här: lägg till kolumnen, eller rätta rubriken i filen så att den heter som ovan, "
        f"och kör igen. {_skip(raw)}"
    )
    return "\n".join(lines)


def header_cells(raw: RawTable, header: int, found: Fit | None = None) -> tuple[str, ...]:
    """The cells that a message about a header row (0-based) points at: its first, and those that
    may be a column that is missed."""
    row = raw.rows[header]
    pointed = [j for j, c in enumerate(row) if c is not None and str(c).strip()][:1]
    if found is not None:
        free = _left_over(raw.header(header), found)
        near = {_nearest((f.title, f.name, *f.aliases), free) for f in found.missing}
        pointed += [j for j, c in enumerate(raw.header(header)) if shown(c) in near - {""}]
    return tuple(f"{column_letter(j)}{header + 1}" for j in sorted({*pointed}))


def unknown_form(raw: RawTable, header: int, nearest: Fit) -> str:
    """A table that fits no form."""
    headers = [h for h in map(shown, raw.header(header)) if header_like(h)]
    tool = raw.dialect.title if raw.dialect is not None else ""
    lines = [
        f"{place(raw)}: tabellen passar inget formulär. Rubriker som hittades på rad "
        f"{header + 1}: {quoted(headers)}."
    ]
    if nearest.explained > 1 and nearest.explained * 3 >= len(headers):
        absent = [f for f in nearest.codebook.fields if f.name not in nearest.columns]
        absent = [f for f in absent if f.required] or absent
        lines.append(
            f"Närmast är formuläret ”{nearest.codebook.title}”; där saknas "
            f"{quoted([f.title for f in absent])}."
        )
    if tool:
        lines.append(f"Filen är en export från {tool}.")
    survey = f'är det en egen enkät, gör en kodbok av den med make codebook FILE="…/{raw.file}"'
    extract = (
        "är det ett uttag ur ett verksamhetssystem eller en publicerad tabell, beskriv den i en "
        "mappningsfil (handboken, Uttag ur verksamhetssystem)"
    )
    ours = "är det ett av formulären, byt rubrikerna till formulärets"
    known = (survey, ours) if tool else (ours, survey, extract)
    lines.append(f"Gör så här: {'; '.join(known)}. {_skip(raw)}")
    return "\n".join(lines)


def two_forms(raw: RawTable, header: int, books: Sequence[Codebook]) -> str:
    """A table that fits several forms equally well."""
    return (
        f"{place(raw)}: rubrikerna på rad {header + 1} passar lika bra på formulären "
        f"{quoted([b.title for b in books])}.\n"
        "Gör så här: ta med fler av formulärets kolumner i filen, så att det går att skilja dem "
        f"åt, eller ta bort den kodbok i mappen formular som inte ska gälla. {_skip(raw)}"
    )


def of_stamp(stamp: Stamp, current: Stamp, empty: Sequence[int]) -> list[str]:
    """What a form of the pipeline's own says of itself: made from an older codebook, rows that
    nobody has filled in."""
    said = []
    if stamp.form == current.form and stamp.digest != current.digest:
        said.append(
            f"{OUTDATED}: frågor eller alternativ kan ha ändrats. "
            "Den läses ändå. Gör så här: hämta en ny med make forms innan nästa ifyllning."
        )
    if empty:
        said.append(
            f"{'Raderna' if len(empty) > 1 else 'Rad'} {listed(empty)} är förifyllda men inte "
            "ifyllda och räknas inte."
        )
    return said


def _left_over(row: Sequence[Cell | Readings], found: Fit) -> list[str]:
    used = {j for columns in found.columns.values() for j in columns}
    free = (shown(c) for j, c in enumerate(row) if j not in used)
    return [h for h in free if header_like(h)]


def _nearest(wanted: Sequence[str], headers: Sequence[str]) -> str:
    readings = {reading: h for h in reversed(headers) for reading in candidates(h)}
    for text in wanted:
        close = difflib.get_close_matches(normal(text), readings, n=1, cutoff=0.6)
        if close:
            return readings[close[0]]
    return ""


def _skip(raw: RawTable) -> str:
    what = "bladet" if raw.sheet else "filen"
    return f'Ska {what} inte läsas: lägg till "{raw.source}" i listan hoppa_over i kommun.toml.'


def _cut(text: str) -> str:
    text = mask(" ".join(text.split()))[0]
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
