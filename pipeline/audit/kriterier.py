"""Which criteria a kund's documentation is reviewed by, under each law. What an area of the visit
has to do with documentation decides which laws are reviewed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pipeline.audit.draw import DRAWN, members_of
from pipeline.audit.grades import DOCUMENTED

_SOCIAL = (
    "uppdrag", "samtycke", "plan_finns", "plan_aktuell", "mal", "vad_hur_nar", "delaktighet",
    "barnets_rost", "lopande", "handelser", "sakligt", "daterat_signerat", "uppfoljt", "avslut",
    "sip", "skyddsatgarder",
)  # fmt: skip
# A permanent care contact is for home care, so not under LSS.
KRITERIER: Mapping[str, Sequence[str]] = {
    "sol": (*_SOCIAL, "omsorgskontakt"),
    "lss": _SOCIAL,
    "hsl": (
        "samtycke", "vardplan", "risk_fall", "risk_trycksar", "risk_nutrition", "risk_munhalsa",
        "lakemedel", "delegering", "signering", "installning", "daterat_signerat", "uppfoljt",
        "sip", "skyddsatgarder",
    ),
}  # fmt: skip
LAGRUM: Mapping[str, Sequence[str]] = {  # area of the visit → laws whose documentation it covers
    area: laws for area, (laws, involved) in DOCUMENTED.items() if not involved
}


def reviewed(
    areas: Collection[str], drawn: Sequence[Collection[str]] | None
) -> list[tuple[int, str]]:
    """(kund_nr, law) for everything that is reviewed in a visit to these areas.

    `drawn`: the laws under which each drawn kund has documentation, in the order of the draw.
    None: the draw is not made yet; as many as may be drawn, SoL standing for social documentation.
    """
    covered = [law for area, laws in LAGRUM.items() if area in areas for law in laws]
    if drawn is None:
        first = [laws[0] for area, laws in LAGRUM.items() if area in areas]
        drawn = [first] * DRAWN
    return [(nr, law) for nr, laws in enumerate(drawn, start=1) for law in covered if law in laws]


def laws_of(protocol: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """For each kund that a draw's protocol names, in the order of the draw, the laws under which
    there is documentation."""
    members = members_of(protocol)
    return [members[pseudonym] for pseudonym in protocol["urval"]]
