"""How a block is written in HTML."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from pipeline.errors import UppfoljningError
from pipeline.publish import blocks as b
from pipeline.publish import svg
from pipeline.publish.document import Block
from pipeline.publish.grade import parted
from pipeline.publish.text import as_written, clean, unbroken_dates

UNBROKEN = 24  # letters of a number that may not be broken over lines; more are words


@dataclass(frozen=True, slots=True)
class HtmlBlocks:
    """Writes blocks. `page` holds the register ("" is this page).

    `facts` are the ids the register has: others get no link. None means all.
    """

    page: str = ""
    facts: frozenset[str] | None = None

    def block(self, block: Block) -> Markup:
        """The block, its id on the outermost element."""
        return Markup(self._data(block.data, block.id))

    def runs(self, runs: b.Runs) -> str:
        """Text with its numbers linked to the register."""
        return "".join(map(self._run, runs))

    def _run(self, run: b.Run) -> str:
        if isinstance(run, str):
            return unbroken_dates(Markup(_shaped(run)))
        if "fact" in run:
            return self._fact(run)
        if "strong" in run:
            return f"<strong>{self.runs(run['strong'])}</strong>"
        if "emphasis" in run:
            return f"<em>{self.runs(run['emphasis'])}</em>"
        if "code" in run:
            return f"<code>{esc(run['code'])}</code>"
        if "quoted" in run:
            return unbroken_dates(Markup(esc(run["quoted"])))
        url = run["link"]
        target = f"{self.page}{url}" if url.startswith("#") else url
        return f'<a href="{esc(target)}">{esc(b.plain(run["runs"]))}</a>'

    def _fact(self, run: b.Data) -> str:
        text, key = _shaped(run["text"]), esc(run["fact"])
        part = "" if run["part"] == "value" else f' data-del="{esc(run["part"])}"'
        value = esc(as_written(run["text"]))
        css = "fakta ord" if len(run["text"]) > UNBROKEN else "fakta"
        number = f'<data class="{css}" value="{value}" data-fakta="{key}"{part}>{text}</data>'
        return f'<a href="{self.page}#f-{key}">{number}</a>' if self._known(key) else number

    def _known(self, key: str) -> bool:
        return self.facts is None or key in self.facts

    def _data(self, data: b.Data, anchor: str) -> str:
        match data["kind"]:
            case "heading":
                level = data["level"]
                return f'<h{level} id="{esc(anchor)}">{self.runs(data["runs"])}</h{level}>'
            case "paragraph":
                return self._paragraph(data, f' id="{esc(anchor)}"' if anchor else "")
            case "list":
                return self._list(data, anchor)
            case "quote":
                inside = "".join(self._data(block, "") for block in data["blocks"])
                return f'<blockquote id="{esc(anchor)}">{inside}</blockquote>'
            case "table":
                return self._table(data, anchor)
            case "figure":
                return self._figure(data, anchor)
            case other:
                raise UppfoljningError(f"HTML: okänt slag av block, {other!r}.")

    def _paragraph(self, data: b.Data, attributes: str = "") -> str:
        style = data.get("style", "body")
        css = {"note": ' class="not"', "missing": ' class="saknas"'}.get(style, "")
        return f"<p{attributes}{css}>{self.runs(data['runs'])}</p>"

    def _list(self, data: b.Data, anchor: str) -> str:
        tag = "ol" if data.get("ordered") else "ul"
        start = f' start="{int(data["start"])}"' if data.get("start", 1) != 1 else ""
        name = f' id="{esc(anchor)}"' if anchor else ""
        items = "".join(f"<li>{self._item(item)}</li>" for item in data["items"])
        return f"<{tag}{name}{start}>{items}</{tag}>"

    def _item(self, item: list[b.Data]) -> str:
        """A list item; a lone paragraph at its head is written without <p>."""
        if not item or item[0]["kind"] != "paragraph":
            return "".join(self._data(block, "") for block in item)
        rest = "".join(self._data(block, "") for block in item[1:])
        return self.runs(item[0]["runs"]) + rest

    def _table(self, data: b.Data, anchor: str) -> str:
        name = esc(anchor)
        aligned = [' class="tal"' if c.get("align") == "right" else "" for c in data["columns"]]
        head = "".join(
            f'<th scope="col"{css}>{self.runs(column["header"])}</th>'
            if b.plain(column["header"]).strip()
            else "<td></td>"
            for column, css in zip(data["columns"], aligned, strict=True)
        )
        body = "".join(
            ('<tr class="summa">' if row.get("total") else "<tr>")
            + f'<th scope="row">{self.runs(row["header"])}</th>'
            + "".join(
                f"<td{css}>{self.runs(cell)}</td>"
                for cell, css in zip(row["cells"], aligned[1:], strict=True)
            )
            + "</tr>"
            for row in data["rows"]
        )
        return (
            f'<div class="tabell" id="{name}"><div class="rulle" role="group" tabindex="0" '
            f'aria-labelledby="{name}-t"><table><caption id="{name}-t">'
            f"<span>{self.runs(data['caption'])}</span></caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>{self._note(data)}</div>"
        )

    def _figure(self, data: b.Data, anchor: str) -> str:
        name = esc(anchor)
        subtitle = data.get("subtitle") or ()
        under = f'<span class="undertitel">{self.runs(subtitle)}</span>' if subtitle else ""
        return (
            f'<figure id="{name}"><figcaption><span class="titel">{self.runs(data["title"])}'
            f'</span>{under}</figcaption><div class="bild" role="group" tabindex="0" '
            f'aria-label="Diagram">{self._picture(data, anchor)}</div>{self._note(data)}'
            f"<details><summary>Visa som tabell</summary>"
            f"{self._table(data['table'], f'{anchor}-tabell')}</details></figure>"
        )

    def _picture(self, data: b.Data, anchor: str) -> str:
        def address(fact: str) -> str | None:
            return f"{self.page}#f-{fact}" if self._known(fact) else None

        return svg.for_page(data["svg"], f"{anchor}-svg", clean(b.plain(data["alt"])), address)

    def _note(self, data: b.Data) -> str:
        note = data.get("note") or ()
        return f'<p class="not">{self.runs(note)}</p>' if note else ""


def _shaped(text: str) -> str:
    """A text; where it tells a grade, the shape is in its colour."""
    found = parted(text)
    if found is None:
        return esc(text)
    return f'<span class="farg {found.grade}">{esc(found.shape)}</span>{esc(found.rest)}'


def esc(text: str) -> str:
    """The one way for a text into the page."""
    return str(escape(clean(text)))
