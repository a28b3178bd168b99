from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import IntakeError
from pipeline.intake.year import clean_year
from pipeline.workspace import Workspace
from tests.municipality import write_workbook

from .test_readers import KOLADA

HEAD = ["Ärende-id", "Slutdatum", "Enhet", "Ålder"]
ROW = ["A1", "2025-03-01", "Familjeteamet", 17]


def put(workspace: Workspace, name: str, rows: list[list[object]], **sheets: object) -> Path:
    more = {"Svar": rows, **sheets}
    return write_workbook(workspace.raw / "2025" / name, more)  # type: ignore[arg-type]


def fails(workspace: Workspace, out: Path) -> list[str]:
    with pytest.raises(IntakeError) as caught:
        clean_year(workspace, 2025, out)
    assert {p.name for p in out.glob("**/*")} <= {"stopp.json"}
    return caught.value.messages


def test_a_year_is_written_as_tables_sources_duplicates_and_errors(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = put(workspace, "a.xlsx", [HEAD, ROW, ["A2", "i mars"]], Info=[["Läs detta"]])
    put(workspace, "b.xlsx", [HEAD, ["A1", "2025-05-01", "Vuxen", 18]])
    (workspace.raw / "2025" / "missiv.docx").write_bytes(b"PK")
    (workspace.raw / "2025" / "~$a.xlsx").write_bytes(b"lock")
    (workspace.raw / "kolada").mkdir()
    (workspace.raw / "kolada" / "svar.json").write_text(KOLADA, encoding="utf-8")
    out = tmp_path / "out"
    summary = clean_year(workspace, 2025, out)

    cases = pq.read_table(out / "rensat" / "provarenden.parquet")
    assert cases.select(["_kalla", "_rad", "enhet"]).to_pylist() == [
        {"_kalla": "a.xlsx!Svar", "_rad": 3, "enhet": None},
        {"_kalla": "b.xlsx!Svar", "_rad": 2, "enhet": "vux"},
    ]
    assert cases.schema.metadata is None
    (duplicate,) = pq.read_table(out / "rensat" / "dubbletter.parquet").to_pylist()
    assert (duplicate["_kalla"], duplicate["_rad"]) == ("a.xlsx!Svar", 2)
    assert (duplicate["behallen_kalla"], duplicate["behallen_rad"]) == ("b.xlsx!Svar", 2)
    (error,) = pq.read_table(out / "rensat" / "fel.parquet").to_pylist()
    assert error["adress"] == "a.xlsx!Svar!B3" and error["falt"] == "slutdatum"
    kolada = pq.read_table(out / "rensat" / "jamforelser.parquet")
    assert kolada["varde"].to_pylist() == [0.0, None]
    assert kolada["_kalla"].to_pylist() == ["kolada/svar.json"] * 2

    sources = json.loads((out / "kallor.json").read_text(encoding="utf-8"))
    assert sources["a.xlsx!Svar"] == {
        "file": "a.xlsx",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "sheet": "Svar",
        "table": "provarenden",
        "kind": "xlsx",
        "header_row": 1,
        "columns": {"arende_id": ["A"], "slutdatum": ["B"], "enhet": ["C"], "alder": ["D"]},
        "note": "",
        "unread": [],
        "decided_by": [],
        "rules": {"datum_som_text": 1, "omkodat": 1},
        "rows": 2,
    }
    assert sources["missiv.docx"]["table"] is None and sources["a.xlsx!Info"]["note"]
    assert summary.tables == ("jamforelser", "provarenden")
    by_source = {(s.file, s.sheet): s for s in summary.sources}
    assert by_source["a.xlsx", "Svar"].rows == 2 and by_source["a.xlsx", "Svar"].duplicates == 1
    assert by_source["missiv.docx", ""].form == ""


def test_equal_input_gives_equal_bytes(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, "a.xlsx", [HEAD, *[[f"A{i}", "2025-03-01", "fam", i] for i in range(500)]])
    written = []
    for name in ("ett", "tva"):
        clean_year(workspace, 2025, tmp_path / name)
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        written.append([(p.relative_to(tmp_path / name), p.read_bytes()) for p in files])
    assert written[0] == written[1] and len(written[0]) == 6


def test_every_fault_of_every_file_is_told_at_once(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, "a.xlsx", [["Ärende-id", "Slutdag", "Enhet", "Ålder"], ROW])
    put(workspace, "b.xlsx", [["Bil", "Reg", "Färg"], [1, 2, 3]], Två=[["X", "Y", "Z"], [1, 2, 3]])
    put(workspace, "c.xlsx", [HEAD, ROW])
    (workspace.raw / "2025" / "d.xls").write_bytes(b"x")
    found = fails(workspace, tmp_path / "out")
    assert [m.split(":")[0].split(",")[0] for m in found] == ["a.xlsx", "b.xlsx", "b.xlsx", "d.xls"]


def test_the_same_file_under_two_names_counts_once(workspace: Workspace, tmp_path: Path) -> None:
    path = put(workspace, "a.xlsx", [HEAD, ROW])
    (workspace.raw / "2025" / "kopia av a.xlsx").write_bytes(path.read_bytes())
    summary = clean_year(workspace, 2025, tmp_path / "out")
    read, copy = summary.sources
    assert read.rows == 1 and copy.rows == 0 and "identisk med a.xlsx" in copy.note


def test_a_workbook_without_any_table_is_told(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, "a.xlsx", [HEAD, ROW])
    put(workspace, "b.xlsx", [["Bara text"]])
    (told,) = fails(workspace, tmp_path / "out")
    assert told.startswith("b.xlsx") and "Svar" in told


def test_a_year_of_documents_only_is_told(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.raw / "2025" / "plan.pdf").write_bytes(b"%PDF")
    (told,) = fails(workspace, tmp_path / "out")
    assert "plan.pdf" in told and "2025" in told


def test_what_the_municipality_passes_over_is_not_opened(
    workspace: Workspace, tmp_path: Path
) -> None:
    put(workspace, "a.xlsx", [HEAD, ROW], Annat=[["Bil", "Reg", "Färg"], [1, 2, 3]])
    (workspace.raw / "2025" / "gammal.xls").write_bytes(b"x")
    toml = 'hoppa_over = ["gammal.xls", "a.xlsx!Annat"]\n'
    (workspace.raw / "kommun.toml").write_text(toml, encoding="utf-8")
    summary = clean_year(workspace, 2025, tmp_path / "out")
    assert [bool(s.table) for s in summary.sources] == [True, False, False]
