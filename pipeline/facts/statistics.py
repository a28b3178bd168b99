"""Named statistics: functions from facts to numbers, each with its source.

The functions come from scipy and statsmodels (Holm's alone is written out); what is added here is
which facts they take, what their values are called and how an analyst is told of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.errors import PredicateError
from pipeline.facts.fact import Fact
from pipeline.facts.runs import runs

CONFIDENCE = 0.95
FUNNEL = (0.95, 0.998)  # the limits of a funnel plot: about two and three standard deviations
POINTS = "andelsskillnad"
EFFECT = "effekt"  # an effect size, told with two decimals
P = "p"  # a p-value, told with three
SMALLER = 2  # the place of the word for a smaller number in a wording
NO_CHANGE = 50  # the T of goals whose level is zero


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a statistic. `unit`: None for that of its first fact; `title` comes before the
    fact's own."""

    name: str
    unit: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Statistic:
    """`values(*facts)` gives one number a part (NaN where there is none). `takes`: the kinds of the
    facts, in order; empty where any number will do. `each`: one value a fact, whatever their
    number; a fact without a value is left out. `many`: of any number of facts in order. `words`:
    what it is, in Swedish."""

    values: Callable[..., Sequence[float]]
    parts: tuple[Part, ...]
    words: str
    takes: tuple[str, ...] = ()
    levelled: bool = False
    each: bool = False
    many: bool = False

    def check(self, name: str, facts: Sequence[Fact]) -> None:
        """Raises PredicateError for facts that the statistic is not about."""
        if self.takes and tuple(f.kind for f in facts) != self.takes:
            kinds = " och ".join(_KINDS[k] for k in self.takes)
            raise PredicateError(f"stat('{name}') gäller {kinds}.")
        any_number = self.each or self.many
        if (not self.takes and not any_number and len(facts) != 2) or not facts:
            raise PredicateError(f"stat('{name}') har fel antal fakta.")
        paired = self.takes in (("mean", "sd"), ("gas", "gas"))
        if paired and (_rows(facts[0]) != _rows(facts[1]) or not _spread(facts[1])):
            raise PredicateError(
                f"stat('{name}') gäller medelvärde och standardavvikelse av samma rader."
            )


_KINDS = {"share": "en andel", "mean": "ett medelvärde", "sd": "en standardavvikelse",
          "cited": "ett citerat värde", "gas": "T-värden"}  # fmt: skip


def _rows(fact: Fact) -> dict[str, object]:
    return {k: v for k, v in fact.definition.items() if k not in ("kind", "spread")}


def _spread(fact: Fact) -> bool:
    return fact.kind == "sd" or "spread" in fact.definition


def _number(fact: Fact) -> float:
    assert fact.value is not None
    return float(fact.value)


def _counts(fact: Fact) -> tuple[int, int]:
    assert fact.numerator is not None and fact.denominator is not None
    return fact.numerator, fact.denominator


def _wilson(x: Fact) -> Sequence[float]:
    """E. B. Wilson, JASA 22 (1927), 209–212."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(*_counts(x), alpha=1 - CONFIDENCE, method="wilson")
    return float(low), float(high)


def _paired(change: Fact, spread: Fact) -> Sequence[float]:
    """The mean change's t interval and p (Student's one-sample t), and Cohen's d_z = mean change
    divided by the standard deviation of the changes (Lakens, Front. Psychol. 4:863, 2013)."""
    from scipy import stats

    mean, sd, n = _number(change), _number(spread), change.n
    assert n is not None
    error = sd / math.sqrt(n)
    if error == 0:
        return (math.nan,) * 4
    low, high = stats.t.interval(CONFIDENCE, n - 1, loc=mean, scale=error)
    p = 2 * stats.t.sf(abs(mean) / error, n - 1)
    return mean / sd, float(low), float(high), float(p)


def _gas_change(change: Fact, spread: Fact) -> Sequence[float]:
    """The mean change in T with its t interval (Student's one-sample t), one change an insats.
    `change` is the T of the goals' changes in level: T is 50 where nothing has changed, and the
    formula is linear in the levels, so that it less 50 is T after less T before (Kiresuk & Sherman,
    Community Mental Health Journal 4, 1968, 443–453)."""
    from scipy import stats

    mean, sd, n = _number(change) - NO_CHANGE, _number(spread), change.n
    assert n is not None
    if sd == 0:
        return mean, math.nan, math.nan
    low, high = stats.t.interval(CONFIDENCE, n - 1, loc=mean, scale=sd / math.sqrt(n))
    return mean, float(low), float(high)


def _difference(a: Fact, b: Fact) -> Sequence[float]:
    """Newcombe's interval for two independent shares (Statistics in Medicine 17, 1998, 873–890,
    method 10)."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        *_counts(a), *_counts(b), method="newcomb", compare="diff", alpha=1 - CONFIDENCE
    )
    return _number(a) - _number(b), float(low), float(high)


def _difference_test(a: Fact, b: Fact) -> Sequence[float]:
    """Fisher's exact test, two-sided: groups here are often small, and it needs no
    approximation."""
    from scipy.stats import fisher_exact

    (k, n), (j, m) = _counts(a), _counts(b)
    return (float(fisher_exact([[k, n - k], [j, m - j]]).pvalue),)


def _cohens_h(a: Fact, b: Fact) -> Sequence[float]:
    """2 arcsin √p₁ − 2 arcsin √p₂ (Cohen, Statistical Power Analysis, 1988, ch. 6)."""
    from statsmodels.stats.proportion import proportion_effectsize

    return (float(proportion_effectsize(_number(a), _number(b))),)


def _holm(*ps: Fact) -> Sequence[float]:
    """Holm, Scandinavian Journal of Statistics 6 (1979), 65–70. By hand: statsmodels has Python
    collect its garbage for each family, a third of a second where a year is in memory."""
    made, highest = [0.0] * len(ps), 0.0
    smallest_first = sorted((_number(p), i) for i, p in enumerate(ps))
    for left, (p, i) in zip(range(len(ps), 0, -1), smallest_first, strict=True):
        made[i] = highest = max(highest, min(p * left, 1.0))
    return made


def _funnel(unit: Fact, whole: Fact) -> Sequence[float]:
    """Exact binomial limits around the whole's share for as many as the unit has, interpolated
    between whole numbers (Spiegelhalter, Statistics in Medicine 24, 2005, 1185–1202, appendix
    A.1.1)."""
    limits = []
    for level in FUNNEL:
        tail = (1 - level) / 2
        limits += [_binomial_limit(unit, whole, tail), _binomial_limit(unit, whole, 1 - tail)]
    return limits


def _binomial_limit(unit: Fact, whole: Fact, p: float) -> float:
    return binomial_limit(_counts(unit)[1], _number(whole), p)


def binomial_limit(n: int, theta: float, p: float) -> float:
    """The share below which a part `p` falls of units with `n` answers and the chance `theta`."""
    from scipy.stats import binom

    if not 0 < theta < 1:
        return math.nan
    r = binom.ppf(p, n, theta)
    over = (binom.cdf(r, n, theta) - p) / binom.pmf(r, n, theta)
    return float(min(max((r - over) / n, 0.0), 1.0))


def _outside(*facts: Fact) -> Sequence[float]:
    """How many of some numbers are outside their limits: (number, lower, upper) for each."""
    values = [_number(f) for f in facts]
    triples = zip(values[::3], values[1::3], values[2::3], strict=True)
    return (float(sum(not low <= value <= high for value, low, high in triples)),)


def _below(*words: Fact) -> Sequence[float]:
    """Of wordings of differences (`derive.wording`): how many tell a smaller, and how many not."""
    below = sum(_number(w) == SMALLER for w in words)
    return float(below), float(len(words) - below)


def _reliable(sd: Fact, reliability: Fact) -> Sequence[float]:
    """The smallest change larger than measurement error: 1.96 · SD₁ · √2 · √(1 − r) (Jacobson &
    Truax, J. Consult. Clin. Psychol. 59, 1991, 12–19)."""
    return (reliable_change(_number(sd), _number(reliability)),)


def reliable_change(sd: float, reliability: float) -> float:
    """The smallest reliable change of an instrument with this standard deviation at start (> 0)
    and reliability (0–1)."""
    return 1.96 * sd * math.sqrt(2) * math.sqrt(1 - reliability)


def _against(own: Fact, published: Fact) -> Sequence[float]:
    """An own share less a share that somebody else published in per cent."""
    return (_number(own) - _number(published) / 100,)


def _runs(*points: Fact) -> Sequence[float]:
    """Anhøj & Olesen's rules for a run chart (`pipeline.facts.runs`)."""
    found = runs([_number(p) for p in points])
    return found.median, found.longest, found.most, found.crossings, found.fewest


_LOW, _HIGH = "Nedre gräns", "Övre gräns"
STATISTICS: dict[str, Statistic] = {
    "wilson": Statistic(
        _wilson,
        (
            Part("nedre", "andel", "nedre gräns, wilson"),
            Part("övre", "andel", "övre gräns, wilson"),
        ),
        "Konfidensintervall för en andel (Wilson 1927)", ("share",), levelled=True,
    ),
    "paired": Statistic(
        _paired,
        (
            Part("dz", EFFECT, "Effektstorlek (Cohens d för parade mätningar)"),
            Part("nedre", None, _LOW), Part("övre", None, _HIGH),
            Part("p", P, "p-värde (t-test)"),
        ),
        "Förändring hos samma personer: effektstorlek, konfidensintervall och t-test",
        ("mean", "sd"), levelled=True,
    ),
    "gas_change": Statistic(
        _gas_change,
        (
            Part("förändring", None, "Förändring i T-värde"),
            Part("nedre", None, _LOW), Part("övre", None, _HIGH),
        ),
        "Förändring i T-värde hos samma insatser med konfidensintervall (Students t)",
        ("gas", "gas"), levelled=True,
    ),
    "difference": Statistic(
        _difference,
        (
            Part("skillnad", POINTS, "Skillnad"),
            Part("nedre", POINTS, _LOW), Part("övre", POINTS, _HIGH),
        ),
        "Skillnad mellan två andelar med konfidensintervall (Newcombe 1998)",
        ("share", "share"), levelled=True,
    ),
    "difference_test": Statistic(
        _difference_test, (Part("p", P, "p-värde (Fishers exakta test)"),),
        "Fishers exakta test av skillnaden mellan två andelar, dubbelsidigt", ("share", "share"),
    ),
    "cohens_h": Statistic(
        _cohens_h, (Part("h", EFFECT, "Effektstorlek (Cohens h)"),),
        "Effektstorlek för skillnaden mellan två andelar (Cohen 1988)", ("share", "share"),
    ),
    "holm": Statistic(
        _holm, (Part("p", P, "p-värde efter Holm"),),
        "p-värde justerat för att flera jämförelser görs samtidigt (Holm 1979)", each=True,
    ),
    "funnel": Statistic(
        _funnel,
        tuple(
            Part(f"{side}_{level}", "andel", f"{title}, {told}")
            for level, told in (("95", "inre"), ("998", "yttre"))
            for side, title in (("nedre", _LOW), ("övre", _HIGH))
        ),
        "Gränser i en tratt kring helhetens andel för så många svar (Spiegelhalter 2005)",
        ("share", "share"),
    ),
    "outside": Statistic(
        _outside, (Part("antal", "antal", "Antal utanför gränserna"),),
        "Hur många som ligger utanför sina gränser i en tratt", many=True,
    ),
    "below": Statistic(
        _below,
        (Part("under", "antal", "Antal under"), Part("ej_under", "antal", "Antal ej under")),
        "Hur många av ordvalen som säger att skillnaden är mindre än noll, och hur många inte",
        many=True,
    ),
    "reliable": Statistic(
        _reliable, (Part("gräns", None, "Minsta tillförlitliga förändring"),),
        "Minsta förändring som är större än mätfelet: 1,96 · SD · √2 · √(1 − reliabiliteten) "
        "(Jacobson & Truax 1991)",
    ),
    "against": Statistic(
        _against, (Part("skillnad", POINTS, "Skillnad mot det publicerade värdet"),),
        "Egen andel minus en andel som någon annan har publicerat i procent", ("share", "cited"),
    ),
    "runs": Statistic(
        _runs,
        (
            Part("median", None, "Median"),
            Part("längst", None, "Längsta serien på samma sida om medianen"),
            Part("högst", None, "Längsta serie att vänta av slumpen"),
            Part("korsningar", None, "Korsningar av medianen"),
            Part("minst", None, "Minsta antal korsningar att vänta av slumpen"),
        ),
        "Mått på en tidsserie i ett seriediagram (Anhøj & Olesen 2014)", many=True,
    ),
}  # fmt: skip
