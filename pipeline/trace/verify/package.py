"""The data package of the public edition: its tables are the chapters', and each number in it is
what the public ledger says. Read by json and csv, and nothing of `pipeline.publish`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.trace.verify.verdict import Difference

Table = tuple[tuple[str, ...], ...]
FOLDER, PACKAGE, REGISTER = "arkiv", "datapackage.json", "faktaregister.csv"
NUMBER, FACT, UNIT = "_varde", "_faktum", "_enhet"
PARTS = ("value", "n", "numerator", "denominator")


def package_differences(
    out: Path, ledger: Mapping[str, Mapping[str, Any]], tables: Sequence[Table]
) -> Iterator[Difference]:
    """Where the package is not what the chapters show. `ledger`: fact → its row in the public
    ledger; `tables`: the chapters' tables as texts."""
    folder = out / FOLDER
    try:
        package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        fields = {r["path"]: r["schema"]["fields"] for r in package["resources"]}
        read = {name: _read(folder / name) for name in fields}
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        yield Difference("fil", f"{FOLDER}/{PACKAGE}", "filen eller en tabell går inte att läsa")
        return
    found: Counter[Table] = Counter()
    for name, rows in read.items():
        where = f"{FOLDER}/{name}"
        if list(rows[0]) != [f["name"] for f in fields[name]]:
            yield Difference("block", where, "har andra kolumner än den beskrivs med")
            continue
        if name == REGISTER:
            yield from _register(rows, ledger, where)
            continue
        yield from _numbers(rows, ledger, where)
        table = _shown(rows, [str(f.get("title", "")) for f in fields[name]])
        found[table] += 1
        if found[table] > Counter(tables)[table]:
            yield Difference("block", where, "är ingen av kapitlens tabeller")
    if gone := sum((Counter(tables) - found).values()):
        yield Difference("block", FOLDER, f"{gone} av kapitlens tabeller saknas")


def _read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(tuple(row) for row in csv.reader(file, strict=True))


def _shown(rows: Table, titles: Sequence[str]) -> Table:
    """The columns as shown, under their headings."""
    head = rows[0]
    own = [
        i for i, name in enumerate(head)
        if i and not any(name == f"{other}{end}" for other in head for end in (NUMBER, FACT, UNIT))
    ]  # fmt: skip
    return (tuple(titles[i] for i in own), *(tuple(row[i] for i in own) for row in rows[1:]))


def _numbers(
    rows: Table, ledger: Mapping[str, Mapping[str, Any]], where: str
) -> Iterator[Difference]:
    for column, name in enumerate(rows[0]):
        if not name.endswith(NUMBER):
            continue
        fact_at = rows[0].index(name.removesuffix(NUMBER) + FACT)
        for row in rows[1:]:
            if row[column] in ("", ".."):
                continue
            known = ledger.get(row[fact_at], {})
            told = [known[p] for p in PARTS if isinstance(known.get(p), int | float)]
            if not any(float(row[column]) == float(value) for value in told):
                yield Difference(
                    "block", where, "har ett annat tal än det publika registret",
                    row[column], " · ".join(map(str, told)), id=row[fact_at],
                )  # fmt: skip


def _register(
    rows: Table, ledger: Mapping[str, Mapping[str, Any]], where: str
) -> Iterator[Difference]:
    told = {row["id"]: row for row in (dict(zip(rows[0], r, strict=True)) for r in rows[1:])}
    for key in sorted({*told, *ledger}):
        if key not in told or key not in ledger:
            yield Difference("block", where, "har inte samma tal som det publika registret", id=key)
            continue
        for part in PARTS:
            value = ledger[key][part]
            there = told[key]["word" if isinstance(value, str) else part]
            same = value == there if isinstance(value, str) else _same(there, value)
            if not same:
                yield Difference("block", where, part, there, str(value), id=key)


def _same(text: str, value: float | None) -> bool:
    if value is None:
        return text in ("", "..")
    return text not in ("", "..") and float(text) == float(value)
