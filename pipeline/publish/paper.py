"""A paper of a few pages out of one notebook: PDF, Word, the notebook itself and its ledger. For
those who decide: each number is one that the report shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from pipeline.errors import GateError
from pipeline.publish import docx, ledger, notebooks, pdf, public
from pipeline.publish.document import Document, Meta, collect
from pipeline.publish.public_edition import LEDGER

NOTEBOOKS = "notebooks"
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it was written."""

    document: Document
    printed: bytes
    word: bytes


def publish(name: str, meta: Meta, folder: Path, report: str, outward: bool) -> Paper:
    """Write the paper of the executed notebook `folder/notebooks/<name>.ipynb`. `report`: where,
    from the folder of notebooks, the report with its register lies. `outward`: it may leave, and
    what lies in the file says no more than its texts."""
    path = folder / NOTEBOOKS / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    document = collect({name: notebook}, meta)
    ledger.write_ledger(document, folder)
    told, attached = document, None
    if outward:
        told = public.reduced(document)
        text = public.public_ledger(told)
        attached = pdf.Attachment(public.FILE, "application/json", LEDGER, text.encode())
    printed = pdf.render(told, attached, pdf.PaperTypstExporter)
    word = docx.render(told)
    (folder / f"{name}.pdf").write_bytes(printed)
    (folder / f"{name}.docx").write_bytes(word)
    facts = frozenset(record["id"] for record in ledger.facts(document))
    # The paper itself is no page: what it says stands in its PDF, its numbers in the report.
    page = notebooks.render(
        notebook, name, document, report=report, facts=facts, placed=False,
        up=(f"../{name}.pdf", document.meta.title),
    )  # fmt: skip
    path.with_suffix(".html").write_text(page, encoding="utf-8", newline="\n")
    return Paper(document, printed, word)


def refuse_new(document: Document, shown: Iterable[ledger.Record], outward: bool) -> None:
    """Raise GateError where a paper shows a number that the report (`shown`: its occurrences)
    does not; of one that may leave also where it is told in another way."""
    keys = ("fact", "part", "text") if outward else ("fact",)
    known = {tuple(row[k] for k in keys) for row in shown}
    new = [
        f"\n  {row['notebook']}, cell {row['cell_id']}: {row['text']}"
        for row in ledger.occurrences(document)
        if tuple(row[k] for k in keys) not in known
    ]
    if new:
        raise GateError(
            f"{document.meta.title} visar tal som inte står i rapporten:{''.join(new[:SHOWN])}\n"
            "Den förra utgåvan ligger kvar. Hämta talet ur ett kapitel, med named, och skriv det "
            "som kapitlet gör."
        )
