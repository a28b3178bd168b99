"""The statistical forms that seaborn draws. Values come in ready: it aggregates nothing.

Artists go back in the order of the values, without those that are None, so that each can be
tagged with its mark at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

Values = Sequence[float | None]


def bars(
    ax: Axes, at: Sequence[float], series: Sequence[Values], colours: Sequence[str], *,
    horizontal: bool, thickness: float, gap: float = 0.0,
) -> list[list[Rectangle]]:  # fmt: skip
    """Bars from zero at places ``at`` (ascending), dodged when there are several series.

    ``thickness`` is one bar's and ``gap`` that between dodged bars, both in the unit of ``at``.
    """
    drawn = [
        (place, value, number)
        for number, values in enumerate(series)
        for place, value in zip(at, values, strict=True)
        if value is not None
    ]
    if not drawn:
        return [[] for _ in series]
    places, values, numbers = (list(column) for column in zip(*drawn, strict=True))
    # seaborn measures widths in the least distance between the places.
    distinct = sorted(set(places))
    unit = min((b - a for a, b in pairwise(distinct)), default=1.0)
    x, y = (values, places) if horizontal else (places, values)
    before = len(ax.containers)
    sns.barplot(
        x=x, y=y, hue=numbers, hue_order=list(range(len(series))), palette=list(colours), ax=ax,
        orient="h" if horizontal else "v", native_scale=True, errorbar=None, legend=False,
        saturation=1, width=(thickness + gap) * len(series) / unit, gap=gap / (thickness + gap),
        linewidth=0,
    )  # fmt: skip
    patches = [list(container) for container in ax.containers[before:]]
    if [len(some) for some in patches] != [numbers.count(i) for i in range(len(series))]:
        raise RuntimeError("seaborn drew other bars than it was given")
    return patches


def points(
    ax: Axes, at: Sequence[float], values: Values, colour: str, *, size: float
) -> Line2D | None:
    """Dots at (value, place), all in one artist; None when there is nothing to draw."""
    if all(value is None for value in values):
        return None
    pairs = [(v, place) for v, place in zip(values, at, strict=True) if v is not None]
    x, y = (list(column) for column in zip(*pairs, strict=True))
    sns.pointplot(
        x=x, y=y, ax=ax, orient="h", native_scale=True, errorbar=None, color=colour,
        linestyle="none", marker="o", markersize=size, markeredgewidth=0,
    )  # fmt: skip
    return ax.lines[-1]


def lines(
    ax: Axes, series: Sequence[Values], colours: Sequence[str], *, size: float
) -> list[list[Line2D]]:
    """A line with dots over 0, 1, 2… for each series, in runs: it breaks where a value is None."""
    drawn: list[tuple[int, float, int, int]] = []
    runs: list[int] = []
    for number, values in enumerate(series):
        run = -1
        for i, value in enumerate(values):
            if value is None:
                continue
            if i == 0 or values[i - 1] is None:
                run += 1
            drawn.append((i, value, number, run))
        runs.append(run + 1)
    if not drawn:
        return [[] for _ in series]
    x, y, hue, units = (list(column) for column in zip(*drawn, strict=True))
    before = len(ax.lines)
    sns.lineplot(
        x=x, y=y, hue=hue, hue_order=list(range(len(series))), palette=list(colours),
        units=units, estimator=None, ax=ax, legend=False, linewidth=2, marker="o",
        markersize=size, markeredgewidth=1.5, markeredgecolor="white",
    )  # fmt: skip
    if len(ax.lines) - before != sum(runs):
        raise RuntimeError("seaborn drew other lines than it was given")
    artists = iter(ax.lines[before:])
    return [[next(artists) for _ in range(many)] for many in runs]
