"""`rse/EXPECTED.md` as data: which published tables equal the answers, and why others do not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .compare import Row


@dataclass(frozen=True, slots=True)
class Expected:
    """One published table: how many of its numbers, and how many of those differ from ours."""

    table: str
    kind: str
    counts: int
    counts_differ: int
    percents: int
    percents_differ: int
    reasons: frozenset[str]

    @property
    def differs(self) -> frozenset[str]:
        """Which of the table's two files are not equal."""
        files = {"count": self.counts_differ, "percent": self.percents_differ}
        return frozenset(k for k, n in files.items() if n)


def read_expected(path: Path) -> dict[str, Expected]:
    """The rows of the one table in the file that has seven columns, by published table."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 7 and cells[2].isdigit():
            table = cells[0].strip("`")
            reasons = frozenset(filter(None, cells[6].split("; ")))
            counts, counts_differ, percents, percents_differ = map(int, cells[2:6])
            found[table] = Expected(
                table, cells[1], counts, counts_differ, percents, percents_differ, reasons
            )
    return found


def outcome(rows: Iterable[Row], kinds: dict[str, str]) -> dict[str, Expected]:
    """What a comparison found, in the same form."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        tables.setdefault(row.table, []).append(row)
    made = {}
    for table, own in tables.items():
        counts = [r for r in own if r.measure == "count"]
        percents = [r for r in own if r.measure == "percent"]
        made[table] = Expected(
            table,
            kinds[table],
            len(counts),
            sum(not r.equal for r in counts),
            len(percents),
            sum(not r.equal for r in percents),
            frozenset(r.reason for r in own if r.reason),
        )
    return made
