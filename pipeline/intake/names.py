"""Names of files and sheets stand in every list and address: none may point out a person. A sheet
by its name also tells a file that is part of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import IntakeError
from pipeline.intake.personal import WORDS
from pipeline.intake.raw import RawTable
from pipeline.privacy.screen import mask

EXTRACT_SHEET = "Att rätta (utdrag)"  # of a copy that holds but some of a file's rows
_ADDRESS = "adress"  # a unit may be called by its own


def refuse_personal_names(raw: Path) -> None:
    """Raise IntakeError for every file and folder in RAW whose name holds a personal identifier.
    All of them: the manifest lists what is not read, too."""
    messages = []
    for path in sorted(raw.rglob("*")):
        shown, kinds = _found(path.name)
        if kinds:
            parent = mask(path.relative_to(raw).parent.as_posix())[0]
            what = "Mappen" if path.is_dir() else "Filen"
            where = "" if parent == "." else f" i mappen {parent}"
            messages.append(
                f"{what} ”{shown}”{where} har {_words(kinds)} i sitt namn (här maskerat).\n"
                "Gör så här: byt namn, så att det inte pekar ut någon, och kör igen. Namnet "
                "skulle annars stå i rapportens listor."
            )
    if messages:
        raise IntakeError(messages)


def personal_sheet(table: RawTable, number: int) -> str:
    """The message about a sheet whose name holds a personal identifier; empty where it does not.
    `number`: the sheet's place in the file."""
    shown, kinds = _found(table.sheet)
    if not kinds:
        return ""
    return (
        f"{table.file}, blad {number} (”{shown}”): bladets namn innehåller {_words(kinds)} (här "
        "maskerat).\n"
        "Gör så här: byt namn på bladet i Excel, spara och kör igen. Namnet skulle annars stå i "
        "rapportens listor."
    )


def extract_of(tables: Sequence[RawTable]) -> str:
    """The message about a workbook that is an extract of a larger file (`att_ratta/`), with the
    rows to mend alone; empty where it is none."""
    if all(t.sheet != EXTRACT_SHEET for t in tables):
        return ""
    return (
        f"{tables[0].file}: filen är ett utdrag med bara de rader som skulle rättas (den har "
        f"bladet ”{EXTRACT_SHEET}”). Läst i den hela filens ställe vore alla andra rader borta.\n"
        "Gör så här: rätta i den hela filen, lägg in den och ta bort utdraget ur mappen."
    )


def _found(name: str) -> tuple[str, Sequence[str]]:
    shown, kinds = mask(name)
    return shown, [k for k in kinds if k != _ADDRESS]


def _words(kinds: Sequence[str]) -> str:
    return " och ".join(WORDS[k] for k in kinds)
