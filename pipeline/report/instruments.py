"""Reliable change: what an instrument can measure, by the precision that the municipality has
stated for it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.facts.derive import constant, statistic
from pipeline.facts.fact import Fact
from pipeline.facts.statistics import reliable_change
from pipeline.report.context import current
from pipeline.workspace import load_kommun


@dataclass(frozen=True, slots=True)
class Reliable:
    """`limit`: the smallest reliable change, with the standard deviation and the reliability as
    its parents. `lower`, `higher`: predicates on the rows whose value fell or rose that much."""

    limit: Fact
    sd: Fact
    reliability: Fact
    lower: str
    higher: str


def reliable(instrument: str, column: str = "andring") -> Reliable | None:
    """Reliable change of an instrument of `[instrument.<kod>]` in kommun.toml; None where its
    reliability is not stated: then nothing is computed. `column` holds the changes."""
    known = load_kommun(current().workspace.raw).instrument.get(instrument)
    if known is None:
        return None
    sd = constant(known.sd, f"standardavvikelse vid start, {instrument.upper()}: {known.kalla}")
    reliability = constant(
        known.reliabilitet, f"reliabilitet, {instrument.upper()}: {known.kalla}"
    )  # fmt: skip
    (limit,) = statistic("reliable", sd, reliability, as_=f"tillforlitlig_{instrument}")
    least = f"{reliable_change(known.sd, known.reliabilitet):.6f}"
    return Reliable(limit, sd, reliability, f"{column} <= -{least}", f"{column} >= {least}")
