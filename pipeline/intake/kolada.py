"""Kolada's answers as tables: one row an inner value, in the order of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import IntakeError
from pipeline.intake.raw import Cell, RawTable

HEADER = (
    "kpi", "municipality", "period", "gender", "count", "status", "value", "isdeleted", "hamtad",
)  # fmt: skip


def read_kolada(data: bytes, name: str, sha256: str) -> list[RawTable]:
    """An answer of Kolada's data resource: v3, v2 (no `isdeleted`), the flat v1, or a list of
    pages; what `fetch` has saved says when (`hamtad`). Row 1 of the table is the header, row i + 1
    the answer's i-th inner value."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
        rows = tuple(_rows(document))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IntakeError([_unknown(name)]) from error
    return [RawTable(name, sha256, "", "kolada", (HEADER, *rows))]


def _rows(document: Any) -> Iterator[tuple[Cell, ...]]:
    pages = document if isinstance(document, list) else [document]
    for page in pages:
        entries = page["values"] if isinstance(page, dict) and "values" in page else None
        if not isinstance(entries, list):
            raise KeyError("values")
        for entry in entries:
            inner = entry.get("values")
            for value in inner if isinstance(inner, list) else [entry]:
                yield _row(entry, value, page)


def _row(
    entry: Mapping[str, Any], value: Mapping[str, Any], page: Mapping[str, Any]
) -> tuple[Cell, ...]:
    return (
        str(entry["kpi"]),
        str(entry["municipality"]),
        int(entry["period"]),
        value.get("gender", "T"),  # the flat layout left it out where there is only a total
        value.get("count"),
        value.get("status") or "",
        value["value"],
        bool(value.get("isdeleted", False)),
        value.get("hamtad", page.get("hamtad")),
    )


def _unknown(name: str) -> str:
    return (
        f"{name}: JSON-filen är inte ett svar från Kolada med värden per nyckeltal, kommun och "
        "år (fälten values, kpi, municipality, period).\n"
        "Gör så här: hämta svaret på nytt med webbadressen "
        "https://api.kolada.se/v3/data/kpi/<nyckeltal>/municipality/<kommun> och spara det "
        f'oförändrat. Ska filen inte läsas: lägg till "{name}" i listan hoppa_over i '
        "kommun.toml."
    )
