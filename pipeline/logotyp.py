"""The municipality's logo (`logotyp` of its settings): a file in RAW that goes on covers.

It is a picture from outside, and goes into pages, PDFs and public editions. So an SVG is held to
shapes alone: what could run, fetch or tell who drew it is refused or left behind. Letters must be
outlines, since no document has the logo's face; then it holds no text either, and the gates for
untraced numbers have nothing to read in it.
"""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import ConfigError

SUFFIXES = {".svg": "image/svg+xml", ".png": "image/png"}
MOST = 500_000  # bytes
SIDES = (32, 4000)  # px, least and most of a PNG's sides
BOX = (60.0, 18.0)  # mm: width and height that it fits within
_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset(
    "svg g defs path rect circle ellipse line polyline polygon use clipPath mask symbol pattern "
    "linearGradient radialGradient stop style title desc".split()
)
_DROPPED = frozenset({"metadata", "title", "desc"})  # the document says what the picture is
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!['\"]?#)|@import|expression\(|javascript:", re.IGNORECASE)
_WORDS = {
    "text": "text. Gör om texten till konturer i ritprogrammet",
    "script": "ett skript. Ta bort det",
    "foreignObject": "en inbäddad webbsida (foreignObject). Ta bort den",
    "image": "en inbäddad bild. Spara logotypen som PNG i stället",
    "a": "en länk. Ta bort den",
}


@dataclass(frozen=True, slots=True)
class Logotyp:
    """A checked picture. `content` holds shapes or pixels and nothing else; `ratio`: width by
    height."""

    content: bytes = field(repr=False)
    mime: str
    ratio: float

    @property
    def name(self) -> str:
        """The file's name beside a PDF's source."""
        return "logotyp.svg" if self.mime == SUFFIXES[".svg"] else "logotyp.png"

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in mm, as large as the box lets it be."""
        height = min(BOX[1], BOX[0] / self.ratio)
        return height * self.ratio, height

    @property
    def address(self) -> str:
        """The picture as a data address."""
        return f"data:{self.mime};base64,{base64.b64encode(self.content).decode('ascii')}"

    def __deepcopy__(self, _: object) -> Logotyp:
        return self  # frozen; nbconvert copies its resources at every step


def check_name(name: object) -> str:
    """The setting's text, if it can name a logo. Raises ConfigError."""
    if not isinstance(name, str) or (
        name and (Path(name).suffix.lower() not in SUFFIXES or re.search(r"[\\:]|^/|\.\.", name))
    ):
        raise ConfigError(
            "kommun.toml: logotyp är namnet på en SVG- eller PNG-fil i samma mapp, "
            'till exempel logotyp = "logotyp.svg".'
        )
    return name


def read_logo(raw: Path, name: str) -> Logotyp | None:
    """The logo `name` in the folder `raw`; None where there is no name. Raises ConfigError, with
    what is wrong and what to do."""
    if not name:
        return None
    path = raw / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"Logotypen {name} finns inte i mappen {raw}, eller går inte att läsa.\n"
            "Gör så här: lägg filen där, eller ta bort raden logotyp ur inställningarna."
        ) from error
    if len(content) > MOST:
        raise _refused(name, f"är större än {MOST // 1000} kB. Spara den mindre")
    svg = path.suffix.lower() == ".svg"
    return _svg(content, name) if svg else _png(content, name)


def _refused(name: str, why: str) -> ConfigError:
    return ConfigError(
        f"Logotypen {name} {why}.\n"
        "Gör så här: be kommunikatören om en enkel SVG eller en PNG, och lägg den i mappen."
    )


def _svg(content: bytes, name: str) -> Logotyp:
    if re.search(rb"<!\s*(ENTITY|DOCTYPE[^>]*\[)", content, re.IGNORECASE):
        raise _refused(name, "har egna teckendefinitioner (ENTITY), som inte får finnas")
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        raise _refused(name, "går inte att läsa som SVG") from error
    if root.tag != f"{_SVG}svg":
        raise _refused(name, "är ingen SVG")
    _prune(root, name)
    box = [float(x) for x in re.findall(r"-?[\d.]+", root.get("viewBox", ""))]
    if len(box) != 4:
        sides = [re.match(r"[\d.]+(?=(?:px)?$)", root.get(k, "")) for k in ("width", "height")]
        box = [0.0, 0.0, *(float(side[0]) if side else 0.0 for side in sides)]
        root.set("viewBox", " ".join(f"{x:g}" for x in box))
    if min(box[2:]) <= 0:
        raise _refused(name, "säger inte hur stor den är (viewBox)")
    root.set("width", f"{box[2]:g}")
    root.set("height", f"{box[3]:g}")
    root.set("xmlns", _SVG[1:-1])
    return Logotyp(ET.tostring(root, encoding="utf-8"), SUFFIXES[".svg"], box[2] / box[3])


def _prune(element: ET.Element, name: str) -> None:
    """Leave shapes alone: without the drawing program's own elements and attributes, which can
    hold names and paths. Raises ConfigError for what could run or fetch."""
    element.tag = element.tag.removeprefix(_SVG)
    kept: dict[str, str] = {}
    for key, value in element.attrib.items():
        bare = key.rpartition("}")[2]
        if bare.lower().startswith("on"):
            raise _refused(name, f"har en händelse ({bare}) som kör skript")
        if _OUTSIDE.search(value) or (bare == "href" and not value.startswith("#")):
            raise _refused(name, "hämtar något utifrån, eller har en länk")
        if not key.startswith("{") or bare == "href":
            kept[bare] = value
    element.attrib.clear()
    element.attrib.update(kept)
    if element.tag == "style" and _OUTSIDE.search(element.text or ""):
        raise _refused(name, "hämtar något utifrån i sin formatmall")
    for child in list(element):
        tag = child.tag if isinstance(child.tag, str) else "{}"
        bare = tag.removeprefix(_SVG)
        if bare in _DROPPED or bare.startswith("{"):
            element.remove(child)
        elif bare not in _SHAPES:
            raise _refused(name, f"innehåller {_WORDS.get(bare, f'<{bare}>, som inte får finnas')}")
        else:
            _prune(child, name)


def _png(content: bytes, name: str) -> Logotyp:
    """The pixels anew: what cameras and programs write beside them stays behind."""
    from PIL import Image

    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _refused(name, "är ingen PNG, trots sitt namn")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
            width, height = opened.size
            if not all(SIDES[0] <= side <= SIDES[1] for side in (width, height)):
                raise _refused(name, f"är {width} × {height} punkter: {SIDES[0]}–{SIDES[1]} går")
            pixels = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:
        raise _refused(name, "går inte att läsa som PNG") from error
    pixels.info.clear()
    made = io.BytesIO()
    pixels.save(made, "PNG")
    return Logotyp(made.getvalue(), SUFFIXES[".png"], width / height)
