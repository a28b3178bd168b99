"""The report as PDF/A-3a and PDF/UA-1, by Typst, with the ledger attached."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import typst
from nbformat import NotebookNode
from traitlets import Unicode

from pipeline.errors import UppfoljningError
from pipeline.publish import fonts, ledger, typst_blocks
from pipeline.publish import register as reg
from pipeline.publish.document import Document
from pipeline.publish.exporter import ProjectExporter, document_of

STANDARDS = ["a-3a", "ua-1"]


class ReportTypstExporter(ProjectExporter):
    """Document → Typst source. `resources["attachment"]` is the attached file's name, or ""."""

    file_extension = Unicode(".typ")
    template_file = Unicode("rapport.typ.j2")
    output_mimetype = "text/x-typst"
    autoescape = False
    delimiters: Mapping[str, str] = {
        "variable_start_string": "<<", "variable_end_string": ">>",
        "block_start_string": "<%", "block_end_string": "%>",
        "comment_start_string": "<#", "comment_end_string": "#>",
    }  # fmt: skip

    def default_filters(self) -> Iterable[tuple[str, Callable[..., Any]]]:
        return [*super().default_filters(), ("text", typst_blocks.literal)]

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        given = {"attachment": "", **(resources or {})}
        document = document_of(nb, given)
        given |= {
            "meta": document.meta,
            "body": "\n\n".join(map(typst_blocks.block, document.blocks())),
            "register": reg.register(document),
            "register_title": reg.TITLE,
            "register_introduction": reg.INTRODUCTION,
        }
        return super().from_notebook_node(nb, given, **kw)


def render(document: Document) -> bytes:
    """The report's PDF. Raises UppfoljningError with Typst's words if it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        ledger.write_ledger(document, Path(folder))
        source = ReportTypstExporter().render(document=document, attachment=ledger.FACTS)
        return compile_pdf(source, Path(folder), document.meta.per_datum)


def compile_pdf(source: str, root: Path, date: dt.date) -> bytes:
    """Compile Typst source whose files lie in `root`. No clock: the PDF is dated `date`."""
    stamp = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    try:
        return typst.compile(
            source.encode("utf-8"), root=str(root), font_paths=[str(fonts.FOLDER)],
            ignore_system_fonts=True, format="pdf", pdf_standards=STANDARDS, timestamp=stamp,
        )  # fmt: skip
    except typst.TypstError as error:
        raise UppfoljningError(
            f"PDF-filen gick inte att framställa: {error.message}\n{error.diagnostic}"
        ) from error
