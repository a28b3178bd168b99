"""The attacker's audit: what a stranger can conclude from the published files.

Reads the published folder and earlier releases, and the codebooks, which are public. It shares
with suppression how a predicate is read (`pipeline.facts.predicate`), what a count is
(`CountCell`) and what an earlier release is (`Release`), and nothing else: its classes, its
constraints and its bounds are its own, so that an error there is not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.disclosure.attack.audit import Audit, refuse
from pipeline.disclosure.attack.bounds import examine
from pipeline.disclosure.attack.earlier import Edition
from pipeline.disclosure.attack.reading import read
from pipeline.forms.codebook import Codebook
from pipeline.workspace import Sekretess

__all__ = ["Audit", "Edition", "attack", "refuse"]


def attack(
    folder: Path,
    books: Mapping[str, Codebook],
    sekretess: Sekretess,
    releases: Sequence[Edition] = (),
    basis: str = "",
) -> Audit:
    """Attack the edition in `folder` (`publik/`). `basis`: a digest of what forms, rules and
    releases are made of. Raises UsageError without its ledger."""
    reading = read(folder)
    examined = examine(reading.facts, reading.rows, books, sekretess.troskel, releases, basis)
    hidden = [f for f in reading.facts if f.hidden]
    return Audit(
        facts=len(reading.facts),
        hidden=len(hidden),
        cells=examined.cells,
        attacked=examined.attacked,
        relaxed=examined.relaxed,
        smallest_upper=examined.smallest_upper,
        threshold=sekretess.troskel,
        findings=tuple(dict.fromkeys([*reading.findings, *examined.findings])),
        changed=examined.changed,
    )
