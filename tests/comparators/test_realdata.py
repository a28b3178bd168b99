"""All of a real download from Kolada through the client, and as it lies in the year's table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline.intake.year import clean_year
from pipeline.validation.year import validate_year

from .conftest import Place
from .standin import value

DATA = (
    Path(__file__).parents[2].parent
    / "shared" / "realdata" / "kolada" / "2023-03-28_KOLADA_data_raw.parquet"
)  # fmt: skip
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_file(), reason=f"{DATA} is not there"),
]
STATUSES = {"Missing": 1520, "Not applicable": 908, "Privacy": 881}


def test_137170_values_are_fetched_and_no_status_becomes_a_number(place: Place) -> None:
    stored = pd.read_parquet(DATA)
    held: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for r in stored.itertuples():
        number = None if pd.isna(r.value) else float(r.value)
        key = (str(r.kpi), str(r.municipality_id), int(str(r.year)))
        held.setdefault(key, []).append(value(number, str(r.gender), str(r.status)))
    place.standin.held, place.standin.per_page = dict(held), 4000
    kpis, municipalities, years = (tuple(sorted({str(k[i]) for k in held})) for i in range(3))
    place.fetch("2023-03-28", kpis, municipalities, years)
    segments = [p.split("?")[0].split("/")[4:9:2] for p in place.standin.asked]
    assert all(len(s.split(",")) <= 25 for ids in segments for s in ids)
    assert any("page=2" in p for p in place.standin.asked)

    out = place.workspace.processed / "2025"
    clean_year(place.workspace, 2025, out)
    validate_year(place.workspace, 2025, out)
    table = pq.read_table(out / "jamforelser.parquet").to_pandas()
    assert len(table) == len(stored) == 137_170
    assert Counter(table["status"].dropna()) == STATUSES
    assert table.loc[table["status"].notna(), "varde"].isna().all()
    # The source itself gives a number beside 332 of them: 292 Missing and 40 Privacy.
    beside = stored[(stored["status"] != "") & stored["value"].notna()]
    assert Counter(beside["status"]) == {"Missing": 292, "Privacy": 40}

    columns = ["kpi", "kommun", "ar", "kon"]
    named = stored.rename(
        columns={"municipality_id": "kommun", "year": "ar", "gender": "kon", "value": "published"}
    )
    both = table.merge(
        named[[*columns, "published", "status"]], on=columns, suffixes=("", "_source")
    )
    shown = both[both["status_source"] == ""]
    assert len(both) == 137_170 and len(shown) == 133_861
    pd.testing.assert_series_equal(shown["varde"], shown["published"], check_names=False)
    assert (shown["varde"] == 0).sum() == (shown["published"] == 0).sum() > 100
