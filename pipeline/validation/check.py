"""Running a table's checks with Great Expectations. Nothing that leaves here holds a value."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from pipeline.errors import UppfoljningError
from pipeline.forms.codebook import RULES_SUFFIX
from pipeline.validation.engine import ephemeral_context, great_expectations, silence
from pipeline.validation.rules import Check

BOUNDS = ("min_value", "max_value", "value_set")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check went. `rows`: 0-based places of the failing rows in the checked table.

    `evaluated`: rows that the check had something to say about (a blank cell is not outside a
    scale). `applied` is false where there was nothing to check against: a form of the
    municipality's own without the column, a list that `kommun.toml` leaves open.
    """

    check: Check
    evaluated: int
    rows: tuple[int, ...]
    applied: bool = True


def run_checks(
    table: pa.Table,
    checks: Sequence[Check],
    parameters: Mapping[str, Any] | None = None,
) -> tuple[CheckResult, ...]:
    """Run the checks of one table, in their order.

    `parameters`: what `$PARAMETER` stands for: the municipality's lists (an empty one allows any
    value) and the year's first and last day. Raises UppfoljningError, without values and paths,
    where a check cannot be run or is about the table as a whole and fails.
    """
    given = {k: _timestamp(v) for k, v in (parameters or {}).items() if v not in ([], ())}
    table = _with_error_columns(table, checks)
    usable = [c for c in checks if _applies(c, table, given)]
    answers = _validate(table, usable, given) if usable else {}
    made = {c.kontroll: _result(c, answers.get(c.kontroll)) for c in usable}
    return tuple(made.get(c.kontroll) or CheckResult(c, 0, (), False) for c in checks)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """The types that Great Expectations copes with: Int64, boolean, float64, datetime64, str."""
    return pd.DataFrame(
        {name: _series(table.column(name)) for name in table.column_names},
        index=pd.RangeIndex(table.num_rows),
    )


def _series(column: pa.ChunkedArray) -> Any:
    kind = column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    if pa.types.is_boolean(kind):
        return column.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("ms")).to_pandas()
    if pa.types.is_null(kind):
        return pd.Series([None] * len(column), dtype=object)
    return column.to_pandas()


def _with_error_columns(table: pa.Table, checks: Sequence[Check]) -> pa.Table:
    """A table where everything could be read has no `_fel_` columns."""
    wanted = {n for c in checks for n in c.columns if n.startswith("_fel_")}
    for name in sorted(wanted - set(table.column_names)):
        table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    return table


def _applies(check: Check, table: pa.Table, given: Mapping[str, Any]) -> bool:
    if not set(check.parameters) <= set(given):
        return False
    absent = [n for n in check.columns if n not in table.column_names]
    if absent and not check.optional:
        raise UppfoljningError(
            f"Kontrollen {check.kontroll} gäller {', '.join(absent)}, som inte finns i tabellen "
            f"{check.table}.\nGör så här: rätta kolumnens namn i {_file_of(check)}, eller ta bort "
            "kontrollen."
        )
    return not absent


def _validate(table: pa.Table, checks: Sequence[Check], given: Mapping[str, Any]) -> dict[str, Any]:
    """Great Expectations' own answers, by check. They hold values: never let them out."""
    needed = [n for n in table.column_names if any(n in c.columns for c in checks)]
    frame = to_pandas(table.select(needed))
    gx = great_expectations()
    name = checks[0].table
    try:
        with silence():
            suite = gx.ExpectationSuite(
                name=name, expectations=[_typed(c.expectation, table) for c in checks]
            )
            source = ephemeral_context().data_sources.add_pandas(name)
            definition = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
            answer = definition.get_batch({"dataframe": frame}).validate(
                suite,
                result_format={
                    "result_format": "COMPLETE",
                    "return_unexpected_index_query": False,
                },
                expectation_parameters=dict(given),
            )
    except Exception as error:  # whatever it raises, its text may hold values
        raise UppfoljningError(
            f"Kontrollerna av tabellen {name} gick inte att köra ({type(error).__name__}).\n"
            "Gör så här: ta bort de senast ändrade reglerna i filerna som slutar på _regler.json "
            "och kör igen. Hjälper det inte: lämna felet till den som sköter programmet."
        ) from None
    return {r.expectation_config.meta["kontroll"]: r for r in answer.results}


def _typed(expectation: Mapping[str, Any], table: pa.Table) -> dict[str, Any]:
    """The expectation with dates as dates: in JSON they are texts."""
    made: dict[str, Any] = copy.deepcopy(dict(expectation))
    kwargs = made["kwargs"]
    column = kwargs.get("column")
    if column not in table.column_names or not pa.types.is_date(table.schema.field(column).type):
        return made
    for name in BOUNDS:
        bound = kwargs.get(name)
        if isinstance(bound, str):
            kwargs[name] = pd.Timestamp(bound)
        elif isinstance(bound, list):
            kwargs[name] = [pd.Timestamp(v) for v in bound]
    return made


def _timestamp(value: Any) -> Any:
    return pd.Timestamp(value) if isinstance(value, dt.date) else value


def _result(check: Check, answer: Any) -> CheckResult:
    if answer is None:  # Great Expectations passes over a type that it does not know
        raise UppfoljningError(
            f"Kontrollen {check.kontroll} gick inte att köra: typen ”{check.type}” finns inte i "
            f"Great Expectations.\nGör så här: rätta ”type” i {_file_of(check)}."
        )
    result = answer.result or {}
    rows = result.get("unexpected_index_list")
    if not answer.success and rows is None:
        _refuse(check, answer)
    evaluated = int(result.get("element_count") or 0) - int(result.get("missing_count") or 0)
    failing = () if answer.success else tuple(sorted(int(r) for r in rows or ()))
    return CheckResult(check, evaluated, failing)


def _refuse(check: Check, answer: Any) -> None:
    if answer.result:
        raise UppfoljningError(
            f"Tabellen {check.table} som helhet klarar inte kontrollen {check.kontroll}: "
            f"{check.orsak}\nGör så här: {check.gor_sa}"
        )
    raise UppfoljningError(
        f"Kontrollen {check.kontroll} gick inte att köra på tabellen {check.table}: "
        f"{check.type} passar inte kolumnen {', '.join(check.columns)}.\n"
        f"Gör så här: rätta kontrollen i {_file_of(check)}, eller ta bort den."
    )


def _file_of(check: Check) -> str:
    return f"{check.table}{RULES_SUFFIX}.json"
