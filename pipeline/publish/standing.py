"""What the front page says about the evidence behind an edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.arshjul.standing import Wheel
from pipeline.trace.diff.history import Round


@dataclass(frozen=True, slots=True)
class Standing:
    """`verified`: numbers that agree and all numbers, None before they are recomputed.
    `incomplete`, `explained`: sentences about the balance against the case system; `compared`:
    units and forms that were compared. `log`: what each edition received, the latest last;
    `release`: its name and what differs from it. `wheel`: the årshjul on the edition's day."""

    verified: tuple[int, int] | None = None
    compared: int = 0
    incomplete: Sequence[str] = ()
    explained: Sequence[str] = ()
    log: Sequence[Round] = ()
    release: tuple[str, Round] | None = None
    wheel: Wheel | None = None

    @property
    def latest(self) -> Round | None:
        """The latest round in which anything happened."""
        return self.log[-1] if self.log else None
