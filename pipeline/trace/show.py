"""Traces as a person reads them in a terminal, at 80 columns. What stands in a raw file is
untrusted: control characters and what turns the line around are written as escapes."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

WIDTH = 80
LABEL = 11  # the column of labels
FIRST = 20  # cells shown without --all
PLACES = 8
CODE_LINES = 24
STATUS = {"saknas": "underlag saknas", "tom": "inget att räkna på", "dold": "visas inte"}
ROW_STATUS = {
    "behandlad": "räknas", "dubblett": "är en dubblett och räknas inte",
    "karantan": "ligger i karantän och räknas inte",
}  # fmt: skip
PARTS = {"value": "", "n": " (n)", "numerator": " (täljare)", "denominator": " (nämnare)"}
Answer = Mapping[str, Any]


def fact_text(answer: Answer, year: int, every: bool = False) -> str:
    """What `make trace` prints."""
    return _printed(_fact(answer, year, every))


def dependents_text(answer: Answer, year: int) -> str:
    """What `make dependents` prints."""
    return _printed(_dependents(answer, year))


def safe(text: str) -> str:
    """The text with everything that is no visible character as an escape, `\\n` for a new line."""
    return "".join(c if _visible(c) else _escape(c) for c in text)


def _visible(c: str) -> bool:
    return unicodedata.category(c)[0] != "C" and c not in "\u2028\u2029"


def _escape(c: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(c)
    return short.get(c) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _printed(lines: Iterable[str]) -> str:
    return "\n".join(safe(line).rstrip() for line in lines)


def _fact(answer: Answer, year: int, every: bool) -> Iterator[str]:
    record = answer["fact"]
    yield from _wrapped(record["title"])
    yield from _wrapped(f"{record['name']} · {record['id']} · {record['period']}")
    yield ""
    yield from _labelled("Värde", _value(answer))
    yield from _labelled("Vilar på", _basis(record))
    if answer["disposed"]:
        yield from _labelled("Källa", f"{answer['disposed']}: cellerna nedan är de som finns kvar")
    yield from _labelled("Betyder", answer["words"])
    yield from _labelled("Formel", answer["formula"] or "")
    yield from _labelled("SQL", answer["sql"] or "")
    yield from _shown(answer["occurrences"])
    yield from _code(answer)
    if answer["parents"]:
        yield from _titled("Bygger på")
        yield from _brief(answer["parents"])
    yield from _cells(answer, year, every)


def _value(answer: Answer) -> str:
    record = answer["fact"]
    text = next((o["text"] for o in answer["occurrences"] if o["part"] == "value"), "")
    if text or record["value"] is None:
        return text or STATUS.get(record["status"], "–")
    return f"{record['value']:g}".replace(".", ",").replace("-", "−")


def _basis(record: Answer) -> str:
    if record["numerator"] is not None:
        return f"{record['numerator']} av {record['denominator']}"
    return "" if record["n"] is None else f"n = {record['n']}"


def _shown(occurrences: Sequence[Answer]) -> Iterator[str]:
    if not occurrences:
        yield from _labelled("Visas", "inte själv; den ingår i andra tal")
    places = [
        f"{o['text']}{PARTS.get(o['part'], '')} i {o['notebook']}, cell {o['cell_id']}"
        for o in occurrences
    ]
    unique = list(dict.fromkeys(places))
    for i, place in enumerate(unique[:PLACES]):
        yield from _labelled("Visas" if i == 0 else "", place)
    if len(unique) > PLACES:
        yield from _labelled("", f"… och på {len(unique) - PLACES} ställen till")


def _code(answer: Answer) -> Iterator[str]:
    lines = answer["code"].splitlines()
    if not lines:
        return
    yield from _titled("Kod")
    for line in lines[:CODE_LINES]:
        rest = " " * (len(line) - len(line.lstrip()) + 6)
        yield from textwrap.wrap(
            f"  {safe(line)}", WIDTH, subsequent_indent=rest, break_on_hyphens=False
        ) or [""]
    if len(lines) > CODE_LINES:
        yield f"  … {len(lines) - CODE_LINES} rader till"


def _cells(answer: Answer, year: int, every: bool) -> Iterator[str]:
    total, cells = answer["cells_total"], answer["cells"]
    if answer["withheld"]:
        yield from _titled("Källceller")
        yield from _wrapped(answer["withheld"])
    if not total:
        return
    whole = not answer["columns"]
    yield from _titled(f"{'Rader' if whole else 'Källceller'}: {_number(total)}")
    for column in answer["columns"]:
        yield from _wrapped(f"{column['title']} ({column['field']})", "  ")
    chosen = cells if every else cells[:FIRST]
    if answer["columns"]:
        yield ""
    for cell in chosen:
        yield from _cell(cell, year)
    if total > len(chosen):
        yield f"  … och {_number(total - len(chosen))} till: --all visar alla"


def _cell(cell: Answer, year: int) -> Iterator[str]:
    address = safe(_address(cell, year))
    raw = safe(_raw(cell)) if cell["column"] else ""
    gap = max(2, 44 - len(address))
    line = f"  {address}{' ' * gap}{raw}".rstrip()
    if len(line) <= WIDTH:
        yield line
    else:
        yield f"  {address}"
        if raw:
            yield _cut(f"      {raw}")
    for rule in cell["rules"]:
        yield from _wrapped(rule, "      – ", "        ")


def _address(cell: Answer, year: int) -> str:
    """With the year before it where it is another's, as `dependents` takes it."""
    return str(cell["address"]) if cell["year"] == year else f"{cell['year']}/{cell['address']}"


def _raw(cell: Answer) -> str:
    raw = cell["raw"]
    if raw is None:
        return "(tom)"
    return f"”{raw}”" if isinstance(raw, str) else json.dumps(raw)


def _dependents(answer: Answer, year: int) -> Iterator[str]:
    cell = answer["cell"]
    yield from _wrapped(_address(cell, year))
    yield ""
    title = f"{cell['title']} ({cell['field']})" if cell["field"] else "läses inte av formuläret"
    yield from _labelled("Fält", title)
    yield _cut(f"{'Värde':<{LABEL}}{safe(_raw(cell))}") if cell["field"] else ""
    status = ROW_STATUS.get(cell["status"], cell["status"])
    why = f": {cell['reason']}" if cell["reason"] else ""
    yield from _labelled("Raden", f"{status}{why}")
    for rule in cell["rules"]:
        yield from _labelled("Regel", rule)
    counts = {f["id"] for f in answer["counts_in"]}
    others = [f for f in answer["could_change"] if f["id"] not in counts]
    yield from _titled(f"Räknas i {_number(len(counts))} tal")
    yield from _brief(answer["counts_in"])
    yield from _titled(f"Kan ändra ytterligare {_number(len(others))} tal")
    yield from _brief(others)


def _brief(facts: Sequence[Answer]) -> Iterator[str]:
    for fact in facts:
        yield from _wrapped(f"{fact['key']}: {fact['text']}", f"  {fact['id']}  ", " " * 20)


def _titled(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "─" * len(text)


def _labelled(label: str, text: str) -> Iterator[str]:
    if text:
        yield from _wrapped(text, f"{label:<{LABEL}}", " " * LABEL)


def _wrapped(text: str, first: str = "", rest: str | None = None) -> Iterator[str]:
    indent = first if rest is None else rest
    yield from textwrap.wrap(
        safe(text), WIDTH, initial_indent=first, subsequent_indent=indent,
        break_on_hyphens=False,
    )  # fmt: skip


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _number(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0") if number >= 10_000 else str(number)
