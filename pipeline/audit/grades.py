"""The grade that is proposed for an area, from what was counted there.

The routine gives no arithmetic from criteria to colour ("Sammanställning av resultat"): red must be
remedied, yellow is voluntary, green meets the requirements fully, blue is for kommunledningen. The
rule here is ours, and only proposes; people decide. Green where everything that was examined is
fulfilled, red where something is fulfilled in too few, else yellow. Blue is never proposed: nothing
that is counted at a unit tells whose business a deficiency is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

GREEN, YELLOW, RED, BLUE = "gron", "gul", "rod", "bla"
PROPOSED = (GREEN, YELLOW, RED)  # by rising gravity
DECIDED = (BLUE, *PROPOSED)  # blue stands beside the others: it says whose business it is
SHAPES: Mapping[str, str] = {GREEN: "●", YELLOW: "◆", RED: "▲", BLUE: "■"}
SAME, DIFFERENT, NOTHING = range(3)  # how a decision stands to a proposal

SOL, HSL, INVOLVED, DEVIATIONS, ROUTINES = (
    "dokumentation_sol", "dokumentation_hsl", "delaktighet", "avvikelser", "rutiner",
)  # fmt: skip
# Area → the laws whose files are read for it, and whether its criteria are those of the kund's part
# in the insats (a criterion counts in one area only).
DOCUMENTED: Mapping[str, tuple[tuple[str, ...], bool]] = {
    SOL: (("sol", "lss"), False),
    HSL: (("hsl",), False),
    INVOLVED: (("sol", "lss", "hsl"), True),
}
INVOLVEMENT = ("samtycke", "delaktighet", "barnets_rost", "sakligt", "installning")


def proposed(
    shares: Sequence[Fraction | None], green_from: Fraction, red_below: Fraction
) -> int | None:
    """The place in PROPOSED of the grade that the smallest share gives; None where nothing was
    counted. `shares`: 0–1, how many of those examined fulfil each criterion."""
    known = [s for s in shares if s is not None]
    if not known:
        return None
    worst = min(known)
    return 2 if worst < red_below else 0 if worst >= green_from else 1


def gravest(numbers: Sequence[int | None]) -> int | None:
    """The place in DECIDED of the gravest grade that some finding has. `numbers`: how many findings
    have each; None where there is no finding."""
    held = [place for place, number in enumerate(numbers) if number]
    return max(held, default=None)


def against(proposal: int | None, decision: int | None) -> int:
    """How a decision stands to the proposal. An area with blue alone has nothing to compare."""
    if proposal is None or not decision:
        return NOTHING
    return SAME if DECIDED[decision] == PROPOSED[proposal] else DIFFERENT
