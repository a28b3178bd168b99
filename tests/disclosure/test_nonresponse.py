"""How many left a question unanswered may be told, and nothing else for that; the attacker agrees.

Each case is a handful of rows counted by hand. Suppression decides what is shown, and the attacker
reads a folder in which everything is: it must find something exactly where something is protected.
"""

from copy import deepcopy

import pyarrow as pa
import pytest

from pipeline.disclosure.attack import attack
from pipeline.disclosure.decide import suppression
from pipeline.facts.dataset import codebooks
from pipeline.facts.measure import count, share
from pipeline.workspace import Sekretess

from .folders import Folder
from .small import YEAR, data, planned, workspace

BOOK = {
    "name": "svar", "title": "Svar", "kind": "register", "protects": "person",
    "primaryKey": ["nr", "vem"],
    "fields": [
        {"name": "nr", "title": "Nr", "type": "string", "constraints": {"required": True}},
        {"name": "vem", "title": "Vem", "type": "string", "constraints": {"required": True}},
        {"name": "enhet", "title": "Enhet", "type": "string", "categories": ["A", "B", "C"],
         "constraints": {"required": True}},
        {"name": "nojd", "title": "Nöjd?", "type": "integer",
         "categories": [1, 2, 3, 4, 5, {"value": "vet_ej", "missing": True}]},
        {"name": "orsak", "title": "Om inget svar: varför?", "type": "string", "followUp": True,
         "categories": ["avbojt", "avliden"]},
        {"name": "tid", "title": "När blev du informerad?", "type": "date"},
        {"name": "hjalp", "title": "Hjälp", "type": "list", "categories": ["rad", "stod"]},
        {"name": "slut", "title": "Slut", "type": "date", "severity": "warning",
         "constraints": {"required": True}},
    ],
    "derived": [{"name": "tertial", "title": "Tertial", "rule": "tertial", "from": "slut"}],
}  # fmt: skip
SCHEMA = pa.schema(
    [(n, pa.string()) for n in ("nr", "vem", "enhet", "nojd__bortfall", "orsak", "tertial")]
    + [("nojd", pa.int64()), ("hjalp__rad", pa.bool_()), ("hjalp__stod", pa.bool_())]
    + [("tid", pa.date32()), ("slut", pa.date32())]
)  # fmt: skip


def made(folder, *groups, sensitive=""):
    """(how many, columns) → a table; `sensitive`: a field that is."""
    book = deepcopy(BOOK)
    for f in book["fields"]:
        if f["name"] == sensitive:
            f["sensitive"] = True
    every = [dict(columns) for n, columns in groups for _ in range(n)]
    rows = [{"nr": f"N{i}", "vem": "x", "enhet": "A"} | r for i, r in enumerate(every)]
    return workspace(folder, book, rows, SCHEMA)


def shown(ws, *asked):
    """What suppression lets out: condition → count."""
    cells, calls = planned(*asked)
    d = suppression(ws, YEAR, "publik", cells, calls)
    assert not d.open_targets
    values = d.system.A @ d.system.x
    rows = zip(d.rows, values, d.result.hidden, strict=True)
    return {c.where: int(v) for r, v, off in rows for c in r.cells if not off}


def found(ws, folder, counts, distinct=""):
    """What the attacker finds where all of `counts` are published."""
    published = Folder()
    for where, value in counts.items():
        published.count(where, value, distinct=distinct)
    made_ = attack(published.write(folder / "publik"), codebooks(ws.raw), Sekretess(troskel=5))
    return {(f.kind, f.high) for f in made_.findings}


def of(ws, counts, **more):
    """Counts of the table, one fact a condition, and that they are what was counted by hand."""
    facts = [count(data(ws, "svar"), w, **more) for w in counts]
    assert [f.value for f in facts] == list(counts.values())
    return facts


ANSWERED = {"TRUE": 20, "nojd IS NOT NULL": 17, "nojd IS NULL": 3}


def test_total_n_and_those_who_did_not_answer_are_all_told(tmp_path):
    ws = made(tmp_path, (10, {"nojd": 5}), (7, {"nojd": 2}), (3, {}))
    facts = [*of(ws, ANSWERED), share(data(ws, "svar"), "nojd >= 4")]
    # 10 of 17, 17 of 20: whoever subtracts finds 7 and 3.
    assert sorted(shown(ws, *facts).values()) == [3, 10, 17, 20]
    assert found(ws, tmp_path, ANSWERED) == set()


def test_a_sensitive_question_is_protected_as_before(tmp_path):
    ws = made(tmp_path, (10, {"nojd": 5}), (7, {"nojd": 2}), (3, {}), sensitive="nojd")
    assert len(shown(ws, *of(ws, ANSWERED))) == 1
    assert found(ws, tmp_path, ANSWERED) == {("antal", 3), ("skillnad", 3)}
    hidden = {"TRUE": 20, "nojd IS NOT NULL": 17}
    assert found(ws, tmp_path / "n", hidden) == {("skillnad", 3)}


def test_three_who_answered_are_protected_though_the_others_did_not(tmp_path):
    ws = made(tmp_path, (3, {"nojd": 5}), (17, {}))
    counts = {"TRUE": 20, "nojd IS NOT NULL": 3, "nojd IS NULL": 17}
    assert len(shown(ws, *of(ws, counts))) == 1  # 20 or 17: both would tell the 3
    assert found(ws, tmp_path, counts) == {("antal", 3), ("skillnad", 3)}


def test_three_of_those_who_answered_are_protected_beside_those_who_did_not(tmp_path):
    ws = made(tmp_path, (14, {"nojd": 5}), (3, {"nojd": 2}), (3, {}))
    counts = {**ANSWERED, "nojd >= 4": 14}
    seen = shown(ws, *of(ws, counts))
    assert ("nojd >= 4" in seen) != ("nojd IS NOT NULL" in seen)
    assert found(ws, tmp_path, counts) == {("skillnad", 3)}


@pytest.mark.parametrize("column", ["orsak", "tid", "nojd__bortfall"])
def test_what_is_empty_where_there_is_nothing_to_say_is_no_unanswered_question(tmp_path, column):
    """A follow-up question, a date of what need not have happened, why an answer is missing."""
    value = {"orsak": "avbojt", "tid": "2025-03-01", "nojd__bortfall": "vet_ej"}[column]
    said = pa.scalar(value).cast(SCHEMA.field(column).type).as_py()
    ws = made(tmp_path, (17, {column: said}), (3, {}))
    counts = {"TRUE": 20, f"{column} IS NOT NULL": 17}
    assert len(shown(ws, *of(ws, counts))) == 1
    assert found(ws, tmp_path, counts) == {("skillnad", 3)}


def test_why_somebody_did_not_answer_is_protected(tmp_path):
    """30 of 40 did not answer, 27 of them declined: three have died."""
    ws = made(
        tmp_path, (10, {"nojd": 4}), (27, {"orsak": "avbojt"}), (3, {"orsak": "avliden"})
    )  # fmt: skip
    counts = {"nojd IS NULL": 30, "nojd IS NULL AND orsak = 'avbojt'": 27}
    assert len(shown(ws, *of(ws, counts))) == 1
    assert found(ws, tmp_path, counts) == {("skillnad", 3)}


def test_what_those_without_an_answer_answered_elsewhere_is_protected(tmp_path):
    """Three left `nojd` empty, two of them wanted advice and one did not: two small groups of those
    who answered about help. That the two questions were left empty together is no such group."""
    both = {"nojd": 4, "hjalp__rad": True, "hjalp__stod": True}
    ws = made(
        tmp_path, (17, both), (2, both | {"nojd": None}),
        (1, both | {"nojd": None, "hjalp__rad": False}), (2, {}),
    )  # fmt: skip
    counts = {"nojd IS NULL": 5, "nojd IS NULL AND hjalp__rad": 2}
    seen = shown(ws, *of(ws, counts))
    assert seen == {"nojd IS NULL": 5}
    assert ("antal", 2) in found(ws, tmp_path, counts)
    counts = {"TRUE": 22, "hjalp__rad": 19, "hjalp__rad AND nojd IS NOT NULL": 17}
    assert len(shown(ws, *of(ws, counts))) < 3  # 19 − 17: the same two
    assert ("skillnad", 2) in found(ws, tmp_path / "n", counts)
    counts = {"hjalp__rad IS NULL AND nojd IS NULL": 2}
    assert shown(ws, *of(ws, counts)) == counts
    assert found(ws, tmp_path / "inga", counts) == set()


def test_the_sex_of_the_one_whose_unit_is_unknown_is_not_shown_and_no_secret(tmp_path):
    """39 women and 1 man; his unit alone is unknown. Whoever subtracts men of known unit from all
    men learns that: no total is hidden for it, but no row of one person is shown."""
    book = deepcopy(BOOK)
    book["background"] = ["enhet", "kon"]
    book["fields"][2].pop("constraints")
    kon = {"name": "kon", "title": "Kön", "type": "string", "categories": ["kvinna", "man"]}
    book["fields"].append(kon)
    rows = [{"enhet": "A", "kon": "kvinna"}] * 20 + [{"enhet": "A", "kon": "man"}] * 19
    rows.append({"enhet": None, "kon": "man"})
    rows = [{"nr": f"N{i}", "vem": "x"} | r for i, r in enumerate(rows)]
    ws = workspace(tmp_path, book, rows, SCHEMA.append(pa.field("kon", pa.string())))
    known = "kon = 'man' AND enhet IS NOT NULL"
    totals = {"TRUE": 40, "enhet IS NULL": 1, "kon = 'man'": 20, known: 19}
    one = {"kon = 'man' AND enhet IS NULL": 1}
    assert shown(ws, *of(ws, totals | one)) == totals
    assert found(ws, tmp_path, totals | dict.fromkeys(one)) == set()
    assert found(ws, tmp_path / "en", totals | one) == {("antal", 1)}


def test_the_unanswered_of_a_group_that_is_small_itself(tmp_path):
    """Unit B has four rows, two of them without an answer; unit A has 20, two of them without."""
    ws = made(
        tmp_path, (18, {"nojd": 4}), (2, {}), (2, {"nojd": 4, "enhet": "B"}), (2, {"enhet": "B"})
    )  # fmt: skip
    assert list(shown(ws, *of(ws, {"nojd IS NULL AND enhet = 'A'": 2})).values()) == [2]
    assert not shown(ws, *of(ws, {"nojd IS NULL AND enhet = 'B'": 2}))
    a = {"enhet = 'A'": 20, "nojd IS NULL AND enhet = 'A'": 2}
    assert found(ws, tmp_path, a) == set()
    b = {"enhet = 'B'": 4, "nojd IS NULL AND enhet = 'B'": 2}
    assert ("antal", 2) in found(ws, tmp_path / "b", b)


def test_a_list_unanswered_as_a_whole(tmp_path):
    answered = {"hjalp__rad": True, "hjalp__stod": False}
    ws = made(tmp_path, (8, answered), (9, answered | {"hjalp__rad": False}), (3, {}))
    counts = {"TRUE": 20, "hjalp__rad IS NOT NULL": 17, "hjalp__rad": 8}
    assert shown(ws, *of(ws, counts)) == counts
    assert found(ws, tmp_path, counts) == set()
    # An option that three chose is a group of those who answered.
    counts = {"TRUE": 20, "hjalp__rad IS NOT NULL": 17, "hjalp__rad": 14}
    ws = made(tmp_path / "tre", (14, answered), (3, answered | {"hjalp__rad": False}), (3, {}))
    assert len(shown(ws, *of(ws, counts))) == 2
    assert found(ws, tmp_path / "tre", counts) == {("skillnad", 3)}


def test_different_keys_without_an_answer(tmp_path):
    """20 keys, 17 of them with an answer; one has two rows, of which one is without."""
    ws = made(
        tmp_path, (16, {"nojd": 4}), (3, {}), (1, {"nr": "K", "nojd": 2}),
        (1, {"nr": "K", "vem": "y"}),
    )  # fmt: skip
    counts = {"TRUE": 20, "nojd IS NOT NULL": 17}
    assert shown(ws, *of(ws, counts, distinct="nr")) == counts
    assert found(ws, tmp_path, counts, distinct="nr") == set()
    counts = {"TRUE": 20, "enhet = 'A'": 17}
    ws = made(tmp_path / "b", (17, {}), (3, {"enhet": "B"}))
    assert len(shown(ws, *of(ws, counts, distinct="nr"))) == 1
    assert found(ws, tmp_path / "b", counts, distinct="nr") == {("skillnad", 3)}


def test_what_a_table_leaves_out_for_want_of_a_value(tmp_path):
    """The year has three without a date, which are in no tertial."""
    ws = made(
        tmp_path, (9, {"tertial": "T1"}), (8, {"tertial": "T2"}), (7, {"tertial": "T3"}), (3, {})
    )  # fmt: skip
    table = count(data(ws, "svar"), by="tertial", total=True)
    seen = shown(ws, table)
    assert sorted(seen.values()) == [3, 7, 8, 9, 27]
    assert found(ws, tmp_path, seen) == set()


def test_either_of_two_questions_unanswered(tmp_path):
    both = {"nojd": 4, "hjalp__rad": True, "hjalp__stod": True}
    ws = made(
        tmp_path, (17, both), (1, both | {"nojd": None}),
        (2, {"nojd": 4}),
    )  # fmt: skip
    counts = {"TRUE": 20, "hjalp__rad IS NOT NULL AND nojd IS NOT NULL": 17}
    assert shown(ws, *of(ws, counts)) == counts
    assert found(ws, tmp_path, counts) == set()
