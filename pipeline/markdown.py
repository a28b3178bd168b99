"""Markdown cells as blocks: a small declared set; anything else is an error, never dropped.

Headings, paragraphs, lists, block quotes; emphasis, strong, inline code, links. No raw HTML,
images, tables, code blocks or rules.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import mistune

from pipeline.errors import UppfoljningError

Token = Mapping[str, Any]
_parse = cast(Callable[[str], list[Token]], mistune.create_markdown(renderer=None))
_ADDRESS = re.compile(r"(https?://|mailto:|#)\S")
_REFUSED = {
    "block_html": "rå HTML",
    "inline_html": "rå HTML",
    "image": "en bild",
    "block_code": "ett kodblock",
    "thematic_break": "en avdelare (---)",
}


def blocks(source: str, where: str) -> list[dict[str, Any]]:
    """The blocks of a Markdown text. `where` (notebook and cell) goes into the message.

    Raises UppfoljningError for what is not in the declared set.
    """
    return list(_blocks(_parse(source), where))


def _blocks(tokens: list[Token], where: str) -> Iterator[dict[str, Any]]:
    for token in tokens:
        children = token.get("children", [])
        match token["type"]:
            case "blank_line":
                pass
            case "heading":
                level = token["attrs"]["level"]
                yield {"kind": "heading", "level": level, "runs": _runs(children, where)}
            case "paragraph" | "block_text":
                yield {"kind": "paragraph", "runs": _runs(children, where), "style": "body"}
            case "list":
                attrs = token["attrs"]
                yield {
                    "kind": "list",
                    "ordered": attrs["ordered"],
                    "start": attrs.get("start", 1),
                    "items": [list(_blocks(item["children"], where)) for item in children],
                }
            case "block_quote":
                yield {"kind": "quote", "blocks": list(_blocks(children, where))}
            case other:
                raise _refuse(other, token, where)


def _runs(tokens: list[Token], where: str) -> list[Any]:
    runs: list[Any] = []
    for token in tokens:
        match token["type"]:
            case "text":
                runs.append(html.unescape(token["raw"]))
            case "softbreak" | "linebreak":
                runs.append(" ")
            case "strong" | "emphasis" as kind:
                runs.append({kind: _runs(token["children"], where)})
            case "codespan":
                runs.append({"code": html.unescape(token["raw"])})
            case "link":
                url = token["attrs"]["url"]
                if not _ADDRESS.match(url):
                    raise UppfoljningError(
                        f"{where}: länken ”{url}” går inte att använda. En länk ska börja med "
                        "https://, mailto: eller # (en rubrik i rapporten)."
                    )
                runs.append({"link": url, "runs": _runs(token["children"], where)})
            case other:
                raise _refuse(other, token, where)
    return _joined(runs)


def _joined(runs: list[Any]) -> list[Any]:
    """Neighbouring texts as one: mistune splits at every special character."""
    joined: list[Any] = []
    for run in runs:
        if joined and isinstance(run, str) and isinstance(joined[-1], str):
            joined[-1] += run
        else:
            joined.append(run)
    return joined


def _refuse(kind: str, token: Token, where: str) -> UppfoljningError:
    excerpt = " ".join(str(token.get("raw", "")).split())[:60]
    return UppfoljningError(
        f"{where}: texten innehåller {_REFUSED.get(kind, kind)}"
        f"{f' ({excerpt})' if excerpt else ''}, som rapporten inte kan visa.\n"
        "Gör så här: använd rubriker, stycken, listor, citat, länkar, *kursiv*, **fetstil** "
        "och `kod`; tabeller och diagram kommer från kodceller."
    )
