"""What a row could be, as the attacker takes it from the codebook: neither less than the answers
are, which would contradict true numbers, nor so much that it cannot be written down."""

import resource
from types import SimpleNamespace

import pytest

from pipeline.disclosure.attack import attack, refuse, solve
from pipeline.errors import GateError
from pipeline.forms.codebook import Category, Codebook, Field
from pipeline.workspace import Sekretess

from .folders import BOOKS, Folder


def _choices(*values):
    return tuple(Category(v, str(v)) for v in values)


SCALES = tuple(f"fraga{i}" for i in range(12))
BOOK = Codebook(
    "svar", "Svar", "survey", "person",
    (
        Field("hjalp", "hjalp", "list", categories=_choices("a", "b", "c", "d")),
        Field("veckor", "veckor", "integer", minimum=0, maximum=10, severity="info"),
        Field("barn", "barn", "integer", minimum=0, maximum=10),
        *(Field(c, c, "integer", categories=_choices(1, 2, 3, 4, 5)) for c in SCALES),
    ),
)  # fmt: skip
ANSWERED = "hjalp__a IS NOT NULL"


def audit(folder, book=BOOK):
    return attack(folder, {"svar": book}, Sekretess(troskel=5))


def told(found):
    return sorted((f.kind, f.fact, f.low, f.high) for f in found.findings)


def test_an_option_asked_for_only_as_answered_excludes_nothing(tmp_path):
    # Of 40 who answered, 25 chose b or c or a: that a was not told apart does not mean that it was
    # chosen by everyone.
    folder = Folder()
    folder.count(ANSWERED, 40)
    folder.count(f"{ANSWERED} AND (hjalp__a OR hjalp__b OR hjalp__c)", 25)
    found = audit(folder.write(tmp_path))
    assert found.passed and found.attacked == 2
    close = Folder()
    close.count(ANSWERED, 40)
    close.count(f"{ANSWERED} AND (hjalp__a OR hjalp__b OR hjalp__c)", 37)
    found = audit(close.write(tmp_path / "nara"))
    assert told(found) == [("skillnad", f"antal {ANSWERED} 2025", 3, 3)]


def test_options_shown_as_one_lie_within_more_options_shown_as_one(tmp_path):
    # 23 chose a, b or c and 20 of them a or b: three chose c and neither of the others.
    folder = Folder()
    folder.count(f"{ANSWERED} AND (hjalp__a OR hjalp__b)", 20)
    folder.count(f"{ANSWERED} AND (hjalp__a OR hjalp__b OR hjalp__c)", 23)
    assert [(k, low, high) for k, _, low, high in told(audit(folder.write(tmp_path)))] == [
        ("skillnad", 3, 3)
    ]
    # That one of two overlaps the other says nothing of what is left.
    folder = Folder()
    folder.count(f"{ANSWERED} AND (hjalp__a OR hjalp__b)", 20)
    folder.count(f"{ANSWERED} AND (hjalp__b OR hjalp__c)", 23)
    assert audit(folder.write(tmp_path / "delvis")).passed


def test_a_value_outside_limits_that_only_flag_is_counted_as_it_stands(tmp_path):
    folder = Folder()
    folder.count("veckor IS NOT NULL", 40)
    folder.count("veckor > 12", 9)
    folder.mean("veckor", "veckor IS NOT NULL", 14.5, n=40)
    assert audit(folder.write(tmp_path)).passed
    strict = Folder()  # cells outside these limits are blanked
    strict.count("barn IS NOT NULL", 40)
    strict.count("barn > 12", 9)
    found = audit(strict.write(tmp_path / "tomda"))
    assert [f.kind for f in found.findings] == ["motsagelse"]


@pytest.mark.parametrize("numbers", ["a mean", "parts"])
def test_numbers_that_no_answers_could_give_are_refused(tmp_path, numbers):
    folder = Folder()
    if numbers == "a mean":  # of those who chose 4 or 5
        folder.mean("nojd", "nojd >= 4", 3.0, n=20)
    else:  # everybody belongs to a unit
        folder.count("TRUE", 60)
        for unit in "abc":
            folder.count(f"enhet = '{unit}'", 15)
    found = attack(folder.write(tmp_path), BOOKS, Sekretess(troskel=5))
    assert [(f.kind, f.fact) for f in found.findings] == [("motsagelse", "svar 2025")]
    with pytest.raises(GateError) as stopped:
        refuse(found, "granskning/angrepp.json")
    assert "svar 2025: har tal som inte går ihop" in " ".join(str(stopped.value).split())


def test_a_count_of_too_many_columns_at_once_is_undecided_and_the_rest_is_examined(tmp_path):
    every = " AND ".join(f"{c} = 5" for c in SCALES)
    some = " AND ".join(f"{c} IN (1, 2)" for c in SCALES)
    folder = Folder()
    folder.count(every, 12)
    folder.count(some, 12)
    for answer in (1, 2, 3, 4):
        for c in SCALES:
            folder.count(f"{c} = {answer}", 20 if answer != 3 else 4)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = audit(folder.write(tmp_path))
    used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert used < 500, f"{used} MB"
    undecided = {f.fact for f in found.findings if f.kind == "oavgjort"}
    assert undecided == {f"antal {every} 2025", f"antal {some} 2025"}
    small = {f.fact for f in found.findings if f.kind == "antal"}
    assert small == {f"antal {c} = 3 2025" for c in SCALES}


def test_a_search_is_stopped_by_nodes_and_what_is_undecided_is_refused(tmp_path, monkeypatch):
    asked = []

    def cut_off(*_args, options=None, integrality=None, **_more):
        if integrality is not None:
            asked.append(options)
        return SimpleNamespace(status=1, x=None, fun=None)

    folder = Folder()
    folder.count("TRUE", 40)
    folder.count("enhet = 'a'", 20)
    folder.count("enhet = 'b'", None)
    here = folder.write(tmp_path)
    assert attack(here, BOOKS, Sekretess(troskel=5)).passed
    monkeypatch.setattr(solve, "milp", cut_off)
    found = attack(here, BOOKS, Sekretess(troskel=5))
    assert [(f.kind, f.fact) for f in found.findings] == [
        ("oavgjort", "svar 2025"),
        ("oavgjort", "antal enhet = 'b' 2025"),
    ]
    assert asked and all("node_limit" in o and "time_limit" not in o for o in asked)
