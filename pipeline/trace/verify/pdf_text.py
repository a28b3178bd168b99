"""A PDF's text, one JSON string a page: run as a script of its own, beside the recomputation."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


class PdfText:
    """The pages of a PDF as they are read. Reading begins at once, in another process."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._reader = subprocess.Popen(
            [sys.executable, "-I", __file__, str(path)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def pages(self) -> Iterator[str]:
        """The pages' texts, in order. Raises ValueError for a file that cannot be read."""
        assert self._reader.stdout is not None
        for line in self._reader.stdout:
            yield json.loads(line)
        if self._reader.wait():
            raise ValueError(self.name)

    def close(self) -> None:
        """Stop reading: what is left of the file is not needed."""
        self._reader.kill()
        self._reader.communicate()


def main(path: str) -> None:
    """Write the pages to standard output."""
    import pypdf

    for page in pypdf.PdfReader(path).pages:
        print(json.dumps(page.extract_text()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
