"""What Kolada is asked for, as addresses of its data resource (v3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

MOST_IDS = 25  # in one segment of an address


@dataclass(frozen=True, slots=True)
class Query:
    """Measures, municipalities and years, each sorted and once."""

    kpis: tuple[str, ...]
    municipalities: tuple[str, ...]
    years: tuple[int, ...]

    @classmethod
    def of(cls, kpis: Sequence[str], municipalities: Sequence[str], years: Sequence[int]) -> Query:
        """The query in its one order, whatever order its parts are given in."""
        kept = tuple(sorted({*kpis})), tuple(sorted({*municipalities})), tuple(sorted({*years}))
        return cls(*kept)

    def covers(self, kpi: str, municipality: str, year: int) -> bool:
        """Whether an answer to this would hold such a value, if there is one."""
        return kpi in self.kpis and municipality in self.municipalities and year in self.years

    def addresses(self, base: str) -> Iterator[str]:
        """The addresses that ask for it all, each with at most `MOST_IDS` ids a segment."""
        segments = (_segments(ids) for ids in (self.kpis, self.municipalities, self.years))
        for kpis, municipalities, years in product(*segments):
            yield f"{base}/data/kpi/{kpis}/municipality/{municipalities}/year/{years}"


def _segments(ids: Sequence[object]) -> list[str]:
    return [",".join(map(str, ids[i : i + MOST_IDS])) for i in range(0, len(ids), MOST_IDS)]
