"""The page and the command of a comparison: offline, untrusted values as text, JSON complete."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.cli import main
from pipeline.publish.ledger import FACT_SCHEMA, FACTS
from pipeline.trace.diff.cells import file_changes
from pipeline.trace.diff.parameters import changes, receipts
from tests.trace.small import ENDS, edition, municipality, set_cell, write_sheet

HOSTILE = '<script>alert("1")</script>'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two editions of which the newer has a hostile answer and a hidden number."""
    folder = tmp_path_factory.mktemp("jamforelse")
    workspace = municipality(folder / "kommun")
    old = edition(workspace, folder / "a")
    shutil.copytree(workspace.raw, folder / "gammal")
    set_cell(workspace.raw / "2025" / "svaren.xlsx", "C4", HOSTILE)
    new = edition(workspace, folder / "b")
    rows = pq.read_table(new / FACTS).to_pylist()
    for row in rows:
        if row["name"] == "alla":
            row |= {"value": None, "n": None, "status": "dold"}
    pq.write_table(pa.Table.from_pylist(rows, schema=FACT_SCHEMA), new / FACTS)
    return {"workspace": workspace, "a": old, "b": new, "old_raw": folder / "gammal"}


def command(place: dict[str, Any], *more: str) -> int:
    w = place["workspace"]
    return main(
        ["diff", "--raw", str(w.raw), "--processed", str(w.processed), "--reports",
         str(w.reports), "--a", str(place["a"]), "--b", str(place["b"]), "--raw-a",
         str(place["old_raw"]), *more]
    )  # fmt: skip


def test_the_page_loads_nothing_and_shows_raw_values_as_text(
    place: dict[str, Any], tmp_path: Path
) -> None:
    assert command(place, "--out", str(tmp_path / "sida.html")) == 0
    page = (tmp_path / "sida.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)
    assert "2025/svaren.xlsx!Svar!C4" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_hidden_number_is_named_as_disclosure_control(
    place: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(place, "--json", "--out", str(tmp_path / "sida.html")) == 0
    told = json.loads(capsys.readouterr().out)
    change = next(c for c in told["changes"] if c["name"] == "alla")
    assert [c["kind"] for c in change["causes"]] == ["suppression"]
    assert (change["causes"][0]["old"], change["causes"][0]["new"]) == ("ok", "dold")
    mean = next(c for c in told["changes"] if c["name"] == "medel")
    cell = mean["causes"][0]["cells"][0]
    assert (cell["address"], cell["old"], cell["new"]) == ("2025/svaren.xlsx!Svar!C4", 2, HOSTILE)
    assert told["counts"]["ändrad"] == len(told["changes"])


def as_is(_file: str, _source: str, _row: int, _column: int, cell: Any) -> Any:
    return cell


def test_rows_that_only_moved_are_no_change(tmp_path: Path) -> None:
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    write_sheet(paths[0], ENDS)
    write_sheet(paths[1], [ENDS[0], *reversed(ENDS[1:])])
    (sheet,) = file_changes("2025/svaren.xlsx", *paths, {}, (as_is, as_is))
    assert sheet.cells == {}
    assert sheet.pairs[2] == 9


def test_a_row_with_a_known_key_is_followed_where_it_went(tmp_path: Path) -> None:
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    write_sheet(paths[0], ENDS)
    last = [*ENDS[-1][:2], 1, ENDS[-1][3]]
    write_sheet(paths[1], [ENDS[0], last, *ENDS[1:-1]])
    (sheet,) = file_changes("2025/svaren.xlsx", *paths, {"svaren.xlsx!Svar": [0]}, (as_is, as_is))
    ((pair, (cell,)),) = sheet.cells.items()
    assert pair == (9, 2)
    assert (cell.column, cell.old, cell.new) == ("C", None, 1)


def test_receipts_and_decisions_follow_from_two_manifests() -> None:
    def manifest(**files: str) -> dict[str, Any]:
        named = [{"name": n.replace("__", "/").replace("_x", "."), "sha256": h}
                 for n, h in files.items()]  # fmt: skip
        return {"year": 2025, "per_datum": "2026-01-01", "inputs": named, "notebooks": []}

    old = manifest(y2025="0", kommun_xtoml="a")
    old["inputs"] += [{"name": "2025/a.xlsx", "sha256": "1"}, {"name": "2025/b.csv", "sha256": "2"}]
    new = manifest(y2025="0", kommun_xtoml="b")
    new["inputs"] += [{"name": "2025/b.csv", "sha256": "3"}, {"name": "2025/c.csv", "sha256": "4"}]
    found = [(r.file, r.state, r.old, r.new, r.rows) for r in receipts(old, new, {"2025/c.csv": 7})]
    assert found == [
        ("2025/a.xlsx", "borttagen", "1", None, None),
        ("2025/b.csv", "ersatt", "2", "3", None),
        ("2025/c.csv", "ny", None, "4", 7),
    ]
    assert [r.state for r in receipts(None, old)] == ["ny", "ny"]
    assert [(s.name, s.old, s.new) for s in changes(old, new)] == [("kommun.toml", "a", "b")]
