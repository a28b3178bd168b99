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
from pipeline.publish.text import clean, date_words, unbroken_dates, whole

_CSS, _CSP = "/*-stil-*/", "-policy-"  # filled in when the page's characters are known
TEMPLATES = Path(__file__).parent / "templates"


class ProjectExporter(TemplateExporter):
    """Renders `templates/<template_file>`. No preprocessor touches the notebook.

    `resources["document"]` is the block document; without it the document is collected from the
    notebook itself and `resources["meta"]`.
    """

    default_preprocessors: Any = List([])
    autoescape = True
    delimiters: Mapping[str, Any] = {}
    template_paths = List([str(TEMPLATES)])

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)  # type: ignore[no-untyped-call]

    def default_filters(self) -> Iterable[tuple[str, Callable[..., Any]]]:
        return [("datum", date_words), ("antal", whole), ("obrutet", unbroken_dates)]

    def _create_environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=self.autoescape,
            undefined=StrictUndefined, finalize=_finalize, trim_blocks=True, lstrip_blocks=True,
            **self.delimiters,
        )  # fmt: skip
        environment.filters.update(self.default_filters())
        return environment

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        given = self.prepare(nb, dict(resources or {}))
        text, given = super().from_notebook_node(nb, given, **kw)
        return self.finish(text, given), given

    def _preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        # The library copies notebook and resources deeply for preprocessors, of which there are
        # none: of an edition's pages the copies are a good part of the time.
        return nb, resources

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        """The resources that the template reads, from those given."""
        return given

    def finish(self, text: str, given: dict[str, Any]) -> str:
        """What is known only when the template has been rendered."""
        return text

    def render(self, notebook: NotebookNode | None = None, **resources: Any) -> str:
        """The template's text."""
        nb = nbformat.v4.new_notebook() if notebook is None else notebook
        return self.from_notebook_node(nb, resources)[0]


def _finalize(value: Any) -> Any:
    return clean(value) if type(value) is str else value


def document_of(notebook: NotebookNode, resources: Mapping[str, Any]) -> Document:
    """The document to render: given, or collected from the notebook."""
    if "document" in resources:
        return cast(Document, resources["document"])
    name = resources.get("metadata", {}).get("name") or "rapport"
    return collect({name: notebook}, cast(Meta, resources["meta"]))


class PageExporter(ProjectExporter):
    """An HTML page with its style, its typeface and the policy that lets only those through.

    `resources["styles"]` and `resources["script"]` are a style and a script of the page's own
    beside its sheets; with `resources["shards"]` that script may load others beside the page.
    `resources["characters"]` are characters to embed beside the page's own: pages that are given
    the same ones share one cut of the typeface, which is most of their time.
    """

    file_extension = Unicode(".html")
    output_mimetype = "text/html"
    sheets: tuple[str, ...] = ("bas.css",)

    def prepare(self, notebook: NotebookNode, given: dict[str, Any]) -> dict[str, Any]:
        return given | {"css": Markup(_CSS), "csp": Markup(_CSP)}

    def finish(self, text: str, given: dict[str, Any]) -> str:
        own = [(TEMPLATES / sheet).read_text(encoding="utf-8") for sheet in self.sheets]
        css = "\n".join(
            [fonts.faces_css(text + given.get("characters", "")), *own, given.get("styles", "")]
        )
        policy = (
            f"default-src 'none'; style-src {_hashed(css)}; font-src data:; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        )
        if script := given.get("script", ""):
            # Under file: no address tells our files from others: trust goes from script to script.
            policy += f"; script-src {_hashed(script)}"
            policy += " 'strict-dynamic'" if given.get("shards") else ""
        # The head comes first: a survey answer that spells a placeholder stays what it is.
        return text.replace(_CSP, policy, 1).replace(_CSS, css, 1)


def _hashed(text: str) -> str:
    """A text as a content policy names it."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
