"""What each output of a document says, piece by piece, and the comparison with what was found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.publish import blocks as b
from pipeline.publish import register as reg
from pipeline.publish.document import Document, place
from pipeline.publish.text import clean, date_words
from pipeline.publish.untraced import pieces as p
from pipeline.publish.untraced.finding import SHOWN, Finding, around
from pipeline.publish.untraced.tokens import flat, signature, signature_text

SURE = 24  # signs in a row that must agree before a comparison goes on after a difference
NEAR = 12  # a difference with up to so many signs on either side is told exactly


@dataclass(frozen=True, slots=True)
class Said:
    """A text and where it stands."""

    text: str
    where: str


def page(document: Document) -> Iterator[Said]:
    """What the HTML says, top to bottom (templates/rapport.html.j2)."""
    meta = document.meta
    yield Said(f"{meta.title} – {meta.sektor or meta.kommun}", "sidans titel")
    if meta.logo is not None:
        yield Said(meta.kommun, "logotypen")
    for text in (meta.kommun, meta.title, meta.sektor, meta.edition, date_words(meta.per_datum)):
        yield Said(text, "omslaget")
    for chapter in document.chapters:
        yield Said(chapter.title, "innehållsförteckningen")
    for block in document.blocks():
        for piece in p.pieces(block):
            yield Said(piece.text, piece.place)
    yield Said(reg.INTRODUCTION, reg.TITLE)
    for group in reg.register(document):
        yield Said(group.title, reg.TITLE)
        for entry in group.entries:
            yield Said("\n".join(_entry(entry)), f"{reg.TITLE}, {entry.name}")
    yield Said(f"{meta.kommun}. Framställd med Uppföljning {meta.version}.", "sidfoten")


def _entry(entry: reg.Entry) -> Iterator[str]:
    yield from entry.shown
    yield entry.title
    yield entry.words
    for label, sql in entry.conditions:
        yield from (label, sql)
    # The words between: without them the dot of a sentence and a year would be one number.
    yield from ("Underlag", entry.basis, "Period", entry.period)
    yield from (title for _, title in entry.parents)
    yield from (f"{spot.chapter}, {spot.kind}" for spot in entry.places)
    yield from (entry.name, entry.id)


def occurrences(document: Document) -> Iterator[tuple[str, str, str, str]]:
    """(fact, part, text, place) of each number that the page links to its fact, in order.

    Marks in a picture and alt texts are no elements of their own.
    """
    for block in document.blocks():
        where = place(block.notebook, block.cell_id)
        for runs in _shown(block.data):
            for run in _linked(runs):
                yield run["fact"], run["part"], clean(run["text"]), where


def _shown(data: b.Data) -> Iterator[b.Runs]:
    match data["kind"]:
        case "figure":
            for key in ("title", "subtitle", "note"):
                yield data.get(key) or ()
            yield from b.texts(data["table"])
        case "list" | "quote":
            for block in b.inner(data):
                yield from _shown(block)
        case _:
            yield from b.texts(data)


def _linked(runs: b.Runs) -> Iterator[b.Data]:
    for run in runs:
        if isinstance(run, str) or "link" in run:
            continue
        if "fact" in run:
            yield run
        for key in ("strong", "emphasis"):
            yield from _linked(run.get(key, ()))


Flatten = Callable[[str], str]


def compare(
    expected: Sequence[Said], found: Sequence[Said], what: str, flatten: Flatten = flat
) -> list[Finding]:
    """Where the numbers of an output are not the document's, in order.

    Both sides are reduced to their signature (tokens.signature). `flatten` makes a text flat.
    """
    if agrees(expected, flat(lines(found)), flatten):
        return []
    there = [(flatten(clean(s.text)), s) for s in expected]
    here = [(flat(s.text), s) for s in found]
    a = signature_text("".join(t for t, _ in there))
    z = signature_text("".join(t for t, _ in here))
    return list(_differences(_Side(there), _Side(here), a, z, what))


def agrees(expected: Sequence[Said], found: str, flatten: Flatten = flat) -> bool:
    """Whether a flat text has all the numbers that are expected, in order, and no other."""
    wanted = flatten(clean(lines(expected)))
    return wanted == found or signature_text(wanted) == signature_text(found)


def lines(said: Sequence[Said]) -> str:
    """All that is said, a text a line: made flat, it is the texts made flat, one after the other,
    since nothing is composed over the end of a line."""
    return "\n".join(s.text for s in said)


class _Side:
    """Finds the text that a sign of the signature comes from."""

    def __init__(self, texts: Sequence[tuple[str, Said]]) -> None:
        self.texts = [(t, s) for t, s in texts if t]
        self.whole = "".join(t for t, _ in self.texts)
        self.offsets = [m.start() for m in signature(self.whole)]
        self.starts: list[int] = []
        at = 0
        for t, _ in self.texts:
            self.starts.append(at)
            at += len(t)

    def at(self, sign: int) -> Said:
        """The piece that holds this sign of the signature, or the last."""
        if not self.texts:
            return Said("", "")
        if sign >= len(self.offsets):
            return self.texts[-1][1]
        return self.texts[bisect_right(self.starts, self.offsets[sign]) - 1][1]


def _differences(there: _Side, here: _Side, a: str, z: str, what: str) -> Iterator[Finding]:
    i = j = 0
    for _ in range(SHOWN):
        step = _agree(a, i, z, j)
        i, j = i + step, j + step
        if i == len(a) and j == len(z):
            return
        more = _resume(a, i, z, j)
        di, dj = more or (len(a) - i, len(z) - j)
        wanted, got = a[i : i + di], z[j : j + dj]
        expected, found = there.at(i), here.at(j)
        where = f"{what}, {found.where or expected.where}"
        if expected.where and expected.where != found.where:
            where += f" (intill {expected.where})"
        token = got[:40] or f"saknas: {wanted[:40]}"
        yield Finding(where, token, _context(found.text, got, expected.text, wanted), "fel")
        if more is None:
            return
        i, j = i + di, j + dj


def _context(found: str, got: str, expected: str, wanted: str) -> str:
    start = found.find(got) if got else -1
    shown = around(found, start, start + len(got)) if start >= 0 else around(found, 0, 30)
    if not wanted:
        return shown
    return f"{shown}, men kapitlet säger {wanted[:40]} i {around(expected, 0, 30)}"


def _agree(a: str, i: int, z: str, j: int) -> int:
    """How many signs agree from here."""
    size, step = min(len(a) - i, len(z) - j), 0
    width = 4096
    while step < size and a[i + step : i + step + width] == z[j + step : j + step + width]:
        step += width
    while step < size and a[i + step] == z[j + step]:
        step += 1
    return min(step, size)


def _resume(a: str, i: int, z: str, j: int) -> tuple[int, int] | None:
    """How many signs to pass over on each side until both agree again."""
    for total in range(1, 2 * NEAR + 1):
        for di in range(max(0, total - NEAR), min(total, NEAR) + 1):
            dj = total - di
            left, right = a[i + di : i + di + SURE], z[j + dj : j + dj + SURE]
            if left == right and (left or (i + di == len(a) and j + dj == len(z))):
                return di, dj
    farther = z.find(a[i : i + SURE], j) if len(a) - i >= SURE else -1
    missing = a.find(z[j : j + SURE], i) if len(z) - j >= SURE else -1
    if farther >= 0 and (missing < 0 or farther - j <= missing - i):
        return 0, farther - j
    return (missing - i, 0) if missing >= 0 else None
