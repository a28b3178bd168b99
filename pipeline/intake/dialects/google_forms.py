"""Google Forms: one header row, a timestamp first, then a column a question; grids as
`Fråga [rad]`. Answers of several choices stand in one cell, with `, ` (workbook) or `;` (zip)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from pipeline.intake.dialects.words import Row, at, plain, text, word
from pipeline.intake.raw import Dialect

_STAMP = frozenset(
    ("timestamp", "tidstämpel", "tidsstämpel", "tidsstempel", "tidsmerke", "zeitstempel",
     "aikaleima", "horodateur")
)  # fmt: skip
_ABOUT = frozenset(
    ("score", "poäng", "poengsum", "punktzahl", "email address", "e-postadress", "e-post",
     "e-postadresse", "e-mail-adresse", "username", "användarnamn", "brukernavn", "nutzername")
)  # fmt: skip
_LEADING_DATE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}\b")
_LOOKED_AT = 20


def recognise(rows: Sequence[Row]) -> Dialect | None:
    if not rows or word(at(rows[0], 0)) not in _STAMP or len(rows[0]) < 2:
        return None
    stamps = [row[0] for row in rows[1 : 1 + _LOOKED_AT] if row and text(row[0])]
    if not all(isinstance(s, dt.date) or _LEADING_DATE.match(text(s)) for s in stamps):
        return None
    # The tool's own columns stand first, an e-mail address or a score.
    meta = {0} | {j for j in (1, 2) if word(at(rows[0], j)) in _ABOUT}
    return Dialect("google_forms", "Google Forms", (1,), plain(rows[0]), 2, frozenset(meta))
