"""A random number at a random place of a random text is found, in document, page and PDF."""

import copy
import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish import html, pdf
from pipeline.publish.document import collect
from pipeline.publish.untraced import (
    Allowed,
    untraced_in_document,
    untraced_in_html,
    untraced_in_pdf,
)

from . import sample as s

ALLOWED = Allowed(years=frozenset({2024, 2025}))
PLAIN = s.annual() | {"30_resultat": s.notebook(*s.annual()["30_resultat"].cells[:2])}
DOCUMENT = collect(PLAIN, s.META)
PAGE = html.render(DOCUMENT, "notebooks/")
NUMBERS = st.one_of(
    st.integers(3000, 9999).map(str),
    st.integers(100, 999).map(lambda n: f"{n},{n % 7}"),
    st.integers(10, 99).map(lambda n: f"−{n}\u00a0%"),
    st.integers(100, 999).map(lambda n: f"12\u00a0{n}"),
    st.integers(10, 99).map(lambda n: "".join(chr(0xFF10 + int(d)) for d in str(n))),
    st.sampled_from(["3/4", "½", "7²", "Ⅻ", "⑦"]),
)


def texts(node, path=()):
    """(path) of every text that a reader meets in a block's data."""
    if isinstance(node, str):
        yield path
    elif isinstance(node, list):
        for k, inner in enumerate(node):
            yield from texts(inner, (*path, k))
    elif isinstance(node, dict) and "fact" not in node:
        for key, inner in node.items():
            if key in ("runs", "caption", "header", "cells", "columns", "rows", "note", "title",
                       "subtitle", "alt", "table", "items", "blocks", "strong", "emphasis",
                       "code", "svg"):  # fmt: skip
                yield from texts(inner, (*path, key))


def planted(document, number, luck):
    """The document with the number typed into one of its texts."""
    blocks = [
        (i, j, path)
        for i, chapter in enumerate(document.chapters)
        for j, block in enumerate(chapter.blocks)
        for path in texts(dict(block.data))
    ]
    i, j, path = luck.choice(blocks)
    chapter = document.chapters[i]
    data = copy.deepcopy(dict(chapter.blocks[j].data))
    spot = data
    for step in path[:-1]:
        spot = spot[step]
    text = spot[path[-1]]
    at = luck.randint(0, len(text))
    if path[-1] == "svg":  # only between the tags of a text
        at = luck.choice([m.end() for m in re.finditer(r"<text[^>]*>[^<]*", text)])
    spot[path[-1]] = text[:at] + number + text[at:]
    changed = list(chapter.blocks)
    changed[j] = replace(changed[j], data=data)
    chapters = list(document.chapters)
    chapters[i] = replace(chapter, blocks=tuple(changed))
    return replace(document, chapters=tuple(chapters)), changed[j]


@settings(max_examples=400, deadline=None)
@given(NUMBERS, st.integers())
def test_in_the_document(number, seed):
    document, block = planted(DOCUMENT, number, random.Random(seed))
    findings = [f for f in untraced_in_document(document, ALLOWED) if f.kind == "fel"]
    assert findings and f"cell {block.cell_id}," in findings[0].where


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.integers())
def test_in_the_page(number, seed):
    body = PAGE.index("<body>")
    luck = random.Random(seed)
    spots = [m.end() for m in re.finditer(r">[^<]*(?=<)", PAGE[body:])]
    at = body + luck.choice(spots)
    assert untraced_in_html(PAGE[:at] + number + PAGE[at:], DOCUMENT, ALLOWED)


@pytest.mark.parametrize("seed", range(6))
def test_in_the_pdf(seed):
    document, _ = planted(DOCUMENT, str(4170 + seed), random.Random(seed))
    findings = untraced_in_pdf(pdf.render(document), DOCUMENT, ALLOWED)
    assert any(str(4170 + seed) in re.sub(r"\D", "", f.token + f.context) for f in findings)


def test_before_anything_is_typed_there_is_nothing_to_find():
    assert untraced_in_document(DOCUMENT, ALLOWED) == []
    assert untraced_in_html(PAGE, DOCUMENT, ALLOWED) == []
