"""What the attacker found: the verdict, its words, and the gate."""

from __future__ import annotations

import textwrap
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import GateError

OPEN = frozenset({"motsagelse", "oavgjort", "otolkat"})  # no way in, but nothing to vouch for
SHOWN = 8  # findings on the terminal; the log has them all


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in. `what` is Swedish and without values; `low` and `high` are the attacker's
    bounds (None: not a matter of bounds), and stand only in the internal log."""

    kind: str
    fact: str
    where: str
    what: str
    low: int | None = None
    high: int | None = None

    def line(self) -> str:
        return f"{self.fact}: {self.what}" + (f" ({self.where})" if self.where else "")


@dataclass(frozen=True, slots=True)
class Audit:
    """`facts`: numbers in the published ledger, `hidden` of them hidden; `cells`: different hidden
    counts; `attacked`: targets whose bounds were computed, `relaxed` of them in a system whose
    classes were too many for a joint one; `smallest_upper`: the smallest upper bound of a hidden
    count (counted up to the threshold; nobody, where that is no secret, left out), None where
    nothing is hidden. `changed`: numbers that an earlier release showed otherwise."""

    facts: int
    hidden: int
    cells: int
    attacked: int
    relaxed: int
    smallest_upper: int | None
    threshold: int
    findings: tuple[Finding, ...]
    changed: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.findings

    @property
    def open(self) -> bool:
        """Whether nothing was found out, but all could not be examined."""
        return bool(self.findings) and all(f.kind in OPEN for f in self.findings)

    def json(self) -> dict[str, Any]:
        """For the internal log and `--json`."""
        return {"godkand": self.passed, **asdict(self)}

    def lines(self, shown: int = SHOWN) -> list[str]:
        """For the terminal, at most 80 columns, without values."""
        said = [
            f"Angrepp på den publika utgåvan: {self.hidden} av {self.facts} tal är dolda, "
            f"{self.cells} olika antal bakom dem.",
            f"{self.attacked} antal och skillnader prövades mot gränsen {self.threshold}.",
        ]
        if self.relaxed:
            said.append(
                f"{self.relaxed} av dem prövades tabell för tabell: tillsammans blev de för många."
            )
        if self.changed:
            said.append(
                f"{len(self.changed)} tal har ändrats sedan en tidigare publicering: den som "
                "jämför ser vilka."
            )
        if self.passed:
            said.append("Inget dolt tal går att räkna fram.")
        else:
            number = len(self.findings)
            said.append(
                f"Inget dolt tal har räknats fram, men {number} fynd kunde inte prövas:"
                if self.open else f"{number} tal säger mer än de får:"
            )  # fmt: skip
            said += [f"– {f.line()}" for f in self.findings[:shown]]
            if len(self.findings) > shown:
                said.append(f"… och {len(self.findings) - shown} till.")
        return [line for text in said for line in _wrapped(text)]


MEND = (
    "Gör så här: se efter att kodbokens svar, gränser och obligatoriska fält är\n"
    "formulärets, och dela upp villkor som läser många kolumner."
)
OURS = (
    "Det är inget fel i dina filer, utan i hur programmet väljer vad som döljs. Visa\n"
    "loggen för den som sköter programmet."
)


def _wrapped(text: str) -> list[str]:
    indent = "  " if text.startswith("– ") else ""
    return textwrap.wrap(
        text, 76, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


def refuse(audit: Audit, log: str) -> None:
    """The gate: raises GateError where something hidden can be found out. `log`: where all that
    was found stands."""
    if audit.passed:
        return
    earlier = any(f.kind == "utgava" for f in audit.findings)
    todo = MEND if audit.open else "" if earlier else OURS
    raise GateError(
        "Den publika utgåvan stoppades: "
        + ("den gick inte att pröva helt.\n" if audit.open else "dolda tal går att räkna fram.\n")
        + "\n".join(audit.lines())
        + (f"\n{todo}" if todo else "")
        + f"\nDen förra utgåvan ligger kvar. Allt som hittades står i\n{log}."
    )
