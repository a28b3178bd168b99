"""What people wrote in their own words, as the report may tell it: themes by number, and the
answers that somebody has released word for word. All else stays in the restricted part."""

from __future__ import annotations

from pipeline.facts import predicate as p
from pipeline.facts.freetext import THEMES, answers, column_of
from pipeline.facts.measure import count
from pipeline.report import author, blocks
from pipeline.report.context import current
from pipeline.report.survey import codebook

HEADING = "Med egna ord"
NOTE = "Teman som en person funnit i svaren; ett svar kan ha flera."


def free_text(form: str, level: int = 3) -> None:
    """Display, for each question of the form that has any, its themes and its released answers.
    Nothing where nothing is coded or released. `level`: of the section's
    heading."""
    here = current()
    coded = author.data(THEMES)
    told = list(answers(here.workspace, here.year, form))
    begun = False
    for field in filter(column_of, codebook(form).fields):
        rows = p.to_sql(p.both(p.equals("formular", form), p.equals("fraga", field.name)))
        quotes = sorted({a.text for a in told if a.field == field.name and a.approved_by})
        some = not coded.missing and bool(coded.selected(p.parse(rows)).any())
        if not some and not quotes:
            continue
        if not begun:
            author.heading(HEADING, level)
            begun = True
        author.heading(field.title, level + 1)
        if some:
            title = f"Teman i svaren på ”{field.title}”"
            name = f"tema_{form}_{field.name}"
            themes = count(coded.where(rows), by="tema", name=name, title=title)
            author.show(themes.sorted(), NOTE)
        for text in quotes:
            blocks.display(blocks.quotation(text))
