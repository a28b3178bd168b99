"""What a visit's page says, as its reader has it: sections, tables and sentences."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

NBSP = "\u00a0"


def text_of(markup: str) -> str:
    """Markup as running text."""
    plain = re.sub(r"<(script|style)\b.*?</\1>", "", markup, flags=re.DOTALL)
    told = html.unescape(re.sub(r"<[^>]+>", " ", plain)).replace(NBSP, " ").replace("\u00ad", "")
    return re.sub(r"\s+([.,;:”)])", r"\1", re.sub(r"\s+", " ", told)).strip()


def report(page: Path) -> str:
    """The report alone, without the register and what lies hidden in the page."""
    whole = page.read_text(encoding="utf-8")
    return whole[whole.index('<main id="rapport"') : whole.index("</main>")].partition(
        '<section class="kapitel register"'
    )[0]


def section(page: Path, title: str) -> str:
    """What stands under a heading of the third level, as text."""
    found = re.search(rf"<h3[^>]*>{re.escape(title)}</h3>(.*?)(?=<h3|\Z)", report(page), re.DOTALL)
    assert found, title
    return text_of(found[1])


def table(page: Path, caption: str) -> Mapping[str, list[str]]:
    """A table by its caption: row header → its cells; under "" the headers."""
    found = re.search(
        rf"<table><caption[^>]*><span>{re.escape(caption)}</span></caption>(.*?)</table>",
        report(page), re.DOTALL,
    )  # fmt: skip
    assert found, caption
    rows = [
        [text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", found[1], re.DOTALL)
    ]
    return {("" if k == 0 else head): cells for k, (head, *cells) in enumerate(rows)}
