"""A year of the example with few of its files, and 2,000 identifiers planted in others beside them,
built from nothing by the command once in a run."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment

from pipeline.exempel import make_example
from pipeline.forms.codebook import load_codebooks
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import at, run
from tests.privacy.identifiers import Planted, planted
from tests.shared import shared

YEAR, COUNT, ROWS, SEED = 2025, 2000, 40, 5
# Forms that chapters of every sort read, and that quote free text; none of the visits.
FEW = (
    "Avslut", "avslut", "Avvikelser", "Bakgrund", "Brukarenkät", "Fritext", "Klagomål",
    "Sammanställning",
)  # fmt: skip
SAID = "sagt.txt"  # what the command said, after its exit code
FRAMES = ("{}", "{}", "Ring {} om det.", "Hon ({}) sa det", "se {}; och mer")
FILES = (
    ("Avslut extra.xlsx", "avslut"), ("Avslut makro.xlsm", "avslut"),
    ("Start extra.csv", "bakgrund"), ("Start extra.tsv", "bakgrund"), ("Start.xlsx", "bakgrund"),
    ("Svar.xlsx", "brukarenkat"), ("Svar.csv", "brukarenkat"),
)  # fmt: skip


@dataclass(frozen=True)
class Built:
    """A workspace after `annual`, and what the command said."""

    workspace: Workspace
    said: str
    code: int
    planted: list[Planted]


class _Files:
    """Writes the extra files, an identifier in every cell that is not needed for the row."""

    def __init__(self, workspace: Workspace, identifiers: list[Planted]) -> None:
        self._folder = workspace.raw / str(YEAR)
        self._left = iter(identifiers)
        self._dice = random.Random(3)
        self._books = load_codebooks(load_kommun(workspace.raw), [workspace.raw / "formular"])

    def table(self, name: str, count: int) -> list[list[Any]]:
        """Headers (with three columns that no form reads), and rows that hold `count`."""
        fields = self._books[name].fields
        first = next(self._left)
        rows: list[list[Any]] = [[f.title for f in fields] + ["Namn", "Anteckning", first.text]]
        while count > 1:
            row: list[Any] = []
            for f in fields:
                needed = f.required and not (f.identifies or len(rows) % 7 == 0)
                if needed or count <= 1:
                    row.append(self._needed(f, len(rows)))
                    continue
                one = next(self._left)
                count -= 1
                row.append(self._cell(one, f.type))
            rows.append([*row, "Anna", "ordinär", 3])
            if len(rows) % 9 == 0:  # the same key again
                rows.append([*row, "Anna", "ordinär", 4])
        return rows

    def _cell(self, one: Planted, kind: str) -> Any:
        digits = one.core.isdigit() and one.kind != "telefon" and not one.core.startswith("00")
        if digits and (kind in ("integer", "number") or self._dice.random() < 0.2):
            return float(one.core)
        return self._dice.choice(FRAMES).format(one.text)

    def _needed(self, field: Any, number: int) -> Any:
        if field.type == "date":
            return "2025-03-01"
        return field.categories[0].label if field.categories else f"P{number}"

    def write(self, file: str, rows: list[list[Any]]) -> None:
        path = self._folder / file
        if path.suffix in (".csv", ".tsv"):
            with path.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out, delimiter="\t" if path.suffix == ".tsv" else ";").writerows(rows)
            return
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Svar"
        sheet["A1"] = f"Titel: {next(self._left).text}"
        for row in rows:
            sheet.append(row)
        sheet["B3"].comment = Comment(f"Fråga {next(self._left).text}", "N")
        hidden = book.create_sheet("Dolt")
        hidden.sheet_state = "hidden"
        for row in [["Rubrik", "Annan", "Tredje"], [next(self._left).text for _ in range(3)]]:
            hidden.append(row)
        book.save(path)


def few(
    folder: Path, names: Iterable[str] = FEW, rows: int = ROWS, seed: int = SEED,
    years: Sequence[int] = (YEAR,),
) -> Workspace:  # fmt: skip
    """A workspace with the example's files whose names begin so, and the sector's analysis."""
    made, kept = at(folder), tuple(names)
    make_example(made.raw, years, rows, seed)
    for path in [p for p in made.raw.glob("[12]*/*") if p.is_file()]:
        if not path.name.startswith(kept):
            path.unlink()
    for path in [*made.raw.glob("[12]*/analys/**/*.md")]:
        if path.parent.name != "sektor" or path.stem not in ("behov", "slutsatser"):
            path.unlink()
    return made


def built() -> Built:
    """The edition. To be read: `municipality.copy` it."""

    def make(folder: Path) -> None:
        made = few(folder)
        files, share = _Files(made, planted(COUNT)), (COUNT - 4 * 5) // len(FILES)
        for i, (file, table) in enumerate(FILES):
            last = COUNT - 4 * 5 - share * (len(FILES) - 1)
            files.write(file, files.table(table, last if i == len(FILES) - 1 else share))
        assert next(files._left, None) is None, "every identifier is planted"
        done = run(made, "annual", "--year", str(YEAR))
        said = f"{done.returncode}\n{done.stdout}{done.stderr}"
        (folder / SAID).write_text(said, encoding="utf-8")

    folder = shared("planterat", make)
    code, _, said = (folder / SAID).read_text(encoding="utf-8").partition("\n")
    return Built(at(folder), said, int(code), planted(COUNT))
