"""An edition is verified number by number, by code of its own."""

from __future__ import annotations

import ast
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import pipeline.trace.verify as package
from pipeline.errors import UsageError
from pipeline.trace.verify import Verdict, refuse, verify
from pipeline.trace.verify.swedish import expected_text, written

from .verified import YEAR, Edition

NBSP, MINUS = "\u00a0", "\u2212"


def test_every_number_of_an_edition_is_verified(sound: Edition, plain: Verdict):
    verdict = plain
    assert list(verdict.lines()) == [f"verifierat {verdict.total} av {verdict.total} tal"]
    rows = {
        folder.name: sum(
            pq.read_table(folder / f"{name}.parquet").num_rows
            for name in ("faktaregister", "forekomster")
        )
        for folder in (
            sound.intern, sound.intern / "publik", *(sound.intern / "tertial").glob("T?"),
            *(sound.intern / "underlag").iterdir(), *(sound.intern / "verksamhet").glob("V*"),
        )
    }  # fmt: skip
    assert verdict.checked == verdict.total == sum(rows.values())
    assert {"T3", "namnden", "kommunstyrelsen", f"V{YEAR}-01"} < set(rows) and len(rows) == 15
    assert min(rows["intern"], rows["publik"]) > 500
    refuse(verdict)


def test_an_edition_not_yet_in_place_is_verified_where_it_lies(sound: Edition, tmp_path: Path):
    shutil.copytree(sound.intern, tmp_path / "ny")
    shutil.copytree(sound.public, tmp_path / "utåt")
    verdict = verify(sound.workspace, YEAR, tmp_path / "ny", public=tmp_path / "utåt")
    assert verdict.ok and verdict.checked == verdict.total


def test_a_year_without_a_report_says_what_to_do(sound: Edition, tmp_path: Path):
    with pytest.raises(UsageError, match="make annual"):
        verify(sound.workspace, YEAR, tmp_path)


@pytest.mark.parametrize(
    ("value", "places", "plus", "text"),
    [
        ("1/8", 2, False, "0,13"), ("-1/8", 2, False, f"{MINUS}0,13"), ("25/2", 0, False, "13"),
        ("9999", 0, False, "9999"), ("10000", 0, False, f"10{NBSP}000"),
        ("1234567/2", 1, False, f"617{NBSP}283,5"), ("-1/1000", 1, True, "0,0"),
        ("1/20", 1, True, "+0,1"), ("0", 0, True, "0"), ("3", 2, False, "3,00"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_swedish_readers_expect(
    value: str, places: int, plus: bool, text: str
):
    assert written(Fraction(value), places, plus) == text


def _share(k: int, n: int) -> dict[str, Any]:
    return {"kind": "share", "unit": "andel", "status": "ok" if n else "tom", "n": n,
            "numerator": k, "denominator": n, "value": Fraction(k, n) if n else None,
            "words": ()}  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "fact", "part", "expected"),
    [
        (f"62{NBSP}%", _share(62, 100), "value", f"62{NBSP}%"),
        (f"63{NBSP}%", _share(62, 100), "value", f"62{NBSP}%"),
        (f"62,4{NBSP}%", _share(623, 1000), "value", f"62,3{NBSP}%"),
        (f"75{NBSP}%", _share(6, 8), "value", "6 av 8"),
        ("6 av 8", _share(6, 8), "value", "6 av 8"),
        ("60 av 80", _share(60, 80), "value", f"75{NBSP}%"),
        ("81", _share(6, 80), "denominator", "80"),
        (f"0{NBSP}%", _share(0, 0), "value", "inga svar"),
    ],
)  # fmt: skip
def test_what_should_have_stood_there(shown: str, fact: dict[str, Any], part: str, expected: str):
    assert expected_text(shown, fact, part, []) == expected


def test_verification_shares_no_code_with_the_reports_path():
    barred = {"intake", "validation", "facts", "report", "publish", "run"}
    allowed = {"forms", "workspace", "errors", "trace"}
    # Told to both: what was destroyed, what a personal identifier looks like; kept by both: bytes
    # under a digest.
    shared = {"pipeline.disposal.record", "pipeline.privacy.screen", "pipeline.privacy.columns",
              "pipeline.memory"}  # fmt: skip
    folder = Path(package.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                module = node.module or ""
                names = (
                    [f"pipeline.{a.name}" for a in node.names] if module == "pipeline" else [module]
                )
            elif isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            for name in (n for n in names if n.split(".")[0] == "pipeline"):
                if name in shared:
                    continue
                room = name.split(".")[1] if "." in name else ""
                assert room in allowed and room not in barred, (path.name, name)
                assert room != "trace" or name.startswith("pipeline.trace.verify"), (
                    path.name,
                    name,
                )
