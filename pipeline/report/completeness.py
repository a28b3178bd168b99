"""Completeness: the rows that the report rests on beside the case system's own count, by unit.

Every number is a fact: what was handed in is counted, the case system's count stands in the form
`avstamning`, and the difference is derived from the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean
from pipeline.forms.codebook import Category
from pipeline.workspace import Workspace

TABLE = "avstamning"
COUNTED = ("bakgrund", "avslut")
EACH = "insats_id"  # several may have answered about one insats


@dataclass(frozen=True, slots=True)
class Completeness:
    """One unit and form. `system` and `missing` have no value where nothing is attested
    (`status` of `system` is then `tom` or `saknas`); `missing` is the system's count minus what
    was handed in: negative where more was handed in than the system knows of."""

    unit: Category
    table: str
    handed_in: Fact
    system: Fact
    missing: Fact
    drawn: str  # the day the count was drawn, ISO; "" where it is not said
    attested_by: str

    @property
    def agrees(self) -> bool | None:
        """Whether the two counts are equal; None where one of them is not known."""
        value = self.missing.value
        return None if value is None else value == 0


def completeness(workspace: Workspace, year: int) -> tuple[Completeness, ...]:
    """Every unit of the municipality and every counted form, in the catalogue's order."""
    system = open_dataset(workspace, TABLE, year, year)
    units = system.dimensions["enhet"].categories
    return tuple(one for table in COUNTED for one in _of_table(workspace, year, table, units))


def attested(workspace: Workspace, year: int) -> bool:
    """Whether every unit and form has an attested count that the rows agree with."""
    return all(c.agrees for c in completeness(workspace, year))


def _of_table(
    workspace: Workspace, year: int, table: str, units: tuple[Category, ...]
) -> Iterator[Completeness]:
    system = open_dataset(workspace, TABLE, year, year)
    rows = open_dataset(workspace, table, year, year)
    for unit in units:
        ours = p.to_sql(p.equals("enhet", unit.value))
        theirs = p.to_sql(p.both(p.equals("enhet", unit.value), p.equals("tabell", table)))
        name = f"{table}_{unit.value}"
        handed_in = count(
            rows, ours, distinct=EACH, name=f"inlamnat_{name}",
            title=f"Inlämnat, {rows.title}, {unit.label}",
        )  # fmt: skip
        # One row has the key, so its mean is what stands in it.
        known = mean(
            system, "antal", theirs, name=f"system_{name}", unit=handed_in.unit,
            title=f"Verksamhetssystemet, {rows.title}, {unit.label}",
        )  # fmt: skip
        drawn, role = _said(system, theirs)
        yield Completeness(unit, table, handed_in, known, known - handed_in, drawn, role)


def _said(system: Dataset, rows: str) -> tuple[str, str]:
    """Day and role of the one row chosen."""
    if system.table is None:
        return "", ""
    columns = system.table.select(["uttagsdatum", "intygat_av"])
    found = columns.filter(pa.array(system.selected(p.parse(rows)))).to_pylist()
    if not found:
        return "", ""
    day, role = found[0]["uttagsdatum"], found[0]["intygat_av"]
    return "" if day is None else day.isoformat(), role or ""
