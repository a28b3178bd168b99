"""A survey as an authority publishes it: three header rows, four kinds of masks, 648 schools."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from openpyxl.utils import get_column_letter

from pipeline.intake.year import clean_year
from pipeline.trace.verify.mapped import with_mapping
from pipeline.trace.verify.reading import sheets_of
from pipeline.workspace import Workspace
from tests.municipality import establish, settings

from .test_mapping import say

BOOK = Path(__file__).parents[2].parent / "shared" / "realdata" / "skolinspektionen/gy2-2022.xlsx"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not BOOK.is_file(), reason=f"{BOOK} is not there"),
]
MASKS = ("-", "*", "**", "***")
NAMED = {  # header as the mapping file has it → field
    "Skolenhetskod": "skola", "Antal i gruppen": "grupp", "Svarsfrekvens": "svarsfrekvens",
    "Skolenkäten 2022 - Elever år 2 / Antal": "svar",
    "1. Information om utbildningen / Index": "index1",
}  # fmt: skip
ANSWERS = range(10, 372)  # 0-based: a column an answer, counts and shares in turn

Cells = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def printed() -> Cells:
    """The first sheet by openpyxl, row by row as it stands."""
    book = openpyxl.load_workbook(BOOK, read_only=True, data_only=True)
    return list(book.worksheets[0].iter_rows(values_only=True))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = establish(tmp_path_factory.mktemp("skola"), settings("Provkommun", ["norr=Norr"]))
    forms = made.raw / "formular"
    forms.mkdir(exist_ok=True)
    masks = [{"value": m, "label": m, "missing": True} for m in MASKS]
    number = {"type": "number", "categories": masks}
    letters = [f"kolumn {get_column_letter(j + 1)}" for j in ANSWERS]
    headers = NAMED
    fields = [
        {"name": "skola", "title": "Skola", "type": "integer", "constraints": {"required": True}},
        *({"name": f, "title": f, **number} for f in headers.values() if f != "skola"),
        *({"name": f"svar_{j}", "title": f"svar_{j}", **number} for j in ANSWERS),
    ]
    codebook = {"name": "skolenkat", "title": "Skolenkät", "kind": "comparator",
                "protects": "none", "primaryKey": ["skola"], "fields": fields}  # fmt: skip
    (forms / "skolenkat.json").write_text(json.dumps(codebook), encoding="utf-8")
    columns = headers | {h: f"svar_{j}" for h, j in zip(letters, ANSWERS, strict=True)}
    told = "\n".join(f'"{h}" = "{f}"' for h, f in columns.items())
    say(
        made,
        'system = "Skolinspektionen"\nfil = "gy2*.xlsx"\nblad = "Resultat elever år 2 2022"\n'
        f'formular = "skolenkat"\nrubrikrader = [1, 2, 3]\n[kolumner]\n{told}\n',
        "skolenkat",
    )
    others = ("Könsuppdelat resultat", "Förklaring")
    skip = ", ".join(f'"{BOOK.name}!{s}"' for s in others)
    toml = made.raw / "kommun.toml"
    toml.write_text(f"hoppa_over = [{skip}]\n" + toml.read_text(encoding="utf-8"), encoding="utf-8")
    (made.raw / "2022").mkdir()
    shutil.copyfile(BOOK, made.raw / "2022" / BOOK.name)
    return made


@pytest.fixture(scope="module")
def table(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    out = tmp_path_factory.mktemp("ut")
    clean_year(workspace, 2022, out)
    return pq.read_table(out / "rensat" / "skolenkat.parquet").to_pandas().set_index("_rad")


def test_the_response_rate_of_every_school_is_the_printed_one(
    table: pd.DataFrame, printed: Cells
) -> None:
    schools = {n: row for n, row in enumerate(printed, 1) if n > 3 and row[3] is not None}
    assert len(schools) == 648
    found = table.loc[sorted(schools)]
    assert found["skola"].tolist() == [r[3] for r in schools.values()]
    assert found["svarsfrekvens"].tolist() == [r[7] for r in schools.values()]
    counted = found["svar"] / found["grupp"]
    assert ((counted - found["svarsfrekvens"]).abs() <= 0.0005 + 1e-9).all()


def test_masks_are_kept_apart_from_each_other_and_from_zero(
    table: pd.DataFrame, printed: Cells
) -> None:
    numbers = zeros = 0
    masked: Counter[str] = Counter()
    for j in ANSWERS:
        values, why = table[f"svar_{j}"], table[f"svar_{j}__bortfall"]
        for number, row in enumerate(printed[3:], 4):
            cell = row[j]
            if cell in MASKS:
                assert pd.isna(values[number]) and why[number] == cell
                masked[cell] += 1
            elif cell is not None:
                assert values[number] == cell and pd.isna(why[number])
                numbers, zeros = numbers + 1, zeros + (cell == 0)
    whole = Counter(c for row in printed[3:] for c in row[10:372] if isinstance(c, str))
    assert masked == whole and min(masked[m] for m in MASKS) > 300
    assert numbers > 150_000 and zeros > 1_000


def test_verification_reads_the_same_columns_and_cells(
    workspace: Workspace, printed: Cells
) -> None:
    import tomllib

    said = tomllib.loads(
        (workspace.raw / "formular" / "skolenkat.mappning.toml").read_text(encoding="utf-8")
    )
    sheet = next(iter(sheets_of(BOOK.name, ".xlsx", BOOK.read_bytes())))
    (laid,) = with_mapping(sheet, [said])
    assert laid.layout is not None and laid.layout.first == 3
    at = {names[0]: j for j, names in enumerate(laid.layout.names) if names}
    assert {f: at[f] for f in ("skola", "grupp", "svar", "svarsfrekvens", "index1")} == {
        "skola": 3, "grupp": 5, "svar": 6, "svarsfrekvens": 7, "index1": 8,
    }  # fmt: skip
    assert printed[1][7] == "Svarsfrekvens"
