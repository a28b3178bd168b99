"""A file without the destroyed rows, and the proof that nothing else in it changed."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from pipeline.disposal.blank_text import blank_text
from pipeline.disposal.blank_xlsx import blank_xlsx
from pipeline.errors import UppfoljningError
from pipeline.intake.raw import Cell
from pipeline.intake.readers import READERS

TEXTS = (".csv", ".tsv", ".tab")
TELLING = 6  # letters from which a text can be looked for in the rest of the file
_LISTS = re.compile(r"<(?:\w+:)?dataValidations\b.*?</(?:\w+:)?dataValidations>", re.DOTALL)
Row = Sequence[Cell]


def blanked(data: bytes, name: str, rows: Mapping[str, Sequence[int]]) -> bytes:
    """The bytes of the file with these rows blank; row numbers and all other cells are the same.

    Raises UppfoljningError where the file's kind cannot be blanked in place, where another row
    would read differently afterwards, or where a destroyed text would stay behind in the file.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        made = blank_xlsx(data, rows, name)
    elif suffix in TEXTS:
        made = blank_text(data, rows[""])
    else:
        raise UppfoljningError(
            f"{name}: rader kan inte gallras i filer av sorten {suffix}.\n"
            "Gör så här: spara filen som Excel-arbetsbok (.xlsx) i stället för den gamla, kör make "
            "annual och gallra sedan. En hel fil kan alltid gallras, med --hel-fil."
        )
    reader = READERS[suffix]
    before = {t.sheet: t.rows for t in reader(data, name, "")}
    after = {t.sheet: t.rows for t in reader(made, name, "")}
    kept = {s: _rest(r, rows.get(s, ())) for s, r in before.items()}
    if kept != {s: _rest(r, ()) for s, r in after.items()}:
        raise UppfoljningError(
            f"{name}: raderna går inte att ta bort utan att andra rader läses annorlunda. Filen är "
            "inte rörd.\nGör så här: öppna filen, spara den på nytt som Excel-arbetsbok (.xlsx) i "
            "stället för den gamla, kör make annual och gallra sedan."
        )
    if found := _lingering(before, rows, made, suffix):
        raise UppfoljningError(
            f"{name}: text ur de valda raderna står kvar i {found}. Filen är inte rörd.\nGör så "
            "här: ta bort den där i Excel (ett filter, en kommentar, ett namn eller en kopia), "
            "spara, kör make annual och gallra sedan."
        )
    return made


def _rest(rows: Sequence[Row], gone: Sequence[int]) -> dict[int, list[tuple[int, Cell]]]:
    """The filled cells of each row that is not gone."""
    left = set(gone)
    told = {
        i: [(j, c) for j, c in enumerate(row) if c not in (None, "")]
        for i, row in enumerate(rows, start=1)
        if i not in left
    }
    return {i: cells for i, cells in told.items() if cells}


def _lingering(
    before: Mapping[str, Sequence[Row]], rows: Mapping[str, Sequence[int]], made: bytes, suffix: str
) -> str:
    """Where in the file a text stands that only the destroyed rows had."""
    gone: set[str] = set()
    left: list[str] = []
    for sheet, lines in before.items():
        cut = set(rows.get(sheet, ()))
        for i, row in enumerate(lines, start=1):
            texts = [c for c in row if isinstance(c, str) and c]
            if i in cut:
                gone |= {t for t in texts if len(t) >= TELLING}
            else:
                left += texts
    # A text that is part of another row's text stays because of that row.
    whole = "\n".join(dict.fromkeys(left))
    gone = {t for t in gone if t not in whole}
    if suffix in TEXTS:
        return "resten av filen" if any(t.encode() in made for t in gone) else ""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for part in archive.namelist():
            # The answers that a drop-down offers are nobody's.
            text = html.unescape(_LISTS.sub("", archive.read(part).decode("utf-8", "replace")))
            if any(t in text for t in gone):
                return part
    return ""
