"""Whatever people write, every row is accounted for and what counts is clean."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.validation.check import run_checks
from pipeline.validation.records import BLANKED, PROCESSED, QUARANTINED
from pipeline.validation.rules import load_checks
from pipeline.validation.suites import shipped_codebooks
from pipeline.workspace import load_kommun
from tests.validation.conftest import BACKGROUND, CLOSING, Municipality

IDS = st.sampled_from(["A1", "A2", "A3", "A4", ""])
DATES = ["2025-01-10", "2025-06-01", "2024-12-31", "1899-01-01", "31/11 2025", "igår", "2052-03-01"]
background_rows = st.lists(
    st.tuples(
        IDS,
        st.sampled_from(["Öppenvård Norr", "Öppenvård Söder", "Öppenvård Nor", ""]),
        st.sampled_from(["MET", "KBT", "XYZ"]),
        st.sampled_from(DATES),
        st.sampled_from(["17", "34", "211", "-1", "trettio", ""]),
        st.sampled_from(["Kvinna", "Man", "Vet ej", "Häst"]),
        st.sampled_from(["Alkohol", "Alkohol;Spel", "Alkohol;Bläckfisk", "Bläckfisk", ""]),
    ),
    min_size=1,
    max_size=8,
)
closing_rows = st.lists(
    st.tuples(
        IDS,
        st.sampled_from([*DATES, ""]),
        st.sampled_from(["Klient", "Ungdom", "Katt"]),
        st.sampled_from([*DATES, ""]),
        st.sampled_from(["1", "5", "7", "Vet ej", "fyra"]),
        st.sampled_from(["1", "5", "0", ""]),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(background=background_rows, closing=closing_rows)
def test_balance_holds_whatever_people_write(
    background: list[tuple[Any, ...]], closing: list[tuple[Any, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as root:
        place = Municipality(Path(root))
        place.text("bakgrund.csv", BACKGROUND, *background)
        place.text("avslut.csv", CLOSING, *closing)
        year = place.run()

        # Counted from what was written, not by the code under test.
        written = {"bakgrund.csv": len(background), "avslut.csv": len(closing)}
        assert {name: f.rows for name, f in year.summary.files.items()} == written
        rows = {(r["_kalla"], r["_rad"]): r["status"] for r in year.table("rader")}
        assert len(rows) == sum(written.values())

        books = shipped_codebooks()
        for name in ("bakgrund", "avslut"):
            table = year.table(name)
            kept = {(r["_kalla"], r["_rad"]): r for r in table}
            own = {k for k, status in rows.items() if k[0] == f"{name}.csv" and status == PROCESSED}
            assert kept.keys() == own and len(kept) == len(table)
            blanked = [f for f in year.findings(BLANKED) if f.tabell == name]
            for cell in blanked:
                value = {k: v for k, v in kept[cell.kalla, cell.rad].items() if _of(cell.falt, k)}
                assert value and not any(v is not None for v in value.values())
            cells = {(f.kalla, f.rad, f.falt) for f in blanked}
            assert year.summary.files[f"{name}.csv"].cells_blanked == len(cells)
        out = {(f.kalla, f.rad) for f in year.findings(QUARANTINED)}
        assert out == {k for k, status in rows.items() if status == QUARANTINED}

        # What counts meets every check that does more than flag.
        kommun = load_kommun(place.workspace.raw)
        lists = {k: [o.value for o in kommun.catalogue(k)] for k in ("enheter", "insatser")}
        for name in ("bakgrund", "avslut"):
            checks = [c for c in load_checks(books[name], Path("saknas")) if c.severity != "info"]
            for result in run_checks(year.parquet(name), checks, lists):
                assert result.rows == (), result.check.kontroll


def _of(field: str, column: str) -> bool:
    return column == field or column.startswith(f"{field}__")
