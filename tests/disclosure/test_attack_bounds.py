"""The attacker's bounds against exhaustive enumeration, and planted leaks found by arithmetic."""

import itertools

import pytest

from pipeline.disclosure.attack import Edition, attack, refuse
from pipeline.disclosure.attack.universe import build
from pipeline.errors import GateError
from pipeline.facts.pattern import CountCell
from pipeline.workspace import Sekretess

from .folders import BOOKS, Folder

FIVE = Sekretess(troskel=5)
UNITS = "abc"
SEXES = ("kvinna", "man")


def audit(folder, *releases, rules=FIVE):
    return attack(folder, BOOKS, rules, releases)


def kinds(found):
    return sorted({f.kind for f in found.findings})


def two_way(folder, sizes, hidden, margins=True):
    """enhet × kön with both margins and total; `hidden`: cells without a value."""
    for u, s in itertools.product(UNITS, SEXES):
        value = None if (u, s) in hidden else sizes[u, s]
        folder.count(f"enhet = '{u}' AND kon = '{s}'", value)
    if margins:
        for u in UNITS:
            value = None if (u, "") in hidden else sum(sizes[u, s] for s in SEXES)
            folder.count(f"enhet = '{u}'", value)
        for s in SEXES:
            folder.count(f"kon = '{s}'", sum(sizes[u, s] for u in UNITS))
        folder.count("TRUE", sum(sizes.values()))


def possible(sizes, hidden):
    """Every value of every hidden cell that agrees with the rest, by trying them all."""
    cells = sorted(sizes)
    free = [c for c in cells if c in hidden]
    rows = {u: sum(sizes[u, s] for s in SEXES) for u in UNITS}
    columns = {s: sum(sizes[u, s] for u in UNITS) for s in SEXES}
    found = {c: set() for c in free}
    tops = [min(rows[u], columns[s]) + 1 for u, s in free]
    for guess in itertools.product(*map(range, tops)):
        trial = {**sizes, **dict(zip(free, guess, strict=True))}
        agrees = all(sum(trial[u, s] for s in SEXES) == rows[u] for u in UNITS) and all(
            sum(trial[u, s] for u in UNITS) == columns[s] for s in SEXES
        )
        if agrees:
            for c, g in zip(free, guess, strict=True):
                found[c].add(g)
    return found


SIZES = {
    ("a", "kvinna"): 3, ("a", "man"): 12, ("b", "kvinna"): 14, ("b", "man"): 9,
    ("c", "kvinna"): 8, ("c", "man"): 20,
}  # fmt: skip


@pytest.mark.parametrize(
    "hidden",
    [
        {("a", "kvinna")},
        {("a", "kvinna"), ("a", "man")},
        {("a", "kvinna"), ("b", "kvinna")},
        {("a", "kvinna"), ("a", "man"), ("b", "kvinna"), ("b", "man")},
    ],
    ids=["alone", "its row", "its column", "a square"],
)
def test_what_margins_give_away_is_what_enumeration_gives(tmp_path, hidden):
    folder = Folder()
    two_way(folder, SIZES, hidden)
    found = audit(folder.write(tmp_path))
    expected = possible(SIZES, hidden)
    told = {
        (f.fact, f.low, f.high) for f in found.findings if f.kind == "antal"
    }  # fmt: skip
    wanted = {
        (f"antal enhet = '{u}' AND kon = '{s}' 2025", min(v), max(v))
        for (u, s), v in expected.items()
        if max(v) < 5
    }
    assert told == wanted
    assert bool(told) == (len(hidden) < 4)
    assert found.cells == len(hidden)
    assert found.smallest_upper == min(5, *(max(v) for v in expected.values()))


def test_a_protected_table_passes_and_a_leaking_one_is_refused(tmp_path):
    square = {("a", "kvinna"), ("a", "man"), ("b", "kvinna"), ("b", "man")}
    for name, hidden in (("tat", square), ("lacker", {("a", "kvinna")})):
        folder = Folder()
        two_way(folder, SIZES, hidden)
        found = audit(folder.write(tmp_path / name))
        assert found.passed == (name == "tat"), found.findings
        if found.passed:
            refuse(found, "granskning/angrepp.json")
        else:
            with pytest.raises(GateError) as stopped:
                refuse(found, "granskning/angrepp.json")
            assert "enhet = 'a' AND kon = 'kvinna'" in str(stopped.value)
            assert all(len(line) <= 80 for line in str(stopped.value).splitlines())


def test_a_tertial_that_is_the_year_but_for_three(tmp_path):
    folder = Folder()
    folder.count("TRUE", 40)
    folder.count("tertial IN ('T1', 'T2')", 37)
    folder.count("tertial = 'T3'", None)
    found = audit(folder.write(tmp_path))
    assert "skillnad" in kinds(found)
    clean = Folder()
    clean.count("TRUE", 40)
    clean.count("tertial IN ('T1', 'T2')", 30)
    assert audit(clean.write(tmp_path / "ren")).passed


def test_a_unit_that_is_the_total_minus_the_others(tmp_path):
    folder = Folder()
    folder.count("TRUE", 40)
    folder.count("enhet = 'a'", 20)
    folder.count("enhet = 'b'", 17)
    folder.count("enhet = 'c'", None)
    found = audit(folder.write(tmp_path))
    assert [(f.kind, f.low, f.high) for f in found.findings] == [("antal", 3, 3)]


def test_per_cent_and_n_give_the_count_and_what_is_left(tmp_path):
    # 34 of 37 is 92 %: no other whole number is, and three are left.
    of_37 = [k for k in range(38) if round(1000 * k / 37) in range(915, 925)]
    assert of_37 == [34]
    folder = Folder()
    folder.share("nojd >= 4", "nojd IS NOT NULL", 0.92, n=37, denominator=37)
    found = audit(folder.write(tmp_path))
    assert [(f.kind, f.low, f.high) for f in found.findings] == [("rest", 3, 3)]


def test_per_cent_without_n_but_with_the_total_beside_it(tmp_path):
    # enhet a, b and c make up all: n of the share is 40 − 20 − 8 = 12, and 25 % of 12 is 3.
    folder = Folder()
    folder.count("TRUE", 40)
    folder.count("enhet = 'a'", 20)
    folder.count("enhet = 'b'", 8)
    folder.share("kon = 'man'", "enhet = 'c'", 0.25)
    found = audit(folder.write(tmp_path))
    assert [(f.kind, f.low, f.high) for f in found.findings] == [("antal", 3, 3)]


def test_a_mean_of_answers_gives_the_count_of_one_answer(tmp_path):
    # Of 20 who chose 4 or 5 a mean of 4,9 leaves 1–3 who chose 4 (4,85 ≤ m < 4,95).
    fours = [k for k in range(21) if 4.85 <= (4 * k + 5 * (20 - k)) / 20 < 4.95]
    folder = Folder()
    folder.mean("nojd", "nojd >= 4", 4.9, n=20)
    folder.count("nojd = 4", None)
    found = audit(folder.write(tmp_path))
    antal = [f for f in found.findings if f.kind == "antal"]
    assert [(f.low, f.high) for f in antal] == [(min(fours), max(fours))]


def test_a_shown_small_count_is_found_and_one_of_a_table_that_protects_nobody_is_not(tmp_path):
    folder = Folder()
    folder.count("enhet = 'a'", 3)
    folder.count("enhet = 'a'", 3, dataset="oppet")
    found = audit(folder.write(tmp_path))
    assert [(f.kind, f.high) for f in found.findings] == [("antal", 3)]


def test_zero_and_all_are_found_only_where_the_answer_is_sensitive(tmp_path):
    folder = Folder()
    folder.count("handelse = 'ja' AND enhet = 'a'", 0)
    folder.count("kon = 'man' AND enhet = 'a'", 0)
    folder.share("handelse = 'nej'", "enhet = 'b'", 1.0, n=20, denominator=20)
    folder.share("kon = 'man'", "enhet = 'c'", 1.0, n=20, denominator=20)
    found = audit(folder.write(tmp_path))
    told = sorted((f.kind, f.fact) for f in found.findings)
    assert told == [
        ("antal", "antal handelse = 'ja' AND enhet = 'a' 2025"),
        ("rest", "andel handelse = 'nej' 2025"),
    ]


def test_two_releases_that_differ_by_three(tmp_path):
    def cell(where, value):
        return {CountCell("svar", 0, where).key: value}

    folder = Folder()
    folder.count("TRUE", 40)
    folder.count("enhet = 'a'", None)
    folder.count("enhet IN ('b', 'c')", None)
    here = folder.write(tmp_path)
    assert audit(here).passed
    march = Edition(2025, cell("enhet IN ('b', 'c')", 37), "mars", 1)
    found = audit(here, march)
    told = {(f.fact.partition(" 2025")[0], f.high) for f in found.findings if f.kind == "antal"}
    assert told == {("antal enhet = 'a'", 3)}
    # The year before's release, in which this year was the year to come, speaks of other rows.
    assert audit(here, Edition(2024, march.counts, "mars", 1)).passed


def test_a_release_of_another_year_counts_by_calendar_year(tmp_path):
    folder = Folder()
    folder.count("TRUE", 40, period=-1)
    folder.count("enhet = 'a'", None, period=-1)
    folder.count("enhet IN ('b', 'c')", None, period=-1)
    before = Edition(2024, {CountCell("svar", 0, "enhet IN ('b', 'c')").key: 37}, "maj", 2)
    found = audit(folder.write(tmp_path), before)
    assert ("antal", "antal enhet = 'a' 2024") in {(f.kind, f.fact) for f in found.findings}


def test_a_release_of_data_that_have_changed_since_is_told_but_no_constraint(tmp_path):
    folder = Folder()
    folder.count("TRUE", 40)
    folder.count("enhet = 'a'", None)
    folder.count("enhet IN ('b', 'c')", None)
    here = folder.write(tmp_path)

    def march(total, others):
        told = {"TRUE": total, "enhet IN ('b', 'c')": others}
        counts = {CountCell("svar", 0, w).key: v for w, v in told.items()}
        return Edition(2025, counts, "mars", 1)

    found = audit(here, march(30, 27))
    assert found.passed
    assert found.changed == ("antal TRUE 2025 (2025/01-mars)",)
    # Three have come since: who compares the two knows it, and what each of them answered.
    assert kinds(audit(here, march(37, 34))) == ["utgava"]


def test_an_edition_that_hides_other_numbers_than_the_release_it_corrects(tmp_path):
    # Released: 107 answers, of them 14, 26 and 57 chose 3, 4 and 5; so 10 chose 1 or 2. One answer
    # has moved from 5 to 4, which is hidden, and today 2 is shown: four chose 1.
    folder = Folder()
    now = {1: None, 2: 6, 3: 14, 4: None, 5: None}
    folder.count("nojd IS NOT NULL", 107)
    for answer, value in now.items():
        folder.count(f"nojd = {answer}", value)
    here = folder.write(tmp_path)
    assert audit(here).passed
    said = {"nojd IS NOT NULL": 107, "nojd = 3": 14, "nojd = 4": 26, "nojd = 5": 57}
    march = Edition(2025, {CountCell("svar", 0, w).key: v for w, v in said.items()}, "mars", 1)
    found = audit(here, march)
    assert [(f.kind, f.fact, f.low, f.high) for f in found.findings] == [
        ("antal", "antal nojd = 1 2025", 4, 4)
    ]


def test_numbers_that_contradict_each_other_are_told(tmp_path):
    folder = Folder()
    folder.count("enhet = 'a'", 30)
    folder.count("TRUE", 20)
    assert kinds(audit(folder.write(tmp_path))) == ["motsagelse"]


def test_the_threshold_is_the_municipality_s(tmp_path):
    folder = Folder()
    folder.count("enhet = 'a'", 6)
    here = folder.write(tmp_path)
    assert audit(here).passed
    assert not audit(here, rules=Sekretess(troskel=7)).passed


def test_a_table_of_which_only_the_whole_is_published_is_examined(tmp_path):
    folder = Folder()
    folder.count("TRUE", 3)
    assert kinds(audit(folder.write(tmp_path / "few"))) == ["antal"]
    folder = Folder()
    folder.count("TRUE", 20)
    assert audit(folder.write(tmp_path / "many")).passed


def test_a_table_of_which_only_the_total_is_told_has_one_class():
    assert [block.codes.shape for block in build(["TRUE"], {}).blocks] == [(1, 0)]
