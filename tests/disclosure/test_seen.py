"""Small municipalities: what is decided about a survey survives the attacker, who knows nothing of
how it was decided and only what the numbers shown say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.disclosure.attack.bounds import examine
from pipeline.disclosure.attack.said import of_record, published
from pipeline.disclosure.seen import numbers, unseen
from pipeline.disclosure.system import Row
from pipeline.facts.dataset import codebooks
from pipeline.facts.fact import HIDDEN
from pipeline.facts.pattern import CountCell
from pipeline.report.context import pattern_of
from pipeline.run.plan import chapters
from pipeline.run.planning import plan
from pipeline.run.public import decide
from tests.municipality import tables
from tests.planted import YEAR, few

ANSWERED = "nojd = 3 AND nojd IS NOT NULL"
K, N, ALONE = (CountCell("svar", 0, where) for where in (ANSWERED, "nojd IS NOT NULL", "TRUE"))
SHARE = {"kind": "share", "dataset": "svar", "period": 0, "where": "nojd = 3", "of": N.where}


# Of one respondent the unit is not known, and nobody of that unit gave a certain answer: a nought
# that stands nowhere, since its n is hidden, and that the other units leave room for a few in.
@pytest.mark.parametrize(("rows", "seed"), [(40, 5), (60, 3)])
def test_what_is_decided_survives_the_attacker(tmp_path: Path, rows: int, seed: int) -> None:
    made = few(tmp_path, ("Brukarenkät",), rows, seed)
    tables(made, YEAR)
    survey = [job for job in chapters(made, YEAR, "publik") if "brukarenkat" in job.name]
    decide(made, YEAR, "publik", survey)
    told = plan(made, YEAR, "publik", survey, pattern_of(made, YEAR, "publik")).told.values()
    ledger = [published(_as_seen(record)) for record in told]
    said = [row for fact in ledger for row in of_record(fact, "registret", fact.parts)]
    found = examine(ledger, said, codebooks(made.raw), threshold=5)
    assert [finding.line() for finding in found.findings] == []
    assert 0 < sum(fact.hidden for fact in ledger) < len(ledger) / 2
    assert found.attacked > 400


def _as_seen(record: Mapping[str, Any]) -> dict[str, Any]:
    """Whole, or without its value and numerator."""
    hidden = record["status"] == HIDDEN
    seen = {**record, "hidden": hidden, "value": None}
    return seen | ({"numerator": None} if hidden else {})


@pytest.mark.parametrize(
    ("hidden", "known", "expected"),
    [
        ((), (), ()),
        ((N,), (), (K,)),  # a numerator stands nowhere without its denominator
        ((K,), (), ()),  # … and a denominator without its numerator does
        ((N,), (K,), ()),  # what was published once is seen for ever
        ((N, K, ALONE), (), ()),
    ],
)
def test_a_count_is_seen_where_a_number_is_shown(hidden, known, expected) -> None:
    cells = (K, N, ALONE)
    counted = [Row(0, (i,), (cell,)) for i, cell in enumerate(cells)]
    told = numbers(cells, [], [SHARE])
    assert sorted(told) == sorted([(K, N), (ALONE,)])
    masks = (np.array([cell in chosen for cell in cells]) for chosen in (hidden, known))
    mask = unseen(counted, told, *masks)
    assert tuple(c for c, gone in zip(cells, mask, strict=True) if gone) == expected
