"""What a form demands, as SQL that is true where a row fails: field-level demands from the
codebook, cross-field rules from `*_regler.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UppfoljningError
from pipeline.forms.codebook import RULES_SUFFIX, Codebook, Field
from pipeline.trace.verify.cleaning import options, quoted, text
from pipeline.workspace import CATALOGUES, Kommun

Json = Mapping[str, Any]
_DAYS = {
    "arets_forsta_dag": "make_date(_y, 1, 1)",
    "arets_sista_dag": "make_date(_y, 12, 31)",
    "sista_svarsdag": "make_date(_y + 1, 3, 1)",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`fails`: SQL over the form's full table. `empties`: fields blanked by a warning. `reads`:
    the columns it looks at."""

    kontroll: str
    falt: str
    severity: str
    fails: str
    empties: tuple[str, ...]
    reads: tuple[str, ...]


def rules_of(
    book: Codebook, kommun: Kommun, folders: Sequence[Path], columns: set[str]
) -> list[Rule]:
    """Every rule of a form. `columns`: those of its full table. A rule of a later folder wins
    over an earlier one of the same id. Raises UppfoljningError for a rule of an unknown kind."""
    found = {r.kontroll: r for f in book.fields for r in _field_rules(book, f)}
    for folder in folders:
        path = folder / f"{book.name}{RULES_SUFFIX}.json"
        if path.is_file():
            for entry in json.loads(path.read_text(encoding="utf-8-sig"))["expectations"]:
                rule = _written(book, entry, kommun)
                if rule and set(rule.reads) <= columns:
                    found[rule.kontroll] = rule
    return [found[k] for k in sorted(found)]


def _field_rules(book: Codebook, f: Field) -> Iterator[Rule]:
    own = quoted(f.name)

    def rule(name: str, fails: str, severity: str = "") -> Rule:
        grade = severity or f.severity
        return Rule(f"{book.name}.{f.name}.{name}", f.name, grade, fails, (f.name,), (f.name,))

    fel = quoted(f"fel_{f.name}")
    yield rule("olaslig", f"{fel} IS NOT NULL")
    if f.required and not (f.type == "list" and f.catalogue):
        shown = own
        if f.type == "list":
            shown = quoted(f.option_column(options(f)[0]))
        lost = f"{shown} IS NULL AND {fel} IS NULL"
        if f.has_missing_categories:
            lost += f" AND {quoted(f.bortfall_column)} IS NULL"
        yield rule("saknas", lost, "critical" if f.severity == "critical" else "info")
    if f.own_words:
        yield rule("egna_ord", f"{quoted(f.own_words_column)} IS NOT NULL", "info")
    if f.type == "list":
        return
    if f.minimum is not None or f.maximum is not None:
        yield rule("skala", _outside(own, f.minimum, f.maximum))
    if f.pattern is not None and f.type == "string":
        yield rule("format", f"NOT regexp_full_match({own}, {text(f'(?:{f.pattern})')})")
    if f.unique:
        yield rule("unik", _repeated(own))


def _outside(column: str, low: Any, high: Any) -> str:
    parts = [f"{column} < {_literal(low)}"] if low is not None else []
    parts += [f"{column} > {_literal(high)}"] if high is not None else []
    return " OR ".join(parts)


def _repeated(columns: str) -> str:
    return f"{columns} IS NOT NULL AND count(*) OVER (PARTITION BY _y, {columns}) > 1"


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        return _DAYS[value["$PARAMETER"]]
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value) if isinstance(value, str) else repr(value)


def _written(book: Codebook, entry: Json, kommun: Kommun) -> Rule | None:
    """A rule of Great Expectations' own JSON; None where the list it asks for is open."""
    meta, given = entry["meta"], entry["kwargs"]
    for value in given.values():
        asked = value.get("$PARAMETER") if isinstance(value, Mapping) else None
        if asked in CATALOGUES and not kommun.catalogue(str(asked)):
            return None
    fails = _failing(str(entry["type"]), given, str(meta["kontroll"]), kommun)
    reads = [given[k] for k in ("column", "column_A", "column_B") if k in given]
    reads += given.get("column_list", [])
    condition = given.get("row_condition")
    if condition:
        where, asked = _condition(condition, str(meta["kontroll"]))
        fails, reads = f"({fails}) AND ({where})", [*reads, *asked]
    falt = str(meta["falt"])
    empties = tuple(meta.get("tommer", (falt,) if book.has(falt) else ()))
    severity = str(entry.get("severity", "warning"))
    return Rule(str(meta["kontroll"]), falt, severity, fails, empties, tuple(reads))


def _failing(kind: str, given: Json, name: str, kommun: Kommun) -> str:
    column = quoted(str(given.get("column", "")))
    if column.startswith('"_fel_'):
        column = quoted(str(given["column"])[1:])
    match kind.removeprefix("expect_column_"):
        case "values_to_be_null":
            return f"{column} IS NOT NULL"
        case "values_to_not_be_null":
            return f"{column} IS NULL"
        case "values_to_be_between":
            low, high = given.get("min_value"), given.get("max_value")
            strict = [
                f"{column} = {_literal(v)}"
                for v, k in ((low, "strict_min"), (high, "strict_max"))
                if given.get(k) and v is not None
            ]
            return " OR ".join([_outside(column, low, high), *strict])
        case "values_to_be_in_set":
            return f"{column} NOT IN ({_set(given['value_set'], kommun)})"
        case "values_to_not_be_in_set":
            return f"{column} IN ({_set(given['value_set'], kommun)})"
        case "values_to_match_regex":
            return f"NOT regexp_matches({column}, {text('^(?:' + given['regex'] + ')')})"
        case "values_to_be_unique":
            return _repeated(column)
        case "pair_values_a_to_be_greater_than_b" | "pair_values_to_be_equal":
            a, b = quoted(given["column_A"]), quoted(given["column_B"])
            if given.get("ignore_row_if") != "either_value_is_missing":
                raise _unknown(name, "ignore_row_if")
            if kind.endswith("equal"):
                return f"{a} <> {b}"
            return f"{a} {'<' if given.get('or_equal') else '<='} {b}"
        case _:
            raise _unknown(name, kind)


def _set(values: Any, kommun: Kommun) -> str:
    if isinstance(values, Mapping):
        values = [o.value for o in kommun.catalogue(values["$PARAMETER"])]
    return ", ".join(map(_literal, values))


def _condition(condition: Json, name: str) -> tuple[str, list[str]]:
    kind = condition.get("type")
    if kind == "nullity":
        column = condition["column"]["name"]
        own = column[1:] if column.startswith("_fel_") else column
        return f"{quoted(own)} IS {'' if condition['is_null'] else 'NOT '}NULL", [own]
    if kind in ("and", "or"):
        parts = [_condition(c, name) for c in condition["conditions"]]
        joined = f" {kind.upper()} ".join(f"({p})" for p, _ in parts)
        return joined, [c for _, columns in parts for c in columns]
    if kind == "comparison":
        column, op = condition["column"]["name"], condition["operator"]
        sign = {"==": "=", "!=": "<>"}.get(op, op)
        return f"{quoted(column)} {sign} {_literal(condition['parameter'])}", [column]
    raise _unknown(name, f"row_condition {kind}")


def _unknown(name: str, what: str) -> UppfoljningError:
    return UppfoljningError(
        f"Kontrollen {name} går inte att räkna om på annan väg: ”{what}” är inte känt där.\n"
        "Gör så här: skriv regeln med en av de sorter som finns (between, in_set, null, regex, "
        "unique, pair), eller ta bort den."
    )
