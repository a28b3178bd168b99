"""The codebook of the RSE survey covers the export: every column, every cell."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.forms.codebook import Codebook, Field, read_codebook
from pipeline.workspace import Kommun

from .published import NO_ANSWER, read_answers
from .workspace import CODEBOOK, EXPORT


@pytest.fixture(scope="module")
def book() -> Codebook:
    return read_codebook(CODEBOOK, Kommun())


@pytest.fixture(scope="module")
def answers() -> dict[str, list[str]]:
    return read_answers(EXPORT)


@pytest.mark.realdata
def test_every_column_but_the_row_number_belongs_to_one_field(
    book: Codebook, answers: dict[str, list[str]]
) -> None:
    owned = [code for f in book.fields for code in columns(f, answers)]
    assert sorted(owned) == sorted(code for code in answers if code)
    assert len(owned) == 244


@pytest.mark.realdata
def test_no_cell_is_unknown(book: Codebook, answers: dict[str, list[str]]) -> None:
    unknown = {
        (code, cell)
        for f in book.fields
        for code in columns(f, answers)
        for cell in answers[code]
        if cell != NO_ANSWER and not fits(f, cell)
    }
    assert unknown == set()


def test_grids_share_one_scale(book: Codebook) -> None:
    for group in book.groups:
        scales = {f.categories for f in book.fields if f.group == group}
        assert len(scales) == 1, group


def columns(f: Field, answers: dict[str, list[str]]) -> list[str]:
    """The export's columns of a field, by their codes."""
    codes = [c.header for c in f.columns] or [f.name, *f.aliases]
    wanted = {code.casefold() for code in codes}
    return [code for code in answers if code.casefold() in wanted]


def fits(f: Field, cell: str) -> bool:
    """Whether a cell's text is an answer that the codebook knows."""
    if f.columns:
        return cell.casefold() in (*f.selected, "no")
    if f.categories:
        return cell in {t for c in f.categories for t in (str(c.value), c.label, *c.aliases)}
    if f.type == "date":
        return dt.datetime.fromisoformat(cell).time() == dt.time(0)
    if f.type in ("integer", "number"):
        number = float(cell)
        low = -float("inf") if f.minimum is None else float(f.minimum)
        high = float("inf") if f.maximum is None else float(f.maximum)
        return low <= number <= high and (f.type == "number" or number.is_integer())
    return f.freetext
