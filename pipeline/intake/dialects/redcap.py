"""REDCap: one header row of variable names, or of labels; a column `<formulär>_complete` for each
instrument. Answers of several choices have a column an option, `falt___kod`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.intake.dialects.words import Row, at, text, word
from pipeline.intake.raw import Cell, Dialect, Readings

_NAME = re.compile(r"[a-z][a-z0-9_]*?(___\w+)?")
_OWN = frozenset(
    ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
     "redcap_survey_identifier", "redcap_data_access_group")
)  # fmt: skip
_LABELLED = frozenset(
    ("event name", "repeat instrument", "repeat instance", "survey identifier",
     "data access group")
)  # fmt: skip
_STATES = frozenset(("0", "1", "2", "incomplete", "unverified", "complete", "", "na"))
_CHECKBOX = re.compile(r"([a-z][a-z0-9_]*?)___(\w+)")
_CHOICE = re.compile(r"(.+?)\s*\(choice=(.+)\)", re.DOTALL)
_NEVER = "[not completed]"


def recognise(rows: Sequence[Row]) -> Dialect | None:
    if not rows:
        return None
    row = rows[0]
    heads = [text(c) for c in row]
    named = [h for h in heads if h]
    if len(named) < 2:
        return None
    complete = [j for j, h in enumerate(heads) if h.endswith("_complete") or h == "Complete?"]
    states = bool(complete) and all(word(at(r, j)) in _STATES for r in rows[1:] for j in complete)
    if all(_NAME.fullmatch(h) for h in named):
        if not states and not _OWN.intersection(named):
            return None
    elif not (states and "Complete?" in heads) and len(_LABELLED & {word(h) for h in heads}) < 2:
        return None
    stamps = [j for j, h in enumerate(heads) if h.endswith("_timestamp") or h == "Survey Timestamp"]
    meta = {
        j for j, h in enumerate(heads)
        if h in _OWN or word(h) in _LABELLED or j in complete or j in stamps
    }  # fmt: skip
    return Dialect(
        "redcap",
        "REDCap",
        (1,),
        tuple(map(_readings, row)),
        2,
        frozenset(meta),
        _begun(rows, stamps),
        tuple(stamps),
    )


def _begun(rows: Sequence[Row], stamps: Sequence[int]) -> dict[int, str]:
    """Answers of which no survey was sent in, and some was begun."""
    found = {}
    for i in range(1, len(rows)):
        times = {word(at(rows[i], j)) for j in stamps} - {"", "na"}
        if times == {_NEVER}:
            found[i + 1] = "ofullstandigt_svar"
    return found


def _readings(cell: Cell) -> Readings:
    own = text(cell)
    if box := _CHECKBOX.fullmatch(own):
        return own, f"{box[1]}[{box[2]}]"
    if choice := _CHOICE.fullmatch(own):
        return own, f"{choice[1]} [{choice[2]}]"
    return (own,) if own else ()
