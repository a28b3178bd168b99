"""nbconvert exporters that know only the project's own templates, and nothing of the network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import List, Unicode

from pipeline.publish import fonts
from pipeline.publish.document import Document, Meta, collect
from pipeline.publish.text import date_words, whole

_CSS, _CSP = "/*-stil-*/", "-policy-"  # filled in when the page's characters are known
TEMPLATES = Path(__file__).parent / "templates"


class ProjectExporter(TemplateExporter):
    """Renders `templates/<template_file>`. No preprocessor touches the notebook.

    `resources["document"]` is the block document; without it the document is collected from the
    notebook itself and `resources["meta"]`.
    """

    default_preprocessors = List([])
    autoescape = True
    delimiters: Mapping[str, str] = {}
    template_paths = List([str(TEMPLATES)])

    def default_filters(self) -> Iterable[tuple[str, Callable[..., Any]]]:
        return [("datum", date_words), ("antal", whole)]

    def _create_environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=self.autoescape,
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **self.delimiters,
        )  # fmt: skip
        environment.filters.update(self.default_filters())
        return environment

    def render(self, **resources: Any) -> str:
        """The template's text, for resources instead of a notebook of its own."""
        text, _ = self.from_notebook_node(nbformat.v4.new_notebook(), resources)
        return text


def document_of(notebook: NotebookNode, resources: Mapping[str, Any]) -> Document:
    """The document to render: given, or collected from the notebook."""
    if "document" in resources:
        return cast(Document, resources["document"])
    name = resources.get("metadata", {}).get("name") or "rapport"
    return collect({name: notebook}, cast(Meta, resources["meta"]))


class PageExporter(ProjectExporter):
    """An HTML page with its style, its typeface and the policy that lets only those through.

    `resources["characters"]` are characters to embed beside the page's own: pages that are given
    the same ones share one cut of the typeface, which is most of their time.
    """

    file_extension = Unicode(".html")
    output_mimetype = "text/html"
    sheets: tuple[str, ...] = ("bas.css",)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        given = dict(resources or {}) | {"css": Markup(_CSS), "csp": Markup(_CSP)}
        page, given = super().from_notebook_node(nb, given, **kw)
        own = [(TEMPLATES / sheet).read_text(encoding="utf-8") for sheet in self.sheets]
        css = "\n".join([fonts.faces_css(page + given.get("characters", "")), *own])
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        )
        # The head comes first: a survey answer that spells a placeholder stays what it is.
        return page.replace(_CSP, policy, 1).replace(_CSS, css, 1), given
