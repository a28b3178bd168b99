"""LimeSurvey: one header row, of codes (`q3[SQ001]`), of questions (`Fråga [alternativ]`) or of
both (`q3[SQ001]. Fråga [alternativ]`). An answer that was never sent in has no date of sending."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.intake.dialects.words import WITHIN, Row, at, text, word
from pipeline.intake.raw import Dialect, Readings

_SENT = frozenset(
    ("submitdate", "date submitted", "submitdate. date submitted", "datum för inskick",
     "datum inskickat", "datum inskickad", "inskickningsdatum", "datum skickat",
     "submitdate. datum inskickat", "submitdate. datum för inskick", "datum abgeschickt",
     "submitdate. datum abgeschickt", "dato innsendt", "submitdate. dato innsendt")
)  # fmt: skip
_OWN = frozenset(
    ("lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr", "refurl", "token",
     "interviewtime", "last page", "start language", "date started", "date last action",
     "response id", "sista sida", "sista sidan", "startspråk", "svars-id", "letzte seite",
     "start-sprache", "antwort id")
)  # fmt: skip
_BOTH = re.compile(r"([A-Za-z]\w*(?:\[[^\]]*\])+|[A-Za-z]\w*\d\w*)\.\s+\S.*", re.DOTALL)
_FLAT = re.compile(r"([A-Za-z]\w*?)_((?:SQ|sq)\d+|other|comment)(?:_|$)")


def recognise(rows: Sequence[Row]) -> Dialect | None:
    for i, row in enumerate(rows[:WITHIN]):
        said = [word(c) for c in row]
        codes = [w.split(". ")[0] for w in said]
        own = sum(w in _OWN or c in _OWN for w, c in zip(said, codes, strict=True))
        sent = next((j for j, w in enumerate(said) if w in _SENT or codes[j] == "submitdate"), None)
        both = sum(isinstance(c, str) and bool(_BOTH.fullmatch(c.strip())) for c in row)
        coded = sum(isinstance(c, str) and "[SQ" in c for c in row)
        if not (
            (own + (sent is not None) >= 2 and (sent is not None or coded or both))
            or (both >= 3 and both * 2 >= len([w for w in said if w]))
            or coded >= 3
        ):
            continue
        meta = {
            j
            for j, (w, c) in enumerate(zip(said, codes, strict=True))
            if w in _OWN or c in _OWN or (c == "id" and j == 0) or j == sent
        }
        aside = _unsent(rows, i + 1, sent) if sent is not None else {}
        return Dialect(
            "limesurvey",
            "LimeSurvey",
            (i + 1,),
            tuple(map(_readings, row)),
            i + 2,
            frozenset(meta),
            aside,
            (sent,) if sent is not None else (),
        )
    return None


def _unsent(rows: Sequence[Row], first: int, sent: int) -> dict[int, str]:
    """Answers without a date of sending. Where no answer has one the column says nothing."""
    blank = ("", "n/a", "null")
    filled = [i for i in range(first, len(rows)) if any(text(c) for c in rows[i])]
    lacking = [i for i in filled if word(at(rows[i], sent)) in blank]
    if len(lacking) == len(filled):
        return {}
    return {i + 1: "ofullstandigt_svar" for i in lacking}


def _readings(cell: object) -> Readings:
    """The header, and where underscores stand for brackets (`q3_SQ001`) also with those."""
    own = text(cell)
    flat = _FLAT.fullmatch(own)
    return ((own,) if own else ()) + ((f"{flat[1]}[{flat[2]}]",) if flat else ())
