"""A definition as one SQL statement, and as a formula over other facts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.facts import predicate as p

SIGNS = {"+": "+", "-": "−", "/": "/"}


def sql(definition: Mapping[str, Any], year: int) -> str | None:
    """The statement that DuckDB gives the value of, run in PROCESSED; None for facts made from
    facts. `year`: the edition's."""
    if "dataset" not in definition:
        return None
    cited = definition["kind"] == "cited"
    of_year = year + definition["period"]
    place = f"'{year if cited else of_year}/{definition['dataset']}.parquet'"
    rows = definition.get("of", definition["where"])
    if cited:
        period = p.to_sql(p.equals(definition["period_column"], of_year))
        rows = f"({rows}) AND {period}"
    if definition["kind"] == "gas":
        w, x = (_name(definition[c]) for c in ("weight", "column"))
        spread = f"sqrt(0.7 * sum({w} * {w}) + 0.3 * sum({w}) * sum({w}))"
        of_t = "stddev_samp" if "spread" in definition else "avg"
        return (
            f"SELECT {of_t}(t) FROM (SELECT 50 + 10 * sum({w} * {x}) / {spread} AS t "
            f"FROM {place} WHERE {rows} GROUP BY {_name(definition['distinct'])})"
        )
    return f"SELECT {_value(definition)} FROM {place} WHERE {rows}"


def _value(d: Mapping[str, Any]) -> str:
    distinct = d.get("distinct")
    counted = f"count(DISTINCT {_name(distinct)})" if distinct else "count(*)"
    match d["kind"]:
        case "count":
            return counted
        case "share":
            return f"{counted} FILTER (WHERE {d['where']}) / nullif({counted}, 0)"
        case "mean":
            return f"avg({_name(d['column'])})"
        case "sum":
            return f"sum({_name(d['column'])})"
        case "sd":
            return f"stddev_samp({_name(d['column'])})"
        case "quantile":
            return f"quantile_cont({_name(d['column'])}, {d['q']})"
    return _name(str(d["column"]))


def _name(column: str) -> str:
    return p.to_sql(("col", column))


def formula(definition: Mapping[str, Any], parents: Sequence[str]) -> str | None:
    """`a − b`, `wilson(a), nedre`, from the parents' keys; None for a fact that counts."""
    if not parents:
        return None
    match definition["kind"]:
        case "derived":
            return f" {SIGNS[definition['op']]} ".join(parents)
        case "statistic":
            return f"{definition['function']}({', '.join(parents)}), {definition['part']}"
        case "word":
            words = json.dumps(definition["words"], ensure_ascii=False)
            return f"ordval {words} efter {', '.join(parents)}"
    return None
