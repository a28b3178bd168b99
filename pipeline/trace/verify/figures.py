"""Every fact of the ledger computed again: its definition's SQL, as it stands, on the recomputed
tables; statistics by statsmodels; derived facts and words from recomputed parents."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence, Set
from fractions import Fraction
from typing import Any

from pipeline.trace.verify.answers import Answers, Unanswerable
from pipeline.trace.verify.cleaning import quoted
from pipeline.trace.verify.statistics import ALL, STATISTICS
from pipeline.trace.verify.swedish import written

Record = dict[str, Any]
SYSTEM = ("rader", "celler")
HIDDEN = "dold"  # the status of a fact that the edition does not show
MEASURES = ("count", "share", "mean", "quantile", "sd", "sum", "gas", "cited")


class Figures:
    """Recomputed facts by id: `value` an exact fraction or None, `n`, `numerator`,
    `denominator`, `status`, `unit`, `kind`, `words`, `parents`; `broken` says why a definition
    could not be computed. `recalled`: those that rest on an answer of an earlier build."""

    def __init__(
        self,
        answers: Answers,
        tables: set[tuple[int, str]],
        year: int,
        ledger: Sequence[Record],
        guarded: Set[str] = frozenset(),
        kept: Mapping[str, Record] | None = None,
    ) -> None:
        """`kept`: facts whose rows have been destroyed; they are taken as their record has them."""
        self._answers, self._tables, self._year, self._guarded = answers, tables, year, guarded
        self.definitions = {r["id"]: json.loads(r["definition"]) for r in ledger}
        self.made: dict[str, Record] = {k: _kept(r) for k, r in (kept or {}).items()}
        self.recalled: set[str] = set()
        self._measures()
        for key in self.definitions:
            self._later(key, ())

    def seen(self, record: Record) -> Record:
        """The recomputed fact as the ledger may say it: of a hidden one no value, and an n only
        if the ledger has one. That something is hidden is believed of guarded tables alone."""
        own = self.made[record["id"]]
        if record["status"] != HIDDEN or not self._may_hide(record["id"]):
            return own
        gone: Record = {"status": HIDDEN, "value": None, "numerator": None}
        gone |= {part: None for part in ("n", "denominator") if record[part] is None}
        return {**own, **gone}

    def _may_hide(self, key: str) -> bool:
        d = self.definitions.get(key, {})
        if d.get("kind") in MEASURES:
            return d["dataset"] in self._guarded
        return any(map(self._may_hide, d.get("parents", ())))

    def year_of(self, definition: Mapping[str, Any]) -> int:
        """The folder whose rows a measure counts. A cited value's year stands in its row."""
        cited = definition["kind"] == "cited"
        return self._year if cited else self._year + int(definition["period"])

    def rows(self, key: str, limit: int) -> list[tuple[int, str, int]]:
        """(year, source, row) of the first rows behind a fact; of derived ones their parents'."""
        definition = self.definitions.get(key, {})
        if definition.get("kind") not in MEASURES:
            found = [r for p in definition.get("parents", ()) for r in self.rows(p, limit)]
            return list(dict.fromkeys(found))[:limit]
        year, name = self.year_of(definition), definition["dataset"]
        if (year, name) not in self._tables:
            return []
        rows = self._answers.rows(
            f"SELECT _kalla, _rad FROM {_table(name)} WHERE _y = {year} AND "
            f"({self._basis(definition)}) ORDER BY 1, 2 LIMIT {limit}"
        )
        return [(year, source, row) for source, row in rows]

    def _basis(self, definition: Mapping[str, Any]) -> str:
        if "of" in definition:
            return str(definition["of"])
        if definition["kind"] == "cited":
            return self._cited_row(definition)
        return str(definition["where"])

    def _cited_row(self, d: Mapping[str, Any]) -> str:
        period = self._year + int(d["period"])
        return f"({d['where']}) AND {quoted(d['period_column'])} = {period}"

    def _measures(self) -> None:
        """All measures of one table and year in a few SELECTs, each a row of aggregates."""
        groups: dict[tuple[int, str], list[str]] = {}
        for key, d in self.definitions.items():
            if d["kind"] in MEASURES and key not in self.made:
                groups.setdefault((self.year_of(d), d["dataset"]), []).append(key)
        for (year, name), keys in groups.items():
            if (year, name) not in self._tables:
                for key in keys:
                    self.made[key] = _blank(self.definitions[key], "saknas")
                continue
            parts = {key: self._aggregates(self.definitions[key]) for key in keys}
            table = _table(name)
            self._answers.ask(year, table, (p for some in parts.values() for p in some))
            for key, some in parts.items():
                d = self.definitions[key]
                try:
                    values = [self._answers.of(year, table, p) for p in some]
                    self.made[key] = _measured(d, values)
                except Unanswerable as error:
                    self.made[key] = _blank(d, "fel") | {"broken": str(error)}
                if any(self._answers.recalls(year, table, p) for p in some):
                    self.recalled.add(key)

    def _aggregates(self, d: Mapping[str, Any]) -> list[str]:
        where = f"({d['where']})"
        counted = f"count(DISTINCT {quoted(d['distinct'])})" if "distinct" in d else "count(*)"
        match d["kind"]:
            case "count":
                return [f"{counted} FILTER (WHERE {where})"]
            case "share":
                of = f"({d['of']})"
                return [
                    f"{counted} FILTER (WHERE {where} AND {of})",
                    f"{counted} FILTER (WHERE {of})",
                ]
            case "mean" | "sum":
                # Decimals summed as they stand in the sheet, so that halves round as on paper.
                exact = f"sum(CAST({quoted(d['column'])} AS DECIMAL(38, 12)))"
                column = f"count({quoted(d['column'])})"
                return [f"{f} FILTER (WHERE {where})" for f in (exact, column)]
            case "sd":
                column = quoted(d["column"])
                return [
                    f"stddev_samp(CAST({column} AS DOUBLE)) FILTER (WHERE {where})",
                    f"count({column}) FILTER (WHERE {where})",
                ]
            case "gas":
                w, x, key = (quoted(d[c]) for c in ("weight", "column", "distinct"))
                own = (
                    f"SELECT 50 + 10 * sum({w} * {x}) / sqrt(0.7 * sum({w} * {w}) "
                    f"+ 0.3 * sum({w}) ** 2) AS t FROM {_table(d['dataset'])} "
                    f"WHERE _y = {self.year_of(d)} AND {where} GROUP BY {key}"
                )
                # Within max(): the statement has one row, whatever else it asks for.
                of_t = {"": "avg(t)", "sd": "stddev_samp(t)"}[d.get("spread", "")]
                return [f"max((SELECT {what} FROM ({own})))" for what in (of_t, "count(*)")]
            case "quantile":
                column = quoted(d["column"])
                share = float(d["q"])
                return [
                    f"quantile_cont(CAST({column} AS DOUBLE), {share}) FILTER (WHERE {where})",
                    f"count({column}) FILTER (WHERE {where})",
                ]
            case _:
                where = f"({self._cited_row(d)})"
                return [
                    f"any_value({quoted(d['column'])}) FILTER (WHERE {where})",
                    f"count(*) FILTER (WHERE {where})",
                ]

    def _later(self, key: str, above: tuple[str, ...]) -> None:
        """Facts made from facts, parents first."""
        if key in self.made:
            return
        definition = self.definitions.get(key)
        if definition is None or key in above:
            self.made[key] = _blank({"kind": "okänt"}, "fel") | {"broken": "föregångaren saknas"}
            return
        for parent in definition.get("parents", ()):
            self._later(parent, (*above, key))
        parents = [self.made[p] for p in definition.get("parents", ())]
        made = _FROM_PARENTS.get(definition["kind"])
        found = _blank(definition, "ok")
        if made is None:
            found["broken"] = f"slaget {definition['kind']} är inte känt"
        else:
            found |= made(definition, parents, self._answers)
        self.made[key] = found | {"parents": parents}
        if not self.recalled.isdisjoint(definition.get("parents", ())):
            self.recalled.add(key)


def identity(definition: Mapping[str, Any]) -> str:
    """The id that a definition has."""
    spelled = json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()[:16]


def _table(name: str) -> str:
    return name if name in SYSTEM else f"counted_{name}"


def _blank(d: Mapping[str, Any], status: str) -> Record:
    unit = {"count": "antal", "share": "andel"}.get(d["kind"])
    return {
        "kind": d["kind"], "value": None, "n": None, "numerator": None, "denominator": None,
        "status": status, "unit": unit, "words": d.get("words", ()), "parents": [], "broken": "",
    }  # fmt: skip


def _kept(record: Record) -> Record:
    """A measure as the ledger tells it."""
    value = _fraction(record["value"])
    if record["numerator"] is not None and record["denominator"]:
        value = Fraction(record["numerator"], record["denominator"])
    own = {key: record[key] for key in ("n", "numerator", "denominator", "status", "unit")}
    return _blank(json.loads(record["definition"]), "ok") | own | {"value": value}


def _fraction(value: Any) -> Fraction | None:
    if value is None:
        return None
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _measured(d: Mapping[str, Any], values: Sequence[Any]) -> Record:
    found = _blank(d, "ok")
    match d["kind"]:
        case "count":
            found |= {"value": Fraction(values[0]), "n": values[0]}
        case "share":
            k, n = values
            value = Fraction(k, n) if n else None
            found |= {"value": value, "n": n, "numerator": k, "denominator": n}
        case "mean":
            total, n = values
            found |= {"value": Fraction(total) / n if n else None, "n": n}
        case "sum":
            total, n = values
            found |= {"value": Fraction(total) if n else None, "n": n}
        case "gas":
            score, n = values
            value = None if score is None or not math.isfinite(score) else round(score, 9)
            found |= {"value": _fraction(value), "n": n or 0}
        case "sd":
            spread, n = values
            found |= {"value": None if spread is None else _fraction(round(spread, 9)), "n": n}
        case "quantile":
            found |= {"value": _fraction(values[0]), "n": values[1]}
        case _:
            found["value"] = _fraction(values[0])
            if values[1] > 1:
                found["broken"] = f"{values[1]} rader passar, inte en"
            return found | {"status": "saknas" if values[0] is None else "ok"}
    return found | {"status": "tom" if found["value"] is None else "ok"}


def _status(parents: Sequence[Record]) -> str:
    gone = [str(p["status"]) for p in parents if p["status"] != "ok"]
    return HIDDEN if HIDDEN in gone else gone[0] if gone else "ok"


def _fewest(parents: Sequence[Record]) -> int | None:
    """The smallest n of those that rest on rows, if all of them have one."""
    found = [p["n"] for p in parents if p["kind"] != "constant"]
    return None if None in found or not found else min(found)


def _derived(d: Mapping[str, Any], parents: Sequence[Record], answers: Answers) -> Record:
    a, b = parents
    x, y, op = a["value"], b["value"], d["op"]
    status, value = _status(parents), None
    if x is not None and y is not None:
        if op == "/" and y == 0:
            status = "tom"
        else:
            value = x + y if op == "+" else x - y if op == "-" else x / y
    unit = "kvot" if op == "/" else a["unit"]
    if op == "-" and unit == "andel":
        unit = "andelsskillnad"
    found: Record = {"value": value, "n": _fewest(parents), "status": status, "unit": unit}
    if op == "/" and {a["kind"], b["kind"]} <= {"count", "sum"}:
        found["unit"] = "andel"
        if x is not None and y is not None and x.denominator == y.denominator == 1:
            whole = int(y)
            found |= {"numerator": int(x), "denominator": whole, "n": whole}
    return found | ({"unit": d["unit"]} if "unit" in d else {})


def _statistic(d: Mapping[str, Any], parents: Sequence[Record], answers: Answers) -> Record:
    if d["function"] not in STATISTICS:
        return {"broken": f"statistiken {d['function']} är inte känd"}
    function, unit_of = STATISTICS[d["function"]]
    about, status = parents[0], _status(parents)
    if d["function"] == ALL and status != HIDDEN:
        about = parents[int(d["part"]) - 1]
        status = about["status"]
    value = None
    if status == "ok":
        made = round(answers.statistic(function, d, parents), 9) + 0.0
        value = _fraction(made) if math.isfinite(made) else None
    return {
        "value": value, "n": _fewest(parents), "unit": unit_of(d) or about["unit"],
        "status": "tom" if status == "ok" and value is None else status,
    }  # fmt: skip


def _word(d: Mapping[str, Any], parents: Sequence[Record], answers: Answers) -> Record:
    """Which of the words: by the sign of the number as shown, or the largest of several."""
    found: Record = {"unit": "ord", "n": None}
    if d["rule"] == "sign":
        (parent,) = parents
        found["status"] = parent["status"]
        if parent["value"] is not None:
            per_cent = parent["unit"] in ("andel", "andelsskillnad")
            shown = written(parent["value"] * (100 if per_cent else 1), int(d["decimals"]))
            up = any(c in "123456789" for c in shown)
            found["value"] = Fraction(0 if not up else 2 if shown.startswith("\u2212") else 1)
        return found
    if d["rule"] == "largest":
        values = [p["value"] for p in parents]
        top = max((v for v in values if v is not None), default=None)
        if top is None or values.count(top) != 1:
            return found | {"broken": "ingen av dem är ensam störst"}
        return found | {"value": Fraction(values.index(top))}
    if d["rule"] in _GRADES:
        return found | {"value": Fraction(_GRADES[d["rule"]](d, parents))}
    return found | {"broken": f"ordregeln {d['rule']} är inte känd"}


def _proposed(d: Mapping[str, Any], parents: Sequence[Record]) -> int:
    """Of the words of green, yellow, red and none: by the smallest share."""
    shares = sorted(p["value"] for p in parents if p["value"] is not None)
    if not shares:
        return 3
    if shares[0] < Fraction(d["rod_under"]):
        return 2
    return 0 if shares[0] >= Fraction(d["gron_minst"]) else 1


def _gravest(d: Mapping[str, Any], parents: Sequence[Record]) -> int:
    """Of the words of blue, green, yellow, red and none: the last that is held."""
    return next((k for k in (3, 2, 1, 0) if parents[k]["value"]), 4)


def _agreement(d: Mapping[str, Any], parents: Sequence[Record]) -> int:
    """Of same, another and nothing to compare; blue stands one before green."""
    proposed, decided = (int(p["value"]) for p in parents)
    if proposed == 3 or decided in (0, 4):
        return 2
    return int(decided != proposed + 1)


_GRADES = {"grade": _proposed, "gravest": _gravest, "agreement": _agreement}


def _constant(d: Mapping[str, Any], parents: Sequence[Record], answers: Answers) -> Record:
    return {"value": Fraction(d["value"])}


_FROM_PARENTS: Mapping[str, Callable[[Mapping[str, Any], Sequence[Record], Answers], Record]] = {
    "derived": _derived, "statistic": _statistic, "word": _word, "constant": _constant,
}  # fmt: skip
