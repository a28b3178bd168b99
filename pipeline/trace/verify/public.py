"""What stands in `publik/` beside report and PDF: the public ledger and the tables. Read by json
and csv, and nothing of `pipeline.publish`."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.trace.verify.edition import MIMETYPE, SILENT
from pipeline.trace.verify.package import package_differences
from pipeline.trace.verify.verdict import Difference

Record = Mapping[str, Any]
Table = tuple[tuple[str, ...], ...]
LEDGER, TABLES = "faktaregister.json", "tabeller"
PARTS = ("n", "numerator", "denominator")
KEYS = {
    "id", "name", "title", "scope", "period", "kind", "unit", "definition", "words", "parents",
    "value", *PARTS, "hidden",
}  # fmt: skip
_OF = re.compile(r"([\d\u00a0]+) av ([\d\u00a0]+)")


def public_differences(
    out: Path, facts: Mapping[str, Record], occurrences: Sequence[Record], tables: Sequence[Table]
) -> Iterator[Difference]:
    """Where the public ledger says more than, or other than, the texts shown; where a table
    file is no table of the chapters. The texts themselves are recomputed elsewhere."""
    yield from _ledger(out / LEDGER, facts, occurrences)
    yield from _tables(out / TABLES, tables)
    yield from package_differences(out, _told(out / LEDGER), tables)


def _told(path: Path) -> dict[str, Record]:
    try:
        return {row["id"]: row for row in json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # said above


def _ledger(
    path: Path, facts: Mapping[str, Record], occurrences: Sequence[Record]
) -> Iterator[Difference]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        told = {row["id"]: row for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        yield Difference("fil", LEDGER, "filen saknas eller går inte att läsa")
        return
    texts: dict[str, dict[str, list[str]]] = {}
    for o in occurrences:
        texts.setdefault(o["fact"], {}).setdefault(o["part"], []).append(o["text"])
    for key in sorted({*told, *facts}):
        row, record = told.get(key), facts.get(key)
        if row is None or record is None:
            what = "saknas" if row is None else "har ett faktum som rapporten inte har"
            yield Difference("block", LEDGER, what, id=key)
            continue
        for what, there, mine in _row(row, record, texts.get(key, {})):
            yield Difference(
                "block", LEDGER, what, str(there), str(mine), record["name"], record["scope"], key
            )


def _row(row: Record, record: Record, texts: Mapping[str, list[str]]) -> Iterator[tuple[Any, ...]]:
    """(what, as it stands, as it should) of one row."""
    if set(row) != KEYS:
        yield "fälten", sorted(set(row) ^ KEYS), ""
        return
    hidden = record["status"] == "dold"
    for key in ("name", "period", "kind", "unit"):
        if row[key] != record[key]:
            yield key, row[key], record[key]
    for key in ("scope", "definition", "parents"):
        if row[key] != json.loads(record[key]):
            yield key, row[key], record[key]
    if row["hidden"] != hidden:
        yield "hidden", row["hidden"], hidden
    values = texts.get("value", [])
    counted = [m for m in map(_OF.fullmatch, values) if m]
    told: dict[str, set[Any]] = {p: {_number(t) for t in texts.get(p, ())} for p in PARTS}
    for match in counted:
        told["numerator"].add(_number(match[1]))
        told["denominator"].add(_number(match[2]))
        told["n"].add(_number(match[2]))
    for part in PARTS:
        if row[part] is not None and row[part] not in told[part]:
            yield part, row[part], ""
    if row["value"] is not None and (hidden or not _same(row["value"], values, record)):
        yield "value", row["value"], " · ".join(values)


def _same(value: Any, texts: Sequence[str], record: Record) -> bool:
    """Whether a value is what one of the texts says."""
    if record["kind"] == "word":
        return value in texts
    scale = 100 if record["unit"] in ("andel", "andelsskillnad") else 1
    for text in texts:
        match = _OF.fullmatch(text)
        if match:
            k, n = float(_number(match[1]) or 0), float(_number(match[2]) or 1)
            said = k / n
        elif (number := _number(text)) is not None:
            said = float(number) / scale
        else:
            continue
        if abs(said - float(value)) < 1e-9 * max(1.0, abs(said)):
            return True
    return False


def _number(text: str) -> float | None:
    """The number that a text begins with, digit for digit."""
    match = re.match(r"([+\u2212]?)(\d[\d\u00a0]*)(?:,(\d+))?", text)
    if match is None:
        return None
    whole = match[2].replace("\u00a0", "")
    number = float(f"{whole}.{match[3] or 0}")
    return -number if match[1] == "\u2212" else number


def _tables(folder: Path, tables: Sequence[Table]) -> Iterator[Difference]:
    found: Counter[Table] = Counter()
    for path in sorted(folder.glob("*.csv")):
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                # An apostrophe keeps a spreadsheet from taking a text for a formula.
                rows = csv.reader(file, delimiter=";")
                table = tuple(tuple(f.removeprefix("'") for f in row) for row in rows)
        except (OSError, ValueError, csv.Error):
            yield Difference("fil", f"{TABLES}/{path.name}", "filen går inte att läsa")
            continue
        found[table] += 1
        if found[table] > Counter(tables)[table]:
            yield Difference("block", f"{TABLES}/{path.name}", "är ingen av kapitlens tabeller")
    if gone := sum((Counter(tables) - found).values()):
        yield Difference("block", TABLES, f"{gone} av kapitlens tabeller saknas")


def read_tables(path: Path) -> Iterator[Table]:
    """The tables of one executed notebook as texts, in order, those under figures included."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code" or SILENT & set(cell["metadata"].get("tags", ())):
            continue
        for output in cell.get("outputs", ()):
            block = output.get("data", {}).get(MIMETYPE) or {}
            table = block.get("table") if block.get("kind") == "figure" else block
            if table and table.get("kind") == "table":
                yield _texts(table)


def _texts(table: Record) -> Table:
    def plain(runs: Sequence[Any]) -> str:
        return "".join(r if isinstance(r, str) else r["text"] for r in runs)

    head = tuple(plain(c["header"]) for c in table["columns"])
    rows = [(plain(r["header"]), *map(plain, r["cells"])) for r in table["rows"]]
    return (head, *(tuple(r) for r in rows))
