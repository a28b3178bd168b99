"""Planted ways to find few persons: each is closed, by hand count and by trying every table."""

import json

import numpy as np
import pyarrow as pa
import pytest

from pipeline.disclosure.asked import gather, guarded
from pipeline.disclosure.classes import universe
from pipeline.disclosure.counts import Counts
from pipeline.disclosure.decide import merges, suppression
from pipeline.disclosure.released import Release
from pipeline.disclosure.structure import structure
from pipeline.facts.dataset import codebooks
from pipeline.facts.measure import count, share
from pipeline.facts.pattern import CountCell

from .small import YEAR, data, largest_by_trying, planned, workspace

ROWS = {
    "name": "starter", "title": "Starter", "kind": "register", "protects": "person",
    "primaryKey": ["nr"],
    "fields": [
        {"name": "nr", "title": "Nr", "type": "string", "constraints": {"required": True}},
        {"name": "enhet", "title": "Enhet", "type": "string", "categories": ["A", "B", "C"],
         "constraints": {"required": True}},
        {"name": "start", "title": "Start", "type": "date", "constraints": {"required": True}},
        {"name": "nojd", "title": "Nöjd?", "type": "boolean"},
        {"name": "problem", "title": "Problem", "type": "list", "sensitive": True,
         "categories": ["spel", "skola"]},
        {"name": "grad", "title": "Grad", "type": "integer", "categoriesOrdered": True,
         "categories": [1, 2, 3, 4, 5]},
    ],
    "derived": [{"name": "tertial", "title": "Tertial", "rule": "tertial", "from": "start"}],
}  # fmt: skip
SCHEMA = pa.schema(
    [("nr", pa.string()), ("enhet", pa.string()), ("tertial", pa.string()), ("nojd", pa.bool_()),
     ("problem__spel", pa.bool_()), ("problem__skola", pa.bool_()), ("grad", pa.int64())]
)  # fmt: skip


def rows(*groups):
    """(how many, columns) → rows with a running number."""
    every = [dict(columns) for n, columns in groups for _ in range(n)]
    return [{"nr": f"N{i}", "enhet": "A"} | r for i, r in enumerate(every)]


def decided(made, *asked, **more):
    cells, calls = planned(*asked)
    return suppression(made, YEAR, "publik", cells, calls, **more)


def counts_of(decision):
    """Shown counts by condition."""
    values = decision.system.A @ decision.system.x
    return {
        c.where: int(v)
        for r, v, off in zip(decision.rows, values, decision.result.hidden, strict=True)
        for c in r.cells
        if not off
    }


def test_a_tertial_that_differs_from_the_year_by_three(tmp_path):
    made = workspace(
        tmp_path, ROWS, rows((20, {"tertial": "T1"}), (3, {"tertial": "T2"})), SCHEMA
    )  # fmt: skip
    start = data(made, "starter")
    d = decided(made, count(start), count(start, by="tertial"))
    seen = counts_of(d)
    assert "tertial = 'T2'" not in seen
    kinds = [frozenset({"TRUE", f"tertial = 'T{t}'"}) for t in (1, 2, 3)]
    assert largest_by_trying(kinds, 25, seen, frozenset({"tertial = 'T2'"})) >= 5
    assert not d.open_targets


def test_a_year_and_one_tertial_alone(tmp_path):
    """The chapter asks only for the year and T1: the three of the rest stand in no table."""
    made = workspace(
        tmp_path, ROWS, rows((20, {"tertial": "T1"}), (3, {"tertial": "T2"})), SCHEMA
    )  # fmt: skip
    start = data(made, "starter")
    d = decided(made, count(start), count(start, "tertial = 'T1'"))
    assert len(counts_of(d)) == 1
    assert set(d.reasons.values()) != {"för få personer (1–4)"}


def test_a_unit_that_is_the_total_minus_the_others(tmp_path):
    made = workspace(
        tmp_path, ROWS,
        rows((10, {"enhet": "A"}), (9, {"enhet": "B"}), (2, {"enhet": "C"})), SCHEMA,
    )  # fmt: skip
    start = data(made, "starter")
    d = decided(made, count(start, by="enhet", total=True))
    kinds = [frozenset({"TRUE", f"enhet = '{e}'"}) for e in "ABC"]
    assert largest_by_trying(kinds, 21, counts_of(d), frozenset({"enhet = 'C'"})) >= 5
    assert d.primary == {CountCell("starter", 0, "enhet = 'C'").key}
    assert len(d.reasons) == 2  # the small one, and one more beside it


def test_what_a_table_leaves_out(tmp_path):
    """A and B are asked for by themselves, C is not: the total minus both is C."""
    made = workspace(
        tmp_path, ROWS,
        rows((10, {"enhet": "A"}), (9, {"enhet": "B"}), (2, {"enhet": "C"})), SCHEMA,
    )  # fmt: skip
    start = data(made, "starter")
    table = count(start, by="enhet")
    cells, calls = planned(count(start), table)
    cells = [c for c in cells if c.where != "enhet = 'C'"]
    d = suppression(made, YEAR, "publik", cells, calls)
    kinds = [frozenset({"TRUE", f"enhet = '{e}'"}) for e in "ABC"]
    assert largest_by_trying(kinds, 21, counts_of(d), frozenset({"enhet = 'C'"})) >= 5


def test_a_share_whose_others_are_two(tmp_path):
    made = workspace(
        tmp_path, ROWS, rows((18, {"nojd": True}), (2, {"nojd": False})), SCHEMA
    )  # fmt: skip
    d = decided(made, share(data(made, "starter"), "nojd"))
    seen = counts_of(d)
    assert sorted(seen.values()) in ([18], [20])  # k or n, never both
    assert not d.primary


def test_everybody_with_one_of_many_sensitive_options_is_not_shown(tmp_path):
    """So many options that only the answers that occur are written down: none of them is of
    somebody who has none of these."""
    names = [f"p{i}" for i in range(17)]
    columns = [f"problem__{name}" for name in names]
    fields = [f if f["name"] != "problem" else f | {"categories": names} for f in ROWS["fields"]]
    schema = pa.schema(
        [("nr", pa.string()), ("enhet", pa.string()), *((c, pa.bool_()) for c in columns)]
    )
    groups = rows(*((6, {c: c == mine for c in columns}) for mine in columns[:2]))
    made = workspace(tmp_path, ROWS | {"fields": fields}, groups, schema)
    any_of = " OR ".join(columns[:16])
    d = decided(made, share(data(made, "starter"), any_of, of="problem__p0 IS NOT NULL"))
    assert 12 not in [n for where, n in counts_of(d).items() if " OR " in where]
    assert set(d.reasons.values()) == {"alla, och uppgiften är känslig"}


def test_of_a_table_without_rows_everything_is_told(tmp_path):
    made = workspace(tmp_path, ROWS, [], SCHEMA)
    start = data(made, "starter")
    asked = (count(start), count(start, by="enhet"), share(start, "problem__spel", by="tertial"))
    d = decided(made, *asked)
    assert all(d.pattern.shows(c) for c in planned(*asked)[0])


def test_zero_is_shown_unless_the_column_is_sensitive(tmp_path):
    made = workspace(
        tmp_path, ROWS,
        rows((12, {"problem__spel": False, "problem__skola": True, "nojd": False, "enhet": "A"}),
             (12, {"problem__spel": False, "problem__skola": False, "enhet": "B"})), SCHEMA,
    )  # fmt: skip
    start = data(made, "starter")
    d = decided(made, count(start, "enhet = 'C'"), count(start, "problem__spel"), count(start))
    seen = counts_of(d)
    assert seen["enhet = 'C'"] == 0
    assert "problem__spel" not in seen
    assert "känslig" in d.reasons[CountCell("starter", 0, "problem__spel").key]


def test_everybody_of_a_group_with_a_sensitive_problem(tmp_path):
    made = workspace(
        tmp_path, ROWS, rows((12, {"problem__spel": False, "problem__skola": True})), SCHEMA
    )  # fmt: skip
    d = decided(made, share(data(made, "starter"), "problem__skola"))
    assert len(counts_of(d)) <= 1


SVAR = {
    "name": "svaren", "title": "Svaren", "kind": "register", "protects": "person",
    "primaryKey": ["nr", "vem"],
    "fields": [
        {"name": "nr", "title": "Nr", "type": "string", "constraints": {"required": True}},
        {"name": "vem", "title": "Vem", "type": "string", "constraints": {"required": True}},
        {"name": "orsak", "title": "Orsak", "type": "string", "categories": ["plan", "avbrott"]},
    ],
}  # fmt: skip
SVAR_SCHEMA = pa.schema([("nr", pa.string()), ("vem", pa.string()), ("orsak", pa.string())])


def test_a_count_of_keys_beside_its_rows(tmp_path):
    """21 rows, 20 keys; 17 rows and 17 keys with plan: 3 keys with avbrott, by the difference."""
    every = [{"nr": f"K{i}", "vem": "x", "orsak": "plan" if i < 17 else "avbrott"}
             for i in range(20)]  # fmt: skip
    every.append({"nr": "K19", "vem": "y", "orsak": "avbrott"})
    made = workspace(tmp_path, SVAR, every, SVAR_SCHEMA)
    svar = data(made, "svaren")
    d = decided(
        made, count(svar), count(svar, distinct="nr"),
        count(svar, "orsak = 'plan'", distinct="nr"), count(svar, "orsak = 'plan'"),
    )  # fmt: skip
    values = d.system.A @ d.system.x
    seen = {(c.where, c.distinct) for r, off in zip(d.rows, d.result.hidden, strict=True)
            for c in r.cells if not off}  # fmt: skip
    assert sorted(values.tolist()) == [17, 17, 20, 21]
    assert not {("TRUE", "nr"), ("orsak = 'plan'", "nr")} <= seen
    assert not {("TRUE", ""), ("orsak = 'plan'", "")} <= seen
    assert d.system.at_most.shape[0] > 0
    assert (d.system.at_most @ d.system.x <= 0).all()


def test_classes_are_those_that_could_be_counted_by_hand(tmp_path):
    """Three units by three tertials, none of them empty by the codebook: 9 classes, of which 2
    occur; an option list that may be unanswered: 3 classes an option, which agree on it."""
    made = workspace(
        tmp_path, ROWS,
        rows((4, {"enhet": "A", "tertial": "T1"}), (6, {"enhet": "B", "tertial": "T2"})), SCHEMA,
    )  # fmt: skip
    start = data(made, "starter")
    built = structure("starter", codebooks(made.raw))
    crossed = [f.definition["where"] for f in count(start, by=["enhet", "tertial"])]
    u = universe(start, "", crossed, built)
    assert (len(u.blocks), u.size, int((u.x > 0).sum()), int(u.x.sum())) == (1, 9, 2, 10)
    options = ["problem__spel", "problem__skola"]
    v = universe(start, "", options, built)
    assert [len(b.x) for b in v.blocks] == [3, 3]
    assert v.equal.shape[0] == 2  # answered, not answered
    assert not (v.equal @ v.x).any()


def test_a_key_with_rows_of_two_kinds_is_in_both_counts(tmp_path):
    every = [{"nr": "K1", "vem": v, "orsak": o} for v, o in (("x", "plan"), ("y", "avbrott"))]
    made = workspace(tmp_path, SVAR, every, SVAR_SCHEMA)
    built = structure("svaren", codebooks(made.raw))
    conditions = ["orsak = 'plan'", "orsak = 'avbrott'"]
    u = universe(data(made, "svaren"), "nr", conditions, built)
    # plan, avbrott, unanswered, and the one key that is both
    assert u.size == 4
    assert [int(u.x[u.classes(i)].sum()) for i in (0, 1)] == [1, 1]
    assert int(u.x.sum()) == 1


@pytest.mark.parametrize("year", [2024, 2025])
def test_a_released_number_is_never_taken_back_but_counts(tmp_path, year):
    """The year before's release showed the total and unit A; this edition asks for the rest."""
    groups = rows((20, {"enhet": "A"}), (3, {"enhet": "B"}))
    made = workspace(tmp_path, ROWS, groups, SCHEMA, year=year)
    start = data(made, "starter", year)
    said = {CountCell("starter", 0, "TRUE").key: 23}
    asked = count(start, "enhet = 'A'")
    d = decided(made, asked, releases=[Release(year, said)])
    assert counts_of(d) == {"TRUE": 23}  # A beside the published total would tell the three
    both = {**said, CountCell("starter", 0, "enhet = 'A'").key: 20}
    e = decided(made, asked, releases=[Release(year, both)])
    assert counts_of(e) == {"TRUE": 23, "enhet = 'A'": 20}
    assert len(e.open_targets) == 1  # too late: said to be so


def test_a_number_that_moved_by_two_since_the_release_is_hidden(tmp_path):
    made = workspace(tmp_path, ROWS, rows((22, {"enhet": "A"})), SCHEMA)
    said = {CountCell("starter", 0, "TRUE").key: 20}
    d = decided(made, count(data(made, "starter")), releases=[Release(YEAR, said)])
    assert counts_of(d) == {}
    assert "tidigare utgåva" in next(iter(d.reasons.values()))


def test_where_one_answer_has_moved_nothing_is_shown_that_the_release_hid(tmp_path):
    """One of those who chose 5 chose 4. The release hid 1 and 2; with its numbers of 3, 4 and 5 a
    2 shown today would give the four who chose 1."""
    now = {1: 4, 2: 6, 3: 14, 4: 27, 5: 56}
    groups = rows(*((n, {"grad": g}) for g, n in now.items()))
    made = workspace(tmp_path, ROWS, groups, SCHEMA)
    shown = {"TRUE": 107, "grad = 3": 14, "grad = 4": 26, "grad = 5": 57}
    said = {CountCell("starter", 0, w).key: n for w, n in shown.items()}
    start = data(made, "starter")
    asked = count(start), count(start, by="grad")
    d = decided(made, *asked, releases=[Release(YEAR, said)])
    assert counts_of(d) == {"TRUE": 107, "grad = 3": 14}


def test_the_internal_edition_hides_answers_of_staff_alone(tmp_path):
    groups = rows((20, {"enhet": "A"}), (3, {"enhet": "B"}))
    made = workspace(tmp_path, ROWS, groups, SCHEMA)
    cells, calls = planned(count(data(made, "starter"), by="enhet"))
    d = suppression(made, YEAR, "intern", cells, calls)
    assert all(d.pattern.shows(c) for c in cells)
    workspace(tmp_path, ROWS | {"protects": "staff"}, groups, SCHEMA)
    e = suppression(made, YEAR, "intern", cells, calls)
    assert not e.pattern.shows(CountCell("starter", 0, "enhet = 'B'"))


def test_a_scale_is_merged_from_both_ends_and_the_year_before_the_scale(tmp_path):
    groups = rows(
        (2, {"grad": 1, "tertial": "T1"}), (6, {"grad": 2, "tertial": "T1"}),
        (7, {"grad": 3, "tertial": "T2"}), (9, {"grad": 4, "tertial": "T2"}),
        (3, {"grad": 5, "tertial": "T3"}),
    )  # fmt: skip
    made = workspace(tmp_path, ROWS, groups, SCHEMA)
    start = data(made, "starter")
    _, calls = planned(count(start, by="grad"), count(start, by=["enhet", "tertial"]))
    found = merges(made, YEAR, "publik", calls)
    scale = found[json.dumps(["starter", "TRUE", ["grad"]], separators=(",", ":"))]["grad"]
    assert [m.values for m in scale] == [(1, 2), (3,), (4, 5)]
    crossed = found[json.dumps(["starter", "TRUE", ["enhet", "tertial"]], separators=(",", ":"))]
    assert [m.label for m in crossed["tertial"]] == ["Hela året"]


def test_same_input_same_decision(tmp_path):
    groups = rows((9, {"enhet": "A"}), (8, {"enhet": "B"}), (2, {"enhet": "C"}))
    made = workspace(tmp_path, ROWS, groups, SCHEMA)
    table = count(data(made, "starter"), by="enhet", total=True)
    a, b = decided(made, table), decided(made, table)
    assert a.pattern.to_json() == b.pattern.to_json()
    assert a.reasons == b.reasons


def test_every_count_follows_from_the_classes(tmp_path):
    rng = np.random.default_rng(7)
    every = [
        {"enhet": str(rng.choice(["A", "B", "C"])), "grad": int(rng.integers(1, 6)),
         "tertial": f"T{rng.integers(1, 4)}", "nojd": [None, True, False][rng.integers(3)]}
        for _ in range(60)
    ]  # fmt: skip
    made = workspace(tmp_path, ROWS, rows(*((1, r) for r in every)), SCHEMA)
    start = data(made, "starter")
    tables = [count(start, by=["enhet", "grad"]), share(start, over="grad", by="tertial"),
              share(start, "nojd", by="enhet")]  # fmt: skip
    cells, calls = planned(*tables)
    asked = gather(Counts(made, YEAR), guarded("publik", codebooks(made.raw)), cells, calls)
    expected = {
        f.definition["where"]: sum(
            r["enhet"] == f.scope["enhet"] and r["grad"] == f.scope["grad"] for r in every
        )
        for f in tables[0]
    }
    for cell, (u, i) in asked.cells.items():
        if cell.where in expected:
            made_u = asked.universes[u]
            assert made_u.x[made_u.classes(i)].sum() == expected[cell.where]


TWO = {
    "name": "par", "title": "Par", "kind": "register", "protects": "person", "primaryKey": ["nr"],
    "fields": [
        {"name": "nr", "title": "Nr", "type": "string", "constraints": {"required": True}},
        *({"name": n, "title": n, "type": "string", "categories": ["x", "y"],
           "constraints": {"required": True}} for n in ("a", "b")),
    ],
}  # fmt: skip
TWO_SCHEMA = pa.schema([(n, pa.string()) for n in ("nr", "a", "b")])


@pytest.mark.parametrize("seed", range(8))
def test_nobody_who_tries_every_table_finds_few_persons(tmp_path, seed):
    """Two columns of two values: every number of rows of the four kinds, up to 20 of each."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([0, 1, 2, 3, 4, 7, 9, 12], 4)
    kinds = [(a, b) for a in "xy" for b in "xy"]
    every = [{"a": a, "b": b} for n, (a, b) in zip(sizes, kinds, strict=True) for _ in range(n)]
    every = [{"nr": f"N{i}"} | r for i, r in enumerate(every)]
    made = workspace(tmp_path, TWO, every, TWO_SCHEMA)
    par = data(made, "par")
    d = decided(made, count(par, by=["a", "b"], total=True), share(par, "a = 'x'", of="b = 'y'"))
    tables = np.indices((21,) * 4).reshape(4, -1)

    def kinds_of(where):
        return [(f"a = '{a}'" in where or "a =" not in where)
                and (f"b = '{b}'" in where or "b =" not in where) for a, b in kinds]  # fmt: skip

    agree = np.ones(tables.shape[1], dtype=bool)
    asked = {c.where for r in d.rows for c in r.cells}
    for where, value in counts_of(d).items():
        agree &= tables[kinds_of(where)].sum(axis=0) == value
    assert agree.any()
    conditions = {tuple(kinds_of(w)) for w in asked}
    for inner in [(False,) * 4, *conditions]:
        for outer in conditions:
            rest = np.array(outer) & ~np.array(inner)
            if not set(np.flatnonzero(inner)) <= set(np.flatnonzero(outer)):
                continue
            if 0 < sizes[rest].sum() < 5:
                assert tables[rest][:, agree].sum(axis=0).max() >= 5


def test_what_contains_a_group_already_told_is_protected_for_itself(tmp_path):
    """B's one person can be worked out from the release; B and C together, three persons, cannot
    be let out for that."""
    groups = rows((20, {"enhet": "A"}), (1, {"enhet": "B"}), (2, {"enhet": "C"}))
    made = workspace(tmp_path, ROWS, groups, SCHEMA)
    start = data(made, "starter")
    said = {CountCell("starter", 0, "enhet = 'B'").key: 1}
    d = decided(made, count(start), count(start, "enhet = 'A'"), releases=[Release(YEAR, said)])
    assert len(d.open_targets) == 1
    assert set(counts_of(d)) in ({"enhet = 'B'", "TRUE"}, {"enhet = 'A'", "enhet = 'B'"})
