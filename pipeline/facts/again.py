"""The same measure of another year, from a fact's definition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean, sd, share, total


def again(fact: Fact, data: Dataset) -> Fact | None:
    """`fact` as it is of `data`, its table of another year, with the fact's name, title and
    classes. None for what is no count, share, mean, quantile, standard deviation or sum of rows."""
    told = fact.definition
    called: dict[str, Any] = {"name": fact.name, "title": fact.title}
    quiet = replace(data, recorder=None)
    if fact.kind == "count":
        made = count(quiet, told["where"], distinct=told.get("distinct"), **called)
    elif fact.kind == "share":
        made = share(
            quiet, told["where"], of=told["of"], distinct=told.get("distinct"), **called
        )  # fmt: skip
    elif fact.kind in ("mean", "quantile"):
        made = mean(
            quiet, told["column"], told["where"], quantile=told.get("q"), unit=fact.unit, **called
        )
    elif fact.kind in ("sd", "sum"):
        of = sd if fact.kind == "sd" else total
        made = of(quiet, told["column"], told["where"], unit=fact.unit, **called)
    else:
        return None
    same: Fact = replace(
        made, definition={**made.definition, "scope": told["scope"]}, scope=fact.scope
    )
    if data.recorder is not None:
        data.recorder.asked(same)
    return same
