"""The restricted part of the internal edition: answers in free text, screened, by question.

It is no part of the report: no number leads here, and no other page shows an answer. The order is
that of a hash of place and text, so that neighbours in the file are none here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from traitlets import Unicode

from pipeline.facts.freetext import Answer, answers, forms
from pipeline.forms.codebook import Codebook
from pipeline.publish.exporter import PageExporter
from pipeline.workspace import Workspace, load_kommun

FOLDER = "fritext"
LINK = (
    f"{FOLDER}/index.html",
    "Fritextsvar (begränsad del)",
    "Svaren med egna ord. Bara för dem som arbetar med analysen.",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers. `staff`: of a form that protects staff, whose rows are never
    pointed out."""

    title: str
    answers: Sequence[Answer]
    staff: bool


class FreeTextExporter(PageExporter):
    """A form's answers, or with `questions` None the list of the forms."""

    template_file = Unicode("fritext.html.j2")
    sheets = ("bas.css", "rapport.css", "fritext.css")


def write_freetext(workspace: Workspace, year: int, out: Path) -> None:
    """Write `fritext/index.html` and a page a form into the edition `out`."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    kommun = load_kommun(workspace.raw).namn
    listed: list[tuple[str, str, int]] = []
    for name, book in sorted(forms(workspace).items()):
        questions = _questions(book, list(answers(workspace, year, name)))
        if questions:
            listed.append((name, book.title, sum(len(q.answers) for q in questions)))
            page = FreeTextExporter().render(
                title=book.title, kommun=kommun, year=year, questions=questions, forms=[]
            )
            _write(folder / f"{name}.html", page)
    page = FreeTextExporter().render(
        title="Fritextsvar", kommun=kommun, year=year, questions=None, forms=listed
    )
    _write(folder / "index.html", page)


def _questions(book: Codebook, told: Sequence[Answer]) -> list[Question]:
    made = []
    for field in book.fields:
        mine = sorted((a for a in told if a.field == field.name), key=_shuffled)
        if mine:
            made.append(Question(field.title, mine, book.protects == "staff"))
    return made


def _shuffled(answer: Answer) -> str:
    told = f"{answer.source}!{answer.row}\n{answer.text}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
