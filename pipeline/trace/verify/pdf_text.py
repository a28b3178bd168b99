"""A PDF's text, page by page as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


class PdfText:
    """The pages of a PDF as they are read."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def pages(self) -> Iterator[str]:
        """The pages' texts, in order, without the hyphens of broken words. Raises ValueError for a
        file that cannot be read."""
        import pypdfium2 as pdfium

        try:
            with pdfium.PdfDocument(self._path) as document:
                for page in document:
                    # PDFium joins a broken word by a character that is none.
                    yield page.get_textpage().get_text_range().replace("\ufffe", "")
        except (pdfium.PdfiumError, OSError) as error:
            raise ValueError(self.name) from error
