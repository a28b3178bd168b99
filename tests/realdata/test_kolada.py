"""Kolada's answers as fetched, against the series that somebody else derived from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest

from .conftest import Edition
from .workspace import KOLADA

pytestmark = pytest.mark.realdata

Point = tuple[str, str, str]  # kpi, municipality, year


@pytest.fixture(scope="module")
def curated() -> dict[Point, float]:
    """The published series: 8 municipalities, 13 years (none for 2021)."""
    path = KOLADA / "curated_kolada_hemtjanst.json"
    content = json.loads(path.read_text(encoding="utf-8-sig"))["innehall"]
    return {
        (content["kpi"], municipality, year): value
        for municipality, series in content["serier"].items()
        for year, value in zip(series["ar"], series["varde"], strict=True)
    }


@pytest.fixture(scope="module")
def cited(edition: Edition) -> dict[Point, float]:
    """The facts that cite Kolada for both sexes together, by kpi, municipality and year."""
    ledger = pd.read_parquet(edition.intern / "faktaregister.parquet")
    return dict(_cited(ledger))


def test_the_raw_answers_hold_every_point_of_the_series(curated: dict[Point, float]) -> None:
    """By json alone: the comparison below asks for nothing that is not there."""
    path = KOLADA / "raw_kolada_hemtjanst.json"
    values = json.loads(path.read_text(encoding="utf-8-sig"))["values"]
    raw = {
        (entry["kpi"], entry["municipality"], str(entry["period"])): value["value"]
        for entry in values
        for value in entry["values"]
        if value["gender"] == "T" and not value["isdeleted"]
    }
    assert len(curated) == 104
    assert raw == curated


def test_every_point_of_the_series_is_a_cited_fact(
    curated: dict[Point, float], cited: dict[Point, float]
) -> None:
    missing = sorted(set(curated) - set(cited))
    assert missing == []
    assert {point: cited[point] for point in curated} == curated


def _cited(ledger: pd.DataFrame) -> Iterator[tuple[Point, float]]:
    facts = ledger[ledger["kind"] == "cited"]
    for text, period, value in zip(
        facts["definition"], facts["period"], facts["value"], strict=True
    ):
        definition = json.loads(text)
        if definition.get("source") == "kolada" and _both_sexes(definition):
            municipality = definition.get("municipality", definition.get("kommun"))
            yield (definition["kpi"], municipality, str(period)), float(value)


def _both_sexes(definition: Mapping[str, Any]) -> bool:
    return all(definition.get(key, "T") == "T" for key in ("gender", "kon"))
