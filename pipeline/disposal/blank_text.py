"""Records of a delimited text file blanked in place: every other byte stays as it is."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection

from pipeline.intake.delimited import find_separator

_HINT = re.compile(r"sep=(.)\r?[\n\r]", re.IGNORECASE)


def blank_text(data: bytes, rows: Collection[int]) -> bytes:
    """The file with the records `rows` (1-based, as the reader counts them) as separators alone."""
    mark, encoding = _encoding(data)
    text = data[len(mark) :].decode(encoding)
    hint = _HINT.match(text)
    head = hint[0] if hint else ""
    body = text[len(head) :]
    separator = hint[1] if hint else find_separator(body)
    lines = list(io.StringIO(body, newline=""))
    reader = csv.reader(iter(lines), delimiter=separator)
    made: list[str] = []
    start = 0
    for number, record in enumerate(reader, start=1):
        end = reader.line_num
        if number in rows:
            last = lines[end - 1]
            ending = last[len(last.rstrip("\r\n")) :]
            made.append(separator * (len(record) - 1) + ending)
        else:
            made += lines[start:end]
        start = end
    made += lines[start:]
    return mark + (head + "".join(made)).encode(encoding)


def _encoding(data: bytes) -> tuple[bytes, str]:
    """Byte order mark and an encoding that gives every byte back. Separators, quotes and line
    ends are ASCII in all but UTF-16, so any one-byte encoding will do for the rest."""
    for mark, encoding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "latin-1"),
    ):  # fmt: skip
        if data.startswith(mark):
            return mark, encoding
    if b"\x00" in data[:400]:
        return b"", "utf-16-be" if data[:1] == b"\x00" else "utf-16-le"
    return b"", "latin-1"
