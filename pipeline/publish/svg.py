"""A chart's SVG made fit to stand in a page or a PDF: no scripts, no styles, ids of its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from pipeline.errors import UppfoljningError
from pipeline.publish import fonts
from pipeline.publish.text import clean

NAMESPACE = "http://www.w3.org/2000/svg"
_ELEMENTS = (
    "svg g a defs path rect circle ellipse line polyline polygon text tspan use clipPath "
    "linearGradient radialGradient stop title desc image marker mask symbol"
)
ELEMENTS = frozenset(_ELEMENTS.split())
PASSED = frozenset({"metadata", "style", "comment"})  # what matplotlib adds and nobody needs
_REFERENCE = re.compile(r"url\(['\"]?#([^)'\"]+)['\"]?\)")
_FONT = re.compile(r"^(?P<before>.*?)(?P<size>[\d.]+(?:px|pt|em|rem|%))(?:/\S+)?\s+(?P<family>.+)$")
_NUMBER = re.compile(r"[\d.]+")


def for_page(svg: str, prefix: str, alt: str, address: Callable[[str], str | None]) -> str:
    """The SVG as an inline element: ids begin with `prefix`, marks link to their fact.

    `address` gives a fact's link, or None. The links are out of the tab order: the table under
    the picture has the same ones. A picture with links is a group, since `img` would hide them.
    """
    root = _tidy(svg, prefix, clean)
    linked = _link_marks(root, address)
    width, _ = size(root)
    root.attrib.pop("height", None)
    root.attrib |= {
        "width": f"{width:g}", "role": "group" if linked else "img", "aria-label": alt,
    }  # fmt: skip
    return ET.tostring(root, encoding="unicode")


def for_typst(svg: str, prefix: str) -> tuple[str, float]:
    """The SVG as a file of its own, drawable with the PDF's fonts, and its width in points."""
    root = _tidy(svg, prefix, lambda text: fonts.drawable(clean(text)))
    root.set("xmlns", NAMESPACE)
    return ET.tostring(root, encoding="unicode"), size(root)[0] * 0.75


def _link_marks(root: ET.Element, address: Callable[[str], str | None]) -> bool:
    """Put each element that shows one fact into a link to it."""
    linked = False
    for parent in list(root.iter()):
        for place, child in enumerate(list(parent)):
            target = address(child.get("data-fakta", "")) if "data-fakta" in child.attrib else None
            if target is None or " " in child.get("data-fakta", ""):
                continue
            link = ET.Element("a", {"href": target, "tabindex": "-1"})
            if child.tag != "text":  # the bar beside its number: for the mouse only
                link.set("aria-hidden", "true")
            link.tail, child.tail = child.tail, None
            link.append(child)
            parent[place] = link
            linked = True
    return linked


def size(root: ET.Element) -> tuple[float, float]:
    """Width and height in CSS pixels (the viewBox is in points when matplotlib drew it)."""
    box = [float(x) for x in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if x]
    sides = []
    for k, side in enumerate(("width", "height")):
        given = root.get(side, "")
        number = _NUMBER.match(given)
        if number and not given.endswith("%"):
            sides.append(float(number.group()) * (4 / 3 if given.endswith("pt") else 1))
        else:
            sides.append(box[2 + k] if len(box) == 4 else 640.0)
    return sides[0], sides[1]


def _tidy(svg: str, prefix: str, text: Callable[[str], str]) -> ET.Element:
    try:
        root = ET.fromstring(clean(svg))
    except ET.ParseError as error:
        raise UppfoljningError(f"Diagrammet {prefix} är inte läsbar SVG: {error}.") from error
    if _local(root.tag) != "svg":
        raise UppfoljningError(f"Diagrammet {prefix} är inte en SVG.")
    _prune(root, prefix)
    own = {e.get("id") for e in root.iter() if e.get("id")}
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = _attributes(element, prefix, own)
        element.text = text(element.text) if element.text else element.text
        element.tail = text(element.tail) if element.tail else element.tail
    if "viewBox" not in root.attrib:
        width, height = size(root)
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    return root


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else "comment"


def _prune(parent: ET.Element, prefix: str) -> None:
    for child in list(parent):
        name = _local(child.tag)
        if name in PASSED:
            parent.remove(child)
        elif name not in ELEMENTS:
            raise UppfoljningError(f"Diagrammet {prefix} innehåller <{name}>: det går inte.")
        else:
            _prune(child, prefix)


def _attributes(element: ET.Element, prefix: str, own: set[str | None]) -> dict[str, str]:
    """Attributes without namespaces, handlers and `style`, which a strict page would ignore."""
    found: dict[str, str] = {}
    for key, value in element.attrib.items():
        name = _local(key)
        if name == "style":
            for prop, setting in _declarations(value):
                found[prop] = setting
        elif name == "href":
            if value[:1] == "#" and value[1:] in own:
                found["href"] = f"#{prefix}-{value[1:]}"
            elif value[:1] == "#" or (element.tag == "image" and value.startswith("data:image/")):
                found["href"] = value
        elif name == "id":
            found["id"] = f"{prefix}-{value}"
        elif not name.startswith("on") and name not in ("target", "version", "base"):
            found[name] = value
    return {
        key: _REFERENCE.sub(lambda m: f"url(#{prefix}-{m[1]})" if m[1] in own else "none", value)
        for key, value in found.items()
    }


def _declarations(style: str) -> list[tuple[str, str]]:
    """CSS declarations as presentation attributes; `font` is not one and is taken apart."""
    found = []
    for declaration in style.split(";"):
        prop, _, value = declaration.partition(":")
        prop, value = prop.strip(), value.strip()
        match = _FONT.match(value) if prop == "font" else None
        if match:
            found += [("font-size", match["size"]), ("font-family", match["family"])]
            for word in match["before"].split():
                if word in ("italic", "oblique"):
                    found.append(("font-style", word))
                elif word == "bold" or word.isdigit():
                    found.append(("font-weight", word))
        elif prop and value:
            found.append((prop, value))
    return found
