"""Which reader reads which kind of file. Another kind is added by a line in READERS."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pipeline.errors import IntakeError
from pipeline.intake.delimited import read_delimited
from pipeline.intake.dialects import dialect_of
from pipeline.intake.kolada import read_kolada
from pipeline.intake.raw import RawTable
from pipeline.intake.statistics_file import read_spss, read_stata
from pipeline.intake.workbook import read_workbook

# A reader is a plain function of the bytes: (data, name, sha256) → one table a sheet.
Reader = Callable[[bytes, str, str], list[RawTable]]

READERS: dict[str, Reader] = {
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".sav": read_spss,
    ".zsav": read_spss,
    ".dta": read_stata,
    ".json": read_kolada,
}

# Kinds that hold tables but have no reader (yet), and the program that opens them.
TABLES_ELSEWHERE = {
    ".xlsb": "Excel",
    ".numbers": "Numbers",
    ".por": "SPSS",
    ".sas7bdat": "SAS",
    ".rds": "R",
    ".parquet": "det program som skapade filen",
    ".mdb": "Access",
    ".accdb": "Access",
}

# Kinds that lie beside the data and are no data.
DOCUMENTS = frozenset(
    ".pdf .docx .doc .docm .odt .rtf .txt .md .html .htm .pptx .ppt .jpg .jpeg .png .gif .svg "
    ".tif .tiff .heic .lss .lsq .qsf .eml .msg .url .lnk .toml".split()
)


def read_file(path: Path, name: str) -> list[RawTable]:
    """Every table of one file. `name`: the path relative to the year's folder, with `/`.

    A document gives one RawTable of kind "dokument" without rows, whose `note` says that it
    was not read. Raises IntakeError (one message) when the file cannot be understood.
    """
    suffix = PurePosixPath(name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None and suffix not in DOCUMENTS:
        raise IntakeError([_no_reader(name, suffix)])
    data = _bytes(path, name)
    sha256 = hashlib.sha256(data).hexdigest()
    if reader is None:
        note = f"Filen är ett dokument ({suffix}) och läses inte som data."
        return [RawTable(name, sha256, "", "dokument", (), note)]
    if not data:
        raise IntakeError(
            [
                f"{name}: filen är tom (0 byte). Troligen avbröts en kopiering eller nedladdning.\n"
                "Gör så här: hämta eller spara filen på nytt, eller ta bort den ur mappen."
            ]
        )
    return [_with_dialect(t) for t in reader(data, name, sha256)]


def _with_dialect(table: RawTable) -> RawTable:
    """The table with what is known of the tool that wrote it."""
    if table.dialect is not None or table.kind == "kolada":
        return table
    return replace(table, dialect=dialect_of(table.rows))


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise IntakeError(
            [
                f"{name}: filen går inte att öppna. Den är troligen öppen i ett annat program.\n"
                "Gör så här: stäng filen i Excel och kör kommandot igen. Hjälper det inte: "
                "kontrollera att du får läsa filen."
            ]
        ) from error
    except OSError as error:
        raise IntakeError(
            [
                f"{name}: filen går inte att läsa ({error.strerror or 'fel i filsystemet'}).\n"
                "Gör så här: ligger filen i OneDrive eller på en nätverksdisk, öppna den en gång "
                "så att den hämtas till datorn, och kör kommandot igen."
            ]
        ) from error


def _no_reader(name: str, suffix: str) -> str:
    skip = f'Ska filen inte läsas: lägg till "{name}" i listan hoppa_over i kommun.toml.'
    program = TABLES_ELSEWHERE.get(suffix)
    if program:
        return (
            f"{name}: filer av sorten {suffix} kan inte läsas direkt.\n"
            f"Gör så här: öppna filen i {program} och spara som Excel-arbetsbok (.xlsx) eller "
            f"CSV i samma mapp, och ta bort {suffix}-filen. {skip}"
        )
    kind = f"av sorten {suffix}" if suffix else "utan filändelse"
    return (
        f"{name}: en fil {kind} kan inte läsas. Sorter som kan läsas: {', '.join(READERS)}.\n"
        f"Gör så här: spara innehållet som Excel-arbetsbok (.xlsx) eller CSV. {skip}"
    )
