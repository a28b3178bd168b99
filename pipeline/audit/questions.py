"""Open questions for the working group's own discussion, by area: the routine's second aim is to
start work in the group (Syfte, "Starta arbetsprocesser inom arbetsgruppen"). Two for what must be
remedied, one for what may be developed."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.audit.grades import RED, YELLOW

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "dokumentation_sol": (
        "Vad gör det svårt att få detta på plats i varje akt, och var i vårt arbetssätt märks det?",
        "Vem märker det om en vecka om vi har ändrat oss, och på vad?",
    ),
    "dokumentation_hsl": (
        "Vilka risker för patienten följer av det som saknas i journalen?",
        "Hur vet den som kommer till nästa arbetspass vad som gäller för patienten?",
    ),
    "delaktighet": (
        "När har vi senast frågat kunden vad som är viktigt, och var syns svaret?",
        "Vad skulle kunden säga om bilden som våra anteckningar ger?",
    ),
    "avvikelser": (
        "Vad händer hos oss från det att någon ser en avvikelse tills alla har lärt av den?",
        "Vilka händelser rapporterar vi inte, och varför?",
    ),
    "rutiner": (
        "Vad i vardagen drar åt ett annat håll än rutinen?",
        "Vad behöver ändras, rutinen eller arbetssättet, och vem kan besluta det?",
    ),
    "kompetens": (
        "Vad behöver vi kunna som vi inte kan i dag, och hur lär vi oss det av varandra?",
        "Hur tar vi emot den som är ny, så att det fungerar också när det är ont om tid?",
    ),
    "ledning": (
        "Vad behöver vi från vår chef och från dem vi samverkar med för att lyckas?",
        "Vilka beslut väntar vi på, och vad kan vi göra själva under tiden?",
    ),
}
OTHER = (
    "Vad tror vi att iakttagelsen beror på?",
    "Vad är det första vi själva kan ändra?",
)
_MANY: Mapping[str, int] = {RED: 2, YELLOW: 1}


def questions(area: str, grade: str) -> tuple[str, ...]:
    """The questions about a finding with this grade in this area; none about green, and none about
    blue: that is not the group's to solve."""
    return QUESTIONS.get(area, OTHER)[: _MANY.get(grade, 0)]
