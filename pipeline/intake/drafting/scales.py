"""Answers that stand in an order, Swedish and English: each phrase has a place in one dimension.
Any answers of one dimension, at different places, are a scale. And the answers that are none."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNS = re.compile(r"[^\w]+")
_NUMBERED = re.compile(r"\s*(-?\d{1,3})\s*(?:[-–—.:)=(+]\s*\S.*|\+)?", re.DOTALL)
_SPAN = re.compile(r"\s*(\d[\d ,.]*?)\s*[-–—]\s*(\d[\d ,.]*)\s*")
_FIRST_NUMBER = re.compile(r"\d+(?:[ ,.]\d{3})*")

_DIMENSIONS: dict[str, dict[float, str]] = {
    "instämmande": {
        0: "instämmer inte alls|tar helt avstånd|tar helt avstånd från|stämmer inte alls|"
           "håller inte alls med|strongly disagree|completely disagree|totally disagree|"
           "disagree strongly|instämmer absolut inte|stämmer mycket dåligt|disagree completely",
        1: "instämmer inte|instämmer ej|stämmer inte|stämmer dåligt|håller inte med|disagree|"
           "tar avstånd|instämmer knappast",
        1.5: "stämmer ganska dåligt|instämmer i låg grad|instämmer i liten grad|"
             "instämmer till liten del|stämmer till liten del|instämmer i liten utsträckning",
        2: "tar delvis avstånd|somewhat disagree|disagree somewhat|slightly disagree|"
           "instämmer delvis inte|instämmer inte riktigt|instämmer knappt",
        3: "varken eller|varken instämmer eller tar avstånd|varken instämmer eller inte instämmer|"
           "instämmer varken eller|neither agree nor disagree|neither agree or disagree|neutral|"
           "neither|neither disagree nor agree|varken bra eller dåligt",
        4: "instämmer till viss del|instämmer i viss mån|stämmer till viss del|stämmer i viss mån|"
           "somewhat agree|agree somewhat|slightly agree|stämmer delvis|instämmer delvis",
        4.5: "instämmer till stor del|instämmer i hög grad|stämmer till stor del|"
             "instämmer i stor utsträckning|stämmer ganska bra|stämmer i hög grad",
        5: "instämmer|agree|stämmer|stämmer bra|håller med",
        6: "instämmer helt|instämmer helt och hållet|instämmer fullt ut|instämmer fullständigt|"
           "stämmer helt|stämmer helt och hållet|stämmer precis|stämmer mycket bra|"
           "håller helt med|strongly agree|completely agree|totally agree|agree strongly|"
           "instämmer absolut|stämmer fullständigt|agree completely",
    },
    "nöjdhet": {
        0: "inte alls nöjd|helt missnöjd|mycket missnöjd|very dissatisfied|very unsatisfied|"
           "extremely dissatisfied|not at all satisfied|completely dissatisfied",
        1: "missnöjd|dissatisfied|unsatisfied|inte nöjd",
        2: "ganska missnöjd|somewhat dissatisfied|inte särskilt nöjd|inte så nöjd|"
           "fairly dissatisfied|not very satisfied",
        3: "varken nöjd eller missnöjd|neither satisfied nor dissatisfied|neutral|varken eller",
        4: "ganska nöjd|somewhat satisfied|delvis nöjd|fairly satisfied",
        5: "nöjd|satisfied",
        6: "mycket nöjd|very satisfied|helt nöjd|extremely satisfied|completely satisfied",
    },
    "hur ofta": {
        0: "aldrig|never|inte alls|ingen gång|not at all",
        0.5: "nästan aldrig|almost never|hardly ever|very rarely|mycket sällan|så gott som aldrig",
        1: "sällan|rarely|seldom|ganska sällan",
        1.5: "det har hänt|någon gång|någon enstaka gång|once|en gång",
        2: "varje år|årligen|yearly|annually|någon gång per år|några gånger per år",
        2.5: "ibland|då och då|sometimes|occasionally|emellanåt|several days|vissa dagar",
        3: "varje månad|månadsvis|monthly|någon gång i månaden|några gånger i månaden",
        3.5: "ganska ofta|fairly often|quite often|relativt ofta",
        4: "ofta|often|frequently|för det mesta|usually|oftast|vanligtvis|more than half the days",
        4.2: "varje vecka|veckovis|weekly|någon gång i veckan|några gånger i veckan",
        5: "mycket ofta|very often|very frequently",
        5.5: "nästan alltid|almost always|så gott som alltid|nearly every day|nästan varje dag",
        5.7: "varje dag|dagligen|daily|every day",
        6: "alltid|always|hela tiden|all the time",
    },
    "omdöme": {
        0: "usel|uselt|horrible|terrible|very poor|very bad|mycket dålig|mycket dåligt",
        1: "dålig|dåligt|poor|bad",
        2: "ganska dålig|ganska dåligt|fairly poor|fairly bad",
        3: "varken bra eller dålig|varken bra eller dåligt|någorlunda|ok|okay|fair|average|"
           "acceptable|acceptabelt|godtagbar|godtagbart|neither good nor bad|varken eller|sådär",
        4: "ganska bra|ganska god|ganska gott|fairly good|quite good",
        5: "bra|god|gott|good",
        6: "mycket bra|mycket god|mycket gott|very good",
        7: "utmärkt|excellent|enastående",
    },
    "vikt": {
        0: "inte alls viktigt|inte alls viktig|not at all important|unimportant|oviktigt",
        1: "inte viktigt|inte viktig|not important|mindre viktigt|mindre viktig",
        2: "slightly important|lite viktigt|inte så viktigt|av liten vikt",
        3: "somewhat important|moderately important|delvis viktigt|ganska viktigt|ganska viktig|"
           "fairly important",
        4: "viktigt|viktig|important",
        5: "mycket viktigt|mycket viktig|very important",
        6: "avgörande|helt avgörande|critical|extremely important|essential|helt nödvändigt",
    },
    "grad": {
        0: "inte alls|not at all|i mycket låg grad|i mycket liten utsträckning|to no extent",
        1: "i låg grad|i liten grad|i liten utsträckning|till liten del|to a small extent|a little|"
           "lite|litegrann|slightly",
        2: "i viss mån|i viss grad|till viss del|delvis|to some extent|somewhat|moderately|något|"
           "i viss utsträckning|partly",
        3: "till stor del|i hög grad|i stor utsträckning|i hög utsträckning|to a large extent|"
           "quite a bit|ganska mycket|mostly",
        4: "i mycket hög grad|i mycket stor utsträckning|mycket|very much|to a very large extent|"
           "väldigt mycket",
        5: "helt|helt och hållet|fully|completely|extremely|fullt ut|extremt",
    },
    "säkerhet": {
        0: "nej absolut inte|absolut inte|definitely not|nej aldrig|very unlikely|"
           "mycket osannolikt|certainly not",
        1: "nej|no|nej inte alls",
        2: "nej troligen inte|troligen inte|probably not|nej knappast|unlikely|osannolikt|"
           "förmodligen inte|nej förmodligen inte",
        3: "kanske|maybe|possibly|eventuellt|osäker|unsure|uncertain",
        4: "ja troligen|troligen|probably|likely|sannolikt|förmodligen|ja förmodligen|"
           "delvis|ja delvis|partly|yes partly",
        5: "ja|yes",
        6: "ja absolut|absolut|definitely|yes definitely|very likely|mycket sannolikt|ja helt|"
           "ja helt och hållet|certainly|yes completely",
    },
    "förändring": {
        0: "mycket sämre|much worse|minskat mycket|decreased a lot",
        1: "sämre|worse|minskat|decreased|decrease|något sämre|lite sämre|somewhat worse|minskar",
        2: "oförändrat|oförändrad|varken bättre eller sämre|ungefär som förut|same|no change|"
           "about the same|unchanged|lika|samma",
        3: "bättre|better|ökat|increased|increase|något bättre|lite bättre|somewhat better|ökar",
        4: "mycket bättre|much better|ökat mycket|increased a lot",
    },
    "svårighet": {
        0: "mycket svårt|very difficult|very hard", 1: "svårt|difficult|hard",
        2: "ganska svårt|fairly difficult|somewhat difficult",
        3: "varken lätt eller svårt|neither easy nor difficult|neutral",
        4: "ganska lätt|fairly easy|somewhat easy", 5: "lätt|easy|enkelt",
        6: "mycket lätt|very easy|mycket enkelt",
    },
}  # fmt: skip
_PLACES = {
    name: {phrase: at for at, said in levels.items() for phrase in said.split("|")}
    for name, levels in _DIMENSIONS.items()
}
_MISSING = frozenset(
    "vet ej|vet inte|vet inte eller vill inte svara|jag vet inte|kan ej svara|kan inte svara|"
    "kan inte ta ställning|kan ej ta ställning|kan inte bedöma|kan ej bedöma|ingen åsikt|"
    "ej aktuellt|inte aktuellt|ej relevant|inte relevant|ej tillämpligt|ej tillämpbart|"
    "vet ej ej aktuellt|vet inte inte aktuellt|uppgift saknas|ej svar|inget svar|vill ej svara|"
    "vill inte svara|vill ej uppge|vill inte uppge|vill inte ange|vill ej ange|obesvarad|"
    "n a|na|not applicable|don t know|dont know|do not know|no opinion|no answer|not sure|"
    "prefer not to answer|prefer not to say|rather not say|i prefer not to answer|"
    "i d rather not say|decline to answer|declined|refused|unknown|unknown not reported|"
    "not reported|cannot say|can t say|no basis for evaluation|missing|saknas|ej angivet".split("|")
)
_YES_NO = ({"ja", "nej"}, {"yes", "no"}, {"true", "false"}, {"sant", "falskt"})


def plain(text: str) -> str:
    """A phrase without case and signs."""
    return " ".join(_SIGNS.sub(" ", text.casefold()).split())


def is_missing(text: str) -> bool:
    """Whether an answer says that there is none: "vet ej", "Prefer not to answer"."""
    return plain(text) in _MISSING


def yes_no(texts: Iterable[str]) -> bool:
    """Whether nothing but yes and no was answered."""
    said = {plain(t) for t in texts}
    return bool(said) and any(said <= pair for pair in _YES_NO)


def agrees(text: str) -> bool:
    """Whether an answer is a plain yes, which stands first."""
    return plain(text) in ("ja", "yes")


def scale_of(texts: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """The dimension and the answers from low to high; None where they are no scale. One answer
    alone is none, nor are yes and no."""
    said = {t: plain(t) for t in texts}
    if len(said) < 2 or yes_no(said):
        return None
    for name, places in _PLACES.items():
        at = {t: places[p] for t, p in said.items() if p in places}
        if len(at) == len(said) and len({*at.values()}) == len(at):
            return name, tuple(sorted(at, key=lambda t: at[t]))
    return None


def numbered(texts: Iterable[str]) -> tuple[tuple[int, str], ...] | None:
    """Answers that begin with their number (`0 - Inte alls`, `1`, `5+`), in its order; at least
    one of them has more to say, no two have the same number."""
    texts = tuple(texts)
    found = {t: m for t in texts if (m := _NUMBERED.fullmatch(t)) and not span(t)}
    at = {t: int(m[1]) for t, m in found.items()}
    worded = any(t.strip() != str(at[t]) for t in at)
    if len(at) != len(texts) or len({*at.values()}) != len(at) or not worded or len(at) < 2:
        return None
    low, high = min(at.values()), max(at.values())
    return tuple(sorted(((n, t) for t, n in at.items()))) if high - low <= 20 else None


def span(text: str) -> tuple[str, str] | None:
    """The two numbers of an answer that is nothing but a span, `10 - 100`."""
    found = _SPAN.fullmatch(text)
    return (found[1].strip(), found[2].strip()) if found else None


def spans(texts: Iterable[str]) -> tuple[str, ...] | None:
    """Spans of numbers (`18–29 år`, `10 - 100`, `> 1 000`) in their order: each has a number, no
    two the same first one but for `under 18` and `18–29`."""
    texts = tuple(texts)
    at: dict[str, tuple[float, int]] = {}
    for t in texts:
        found = _FIRST_NUMBER.search(t)
        words = len(re.findall(r"[^\W\d_]{2,}", t))
        if found is None or words > 3 or found.start() > 12:
            return None
        below = bool(re.match(r"\s*(<|under|mindre än|less than|below|yngre än)", t, re.IGNORECASE))
        number = float(re.sub(r"\D", "", found[0]))
        above = bool(re.match(r"\s*(>|över|mer än|more than|over|above)", t, re.IGNORECASE))
        at[t] = number, -1 if below else 1 if above else 0
    ranged = sum(len(re.findall(r"\d+", t)) > 1 or not t.strip().isdigit() for t in texts)
    if len(texts) < 3 or len({*at.values()}) != len(texts) or ranged < len(texts) - 1:
        return None
    return tuple(sorted(texts, key=lambda t: at[t]))
