"""What a codebook's field is in a form that people complete: its columns with their headers, the
texts to choose among, what to write in words. Everything offered is read back by intake as what
it says: where a label would not be, the value stands there instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ConfigError
from pipeline.forms.codebook import Category, Codebook, Field
from pipeline.intake.convert import converter
from pipeline.intake.headers import dummies, fit
from pipeline.intake.raw import Cell

YES, NO = "Ja", "Nej"
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
EARLIEST = "1990-01-01"  # what every date of the shipped forms demands: nothing to say
NO_NAMES = "Inga namn, personnummer eller annat som pekar ut någon."


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a form. `option`: of a several-choice field, which of its dummy columns it is;
    None for a field that stands in one column."""

    field: Field
    header: str
    option: int | None = None

    @property
    def value(self) -> str:
        """The value of the option that stands in the column."""
        return "" if self.option is None else dummies(self.field)[self.option].value


def form_columns(book: Codebook) -> tuple[FormColumn, ...]:
    """The columns of a form, a several-choice field as one an option. A column whose title intake
    would take for another field's has the field's name as its header. Raises ConfigError for a
    codebook whose columns cannot be told apart."""
    columns = []
    for field in book.fields:
        if field.type != "list":
            columns.append(FormColumn(field, field.title))
            continue
        values = [d.value for d in dummies(field)]
        columns += [
            FormColumn(field, d.header, i)
            for i, d in enumerate(dummies(field))
            if values.index(d.value) == i
        ]
    for _ in range(2):
        wrong = _misread(book, columns)
        if not wrong:
            return tuple(columns)
        columns = [_by_name(c) if i in wrong else c for i, c in enumerate(columns)]
    raise ConfigError(
        f"Kodboken {book.name} går inte att göra en blankett av: två fält har samma rubrik.\n"
        "Gör så här: ge varje fält en egen title i kodboken."
    )


def _misread(book: Codebook, columns: Sequence[FormColumn]) -> set[int]:
    """The columns that intake would not take for the fields they are."""
    found = fit([c.header for c in columns], book).columns
    return {
        at
        for at, c in enumerate(columns)
        if (found.get(c.field.name) or (-1,) * len(columns))[c.option or 0] != at
    }


def _by_name(column: FormColumn) -> FormColumn:
    name = column.field.name
    header = name if column.option is None else f"{name}[{column.value}]"
    return FormColumn(column.field, header, column.option)


def offered(field: Field, book: Codebook) -> tuple[str, ...]:
    """The texts of a field's drop-down list; none where there is no list."""
    if field.type == "boolean":
        missing = (c for c in field.categories if c.missing)
        return (YES, NO, *(text_of(c, field, book) for c in missing))
    return tuple(text_of(c, field, book) for c in field.categories)


def closed(field: Field) -> bool:
    """Whether nothing but what the list offers is an answer."""
    return field.own_words is None and (bool(field.substantive) or field.type == "boolean")


def text_of(category: Category, field: Field, book: Codebook) -> str:
    """A category as a form writes it."""
    read = converter(field, book)
    for text in (category.label, f"{category.value} – {category.label}"):
        made = read(text)
        told = made.bortfall if category.missing else _plain(made.value)
        if made.error is None and told == str(category.value):
            return text
    return str(category.value)


def _plain(value: object) -> str:
    if isinstance(value, frozenset):
        return next(iter(value)) if len(value) == 1 else ""
    if isinstance(value, bool):
        return YES.lower() if value else NO.lower()
    return str(value)


def chosen_word(field: Field) -> str:
    """What is written in the column of an option that is chosen."""
    taken = YES.lower() in field.selected or "*" in field.selected
    return YES if taken else field.selected[0]


def written(column: FormColumn, book: Codebook, value: Any) -> Cell:
    """A processed value as people write it: a category by its label, a date as a date, an option
    as chosen or blank. `value` of a several-choice field: the values chosen."""
    field = column.field
    if column.option is not None:
        return chosen_word(field) if column.value in {str(v) for v in value or ()} else None
    if value is None:
        return None
    for c in field.categories:
        if str(c.value) == str(value):
            return text_of(c, field, book)
    if isinstance(value, bool):
        return YES if value else NO
    return value


def what_to_write(column: FormColumn) -> str:
    """How a cell is filled in, without what the question is about."""
    field = column.field
    if column.option is not None:
        return f"Skriv {chosen_word(field)} om alternativet gäller, annars lämnas cellen tom."
    unit = f" ({field.unit})" if field.unit else ""
    if field.type == "boolean":
        said = "Välj i listan."
    elif field.type == "date":
        said = f"Datum, ÅÅÅÅ-MM-DD{_between(field)}."
    elif field.type == "integer" and not field.substantive:
        said = f"Heltal{unit}{_between(field)}."
    elif field.type == "number" and not field.substantive:
        said = f"Tal{unit}{_between(field)}."
    elif field.categories:
        return "Välj i listan."
    else:
        return NO_NAMES if field.freetext else ""
    if field.categories:
        names = " eller ".join(f"”{c.label}”" for c in field.categories)
        return f"{said} I listan finns {names}."
    return said


def help_of(column: FormColumn) -> str:
    """The help of a column: what the field means, what to write, whether it must be filled in."""
    field = column.field
    parts = [field.description.strip(), what_to_write(column)]
    if column.option is not None:  # how a question of several choices is written in one column
        said = (p for p in _SENTENCE.split(parts[0]) if "semikolon" not in p)
        parts[0] = " ".join(said)
    parts.append("Måste fyllas i." if field.required else "")
    return " ".join(p for p in parts if p)


def _between(field: Field) -> str:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return f", {_number(low)}–{_number(high)}"
    if field.type == "date":
        return f", tidigast {low}" if low is not None and low != EARLIEST else ""
    return f", minst {_number(low)}" if low is not None else ""


def _number(value: str | float) -> str:
    text = f"{value:g}" if isinstance(value, int | float) else str(value)
    return text.replace("-", "−") if text.startswith("-") else text
