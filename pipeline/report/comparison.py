"""The results beside other sources (the routine's ten): each stands there or is said to be
missing. A difference is computed only where who answers, the question, the scale and the time agree
by the codebook (`comparisons`); else the two stand side by side, with what differs."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.facts import derive
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset, codebooks
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean, share
from pipeline.forms.codebook import ASPECTS, Codebook, Comparison
from pipeline.report import author, tables
from pipeline.report.blocks import display
from pipeline.report.context import current
from pipeline.report.key_figures import guideline
from pipeline.report.kolada import SURVEY, called, parted, per_cent
from pipeline.report.tabular import Series
from pipeline.workspace import load_kommun

MANY = 8  # more lines than this cannot be told apart: the table alone
NATION = "0000"
BROKEN_OFF = "avslutsorsak IN ('avbrots_klient', 'avbrots_verksamhet', 'uteblev')"
Outcome = Callable[[Dataset], Fact]


def _outcome(where: str, name: str, title: str, distinct: str | None = None) -> Outcome:
    return lambda data: share(data, where, distinct=distinct, name=name, title=title)


# The outcomes that are followed from year to year, as the chapter of the year defines them.
OUTCOMES: dict[str, Outcome] = {
    name: _outcome(where, name, title, distinct)
    for name, where, title, distinct in (
        ("nojd_med_kontakten", "nojd_kontakt >= 4", "Nöjda med kontakten", None),
        ("nojd_med_resultatet", "nojd_resultat >= 4", "Nöjda med resultatet", None),
        ("situation_battre", "situation_efter IN ('lite_battre', 'mycket_battre')",
         "Bättre eller mycket bättre situation efter insatsen", None),
        ("avbrutna", BROKEN_OFF, "Avbrutna insatser", "insats_id"),
    )
}  # fmt: skip


def table_of(name: str) -> Dataset | None:
    """A table of the year; None where no form has that name or nothing has been handed in."""
    found = author.data(name) if name in codebooks(current().workspace.raw) else None
    return None if found is None or found.missing else found


def lacking(what: str) -> None:
    """Say that a source is missing."""
    display(tables.missing(what))


def sources() -> dict[str, bool]:
    """The routine's ten sources in its order: whether the chapter on comparisons has each."""
    here = current()
    own = any(
        book.comparisons and table_of(name) is not None
        for name, book in codebooks(here.workspace.raw).items()
    )
    asked = table_of("intressenter") is not None
    return {
        "Brukarundersökningar": own or bool(kolada_measures(lambda kpi: kpi in SURVEY)),
        "Granskning av dokumentation": table_of("granskning") is not None,
        "Nationella och regionala riktlinjer": table_of("riktlinjer") is not None,
        "Öppna jämförelser och andra verksamheter": bool(
            kolada_measures(lambda kpi: kpi not in SURVEY)
        ),
        "Tidigare resultat": {here.year, here.year - 1} <= set(author.years("avslut")),
        "Synpunkter från medarbetare": asked,
        "Synpunkter från beställare av uppdrag": asked,
        "Synpunkter från samarbetspartners": asked,
        "Genomgång av klagomål och synpunkter": table_of("klagomal") is not None,
        "Genomgång av rapporteringar, avvikelser och lex Sarah": table_of("avvikelser") is not None,
    }


def user_surveys() -> None:
    """Own surveys beside the national one, then the national one's series."""
    books = [b for _, b in sorted(codebooks(current().workspace.raw).items()) if b.comparisons]
    there = [book for book in books if table_of(book.name) is not None]
    compared = [(book, each) for book in there for each in book.comparisons]
    national = kolada_measures(lambda kpi: kpi in SURVEY)
    if not compared and not national:
        lacking("Brukarundersökningar")
    else:
        for book in books:
            if book not in there:
                lacking(book.title)
    for alike, title in ((True, "Egen enkät mot Kolada"), (False, "Egen enkät bredvid Kolada")):
        mine = [(b, c) for b, c in compared if (not c.differs) is alike]
        if mine:
            _beside(mine, alike, title)
    group = ""
    for kpi in national:
        if parted(kpi)[0] != group:
            group = parted(kpi)[0]
            author.heading(group)
        show_measure(kpi)


def _beside(compared: list[tuple[Codebook, Comparison]], alike: bool, title: str) -> None:
    here = current()
    kod = load_kommun(here.workspace.raw).kod
    rows: dict[str, list[Fact | None]] = {}
    for book, each in compared:
        own = share(
            author.data(book.name), each.where,
            name=f"{book.name}_{each.kpi.lower()}", title=f"{each.title} (egen enkät)",
        )  # fmt: skip
        published = [author.cite("kolada", kpi=each.kpi, municipality=m) for m in (kod, NATION)]
        rows[f"{each.title} ({each.kpi})"] = [own, own, *published]
        if alike:
            rows[f"{each.title} ({each.kpi})"] += [
                *author.stat("wilson", own),
                *author.stat("against", own, published[0]),
            ]
    head = ["Fråga", "Egen enkät", "Svar (n)|n", "Kolada: kommunen, procent",
            "Kolada: riket, procent"]  # fmt: skip
    note = "Källa: Kolada."
    if alike:
        head += ["Egen enkät: från", "till", "Skillnad mot kommunen|+.1pp"]
    else:
        note += " Ej direkt jämförbart: ingen skillnad är uträknad."
    author.grid(f"{title}, {here.year}", head, rows, note)
    _differences([each for _, each in compared])


def _differences(compared: list[Comparison]) -> None:
    """Say in what they are not alike: what is the same for all of them once."""
    first, *rest = (each.differs for each in compared)
    common = {a: t for a, t in first.items() if rest and all(d.get(a) == t for d in rest)}
    groups = [("samtliga frågor", common)]
    for each in compared:
        own = {a: t for a, t in each.differs.items() if a not in common}
        groups.append((each.title.lower(), own))
    for about, differs in groups:
        if differs:
            told = "; ".join(f"{ASPECTS[a]} ({text})" for a, text in differs.items())
            author.say(f"Ej direkt jämförbart, {about}: {told}.", "note")


def guidelines() -> None:
    """Every target beside the outcome that it is about, and where it comes from."""
    targets = table_of("riktlinjer")
    ended = author.data("avslut")
    if targets is None or targets.table is None:
        lacking("Nationella och regionala riktlinjer")
        return
    rows: dict[str, list[Fact | None]] = {}
    for row in targets.table.to_pylist():
        measure = str(row["matt"])
        outcome = OUTCOMES[measure](ended) if measure in OUTCOMES else None
        label = outcome.title if outcome is not None else _said(row["titel"]) or measure
        target = guideline(outcome)[0] if outcome is not None else None
        if target is None:
            unit = "procent" if row["mats_i"] == "procent" else ""
            target = mean(
                targets, "mal", p.to_sql(p.equals("matt", measure)),
                name=f"mal_{measure}", title=f"Mål: {label}", unit=unit,
            )  # fmt: skip
        rows[label] = [None if target.status == "tom" else target, outcome]  # without a number
    sources = sorted({_said(row["kalla"]) for row in targets.table.to_pylist()} - {""})
    author.grid(
        f"Resultat bredvid riktlinjer och mål, {current().year}",
        ["Mått", "Mål", "Årets resultat"],
        rows,
        f"Målen kommer från: {'; '.join(sources)}." if sources else "",
    )


def _said(text: str | None) -> str:
    """A text of the municipality's own, unless it holds a digit: every number in the report is
    to be traced."""
    return "" if not text or any(map(str.isdigit, text)) else text.rstrip(". ")


def open_comparisons() -> None:
    """Kolada's measures that are no user survey, every municipality chosen over the years."""
    found = kolada_measures(lambda kpi: kpi not in SURVEY)
    if not found:
        lacking("Öppna jämförelser och andra verksamheter")
    for kpi in found:
        author.heading(called(kpi))
        show_measure(kpi)


def earlier_results() -> None:
    """The outcomes over all years that there are."""
    known = author.years("avslut")
    if current().year not in known:
        lacking("Tidigare resultat")
        return
    lines = [(name, [made(author.data("avslut", y)) for y in known])
             for name, made in OUTCOMES.items()]  # fmt: skip
    title = "Resultaten år för år"
    series = Series(title, tuple((facts[0].title, tuple(facts)) for _, facts in lines))
    author.chart(
        "line", series, author.trend("Andelen nöjda med kontakten", lines[0][1], sample=True),
        "Andel av dem som besvarat frågan, eller av insatserna, per år", interval=True,
    )  # fmt: skip


def answers_of(role: str, what: str) -> None:
    """How many of a role answered the yearly survey, and where their answers are told."""
    answers = table_of("intressenter")
    if answers is None:
        lacking(f"Synpunkter från {what}")
        return
    where = p.to_sql(p.equals("roll", role))
    many = count(answers, where, name=f"svar_fran_{role}", title=f"Svar från {what}")
    author.say(
        f"{many} svar finns från {what}. Svaren står i kapitlet om medarbetare, beställare och "
        "samarbetspartners."
    )


def reports_of(name: str, what: str, told: str) -> None:
    """A register's number of rows this year and last, and where they are told."""
    now = table_of(name)
    if now is None:
        lacking(what)
        return
    many = count(now, name=name, title=what)
    before = count(author.data(name, current().year - 1), name=name, title=what)
    last_year = "" if before.status == "saknas" else f", året före {before}"
    author.say(f"{what}: {many}{last_year}. {told}")


def kolada_measures(chosen: Callable[[str], bool]) -> list[str]:
    """The chosen ones among the measures of the year's Kolada answers."""
    found = author.data("jamforelser")
    kpis = set() if found.table is None else set(found.table.column("kpi").to_pylist())
    return sorted(filter(chosen, kpis))


def show_measure(kpi: str) -> None:
    """One measure: every municipality over the years, both sexes together, as Kolada has it.

    The workspace's own municipality stands first.
    """
    lines = author.cited_series(kpi)
    own = load_kommun(current().workspace.raw)
    first = own.kommuner.get(own.kod, own.kod)
    ordered = sorted(lines, key=lambda name: (name != first, name))
    name = called(kpi)
    series = Series(f"{name} (Källa: Kolada)", tuple((n, tuple(lines[n])) for n in ordered))
    source = "Källa: Kolada. Värdena återges som de publicerats."
    if len(ordered) > MANY:
        author.show(series, source)
        return
    unit = "Procent" if per_cent(kpi) else "Värdet i Koladas enhet"
    published = _published(kpi, lines.get(first), lines.get(own.kommuner.get(NATION, NATION)))
    author.chart("line", series, published, f"{unit}, per år ({kpi})", source)


def _published(kpi: str, own: list[Fact] | None, nation: list[Fact] | None) -> str:
    """A picture's title: the municipality's latest value beside the nation's, which are published
    of the same measure and year."""
    _, item = parted(kpi)
    mine, whole = (line[-1] if line else None for line in (own, nation))
    if mine is None or mine.value is None:
        return f"{item}, per kommun"
    unit = " procent" if per_cent(kpi) else ""
    if whole is None or whole.value is None:
        return f"{item}: {mine}{unit}"
    which = derive.wording(mine - whole, "mer än", "mindre än", "lika mycket som", decimals=1)
    return f"{item}: {mine}{unit}, {which} rikets {whole}"
