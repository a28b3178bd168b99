"""The text of a PDF in the order in which it is drawn, with what each part of it is.

pypdf opens the file; the pages' own streams are read here, since `extract_text` computes where
every letter stands, which takes it 20 s for 250 pages, and tells no header from a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipeline.memory import remembered_value

# Parentheses that balance need no escape, and glyphs' codes are bytes like any other: in a long
# text with some "(" and ")" among its codes they stand several deep.
_INSIDE = rb"[^()\\]|\\."
_NESTED = _INSIDE
for _ in range(8):
    _NESTED = rb"(?:" + _INSIDE + rb"|\((?:" + _NESTED + rb")*\))"
_STRING = rb"\((?:" + _NESTED + rb")*\)"
_DICTIONARY = rb"<<(?:[^<>()]|" + _STRING + rb"|<[0-9A-Fa-f\s]*>|<<[^<>]*>>)*>>"
_PART = re.compile(rb"(" + _STRING + rb")|<([0-9A-Fa-f\s]*)>", re.DOTALL)
_OPERATION = re.compile(
    rb"\[(?P<array>(?:[^\]\\(]|" + _STRING + rb")*)\]\s*TJ"
    rb"|(?P<string>" + _STRING + rb"|<[0-9A-Fa-f\s]*>)\s*(?P<shown>Tj|'|\")?"
    rb"|/(?P<font>[^\s/<>\[\]()]+)\s+[-\d.]+\s+Tf"
    rb"|/(?P<tag>\w+)\s*(?P<properties>" + _DICTIONARY + rb"|/\w+)?\s*B(?:DC|MC)(?![A-Za-z])"
    rb"|(?P<end>(?<![A-Za-z/])EMC(?![A-Za-z]))"
    rb"|/(?P<object>[^\s/<>\[\]()]+)\s+Do(?![A-Za-z])"
    rb"|1 0 0 -1 (?P<x>-?[\d.]+) -?[\d.]+ cm(?![A-Za-z])"
    rb"|(?P<image>(?<![A-Za-z/])BI(?=\s))",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_USUAL = re.compile(rb"(?:[^\\]|\\[0-3][0-7][0-7]|\\[()nrtbf])*", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f",
            b"\n": b"", b"\r": b"", b"\r\n": b""}  # fmt: skip
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
_ARTIFACTS = ((b"/Header", "header"), (b"/Footer", "footer"), (b"/Pagination", "repeated"))
_ACTUAL = re.compile(rb"/ActualText\s*(" + _STRING + rb"|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_NAMED_DIGITS = dict(
    zip("zero one two three four five six seven eight nine".split(), "0123456789", strict=True)
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn text. `kind`: text, header, footer, repeated (a table's head on a new page),
    layout, spoken (said instead of what is drawn), unreadable, raster. `x` in points."""

    page: int
    kind: str
    text: str
    x: float


def drawn(reader: Any) -> Iterator[Drawn]:
    """Every text of every page; pages count from 1."""
    fonts: dict[int, _Font] = {}
    for number, page in enumerate(reader.pages, start=1):
        contents, resources = page.get("/Contents"), page.get("/Resources") or {}
        data = b"" if contents is None else _data(contents.get_object())
        # What is drawn on a page follows from its stream and from what that names.
        key = [data, *_named(resources, 0)]
        read = partial(_read, data, resources, fonts)
        for told in remembered_value("läsningen av en sida i PDF", [__name__], key, read):
            yield Drawn(number, *told)


def _read(data: bytes, resources: Any, fonts: dict[int, _Font]) -> list[tuple[str, str, float]]:
    return [(d.kind, d.text, d.x) for d in _Stream(0, fonts).read(data, resources)]


def _named(resources: Any, depth: int) -> Iterator[str | bytes]:
    """All that reading a stream looks at beside it: fonts, and forms with what they name."""
    given = resources.get_object()
    for name, font in (given.get("/Font") or {}).items():
        about = font.get_object()
        mapped, encoding = (about.get(k) for k in ("/ToUnicode", "/Encoding"))
        yield from (str(name), str(about.get("/Subtype")))
        yield "" if encoding is None else repr(encoding.get_object())
        has_map = mapped is not None and hasattr(mapped.get_object(), "get_data")
        yield bytes(mapped.get_object().get_data()) if has_map else b""
    for name, thing in (given.get("/XObject") or {}).items():
        form = thing.get_object()
        yield from (str(name), str(form.get("/Subtype")))
        if form.get("/Subtype") == "/Form" and depth < 8:
            yield bytes(form.get_data())
            yield from _named(form.get("/Resources") or resources, depth + 1)


def _data(contents: Any) -> bytes:
    if isinstance(contents, list):
        return b"\n".join(part.get_object().get_data() for part in contents)
    return bytes(contents.get_data())


@dataclass(frozen=True, slots=True)
class _Font:
    """Codes to text. A simple font without a map of its own is read as Windows' Latin."""

    letters: Mapping[int, str]
    width: int
    readable: bool

    def text(self, codes: bytes) -> str | None:
        if not self.readable:
            return None
        if not self.width:
            return codes.decode("cp1252", "replace")
        step, get = self.width, self.letters.get
        numbers = [int.from_bytes(codes[k : k + step], "big") for k in range(0, len(codes), step)]
        found = [get(n) for n in numbers]
        if None in found and self.width == 1:
            found = [t or chr(n) for t, n in zip(found, numbers, strict=True)]
        return None if None in found else "".join(t or "" for t in found)


class _Stream:
    def __init__(self, page: int, fonts: dict[int, _Font]) -> None:
        self.page, self.fonts = page, fonts

    def read(self, data: bytes, resources: Any, depth: int = 0) -> Iterator[Drawn]:
        resources = resources.get_object()
        font: _Font | None = None
        marks: list[str] = []
        x = 0.0
        for found in _OPERATION.finditer(data):
            match found.lastgroup:
                case "array" | "string" | "shown":
                    codes = found["array"] if found["string"] is None else found["string"]
                    if found["string"] is not None and found["shown"] is None:
                        continue
                    text = font.text(joined(codes)) if font else None
                    kind = next((m for m in reversed(marks) if m), "text")
                    if text is None:
                        kind, text = "unreadable", ""
                    yield Drawn(self.page, kind, text, x)
                case "font":
                    font = self.font(resources, found["font"].decode("latin-1"))
                case "tag" | "properties":
                    properties = found["properties"] or b""
                    marks.append(_kind(found["tag"], properties))
                    for spoken in _ACTUAL.finditer(properties):
                        yield Drawn(self.page, "spoken", pdf_string(spoken[1]), x)
                case "end":
                    del marks[-1:]
                case "object":
                    yield from self.object(resources, found["object"].decode("latin-1"), depth)
                case "x":
                    x = float(found["x"])
                case "image":
                    yield Drawn(self.page, "raster", "", x)

    def object(self, resources: Any, name: str, depth: int) -> Iterator[Drawn]:
        given = (resources.get("/XObject") or {}).get(f"/{name}")
        if given is None:
            return
        form = given.get_object()
        if form.get("/Subtype") == "/Form" and depth < 8:
            yield from self.read(form.get_data(), form.get("/Resources") or resources, depth + 1)
        else:
            yield Drawn(self.page, "raster", name, 0.0)

    def font(self, resources: Any, name: str) -> _Font | None:
        given = (resources.get("/Font") or {}).get(f"/{name}")
        if given is None:
            return None
        dictionary = given.get_object()
        key = id(dictionary)
        if key not in self.fonts:
            self.fonts[key] = _font(dictionary)
        return self.fonts[key]


def _kind(tag: bytes, properties: bytes) -> str:
    if tag != b"Artifact":
        return ""
    return next((kind for word, kind in _ARTIFACTS if word in properties), "layout")


def _font(dictionary: Any) -> _Font:
    composite = dictionary.get("/Subtype") == "/Type0"
    mapped = dictionary.get("/ToUnicode")
    if mapped is not None and hasattr(mapped.get_object(), "get_data"):
        return _Font(_letters(mapped.get_object().get_data()), 2 if composite else 1, True)
    encoding = dictionary.get("/Encoding")
    named = encoding.get_object() if encoding is not None else None
    letters: dict[int, str] = {}
    if isinstance(named, Mapping):
        code = 0
        for entry in named.get("/Differences", ()):
            if isinstance(entry, int):
                code = int(entry)
            else:
                letters[code] = _NAMED_DIGITS.get(str(entry)[1:], str(entry)[1:][:1])
                code += 1
    return _Font(letters, 1 if letters else 0, not composite)


def _letters(cmap: bytes) -> dict[int, str]:
    """A ToUnicode map's codes and their text."""
    letters: dict[int, str] = {}
    for kind, body in _BLOCK.findall(cmap):
        parts = [m for m in _HEX.finditer(body)]
        k = 0
        step = 2 if kind == b"bfchar" else 3
        while k + step <= len(parts):
            first = int(parts[k][1] or b"0", 16)
            if step == 2:
                letters[first] = _utf16(parts[k + 1][1])
                k += 2
                continue
            last = int(parts[k + 1][1] or b"0", 16)
            if parts[k + 2][2]:
                k += 3
                code = first
                while k < len(parts) and not parts[k][3]:
                    letters[code] = _utf16(parts[k][1])
                    code, k = code + 1, k + 1
                k += 1
                continue
            start = _utf16(parts[k + 2][1])
            for code in range(first, min(last, first + 65535) + 1):
                letters[code] = start[:-1] + chr(ord(start[-1]) + code - first) if start else ""
            k += 3
    return letters


def _utf16(digits: bytes | None) -> str:
    return bytes.fromhex((digits or b"").decode("ascii")).decode("utf-16-be", "replace")


def joined(array: bytes) -> bytes:
    """The codes of the strings in an array of TJ, or of one string."""
    return b"".join(_plain(s) if s else _bytes(h) for s, h in _PART.findall(array))


def _plain(string: bytes) -> bytes:
    inside = string[1:-1]
    if b"\\" not in inside:
        return inside
    if _USUAL.fullmatch(inside):  # no function called for each letter
        usual = inside.replace(b"\\(", b"\\050").replace(b"\\)", b"\\051")
        return usual.decode("unicode_escape").encode("latin-1")
    return _ESCAPE.sub(_unescaped, inside)


def _unescaped(match: re.Match[bytes]) -> bytes:
    given = match[1]
    if given[:1].isdigit():
        return bytes([int(given, 8) & 255])
    return _ESCAPED.get(given, given)


def _bytes(digits: bytes) -> bytes:
    clean = b"".join(digits.split())
    return bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode("ascii"))


def pdf_string(written: bytes) -> str:
    """A text string of the file (not of a font): UTF-16 or Latin."""
    raw = joined(written)
    if raw[:2] == b"\xfe\xff":
        return raw[2:].decode("utf-16-be", "replace")
    if raw[:3] == b"\xef\xbb\xbf":
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("cp1252", "replace")
