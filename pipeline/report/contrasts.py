"""Groups held against each other, and units against all: what is drawn and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.facts.fact import Fact
from pipeline.report.swedish import NBSP
from pipeline.report.tabular import TextGrid


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """A group's share and the others', their difference with its interval, the effect (Cohen's h),
    the p of Fisher's exact test after Holm, and the word that says whether it is established."""

    label: str
    group: Fact
    others: Fact
    difference: Fact
    low: Fact
    high: Fact
    effect: Fact
    p: Fact
    sure: Fact


def _n(share: Fact) -> str:
    """In one piece: a narrow cell breaks before it."""
    return f"(n{NBSP}={NBSP}{share:n})"


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """Several groups, one family of comparisons."""

    title: str
    rows: tuple[Contrast, ...]

    @property
    def grid(self) -> TextGrid:
        heads = ("Grupp", "Gruppen", "De andra", "Skillnad", "Från", "Till", "Effekt (h)",
                 "p efter Holm", "Säkerställd?")  # fmt: skip
        rows = tuple(
            (r.label, (
                f"{r.group} {_n(r.group)}", f"{r.others} {_n(r.others)}",
                f"{r.difference:+.0pe}", f"{r.low:+.0pe}", f"{r.high:+.0pe}",
                f"{r.effect}", f"{r.p}", f"{r.sure}",
            ))
            for r in self.rows
        )  # fmt: skip
        return TextGrid(self.title, heads, rows)

    @property
    def missing(self) -> bool:
        return self.grid.missing

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The numbers that are drawn."""
        return tuple(r.difference for r in self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Units around the share of all, `whole`. `rows`: (label, share, the limits of 95 and of
    99.8 per cent for as many answers as the unit has, lower before upper)."""

    title: str
    whole: Fact
    rows: tuple[tuple[str, Fact, tuple[Fact, ...]], ...]

    @property
    def grid(self) -> TextGrid:
        heads = ("Enhet", "Svar (n)", "Andel", "Inre gräns: från", "till", "Yttre gräns: från",
                 "till")  # fmt: skip
        rows = [
            (label, (f"{share:n}", f"{share}", *(f"{limit:.0%}" for limit in limits)))
            for label, share, limits in self.rows
        ]
        whole = ("Alla", (f"{self.whole:n}", f"{self.whole}", "–", "–", "–", "–"))
        return TextGrid(self.title, heads, (*rows, whole), total="Alla")

    @property
    def missing(self) -> bool:
        return self.grid.missing

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The numbers that are drawn."""
        return tuple(share for _, share, _ in self.rows)
