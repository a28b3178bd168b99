"""What cleaning leaves of a cell that points somebody out: a pseudonym, or a masked text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.forms.codebook import Codebook, Field
from pipeline.intake.convert import Converted, Converter
from pipeline.intake.raw import Cell
from pipeline.privacy.key import PseudonymKey
from pipeline.privacy.screen import mask, mask_answer, mask_cell

WORDS = {
    "personnummer": "ett personnummer",
    "samordningsnummer": "ett samordningsnummer",
    "telefon": "ett telefonnummer",
    "e-post": "en e-postadress",
    "adress": "en adress",
}
OWN_WORDS = "(egna ord, bland fritextsvaren)"
_OF_IDS = ("personnummer", "samordningsnummer", "e-post")  # other ids look like these too easily


def guarded(convert: Converter, field: Field, book: Codebook, key: PseudonymKey) -> Converter:
    """The conversion of a field's cells with nothing left in the result that points out a person.

    An identifying field becomes its pseudonym. An answer that is a category, a date or a yes or
    no is what the codebook says; all else passes the screen. A number that is an identifier is
    refused. `kinds` tells what was found.
    """

    def guard(cell: Cell) -> Converted:
        made = convert(cell)
        if made.error is not None:
            return _refused(made, cell)
        if field.identifies:
            return made if made.value is None else _pseudonym(made, key)
        if made.rule == "ej_vald":  # text in a column that is ticked or not
            return replace(made, kinds=mask_cell(cell)[1])
        if made.own is not None:
            words, kinds = mask_answer(made.own)
            return replace(made, own=words, kinds=kinds)
        if field.categories or made.value is None:
            return made
        if field.type == "string":
            text, kinds = (mask_answer if field.freetext else mask)(str(made.value))
            return replace(made, value=text, kinds=kinds) if kinds else made
        if field.type in ("integer", "number") and book.protects != "none":
            masked, kinds = mask_cell(made.value)
            if kinds:
                return Converted(error=said(kinds), bad=str(masked), kinds=kinds)
        return made

    return guard


def shown(field: Field, convert: Converter, cell: Cell) -> object:
    """A raw cell as answers may show it: an identifying field as its pseudonym, what is no
    category with its personal identifiers masked, words of somebody's own as that they are such.
    `convert`: the field's guarded conversion."""
    if field.identifies:
        return convert(cell).value
    made = convert(cell)
    if made.own is not None:
        return OWN_WORDS
    if field.categories and made.error is None and made.rule != "ej_vald":
        return cell
    if field.freetext and made.error is None and made.kinds:
        return made.value
    return mask_cell(cell)[0]


def said(kinds: Sequence[str]) -> str:
    """`Cellen innehåller ett personnummer och en adress.`"""
    words = [WORDS[k] for k in kinds]
    several = ", ".join(words[:-1])
    return f"Cellen innehåller {several + ' och ' if several else ''}{words[-1]}."


def _pseudonym(made: Converted, key: PseudonymKey) -> Converted:
    text = str(made.value)
    kinds = tuple(k for k in mask(text)[1] if k in _OF_IDS and len(text) > 9)
    return replace(made, value=key.pseudonym(text), kinds=kinds)


def _refused(made: Converted, cell: Cell) -> Converted:
    """A refused text is kept until the rows are checked: masked, and so is the whole cell when
    part of it was understood."""
    kinds = mask_cell(cell)[1]
    bad = mask(made.bad)[0] if made.bad is not None else None
    return replace(made, bad=bad, kinds=kinds) if kinds else made
