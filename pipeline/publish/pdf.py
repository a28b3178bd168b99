"""The report as PDF/A-3a and PDF/UA-1, by Typst, with the ledger attached."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import typst
from jinja2 import Environment
from nbformat import NotebookNode
from traitlets import Unicode

from pipeline.errors import UppfoljningError
from pipeline.logotyp import Logotyp
from pipeline.memory import file_digest, remembered
from pipeline.publish import fonts, ledger, typst_blocks
from pipeline.publish import register as reg
from pipeline.publish.document import Document
from pipeline.publish.exporter import ProjectExporter, document_of
from pipeline.report.charts import tokens

LEDGER = "Faktaregister: varje tal i rapporten med definition, värde, underlag och period"
# An edition whose numbers do not agree when they are computed again is not put in place.
CHECKED = (
    "Varje tal är kontrollräknat på ett andra sätt och står med sin definition i faktaregistret, "
    "sist i rapporten."
)
STANDARDS: tuple[Literal["a-3a", "ua-1"], ...] = ("a-3a", "ua-1")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that lies in the PDF."""

    name: str
    mime: str
    description: str
    content: bytes = b""

    def __deepcopy__(self, _: object) -> Attachment:
        return self  # frozen; nbconvert copies its resources at every step


class ReportTypstExporter(ProjectExporter):
    """Document → Typst source. `resources["attachment"]` is the Attachment, or None."""

    file_extension = Unicode(".typ")
    template_file = Unicode("rapport.typ.j2")
    output_mimetype = "text/x-typst"
    autoescape = False
    delimiters: Mapping[str, Any] = {
        "variable_start_string": "<<", "variable_end_string": ">>",
        "block_start_string": "<%", "block_end_string": "%>",
        "comment_start_string": "<#", "comment_end_string": "#>",
    }  # fmt: skip

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.globals["tokens"] = tokens
        return environment

    def default_filters(self) -> Iterable[tuple[str, Callable[..., Any]]]:
        return [*super().default_filters(), ("text", typst_blocks.literal)]

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        document = document_of(notebook, given)
        return {"attachment": None, **given} | {
            "meta": document.meta,
            "body": typst_blocks.flow(document.blocks()),
            "register": [
                {"title": group.title, "clusters": reg.clusters(group, document.meta.year)}
                for group in reg.register(document)
            ],
            "checked": CHECKED,
            "register_title": reg.TITLE,
            "register_introduction": reg.INTRODUCTION,
            "register_printed": reg.PRINTED,
        }


class CompactTypstExporter(ReportTypstExporter):
    """A document of a few chapters: no cover and no contents."""

    template_file = Unicode("kompakt.typ.j2")


class PaperTypstExporter(ReportTypstExporter):
    """A paper of a few pages: the chapters alone, without cover, contents and register."""

    template_file = Unicode("underlag.typ.j2")

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        prepared = super().prepare(notebook, given)
        # Its first chapter begins where the paper does, under the logo.
        return prepared | {"body": prepared["body"].removeprefix(typst_blocks.TURN)}


def render(
    document: Document,
    attachment: Attachment | None = None,
    exporter: type[ReportTypstExporter] = ReportTypstExporter,
) -> bytes:
    """The report's PDF, with the ledger attached unless something else is. Raises
    UppfoljningError with Typst's words if it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        if attachment is None:
            ledger.write_ledger(document, Path(folder))
            attachment = Attachment(ledger.FACTS, "application/vnd.apache.parquet", LEDGER)
        else:
            (Path(folder) / attachment.name).write_bytes(attachment.content)
        source = exporter().render(document=document, attachment=attachment)
        return compile_pdf(source, Path(folder), document.meta.per_datum, document.meta.logo)


def compile_pdf(source: str, root: Path, date: dt.date, logo: Logotyp | None = None) -> bytes:
    """Compile Typst source whose files lie in `root`, the logo put there too. No clock: the PDF is
    dated `date`."""
    if logo is not None:
        (root / logo.name).write_bytes(logo.content)
    key: list[str | bytes] = [source, date.isoformat()]
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        key += [path.relative_to(root).as_posix(), path.read_bytes()]
    for path in sorted(fonts.FOLDER.iterdir()):
        key += [path.name, file_digest(path)]
    return remembered("PDF", [__name__], key, lambda: _compiled(source, root, date))


def _compiled(source: str, root: Path, date: dt.date) -> bytes:
    stamp = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    main = root / "rapport.typ"
    main.write_text(source, encoding="utf-8", newline="\n")
    try:
        made = typst.compile(
            str(main), root=str(root), font_paths=[str(fonts.FOLDER)], ignore_system_fonts=True,
            format="pdf", pdf_standards=[*STANDARDS], timestamp=stamp,
        )  # fmt: skip
    except typst.TypstError as error:
        hints = " ".join(error.hints)
        raise UppfoljningError(
            f"PDF-filen gick inte att framställa. Typst säger: {error.message} {hints}".strip()
        ) from error
    return bytes(made)
