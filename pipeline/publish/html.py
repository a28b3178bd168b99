"""The report as one HTML file: offline, under a strict content policy, without scripts but for
the trace panel of the internal edition."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode
from traitlets import Unicode

from pipeline.memory import remembered
from pipeline.publish import register as reg
from pipeline.publish.contents import following
from pipeline.publish.document import Document
from pipeline.publish.exporter import PageExporter, document_of
from pipeline.publish.html_blocks import HtmlBlocks
from pipeline.publish.panel.data import Panel


class ReportHTMLExporter(PageExporter):
    """Document → HTML. `resources["notebooks"]` is the folder where register entries find the
    code; without it they do not link there. `resources["panel"]` is the trace panel, or None."""

    template_file = Unicode("rapport.html.j2")
    sheets = ("bas.css", "rapport.css")

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        document = document_of(notebook, given)
        writer = HtmlBlocks()
        given = {"notebooks": "", "panel": None, "statement": "", **given}
        panel: Panel | None = given["panel"]
        register = reg.register(document)
        styles = following(len(document.chapters) + bool(register))
        given |= {"styles": styles}
        if panel is not None:
            given |= {"styles": styles + panel.css, "script": panel.script, "shards": panel.shards}
        return super().prepare(notebook, given) | {
            "meta": document.meta,
            "chapters": [
                (chapter, Markup("\n").join(map(writer.block, chapter.blocks)))
                for chapter in document.chapters
            ],
            "register": [self._group(group, given["notebooks"]) for group in register],
            "register_title": reg.TITLE,
            "register_introduction": reg.INTRODUCTION,
        }

    def _group(self, group: reg.Group, notebooks: str) -> Markup:
        """A group of the register."""

        def made() -> bytes:
            template = self.environment.get_template("faktagrupp.html.j2")
            return str(template.render(group=group, notebooks=notebooks)).encode()

        key = [repr(group), notebooks]
        return Markup(remembered("registret på sidan", [__name__], key, made).decode())


def render(
    document: Document,
    notebooks: str = "",
    characters: str = "",
    panel: Panel | None = None,
    statement: str = "",
) -> str:
    """The report's page. `statement`: the address of its accessibility statement."""
    return ReportHTMLExporter().render(
        document=document, notebooks=notebooks, characters=characters, panel=panel,
        statement=statement,
    )  # fmt: skip
