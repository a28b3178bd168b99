"""Text files with separators, as Excel and survey tools write them. Every value stays text:
what is a decimal sign is decided where the field's type is known."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.errors import IntakeError
from pipeline.intake.encoding import decode
from pipeline.intake.raw import RawTable

SEPARATORS = (";", ",", "\t", "|")
_HINT = re.compile(r"sep=(.)\r?[\n\r]", re.IGNORECASE)  # Excel's own first line
_NUMBERLIKE = re.compile(r"[\d\s.,:;%/+-]*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # with its end, as it stands
_SAMPLE = 1 << 18
_FIELD_LIMIT = 1 << 24


def read_delimited(data: bytes, name: str, sha256: str) -> list[RawTable]:
    """The one table of the file. A row is a record: line breaks within quotes make no row."""
    text, note = decode(data, name)
    hint = _HINT.match(text)
    if hint:  # Excel shows the line after it as row 1
        text = text[hint.end() :]
    separator = hint[1] if hint else find_separator(text)
    try:
        # Answers are few and given by many: each text is kept once, whatever the number of rows.
        once: dict[str, str] = {}
        keep = once.setdefault
        rows = tuple(tuple([keep(c, c) for c in record]) for record in _records(text, separator))
    except csv.Error as error:
        raise IntakeError(
            [
                f"{name}: filen går inte att dela upp i kolumner ({error}). Troligen saknas ett "
                "avslutande citattecken i en text.\n"
                "Gör så här: öppna filen i Excel (Data > Från text/CSV), kontrollera att raderna "
                "ser rätt ut och spara som Excel-arbetsbok (.xlsx)."
            ]
        ) from error
    if _quoted_whole(rows):
        raise IntakeError(
            [
                f"{name}: varje rad i filen står inom citattecken, så att allt hamnar i en enda "
                "kolumn. Det händer när en fil med kommatecken öppnas och sparas i svenska Excel.\n"
                "Gör så här: exportera filen på nytt ur verktyget och lägg in den utan att öppna "
                "den, eller öppna den med Data > Från text/CSV och spara som Excel-arbetsbok "
                "(.xlsx)."
            ]
        )
    return [RawTable(name, sha256, "", "csv", rows, note)]


def _quoted_whole(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the rows have one cell each, in which the same sign divides all of them alike."""
    cells = [row[0] for row in rows if row]
    if len(cells) < 2 or any(len(row) > 1 for row in rows):
        return False
    counts = (cells[0].count(sign) for sign in SEPARATORS)
    sign, most = max(zip(SEPARATORS, counts, strict=True), key=lambda item: item[1])
    return most > 1 and all(len(next(_records(c, sign), [])) == most + 1 for c in cells)


def find_separator(text: str) -> str:
    """The separator under which the records have the most even number of columns."""
    sample = text[:_SAMPLE]
    whole = len(sample) == len(text)
    return max(SEPARATORS, key=lambda s: _evenness(sample, s, whole))


def _evenness(sample: str, separator: str, whole: bool) -> float:
    records = []
    try:
        for record in _records(sample, separator):
            records.append(record)
    except csv.Error:
        return 0.0
    filled = [r for r in (records if whole else records[:-1]) if any(c.strip() for c in r)]
    counts = Counter(len(r) for r in filled if len(r) > 1)
    if not counts:
        return 0.0
    columns, number = max(counts.items(), key=lambda item: (item[1], item[0]))
    share = number / len(filled)
    header = next(r for r in filled if len(r) == columns)
    # Decimal commas also split every record alike, but leave numbers where headers belong.
    numbers = sum(bool(_NUMBERLIKE.fullmatch(c)) for c in header if c.strip())
    # Nor do other separators belong there, but for the comma of a sentence.
    others = {*SEPARATORS} - {",", separator}
    odd = numbers * 2 > len(header) or any(o in c for c in header for o in others)
    plausible = 0.1 if odd else 1.0
    return float(share**3 * (columns - 1) * plausible)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    # One quote left open swallows the rest of a file: the default limit of 131,072 characters
    # would stop that, but also a long free text. Set for the process: csv has no other way.
    csv.field_size_limit(_FIELD_LIMIT)
    # Line by line: a StringIO would hold the text once more, four bytes a character.
    return csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=separator)
