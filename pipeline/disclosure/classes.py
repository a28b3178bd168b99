"""Classes of rows with equal membership: those that the codebooks allow, not only those that
occur, since an attacker does not know which do.

The rows of one table and year (or, for counts of different keys, its keys) are a *universe*; its
columns are split into blocks (`graph.py`), and each block has a class for every combination of
values that its counts, and the blocks beside it, can tell apart.

Where a block would have more than `LIMIT` combinations, it has those that occur: fewer
alternatives for the attacker, so more is hidden, never less (`targets.py` sees to what is
everybody then). A key with rows of several kinds has the combinations that occur, and every
combination of one kind: the safe side again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array, csr_array

from pipeline.disclosure.coded import combinations, sets_of_keys
from pipeline.disclosure.graph import Names, cliques, tree
from pipeline.disclosure.model import Ints, Mask
from pipeline.disclosure.nonresponse import Silence, silence
from pipeline.disclosure.structure import Structure
from pipeline.disclosure.variables import Variable, Variables, agree
from pipeline.errors import UppfoljningError
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset

LIMIT = 20_000  # combinations of a block


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """`start`: number of its first class in the universe. `member[i]`: which of its classes
    condition `fits[i]` counts. `x`: true sizes. `silence`: who is in it for want of an answer.
    `complete`: it has all classes that there could be, not only those that occur."""

    names: Names
    start: int
    fits: Ints
    member: Mask
    x: Ints
    silence: Silence
    complete: bool


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """`conditions`: predicates over the rows (with `distinct`: over keys, of which some row
    fulfils it). `home[i]`: the block whose classes condition i is written in, -1 if it fits none.
    `equal` (e × classes): what the blocks must agree on."""

    dataset: str
    period: int
    distinct: str
    conditions: tuple[str, ...]
    blocks: tuple[Block, ...]
    home: Ints
    x: Ints
    equal: csr_array

    @property
    def size(self) -> int:
        return len(self.x)

    def classes(self, i: int) -> Ints:
        """The classes that condition i is the sum of."""
        block = self.blocks[self.home[i]]
        place = int(np.flatnonzero(block.fits == i)[0])
        found: Ints = block.start + np.flatnonzero(block.member[place])
        return found


def universe(
    data: Dataset,
    distinct: str,
    conditions: Sequence[str],
    structure: Structure,
    beside: Sequence[str] = (),
) -> Universe:
    """The classes of a table's rows, or of the different values of `distinct`.

    `conditions` decide the blocks; those of `beside` (conditions too, after the others) are only
    written in them where they fit. Raises UppfoljningError if the true sizes do not give every
    count.
    """
    assert data.table is not None
    table = data.table
    every = (*conditions, *beside)
    nodes = [p.parse(c) for c in every]
    variables = Variables(table, structure, nodes)
    reads = [variables.of(n) for n in nodes]
    sizes = {name: v.size for name, v in variables.made.items()}
    wanted = [reads[i] for i in range(len(conditions))]
    names = cliques(wanted, sizes)
    pairs = tree(names)
    keys = _keys(table, distinct)
    blocks: list[Block] = []
    margins: list[dict[Names, list[object]]] = []
    start = 0
    for number, clique in enumerate(names):
        fits = [i for i, r in enumerate(reads) if r <= clique]
        shared = {names[a] & names[b] for a, b in pairs if number in (a, b)}
        block, margin = _block(
            clique, start, fits, nodes, variables, table, keys, sorted(shared, key=sorted)
        )
        blocks.append(block)
        margins.append(margin)
        start += len(block.x)
    home = np.full(len(every), -1, dtype=np.int64)
    # The smallest, of several the first, as targets are sought.
    for number in sorted(range(len(blocks)), key=lambda b: (-len(blocks[b].x), -b)):
        home[blocks[number].fits] = number
    made = Universe(
        data.name, data.offset, distinct, every, tuple(blocks), home,
        np.concatenate([b.x for b in blocks]), _agreement(names, pairs, blocks, margins, start),
    )  # fmt: skip
    _check(made, data, nodes)
    return made


def _block(
    clique: Names,
    start: int,
    fits: list[int],
    nodes: Sequence[p.Node],
    variables: Variables,
    table: pa.Table,
    keys: tuple[Ints, Ints] | None,
    shared: Sequence[Names],
) -> tuple[Block, dict[Names, list[object]]]:
    """A block, and for each set of shared variables the margin that each class belongs to."""
    order = [variables.made[n] for n in sorted(clique)]
    someone, of_row = combinations(
        [v.of_row for v in order], [v.size for v in order], table.num_rows
    )
    occurring = np.array([v.of_row[someone] for v in order], dtype=np.int64).T
    occurring = occurring.reshape(len(someone), len(order))
    possible = _product(order)
    every = occurring if possible is None else np.concatenate([occurring, possible])
    candidates = every[_first(every)]  # those that occur come first, in their own order
    member = _member(candidates, order, [nodes[i] for i in fits])
    at = {s: [sorted(clique).index(n) for n in sorted(s)] for s in shared}
    cut = {s: _unique(candidates[:, columns]) for s, columns in at.items()}
    # A class is a set of candidates: of a row the one it is, of a key those of its rows.
    single = np.arange(len(candidates))
    sets: list[tuple[int, ...]] = [(int(c),) for c in single]
    if keys is None:
        there = np.bincount(of_row, minlength=len(occurring)).tolist()
        counted: Mapping[tuple[int, ...], int] = {(c,): n for c, n in enumerate(there) if n}
    else:
        counted = sets_of_keys(of_row[keys[0]], keys[1], max(len(occurring), 1))
        sets += sorted(s for s in counted if len(s) > 1)
    signs: dict[object, int] = {}
    place: dict[tuple[int, ...], int] = {}
    kept_member: list[Mask] = []
    kept_margin: dict[Names, list[object]] = {s: [] for s in shared}
    for chosen in sets:
        counts = np.asarray(member[:, list(chosen)].any(axis=1))
        margin = {
            s: frozenset(tuple(values[places[c]].tolist()) for c in chosen)
            for s, (values, places) in cut.items()
        }
        sign = (counts.tobytes(), *(margin[s] for s in shared))
        if sign not in signs:
            signs[sign] = len(signs)
            kept_member.append(counts)
            for s in shared:
                kept_margin[s].append(margin[s])
        place[chosen] = signs[sign]
    x = np.zeros(len(signs), dtype=np.int64)
    for chosen, n in counted.items():
        x[place[chosen]] += n
    cells = np.array(kept_member, dtype=bool).T.reshape(len(fits), len(signs))
    unanswered = silence(
        order, candidates, place, counted, variables.structure, possible is not None
    )
    made = Block(
        clique, start, np.array(fits, dtype=np.int64), cells, x, unanswered, possible is not None
    )
    return made, kept_margin


def _first(rows: Ints) -> Ints:
    """The place of each different row where it first stands."""
    if rows.shape[1] == 0:
        return np.zeros(1, dtype=np.int64)
    return np.sort(np.unique(rows, axis=0, return_index=True)[1])


def _unique(rows: Ints) -> tuple[Ints, Ints]:
    """Different rows, and for each row its place among them; also for rows without columns."""
    if rows.shape[1] == 0:
        return np.zeros((1, 0), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    found, places = np.unique(rows, axis=0, return_inverse=True)
    return found, places.ravel()


def _product(order: Sequence[Variable]) -> Ints | None:
    """Every combination of places that agrees with what ties the variables; None if too many."""
    rows = np.zeros((1, 0), dtype=np.int64)
    for number, v in enumerate(order):
        if len(rows) * v.size > LIMIT * 8:
            return None
        rows = np.column_stack(
            [np.repeat(rows, v.size, axis=0), np.tile(np.arange(v.size), len(rows))]
        )
        keep = np.ones(len(rows), dtype=bool)
        for a, va in enumerate(order[: number + 1]):
            for b, vb in enumerate(order[: number + 1]):
                if number not in (a, b):
                    continue
                for kind, mine, other in va.ties:
                    if f"{other}?" == vb.name:
                        null = vb.null[vb.name]
                        keep &= agree(kind, va.null[mine][rows[:, a]], null[rows[:, b]])
        rows = rows[keep]
    return rows if len(rows) <= LIMIT else None


def _member(candidates: Ints, order: Sequence[Variable], nodes: Sequence[p.Node]) -> Mask:
    """Which candidates (columns) each predicate (rows) is true for."""
    columns = {}
    # Fine variables last: of a column that is both, its value is what is read.
    ranked = sorted(enumerate(order), key=lambda item: not item[1].name.endswith("?"))
    for place, v in ranked:
        for c, values in v.columns.items():
            columns[c] = values.take(pa.array(candidates[:, place]))
    made = pa.table(columns) if columns else pa.table({"_": pa.nulls(len(candidates))})
    whole = Dataset("", "", 0, 0, made, {})
    found = [whole.selected(n) for n in nodes]
    return np.array(found, dtype=bool).reshape(len(nodes), len(candidates))


def _keys(table: pa.Table, distinct: str) -> tuple[Ints, Ints] | None:
    """For counts of different keys: rows that have one, and each such row's key as a number."""
    if not distinct:
        return None
    column = table[distinct]
    there = np.flatnonzero(pc.is_valid(column).to_numpy())
    encoded = column.take(pa.array(there)).combine_chunks().dictionary_encode()
    return there, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _agreement(
    names: Sequence[Names],
    pairs: Iterable[tuple[int, int]],
    blocks: Sequence[Block],
    margins: Sequence[dict[Names, list[object]]],
    size: int,
) -> csr_array:
    row, column, value, count = [], [], [], 0
    for a, b in pairs:
        shared = names[a] & names[b]
        number: dict[object, int] = {}
        for block, sign in ((a, 1), (b, -1)):
            for c, margin in enumerate(margins[block][shared]):
                row.append(count + number.setdefault(margin, len(number)))
                column.append(blocks[block].start + c)
                value.append(sign)
        count += len(number)
    return coo_array((value, (row, column)), shape=(count, size), dtype=np.int64).tocsr()


def _check(made: Universe, data: Dataset, nodes: Sequence[p.Node]) -> None:
    """The classes must give the facts' own counts, exactly."""
    assert data.table is not None
    wrong = [] if not (made.equal @ made.x).any() else ["block"]
    for i, node in enumerate(nodes):
        if made.home[i] < 0:
            continue
        true = data.bits.any_of([node], made.distinct)
        if int(made.x[made.classes(i)].sum()) != true:
            wrong.append(made.conditions[i])
    if wrong:
        raise UppfoljningError(
            f"Sekretessprövningen av {made.dataset} stämmer inte med de räknade talen "
            f"({len(wrong)} villkor, det första: {wrong[0]}). Inget publiceras."
        )
