"""Any survey compiled from its codebook alone: which table and which picture each question gets.

| question | table | picture |
|---|---|---|
| one of several answers | number and share an answer | bars; columns where the scale is ordered |
| several answers | number and share an option | bars |
| questions with one scale (a grid) | share an answer, one row a question | diverging bars |
| a number | median, mean; number a value where they are few | columns |
| free text | number who wrote | – |
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.facts import derive
from pipeline.facts.dataset import Dataset, codebooks
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean, share
from pipeline.facts.table import FactTable
from pipeline.forms.codebook import Codebook, Field
from pipeline.report import author
from pipeline.report.context import current
from pipeline.report.tables import WIDE
from pipeline.report.tabular import Stack

SPREAD = "Så fördelar sig svaren"  # a chart's title where no single finding stands out
FEW_VALUES = 40  # a number with more different values than this gets no bar a value
LONG_LIST = 12  # of more answers to choose one from, only those that were given are shown


@dataclass(frozen=True, slots=True)
class Question:
    """One question, or the questions of a grid with one scale."""

    title: str
    fields: tuple[Field, ...]

    @property
    def grid(self) -> bool:
        return len(self.fields) > 1


def codebook(survey: str) -> Codebook:
    """The survey's codebook in this workspace."""
    return codebooks(current().workspace.raw)[survey]


def questions(book: Codebook) -> list[Question]:
    """The questions in the order of the form; fields of one grid that share a scale together."""
    made: list[Question] = []
    grids: dict[tuple[str, tuple[object, ...]], int] = {}
    for f in book.fields:
        if f.name in book.primary_key:
            continue
        if f.type == "date" or (f.type == "string" and not f.categories and not f.freetext):
            continue  # identities and dates are not questions
        if not f.group:
            made.append(Question(f.title, (f,)))
            continue
        key = (f.group, tuple(c.value for c in f.substantive))
        if key in grids:
            found = made[grids[key]]
            made[grids[key]] = Question(found.title, (*found.fields, f))
        else:
            grids[key] = len(made)
            made.append(Question(book.groups[f.group], (f,)))
    return made


def compile_question(data: Dataset, book: Codebook, question: Question) -> None:
    """Display heading, text, picture and table of one question."""
    author.heading(question.title)
    field = question.fields[0]
    if question.grid:
        _grid(data, book, question)
    elif field.freetext:
        _free_text(data, book, field)
    elif field.categories:
        _choice(data, book, field)
    else:
        _number(data, book, field)


def by_background(data: Dataset, book: Codebook, question: Question, background: str) -> None:
    """The question by a background variable: shares an answer, or the mean of a number."""
    groups = data.dimension(background).title
    for field in question.fields:
        if field.freetext or field.name == background:
            continue
        title = f"{field.title} – uppdelat på ”{groups}”"
        if field.categories:
            name = _name(book, field, "andel_per", background)
            author.show(share(data, over=field.name, by=background, name=name, title=title))
        else:
            name = _name(book, field, "medel_per", background)
            author.show(mean(data, field.name, by=background, name=name, title=title))


def _name(book: Codebook, field: Field, *what: str) -> str:
    return "_".join((book.name, field.name, *what))


def _no_answer(data: Dataset, book: Codebook, field: Field) -> Fact:
    column = data.dimension(field.name).reads()[0]
    title = f"Svarade inte: {field.title}"
    found: Fact = count(data, f"{column} IS NULL", name=_name(book, field, "ej_svar"), title=title)
    return found


def _distribution(data: Dataset, book: Codebook, field: Field) -> tuple[FactTable, FactTable]:
    """Number and share an answer; for a list field, an option."""
    number = count(data, by=field.name, name=_name(book, field, "antal"), title=field.title)
    part = share(data, over=field.name, name=_name(book, field, "andel"), title=field.title)
    number = number.answered()
    if len(number.classes[0]) > LONG_LIST and field.type != "list":
        number = number.shown()
    if not field.ordered:
        number = number.sorted()
    return number, part.only(*number.classes[0])


def _choice(data: Dataset, book: Codebook, field: Field) -> None:
    number, part = _distribution(data, book, field)
    gone = _no_answer(data, book, field)
    several = "Flera svar kunde väljas. " if field.type == "list" else ""
    note = f"{several}Svarade inte: {gone}."
    if not number.classes[0]:
        # Of guarded rows the classes say nothing about the answers.
        nobody = "Svaren visas inte" if data.guarded else "Ingen har svarat på frågan"
        author.say(f"{nobody}. {note}", "note")
        return
    wide = field.ordered and len(field.substantive) > 3 and field.type != "list"
    form = "columns" if wide and _short(part) else "bars"
    finding = author.finding(part, "Vanligaste svaret: {label}, {value}", SPREAD)
    answers = field.name not in book.background  # who answered is no answer: it is known
    author.chart(form, number | part, finding, "Andel av dem som svarade", note, interval=answers)


def _short(table: FactTable) -> bool:
    labels = [table.label(0, k) for k in table.classes[0]]
    return max(map(len, labels)) * len(labels) <= 80


def _grid(data: Dataset, book: Codebook, question: Question) -> None:
    rows = []
    for field in question.fields:
        number = count(data, by=field.name, name=_name(book, field, "antal"), title=field.title)
        part = share(data, over=field.name, name=_name(book, field, "andel"), title=field.title)
        rows.append((field, number.answered(), part))
    stack = Stack(question.title, tuple((f.title, part) for f, _, part in rows))
    first = question.fields[0]
    if first.ordered and len(first.substantive) <= WIDE:
        author.chart("diverging", stack, _highest(stack), "Andel av dem som svarade")
    else:
        author.show(stack)
    numbers = Stack(
        f"{question.title.rstrip('?')}, antal svar", tuple((f.title, n) for f, n, _ in rows)
    )
    author.show(numbers)
    gone = [f"{_no_answer(data, book, field)} på ”{field.title}”" for field, _, _ in rows]
    author.say(f"Så många svarade inte: {'; '.join(gone)}.", "note")


def _highest(stack: Stack) -> str:
    """A scale's title: which of its questions most gave the last answer, and how many."""
    last = [(label, part[part.classes[0][-1]]) for label, part in stack.rows]
    found = derive.highest(stack.title, last)
    scale = stack.rows[0][1]
    answer = scale.label(0, scale.classes[0][-1])
    if found is None or not any(map(str.isalpha, answer)):  # a bare number is no answer to quote
        return SPREAD
    return f"Flest svarar ”{answer}” på ”{found[0]}”: {found[1]}"


def _number(data: Dataset, book: Codebook, field: Field) -> None:
    gone = _no_answer(data, book, field)
    unit = field.unit
    average = mean(
        data, field.name, name=_name(book, field, "medel"), title=f"Medelvärde: {field.title}",
        unit=unit,
    )  # fmt: skip
    middle = mean(
        data, field.name, name=_name(book, field, "median"), title=f"Median: {field.title}",
        unit=unit, quantile="0.5",
    )  # fmt: skip
    if data.missing:
        author.say(f"{average}")
        return
    author.say(
        f"Medelvärdet är {average:.1f} och medianen {middle:.1f}{' ' + unit if unit else ''} "
        f"({average:n} svar). Svarade inte: {gone}."
    )
    number = count(data, by=field.name, name=_name(book, field, "antal"), title=field.title)
    number = number.answered()
    if 0 < len(number.classes[0]) <= FEW_VALUES:
        told = f"I medeltal {average:.1f}{' ' + unit if unit else ''}, median {middle:.1f}"
        author.chart("columns", number, told, f"Antal svar per värde (n = {average:n})")


def _free_text(data: Dataset, book: Codebook, field: Field) -> None:
    wrote = count(
        data, f"{field.name} IS NOT NULL", name=_name(book, field, "fritext"),
        title=f"Skrev ett svar: {field.title}",
    )  # fmt: skip
    author.say(f"{wrote} skrev ett svar med egna ord. Fritext återges inte här.", "note")
