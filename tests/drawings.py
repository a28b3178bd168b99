"""Charts drawn once for equal numbers: a picture follows from what it draws alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from pipeline.report import figures
from pipeline.report.charts import Drawing, Mark

FORMS = (
    "arrows", "bars", "columns", "diverging", "dots", "funnel", "line", "multiples", "run",
)  # fmt: skip


@contextmanager
def drawn_once() -> Iterator[None]:
    """As long as it lasts, a chart with the very same marks is not drawn again in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for form in FORMS:
            patch.setattr(figures, form, _remembering(getattr(figures, form)))
        yield


def _remembering(draw: Callable[..., Drawing]) -> Callable[..., Drawing]:
    known: dict[str, tuple[Drawing, list[int]]] = {}

    def drawing(*given: Any, **more: Any) -> Drawing:
        key, marks = repr((given, more)), list(_marks((given, more)))
        if key not in known:
            made = draw(*given, **more)
            places = {id(mark): place for place, mark in enumerate(marks)}
            known[key] = made, [places[id(mark)] for mark in made.marks]
        made, written = known[key]
        # The marks of a drawing are the very objects that were passed in.
        return dataclasses.replace(made, marks=tuple(marks[place] for place in written))

    return drawing


def _marks(value: Any) -> Iterator[Mark]:
    """All marks in what is drawn, in an order that is the same for equal drawings."""
    if isinstance(value, Mark):
        yield value
    if dataclasses.is_dataclass(value):
        value = [getattr(value, f.name) for f in dataclasses.fields(value)]
    elif isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from _marks(part)
