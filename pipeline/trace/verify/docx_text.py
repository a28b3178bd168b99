"""A Word file's text, read with zipfile and ElementTree alone."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class DocxText:
    """The text of a Word file, as the one page that it is until it is printed."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def pages(self) -> Iterator[str]:
        """The text, a line a paragraph. Raises ValueError for a file that cannot be read."""
        try:
            with zipfile.ZipFile(self._path) as package:
                tree = ElementTree.fromstring(package.read("word/document.xml"))
        except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
            raise ValueError(self.name) from error
        lines = ("".join(t.text or "" for t in p.iter(f"{_W}t")) for p in tree.iter(f"{_W}p"))
        yield "\n".join(lines)

    def close(self) -> None:
        """Nothing is kept open."""
