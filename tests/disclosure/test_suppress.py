"""Suppression protects every target against an attacker that shares no code with it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from bench.tables import KINDS, build, margins, one, random_systems
from pipeline.disclosure.bounds import bounds, protected
from pipeline.disclosure.model import Mask, System
from pipeline.disclosure.suppress import suppress
from tests.disclosure.attacker import Undecided, can_reach


def agrees(system: System, hidden: Mask, x: np.ndarray) -> bool:
    """Whether sizes `x` fit everything that is shown and known, by plain arithmetic."""
    A = system.A.toarray().astype(int)
    return bool(
        (x >= 0).all()
        and (A @ x == A @ system.x)[~hidden].all()
        and (system.equal.toarray().astype(int) @ x == 0).all()
        and (system.at_most.toarray().astype(int) @ x <= 0).all()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_target_has_a_proof_the_attacker_cannot_exclude(kind):
    for seed in range(6):
        system = one(kind, np.random.default_rng([7, seed]))
        found = suppress(system)
        assert (found.hidden >= system.hidden).all()
        assert not (found.hidden & system.fixed).any()
        for i, x in enumerate(found.proof):
            if i not in found.open_targets:
                assert agrees(system, found.hidden, x)
                assert system.targets[[i]].toarray()[0] @ x >= system.reach[i]


def small_table(seed: int) -> System:
    draw = np.random.default_rng([3, seed])
    shape = 3, int(draw.integers(2, 4))
    x = draw.poisson(draw.gamma(0.8, 5.0, size=shape)).ravel().astype(np.int64)
    return build(x, margins(shape))


def test_exhaustive_search_finds_no_unprotected_target_and_most_without_complement():
    before, after, asked = 0, 0, 0
    for seed in range(25):
        system = small_table(seed)
        found = suppress(system)
        assert found.open_targets == ()
        for i in range(system.reach.size):
            asked += 1
            before += not can_reach(system, system.hidden, i)
            after += not can_reach(system, found.hidden, i)
    assert after == 0
    assert before > asked // 2, "the tables would not need the complement"


def test_bounds_screen_as_exhaustive_search_does():
    decided = 0
    for _, system in random_systems(12, seed=5):
        safe = protected(system, ~system.hidden)
        for i in range(min(system.reach.size, 6)):
            try:
                assert can_reach(system, system.hidden, i) == (i in safe)
                decided += 1
            except Undecided:
                continue
    assert decided > 30


def test_bounds_of_a_table_worked_by_hand():
    # 2 × 3, cells (0,0) (0,1) (1,0) (1,1) hidden; margins shown. Rows are left 2+4 and 7+9,
    # columns 2+7 and 4+9: with a = (0,0), b = 6-a, c = 9-a, d = 7+a, so a is 0 to 6.
    x = np.array([2, 4, 20, 7, 9, 30])
    system = build(x, margins((2, 3)))
    shown = np.array([r not in [(0,), (1,), (3,), (4,)] for r in margins((2, 3))])
    cells = csr_array(np.eye(6))
    found = bounds(system, shown, cells)
    assert [(b.lower, b.upper) for b in found] == [
        (0, 6), (0, 6), (20, 20), (3, 9), (7, 13), (30, 30)]  # fmt: skip
    assert all(b.exact for b in found)


def test_a_sum_no_count_limits_has_no_upper_bound():
    system = build(np.array([3, 8]), [(0,)])
    (free,) = bounds(system, np.array([True]), csr_array([[0, 1]]))
    assert (free.lower, free.upper) == (0, None)


def test_what_was_published_before_is_never_hidden_and_the_lost_target_is_named():
    # The total and one of two cells were published: the other is their difference.
    system = build(np.array([3, 10]), [(0,), (1,), (0, 1)])
    system = replace(system, fixed=np.array([False, True, True]))
    found = suppress(system)
    assert found.open_targets == (0,)
    assert found.hidden.tolist() == [True, False, False]


def test_the_cheaper_of_two_counts_is_hidden():
    # 3 + 10 + 20 = 33: hiding 10 or 20 beside 3 protects it, hiding the total as well.
    for dear, hidden in [(1, [True, False, True, False]), (2, [True, True, False, False])]:
        system = build(np.array([3, 10, 20]), [(0,), (1,), (2,), (0, 1, 2)])
        cost = np.ones(4)
        cost[[dear, 3]] = 5
        assert suppress(replace(system, cost=cost)).hidden.tolist() == hidden


def test_the_same_system_gets_the_same_pattern():
    for kind in KINDS:
        once, again = (suppress(one(kind, np.random.default_rng(11))) for _ in range(2))
        assert (once.hidden == again.hidden).all()
        assert (once.proof == again.proof).all()


def test_the_pattern_depends_on_no_value_hidden_from_the_start():
    """Other sizes with the same initially shown counts: an exchange between hidden cells that
    leaves all margins as they are. Then not one count may be decided differently."""
    compared = 0
    for seed in range(40):
        x = np.random.default_rng([9, seed]).integers(1, 14, size=(3, 4)).astype(np.int64)
        x[:2, :2] = [[2, 3], [3, 2]]
        one_way, other = x.copy(), x.copy()
        other[:2, :2] = [[3, 2], [2, 3]]
        first, second = (build(v.ravel(), margins((3, 4))) for v in (one_way, other))
        assert (first.hidden == second.hidden).all()
        assert (suppress(first).hidden == suppress(second).hidden).all()
        compared += 1
    assert compared == 40


def test_clean_up_leaves_nothing_hidden_in_vain():
    for seed in range(10):
        system = small_table(seed)
        found = suppress(system)
        for j in np.flatnonzero(found.hidden & ~system.hidden):
            shown = ~found.hidden
            shown[j] = True
            assert len(protected(system, shown)) < system.reach.size
