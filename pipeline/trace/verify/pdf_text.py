"""A PDF's text, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

Read = tuple[list[str], bool]  # the pages' texts as far as they could be read, and whether all were


class PdfText:
    """The pages of a PDF, read once."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._ahead: Future[Read] | None = None

    def begin(self, beside: Executor) -> None:
        """Have it read meanwhile: PDFium leaves the interpreter to the rest. It does one thing at a
        time, so all PDFs of a process are read by one thread."""
        self._ahead = beside.submit(read_pdf, self._path)

    def pages(self) -> Iterator[str]:
        """The pages' texts, in order, without the hyphens of broken words. Raises ValueError for a
        file that cannot be read, where that begins."""
        texts, whole = read_pdf(self._path) if self._ahead is None else self._ahead.result()
        yield from texts
        if not whole:
            raise ValueError(self.name)


def read_pdf(path: Path) -> Read:
    """The texts of a PDF's pages."""
    import pypdfium2 as pdfium

    made: list[str] = []
    try:
        with pdfium.PdfDocument(path) as document:
            for page in document:
                # PDFium joins a broken word by a character that is none.
                made.append(page.get_textpage().get_text_range().replace("\ufffe", ""))
    except (pdfium.PdfiumError, OSError):
        return made, False
    return made, True
