"""The routine's three questions, asked of the year's answers: do the insatser meet the needs, are
the goals reached, does it differ between groups?

Who is counted: answers of those who have answered, which are not everybody: they have intervals.
What is known of every ended insats (how it ended) is counted whole and has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.facts import derive
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, Dimension
from pipeline.facts.fact import Fact, exact
from pipeline.facts.measure import count, share
from pipeline.facts.table import TOTAL, FactTable, Key
from pipeline.forms.codebook import slug
from pipeline.report import author
from pipeline.report.comparison import OUTCOMES as FOLLOWED
from pipeline.report.comparison import lacking
from pipeline.report.contrasts import Contrast, Contrasts, Funnel
from pipeline.report.key_figures import GUIDELINES, guideline
from pipeline.report.swedish import SMALL, show
from pipeline.report.tabular import TextGrid

LEVEL = 0.05
SEX = ("kvinna", "man")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is asked of the answers. `target`: the guideline's name, where it has another."""

    name: str
    title: str
    where: str
    target: str = ""

    def of(self, data: Dataset, name: str = "", title: str = "") -> Fact:
        """The share of those who have answered the question."""
        made: Fact = share(data, self.where, name=name or self.name, title=title or self.title)
        return made

    def by(self, data: Dataset, dimension: str) -> FactTable:
        """The same by group."""
        made: FactTable = share(
            data, self.where, by=dimension,
            name=f"analys_{self.name}_{dimension}", title=self.title,
        )  # fmt: skip
        return made


NEED = Outcome(
    "behov_motta", "Behoven mötta", "motsvarade_behov IN ('till_stor_del', 'ja_helt')",
    "motsvarade_behov",
)  # fmt: skip
BETTER = Outcome(
    "situation_battre", "Bättre situation", "situation_efter IN ('lite_battre', 'mycket_battre')"
)
GOALS = Outcome("mal_nadda", "Målen nådda", "maluppfyllelse_upplevd >= 2")
OUTCOMES = (NEED, BETTER, GOALS)
UNMET = "motsvarade_behov IN ('nej', 'delvis')"
UNANSWERED = "Behov utan svarande insats"
SEVERAL = "Den som har flera problem räknas i vart och ett."
GROUPS = ("kon", "aldersgrupp", "insats", "enhet", "problem")


def least() -> Fact:
    """The fewest answers of a group that is compared with others."""
    return author.const(SMALL, why="grupper med färre svar jämförs inte")


def unanswered(data: Dataset) -> tuple[FactTable, FactTable]:
    """Needs that no insats answered to, by the problems that the insatser began with: how many
    said that the insats had not met their needs, or only in part, and their share of those who
    answered. The largest number first, all together last."""
    name, title = "behov_utan_insats", UNANSWERED
    many: FactTable = count(data, UNMET, by="problem", total=True, name=name, title=title)
    of: FactTable = share(data, UNMET, by="problem", total=True, name=f"{name}_andel", title=title)
    many = many.answered().shown().sorted()
    return many, of.only(*many.classes[0])


def show_unanswered(data: Dataset) -> None:
    """The same as a figure, after a sentence about all together."""
    many, of = unanswered(data)
    if many.missing:
        author.show(many)
        return
    whole = of[TOTAL]
    author.say(
        f"{whole:numerator} av {whole:denominator} svar om behov säger att insatsen inte svarade "
        f"mot behoven, eller bara delvis ({whole})."
    )
    problems = many.only(*(k for k in many.classes[0] if k is not TOTAL))
    author.chart(
        "bars", of.only(*problems.classes[0]) | problems,
        author.finding(problems, "Flest behov utan svarande insats: {label}, {value}", UNANSWERED),
        "Antal svar om att insatsen inte svarade mot behoven, eller bara delvis",
        SEVERAL,
    )  # fmt: skip


def show_needs(data: Dataset, by: str, title: str, fewest: int = 5, drawn: bool = True) -> None:
    """Problems (or insatser) with how many said that the need was not met, largest first, beside
    the shares whose needs were met and whose situation got better; those with enough answers.
    `drawn`: with a figure too."""
    unmet = count(data, UNMET, by=by, name=f"analys_omott_{by}", title=title)
    met, better = NEED.by(data, by), BETTER.by(data, by)
    unmet = unmet.answered().sorted()
    unmet = unmet.only(*(k for k in unmet.classes[0] if (met[k].n or 0) >= fewest))
    first = "Problem" if by == "problem" else "Insats"
    heads = (first, "Svar om behov (n)", "Inte mötta", "Behoven mötta", "Bättre situation")
    limit = author.const(fewest, why="grupper med färre svar om behov visas inte")
    rows = tuple(
        (unmet.label(0, k), (
            f"{met[k]:n}", f"{unmet[k]}", f"{met[k]}", f"{better[k]}"
        ))
        for k in unmet.classes[0]
    )  # fmt: skip
    if unmet.missing:
        author.show(unmet)
        return
    if not rows:
        author.say(f"{title}: ingen grupp har minst {limit} svar.", "note")
        return
    if drawn:
        author.chart(
            "bars", unmet,
            author.finding(unmet, "Flest svar om behov som inte möttes: {label}, {value}", title),
            "Antal svar där behoven inte möttes, eller bara delvis",
        )  # fmt: skip
    author.show(
        TextGrid(f"{title}, med resultat, {data.year}", heads, rows),
        f"Bara grupper med minst {limit} svar visas." + (f" {SEVERAL}" if by == "problem" else ""),
    )


def show_crossed(data: Dataset, fewest: int) -> None:
    """Which insats for which problem: pairs with enough answers, most answers first."""
    need = share(
        data, NEED.where, by=["problem", "insats"], name="analys_behov_problem_insats",
        title="Behoven mötta, efter problem och insats",
    )  # fmt: skip
    better = share(
        data, BETTER.where, by=["problem", "insats"], name="analys_battre_problem_insats",
        title="Bättre situation, efter problem och insats",
    )  # fmt: skip
    if need.missing:
        author.show(need)
        return
    pairs = [c for c, f in need.cells.items() if None not in c and (f.n or 0) >= fewest]
    pairs.sort(key=lambda c: -(need.cells[c].n or 0))
    rows = tuple(
        (f"{need.label(0, c[0])}: {need.label(1, c[1])}", (
            f"{need.cells[c]:n}", f"{need.cells[c]}", f"{better.cells[c]}"
        ))
        for c in pairs
    )  # fmt: skip
    heads = ("Problem: insats", "Svar (n)", "Behoven mötta", "Bättre situation")
    limit = author.const(fewest, why="par av problem och insats med färre svar visas inte")
    if not rows:
        author.say(f"Inget par av problem och insats har minst {limit} svar.", "note")
        return
    author.show(
        TextGrid(f"Vilken insats möter vilket problem? {data.year}", heads, rows),
        f"Bara par med minst {limit} svar visas. {SEVERAL}",
    )


def show_targets(data: Dataset) -> None:
    """Every target of the year's guidelines that the answers or the endings can be held against,
    and whether it is reached."""
    rows = []
    for label, made in _measured(data):
        target, better = guideline(made)
        if target is not None:
            met = author.word(made - target, *_words(better))
            side = "minst" if better == "hogre" else "högst"
            rows.append(
                (label, (f"{side} {target}", f"{made} (n = {made:n})", f"{made - target:+.1pp}",
                         f"{met}"))
            )  # fmt: skip
    if not rows:
        author.show(_no_targets(data))
        return
    heads = ("Mått", "Mål", "Årets resultat", "Skillnad", "Målet")
    author.show(
        TextGrid(f"Nås målen? {data.year}", heads, tuple(rows)),
        "n är antalet svar, och för avbrutna insatser alla avslutade. Där resultatet bygger på "
        "svar kan en liten skillnad mot målet vara slump.",
    )


def _no_targets(data: Dataset) -> FactTable:
    targets: FactTable = count(
        author.data("riktlinjer"), by="matt", name="analys_mal", title="Mål för resultaten"
    )
    return targets


def show_targets_by_unit(data: Dataset) -> None:
    """The same for every unit with enough answers."""
    if author.data(GUIDELINES).missing:
        lacking("mål att hålla enheternas resultat mot")
        return
    rows: dict[str, list[str]] = {}
    heads = ["Enhet"]
    for label, made in _measured(data):
        target, better = guideline(made)
        if target is None:
            continue
        heads.append(label)
        for unit, fact in _units(data, made):
            met = author.word(fact - target, *_words(better))
            few = (fact.n or 0) < SMALL
            rows.setdefault(unit, []).append(f"{fact}" if few else f"{fact}: {met}")
    if rows:
        author.show(
            TextGrid(f"Nås målen på enheterna? {data.year}", tuple(heads),
                     tuple((u, tuple(cells)) for u, cells in rows.items())),
            f"Där underlaget är mindre än {least()} sägs inte om målet nås: slumpen betyder för "
            "mycket.",
        )  # fmt: skip


def _measured(data: Dataset) -> Iterator[tuple[str, Fact]]:
    for name, made in FOLLOWED.items():
        if name not in (o.name for o in OUTCOMES):
            found = made(data)
            yield found.title, found
    for each in OUTCOMES:
        yield each.title, each.of(data, each.target)


def _units(data: Dataset, whole: Fact) -> Iterator[tuple[str, Fact]]:
    """The same measure unit by unit."""
    outcome = next((o for o in OUTCOMES if whole.name in (o.name, o.target)), None)
    if outcome is not None:
        table = outcome.by(data, "enhet")
    else:
        from pipeline.report.comparison import BROKEN_OFF

        marks = {"nojd_med_kontakten": "nojd_kontakt >= 4",
                 "nojd_med_resultatet": "nojd_resultat >= 4"}  # fmt: skip
        condition = marks.get(whole.name, BROKEN_OFF)
        key = None if whole.name in marks else "insats_id"
        table = share(
            data, condition, distinct=key, by="enhet",
            name=f"analys_{whole.name}_enhet", title=whole.title,
        )  # fmt: skip
    for k in table.answered().classes[0]:
        yield table.label(0, k), table[k]


def _words(better: str) -> tuple[str, str, str]:
    return ("nås", "nås inte", "nås") if better == "hogre" else ("nås inte", "nås", "nås")


def show_contrasts(data: Dataset, outcome: Outcome, groups: Sequence[str]) -> None:
    """Groups with enough answers, each held against the others: a picture and its table."""
    found = contrasts(data, outcome, groups)
    if data.missing:
        author.show(outcome.by(data, "kon"))
        return
    if not found.rows:
        author.say(f"{outcome.title}: ingen grupp har minst {least()} svar att jämföra.", "note")
        return
    author.chart(
        "dots", found, established(f"{outcome.title}, grupp för grupp", (r.p for r in found.rows)),
        "Skillnad i procentenheter mot de andra som svarat, med osäkerhetsintervall",
        "Underlaget är svar på frågan; p.e. är procentenheter. "
        f"Grupper med färre än {least()} svar jämförs inte.",
    )  # fmt: skip


def contrasts(data: Dataset, outcome: Outcome, groups: Sequence[str]) -> Contrasts:
    """All of one outcome are one family: their p are adjusted together (Holm)."""
    pairs = [pair for name in groups for pair in _pairs(data, outcome, name)]
    tests = [author.stat("difference_test", g, o)[0] for _, g, o in pairs]
    adjusted = author.stat("holm", *tests) if tests else ()
    rows = tuple(
        Contrast(
            label,
            g,
            o,
            *_numbers(g, o),
            pv,
            sure(pv),
        )
        for (label, g, o), pv in zip(pairs, adjusted, strict=True)
    )
    return Contrasts(f"{outcome.title}, grupp för grupp, {data.year}", rows)


def sure(p: Fact) -> Fact:
    """Whether a difference with this p is established, in a word."""
    level = author.const(LEVEL, why="gräns för p-värdet", unit="p")
    return derive.wording(p - level, "nej", "ja", "nej", decimals=3)


def established(what: str, ps: Iterable[Fact]) -> str:
    """A picture's title: how many of the differences are established, by their p after Holm;
    those that could not be tested left out. `what` is what was compared."""
    tested = [sure(p) for p in ps if p.status != "tom"]
    if not tested:
        return f"{what}: för få för att säkerställa en skillnad"
    many, _ = author.stat("below", *tested, as_=f"sakerstallda_{slug(what)}", title=what)
    if show(many, "d").text == "0":
        return f"{what}: {author.word(many, 'några', '', 'ingen')} säkerställd skillnad"
    found = author.agree(many, "säkerställd skillnad", "säkerställda skillnader", "d")
    return f"{what}: {many:d} {found}"


def _numbers(group: Fact, others: Fact) -> tuple[Fact, Fact, Fact, Fact]:
    """The difference, its interval, the effect."""
    difference, low, high = author.stat("difference", group, others)
    (effect,) = author.stat("cohens_h", group, others)
    return difference, low, high, effect


def _pairs(data: Dataset, outcome: Outcome, name: str) -> Iterator[tuple[str, Fact, Fact]]:
    """Label, group, and those it is held against: of two sexes the other, else all others."""
    if data.missing:
        return
    table = outcome.by(data, name)
    dimension = table.dims[0]
    if name == "kon":
        if set(SEX) <= set(table.classes[0]) and (
            data.guarded or all((table[k].n or 0) >= SMALL for k in SEX)
        ):
            one, other = (table.label(0, k) for k in SEX)
            yield f"{one} mot {other.lower()}", table[SEX[0]], table[SEX[1]]
        return
    for key in (k for k in table.classes[0] if k is not None):
        if (table[key].n or 0) >= SMALL:
            others = _others(data, outcome, dimension, key)
            if (others.n or 0) >= SMALL:
                yield table.label(0, key), table[key], others


def _others(data: Dataset, outcome: Outcome, dimension: Dimension, key: Key) -> Fact:
    """Those who are known not to be of the group."""
    rows = p.both(dimension.known(), p.negate(dimension.where(key)))  # type: ignore[arg-type]
    mark = slug(str(key)).replace("-", "_")
    return outcome.of(
        data.where(p.to_sql(rows)), f"analys_{outcome.name}_ej_{dimension.name}_{mark}",
        f"{outcome.title} (andra än {dimension.label(key)})",  # type: ignore[arg-type]
    )  # fmt: skip


def show_funnel(data: Dataset, outcome: Outcome) -> None:
    """Units around the share of all who answered."""
    whole, table = outcome.of(data), outcome.by(data, "enhet")
    if data.missing:
        author.show(table)
        return
    units = [k for k in table.answered().classes[0] if table[k].n]
    rows = tuple(
        (table.label(0, k), table[k], author.stat("funnel", table[k], whole)) for k in units
    )
    author.chart(
        "funnel", Funnel(f"{outcome.title} per enhet, {data.year}", whole, rows),
        _beyond(outcome, whole, rows),
        "Varje punkt är en enhet: andelen av dem som svarat. Den streckade linjen är alla "
        "tillsammans",
        "Innanför de inre linjerna kan skillnaden vara slump. Utanför de yttre är det inte "
        "troligt. Tratten är ingen rangordning: få svar ger stora skillnader.",
    )  # fmt: skip
    _say_outside(whole, rows)


Unit = tuple[str, Fact, tuple[Fact, ...]]  # its name, its share, the limits of a funnel


def _say_outside(whole: Fact, rows: Sequence[Unit]) -> None:
    """Which units lie outside the inner limits and, where one does, outside the outer ones."""
    known = [row for row in rows if None not in (f.value for f in row[2])]
    for place, which in ((0, "inre"), (2, "yttre")) if known else ():
        held = [(label, share, limits[place : place + 2]) for label, share, limits in known]
        many = _outside(whole, known, place, which)
        where = f"utanför de {which} gränserna"
        begun = author.word(many, f"{where.capitalize()} ligger", "", f"Ingen enhet ligger {where}")
        out = [
            f"{label} ({author.word(share - whole, 'över', 'under', 'vid')} alla tillsammans)"
            for label, share, limits in held
            if not _within(share, *limits)
        ]
        author.say(f"{begun} {', '.join(out)}." if out else f"{begun}.")
        if not out:
            return


def _beyond(outcome: Outcome, whole: Fact, rows: Sequence[Unit]) -> str:
    """The funnel's title: whether any unit lies outside the inner limits."""
    known = [row for row in rows if None not in (f.value for f in row[2])]
    if not known:
        return f"{outcome.title} per enhet: {whole} av alla som svarat"
    many = _outside(whole, known, 0, "inre")
    if show(many, "d").text == "0":
        none = author.word(many, "några enheter", "", "ingen enhet")
        return f"{outcome.title}: {none} skiljer sig mer än slumpen kan förklara"
    units = author.agree(many, "enhet ligger", "enheter ligger", "d")
    return f"{outcome.title}: {many:d} {units} utanför de inre gränserna"


def _outside(whole: Fact, known: Sequence[Unit], place: int, which: str) -> Fact:
    """How many units lie outside a pair of limits, which begins at `place`."""
    (many,) = author.stat(
        "outside", *(f for _, share, limits in known for f in (share, *limits[place : place + 2])),
        as_=f"utanfor_{which}_{whole.name}", title=f"{whole.title}, {which} gränserna",
    )  # fmt: skip
    return many


def _within(share: Fact, low: Fact, high: Fact) -> bool:
    return exact(low.value or 0) <= exact(share.value or 0) <= exact(high.value or 0)
