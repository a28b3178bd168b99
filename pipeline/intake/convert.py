"""One cell to one typed value, by named rules. Run once for each different cell of a column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.forms.codebook import Category, Codebook, Field
from pipeline.intake.choices import Choices, text_of
from pipeline.intake.dates import parse_date
from pipeline.intake.headers import dummies
from pipeline.intake.numbers import FALSE, parse_boolean, parse_float, parse_integer
from pipeline.intake.raw import Cell, Dialect

# What every rule does, for the reader of the data-quality pages.
RULES = {
    "saknas": "text som betyder att uppgiften saknas lästes som tom",
    "trimmat": "blanksteg före och efter texten togs bort",
    "omkodat": "svarets text byttes mot alternativets värde",
    "vet_ej": "svaret räknas som bortfall",
    "egna_ord": "svaret är skrivet med egna ord och räknas som det alternativ som står för sådana",
    "decimalkomma": "decimalkomma lästes som decimaltecken",
    "tusentalsavgransare": "tusentalsavgränsare togs bort",
    "procenttecken": "procenttecknet efter talet togs bort",
    "talsomtext": "tal som låg som text lästes som tal",
    "tal_till_text": "tal lästes som text",
    "datum_som_text": "datum som låg som text lästes som datum",
    "datum_som_tal": "datum som låg som tal lästes som datum",
    "datumtid_till_datum": "klockslaget togs bort",
    "mappat": "svaret byttes mot det som mappningsfilen säger",
    "ej_vald": "texten är inte en av dem som betyder vald, och lästes som inte vald",
}
_EDGES = " \t\r\n\u00a0\u200b\ufeff"
_PLAIN_TEXT = ("talsomtext",)  # say nothing where every cell is text


@dataclass(frozen=True, slots=True)
class Converted:
    """`value`: a scalar, or for list fields the chosen values. `bad`: the text refused. `own`:
    what somebody wrote instead of choosing. `kinds`: the personal identifiers found in the cell."""

    value: object = None
    bortfall: str | None = None
    rule: str | None = None
    error: str | None = None
    bad: str | None = None
    own: str | None = None
    kinds: tuple[str, ...] = ()


MISSING = Converted()
Converter = Callable[[Cell], Converted]


def converter(field: Field, book: Codebook, plain_text: bool = False) -> Converter:
    """The conversion of one field. `plain_text`: the file has no types (CSV), so that a number
    written as a text is nothing to mention."""
    choices = Choices(field)
    by_type: dict[str, Converter] = {
        "string": lambda cell: _string(cell, choices),
        "integer": lambda cell: _number(cell, choices, parse_integer),
        "number": lambda cell: _number(cell, choices, parse_float),
        "boolean": lambda cell: _boolean(cell, choices),
        "date": lambda cell: _date(cell, choices),
        "list": lambda cell: _list(cell, choices, field.delimiter),
    }
    typed = by_type[field.type]
    is_missing = _missing_test(field, book)

    def convert(cell: Cell) -> Converted:
        if cell is None or cell == "" or (isinstance(cell, float) and cell != cell):
            return MISSING
        if is_missing(cell):
            return Converted(rule="saknas" if str(cell).strip() else None)
        made = typed(cell)
        if plain_text and _self_evident(made, cell):
            return Converted(made.value, made.bortfall)
        return made

    return convert


def dummy_converter(field: Field, book: Codebook, option: int) -> Converter:
    """The conversion of one column of a list field laid out as dummy columns: True where the
    text means chosen, or is the option itself."""
    column = dummies(field)[option]
    category = next((c for c in field.categories if str(c.value) == column.value), None)
    named = (column.value, *((category.label, *category.aliases) if category else ()))
    chosen = {*field.selected, *(text_of(n).casefold() for n in named)}
    # A column whose option IS called nej, or 0, must still be readable as not chosen.
    chosen -= FALSE - set(field.selected)
    is_missing = _missing_test(field, book)

    def convert(cell: Cell) -> Converted:
        if cell is None or cell == "" or is_missing(cell):
            return MISSING
        text = text_of(cell).casefold()
        if text in chosen or "*" in field.selected:
            return Converted(True)
        return Converted(False, rule=None if text in FALSE else "ej_vald")

    return convert


def translated(convert: Converter, dialect: Dialect | None, column: int) -> Converter:
    """The conversion of a column whose answers a mapping file gives other words for."""
    words = dialect.values.get(column) if dialect is not None else None
    if not words:
        return convert

    def convert_meant(cell: Cell) -> Converted:
        meant = words.get(text_of(cell).casefold()) if cell is not None else None
        if meant is None:
            return convert(cell)
        made = convert(meant)
        return replace(made, rule="mappat") if made.error is None else made

    return convert_meant


def _missing_test(field: Field, book: Codebook) -> Callable[[Cell], bool]:
    marks = {"", *(text_of(m).casefold() for m in (*book.missing_values, *field.missing_values))}
    longest = 2 * max(map(len, marks)) + 20  # room for blanks; a longer text is no mark

    def is_missing(cell: Cell) -> bool:
        if isinstance(cell, str) and len(cell) > longest:
            return not cell.strip()
        return text_of(cell).casefold() in marks

    return is_missing


def _self_evident(made: Converted, cell: Cell) -> bool:
    if made.rule == "datum_som_text":
        return str(cell) == str(made.value)
    return made.rule in _PLAIN_TEXT


def _category(cell: Cell, choices: Choices, value: object, category: Category) -> Converted:
    if category.missing:
        return Converted(bortfall=str(category.value), rule="vet_ej")
    if choices.is_verbatim(cell, category):
        return Converted(value)
    trimmed = isinstance(cell, str) and cell.strip() == str(category.value)
    return Converted(value, rule="trimmat" if trimmed else "omkodat")


def _unknown(cell: Cell, choices: Choices) -> Converted:
    near = choices.nearest(text_of(cell))
    reason = "Svaret finns inte bland alternativen." + (f" Menade du ”{near}”?" if near else "")
    return Converted(error=reason, bad=str(cell))


def _string(cell: Cell, choices: Choices) -> Converted:
    if choices.categories:
        found = choices.find(cell)
        if found is None and choices.own is not None and isinstance(cell, str):
            return Converted(str(choices.own.value), rule="egna_ord", own=cell.strip(_EDGES))
        if found is None:
            return _unknown(cell, choices)
        return _category(cell, choices, str(found.value), found)
    if isinstance(cell, str):
        text = cell.strip(_EDGES)
        return Converted(text, rule="trimmat" if text != cell else None)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    if isinstance(cell, bool):
        return Converted("ja" if cell else "nej", rule="omkodat")
    return Converted(str(cell), rule="tal_till_text")


def _number(
    cell: Cell, choices: Choices, parse: Callable[[Cell], tuple[float | int | None, str, str]]
) -> Converted:
    if choices.categories and (found := choices.find(cell)):
        return _category(cell, choices, parse(found.value)[0], found)
    value, rule, error = parse(cell)
    if error:
        return Converted(error=error, bad=str(cell))
    substantive = [c for c in choices.categories if not c.missing]
    if substantive:  # a scale: only its steps are answers
        return _unknown(cell, choices)
    return Converted(value, rule=rule or None)


def _boolean(cell: Cell, choices: Choices) -> Converted:
    found = choices.find(cell) if choices.categories else None
    if found and found.missing:
        return Converted(bortfall=str(found.value), rule="vet_ej")
    value, rule, error = parse_boolean(found.value if found else cell)
    if error:
        return Converted(error=error, bad=str(cell))
    return Converted(value, rule=rule or None)


def _date(cell: Cell, choices: Choices) -> Converted:
    found = choices.find(cell) if choices.categories else None
    if found and found.missing:
        return Converted(bortfall=str(found.value), rule="vet_ej")
    value, rule, error = parse_date(cell)
    if error:
        return Converted(error=error, bad=str(cell))
    return Converted(value, rule=rule or None)


def _list(cell: Cell, choices: Choices, delimiter: str) -> Converted:
    chosen: list[str] = []
    unknown: list[str] = []
    bortfall = None
    verbatim = True
    for piece, found in choices.split(str(cell), delimiter):
        if found is None:
            unknown.append(piece)
        elif found.missing:
            bortfall = str(found.value)
        else:
            chosen.append(str(found.value))
            verbatim = verbatim and choices.is_verbatim(piece, found)
    if unknown and choices.own is not None:
        values = frozenset([*chosen, str(choices.own.value)])
        words = "; ".join(sorted(piece.strip(_EDGES) for piece in unknown))
        return Converted(values, rule="egna_ord", own=words)
    if unknown:
        whole = Converted(error=_unknown(unknown[0], choices).error, bad=delimiter.join(unknown))
        return Converted(frozenset(chosen) or None, None, None, whole.error, whole.bad)
    if not chosen:
        return Converted(bortfall=bortfall, rule="vet_ej" if bortfall else None)
    return Converted(frozenset(chosen), rule=None if verbatim else "omkodat")
