"""Rows of a workbook blanked in place, in the file's own XML: cells keep their style and lose
what stood in them; other sheets, formats and the results of other rows' formulas stay as they are
(a library that loads and saves would drop those results)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from posixpath import dirname, join, normpath
from xml.etree import ElementTree as ET

from pipeline.errors import UppfoljningError

_ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</\1row>)", re.DOTALL)
_CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
_SHARED = re.compile(rb"<((?:\w+:)?)si\b[^>]*?(?:/>|>.*?</\1si>)", re.DOTALL)
_NUMBER = re.compile(rb'\br="(\d+)"')
_KEPT = re.compile(rb'\b(?:r|s)="[^"]*"')
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>\s*(\d+)\s*</")
_SPREAD = re.compile(rb'<(?:\w+:)?f\b[^>]*\bref="')
_COMMENT = re.compile(
    rb'<((?:\w+:)?)(comment|threadedComment)\b[^>]*\bref="[A-Z]+(\d+)"[^>]*?(?:/>|>.*?</\1\2>)',
    re.DOTALL,
)
_LINK = re.compile(rb'<(?:\w+:)?hyperlink\b[^>]*\bref="[A-Z]+(\d+)"[^>]*?/>')
_EMPTY_LINKS = re.compile(rb"<((?:\w+:)?)hyperlinks>\s*</\1hyperlinks>")
_REL = re.compile(rb'\br:id="([^"]+)"')
STRINGS, BOOK, CHAIN = "xl/sharedStrings.xml", "xl/workbook.xml", "xl/calcChain.xml"
Parts = dict[str, bytes]


def blank_xlsx(data: bytes, rows: Mapping[str, Collection[int]], name: str) -> bytes:
    """The workbook with these rows (sheet → 1-based numbers) blank. Raises UppfoljningError,
    naming the file, where a row cannot be cut out on its own or its content would stay behind."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        parts: Parts = {e.filename: archive.read(e) for e in entries}
    if any(part.startswith("xl/pivotCache/") for part in parts):
        raise UppfoljningError(
            f"{name}: arbetsboken har en pivottabell, och i den ligger en kopia av raderna.\n"
            "Gör så här: ta bort pivottabellen i Excel, spara, kör make annual och gallra sedan."
        )
    sheets = dict(_sheets(parts))
    formulas = False
    gone: set[int] = set()
    for sheet, numbers in rows.items():
        part = sheets[sheet]
        blanked = _Sheet(numbers, name, sheet)
        parts[part] = _ROW.sub(blanked.row, parts[part])
        gone |= blanked.strings
        formulas |= blanked.formulas
        _unlink(parts, part, numbers)
        for other in _related(parts, part):
            if "omment" in other and other in parts:
                parts[other] = _uncommented(parts[other], numbers)
    kept = {i for part in sheets.values() for i in _used(parts[part])}
    _forget(parts, gone - kept)
    if formulas:
        _drop_chain(parts)
    return _zipped(parts, entries)


def _uncommented(xml: bytes, numbers: Collection[int]) -> bytes:
    return _COMMENT.sub(lambda m: b"" if int(m[3]) in numbers else m[0], xml)


class _Sheet:
    """Blanks the rows of one sheet, and remembers which shared texts stood in them."""

    def __init__(self, numbers: Collection[int], name: str, sheet: str) -> None:
        self._numbers, self._name, self._at = frozenset(numbers), f"{name}!{sheet}", 0
        self.strings: set[int] = set()
        self.formulas = False

    def row(self, match: re.Match[bytes]) -> bytes:
        told = _NUMBER.search(match[2])
        self._at = int(told[1]) if told else self._at + 1
        if self._at not in self._numbers or match[3] is None:
            return match[0]
        cells = _CELL.sub(self._cell, match[3])
        return b"<%srow%s>%s</%srow>" % (match[1], match[2], cells, match[1])

    def _cell(self, match: re.Match[bytes]) -> bytes:
        inside = match[3] or b""
        if _SPREAD.search(inside):
            raise UppfoljningError(
                f"{self._name}: en formel på rad {self._at} räknar också för andra rader och kan "
                "inte tas bort för sig.\nGör så här: öppna filen i Excel, klistra in kolumnen som "
                "värden, spara, kör make annual och gallra sedan."
            )
        self.formulas |= b"f>" in inside or b"<f" in inside
        if b't="s"' in match[2] and (value := _VALUE.search(inside)):
            self.strings.add(int(value[1]))
        kept = b" ".join(m[0] for m in _KEPT.finditer(match[2]))
        return b"<%sc%s/>" % (match[1], b" " + kept if kept else b"")


def _sheets(parts: Parts) -> Iterator[tuple[str, str]]:
    """(name, part) of each sheet."""
    targets = _targets(parts, BOOK)
    for element in ET.fromstring(parts[BOOK]).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            ident = next(v for k, v in element.attrib.items() if k.endswith("}id"))
            if targets[ident] in parts and "worksheet" in targets[ident]:
                yield element.attrib["name"], targets[ident]


def _rels(part: str) -> str:
    return f"{dirname(part)}/_rels/{part.rpartition('/')[2]}.rels"


def _targets(parts: Parts, part: str) -> dict[str, str]:
    """Relationship id → part."""
    if _rels(part) not in parts:
        return {}
    found = {}
    for element in ET.fromstring(parts[_rels(part)]):
        target = element.attrib["Target"]
        whole = target[1:] if target.startswith("/") else normpath(join(dirname(part), target))
        found[element.attrib["Id"]] = whole
    return found


def _related(parts: Parts, part: str) -> list[str]:
    return list(_targets(parts, part).values())


def _used(xml: bytes) -> Iterator[int]:
    for cell in _CELL.finditer(xml):
        if b't="s"' in cell[2] and (value := _VALUE.search(cell[3] or b"")):
            yield int(value[1])


def _forget(parts: Parts, indices: set[int]) -> None:
    """Empty the shared texts that no cell shows any more; the others keep their numbers."""
    if not indices:
        return
    seen = iter(range(1 << 31))

    def each(match: re.Match[bytes]) -> bytes:
        p = match[1]
        return b"<%ssi><%st></%st></%ssi>" % (p, p, p, p) if next(seen) in indices else match[0]

    parts[STRINGS] = _SHARED.sub(each, parts[STRINGS])


def _unlink(parts: Parts, part: str, numbers: Collection[int]) -> None:
    """Take away the rows' links, and the addresses they led to."""
    dropped: list[bytes] = []

    def each(match: re.Match[bytes]) -> bytes:
        if int(match[1]) not in numbers:
            return match[0]
        dropped.extend(_REL.findall(match[0]))
        return b""

    parts[part] = _EMPTY_LINKS.sub(b"", _LINK.sub(each, parts[part]))
    for ident in dropped:
        if b'r:id="%s"' % ident not in parts[part]:
            pattern = rb'<Relationship\b[^>]*\bId="%s"[^>]*?/>' % re.escape(ident)
            parts[_rels(part)] = re.sub(pattern, b"", parts[_rels(part)])


def _drop_chain(parts: Parts) -> None:
    """The order in which Excel computes names cells that have no formula any more: Excel makes
    it again."""
    if parts.pop(CHAIN, None) is None:
        return
    types, rels = "[Content_Types].xml", _rels(BOOK)
    parts[types] = re.sub(rb"<Override\b[^>]*calcChain[^>]*?/>", b"", parts[types])
    parts[rels] = re.sub(rb"<Relationship\b[^>]*calcChain[^>]*?/>", b"", parts[rels])


def _zipped(parts: Parts, entries: list[zipfile.ZipInfo]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            if entry.filename in parts:
                archive.writestr(entry, parts[entry.filename], compress_type=entry.compress_type)
    return made.getvalue()
