"""Tables of facts as blocks: each cell traced, each share with its n."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipeline.facts.fact import Fact
from pipeline.facts.pattern import DOTS
from pipeline.facts.table import FactTable, Joined, Total
from pipeline.report import hidden, legends
from pipeline.report.blocks import Block, Registry, Runs, occurrence, paragraph, plain, runs
from pipeline.report.blocks import table as table_block
from pipeline.report.swedish import NBSP
from pipeline.report.tabular import (
    ACROSS,
    Grid,
    Run,
    Series,
    Stack,
    Tabular,
    TextGrid,
    Uncertain,
    parts,
    title,
)

N_HEAD = "Underlag (n)"
INTERVAL = "Osäkerhet"  # the column of intervals; what it is stands in the note
WIDE = 7  # more answers than this go down the page instead of across it
HEADS = {
    "count": "Antal", "share": "Andel", "mean": "Medelvärde", "quantile": "Median",
    "sd": "Standardavvikelse", "sum": "Summa", "gas": "T-värde",
}  # fmt: skip
DIFFERENCES = re.compile("Förändring|Skillnad( mot .*)?")  # heads of columns that hold them
WHOLE_UNIT = "antal"
WHOLE = ("count", "sum")  # measures that are told without the number of rows behind them


def missing(what: str) -> Block:
    """The paragraph that stands where a source is missing."""
    return paragraph(f"Underlag saknas: {what}.", "missing")


def withheld(what: str) -> Block:
    """The paragraph that stands for a table of which nothing is shown."""
    return paragraph(
        f"”{what}” visas inte: talen skulle säga för mycket om för få personer.", "missing"
    )


def nothing(what: str) -> Block:
    """The paragraph that stands for a table without rows."""
    return paragraph(f"Inget att redovisa under ”{what}”.", "missing")


def block(table: Tabular, note: str = "", explain: bool = True) -> Block:
    """Any table as a block; a table whose source is missing, without rows, or of which nothing may
    be seen, as the paragraph that says so. With `explain` the note tells what its signs mean."""
    source = table.tables[0] if isinstance(table, Joined) else table
    if source.missing:
        return missing(source.title)
    if any(not keys for t in parts(table) if t.data.guarded for keys in t.classes):
        return withheld(title(table))
    made = _block(table, note)
    if not made["rows"]:
        return nothing(plain(made["caption"]))
    if set(hidden.numbers(made)) == {DOTS}:
        return withheld(plain(made["caption"]))
    if explain:
        made["note"] = explained(made["note"], made)
    return made


def explained(note: Runs, table: Block) -> Runs:
    """A note that also tells what two dots in `table` mean, and why its differences are not those
    of the numbers beside them."""
    told = [legends.ROUNDED] if _has_rounded_differences(table) else []
    told += [legends.EXPLAINED] if DOTS in hidden.numbers(table) else []
    return [*note, " " * bool(note) + " ".join(told)] if told else note


def _has_rounded_differences(table: Block) -> bool:
    heads = [plain(column["header"]) for column in table["columns"][1:]]
    for row in table["rows"]:
        for head, cell in zip(heads, row["cells"], strict=True):
            shown = [r for r in cell if not isinstance(r, str) and r["text"] != DOTS]
            units = {table["facts"][run["fact"]]["unit"] for run in shown}
            if DIFFERENCES.fullmatch(head) and units - {WHOLE_UNIT}:
                return True
    return False


def _block(table: Tabular, note: str) -> Block:
    if isinstance(table, Joined):
        return _joined(table, note)
    if isinstance(table, Stack):
        return _stack(table, note)
    if isinstance(table, Series):
        return _series(table, note)
    if isinstance(table, Grid):
        return _grid(table, note)
    if isinstance(table, Run):
        return _grid(table.grid(), note)
    if isinstance(table, Uncertain):
        return _uncertain(table, note)
    if not isinstance(table, FactTable):
        return _texts(table if isinstance(table, TextGrid) else table.grid, note)
    return _joined(Joined((table,)), note) if len(table.dims) == 1 else _crossed(table, note)


def _column(text: str, align: str = "right") -> dict[str, Any]:
    return {"header": [text], "align": align}


def _row(label: str, cells: Sequence[Runs], total: bool = False) -> dict[str, Any]:
    return {"header": [label], "cells": list(cells), "total": total}


def _caption(table: FactTable, facts: Registry) -> Runs:
    return runs(_dated(table.title, table.data.year), facts)


def _dated(title: str, year: int) -> str:
    return f"{title} {year}" if title.endswith(("?", "”")) else f"{title}, {year}"


def _joined(joined: Joined, note: str) -> Block:
    """One dimension down, one column a measure; shares that need it with their n."""
    facts: Registry = {}
    first = joined.tables[0]
    columns = [_column(first.dims[0].title, "left")]
    for t in joined.tables:
        columns.append(_column(t.head or HEADS[t.measure]))
        if _own_n(t):
            columns.append(_column(N_HEAD))
    rows = []
    for key in first.classes[0]:
        cells: list[Runs] = []
        for t in joined.tables:
            cells.append([occurrence(t[key], "", facts)])
            if _own_n(t):
                cells.append([occurrence(t[key], "n", facts)])
        rows.append(_row(first.label(0, key), cells, total=isinstance(key, Total)))
    tail = runs(note, facts)
    shares = [t for t in joined.tables if t.over is not None and t.classes[0]]
    if shares:
        whole = occurrence(shares[0][shares[0].classes[0][0]], "denominator", facts)
        if whole["text"] != DOTS:
            tail = ["Underlag: n = ", whole, ". ", *tail]
    return table_block(_caption(joined.tables[-1], facts), columns, rows, tail, facts)


def _own_n(table: FactTable) -> bool:
    """A share by groups has another n in each row; a distribution has one n for all."""
    return table.measure not in WHOLE and table.over is None


def _crossed(table: FactTable, note: str) -> Block:
    """Two dimensions: the first down, the second across; a long scale goes down instead."""
    if table.over is not None:
        many = len(table.classes[1]) > WIDE
        return _scale_down(table, note) if many else _scale_across(table, note)
    facts: Registry = {}
    columns = [_column(table.dims[0].title, "left")]
    columns += [_column(table.label(1, k)) for k in table.classes[1]]
    rows = []
    for row in table.classes[0]:
        cells: list[Runs] = []
        for column in table.classes[1]:
            cell: Runs = [occurrence(table[row, column], "", facts)]
            if table.measure not in WHOLE:
                cell += [" (n = ", occurrence(table[row, column], "n", facts), ")"]
            cells.append(cell)
        rows.append(_row(table.label(0, row), cells, total=isinstance(row, Total)))
    return table_block(_caption(table, facts), columns, rows, runs(note, facts), facts)


def _scale_across(table: FactTable, note: str) -> Block:
    """One row a group, one column an answer, the group's n last."""
    facts: Registry = {}
    columns = [_column(table.dims[0].title, "left")]
    columns += [_column(table.label(1, k)) for k in table.classes[1]]
    columns.append(_column(N_HEAD))
    rows = []
    for row in table.classes[0]:
        cells: list[Runs] = [[occurrence(table[row, k], "", facts)] for k in table.classes[1]]
        cells.append([occurrence(table[row, table.classes[1][0]], "denominator", facts)])
        rows.append(_row(table.label(0, row), cells, total=isinstance(row, Total)))
    return table_block(_caption(table, facts), columns, rows, runs(note, facts), facts)


def _scale_down(table: FactTable, note: str) -> Block:
    """One row an answer, one column a group, the groups' n last."""
    facts: Registry = {}
    columns = [_column(table.dims[1].title, "left")]
    columns += [_column(table.label(0, k)) for k in table.classes[0]]
    rows = [
        _row(
            table.label(1, answer),
            [[occurrence(table[group, answer], "", facts)] for group in table.classes[0]],
        )
        for answer in table.classes[1]
    ]
    whole: list[Runs] = [
        [occurrence(table[group, table.classes[1][0]], "denominator", facts)]
        for group in table.classes[0]
    ]
    rows.append(_row(N_HEAD, whole, total=True))
    return table_block(_caption(table, facts), columns, rows, runs(note, facts), facts)


def _stack(stack: Stack, note: str) -> Block:
    facts: Registry = {}
    scale = stack.rows[0][1]
    columns = [_column("Fråga", "left")]
    columns += [_column(scale.label(0, k)) for k in scale.classes[0]]
    shares = scale.measure == "share"
    columns += [_column(N_HEAD)] * shares
    rows = []
    for label, t in stack.rows:
        cells: list[Runs] = [[occurrence(t[k], "", facts)] for k in t.classes[0]]
        if shares:
            cells.append([occurrence(t[t.classes[0][0]], "denominator", facts)])
        rows.append(_row(label, cells))
    caption = runs(_dated(stack.title, scale.data.year), facts)
    return table_block(caption, columns, rows, runs(note, facts), facts)


def _grid(grid: Grid, note: str) -> Block:
    facts: Registry = {}
    columns = [_column(head, "right" if i else "left") for i, (head, _) in enumerate(grid.columns)]
    specs = [spec for _, spec in grid.columns[1:]]
    rows = [
        _row(label, [
            ["–"] if fact is None else [occurrence(fact, spec, facts)]
            for fact, spec in zip(row, specs, strict=True)
        ])
        for label, row in grid.rows
    ]  # fmt: skip
    return table_block(runs(grid.title, facts), columns, rows, runs(note, facts), facts)


def _series(series: Series, note: str) -> Block:
    """Years down, one column a line (or the other way round when the lines are many)."""
    facts: Registry = {}
    years = [f.period for f in series.lines[0][1]]
    if len(series.lines) <= ACROSS:
        columns = [
            _column("År", "left"),
            *(_column(label or HEADS.get(line[0].kind, "Värde")) for label, line in series.lines),
        ]
        rows = [
            _row(y, [_with_n(line[i], facts) for _, line in series.lines])
            for i, y in enumerate(years)
        ]
    else:
        columns = [_column("", "left"), *(_column(y) for y in years)]
        rows = [_row(label, [_with_n(f, facts) for f in line]) for label, line in series.lines]
    return table_block(runs(series.title, facts), columns, rows, runs(note, facts), facts)


def _with_n(fact: Fact, facts: Registry) -> Runs:
    """A number with how many it rests on, in one piece: a narrow cell breaks before it."""
    cell: Runs = [occurrence(fact, "", facts)]
    if fact.kind in ("share", "mean", "quantile") and fact.status in ("ok", "dold"):
        cell += [f" (n{NBSP}={NBSP}", occurrence(fact, "n", facts), ")"]
    return cell


def _uncertain(table: Uncertain, note: str) -> Block:
    """The table with a column of intervals, after what they are about."""
    inner = table.table
    made = _block(inner, note)
    facts: Registry = {}
    if isinstance(inner, Series):
        drawn, place = inner.lines[0][1], 1
    else:
        chosen = inner.tables[-1] if isinstance(inner, Joined) else inner
        drawn, place = tuple(chosen[key] for key in chosen.classes[0]), len(made["columns"]) - 1
    if not table.limits:
        return made
    for row, fact in zip(made["rows"], drawn, strict=True):
        row["cells"].insert(place, _interval(table, fact, facts))
    made["columns"].insert(place + 1, _column(INTERVAL))
    made["facts"] = dict(
        sorted({**made["facts"], **{k: f.record() for k, f in facts.items()}}.items())
    )
    return made


def _interval(table: Uncertain, fact: Fact, facts: Registry) -> Runs:
    low, high = table.limits.get(fact.id, (None, None))
    if low is None or high is None or low.status not in ("ok", "dold"):
        return ["–"]
    if low.status == "dold":
        return [occurrence(low, "", facts)]
    return [occurrence(low, ".0%", facts), "–", occurrence(high, ".0%", facts)]


def _texts(grid: TextGrid, note: str) -> Block:
    facts: Registry = {}
    columns = [_column(grid.heads[0], "left"), *(_column(head) for head in grid.heads[1:])]
    rows = [
        _row(label, [runs(text, facts) for text in cells], total=label == grid.total)
        for label, cells in grid.rows
    ]
    return table_block(runs(grid.title, facts), columns, rows, runs(note, facts), facts)
