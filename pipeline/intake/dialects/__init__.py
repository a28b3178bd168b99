"""Which tool wrote a file. Each module knows one: its `recognise` says how the tool has laid out
its export, or None. What the tool is is told by the file alone; nobody has to say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.intake.dialects import (
    google_forms,
    kobo,
    limesurvey,
    microsoft_forms,
    qualtrics,
    redcap,
    surveymonkey,
)
from pipeline.intake.raw import Cell, Dialect

# The surest signs first.
KNOWN: tuple[Callable[[Sequence[Sequence[Cell]]], Dialect | None], ...] = (
    qualtrics.recognise,
    surveymonkey.recognise,
    microsoft_forms.recognise,
    kobo.recognise,
    redcap.recognise,
    limesurvey.recognise,
    google_forms.recognise,
)

# Why an answer is set aside: key → (one of them, several, the whole reason).
RULES: Mapping[str, tuple[str, str, str]] = {
    "ofullstandigt_svar": (
        "ofullständigt svar",
        "ofullständiga svar",
        "Svaret är ofullständigt: den som svarade skickade aldrig in det.",
    ),
    "testsvar": ("testsvar", "testsvar", "Svaret är ett testsvar enligt verktyget."),
    "forhandsgranskning": (
        "svar från förhandsgranskning",
        "svar från förhandsgranskning",
        "Svaret kommer från en förhandsgranskning av enkäten.",
    ),
    "skrapsvar": ("skräpsvar", "skräpsvar", "Svaret är skräp (spam) enligt verktyget."),
    "underkant_svar": ("underkänt svar", "underkända svar", "Svaret är underkänt i verktyget."),
}


def dialect_of(rows: Sequence[Sequence[Cell]]) -> Dialect | None:
    """How the tool that wrote these rows lays out its export; None where no tool is known."""
    return next((d for known in KNOWN if (d := known(rows)) is not None), None)
