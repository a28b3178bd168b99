"""Columns that are ticked or not, and whether they are the options of one question."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.intake.drafting.answers import texts
from pipeline.intake.drafting.material import SEVERAL, Asked, Material
from pipeline.intake.drafting.scales import plain

CHOSEN = frozenset("ja yes y j 1 true x sant vald selected checked markerad".split())
NOT_CHOSEN = frozenset(
    ("nej", "no", "n", "0", "false", "falskt", "not selected", "unchecked", "ej vald", "quoted",
     "not checked", "not quoted")
)  # fmt: skip
_EACH_A_COLUMN = frozenset("limesurvey redcap kobo spss stata qualtrics surveymonkey".split())
_SEVERAL_WORDS = (
    "all that apply", "as many as", "alla som", "flera", "select all", "check all", "tick all",
    "en eller", "one or more",
)  # fmt: skip
DENIED = frozenset(("nej", "no", "n"))


def asks_for_several(column: Asked) -> bool:
    """Whether the question's own words ask for more than one answer."""
    return any(words in column.question.casefold() for words in _SEVERAL_WORDS)


def tickable(column: Asked, material: Material) -> bool:
    """Whether a column holds nothing but ticks."""
    if column.kind:
        return column.kind == SEVERAL
    said = {plain(t) for t in texts(column.answers)}
    own = {plain(column.option), *(plain(t) for t in column.labels.values())} - {""}
    if said <= CHOSEN | NOT_CHOSEN | own and not (column.labels and len(said & own) > 1):
        return True
    return len(said) == 1 and all(t.isdigit() for t in said) and material.rows > 10


def one_question(group: Sequence[Asked], ticked: Sequence[Asked], material: Material) -> bool:
    """Whether columns side by side are the options of one question. `ticked`: those of `group` that
    hold nothing but ticks."""
    if all(c.kind == SEVERAL for c in ticked) and ticked:
        return True
    if len(ticked) < 2 or len(ticked) < 0.6 * len(group):
        return False
    said = {plain(t) for c in ticked for t in texts(c.answers)}
    if not said:
        return False
    hinted = asks_for_several(group[0])
    denied = said & DENIED
    if denied and not (hinted or material.tool in _EACH_A_COLUMN):
        return False
    bracketed = all(c.option for c in ticked)
    constant = all(len(texts(c.answers)) <= 1 for c in ticked)
    zeros = said <= {"0", "1"} or material.tool in ("redcap", "kobo")
    zeros |= said == {"y"} and material.tool == "limesurvey"  # a list of no and yes has both
    return bracketed or hinted or zeros or (constant and len(said) > 1)
