"""No untraced number: every numeric token of an edition is a fact's, or allowed without trace."""

from __future__ import annotations

from pipeline.publish.document import Document
from pipeline.publish.layout import Layout
from pipeline.publish.untraced.allowed import Allowed
from pipeline.publish.untraced.document import untraced_in_document
from pipeline.publish.untraced.docx import untraced_in_docx
from pipeline.publish.untraced.finding import Finding, refuse
from pipeline.publish.untraced.page import untraced_in_html
from pipeline.publish.untraced.pdf import untraced_in_pdf


def gate(
    document: Document, html: str, pdf: bytes, allowed: Allowed, layout: Layout = Layout.REPORT
) -> list[Finding]:
    """Refuse an edition that shows a number without a fact. Returns the warnings. `layout`: how the
    PDF is printed.

    Raises GateError, in Swedish: which chapter, cell and text, and what to do.
    """
    return gate_print(document, pdf, allowed, on_page(document, html, allowed), layout)


def on_page(document: Document, html: str, allowed: Allowed) -> list[Finding]:
    """What the first half of `gate` finds, of an edition whose PDF is not there yet: its document
    and its page. Refuses nothing."""
    return untraced_in_document(document, allowed) + untraced_in_html(html, document, allowed)


def gate_print(
    document: Document,
    pdf: bytes,
    allowed: Allowed,
    found: list[Finding],
    layout: Layout = Layout.REPORT,
) -> list[Finding]:
    """The other half: the PDF. Refuses for what it finds, and for what is `found` before it."""
    every = found + untraced_in_pdf(pdf, document, allowed, layout)
    refuse(every)
    return every


def gate_paper(document: Document, pdf: bytes, word: bytes, allowed: Allowed) -> list[Finding]:
    """The same of a paper, which has no page: its PDF and its Word file."""
    found = untraced_in_document(document, allowed)
    found += untraced_in_pdf(pdf, document, allowed, Layout.PAPER)
    found += untraced_in_docx(word, document)
    refuse(found)
    return found


__all__ = [
    "Allowed", "Finding", "gate", "gate_paper", "gate_print", "on_page", "untraced_in_document",
    "untraced_in_docx", "untraced_in_html", "untraced_in_pdf",
]  # fmt: skip
