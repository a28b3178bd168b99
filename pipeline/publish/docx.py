"""A paper as Word, for those who paste it into a template of their own: real headings, tables with
header rows, no pictures (a figure is its finding and its table). Equal documents give equal
bytes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from pipeline.intake.store import fixed_xlsx
from pipeline.publish import blocks as b
from pipeline.publish.document import TOP, Document, Meta
from pipeline.publish.text import clean, date_words
from pipeline.publish.typst_table import FRAME, parts

LANGUAGE = "sv-SE"
INK, MUTED = RGBColor(0x1F, 0x23, 0x28), RGBColor(0x57, 0x60, 0x6A)
FACE = "Calibri"  # what Word has everywhere: the reader's own template takes over
STYLES = {"body": "Normal", "note": "Anmärkning", "missing": "Anmärkning"}
SIZES = {"Title": 18, "Heading 1": 18, "Heading 2": 13, "Heading 3": 11, "Heading 4": 11}
MARGIN = 25  # mm: FRAME is left between them
TOGETHER = 20  # rows of a table that is not divided over pages
AIR = 1.3  # how much wider than in print a narrow table's columns are: the face may be wider


def render(document: Document) -> bytes:
    """The document as a .docx file. No clock: it is dated as its numbers are."""
    word = docx.Document()
    _describe(word, document.meta)
    _dress(word)
    _margins(word, document.meta)
    for block in document.blocks():
        _block(word, block.data)
    made = io.BytesIO()
    word.save(made)
    return fixed_xlsx(made.getvalue(), document.meta.per_datum)  # the same kind of package


def margins(meta: Meta) -> tuple[str, str]:
    """What stands at the head and at the foot of each page."""
    head = f"{meta.kommun} · {meta.title}. {meta.edition}"
    return head, f"Uppgifter per {date_words(meta.per_datum)}"


def _describe(word: Any, meta: Meta) -> None:
    day = dt.datetime(meta.per_datum.year, meta.per_datum.month, meta.per_datum.day)
    told = word.core_properties
    told.author = told.last_modified_by = meta.kommun
    told.title, told.subject, told.language = meta.title, meta.edition, LANGUAGE
    told.comments = told.keywords = told.category = ""
    told.created = told.modified = day
    told.revision = 1
    package = word.part.package
    for key, rel in list(package.rels.items()):  # the template's own picture of itself
        if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]


def _dress(word: Any) -> None:
    """Plain styles in Swedish."""
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    for language in word.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:val"), LANGUAGE)
    for name, colour, before, after in (("Anmärkning", MUTED, 4, 6), ("Tabelltext", INK, 1, 1)):
        small = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        small.base_style = word.styles["Normal"]
        small.font.size, small.font.color.rgb = Pt(9), colour
        small.paragraph_format.space_before, small.paragraph_format.space_after = (
            Pt(before), Pt(after),
        )  # fmt: skip
    _face(word.styles["Normal"], 10.5)
    _face(word.styles["Caption"], 10)
    word.styles["Caption"].paragraph_format.keep_with_next = True
    normal = word.styles["Normal"].paragraph_format
    normal.space_before, normal.space_after = Pt(4), Pt(6)
    for name, size in SIZES.items():
        _face(word.styles[name], size)


def _face(style: Any, size: float) -> None:
    style.font.name, style.font.size, style.font.color.rgb = FACE, Pt(size), INK
    fonts = style.element.rPr.rFonts
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)  # a theme's face outranks a named one


def _margins(word: Any, meta: Meta) -> None:
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(MARGIN)
    for part, text in zip((page.header, page.footer), margins(meta), strict=True):
        part.paragraphs[0].text = clean(text)


def _block(word: Any, data: b.Data, style: str = "") -> None:
    match data["kind"]:
        case "heading":
            level = min(data["level"] - TOP + 1, 9)
            _runs(word.add_paragraph(style=f"Heading {level}"), data["runs"])
        case "paragraph":
            name = style or STYLES[data.get("style", "body")]
            _runs(word.add_paragraph(style=name), data["runs"])
        case "list":
            _list(word, data)
        case "quote":
            for inner in data["blocks"]:
                _block(word, inner, "Quote")
        case "table":
            _table(word, data)
        case "figure":
            _runs(word.add_paragraph(), [{"strong": data["title"]}])
            if data.get("subtitle"):
                _runs(word.add_paragraph(style="Anmärkning"), data["subtitle"])
            _note(word, data)
            _table(word, data["table"])


def _list(word: Any, data: b.Data) -> None:
    ordered = data.get("ordered")
    for number, item in enumerate(data["items"], start=data.get("start", 1)):
        for place, inner in enumerate(item):
            # A number of its own: Word would go on counting from the list before.
            first = [f"{number}. "] if ordered and place == 0 else []
            if inner["kind"] == "paragraph":
                name = "List Paragraph" if ordered else "List Bullet"
                _runs(word.add_paragraph(style=name), [*first, *inner["runs"]])
            else:
                _block(word, inner)


def _table(word: Any, data: b.Data) -> None:
    columns = data["columns"]
    _runs(word.add_paragraph(style="Caption"), data["caption"])
    made = word.add_table(rows=0, cols=len(columns), style="Table Grid")
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), clean(b.plain(data["caption"])))
    made._tbl.tblPr.append(caption)
    heads = [column["header"] for column in columns]
    right = [column.get("align") == "right" for column in columns]
    _row(made, heads, right, bold=True, head=True)
    for row in data["rows"]:
        _row(made, [row["header"], *row["cells"]], right, bold=bool(row.get("total")))
    if len(data["rows"]) <= TOGETHER:
        for row in made.rows[:-1]:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
    for column, width in zip(made.columns, _widths(data), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    made.autofit = False
    _note(word, data)


def _widths(data: b.Data) -> list[float]:
    """Of a table's columns, in mm: as in print, or alike where print divides the table."""
    printed = parts(data)
    if len(printed) > 1:
        return [FRAME / len(data["columns"])] * len(data["columns"])
    widths = [float(width.removesuffix("mm")) for width in printed[0].widths]
    wider = min(AIR, FRAME / sum(widths))
    return [width * wider for width in widths]


def _row(
    table: Any, texts: list[b.Runs], right: list[bool], bold: bool, head: bool = False
) -> None:
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    for cell, runs, aligned in zip(row.cells, texts, right, strict=True):
        line = cell.paragraphs[0]
        line.style = "Tabelltext"
        if aligned:
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _runs(line, [{"strong": runs}] if bold else runs)


def _note(word: Any, data: b.Data) -> None:
    if data.get("note"):
        _runs(word.add_paragraph(style="Anmärkning"), data["note"])


def _runs(line: Any, runs: b.Runs) -> None:
    for text, bold, italic in _pieces(runs):
        run = line.add_run(clean(text))
        run.bold, run.italic = bold or None, italic or None


def _pieces(runs: b.Runs, bold: bool = False, italic: bool = False) -> Iterator[Any]:
    """(text, bold, italic) of each run; a link is its words."""
    for run in runs:
        if isinstance(run, str):
            yield run, bold, italic
        elif "strong" in run:
            yield from _pieces(run["strong"], True, italic)
        elif "emphasis" in run:
            yield from _pieces(run["emphasis"], bold, True)
        else:
            yield b.plain([run]), bold, italic
