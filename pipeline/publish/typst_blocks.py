"""How a block is written in Typst. Every text goes in as a string literal: nothing is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.errors import UppfoljningError
from pipeline.publish import blocks as b
from pipeline.publish import fonts, svg
from pipeline.publish.document import TOP, Block
from pipeline.publish.grade import parted
from pipeline.publish.text import clean
from pipeline.publish.typst_table import FRAME, Part, parts
from pipeline.report.charts.tokens import GRADE_EDGES, GRADES

MM = 72 / 25.4  # points
TURN = "#pagebreak(weak: true)\n"  # before a chapter
SMALL = 12  # rows of a table that is kept with the note after it
_SPACE = re.compile(r"[ \t\n]+")
_UNBROKEN = re.compile(r"[^\s\u200b]{40,}")  # longer than any word that hyphenates


def literal(text: str) -> str:
    """The one way for a text into Typst: a string literal in drawable characters."""
    drawn = _SPACE.sub(" ", fonts.drawable(clean(text)))
    if len(drawn) >= 40:
        drawn = _UNBROKEN.sub(_breakable, drawn)
    return '"' + drawn.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _breakable(match: re.Match[str]) -> str:
    """A name without spaces gets places to break, or it would run out of its column."""
    return re.sub(r"([^\w]|_|\w{30})(?=.)", "\\1\u200b", match[0])


def _raw(text: str) -> str:
    """A string literal for what no reader sees: an address, an SVG."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def content(runs: b.Runs, tal: str = "tal") -> str:
    """Runs as one Typst expression of content. `tal` is the function that shows a number."""
    pieces = [_run(run, tal) for run in runs]
    if len(pieces) == 1:
        return pieces[0]
    return "{" + "; ".join(pieces) + "}" if pieces else "none"


def _run(run: b.Run, tal: str) -> str:
    if isinstance(run, str):
        return _shaped(run)
    if "fact" in run:
        # A table's n stands beside its value, which links to the same fact: every link costs
        # Typst a place to look up, and a report has thousands.
        if tal != "tal" and run["part"] != "value":
            return literal(run["text"])
        return f"{tal}({_raw(run['fact'])}, {_shaped(run['text'])})"
    if "strong" in run:
        return f"strong({content(run['strong'], tal)})"
    if "emphasis" in run:
        return f"emph({content(run['emphasis'], tal)})"
    if "code" in run:
        return f"raw({literal(run['code'])})"
    if "quoted" in run:
        return literal(run["quoted"])
    url, words = run["link"], literal(b.plain(run["runs"]))
    target = f"label({_raw(url[1:])})" if url.startswith("#") else _raw(url)
    return f"lank({target}, {words})"


def _shaped(text: str) -> str:
    """A text; where it tells a grade, the shape is in its colour. The circle is borrowed from
    another face: it is kept from making its line taller."""
    found = parted(text)
    if found is None:
        return literal(text)
    edge = GRADE_EDGES.get(found.grade)
    stroke = f', stroke: 0.3pt + rgb("{edge}")' if edge else ""
    shape = (
        f'text(fill: rgb("{GRADES[found.grade]}"){stroke}, top-edge: 0.6em, bottom-edge: 0pt, '
        f"{literal(found.shape)})"
    )
    return f"{{{shape}; {literal(found.rest)}}}"


def flow(blocks: Iterable[Block]) -> str:
    """Blocks one after another."""
    found = list(blocks)
    return "\n\n".join(map(block, found, [*found[1:], None]))


def block(given: Block, after: Block | None = None) -> str:
    """The block as one line of Typst markup, labelled with its id."""
    chapter = given.kind == "heading" and given.data["level"] == TOP
    turn = TURN if chapter else ""
    written = _data(given.data, given.id)
    if after and _belong(given.data, after.data):
        written = f"hallen({written})"
    return f"{turn}#{written}#label({_raw(given.id)})"


def _belong(data: b.Data, after: b.Data) -> bool:
    """Whether two blocks are not parted: a note or a quotation alone on a page is of nothing that
    anybody knows."""
    said = data["kind"] == "paragraph" and data.get("style", "body") in ("body", "note")
    if after["kind"] == "quote":
        return said
    small = data["kind"] == "table" and len(data["rows"]) <= SMALL
    return (said or small) and after.get("style") == "note"


def _data(data: b.Data, anchor: str) -> str:
    match data["kind"]:
        case "heading":
            return f"heading(level: {data['level'] - 1}, {content(data['runs'])})"
        case "paragraph":
            style = data.get("style", "body")
            return f"stycke({_raw(style)}, {content(data['runs'])})"
        case "list":
            items = ", ".join(_together(item) for item in data["items"])
            kind = "numrerad" if data.get("ordered") else "punkter"
            start = f"start: {int(data.get('start', 1))}, " if data.get("ordered") else ""
            return f"{kind}({start}{items})"
        case "quote":
            return f"citat({_together(data['blocks'])})"
        case "table":
            return _table(data)
        case "figure":
            return _figure(data, anchor)
        case other:
            raise UppfoljningError(f"PDF: okänt slag av block, {other!r}.")


def _together(blocks: list[b.Data]) -> str:
    return "{" + "; ".join(_data(one, "") for one in blocks) + "}"


def _table(data: b.Data) -> str:
    """A table; one with too many columns for the page is set as several."""
    pieces = parts(data)
    tables = []
    for number, part in enumerate(pieces, start=1):
        header = ", ".join(
            _fitted(content(data["columns"][k]["header"]), (0, k), part) for k in part.columns
        )
        cells = []
        for place, row in enumerate(data["rows"], start=1):
            heads = [row["header"], *row["cells"]]
            name = "summa" if row.get("total") else ""
            written = [
                _fitted(content(heads[k], "celltal"), (place, k), part) for k in part.columns
            ]
            cells += [f"{name}({cell})" if name else cell for cell in written]
        align = ", ".join(data["columns"][k].get("align", "left") for k in part.columns)
        caption = content(data["caption"] if number == 1 else ["Fortsättning, fler kolumner"])
        tables.append(
            f"tabell({caption}, ({', '.join(part.widths)},), ({align},), {part.size}, "
            f"({header},), {', '.join(cells)})"
        )
    note = data.get("note") or ()
    return "{" + "; ".join([*tables, *([f'stycke("note", {content(note)})'] if note else [])]) + "}"


def _fitted(written: str, place: tuple[int, int], part: Part) -> str:
    return f"avstava({written})" if place in part.broken else written


def _figure(data: b.Data, anchor: str) -> str:
    drawn, width = svg.for_typst(data["svg"], f"{anchor}-svg")
    note = data.get("note") or ()
    return (
        f"diagram({content(data['title'])}, {content(data.get('subtitle') or ())}, "
        f"{_raw(drawn)}, {min(width, FRAME * MM):.1f}pt, {literal(b.plain(data['alt']))}, "
        f"{content(note)}, {len(data['table']['rows'])}, {_table(data['table'])})"
    )
