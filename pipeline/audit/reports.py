"""The report of a visit: what it is made of, and when it is final."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.audit.grades import RED

TABLES = (  # what is noted at a visit and after it
    "granskning", "intervjuer", "rutiner", "avvikelsegranskning", "bedomning", "dokument",
)  # fmt: skip
Rows = Iterable[Mapping[str, Any]]


def unfinished(findings: Rows, remarks: Rows) -> tuple[str, ...]:
    """Why a visit's report is not final yet, a line each: every remark has an outcome, every
    finding is decided by a role on a day, and a red one has its plan asked for with a last day.
    `findings`: rows of bedomning, `remarks`: of korrektur, of one visit."""
    left = [f"Synpunkt {r['nr']} ({r['avsnitt'] or 'utan avsnitt'}): vad som gjordes med den "
            "är inte ifyllt." for r in remarks if r["utfall"] is None]  # fmt: skip
    for row in findings:
        lacking = [title for key, title in (
            ("beslutad_av", "beslutad av (roll)"), ("beslutad_datum", "beslutsdatum"),
        ) if not row[key]]  # fmt: skip
        if row["farg"] == RED:
            lacking += [title for key, title in (
                ("plan_begard", "när handlingsplanen begärdes"),
                ("plan_senast", "när handlingsplanen ska ha kommit"),
            ) if not row[key]]  # fmt: skip
        if lacking:
            left.append(f"Iakttagelse {row['nr']} ({row['label']}): {', '.join(lacking)} saknas.")
    return tuple(left)
