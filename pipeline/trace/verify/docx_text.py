"""A Word file's text, read with zipfile and ElementTree alone."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class DocxText:
    """The text of a Word file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def lines(self) -> Iterator[str]:
        """The text, a paragraph or a table's row at a time. Raises ValueError for a file that
        cannot be read."""
        try:
            with zipfile.ZipFile(self._path) as package:
                tree = ElementTree.fromstring(package.read("word/document.xml"))
        except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
            raise ValueError(self.name) from error
        for node in tree.findall(f"{_W}body/*"):
            rows = node.iter(f"{_W}tr") if node.tag == f"{_W}tbl" else (node,)
            for row in rows:
                yield " ".join(t.text or "" for t in row.iter(f"{_W}t"))
