"""Which spans of a text may hold digits without a trace: dates, the report's years, KPI ids …"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.kalender import MONTHS
from pipeline.publish.untraced.allowed import Vocabulary

Span = tuple[int, int]
_MONTH = "|".join((*MONTHS, *(m[:3] for m in MONTHS if len(m) > 4)))
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_DATES = re.compile(
    rf"(?<![\w.,/-])(?:{_YEAR}-(?:0[1-9]|1[0-2])-(?:3[01]|[12]\d|0[1-9])"
    rf"|(?:{_DAY} ?[–-] ?)?{_DAY}\.? (?:{_MONTH})\b\.?(?: {_YEAR}(?!\d))?"
    rf"|(?:{_MONTH})\.? {_YEAR}(?!\d))(?![\w%])",
    re.IGNORECASE,
)
_PERIODS = re.compile(
    r"(?<!\w)(?:[Tt]ertial(?:en|et)? [1-3](?: ?(?:–|-|och|till) ?[1-3])?|T[1-3](?:[–-]T?[1-3])?"
    r"|[Kk]vartal(?:en|et)? [1-4]|[Vv](?:ecka|eckorna|\.) \d{1,2}(?: ?[–-] ?\d{1,2})?)(?![\w%]|,\d)"
)
_PLACES = re.compile(
    r"(?<!\w)(?:kapit(?:el|let|len)|avsnitt(?:et|en)?|figur(?:en|erna|er)?|diagram(?:met|men)?"
    r"|tabell(?:en|erna|er)?|sid(?:a|an|orna|or)|s\.|bilag(?:a|an|orna|or)|punkt(?:en)?) "
    r"\d{1,3}(?:\.\d{1,2}){0,3}(?:(?: ?– ?|-| och |, )\d{1,3}(?:\.\d{1,2}){0,3})*(?![\w%]|,\d)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*\d{1,2}(?:(?:\.\d{1,2})+\.?|\.) (?=\w)")
_KPI = re.compile(r"(?<!\w)[NU]\d{5}(?!\w)")
_DNR = re.compile(
    r"(?<!\w)(?:dnr|diarienummer|diarienr)[.:]? ?(?:[A-ZÅÄÖ]{1,8}[ -]?)?\d{2,4}[-:/ ]\d{1,6}"
    r"(?:[-:./]\d{1,6}){0,2}(?!\w)",
    re.IGNORECASE,
)
_OWN_YEAR = re.compile(r"(?<![\w.,:+%])(?<![−])((?:19|20)\d\d)(?:/(\d\d))?(?![\w%‰]|[.,:]\d)")
_SEASON = re.compile(
    r"(?:under|sedan|hela|året|åren|år|våren|hösten|sommaren|vintern|för|i) $", re.IGNORECASE
)
NOUNS = frozenset(
    """personer person klienter klient kunder kund brukare brukarna insatser insats svar svarande
    barn ungdomar unga vuxna kvinnor män flickor pojkar familjer hushåll ärenden aktiviteter besök
    samtal deltagare respondenter medarbetare anställda chefer handläggare patienter elever
    invånare anhöriga närstående föräldrar anmälningar orosanmälningar utredningar beslut
    avvikelser klagomål händelser rapporter journaler akter enheter verksamheter kommuner platser
    dagar dygn veckor månader timmar minuter rader filer celler fall gånger stycken st kr kronor
    tkr mnkr mkr tusen miljoner procent procentenheter promille poäng enkäter formulär mål delmål
    ansökningar bistånd tillfällen möten rum bäddar tjänster årsarbetare""".split()
)
_WORD = re.compile(r" ?(\w+)(?: (\w+))?")
_OF = re.compile(r" av (?:de|dem|alla|totalt|årets|samtliga)\b| av \d")


class Permit:
    """The rules of what passes in running text, for one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.words = vocabulary
        self.nouns = NOUNS | {n.casefold() for n in vocabulary.allowed.nouns}
        levels = "|".join(sorted(map(re.escape, vocabulary.allowed.confidence)))
        self._confidence = re.compile(
            rf"(?<![\w,.])(?:{levels})(?: ?%|-procentigt?a?| procents?) ?"
            rf"(?=-?(?:konfidens|KI\b|k\.i\.))"
            rf"|(?<=konfidensgrad )(?:{levels}) ?%|(?<=konfidensnivå )(?:{levels}) ?%"
        )

    def spans(self, text: str, years: frozenset[int], heading: bool) -> Iterator[Span]:
        """Allowed anywhere. `text` has ordinary blanks; `years` are the report's own here."""
        yield from self.words.anywhere.spans(text)
        for pattern in (_KPI, _DNR, _DATES, self._confidence):
            for match in pattern.finditer(text):
                yield match.span()
        for pattern in (_PERIODS, _PLACES):
            for match in pattern.finditer(text):
                if not self.counts(text, match.end()):
                    yield match.span()
        for start, end in self.words.bands.spans(text):
            if not self.counts(text, end):
                yield start, end
        if heading and (first := _NUMBERED.match(text)):
            yield first.span()
        yield from self._years(text, years)

    def counts(self, text: str, end: int) -> bool:
        """Whether what follows makes a number of what ends here: a unit noun, a per cent sign."""
        if _OF.match(text, end):
            return True
        follows = _WORD.match(text, end)
        return follows is not None and follows[1].casefold() in self.nouns

    def _years(self, text: str, years: frozenset[int]) -> Iterator[Span]:
        for match in _OWN_YEAR.finditer(text):
            year, second = int(match[1]), match[2]
            before, end = text[: match.start()], match.end()
            if year not in years or (second and int(second) != (year + 1) % 100):
                continue
            if re.search(r"[-–]$", before) and not re.search(rf"(?<!\d){_YEAR} ?[-–]$", before):
                continue  # a minus, not a range
            if re.match(r" ?[%‰]|[  ]\d{3}(?!\d)", text[end:]) or self.counts(text, end):
                continue
            follows = _WORD.match(text, end)
            if (
                follows and follows[2] and follows[1][-1] in "ae"
                and follows[2].casefold() in self.nouns and not _SEASON.search(before)
            ):  # fmt: skip
                continue  # 2025 nya insatser, but not under 2025 nya insatser
            yield match.span()
