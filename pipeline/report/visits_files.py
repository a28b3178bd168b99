"""What the files that were read at the year's visits show, criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.derive import largest
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, share
from pipeline.facts.table import FactTable
from pipeline.report import author
from pipeline.report.audit import FORM, areas
from pipeline.report.audit_figures import ANSWERED, LAWS, YES
from pipeline.report.blocks import Registry, display, runs
from pipeline.report.context import current
from pipeline.report.tables import missing
from pipeline.report.visits import grade, seen
from pipeline.report.written import Row, lay


def show_files() -> None:
    """The files of all visits' kunder, criterion by criterion. All that were drawn are read: a
    census, without intervals."""
    if current().edition != "intern":
        author.say(
            "Granskningen av akter redovisas i den interna utgåvan: få akter läses per besök.",
            "note",
        )
        return
    rows = author.data(FORM)
    if rows.missing:
        display(missing("granskning av dokumentation"))
        return
    for met, most in _laws(rows):
        name = met.title
        finding = name if most is None else _most(most)
        author.chart("bars", met, finding, f"Andel av årets granskade akter. {name}",
                     "Alla dragna kunder är granskade: inget intervall.")  # fmt: skip


def show_lacking() -> None:
    """What is most often lacking in the files, law by law, in a sentence each."""
    rows = author.data(FORM)
    if rows.missing:
        display(missing("granskning av dokumentation"))
        return
    for _, most in _laws(rows):
        if most is not None:
            author.say(f"{_most(most)}.")


Most = tuple[Fact, Fact]  # the criterion, and how many files lack it


def _laws(rows: Dataset) -> Iterator[tuple[FactTable, Most | None]]:
    """Each law's criteria with how many files meet them, and the one most often lacking."""
    for law in LAWS:
        of_law = rows.where(p.to_sql(p.equals("lagrum", law)))
        name = rows.dimension("lagrum").label(law)
        asked: FactTable = count(of_law, ANSWERED, by="kriterium", name=f"besok_granskade_{law}",
                                 title=f"Granskat, {name}")  # fmt: skip
        asked = asked.shown()
        if asked.missing or not asked.classes[0]:
            continue
        met: FactTable = share(
            of_law, YES, of=ANSWERED, by="kriterium", name=f"besok_uppfyllt_{law}",
            title=f"Uppfyllda kriterier, {name}",
        )  # fmt: skip
        lacking: FactTable = count(
            of_law, "svar IN ('delvis', 'nej')", by="kriterium", name=f"besok_brister_{law}",
            title=f"Brister, {name}",
        )  # fmt: skip
        yield met.only(*asked.classes[0]), largest(lacking)


def _most(most: Most) -> str:
    return f"Brister oftast: ”{most[0]}”, helt eller delvis i {most[1]} akter"


def show_documentation() -> None:
    """For the chapter on comparisons: the areas of documentation at every visit."""
    found = seen()
    if not found:
        display(missing("Granskning av dokumentation"))
        return
    read = [a for a in areas() if a.startswith("dokumentation")]
    facts: Registry = {}
    rows: list[Row] = [([v.label], [runs(f"{grade(v, a)}", facts) for a in read]) for v in found]
    heads = ("Verksamhet", *(areas()[a] for a in read))
    lay("Bedömning av dokumentationen vid årets besök", heads, rows, facts)
    author.say("Kriterierna och allt annat från besöken står i kapitlet om verksamhetsuppföljning.")
