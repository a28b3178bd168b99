"""Completeness (`avstamning`): rows handed in beside the case system's own count, by unit.

Every number is a fact: what was handed in is counted, the case system's count stands in the form
`avstamning`, and the difference is derived from the two. A count is *attested* when a role stands
behind it, and the balance holds when each attested count agrees or its difference is explained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
    """One unit and form. `system` and `missing` have no value where there is no count
    (`status` of `system` is then `tom` or `saknas`); `missing` is the system's count minus what
    was handed in: negative where more was handed in than the system knows of."""

    unit: Category
    table: str
    title: str  # of the form
    handed_in: Fact
    system: Fact
    missing: Fact
    drawn: str  # the day the count was drawn, ISO; "" where it is not said
    attested_by: str  # a role; "" where nobody attests
    explained: bool  # whether the form says why the counts differ

    @property
    def agrees(self) -> bool | None:
        """Whether the two counts are equal; None where one of them is not known."""
        value = self.missing.value
        return None if value is None else value == 0

    @property
    def holds(self) -> bool:
        """Whether this part of the balance lets an edition be released."""
        return bool(self.attested_by and (self.agrees or (self.agrees is False and self.explained)))


def completeness(workspace: Workspace, year: int) -> tuple[Completeness, ...]:
    """Every unit of the municipality and every counted form, in the catalogue's order."""
    system = open_dataset(workspace, TABLE, year, year)
    units = system.dimensions["enhet"].categories
    return tuple(one for table in COUNTED for one in _of_table(workspace, year, table, units))


def reasons(workspace: Workspace, year: int) -> tuple[str, ...]:
    """Why the balance does not hold, a Swedish sentence each; empty where it does. They refuse a
    release, and `annual` warns with them."""
    return tuple(lacking(completeness(workspace, year), year))


def explained(found: tuple[Completeness, ...]) -> tuple[str, ...]:
    """Differences that are attested and explained, a Swedish sentence each."""
    apart = (c for c in found if c.holds and c.agrees is False)
    return tuple(f"{_where(c)} {_apart(c)} Förklaring finns." for c in apart)


def lacking(every: tuple[Completeness, ...], year: int) -> Iterator[str]:
    """The reasons, of what is already counted."""
    # A workspace of surveys alone has nothing to set beside the case system.
    found = [c for c in every if c.handed_in.value is not None or c.system.value is not None]
    if found and all(c.system.status == "saknas" for c in found):
        yield (
            f"Formuläret Avstämning saknas för {year}: ingen har intygat hur många insatser "
            "verksamhetssystemet har."
        )
        return
    for c in found:
        if c.system.value is None:
            yield f"{_where(c)} antalet i verksamhetssystemet saknas."
        elif c.agrees is None:
            yield f"{_where(c)} formuläret är inte inlämnat."
        elif c.agrees is False and not c.explained:
            yield f"{_where(c)} {_apart(c)} Det är inte förklarat."
        elif not c.attested_by:
            yield f"{_where(c)} ingen roll intygar antalet."


def _where(c: Completeness) -> str:
    return f"{c.unit.label}, {c.title}:"


def _apart(c: Completeness) -> str:
    assert c.missing.value is not None
    by = int(c.missing.value)
    return (
        f"verksamhetssystemet har {abs(by)} {'fler' if by > 0 else 'färre'} än de inlämnade "
        f"raderna ({_whole(c.system)} mot {_whole(c.handed_in)})."
    )


def _whole(fact: Fact) -> int:
    assert fact.value is not None
    return int(fact.value)


def _of_table(
    workspace: Workspace, year: int, table: str, units: tuple[Category, ...]
) -> Iterator[Completeness]:
    system = open_dataset(workspace, TABLE, year, year)
    rows = open_dataset(workspace, table, year, year)
    named = {c.value: c.label for c in system.dimensions["tabell"].categories}
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
        said = _said(system, theirs)
        yield Completeness(
            unit, table, named[table], handed_in, known, known - handed_in,
            "" if said.get("uttagsdatum") is None else said["uttagsdatum"].isoformat(),
            role(said.get("intygat_av")), bool(said.get("forklaring")),
        )  # fmt: skip


def _said(system: Dataset, rows: str) -> dict[str, Any]:
    """What stands beside the count in the one row chosen."""
    if system.table is None:
        return {}
    names = ("uttagsdatum", "intygat_av", "forklaring")
    columns = system.table.select([n for n in names if n in system.table.column_names])
    found = columns.filter(pa.array(system.selected(p.parse(rows)))).to_pylist()
    return dict(found[0]) if found else {}


def role(text: str | None) -> str:
    """A role is said in letters: a dash or a number in the cell attests nothing."""
    return text.strip() if text and sum(map(str.isalpha, text)) > 1 else ""
