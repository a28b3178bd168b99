"""What of a document may be told in public: its numbers as their texts tell them, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline.facts.fact import HIDDEN, PLACES
from pipeline.facts.pattern import DOTS
from pipeline.facts.words import definition_words
from pipeline.publish import blocks as b
from pipeline.publish import ledger
from pipeline.publish.document import Block, Chapter, Document
from pipeline.publish.text import as_written

EDITION = "Publik utgåva, förhandsversion"
FILE = "faktaregister.json"
PARTS = ("n", "numerator", "denominator")
COUNTED = re.compile(r"(\d[\d\u00a0]*) av (\d[\d\u00a0]*)")
METHOD = "sa-skyddas-enskilda"
METHOD_TITLE = "Så skyddas enskilda"
METHOD_TEXT = (
    f"Två punkter ({DOTS}) står där ett tal inte visas. Bakom det står för få personer, eller så "
    "skulle ett sådant tal gå att räkna ut med hjälp av det, till exempel genom att en summa "
    "minskas med de andra talen i tabellen.",
    "Små grupper är i första hand sammanslagna till större. Gruppens namn säger vilka som ingår, "
    "eller att den är sammanslagen. Summor är alltid de verkliga. Där för få personer står bakom "
    "ett ordval eller ett diagram står i stället en mening om det.",
    "Varje tal i rapporten är framtaget ur samma underlag som i den interna utgåvan och avrundat "
    "så som det visas. Faktaregistret sist i rapporten säger hur talet är definierat.",
)


def public_document(document: Document) -> Document:
    """The document with records that say nothing its texts do not, and a chapter on secrecy."""
    return Document(document.meta, (*reduced(document).chapters, _method()))


def reduced(document: Document) -> Document:
    """The document with records that say nothing its texts do not."""
    told = _told(document)
    chapters = tuple(
        replace(c, blocks=tuple(_without(block, told) for block in c.blocks))
        for c in document.chapters
    )
    return Document(document.meta, chapters)


def _method() -> Chapter:
    heading = {"kind": "heading", "level": 2, "runs": [METHOD_TITLE], "anchor": METHOD, "facts": {}}
    made = [Block("heading", heading, METHOD, "", "", METHOD)]
    for k, text in enumerate(METHOD_TEXT, start=1):
        data = {"kind": "paragraph", "runs": [text], "style": "body", "facts": {}}
        made.append(Block("paragraph", data, METHOD, "", "", f"b-{METHOD}-{k}"))
    return Chapter(METHOD, METHOD_TITLE, METHOD, tuple(made))


def _told(document: Document) -> dict[str, b.Data]:
    """Fact → its record as the document's texts tell it."""
    texts: dict[str, list[tuple[str, str]]] = {}
    for row in ledger.occurrences(document):
        texts.setdefault(row["fact"], []).append((row["part"], row["text"]))
    return {r["id"]: _record(r, texts.get(r["id"], [])) for r in ledger.facts(document)}


def _record(record: b.Data, texts: list[tuple[str, str]]) -> b.Data:
    values = [t for part, t in texts if part == "value"]
    parts = {part: _whole(t) for part, t in texts if part in PARTS}
    value: float | str | None = None
    if record["status"] == "ok" and values:
        value = values[0] if record["kind"] == "word" else _value(values, record["unit"])
        for counted in filter(None, map(COUNTED.fullmatch, values)):
            k, n = map(_whole, counted.groups())
            parts |= {"numerator": k, "denominator": n, "n": n}
            value = round(k / n, PLACES) if k is not None and n else None
    gone = dict.fromkeys(PARTS)
    # That there is nothing to count is a number too, and told only where a text tells it.
    status = record["status"] if texts or record["status"] == HIDDEN else "ok"
    return {**record, **gone, **parts, "value": value, "reads": "[]", "status": status}


def _value(texts: list[str], unit: str) -> float | None:
    """The number of the text that tells it most closely, a share in parts of one."""
    told = [t for t in texts if re.match(r"[+\u2212-]?\d", t)]  # not ”färre än 20 svar”
    numbers = [t for t in map(as_written, told) if re.fullmatch(r"-?\d+(\.\d+)?", t)]
    if not numbers:
        return None
    closest = max(numbers, key=lambda t: len(t.partition(".")[2]))
    share = unit in ("andel", "andelsskillnad")
    return round(float(closest) / 100, PLACES) if share else float(closest)


def _whole(text: str) -> int | None:
    digits = re.sub(r"[\u00a0\u202f]", "", text)
    return int(digits) if digits.isdigit() else None


def _without(block: Block, told: Mapping[str, b.Data]) -> Block:
    return replace(block, data=_stripped(block.data, told))


def _stripped(data: b.Data, told: Mapping[str, b.Data]) -> dict[str, Any]:
    made = dict(data)
    if "facts" in made:
        made["facts"] = {key: told[key] for key in made["facts"]}
    if made["kind"] == "figure":
        made["table"] = _stripped(made["table"], told)
    if "items" in made:
        made["items"] = [[_stripped(x, told) for x in item] for item in made["items"]]
    if "blocks" in made:
        made["blocks"] = [_stripped(x, told) for x in made["blocks"]]
    return made


def public_records(document: Document) -> list[dict[str, Any]]:
    """The public ledger of a public document."""
    return [_row(record) for record in ledger.facts(document)]


def public_ledger(document: Document) -> str:
    """The public ledger as `faktaregister.json`."""
    return json.dumps(public_records(document), ensure_ascii=False, indent=1) + "\n"


def _row(record: b.Data) -> dict[str, Any]:
    definition = json.loads(record["definition"])
    words, conditions = definition_words(definition)
    return {
        **{k: record[k] for k in ("id", "name", "title")},
        "scope": json.loads(record["scope"]),
        **{k: record[k] for k in ("period", "kind", "unit")},
        "definition": definition,
        "words": " ".join([words, *(f"{label}: {sql}." for label, sql in conditions)]),
        "parents": json.loads(record["parents"]),
        **{k: record[k] for k in ("value", *PARTS)},
        "hidden": record["status"] == HIDDEN,
    }


def tables(document: Document) -> Iterator[tuple[str, str, b.Data]]:
    """(file name, caption, table block) of every table, those under figures included."""
    for chapter in document.chapters:
        found = (x for block in chapter.blocks for x in _tables(block.data))
        for number, table in enumerate(found, start=1):
            yield f"{chapter.anchor}-{number:02d}.csv", b.plain(table["caption"]), table


def _tables(data: b.Data) -> Iterator[b.Data]:
    if data["kind"] == "table":
        yield data
    elif data["kind"] == "figure":
        yield data["table"]


def csv_text(table: b.Data) -> str:
    """A table as a Swedish Excel opens it: semicolons, decimal commas, the texts as shown."""
    rows = [[b.plain(c["header"]) for c in table["columns"]]]
    rows += [[b.plain(r["header"]), *map(b.plain, r["cells"])] for r in table["rows"]]
    return "".join(";".join(map(_field, row)) + "\r\n" for row in rows)


def _field(text: str) -> str:
    """A field that no spreadsheet takes for a formula."""
    safe = f"'{text}" if re.match(r"[=@\t\r]|[+-](?!\d)", text) else text
    return f'"{safe.replace(chr(34), chr(34) * 2)}"' if re.search('[;"\r\n]', safe) else safe
