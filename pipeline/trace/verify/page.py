"""What an HTML page says: the numbers in its text and pictures, its register, its trace panel.
Read by lxml (libxml2), once a page, and nothing of `pipeline.publish`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REGISTER, ENTRY, SHOWN, PANEL = "kapitel register", "post", "visat", "spar-data"


@dataclass(frozen=True, slots=True)
class Page:
    """(fact, part, text, value) of the numbers in the text, (fact, text) of those in pictures, the
    pictures' alternative texts. `register`: fact → its value as shown and its terms; `panel`: the
    JSON of the trace panel, None where there is none."""

    numbers: tuple[tuple[str, str, str, str], ...]
    marks: tuple[tuple[str, str], ...]
    alts: tuple[str, ...]
    register: Mapping[str, Mapping[str, str]]
    panel: str | None


def read_page(path: Path) -> Page:
    """What a page says, in order. Raises OSError or ValueError for one that cannot be read."""
    from lxml import etree

    data = path.read_bytes()
    data.decode("utf-8")  # libxml2 would put up with another encoding
    try:
        tree: Any = etree.fromstring(data, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    except etree.LxmlError as error:
        raise ValueError(path.name) from error
    if tree is None:
        raise ValueError(path.name)
    numbers, marks, alts, panel = [], [], [], None
    for element in tree.iter("svg", "data", "text", "script"):
        given = element.attrib
        if element.tag == "svg":
            alts += [given["aria-label"]] if "aria-label" in given else []
        elif element.tag == "script":
            panel = _text(element) if given.get("id") == PANEL else panel
        elif "data-fakta" in given and element.tag == "text":
            marks.append((given["data-fakta"], _text(element)))
        elif "data-fakta" in given:
            part = given.get("data-del") or "value"
            told = (given["data-fakta"], part, _text(element), given.get("value", ""))
            numbers.append(told)
    return Page(tuple(numbers), tuple(marks), tuple(alts), _register(tree), panel)


def _register(tree: Any) -> dict[str, dict[str, str]]:
    """Of each entry the value as shown (under the empty term), and its list of terms."""
    found: dict[str, dict[str, str]] = {}
    for section in tree.iterfind(f".//section[@class='{REGISTER}']"):
        for entry in section.iterfind(f".//li[@class='{ENTRY}']"):
            told = found[entry.get("id", "").removeprefix("f-")] = {"": ""}
            term = ""
            for element in entry.iter("dt", "dd", "span"):
                if element.tag == "dt":
                    term = _text(element)
                elif element.tag == "dd":
                    told[term] = _text(element)
                elif element.get("class") == SHOWN:
                    told[""] = _text(element)
    return found


def _text(element: Any) -> str:
    return "".join(element.itertext())


def same_digits(text: str, value: str) -> bool:
    """Whether a number's `value` attribute has the digits of its text, or is the text."""
    digits = re.sub(r"\D", "", text)
    return value == text or (bool(digits) and digits == re.sub(r"\D", "", value))
