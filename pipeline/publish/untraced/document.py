"""The block document: every numeric token is a fact's, or allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pipeline.publish import blocks as b
from pipeline.publish.document import Block, Document, place
from pipeline.publish.untraced import pieces as p
from pipeline.publish.untraced.allowed import Allowed, Vocabulary, blanks, folded, vocabulary
from pipeline.publish.untraced.finding import Finding, around
from pipeline.publish.untraced.permitted import Permit, Span
from pipeline.publish.untraced.tokens import has_number, number_words, numbers, numeric

_QUOTES = (("”", "”"), ('"', '"'), ("»", "»"), ("«", "»"), ("“", "”"), ("‘", "’"))
_SIGNS = "+-−"
_WORDED = p.TITLES | {"prose", "note"} - {"fact"}


def untraced_in_document(document: Document, allowed: Allowed) -> list[Finding]:
    """Tokens that are no fact and not allowed (`fel`), and numbers told in words (`varning`)."""
    check = _Check(vocabulary(allowed), document)
    found = [f for block in document.blocks() for f in check.block(block)]
    return found + list(check.titles())


class _Check:
    def __init__(self, words: Vocabulary, document: Document) -> None:
        self.words = words
        self.permit = Permit(words)
        self.years = words.allowed.years | {document.meta.year}
        self.document = document

    def block(self, block: Block) -> Iterator[Finding]:
        known = p.about(block.data)
        for piece in p.pieces(block):
            yield from self.piece(piece, known)
        for start in _starts(block.data):
            yield Finding(
                f"{place(block.notebook, block.cell_id)}, listans första nummer",
                str(start), "en numrerad lista som inte börjar med 1", "fel",
            )  # fmt: skip

    def titles(self) -> Iterator[Finding]:
        """Facts' own titles, which the register shows. A statistic's tells its parents' too."""
        done = set()
        for block in self.document.blocks():
            here = dict(b.records(block.data))
            for key, record in here.items():
                if key in done:
                    continue
                done.add(key)
                if has_number(record["title"]):
                    told = [key, *(k for k in json.loads(record["parents"]) if k in here)]
                    known = p.about({"kind": "paragraph", "facts": {k: here[k] for k in told}})
                    piece = p.Piece(block, "fact", record["title"])
                    yield from self.piece(piece, known)

    def piece(self, piece: p.Piece, known: p.About) -> Iterator[Finding]:
        for text in piece.unknown:
            yield Finding(piece.place, text, "visar inget faktum som cellen har", "fel")
        text = piece.text
        if text not in piece.unknown and has_number(text):
            covered = bytearray(len(text))
            for start, end in (*piece.traced, *self._allowed(piece, known)):
                covered[start:end] = b"\x01" * (end - start)
            for start, end in numbers(text):
                bare = any(numeric(text[k]) and not covered[k] for k in range(start, end))
                signed = text[start] in _SIGNS and not covered[start]
                if bare or signed:
                    token = text[start:end]
                    yield Finding(piece.place, token, around(text, start, end), "fel")
        if piece.position in _WORDED:
            yield from self._worded(piece)

    def _worded(self, piece: p.Piece) -> Iterator[Finding]:
        spans = [*piece.traced, *_quoted(piece.text)]
        for start, end in number_words(piece.text):
            if not any(s < end and start < e for s, e in spans):
                context = around(piece.text, start, end)
                yield Finding(piece.place, piece.text[start:end], context, "varning")

    def _allowed(self, piece: p.Piece, known: p.About) -> Iterator[Span]:
        """The spans that may hold digits, by what they say and where they stand."""
        text, position = blanks(piece.text), piece.position
        if position == "quote":  # somebody else's words, released as they stand
            yield 0, len(text)
            return
        if position == "tick":
            if not any(map(str.isalpha, text)):
                yield 0, len(text)
            return
        years = self.years | known.years
        yield from self.permit.spans(text, years, position == "heading")
        if position == "cell":
            return
        tables = known.tables
        if position in p.LABELS:
            yield from self.words.own(tables).spans(text)
            yield from self.words.titles.spans(text)
            if folded(text) in self.words.bare(tables) | known.values:
                yield 0, len(text)
        elif position in p.TITLES:
            yield from self.words.own(tables).spans(text)
            yield from self.words.titles.spans(text)
            yield from self._told(piece, text, known)
        else:
            yield from self.words.sentences.spans(text)
            for start, end in self.words.labels.spans(text):
                if (text[start - 1 : start], text[end : end + 1]) in _QUOTES:
                    yield start, end

    def _told(self, piece: p.Piece, text: str, known: p.About) -> Iterator[Span]:
        """Labels that are only a number, told with their fact: `5: 12 %`, `(Svar: 5)`."""
        bare = self.words.bare(known.tables) | known.values
        facts = sorted(start for start, _ in piece.traced)
        for token in numbers(text):
            start, end = _label(text, *token, bare)
            if start == end:
                continue
            if piece.position == "fact":
                if text[start - 2 : start] == ": " and text[end : end + 1] in (";", ")"):
                    yield start, end
                continue
            nearest = next((s for s in facts if s >= end), None)
            between = None if nearest is None else text[end:nearest]
            if between is None:
                continue
            if piece.position == "alt":  # a name, and in a grid its answer: `5, ofta: 12 %`
                named = between == ": " or (between.startswith(", ") and between.endswith(": "))
                if named and ". " not in between and text[start - 2 : start] in (". ", ", "):
                    yield start, end
            elif between in (": ", ", "):
                yield start, end


def _label(text: str, start: int, end: int, bare: frozenset[str]) -> Span:
    """The label about a token: `5+` about 5, `<3` about 3. Empty where it is none."""
    for left in range(start, max(start - 3, -1), -1):
        for right in (end + 1, end, end - 1):
            if text[left:right] in bare:
                return left, right
    return start, start


def _quoted(text: str) -> list[Span]:
    spans, at = [], 0
    while (start := text.find("”", at)) >= 0 and (end := text.find("”", start + 1)) > 0:
        spans.append((start, end + 1))
        at = end + 1
    return spans


def _starts(data: b.Data) -> Iterator[int]:
    """First numbers of ordered lists that were typed: Markdown makes a list of `42. klienter`."""
    if data["kind"] == "list" and data.get("ordered") and data.get("start", 1) != 1:
        yield int(data["start"])
    for inner in (*(x for item in data.get("items", ()) for x in item), *data.get("blocks", ())):
        yield from _starts(inner)
