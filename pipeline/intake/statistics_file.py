"""Files of SPSS (.sav, .zsav) and Stata (.dta): a column a variable, with the question and the
labels of its values.

As a sheet the variables' names are row 1 and the first case is row 2, as when the file is saved
as a workbook from SPSS or Stata: `enkat.sav!C14` is the third variable of the thirteenth case.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping
from typing import Any

import pyreadstat

from pipeline.errors import IntakeError
from pipeline.intake.raw import Cell, Dialect, RawTable

_EXACT = 2**53


def read_spss(data: bytes, name: str, sha256: str) -> list[RawTable]:
    """The one table of a .sav or .zsav file."""
    return _read(pyreadstat.read_sav, data, name, sha256, "spss", "SPSS")


def read_stata(data: bytes, name: str, sha256: str) -> list[RawTable]:
    """The one table of a .dta file."""
    return _read(pyreadstat.read_dta, data, name, sha256, "stata", "Stata")


def _read(
    reader: Callable[..., Any], data: bytes, name: str, sha256: str, kind: str, program: str
) -> list[RawTable]:
    try:
        values, meta = reader(io.BytesIO(data), user_missing=True, output_format="dict")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as error:
        raise IntakeError(
            [
                f"{name}: filen går inte att läsa; den är skadad, eller ingen fil från {program}.\n"
                f"Gör så här: öppna den i {program} och spara den på nytt, eller exportera den "
                "som Excel-arbetsbok (.xlsx)."
            ]
        ) from error
    names = tuple(meta.column_names)
    tagged = {n for n, letters in meta.missing_user_values.items() if letters}
    columns = [list(map(_tagged if n in tagged else _cell, values[n])) for n in names]
    rows: tuple[tuple[Cell, ...], ...] = (names, *zip(*columns, strict=True))
    titles = {j: t for j, n in enumerate(names) if (t := meta.column_names_to_labels.get(n))}
    labels = {
        j: {_cell(v): str(t) for v, t in found.items()}
        for j, n in enumerate(names)
        if (found := meta.variable_value_labels.get(n))
    }
    known = Dialect(
        kind,
        program,
        (1,),
        tuple((n, titles[j]) if j in titles else (n,) for j, n in enumerate(names)),
        2,
    )
    note = _missing(meta.missing_ranges)
    return [
        RawTable(name, sha256, "", kind, rows, note, titles=titles, labels=labels, dialect=known)
    ]


def _missing(ranges: Mapping[str, Any]) -> str:
    """That the file itself says of some values that they are no answers."""
    if not ranges:
        return ""
    some = ", ".join(list(ranges)[:5]) + (", …" if len(ranges) > 5 else "")
    return (
        f"Filen anger vissa värden i {some} som saknade svar. De läses som de står: låt kodboken "
        "ange dem som bortfall."
    )


def _tagged(value: Any) -> Cell:
    """A value of a Stata variable with several kinds of missing: `.a` as Stata shows it."""
    return f".{value}" if isinstance(value, str) else _cell(value)


def _cell(value: Any) -> Cell:
    """A value as a workbook would hold it: whole numbers whole, no missing number."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, dt.datetime | dt.date | int | float | str | bool):
        return value
    return str(value)
