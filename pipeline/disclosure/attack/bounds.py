"""Every count behind the published numbers against the threshold: hidden ones, what a share leaves
of its n, and what one shown count leaves of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.disclosure.attack import earlier
from pipeline.disclosure.attack.audit import Finding
from pipeline.disclosure.attack.domain import Domain, leaves, truth
from pipeline.disclosure.attack.earlier import Edition
from pipeline.disclosure.attack.said import Cell, Moment, Published, Row
from pipeline.disclosure.attack.solve import Contradiction, Range, consistent, ranges
from pipeline.disclosure.attack.system import Knowledge, Vector, knowledge
from pipeline.disclosure.attack.unanswered import group
from pipeline.disclosure.attack.universe import parsed, read
from pipeline.forms.codebook import Codebook
from pipeline.memory import remembered_value

Limits = dict[Cell, tuple[int, int]]
Place = tuple[str, int]  # table and calendar year
NO_LIMIT = 10**9
ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Examined:
    cells: int
    attacked: int
    relaxed: int
    smallest_upper: int | None
    findings: tuple[Finding, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What must not be known to be small: a count, or what is left of `whole` without `part`.
    `zero`: that nobody is in it may not be known either. `hidden`: a hidden count itself."""

    whole: Cell
    part: Cell | None
    label: str
    zero: bool
    hidden: bool
    other: str = ""

    def vector(self, known: Knowledge) -> Vector:
        if self.part is None:
            return known.vectors[self.whole]
        return known.between(self.whole, self.part)


def examine(
    facts: Sequence[Published],
    said: Sequence[Row],
    books: Mapping[str, Codebook],
    threshold: int,
    releases: Sequence[Edition] = (),
    basis: str = "",
) -> Examined:
    """Bounds of everything that the facts rest on, from what is said and was said before. `basis`:
    a digest of what `books`, `threshold` and `releases` are made of; with it a table and year of
    which the very same is said is not solved again."""
    places: dict[Place, list[Published]] = {}
    for fact in facts:
        if fact.cells and _protected(fact.cells[0].dataset, books):
            places.setdefault((fact.cells[0].dataset, fact.cells[0].year), []).append(fact)
    total = _Total()
    for place, mine in sorted(places.items()):
        rows = [r for r in said if _place(r) == place]
        solve = _Place(place, mine, rows, books, threshold, releases).examined
        key = [basis, repr(place), repr(mine), repr(rows)]
        step = f"angreppet på {place[0]} {place[1]}"
        total.add(remembered_value(step, [__name__], key, solve) if basis else solve())
    return Examined(
        total.cells, total.attacked, total.relaxed, total.smallest, tuple(total.findings),
        tuple(total.changed),
    )  # fmt: skip


def _protected(dataset: str, books: Mapping[str, Codebook]) -> bool:
    return dataset in books and books[dataset].protects != "none"


def _place(row: Row) -> Place:
    term = row.terms[0][0]
    cell = term.cell if isinstance(term, Moment) else term
    return cell.dataset, cell.year


class _Total:
    def __init__(self) -> None:
        self.cells = self.attacked = self.relaxed = 0
        self.smallest: int | None = None
        self.findings: list[Finding] = []
        self.changed: list[str] = []

    def add(self, other: _Total) -> None:
        self.cells += other.cells
        self.attacked += other.attacked
        self.relaxed += other.relaxed
        known = [s for s in (self.smallest, other.smallest) if s is not None]
        self.smallest = min(known, default=None)
        self.findings += other.findings
        self.changed += other.changed


class _Place:
    """One table and year."""

    def __init__(
        self, place: Place, facts: Sequence[Published], rows: Sequence[Row],
        books: Mapping[str, Codebook], threshold: int, releases: Sequence[Edition],
    ) -> None:  # fmt: skip
        self._place, self._facts, self._books = place, facts, books
        self._where = f"{place[0]} {place[1]}"
        self._book, self._threshold, self._rows = books[place[0]], threshold, list(rows)
        self._labels: dict[Cell, str] = {}
        for f in facts:
            for part, cell in zip(("", "n"), f.cells, strict=False):
                self._labels.setdefault(cell, f"{f.label}{', n' if part else ''}")
        self._limits, self._clash = limits(self._rows)
        self._releases = [
            r for r in releases if any((c.dataset, c.year) == place for c in earlier.counts(r))
        ]

    def examined(self) -> _Total:
        """What it adds to what is found."""
        total = _Total()
        self._examine(total)
        return total

    def _examine(self, total: _Total) -> None:
        for cell in self._clash:
            label = self._labels.get(cell, cell.where)
            total.findings.append(Finding(
                "motsagelse", label, "", "publiceras med tal som inte går ihop"
            ))  # fmt: skip
        if self._clash:
            return
        for release in self._releases:
            for cell, value in earlier.changed(release, self._limits).get(self._place, ()):
                label = f"{self._labels.get(cell, cell.where)} ({release.label})"
                total.changed.append(label)
                low, high = self._limits[cell]
                if low == high and abs(low - value) < self._threshold:
                    what = "skiljer sig med färre än gränsen från vad som publicerats förut"
                    total.findings.append(Finding("utgava", label, "", what, low, high))
        before = [
            row for r in earlier.standing(self._releases, self._limits, self._place)
            for row in earlier.rows(r, self._place)
        ]  # fmt: skip
        try:
            self._solve([*self._rows, *before], total)
            return
        except Contradiction:
            if before:  # the releases speak of other rows
                total.changed.append(self._where)
        try:
            self._solve(self._rows, total)
        except Contradiction:
            what = "har tal som inte går ihop med varandra eller med kodboken, och kan inte prövas"
            total.findings.append(Finding("motsagelse", self._where, "", what))

    def _solve(self, rows: Sequence[Row], total: _Total) -> None:
        """Nothing is added to `total` where the rows contradict each other."""
        known_limits, clash = limits(rows)
        if clash:
            raise Contradiction
        cells = {c for f in self._facts for c in f.cells} | set(known_limits)
        made = knowledge(cells, rows, self._book, self._books)
        sound = consistent(made)
        targets = [
            t for t in self._of_facts(known_limits)
            if not made.beyond & {t.whole, t.part or t.whole}
        ]  # fmt: skip
        shares = {(t.whole, t.part) for t in targets if t.part is not None}
        targets += [
            t for t in _nested(made, known_limits, self._labels, self._threshold)
            if (t.whole, t.part) not in shares
        ]  # fmt: skip
        answers: list[Range | None] = [_exact(t, known_limits) for t in targets]
        ask = [i for i, a in enumerate(answers) if a is None]
        solved = ranges(made, [targets[i].vector(made) for i in ask], self._threshold)
        for i, one in zip(ask, solved, strict=True):
            answers[i] = one
        if not sound:
            what = "det kunde inte avgöras om talen går ihop"
            total.findings.append(Finding("oavgjort", self._where, "", what))
        for cell in sorted(made.beyond):
            what = "läser så många kolumner på en gång att det inte går att pröva"
            total.findings.append(Finding("oavgjort", self._labels.get(cell, cell.where), "", what))
        total.cells += sum(t.hidden for t in targets)
        total.attacked += len(targets)
        total.relaxed += len(ask) if made.relaxed else 0
        judged = [
            (t, a, _judged(t, a, self._threshold))
            for t, a in zip(targets, answers, strict=True)
            if a is not None and t.vector(made)
        ]
        told = self._unanswered([t for t, _, finding in judged if finding], made)
        for target, answer, finding in judged:
            if target in told:
                continue
            if target.hidden and (answer.high or target.zero):
                top = min(answer.high, self._threshold)
                total.smallest = top if total.smallest is None else min(total.smallest, top)
            if finding:
                total.findings.append(finding)

    def _unanswered(self, targets: Sequence[Target], made: Knowledge) -> set[Target]:
        """Those of the targets that tell only how many of a group left a question unanswered, where
        the group itself cannot be shown to be small."""
        groups = {}
        for t in targets:
            shown = t.part is None and not t.hidden
            if vector := group(made, t.whole, t.part, self._book, self._books, shown):
                groups[t] = vector
        solved = ranges(made, list(groups.values()), self._threshold)
        return {t for t, r in zip(groups, solved, strict=True) if r.high >= self._threshold}

    def _of_facts(self, known: Limits) -> Iterator[Target]:
        """Each count once, and what each share leaves of its n."""
        seen: set[tuple[Cell, Cell | None]] = set()
        for f in self._facts:
            for cell in f.cells:
                low, high = known.get(cell, (0, NO_LIMIT))
                sensitive = cell == f.cells[0] and self._sensitive(cell)
                if (cell, None) not in seen:
                    seen.add((cell, None))
                    yield Target(cell, None, self._labels[cell], sensitive, low != high)
            if len(f.cells) == 2 and (f.cells[1], f.cells[0]) not in seen:
                seen.add((f.cells[1], f.cells[0]))
                sensitive = self._sensitive(f.cells[0])
                yield Target(f.cells[1], f.cells[0], f.label, sensitive, False)

    def _sensitive(self, cell: Cell) -> bool:
        """Whether a sensitive answer is read, and not only that there is one."""
        answers = {c for c, leaf in leaves(parsed(cell.where)) if leaf[0] != "isnull"}
        return any(_is_sensitive(self._book, self._books, c) for c in answers)


def _is_sensitive(book: Codebook, books: Mapping[str, Codebook], column: str) -> bool:
    name = column.partition("__")[0].partition(" ")[0]
    if book.has(name):
        return book.field(name).sensitive
    for d in book.derived:
        if d.name == name:
            return _is_sensitive(book, books, d.source)
    return any(
        name in k.lookup and k.resource in books and _is_sensitive(books[k.resource], books, name)
        for k in book.foreign_keys
    )


def limits(rows: Iterable[Row]) -> tuple[Limits, list[Cell]]:
    """What rows of counts say one by one: count → (low, high), and counts with no value left."""
    plain = [r for r in rows if all(isinstance(t, Cell) for t, _ in r.terms)]
    found: Limits = {}
    for _ in range(ROUNDS):
        before = dict(found)
        for row in plain:
            for term, coefficient in row.terms:
                assert isinstance(term, Cell)
                rest_low, rest_high = _rest(row, term, found)
                low, high = found.get(term, (0, NO_LIMIT))
                # low ≤ coefficient·term + rest ≤ high, rest within its limits
                if row.low is not None and rest_high is not None:
                    low, high = _narrowed(low, high, coefficient, row.low - rest_high, upper=False)
                if row.high is not None and rest_low is not None:
                    low, high = _narrowed(low, high, coefficient, row.high - rest_low, upper=True)
                found[term] = low, high
        if found == before:
            break
    clash = sorted(c for c, (low, high) in found.items() if low > high)
    return {c: v for c, v in found.items() if v != (0, NO_LIMIT)}, clash


def _rest(row: Row, term: Cell, found: Limits) -> tuple[int | None, int | None]:
    """The smallest and largest sum of a row's other counts; None without limit."""
    least: int | None = 0
    most: int | None = 0
    for other, c in row.terms:
        if other == term or isinstance(other, Moment):
            continue
        low, high = found.get(other, (0, NO_LIMIT))
        ends = (c * low, None if high == NO_LIMIT else c * high)
        down, up = ends if c > 0 else ends[::-1]
        least = None if least is None or down is None else least + down
        most = None if most is None or up is None else most + up
    return least, most


def _narrowed(low: int, high: int, coefficient: int, limit: int, upper: bool) -> tuple[int, int]:
    """`coefficient · x ≤ limit` (`upper`) or `≥ limit`, in whole numbers."""
    if (coefficient > 0) == upper:
        return low, min(high, limit // coefficient)
    return max(low, -(-limit // coefficient)), high


def _nested(
    known: Knowledge, found: Limits, labels: Mapping[Cell, str], threshold: int
) -> Iterator[Target]:
    """Pairs of published counts of which one contains the other, where what is left may be small
    and is not nothing."""
    for distinct, universe in known.universes.items():
        mine = [
            c for c in found
            if c.distinct == distinct and found[c][1] < NO_LIMIT and c not in known.beyond
        ]  # fmt: skip
        alone = _constant(universe.domains)
        seen: set[tuple[Cell, Cell]] = set()
        for block in universe.blocks:
            inside = [c for c in mine if set(read(c.where)) <= {*block.columns, *alone}]
            if len(inside) < 2:
                continue
            member = np.array(
                [truth(parsed(c.where), block.columns, block.codes, universe.domains) == 1
                 for c in inside], dtype=np.float32,
            )  # fmt: skip
            contained = member @ (1 - member).T == 0  # row within column
            for i, j in np.argwhere(contained):
                part, whole = inside[i], inside[j]
                least = found[whole][0] - found[part][1]
                most = found[whole][1] - found[part][0]
                if i == j or contained[j, i] or least >= threshold or most == 0:
                    continue
                if most < 0:
                    raise Contradiction
                if (whole, part) not in seen:
                    seen.add((whole, part))
                    names = labels.get(whole, whole.where), labels.get(part, part.where)
                    yield Target(whole, part, names[0], False, False, names[1])


def _constant(domains: Mapping[str, Domain]) -> set[str]:
    return {c for c, d in domains.items() if len(d.values) < 2}


def _exact(target: Target, known: Limits) -> Range | None:
    """A target that the published numbers give without further ado."""
    low, high = known.get(target.whole, (0, NO_LIMIT))
    if target.part is None:
        return Range(low, high) if low == high else None
    less, more = known.get(target.part, (0, NO_LIMIT))
    return Range(low - more, high - less) if (low, less) == (high, more) else None


def _judged(target: Target, answer: Range, threshold: int) -> Finding | None:
    if not answer.decided:
        return Finding("oavgjort", target.label, "", "kunde inte avgöras i tid")
    if answer.high >= threshold or (answer.high == 0 and not target.zero):
        return None
    kind = "antal" if target.part is None else "rest" if not target.other else "skillnad"
    if target.part is None:
        what = (
            "är noll i en känslig uppgift" if answer.high == 0
            else "är dolt men går att bestämma till färre än gränsen" if target.hidden
            else "är ett visat antal under gränsen"
        )  # fmt: skip
    elif target.other:
        what = f"skillnaden mot {target.other} är en grupp under gränsen"
    else:
        what = (
            "alla i gruppen har samma svar i en känslig uppgift" if answer.high == 0
            else "de övriga i gruppen går att bestämma till färre än gränsen"
        )  # fmt: skip
    return Finding(kind, target.label, "", what, answer.low, answer.high)
