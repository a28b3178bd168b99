"""The rows under a fact as the sheet lists them: every row of its table, whether it counts or not,
so that nobody has to trust what was left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.trace.raw_values import RawFiles
from pipeline.trace.tables import Tables
from pipeline.validation.addresses import cell_address

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What a column holds in a row: the source cells, what stands in them, what it became."""

    address: str
    raw: Any
    used: Any


@dataclass(frozen=True, slots=True)
class Listed:
    """A fact's table: `columns` (name, title) that the fact reads, and its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, int, tuple[Value, ...]], ...]  # source, spreadsheet row, values


def listed(tables: Tables, files: RawFiles, record: Record) -> Listed:
    """Every row of the fact's table. Raises UppfoljningError where a raw file has changed since
    the tables were made."""
    definition = json.loads(record["definition"])
    table, year = definition["dataset"], tables.year + definition["period"]
    data = tables.dataset(table, year)
    assert data.table is not None
    names = [r.split(".", 1)[1] for r in json.loads(record["reads"])]
    values = {n: data.table.column(n).to_pylist() for n in names}
    places = list(
        zip(
            data.table.column("_kalla").to_pylist(),
            data.table.column("_rad").to_pylist(),
            strict=True,
        )
    )
    made = []
    for i, (kalla, rad) in enumerate(places):
        cells = tuple(
            Value(*_source(tables, files, table, year, name, i), values[name][i]) for name in names
        )
        made.append((f"{year}/{kalla}", int(rad), cells))
    made.sort(key=lambda row: row[:2])
    titles = {n: data.dimensions[n].title if n in data.dimensions else n for n in names}
    return Listed(tuple((n, _title(n, titles[n], names)) for n in names), tuple(made))


def _title(name: str, title: str, names: list[str]) -> str:
    field, _, option = name.partition("__")
    return f"{title}: {option}" if option and field not in names else title


def _source(
    tables: Tables, files: RawFiles, table: str, year: int, name: str, i: int
) -> tuple[str, Any]:
    """The addresses of a column's source cells in a row, and what stands in them."""
    addresses: list[str] = []
    raws: list[Any] = []
    for origin in sorted(tables.forms.origins(name, table)):
        link = tables.link(table, year, origin.path)
        if link.sheet[i] < 0:
            continue
        sheet, row = link.sheets[link.sheet[i]], int(link.row[i])
        address = cell_address(tables.sources[sheet.year], sheet.kalla, row, origin.field)
        if not address:
            continue
        addresses.append(f"{sheet.year}/{address}")
        raws += files.shown(sheet, row, origin.field)
    filled = [r for r in raws if r is not None]
    raw = None if not filled else filled[0] if len(filled) == 1 else " | ".join(map(str, filled))
    return ", ".join(addresses), raw
