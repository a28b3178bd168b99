"""SurveyMonkey: two header rows, the question above its first column and below it the option, or
`Response`. The condensed export has one."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.intake.dialects.words import WITHIN, Row, at, find, plain, text, told, word
from pipeline.intake.raw import Dialect, Readings
from pipeline.privacy.columns import personal

_RESPONDENT = frozenset(
    ("respondent id", "respondent-id", "respondentid", "respondent_id", "svarande-id",
     "befragten-id", "teilnehmer-id")
)  # fmt: skip
_COLLECTOR = frozenset(
    ("collector id", "collector-id", "collectorid", "collector_id", "insamlar-id", "insamlare-id",
     "innsamler-id", "kollektor-id")
)  # fmt: skip
_ABOUT = frozenset(
    ("start date", "end date", "startdate", "enddate", "startdatum", "slutdatum", "enddatum",
     "ip address", "ip-adress", "ip-adresse", "ipaddress", "email address", "e-postadress",
     "e-mail-adresse", "emailaddress", "first name", "last name", "firstname", "lastname",
     "förnamn", "efternamn", "vorname", "nachname", "customdata", "custom data",
     "custom data 1", "anpassade data", "anpassade data 1", "date created", "date modified",
     "date_created", "date_modified", "response status", "svarsstatus", "antwortstatus")
)  # fmt: skip
_STATUS = frozenset(("response status", "svarsstatus", "antwortstatus"))
_INCOMPLETE = dict.fromkeys(
    ("incomplete", "partial", "partially completed", "ofullständigt", "ofullständig", "delvis",
     "delvis besvarad", "unvollständig"),
    "ofullstandigt_svar",
)  # fmt: skip
_NAMES = frozenset(
    ("name", "namn", "navn", "first name", "last name", "förnamn", "efternamn", "vorname",
     "nachname", "för- och efternamn")
)  # fmt: skip
_ONE = frozenset(
    ("response", "open-ended response", "svar", "öppet svar", "fritextsvar", "svar med fritext",
     "antwort", "antwort mit offenem ende", "offene antwort", "åpent svar")
)  # fmt: skip


def recognise(rows: Sequence[Row]) -> Dialect | None:
    for i, row in enumerate(rows[:WITHIN]):
        respondent, collector = find(row, _RESPONDENT), find(row, _COLLECTOR)
        if respondent is None or collector is None:
            continue
        below = rows[i + 1] if i + 1 < len(rows) else ()
        two = not text(at(below, respondent)) and any(text(c) for c in below)
        first = i + (2 if two else 1)
        meta = {j for j, c in enumerate(row) if word(c) in _ABOUT} | {respondent, collector}
        return Dialect(
            "surveymonkey",
            "SurveyMonkey",
            (i + 1, i + 2) if two else (i + 1,),
            _headers(row, below, meta) if two else plain(row),
            first + 1,
            frozenset(meta),
            told(rows, first, find(row, _STATUS), _INCOMPLETE),
            tuple(j for j in (find(row, _STATUS),) if j is not None),
        )
    return None


def _contact(above: Row, below: Row, first: int) -> bool:
    """Whether a question asks for name, address and so on: one of its lines is a name. (An answer
    may be called "Telefon" without being one.)"""
    last = first + 1
    while last < len(below) and not text(at(above, last)):
        last += 1
    return any(word(c) in _NAMES for c in below[first:last])


def _headers(above: Row, below: Row, meta: set[int]) -> tuple[Readings, ...]:
    """`Fråga [alternativ]`; the question alone where it has one column."""
    found: list[Readings] = []
    question, contact = "", False
    for j in range(max(len(above), len(below))):
        own, option = text(at(above, j)), text(at(below, j))
        if j in meta:
            found.append((own,))
            continue
        if own:
            question, contact = own, _contact(above, below, j)
        if not question or not (own or option):
            found.append((own or option,) if own or option else ())
        elif not option or option.casefold() in _ONE:
            found.append((question,))
        else:
            alone = (option,) if contact and personal(option) else ()
            found.append((f"{question} [{option}]", *alone))
    return tuple(found)
