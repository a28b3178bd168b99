"""A refused value, here a personnummer, is nowhere in what validation leaves behind."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.validation.pages import write_pages
from pipeline.validation.summary import terminal_summary
from tests.validation.conftest import END, START, Municipality, changed

PLANTED = "19850412-2389"


def everything_in(folder: Path) -> bytes:
    """Every byte of every file, parquet also as text."""
    found = b""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found += path.name.encode() + path.read_bytes()
        if path.suffix == ".parquet":
            found += repr(pq.read_table(path).to_pylist()).encode()
    return found


def test_refused_personnummer_is_found_in_no_output(
    municipality: Municipality, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    background = [START]
    background += [changed(START, _0=f"B{i}", **{f"_{i}": PLANTED}) for i in range(1, 7)]
    closing = [END]
    closing += [changed(END, _0=f"C{i}", **{f"_{i}": PLANTED}) for i in range(1, 6)]
    year = municipality.one_year(closing, background)
    write_pages(year.out, tmp_path / "datakvalitet", "Exempelkommun")
    said = terminal_summary(year.summary, mending_list=str(year.out / "att_ratta.csv"))
    printed = capfd.readouterr()

    refused = {f.falt for f in year.findings(check="olaslig")}
    assert len(refused) == 11  # every planted value was refused
    planted = (PLANTED, PLANTED.replace("-", ""), PLANTED[2:])
    outputs = everything_in(municipality.workspace.processed.parent / "processed")
    outputs += everything_in(tmp_path / "datakvalitet")
    outputs += (said + printed.out + printed.err + repr(year.summary)).encode()
    assert not [p for p in planted if p.encode() in outputs]
    assert (printed.out, printed.err) == ("", "")
