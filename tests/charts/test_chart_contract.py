"""What holds for every picture, whatever it shows."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import font_source_sans_pro
import matplotlib as mpl
import typst
from matplotlib import pyplot as plt

from pipeline.report.charts import Drawing, metrics, tokens
from tests.charts.pictures import CATEGORIES, PICTURES

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def elements(drawing: Drawing) -> list[ET.Element]:
    return list(ET.fromstring(drawing.svg).iter())[1:]


def texts(drawing: Drawing) -> list[ET.Element]:
    return ET.fromstring(drawing.svg).findall(f"{SVG}text")


def words(element: ET.Element) -> str:
    return "".join(element.itertext())


def boxes(drawing: Drawing) -> list[tuple[str, float, float, float, float]]:
    """Every line of text with its left, top, right and bottom by the font's measures."""
    found = []
    for text in texts(drawing):
        size, weight = float(text.get("font-size", "")), int(text.get("font-weight", "400"))
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
        for line in text.findall(f"{SVG}tspan") or [text]:
            x, y = float(line.get("x", "")), float(line.get("y", ""))
            wide = metrics.width((line.text or "").rstrip(" "), size, weight)
            left = x - share * wide
            found.append((line.text or "", left, y - 0.66 * size, left + wide, y + 0.2 * size))
    return found


def test_keeps_only_plain_elements_with_attributes(picture: Drawing) -> None:
    assert {e.tag.removeprefix(SVG) for e in elements(picture)} <= {
        "path", "rect", "circle", "text", "tspan",
    }  # fmt: skip
    names = {name for e in elements(picture) for name in e.attrib}
    assert not names & {"style", "id", "clip-path", "target", "transform"}
    assert "<?" not in picture.svg and "<!" not in picture.svg and "url(" not in picture.svg


def test_has_a_size_by_its_viewbox_alone(picture: Drawing) -> None:
    root = ET.fromstring(picture.svg)
    assert root.get("viewBox") == f"0 0 680 {picture.height:.0f}"
    assert root.get("width") is None and root.get("height") is None
    assert root.get("role") == "img"
    assert picture.width == tokens.WIDTH


def test_lists_its_marks_and_texts_in_document_order(picture: Drawing) -> None:
    written = texts(picture)
    assert [words(text) for text in written] == list(picture.texts)
    marked = [(t.get("data-fakta"), words(t)) for t in written if "data-fakta" in t.attrib]
    assert marked == [(mark.fact, mark.text) for mark in picture.marks]


def test_writes_no_number_but_its_marks_and_the_categories_given(picture: Drawing) -> None:
    loose = [words(t) for t in texts(picture) if "data-fakta" not in t.attrib]
    assert [text for text in loose if re.search(r"\d", text) and text not in CATEGORIES] == []


def test_marks_every_traced_element_alike(picture: Drawing) -> None:
    for element in elements(picture):
        css = element.get("class", "").split()
        assert ("fakta" in css) == ("data-fakta" in element.attrib)
        assert css or element.tag == f"{SVG}tspan"


def test_carries_its_colours_without_a_style_sheet(picture: Drawing) -> None:
    for element in elements(picture):
        if element.tag != f"{SVG}tspan":
            assert element.get("fill") or element.get("stroke")


def test_rounds_coordinates(picture: Drawing) -> None:
    numbers = [v for e in elements(picture) for k, v in e.attrib.items() if k != "data-fakta"]
    assert not re.search(r"\.\d{3}", " ".join(numbers))


def test_keeps_texts_inside_and_apart(picture: Drawing) -> None:
    placed = boxes(picture)
    for text, left, top, right, bottom in placed:
        inside = left > -0.5 and right < 680.5 and top > -1 and bottom < picture.height + 1
        assert inside, text
    for one, other in combinations(placed, 2):
        apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
        assert apart, (one[0], other[0])


def test_is_read_by_typst_as_an_accessible_archive(gallery: dict[str, Drawing]) -> None:
    images = [
        f'#image(bytes({json.dumps(d.svg, ensure_ascii=False)}), format: "svg", alt: "Bild")'
        for d in gallery.values()
    ]
    page = '#set document(title: "Bilder")\n#set text(font: "Source Sans Pro", lang: "sv")\n'
    pdf = typst.compile(
        (page + "\n".join(images)).encode(),
        font_paths=[font_source_sans_pro.font_directory],
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
    )
    assert isinstance(pdf, bytes) and pdf.startswith(b"%PDF")


DIGEST = """
import hashlib, seaborn
from tests.charts.pictures import PICTURES
seaborn.set_theme(style="whitegrid", font="serif")
print(hashlib.sha256("".join(draw().svg for draw in PICTURES.values()).encode()).hexdigest())
"""


def test_same_values_give_same_bytes_in_every_process_and_theme(
    gallery: dict[str, Drawing],
) -> None:
    here = hashlib.sha256("".join(d.svg for d in gallery.values()).encode()).hexdigest()
    environment = os.environ | {"PYTHONHASHSEED": "1", "MPLBACKEND": "svg"}
    there = subprocess.run(
        [sys.executable, "-c", DIGEST], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert there.stdout.strip() == here, there.stderr


def test_leaves_no_trace_in_matplotlib(gallery: dict[str, Drawing]) -> None:
    before = dict(mpl.rcParams)
    PICTURES["bars"]()
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before


def test_imports_nothing_of_the_house_above_it() -> None:
    for file in (ROOT / "pipeline/report/charts").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline"):
                assert (node.module or "").startswith("pipeline.report.charts"), file.name
