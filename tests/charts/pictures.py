"""Pictures that every contract of the charts is tried on: the plain and the awkward."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.report.charts import (
    Drawing,
    Limits,
    Mark,
    Panel,
    Row,
    Series,
    arrows,
    bars,
    columns,
    diverging,
    dots,
    funnel,
    grouped,
    line,
    multiples,
    run,
)  # fmt: skip

NBSP = "\u00a0"
LONG = "Öppenvården för vuxna med skadligt bruk och beroende i Östersund"
SCALE = ("Mycket missnöjd", "Ganska missnöjd", "Varken eller", "Ganska nöjd", "Mycket nöjd")
YEARS = ("2021", "2022", "2023", "2024", "2025")
QUESTIONS = ("Jag är nöjd", "Jag blev bemött med respekt av personalen", LONG, "Nöjd")


def share(label: str, value: float | None, n: int | None = None, width: float = 0.0) -> Mark:
    """A mark of a share 0–1, with n as a mark of its own and an interval ± ``width``."""
    text = "underlag saknas" if value is None else f"{value * 100:.0f}{NBSP}%"
    sub = "" if n is None else Mark("", float(n), f"n = {n}", f"n-{label}")
    if value is None or not width:
        return Mark(label, value, text, f"andel-{label}", sub=sub)
    lo, hi = max(0.0, value - width), min(1.0, value + width)
    return Mark(label, value, text, f"andel-{label}", lo, hi, sub=sub)


def count(label: str, value: int) -> Mark:
    return Mark(label, float(value), str(value), f"antal-{label}")


def row(label: str, values: Sequence[float | None], n: int = 45) -> Row:
    pieces = [share(f"{label}, {i}", value) for i, value in enumerate(values)]
    return Row(label, pieces, Mark("", float(n), f"n = {n}", f"n-{label}"))


def pair(label: str, before: float | None, after: float | None) -> Row:
    told = [".." if v is None else f"{v:.2f}".replace(".", ",") for v in (before, after)]
    pieces = [
        Mark(label, v, text, f"{label}-{i}")
        for i, (v, text) in enumerate(zip((before, after), told, strict=True))
    ]
    return Row(label, pieces, Mark("", 45.0, "n = 45", f"n-{label}"))


def years(name: str, values: Sequence[float | None], **looks: bool) -> Series:
    pairs = zip(YEARS, values, strict=True)
    return Series(name, [share(year, value, width=0.08) for year, value in pairs], **looks)


def months(values: Sequence[int | None]) -> tuple[list[Mark], list[tuple[str, str]]]:
    """Counts of months from January 2018 on, and what stands under them."""
    names = [(str(2018 + i // 12), i % 12) for i in range(len(values))]
    marks = [
        Mark(f"{m} {y}", v, ".." if v is None else str(v), f"antal-{y}-{m}")
        for (y, m), v in zip(names, values, strict=True)
    ]
    return marks, [("JFMAMJJASOND"[m], y) for y, m in names]


def run_chart(values: Sequence[int | None], median: float | None, signal: range) -> Drawing:
    points, under = months(values)
    text = ".." if median is None else f"{median:.1f}".replace(".", ",")
    return run(points, Mark("Median", median, text, "median"), under=under, signal=signal)


TARGET = share("Mål", 0.8)
STEPS = [row(q, v) for q, v in zip(QUESTIONS, (
    [0.05, 0.1, 0.2, 0.4, 0.25], [0.2, 0.3, 0.2, 0.2, 0.1], [0, 0, 0, 0, 1], [None, None, 0, 0, 1],
), strict=True)]  # fmt: skip

PICTURES: dict[str, Callable[[], Drawing]] = {
    "bars": lambda: bars(
        [share("Vuxna", 0.84, 45, 0.1), share("Unga", 0.0, 38, 0.1), share(LONG, None, 3),
         share("Alla", 1.0, 8, 0.2)], full=1.0),
    "bars of counts": lambda: bars([count("Samtal", 1240), count("MI", 12), count("MET", 0)]),
    "one bar": lambda: bars([share("Nöjda", 0.62)], full=1.0),
    "no bar": lambda: bars([share("Nöjda", None), share("Missnöjda", None)], full=1.0),
    "65 bars": lambda: bars(
        [share(f"{LONG} {i}", i * 37 % 101 / 100, i) for i in range(65)], full=1.0),
    "long sub": lambda: bars(
        [Mark("Nöjda", 0.6, "6 av 10", "a", sub="av dem som svarade på frågan")], full=1.0),
    "two groups": lambda: grouped(
        [row(q, [0.5, None if q == LONG else 1]) for q in QUESTIONS], ["Kvinnor", "Män"], full=1.0),
    "two long groups": lambda: grouped([row(LONG, [0.5, 0.7])], [LONG, LONG + "s län"]),
    "four groups": lambda: grouped(
        [row(q, [0.1, 0.5, None, 1]) for q in QUESTIONS], ["0–12", "13–17", "18–24", LONG],
        full=1.0),
    "scale of two": lambda: diverging([row(q, [0.3, 0.7]) for q in QUESTIONS], ["Nej", "Ja"]),
    "scale of five": lambda: diverging(STEPS, SCALE),
    "scale of seven": lambda: diverging(
        [row(q, [0.05, 0.1, 0.15, 0.2, 0.2, 0.2, 0.1]) for q in QUESTIONS], [LONG, *SCALE, LONG]),
    "scale unanswered": lambda: diverging([row("Nöjd", [None] * 3)], ["Sämre", "Lika", "Bättre"]),
    "columns": lambda: columns([count(str(i), (i * 7) % 11) for i in range(11)],
                               ends=("Inte alls nöjd", "Helt nöjd")),
    "forty columns": lambda: columns([share(str(i), (i * 7) % 23 / 100) for i in range(40)]),
    "columns in words": lambda: columns([share(s, v) for s, v in zip(
        SCALE, [0.05, 0.1, None, 0.4, 0.45], strict=True)]),
    "columns with intervals": lambda: columns([share(s, v, width=0.1) for s, v in zip(
        SCALE, [0.05, 0.1, None, 0.4, 0.95], strict=True)], full=1.0),
    "line with its n": lambda: line(
        [Series("", [share(y, v, 12345, 0.1) for y, v in zip(
            YEARS, [0.3, None, 0.5, 0.6, 0.8], strict=True)])], bounds=(0, 1)),
    "lines with their n": lambda: line(
        [Series(name, years("", [v, v, None, v, v]).points, v == 0.7,
                Mark("", 45.0, "n = 12345", f"n-{name}"))
         for name, v in (("Kontakten", 0.7), (LONG, 0.65), ("Män", 0.2))], bounds=(0, 1)),
    "key figures with their n": lambda: multiples(
        [Panel("Nöjda", years("", [0.62, 0.55, 0.6, 0.72, 1.0]).points, TARGET, 1.0,
               Mark("", 45.0, "n = 12345", "n-nojda"))], "Förra året", "Mål"),
    "no columns": lambda: columns([share("T1", None), share("T2", 0.0)]),
    "line": lambda: line([years("", [0.62, 0.55, 0.6, 0.72, 0.7])], bounds=(0, 1), target=TARGET),
    "line with a gap": lambda: line(
        [years("Nöjda", [0.62, None, 0.6, None, None])], bounds=(0, 1), target=TARGET),
    "line of counts": lambda: line(
        [Series("Nöjda", [Mark(y, 0.5 + i / 10, "8 av 13 (62\u00a0%)", y, 0.4, 0.95)
                          for i, y in enumerate(YEARS)])], target=TARGET),
    "last year alone": lambda: line(
        [years("Nöjda", [0.6, 0.6, 0.5, None, 0.78])], bounds=(0, 1), target=TARGET),
    "ten years": lambda: line(
        [Series("", [share(str(2016 + i), 0.5 + i / 30) for i in range(10)])], bounds=(0, 1)),
    "two lines": lambda: line(
        [years("Kvinnor", [0.62, 0.55, 0.6, 0.72, 0.7]), years("Män", [0.4, 0.5, 0.6, 0.7, 0.7])],
        bounds=(0, 1), target=TARGET),
    "eight lines": lambda: line(
        [years(f"{LONG} {i}", [0.3 + i / 20] * 5, highlight=i == 3) for i in range(8)],
        bounds=(0, 1), target=TARGET),
    "one year": lambda: line([Series("", [share("2025", 0.62, width=0.1)])], bounds=(0, 1)),
    "no years": lambda: line([years("", [None] * 5), years("Män", [None] * 5)]),
    "dots": lambda: dots(
        [share("Norr", 0.62, 45, 0.1), share(LONG, None, 3), share("Väst", 1.0, 8, 0.3)],
        bounds=(0, 1), reference=share("Alla", 0.99)),
    "three years of months": lambda: run_chart(
        [4, 11, 5, 9, 12, 3, 6, 4, 6, 1, 7, 4, 6, 5, 5, 5, 2, 8, 4, 4, 12, 21, 13, 11,
         12, 15, 12, 14, 14, 9, 9, 13, 17, 12, 10, 14], 9.0, range(20, 36)),
    "a year of months": lambda: run_chart([3, 0, 2, 3, 3, 3, 3, 1, 3, 3, 3, 2], 3.0, range(0)),
    "months with gaps": lambda: run_chart([3, None, 5, None, None, 8], 5.0, range(0)),
    "hidden months": lambda: run_chart([None] * 12, None, range(0)),
    "one month": lambda: run_chart([7], 7.0, range(0)),
    "large months": lambda: run_chart([12000 + 700 * (i % 7) for i in range(60)], 13400.0,
                                      range(10, 20)),
    "arrows": lambda: arrows(
        [pair("Alkohol", 6.5, 3.5), pair(LONG, 2.0, 2.75), pair("Familj", 4.0, 4.0),
         pair("Arbete", None, 3.0), pair("Hälsa", 9.0, 0.0)], ("Start", "Uppföljning"),
        bounds=(0, 9)),
    "no arrows": lambda: arrows([pair("Alkohol", None, None)], ("Start", "Uppföljning")),
    "no dots": lambda: dots([share("Norr", None, 3)]),
    "funnel": lambda: funnel(
        [(share("Norr", 0.8), 20), (share("Söder", 0.55), 60), (share("Öst", None), 4)],
        share("Alla", 0.6),
        [Limits("inre", [4, 20, 60], [0.1, 0.4, 0.5], [1.0, 0.8, 0.7])], "Antal svar",
    ),
    "differences": lambda: dots(
        [Mark("Kvinnor mot män", -0.1, "−10 procentenheter", "f8", lo=-0.2, hi=0.05)],
        bounds=(-0.2, 0.2), reference=Mark("Ingen skillnad", 0.0, "", ""),
    ),
    "key figures": lambda: multiples(
        [Panel(title, years("", values).points, TARGET, top=1.0) for title, values in (
            ("Nöjda", [0.62, 0.55, 0.6, 0.72, 0.7]), (LONG, [None, 0.5, None, 0.6, None]),
            (f"{LONG} och dess län, alla enheter", [0.8, 0.9, 0.8, 0.9, 1.0]))],
        "Förra året", "Mål"),
    "key figures of one year": lambda: multiples(
        [Panel("Påbörjade", [count("2025", 12400)])], "Förra året", "Mål"),
}  # fmt: skip

# Texts with digits that are no facts: they name a category.
CATEGORIES = {
    *YEARS, *map(str, range(40)), *map(str, range(2016, 2026)), "T1", "T2",
    "0–12", "13–17", "18–24", *(f"{LONG} {i}" for i in range(65)),
}  # fmt: skip
