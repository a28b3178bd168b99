"""matplotlib's SVG made fit for a page with a strict content policy, and for Typst.

Only what was tagged is kept, flat, in document order: no prolog, metadata, style sheet, style
attribute, group, clip path or id. Without ids, any number of pictures can share a page.

Classes (each element also carries its colours as attributes, so they are needed only to
change them, as a dark page does):

- ``serie-1``…``serie-4`` bars and dots, ``linje-0`` (grey)…``linje-4`` lines (stroke),
  ``punkt`` with ``serie-0``… their dots (edged in the colour of the paper),
  ``band-1``…``band-4`` interval bands, ``skala-1``…``skala-7`` pieces of a scale (their
  stroke is the paper: the gap), ``spar`` the whole behind a share
- ``axel`` zero lines, ``grans`` limits and the lines that lead a label to its own,
  ``hjalp`` guides that only lead the eye, ``mal`` targets, ``intervall`` and, on
  a bar and paper-coloured, ``intervall-inne``
- texts: ``etikett``, with ``svag`` in lighter ink; ``varde``, with ``saknas`` when there is
  no value, ``pa-mork`` or ``pa-ljus`` on a piece (these two do not follow the page)
- ``fakta`` with ``data-fakta="<id>"``: shows a traced number
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from pipeline.report.charts import tokens
from pipeline.report.charts.model import Drawing, Mark

Kind = Literal["path", "rect", "text"]

_NS = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_STYLE = re.compile(r"([a-z-]+): ([^;]+)")
_DEFAULTS = {"stroke-linejoin": "round", "stroke-linecap": "butt", "font-weight": "400"}
_KEPT = (
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "font-size", "font-weight",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tag:
    """What a tagged artist is: its classes, its marks (one a dot), how it is written."""

    css: str
    marks: tuple[Mark, ...]
    kind: Kind
    anchor: str


def clean(raw: str, tags: Sequence[Tag], width: float, height: float) -> Drawing:
    """A drawing of the groups of ``raw`` whose id is ``tag<place in tags>``."""
    elements: list[str] = []
    marks: list[Mark] = []
    texts: list[str] = []
    root = ET.fromstring(raw)
    markers = {f"#{path.get('id')}": path.get("d", "") for path in root.iter(f"{_NS}path")}
    for group in root.iter(f"{_NS}g"):
        name = group.get("id", "")
        if not name.startswith("tag"):
            continue
        tag = tags[int(name[3:])]
        if tag.kind == "text":
            element, text = _text(group, tag)
            elements.append(element)
            texts.append(text)
            marks += tag.marks
        else:
            elements += _shapes(group, tag, markers)
    size = f"{_short(width)} {_short(height)}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
        f'font-family="{tokens.FAMILIES}" stroke-linejoin="round">'
    )
    body = "\n".join([head, *elements, "</svg>"])
    return Drawing(body, tuple(marks), tuple(texts), width, height)


def _text(group: ET.Element, tag: Tag) -> tuple[str, str]:
    """One text element, its lines as tspans; and its text."""
    lines = group.findall(f"{_NS}text")
    places = [_NUMBER.findall(line.get("transform", ""))[:2] for line in lines]
    words = [line.text or "" for line in lines]
    style = _style(lines[0])
    if tag.anchor != "start":
        style["text-anchor"] = tag.anchor
    if len(lines) == 1:
        x, y = places[0]
        inside = escape(words[0])
        style = {"x": _short(float(x)), "y": _short(float(y))} | style
    else:
        inside = "".join(
            f'<tspan x="{_short(float(x))}" y="{_short(float(y))}">{escape(line)}</tspan>'
            for (x, y), line in zip(places, words, strict=True)
        )
    return _element("text", style, tag.css, tag.marks, inside), "".join(words)


def _shapes(group: ET.Element, tag: Tag, markers: Mapping[str, str]) -> Iterator[str]:
    """The paths of a group; its markers as circles, one for each of the tag's marks."""
    dots: list[dict[str, str]] = []
    for node in _drawn(group):
        style = _style(node)
        path = node.get("d", "")
        if node.tag == f"{_NS}use":
            radius = max(map(float, _NUMBER.findall(markers[node.get(_HREF, "")])))
            numbers = {"cx": node.get("x", ""), "cy": node.get("y", ""), "r": str(radius)}
            dots.append({key: _short(float(x)) for key, x in numbers.items()} | style)
        elif tag.kind == "rect":
            yield _element("rect", _box(path) | style, tag.css, tag.marks)
        else:
            path = _NUMBER.sub(lambda match: _short(float(match[0])), " ".join(path.split()))
            # A line belongs to several marks: its dots carry them.
            yield _element("path", {"d": path} | style, tag.css, ())
    if dots:
        css = tag.css.replace("linje-", "punkt serie-")
        for dot, mark in zip(dots, tag.marks, strict=True):
            yield _element("circle", dot, css, (mark,))


def _drawn(group: ET.Element) -> Iterator[ET.Element]:
    """What a group draws, without what it only defines."""
    for child in group:
        if child.tag == f"{_NS}g":
            yield from _drawn(child)
        elif child.tag != f"{_NS}defs":
            yield child


def _style(node: ET.Element) -> dict[str, str]:
    """A node's style attribute as presentation attributes, without the defaults."""
    style = dict(_STYLE.findall(node.get("style", "")))
    return {
        key: style[key].removesuffix("px")
        for key in _KEPT
        if key in style and style[key] != _DEFAULTS.get(key)
    }


def _box(path: str) -> dict[str, str]:
    """Attributes of a rect from the path of its corners."""
    numbers = [float(number) for number in _NUMBER.findall(path)]
    xs, ys = numbers[0::2], numbers[1::2]
    sides = (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    return dict(zip(("x", "y", "width", "height"), map(_short, sides), strict=True))


def _element(
    name: str, attributes: Mapping[str, str], css: str, marks: Sequence[Mark], inside: str = ""
) -> str:
    if marks:
        css += " fakta"
        attributes = {**attributes, "data-fakta": " ".join(mark.fact for mark in marks)}
    pairs = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
    start = f'<{name} class="{css}" {pairs}'
    return f"{start}>{inside}</{name}>" if inside else f"{start}/>"


def _short(number: float) -> str:
    """At most two decimals, no trailing zeros, no minus zero."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
