"""Named statistics computed again from recomputed parents: by scipy and statsmodels, called here
and not by way of the report's functions.

`STATISTICS`: name → (function of definition and parents, unit of a part; None: the first parent's).
A parent is a record with exact `value`, `n`, `numerator` and `denominator`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

Record = Mapping[str, Any]
Function = Callable[[Record, Sequence[Record]], float]
ALL = "holm"  # has one value a parent, those without a value left out


def _wilson(d: Record, parents: Sequence[Record]) -> float:
    from statsmodels.stats.proportion import proportion_confint

    share = parents[0]
    limits = proportion_confint(
        share["numerator"], share["denominator"], alpha=1 - float(d["confidence"]), method="wilson"
    )
    return float(limits[0 if d["part"] == "nedre" else 1])


def _paired(d: Record, parents: Sequence[Record]) -> float:
    from scipy.stats import t

    mean, sd, n = float(parents[0]["value"]), float(parents[1]["value"]), parents[0]["n"]
    if sd == 0:
        return math.nan
    error = sd / n**0.5
    if d["part"] == "dz":
        return mean / sd
    if d["part"] == "p":
        return float(2 * t(n - 1).cdf(-abs(mean / error)))
    reach = t(n - 1).ppf((1 + float(d["confidence"])) / 2) * error
    return float(mean - reach if d["part"] == "nedre" else mean + reach)


def _gas_change(d: Record, parents: Sequence[Record]) -> float:
    """T is fifty where no level has changed; the limits by the quantile of t."""
    from scipy.stats import t

    change, sd, n = float(parents[0]["value"]) - 50, float(parents[1]["value"]), parents[0]["n"]
    if d["part"] == "förändring":
        return change
    if sd == 0:
        return math.nan
    reach = float(t.isf((1 - float(d["confidence"])) / 2, n - 1)) * sd / math.sqrt(n)
    return change - reach if d["part"] == "nedre" else change + reach


def _difference(d: Record, parents: Sequence[Record]) -> float:
    """Newcombe's interval is made of the two Wilson intervals (his equation 10)."""
    from statsmodels.stats.proportion import proportion_confint

    a, b = parents
    p, q = float(a["value"]), float(b["value"])
    alpha = 1 - float(d["confidence"])
    (l1, u1), (l2, u2) = (
        proportion_confint(s["numerator"], s["denominator"], alpha, method="wilson")
        for s in parents
    )
    match d["part"]:
        case "nedre":
            return float(p - q - math.hypot(p - l1, u2 - q))
        case "övre":
            return float(p - q + math.hypot(u1 - p, q - l2))
    return float(a["value"] - b["value"])


def _difference_test(d: Record, parents: Sequence[Record]) -> float:
    from scipy.stats import fisher_exact

    table = [[s["numerator"], s["denominator"] - s["numerator"]] for s in parents]
    return float(fisher_exact(table, alternative="two-sided")[1])


def _cohens_h(d: Record, parents: Sequence[Record]) -> float:
    a, b = (2 * math.asin(math.sqrt(p["value"])) for p in parents)
    return a - b


def _holm(d: Record, parents: Sequence[Record]) -> float:
    """Each p times how many are not smaller, and at least as much as a smaller one's, at most 1."""
    known = sorted((float(p["value"]), i) for i, p in enumerate(parents) if p["value"] is not None)
    highest = 0.0
    for rank, (p, i) in enumerate(known):
        highest = max(highest, min(p * (len(known) - rank), 1.0))
        if i == int(d["part"]) - 1:
            return highest
    return math.nan


def _funnel(d: Record, parents: Sequence[Record]) -> float:
    from scipy.stats import binom

    n, theta = parents[0]["denominator"], float(parents[1]["value"])
    side, level = d["part"].split("_")
    tail = (1 - {"95": 0.95, "998": 0.998}[level]) / 2
    p = tail if side == "nedre" else 1 - tail
    if theta in (0.0, 1.0):
        return math.nan
    of = binom(n, theta)
    r = next(k for k in range(n + 1) if of.cdf(k) >= p)
    before = of.cdf(r - 1) if r else 0.0
    place = (r - (of.cdf(r) - p) / (of.cdf(r) - before)) / n
    return float(min(max(place, 0.0), 1.0))


def _outside(d: Record, parents: Sequence[Record]) -> float:
    """Numbers below the first or above the second of the two limits that follow each."""
    values = [float(p["value"]) for p in parents]
    of = [values[i : i + 3] for i in range(0, len(values), 3)]
    return float(sum(value < low or value > high for value, low, high in of))


def _below(d: Record, parents: Sequence[Record]) -> float:
    """Wordings of differences that tell the last of their three words, and the others."""
    smaller = [p["value"] == 2 for p in parents].count(True)
    return float(smaller if d["part"] == "under" else len(parents) - smaller)


def _reliable(d: Record, parents: Sequence[Record]) -> float:
    """Jacobson & Truax: 1.96 times the standard error of a difference, √(2 · SE²)."""
    sd, reliability = (float(p["value"]) for p in parents)
    error = sd * math.sqrt(1 - reliability)
    return 1.96 * math.sqrt(2 * error**2)


def _against(d: Record, parents: Sequence[Record]) -> float:
    own, published = parents
    return float(
        Fraction(own["numerator"], own["denominator"]) - Fraction(published["value"]) / 100
    )


def _runs(d: Record, parents: Sequence[Record]) -> float:
    """Anhøj & Olesen's rules, by signs written as a text; both limits in whole numbers."""
    values = [Fraction(p["value"]) for p in parents]
    ordered = sorted(values)
    middle = (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2
    signs = "".join("+" if v > middle else "-" for v in values if v != middle)
    n = max(1, len(signs))
    match d["part"]:
        case "median":
            return float(middle)
        case "längst":
            return float(max(map(len, signs.replace("+-", "+ -").replace("-+", "- +").split(" "))))
        case "högst":  # log2 n is nearer to k + 1 than to k when n² passes 2^(2k + 1)
            whole = n.bit_length() - 1
            return float(whole + (n * n > 2 ** (2 * whole + 1)) + 3)
        case "korsningar":
            return float(sum(a != b for a, b in pairwise(signs)))
    below, k = 1, 0  # of 2^(n − 1) equally likely rows, those with at most k crossings
    while 20 * below < 2 ** (n - 1):
        k += 1
        below += math.comb(n - 1, k)
    return float(k)


def _shares(d: Record) -> str:
    return "andel"


def _points(d: Record) -> str:
    return "andelsskillnad"


def _paired_unit(d: Record) -> str | None:
    return {"dz": "effekt", "p": "p"}.get(d["part"])


STATISTICS: Mapping[str, tuple[Function, Callable[[Record], str | None]]] = {
    "wilson": (_wilson, _shares),
    "paired": (_paired, _paired_unit),
    "gas_change": (_gas_change, lambda d: None),
    "difference": (_difference, _points),
    "difference_test": (_difference_test, lambda d: "p"),
    "cohens_h": (_cohens_h, lambda d: "effekt"),
    "holm": (_holm, lambda d: "p"),
    "funnel": (_funnel, _shares),
    "outside": (_outside, lambda d: "antal"),
    "below": (_below, lambda d: "antal"),
    "reliable": (_reliable, lambda d: None),
    "against": (_against, _points),
    "runs": (_runs, lambda d: None),
}
