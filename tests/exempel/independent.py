"""Facts counted from rows that somebody vouches for, by their definitions alone: DuckDB selects
what a definition's SQL selects, Python's fractions, numpy, scipy and statsmodels do the rest.

Nothing here is the pipeline's: neither its way to a number nor the way of its verification.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportion_effectsize,
)

Row = Mapping[str, Any]
Rows = Sequence[Row]
Made = dict[str, Any]  # value, n, numerator, denominator, status
TYPES = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), dt.date: pa.date32()}
NOTHING: Made = {"value": None, "n": None, "numerator": None, "denominator": None}
ALPHA = 0.05


class Independent:
    """`tables`: (name, year) → rows. `told`: ledger rows by id. `year`: the edition's."""

    def __init__(
        self, tables: Mapping[tuple[str, int], Rows], told: Mapping[str, Row], year: int
    ) -> None:
        self._db, self.year = duckdb.connect(), year
        self._tables = {key: f"{key[0]}_{key[1]}" for key in tables}
        for key, name in self._tables.items():
            self._db.register("rows", _arrow(tables[key]))
            self._db.execute(f"CREATE TABLE {name} AS FROM rows")
        self.definitions = {key: json.loads(row["definition"]) for key, row in told.items()}
        self._units = {key: row["unit"] for key, row in told.items()}
        self._made: dict[str, Made] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._count_all()

    def fact(self, key: str) -> Made:
        if key not in self._made:
            d = self.definitions[key]
            parents = [self.fact(p) for p in d.get("parents", ())]
            of_facts = parents or d["kind"] == "word"
            made = self._of_facts(d, parents) if of_facts else self._of_rows(d)
            self._made[key] = made
        return self._made[key]

    def _of_rows(self, d: Row) -> Made:
        if d["kind"] == "constant":
            return {**NOTHING, "value": Fraction(d["value"]), "status": "ok"}
        cited = d["kind"] == "cited"
        table = self._tables.get((d["dataset"], self.year + (0 if cited else d["period"])))
        if table is None:
            return {**NOTHING, "status": "saknas"}
        made = {**NOTHING, **_MEASURES[d["kind"]](self, table, d)}
        gone = "saknas" if cited else "tom"
        return {**made, "status": gone if made["value"] is None else "ok"}

    def _count_all(self) -> None:
        """Every count that a count or a share asks for, many of a table at a time."""
        asked: dict[str, dict[str, None]] = {}
        for d in self.definitions.values():
            key = (d.get("dataset"), self.year + d.get("period", 0))
            if d["kind"] in ("count", "share") and key in self._tables:
                asked.setdefault(self._tables[key], {}).update(dict.fromkeys(_counted(d)))
        for table, wanted in asked.items():
            for some in batched(list(wanted), 200):
                found = self.all(f"SELECT {', '.join(some)} FROM {table}")[0]
                self._counts |= {(table, w): n for w, n in zip(some, found, strict=True)}

    def counts(self, table: str, d: Row) -> list[int]:
        return [self._counts[table, what] for what in _counted(d)]

    def values(self, table: str, d: Row) -> list[Fraction]:
        """The values of a measure's column that it is about; decimals as they stand."""
        found = self.all(f'SELECT "{d["column"]}" FROM {table} WHERE {d["where"]}')
        return [Fraction(str(v)) for (v,) in found]

    def values_of(self, key: str) -> list[float]:
        """The values behind the fact of a mean."""
        d = self.definitions[key]
        return list(map(float, self.values(f"{d['dataset']}_{self.year + d['period']}", d)))

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return self._db.execute(sql).fetchall()

    def _of_facts(self, d: Row, parents: Sequence[Made]) -> Made:
        gone = [p["status"] for p in parents if p["status"] != "ok"]
        ns = [p["n"] for p, k in zip(parents, d["parents"], strict=True)
              if self.definitions[k]["kind"] != "constant"]  # fmt: skip
        made = {**NOTHING, "status": gone[0] if gone else "ok"}
        made["n"] = min(ns) if ns and None not in ns else None
        if d["kind"] == "derived":
            return made | self._derived(d, parents, bool(gone))
        if d["kind"] == "word":
            return made | self._word(d, parents)
        if d["function"] == "holm":  # those without a value are not of the family
            own = parents[int(d["part"]) - 1]
            made["status"] = own["status"]
            gone = [] if own["status"] == "ok" else [own["status"]]
        if gone:
            return made
        value = STATISTICS[d["function"]](self, d, parents)
        known = value is not None and math.isfinite(value)
        return made | {"value": value if known else None, "status": "ok" if known else "tom"}

    def _derived(self, d: Row, parents: Sequence[Made], gone: bool) -> Made:
        (x, y), op = (p["value"] for p in parents), d["op"]
        kinds = {self.definitions[p]["kind"] for p in d["parents"]}
        made: Made = {}
        if op == "/" and kinds <= {"count", "sum"} and x is not None and y is not None:
            made = {"numerator": x, "denominator": y, "n": y}
        if gone or x is None or y is None:
            return made
        if op == "/" and not y:
            return made | {"status": "tom"}
        return made | {"value": {"+": x + y, "-": x - y}[op] if op in "+-" else Fraction(x) / y}

    def _word(self, d: Row, parents: Sequence[Made]) -> Made:
        values = [p["value"] for p in parents]
        if d["rule"] == "largest":
            return {"value": values.index(max(v for v in values if v is not None)), "n": None,
                    "status": "ok"}  # fmt: skip
        if d["rule"] in ("grade", "gravest", "agreement"):
            return {"value": _grade(d, values), "n": None, "status": "ok"}
        if values[0] is None:
            return {"n": None}
        scale = 100 if self._units[d["parents"][0]] in ("andel", "andelsskillnad") else 1
        exact = Fraction(values[0]) * scale
        shown = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
            Decimal(1).scaleb(-d["decimals"]), ROUND_HALF_UP
        )
        return {"value": 0 if not shown else 1 if shown > 0 else 2, "n": None}


def _grade(d: Row, values: Sequence[Any]) -> int:
    """The place of the word: green, yellow, red, none · blue, green, yellow, red, none · same,
    another, nothing to compare."""
    if d["rule"] == "grade":
        known = [float(v) for v in values if v is not None]
        if not known:
            return 3
        if any(v < float(d["rod_under"]) for v in known):
            return 2
        return 0 if all(v >= float(d["gron_minst"]) for v in known) else 1
    if d["rule"] == "gravest":
        return int(max((k for k, v in enumerate(values) if v > 0), default=4))
    proposal, decision = values
    if proposal == 3 or decision in (0, 4):
        return 2
    return 0 if {0: 1, 1: 2, 2: 3}[int(proposal)] == decision else 1


def _arrow(rows: Rows) -> pa.Table:
    """Columns typed by the values that they hold; text where they hold none."""
    made = {}
    for name in rows[0] if rows else ():
        column = [row[name] for row in rows]
        kinds = {type(v) for v in column} - {type(None)}
        kind = float if kinds == {int, float} else kinds.pop() if len(kinds) == 1 else str
        made[name] = pa.array(column, TYPES.get(kind, pa.string()))
    return pa.table(made)


def batched(items: Sequence[str], many: int) -> list[Sequence[str]]:
    return [items[at : at + many] for at in range(0, len(items), many)]


def _counted(d: Row) -> list[str]:
    """Of a share the numerator and the denominator, of a count the rows, in SQL."""
    what = f'DISTINCT "{d["distinct"]}"' if "distinct" in d else "*"
    rows = [d["where"]] if d["kind"] == "count" else [f"({d['where']}) AND ({d['of']})", d["of"]]
    return [f"count({what}) FILTER (WHERE {where})" for where in rows]


def _share(of: Independent, table: str, d: Row) -> Made:
    k, n = of.counts(table, d)
    return {"value": Fraction(k, n) if n else None, "n": n, "numerator": k, "denominator": n}


def _count(of: Independent, table: str, d: Row) -> Made:
    (k,) = of.counts(table, d)
    return {"value": k, "n": k}


def _numbers(
    compute: Callable[[list[Fraction], Row], Any], least: int = 1
) -> Callable[[Independent, str, Row], Made]:
    def made(of: Independent, table: str, d: Row) -> Made:
        found = of.values(table, d)
        return {"value": compute(found, d) if len(found) >= least else None, "n": len(found)}

    return made


def t_scores(goals: Sequence[tuple[Any, Any, Any]]) -> list[float]:
    """Kiresuk & Sherman's T of each insats, from (insats, weight, level) of its goals."""
    scores = []
    for _, own in groupby(sorted(goals), key=lambda goal: goal[0]):
        weights, levels = zip(*((float(w), float(x)) for _, w, x in own), strict=True)
        spread = 0.7 * sum(w * w for w in weights) + 0.3 * sum(weights) ** 2
        if spread:
            reached = sum(w * x for w, x in zip(weights, levels, strict=True))
            scores.append(50 + 10 * reached / math.sqrt(spread))
    return scores


def _goals(of: Independent, table: str, d: Row) -> list[tuple[Any, Any, Any]]:
    columns = ", ".join(f'"{d[c]}"' for c in ("distinct", "weight", "column"))
    return of.all(f"SELECT {columns} FROM {table} WHERE {d['where']}")


def _gas(of: Independent, table: str, d: Row) -> Made:
    goals = _goals(of, table, d)
    scores = t_scores(goals)
    n = len({key for key, _, _ in goals})
    if "spread" in d:
        return {"value": statistics.stdev(scores) if len(scores) > 1 else None, "n": n}
    return {"value": statistics.fmean(scores) if scores else None, "n": n}


def _cited(of: Independent, table: str, d: Row) -> Made:
    year = of.year + d["period"]
    found = of.all(
        f"""SELECT "{d["column"]}" FROM {table} WHERE ({d["where"]})
            AND "{d["period_column"]}" = {year}"""
    )
    assert len(found) <= 1
    return {"value": found[0][0] if found else None}


_MEASURES: Mapping[str, Callable[[Independent, str, Row], Made]] = {
    "count": _count,
    "share": _share,
    "mean": _numbers(lambda values, d: statistics.mean(values)),
    "sum": _numbers(lambda values, d: sum(values)),
    "sd": _numbers(lambda values, d: np.std(np.array(values, float), ddof=1), least=2),
    "quantile": _numbers(lambda values, d: np.quantile(np.array(values, float), float(d["q"]))),
    "gas": _gas,
    "cited": _cited,
}


def _limit(limits: Sequence[float], d: Row) -> float:
    return float(limits[0 if d["part"] == "nedre" else 1])


def _wilson(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    (a,) = parents
    return _limit(proportion_confint(a["numerator"], a["denominator"], ALPHA, "wilson"), d)


def _paired(of: Independent, d: Row, parents: Sequence[Made]) -> float | None:
    """Of the changes themselves, not of their mean and spread."""
    changes = of.values_of(d["parents"][0])
    if not np.std(changes):
        return None
    if d["part"] == "dz":
        return statistics.fmean(changes) / statistics.stdev(changes)
    test = stats.ttest_1samp(changes, 0)
    return (
        float(test.pvalue) if d["part"] == "p" else _limit(test.confidence_interval(1 - ALPHA), d)
    )


def _gas_change(of: Independent, d: Row, parents: Sequence[Made]) -> float | None:
    """Of each insats' T after and before, from the levels themselves."""
    asked = of.definitions[d["parents"][0]]
    table = f"{asked['dataset']}_{of.year + asked['period']}"
    after, before = (
        t_scores(_goals(of, table, {**asked, "column": level}))
        for level in ("niva_slut", "niva_start")
    )
    if d["part"] == "förändring":
        return statistics.fmean(after) - statistics.fmean(before)
    return _limit(stats.ttest_rel(after, before).confidence_interval(1 - ALPHA), d)


def _difference(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    a, b = parents
    if d["part"] == "skillnad":
        return float(a["value"] - b["value"])
    counts = (a["numerator"], a["denominator"], b["numerator"], b["denominator"])
    return _limit(
        confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=ALPHA), d
    )


def _difference_test(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    table = [[p["numerator"], p["denominator"] - p["numerator"]] for p in parents]
    return float(stats.fisher_exact(table).pvalue)


def _cohens_h(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    return float(proportion_effectsize(*(float(p["value"]) for p in parents)))


def _holm(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    known = [i for i, p in enumerate(parents) if p["value"] is not None]
    adjusted = multipletests([float(parents[i]["value"]) for i in known], method="holm")[1]
    return float(adjusted[known.index(int(d["part"]) - 1)])


def _funnel(of: Independent, d: Row, parents: Sequence[Made]) -> float | None:
    """Spiegelhalter's interpolated limits, from the whole distribution."""
    n, theta = parents[0]["denominator"], float(parents[1]["value"])
    side, level = d["part"].split("_")
    tail = {"95": 0.025, "998": 0.001}[level]
    p = tail if side == "nedre" else 1 - tail
    if not 0 < theta < 1:
        return None
    below = stats.binom.cdf(np.arange(n + 1), n, theta)
    r = int(np.argmax(below >= p))
    share = (below[r] - p) / (below[r] - (below[r - 1] if r else 0.0))
    return min(max((r - share) / n, 0.0), 1.0)


def _outside(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    shares, low, high = np.array([float(p["value"]) for p in parents]).reshape(-1, 3).T
    return float(np.count_nonzero((shares < low) | (shares > high)))


def _below(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    counted = Counter(int(p["value"]) for p in parents)
    return float(counted[2] if d["part"] == "under" else counted[0] + counted[1])


def _reliable(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    sd, r = (float(p["value"]) for p in parents)
    return 1.96 * sd * math.sqrt(2) * math.sqrt(1 - r)


def _against(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    return float(parents[0]["value"]) - float(parents[1]["value"]) / 100


def _runs(of: Independent, d: Row, parents: Sequence[Made]) -> float:
    """Anhøj & Olesen: log₂ n rounded + 3, and the 5 % quantile of the binomial."""
    values = [p["value"] for p in parents]
    middle = statistics.median(values)
    sides = [v > middle for v in values if v != middle]
    n = max(1, len(sides))
    return float({
        "median": middle,
        "längst": max((len(list(same)) for _, same in groupby(sides)), default=0),
        "högst": round(math.log2(n)) + 3,
        "korsningar": sum(a != b for a, b in pairwise(sides)),
        "minst": stats.binom.ppf(0.05, n - 1, 0.5),
    }[d["part"]])  # fmt: skip


STATISTICS: Mapping[str, Callable[[Independent, Row, Sequence[Made]], float | None]] = {
    "wilson": _wilson, "paired": _paired, "gas_change": _gas_change, "difference": _difference,
    "difference_test": _difference_test, "cohens_h": _cohens_h, "holm": _holm,
    "funnel": _funnel, "outside": _outside, "below": _below, "reliable": _reliable,
    "against": _against,
    "runs": _runs,
}  # fmt: skip
