"""Changing a raw cell changes only the numbers that lineage lists; where lineage is wrong, the
proof says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import GateError
from pipeline.facts import derive
from pipeline.trace.prove.cells import Mutation, Place
from pipeline.trace.prove.deltas import SYSTEM, Facts, rows_of
from pipeline.trace.prove.facts import Numbers
from pipeline.trace.prove.mutate import KINDS, Deck
from pipeline.trace.prove.proof import Influence, Prover, Tallied, long_way
from pipeline.trace.prove.run import Proof, refuse, way_words, words
from tests.trace.proved import YEAR, example

SEEDS = range(5)
MUTATIONS = 800
UNREAD = ("nojd_kontakt", "niva_slut")  # columns that the facts of `proved.py` read


@dataclass(frozen=True)
class Tried:
    """Mutations and the facts that each of them changed."""

    prover: Prover
    found: tuple[tuple[Mutation, dict[str, Numbers]], ...]

    def outside(self, influence: Influence) -> list[str]:
        """What the proof says of an influence."""
        return [str(f) for m, c in self.found for f in self.prover.unforeseen(m, c, influence)]


@pytest.fixture(scope="module")
def prover(tmp_path_factory: pytest.TempPathFactory) -> Prover:
    return Prover(example(tmp_path_factory.mktemp("bevis")), YEAR)


@pytest.fixture(scope="module")
def tried(prover: Prover) -> list[Tried]:
    made = []
    for seed in SEEDS:
        deck = Deck(prover.world, seed)
        drawn = [deck.draw() for _ in range(MUTATIONS)]
        pairs = ((m, prover.changed(m)) for m in drawn)
        made.append(Tried(prover, tuple((m, c) for m, c in pairs if c is not None)))
    return made


def columns(prover: Prover, fact: str) -> frozenset[str]:
    return next(a for a in prover.asked if a.id == fact).columns()


def own(prover: Prover, facts: set[str]) -> list:
    """Those that count rows themselves, as questions."""
    return [a for a in prover.asked if a.id in facts and a.dataset is not None]


def unread_column(prover: Prover, place: Place) -> set[str]:
    """Lineage with columns that are read but not listed."""
    found = prover.could_change(place)
    if place.field not in UNREAD:
        return found
    return found - {a.id for a in own(prover, found) if place.field in a.columns()}


def forgotten_key(prover: Prover, place: Place) -> set[str]:
    """Lineage that forgets that rows with one key are one row."""
    book = prover.world.books[place.table]
    found = prover.could_change(place)
    if place.field not in (*book.primary_key, book.keep):
        return found
    return {a.id for a in own(prover, found) if place.field in a.columns()}


def forgotten_side(prover: Prover, place: Place) -> set[str]:
    """Lineage that forgets what is looked up in another table."""
    found = prover.could_change(place)
    return found - {
        a.id for a in own(prover, found)
        if a.dataset[0] not in (place.table, "rader", "celler")
    }  # fmt: skip


def test_the_unchanged_files_give_the_ledger(prover: Prover):
    assert prover.agreement() == []


def test_the_rows_in_memory_are_those_that_intake_and_validation_write(prover: Prover):
    world = prover.world
    for year, name in [*world.tables, *((y, n) for y in world.years for n in SYSTEM)]:
        file = world.workspace.processed / str(year) / f"{name}.parquet"
        columns = sorted(SYSTEM.get(name, pq.read_schema(file).names))
        wanted = Counter(
            tuple(r[c] for c in columns) for r in pq.read_table(file, columns=columns).to_pylist()
        )
        held = Counter(tuple(r[c] for c in columns) for r in rows_of(world, name, year))
        assert held == wanted, (year, name)


def test_nothing_changes_outside_influence(tried: list[Tried]):
    assert [f for t in tried for f in t.outside(t.prover.influence)] == []


def test_the_values_of_one_statistic_are_computed_together(prover: Prover, monkeypatch):
    asked = [a.definition for a in prover.asked if a.definition["kind"] == "statistic"]
    statistics = {(d["function"], tuple(d["parents"])) for d in asked}
    computed = []
    real = derive.statistic
    monkeypatch.setattr(
        derive, "statistic", lambda name, *of: computed.append(name) or real(name, *of)
    )
    Facts(prover.world, prover.asked)
    assert sorted(computed) == sorted(name for name, _ in statistics)
    assert len(computed) < len(asked)


def test_every_kind_of_mutation_is_drawn_and_changes_something(tried: list[Tried]):
    kinds = Counter(m.kind for t in tried for m, changed in t.found if changed)
    assert set(kinds) == set(KINDS)


def test_every_table_and_year_is_mutated(tried: list[Tried]):
    places = {(m.place.table, m.place.year) for t in tried for m, _ in t.found}
    assert {y for _, y in places} == {2023, 2024, 2025}
    assert {n for n, _ in places} == {
        "avslut", "avstamning", "bakgrund", "brukarenkat", "fritext_godkand", "fritext_teman",
        "avvikelser", "intressenter", "jamforelser", "klagomal", "lopande", "mal", "matning",
        "handlingsplan", "riktlinjer", "riskanalys", "sammanstallning", "utskick", "volymer",
        "avvikelsegranskning", "bedomning", "dokument", "granskning", "intervjuer", "korrektur",
        "kunder", "rutiner", "uppfoljningsplan", "urvalsram",
    }  # fmt: skip


def test_an_earlier_years_background_changes_this_years_numbers(tried: list[Tried]):
    assert any(
        m.place.table == "bakgrund" and m.place.year < YEAR and changed
        for t in tried
        for m, changed in t.found
    )


@pytest.mark.parametrize("bug", [unread_column, forgotten_key, forgotten_side])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_planted_bug_is_found_every_time(tried: list[Tried], bug, seed: int):
    t = tried[seed]
    assert t.outside(lambda place: bug(t.prover, place))


def test_a_failure_names_cell_fact_and_both_values(tried: list[Tried]):
    t = tried[0]
    total = Tallied()
    mutation, changed = next((m, c) for m, c in t.found if c)
    total.failures += t.prover.unforeseen(mutation, changed, lambda place: set())
    key = min(changed)
    with pytest.raises(GateError) as refused:
        refuse(Proof(YEAR, 1, 1, 0.0, {"stegvis": (total, 1.0)}))
    said = str(refused.value)
    named = next(a for a in t.prover.asked if a.id == key)
    assert str(mutation.place) in said and key in said and named.record["name"] in said
    assert "→" in said and refused.value.exit_code == 3


def telling(prover: Prover) -> str:
    """A seed whose three first mutations change some number each."""
    for seed in map(str, range(100)):
        deck = Deck(prover.world, seed)
        if all(prover.changed(deck.draw()) for _ in range(3)):
            return seed
    raise AssertionError("no mutation changes a number")


def test_the_short_way_agrees_with_intake_and_validation_themselves(prover: Prover, tmp_path: Path):
    found = long_way(prover, telling(prover), 3, prover.world.workspace, tmp_path / "kopia")
    assert found.tried == found.changing == 3
    assert found.failures == []


def test_the_long_way_finds_a_wrong_short_way(prover: Prover, tmp_path: Path, monkeypatch):
    """An incremental way that sees no change at all is contradicted."""
    seed = telling(prover)
    monkeypatch.setattr(prover, "changed", lambda mutation: {})
    found = long_way(prover, seed, 1, prover.world.workspace, tmp_path / "kopia")
    assert found.failures and "Den stegvisa vägen ger" in str(found.failures[0])


def test_the_result_is_told_in_swedish():
    assert "5 ändrade celler på 0,5 s" in way_words("stegvis", Tallied(tried=5, changing=2), 0.5)
    assert words(Proof(YEAR, 3, 2, 1.25, {})).startswith("Beviset håller: 3 tal")
