"""Microsoft Forms: one header row, `ID, Starttid, Slutförandetid, E-post, Namn`, then a column a
question; in a quiz two more for each. Answers of several choices stand in one cell, with `;`."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.intake.dialects.words import WITHIN, Row, find, plain, word
from pipeline.intake.raw import Dialect

_START = frozenset(
    ("start time", "starttid", "starttidspunkt", "startzeit", "aloitusaika", "heure de début")
)
_END = frozenset(
    (
        "completion time", "slutförandetid", "tid för slutförande", "fullføringstidspunkt",
        "fullføringstid", "fuldførelsestidspunkt", "fertigstellungszeit", "valmistumisaika",
        "heure de fin",
    )
)  # fmt: skip
_ABOUT = frozenset(
    (
        "id", "email", "e-mail", "e-post", "e-postadress", "name", "namn", "navn", "språk",
        "language", "sprache", "last modified time", "tid för senaste ändring", "senast ändrad",
        "tidspunkt for siste endring", "tidspunkt for sist endret", "uhrzeit der letzten änderung",
        "total points", "totalt antal poäng", "summa poäng", "totalt antall poeng",
        "gesamtpunktzahl", "quiz feedback", "feedback för test", "testfeedback",
        "tilbakemelding på test", "quizfeedback",
    )
)  # fmt: skip
_QUIZ = ("points", "poäng", "poeng", "punkte", "feedback", "tilbakemelding", "återkoppling")


def recognise(rows: Sequence[Row]) -> Dialect | None:
    for i, row in enumerate(rows[:WITHIN]):
        start, end = find(row, _START), find(row, _END)
        if start is None or end is None or end < start:
            continue
        # The tool's own columns come first; a question may be called "Namn" too.
        meta = {j for j in range(end) if word(row[j]) in _ABOUT} | {start, end}
        following = end + 1
        while following < len(row) and word(row[following]) in _ABOUT:
            meta.add(following)
            following += 1
        meta |= {
            j
            for j in range(following, len(row))
            if word(row[j]).replace("–", "-").split(" - ")[0] in _QUIZ and " " in word(row[j])
        }
        return Dialect(
            "microsoft_forms", "Microsoft Forms", (i + 1,), plain(row), i + 2, frozenset(meta)
        )
    return None
