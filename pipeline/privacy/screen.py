"""Personal identifiers in texts: found, and replaced by what they are.

Found: personnummer and samordningsnummer (checked by the library `personnummer`), telephone
numbers (the matcher of `phonenumbers`, region SE), e-mail addresses, and street and postal
addresses. Names are not found: a pattern does not know them (docs/handbok.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from pipeline.privacy import addresses, identity, telephone

Span = tuple[int, int, str]  # first character, the one after the last, kind
# In this order: what one has taken the next does not look at.
FINDERS: tuple[Callable[[str], Iterator[Span]], ...] = (
    addresses.emails,
    identity.numbers,
    telephone.numbers,
    addresses.places,
)
KINDS = ("personnummer", "samordningsnummer", "telefon", "e-post", "adress")


@lru_cache(maxsize=65536)
def mask(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with every identifier replaced by its kind, `[personnummer]`, and the kinds found,
    each once, in the order of KINDS. A masked text is left as it is."""
    found: list[Span] = []
    rest = text
    for finder in FINDERS:
        spans = list(finder(rest))
        found += spans
        for start, end, _ in spans:
            rest = rest[:start] + "\n" * (end - start) + rest[end:]
    for start, end, kind in sorted(found, reverse=True):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    kinds = {kind for _, _, kind in found}
    return text, tuple(k for k in KINDS if k in kinds)


def mask_answer(text: str) -> tuple[str, tuple[str, ...]]:
    """As `mask` for a free-text answer, where a cell that is nothing but seven or eight digits
    is no count and no amount: it may be a personnummer that has lost its zeros."""
    kind = identity.shortened(text)
    return (f"[{kind}]", (kind,)) if kind else mask(text)


def mask_cell(cell: object) -> tuple[object, tuple[str, ...]]:
    """As `mask` for a cell of any type: a number that is an identifier (also one that has lost
    its leading zero in Excel) becomes a text, every other value stays as it is."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return cell, ()
    if isinstance(cell, str):
        return mask(cell)
    if cell != cell or cell != int(cell) or abs(cell) >= 10**13:
        return cell, ()
    masked, kinds = mask(str(int(cell)))
    return (masked, kinds) if kinds else (cell, ())
