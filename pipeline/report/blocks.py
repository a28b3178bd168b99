"""Blocks: what a chapter's cell displays (docs/architecture.md, "Blocks"). Plain dicts, so that
they survive the notebook; every number in them is an occurrence of a fact."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.facts.fact import Fact, spliced
from pipeline.facts.pattern import DOTS
from pipeline.forms.codebook import slug
from pipeline.report.context import current, current_part, told
from pipeline.report.swedish import show

MIMETYPE = "application/vnd.uppfoljning.block.v1+json"
PART = "del"  # of an output's metadata: the document that it belongs to, of several
_TAGS = {"strong": "strong", "emphasis": "em", "code": "code"}
Block = dict[str, Any]
Run = str | dict[str, Any]
Runs = list[Run]
Registry = dict[str, Fact]


def occurrence(fact: Fact, spec: str, facts: Registry) -> dict[str, Any]:
    """A fact as shown here; the fact and its parents are added to `facts`."""
    for member in fact.family():
        facts[member.id] = member
    shown = show(fact, spec)
    return {"fact": fact.id, "part": shown.part, "spec": shown.spec, "text": shown.text}


def runs(text: str, facts: Registry) -> Runs:
    """A text with markers as runs. Two dots end a sentence as they are."""
    made: Runs = []
    dots = False
    for piece in spliced(text):
        if isinstance(piece, str):
            made.append(piece.removeprefix(".") if dots else piece)
        else:
            shown = occurrence(*piece, facts)
            made.append(shown)
            dots = shown["text"] == DOTS
    return [run for run in made if run]


def heading(text: str, level: int) -> Block:
    facts: Registry = {}
    made = runs(text, facts)
    return _with({"kind": "heading", "level": level, "runs": made, "anchor": slug(plain(made))},
                 facts)  # fmt: skip


def paragraph(text: str, style: str = "body") -> Block:
    """`style`: body, note or missing."""
    facts: Registry = {}
    return _with({"kind": "paragraph", "runs": runs(text, facts), "style": style}, facts)


def table(
    caption: Runs,
    columns: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    note: Runs,
    facts: Registry,
) -> Block:
    """`columns[0]` heads the row headers; each row has as many cells as columns minus one."""
    assert all(len(r["cells"]) == len(columns) - 1 for r in rows)
    made: Block = {
        "kind": "table",
        "caption": caption,
        "columns": list(columns),
        "rows": list(rows),
    }
    return _with({**made, "note": note}, facts)


def figure(
    title: Runs,
    subtitle: Runs,
    svg: str,
    alt: Runs,
    marks: Sequence[Run],
    under: Block,
    note: Runs,
    facts: Registry,
) -> Block:
    made: Block = {
        "kind": "figure", "title": title, "subtitle": subtitle, "svg": svg, "alt": alt,
        "marks": list(marks), "table": {k: v for k, v in under.items() if k != "facts"},
        "note": note,
    }  # fmt: skip
    made = _with(made, facts)
    made["facts"] = dict(sorted({**under["facts"], **made["facts"]}.items()))
    return made


def quotation(text: str) -> Block:
    """An answer that somebody has released word for word: its digits are no numbers of ours."""
    inner = {"kind": "paragraph", "runs": [f"”{text}”"], "style": "body"}
    return {"kind": "quote", "approved": True, "blocks": [inner], "facts": {}}


def quoted(text: str) -> dict[str, Any]:
    """What people have written, as it stands, in a table of the internal edition: its digits are
    no numbers of ours."""
    return {"quoted": text}


def display(block: Block) -> None:
    """Show a block in the notebook; a chapter that is only planned tells its facts."""
    if (recorder := current().recorder) is not None:
        recorder.tell(block["facts"])
        return
    from IPython.display import display as shown

    part = current_part()
    if part:
        told(part).append(block)
    shown(bundle(block), raw=True, metadata={PART: part} if part else None)  # type: ignore[no-untyped-call]


def _with(block: Block, facts: Registry) -> Block:
    return {**block, "facts": {k: facts[k].record() for k in sorted(facts)}}


def plain(items: Iterable[Run]) -> str:
    """The text of runs."""
    return "".join(
        r if isinstance(r, str) else r["text"] if "text" in r else plain(_within(r)) for r in items
    )


def _within(run: Mapping[str, Any]) -> Runs:
    """The runs in emphasis, a link, code or what is quoted."""
    inner = run.get("strong") or run.get("emphasis") or run.get("runs")
    found: Runs = inner or [run.get("code") or run.get("quoted", "")]
    return found


def _inside(block: Block) -> list[Block]:
    """The blocks of a quotation or a list."""
    found: list[Block] = block.get("blocks") or [b for item in block["items"] for b in item]
    return found


def bundle(block: Block) -> dict[str, Any]:
    """The mimebundle of a block: ours for the report, HTML and text for JupyterLab."""
    return {MIMETYPE: block, "text/html": _html(block), "text/plain": _text(block)}


def _text(block: Block) -> str:
    if block["kind"] in ("quote", "list"):
        return "\n".join(map(_text, _inside(block)))
    if block["kind"] == "table":
        lines = [plain(block["caption"])]
        lines.append(" | ".join(plain(c["header"]) for c in block["columns"]))
        for row in block["rows"]:
            cells = [plain(row["header"]), *(plain(c) for c in row["cells"])]
            lines.append(" | ".join(cells))
        return "\n".join(lines)
    return plain(block["title"] if block["kind"] == "figure" else block["runs"])


def _html(block: Block) -> str:
    if block["kind"] == "quote":
        return f"<blockquote>{''.join(map(_html, block['blocks']))}</blockquote>"
    if block["kind"] == "list":
        tag = "ol" if block["ordered"] else "ul"
        items = "".join(f"<li>{''.join(map(_html, item))}</li>" for item in block["items"])
        return f"<{tag}>{items}</{tag}>"
    if block["kind"] == "figure":
        return f"<figure>{block['svg']}<figcaption>{_inline(block['title'])}</figcaption></figure>"
    if block["kind"] == "table":
        head = "".join(f'<th scope="col">{_inline(c["header"])}</th>' for c in block["columns"])
        body = "".join(
            f'<tr><th scope="row">{_inline(r["header"])}</th>'
            + "".join(f"<td>{_inline(c)}</td>" for c in r["cells"])
            + "</tr>"
            for r in block["rows"]
        )
        return (
            f"<table><caption>{_inline(block['caption'])}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )
    tag = f"h{block['level']}" if block["kind"] == "heading" else "p"
    return f"<{tag}>{_inline(block['runs'])}</{tag}>"


def _inline(items: Iterable[Run]) -> str:
    parts = []
    for r in items:
        if isinstance(r, str) or "quoted" in r:
            parts.append(html.escape(plain([r])))
        elif "fact" not in r:
            tag = next((t for k, t in _TAGS.items() if k in r), "span")
            parts.append(f"<{tag}>{_inline(_within(r))}</{tag}>")
        else:
            parts.append(f'<data data-fakta="{r["fact"]}">{html.escape(r["text"])}</data>')
    return "".join(parts)
