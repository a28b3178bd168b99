"""The municipality's logo: what may stand on a cover, and what a file from outside may not do."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from PIL import Image, PngImagePlugin

from pipeline.errors import ConfigError
from pipeline.logotyp import MOST, read_logo
from pipeline.publish import html, pdf
from pipeline.publish.document import Document, collect
from pipeline.publish.untraced import Allowed
from pipeline.publish.untraced.page import untraced_in_html
from pipeline.publish.untraced.pdf import untraced_in_pdf
from pipeline.workspace import load_kommun
from tests.pdf_faults import faults

from . import sample as s

HEAD = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SHAPE = '<path d="M0 0h40v20H0z" fill="#12436D"/>'
ALLOWED = Allowed(years=frozenset({2025}))


def svg(inside: str = SHAPE, box: str = 'viewBox="0 0 40 20"', more: str = "") -> bytes:
    return f"<svg {HEAD} {box} {more}>{inside}</svg>".encode()


def png(size: tuple[int, int] = (200, 100)) -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Kim Exempelsson")
    made = io.BytesIO()
    Image.new("RGBA", size, (18, 67, 109, 128)).save(made, "PNG", pnginfo=told)
    return made.getvalue()


def put(folder: Path, content: bytes, name: str = "logotyp.svg") -> str:
    (folder / name).write_bytes(content)
    return name


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (svg("<script>alert(1)</script>"), "ett skript"),
        (svg('<path d="M0 0" onload="x()"/>'), "händelse"),
        (svg('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>'),
         "inbäddad webbsida"),
        (svg('<use xlink:href="https://exempel.test/a.svg#b"/>'), "utifrån"),
        (svg('<use href="javascript:alert(1)"/>'), "utifrån"),
        (svg('<image href="data:image/png;base64,AAAA"/>'), "inbäddad bild"),
        (svg('<path d="M0 0" fill="url(https://exempel.test/a)"/>'), "utifrån"),
        (svg('<path d="M0 0" style="fill:url( \'//exempel.test/a\')"/>'), "utifrån"),
        (svg("<style>@import 'https://exempel.test/a.css';</style>"), "formatmall"),
        (svg('<a href="#x"><path d="M0 0"/></a>'), "en länk"),
        (svg('<animate attributeName="x"/>'), "<animate>"),
        (svg("<text>Kommun 417</text>"), "konturer"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg(), "ENTITY"),
        (svg(box=""), "viewBox"),
        (svg(box='viewBox="0 0 0 0"'), "viewBox"),
        (b"<svg", "läsa som SVG"),
        (b"<html></html>", "ingen SVG"),
        (svg("<!--" + "x" * MOST + "-->"), "större än 500 kB"),
    ],
)  # fmt: skip
def test_an_svg_that_is_more_than_shapes_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        read_logo(tmp_path, put(tmp_path, content))
    assert "logotyp.svg" in str(refused.value) and "Gör så här" in str(refused.value)


def test_what_the_drawing_program_says_of_people_and_folders_is_left_behind(tmp_path: Path) -> None:
    inside = (
        "<!-- Kim Exempelsson --><title>kim.svg</title><metadata>Kim</metadata>"
        '<x:view xmlns:x="http://exempel.test/x" x:folder="C:/Kim"/>'
        '<g xmlns:x="http://exempel.test/x" x:label="Kim"><style>.a{fill:#123456}</style>'
        '<path class="a" d="M0 0h1v1z"/></g>'
    )
    logo = read_logo(tmp_path, put(tmp_path, svg(inside)))
    assert logo is not None
    assert b"Kim" not in logo.content and b"kim" not in logo.content
    assert b'class="a"' in logo.content and b"#123456" in logo.content
    assert logo.ratio == 2 and logo.size == (36.0, 18.0)


def test_a_png_keeps_its_pixels_and_nothing_that_is_said_beside_them(tmp_path: Path) -> None:
    logo = read_logo(tmp_path, put(tmp_path, png((800, 100)), "logotyp.png"))
    assert logo is not None
    assert b"Exempelsson" not in logo.content
    with Image.open(io.BytesIO(logo.content)) as made:
        assert made.size == (800, 100) and made.getpixel((5, 5)) == (18, 67, 109, 128)
    assert logo.size == (60.0, 7.5)  # as wide as the box


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"GIF89a", "ingen PNG"), (png()[:60], "läsa som PNG"), (png((10, 100)), "10 × 100")],
)
def test_a_png_that_is_none_or_too_small_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        read_logo(tmp_path, put(tmp_path, content, "logotyp.png"))


def test_no_name_is_no_logo_and_a_name_without_a_file_is_told(tmp_path: Path) -> None:
    assert read_logo(tmp_path, "") is None
    with pytest.raises(ConfigError, match=r"finns inte i mappen.*\nGör så här"):
        read_logo(tmp_path, "logotyp.svg")


@pytest.mark.parametrize("name", ['"../logotyp.svg"', '"/etc/a.png"', '"logotyp.jpg"', "7"])
def test_a_setting_that_cannot_name_a_logo_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "kommun.toml").write_text(f"logotyp = {name}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="SVG- eller PNG-fil i samma mapp"):
        load_kommun(tmp_path)


def document(tmp_path: Path, name: str) -> Document:
    put(tmp_path, png() if name.endswith("png") else svg(), name)
    meta = replace(s.META, logo=read_logo(tmp_path, name))
    return collect(s.annual(), meta)


@pytest.mark.parametrize("name", ["logotyp.svg", "logotyp.png"])
def test_it_is_on_the_covers_and_the_gates_let_it_through(tmp_path: Path, name: str) -> None:
    made = document(tmp_path, name)
    page, printed = html.render(made), pdf.render(made)
    assert made.meta.logo is not None
    head = page.split('<header class="omslag">')[1].split("</header>")[0]
    assert f'<img src="{made.meta.logo.address}" alt="{s.META.kommun}"' in head
    assert page.count("<img") == 1
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert "img-src data:" in policy and "script-src" not in policy and "unsafe" not in policy
    assert untraced_in_html(page, made, ALLOWED) == []
    assert untraced_in_pdf(printed, made, ALLOWED) == []
    (tmp_path / "rapport.pdf").write_bytes(printed)
    assert faults(tmp_path / "rapport.pdf") == []
    first = pypdf.PdfReader(io.BytesIO(printed)).pages[0]
    assert len(first.images) == (1 if name.endswith("png") else 0)
    assert printed == pdf.render(document(tmp_path, name))


def test_another_picture_than_the_logo_is_still_a_finding(tmp_path: Path) -> None:
    made = document(tmp_path, "logotyp.png")
    other = base64.b64encode(png((50, 50))).decode()
    page = html.render(made).replace(
        "</header>", f'<img alt="" src="data:image/png;base64,{other}"></header>'
    )
    assert [f.token for f in untraced_in_html(page, made, ALLOWED)] == ["<img>"]
    without = collect(s.annual(), s.META)
    assert untraced_in_html(html.render(made), without, ALLOWED)[0].token == "<img>"
    assert any(f.token == "bild" for f in untraced_in_pdf(pdf.render(made), without, ALLOWED))
