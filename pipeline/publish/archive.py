"""The numbers of an edition for an archive, `arkiv/`: every table and the register as CSV
(RFC 4180, UTF-8 without mark) and one data package with a Table Schema for each
(https://specs.frictionlessdata.io/tabular-data-package/).

A table has its columns as shown. A column with numbers has beside it the number itself (of a cell
that says several, the first) with decimal point, which row of the register it is, and its unit
where the column mixes units. `..` is a number that is not shown, an empty field none at all.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.facts.fact import HIDDEN
from pipeline.facts.pattern import DOTS
from pipeline.publish import blocks as b
from pipeline.publish import ledger
from pipeline.publish.document import Document
from pipeline.publish.text import slug

FOLDER, PACKAGE, REGISTER = "arkiv", "datapackage.json", "faktaregister"
ROW, HEADER, WORD = "rad", "rubrik", "word"
OCCURRENCES = "forekomster"
COLUMNS = {  # of the register: type and title; the public one has fewer
    "id": ("string", "Talets rad i registret"),
    "name": ("string", "Namn"),
    "title": ("string", "Rubrik"),
    "scope": ("string", "Avgränsning (JSON)"),
    "period": ("string", "År"),
    "kind": ("string", "Slag"),
    "unit": ("string", "Enhet"),
    "value": ("number", "Talet"),
    WORD: ("string", "Ordval, där det inte är ett tal"),
    "n": ("number", "Antal svar som talet bygger på"),
    "numerator": ("number", "Täljare"),
    "denominator": ("number", "Nämnare"),
    "hidden": ("boolean", "Visas inte"),
    "status": ("string", "Status"),
    "definition": ("string", "Definition (JSON)"),
    "words": ("string", "Definition i ord"),
    "reads": ("string", "Kolumner som läses (JSON)"),
    "parents": ("string", "Tal som det är räknat ur (JSON)"),
}
PLACES = {
    "fact": "Talets rad i registret", "part": "Vad av talet som visas", "text": "Som det visas",
    "notebook": "Kapitel", "cell_id": "Cell", "source_sha256": "Cellens kontrollsumma",
    "anchor": "Ställe i rapporten", "period": "År", "scope": "Avgränsning (JSON)",
}  # fmt: skip
MISSING = ["", DOTS]
Row = Sequence[str | float | int | None]
Records = Mapping[str, b.Data]
PARTS = {
    "value": "Talet", "n": "Antal svar som talet bygger på", "numerator": "Täljaren",
    "denominator": "Nämnaren",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """A table: its Table Schema fields, and rows of values that fit them."""

    name: str
    title: str
    fields: tuple[dict[str, Any], ...]
    rows: tuple[Row, ...]
    key: str = ROW
    references: tuple[str, ...] = ()  # fields that are rows of the register


def write_archive(
    document: Document,
    tables: Iterable[tuple[str, str, b.Data]],
    registers: Sequence[Resource],
    out: Path,
) -> None:
    """Write `arkiv/` into the folder `out`. `tables`: file name, caption and block of each."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    records = {r["id"]: r for r in ledger.facts(document)}
    made = (_table(Path(name).stem, caption, table, records) for name, caption, table in tables)
    resources = [*registers, *made]
    described = []
    for resource in resources:
        data = _csv(resource).encode()
        (folder / f"{resource.name}.csv").write_bytes(data)
        described.append(_described(resource, data))
    meta = document.meta
    package = {
        "profile": "tabular-data-package",
        "name": slug(f"{meta.kommun}-{meta.title}-{meta.edition}"),
        "title": f"{meta.title}, {meta.kommun}",
        "description": f"{meta.edition}. Uppgifter per {meta.per_datum.isoformat()}. "
        "Rapportens tabeller så som de visas, med talen för maskiner bredvid, och registret över "
        f"talen. Två punkter ({DOTS}) är ett tal som inte visas.",
        "resources": described,
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / PACKAGE).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def register(rows: Iterable[Mapping[str, Any]]) -> Resource:
    """The register as a table: rows of `faktaregister.json`, or of the ledger."""
    rows = list(rows)
    columns = {n: told for n, told in COLUMNS.items() if n == WORD or (rows and n in rows[0])}
    fields = tuple({"name": n, "type": t, "title": title} for n, (t, title) in columns.items())
    made = []
    for row in rows:
        value = row["value"]
        hidden = row.get("hidden") or row.get("status") == HIDDEN
        number = DOTS if value is None and hidden else None if isinstance(value, str) else value
        told = {**row, "value": number, WORD: value if isinstance(value, str) else None}
        made.append(tuple(_told(told[name]) for name in columns))
    return Resource(REGISTER, "Faktaregister", fields, tuple(made), "id")


def shown(occurrences: Iterable[Mapping[str, str]]) -> Resource:
    """Every place where a number is shown, as a table."""
    fields = (
        {"name": ROW, "type": "integer", "title": "Rad"},
        *({"name": n, "type": "string", "title": t} for n, t in PLACES.items()),
    )  # fmt: skip
    rows: list[Row] = [(i, *(o[n] for n in PLACES)) for i, o in enumerate(occurrences, 1)]
    return Resource(OCCURRENCES, "Förekomster", fields, tuple(rows), references=("fact",))


def _told(value: Any) -> str | float | int | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _table(name: str, caption: str, table: b.Data, records: Records) -> Resource:
    heads = [b.plain(c["header"]) for c in table["columns"]]
    names = list(_unlike(heads))
    fields: list[dict[str, Any]] = [
        {"name": ROW, "type": "integer", "title": "Rad"},
        {"name": names[0], "type": "string", "title": heads[0]},
    ]
    columns: list[list[Any]] = [
        list(range(1, len(table["rows"]) + 1)), [b.plain(r["header"]) for r in table["rows"]],
    ]  # fmt: skip
    references = []
    for place, (column, head) in enumerate(zip(names[1:], heads[1:], strict=True)):
        cells = [row["cells"][place] for row in table["rows"]]
        fields.append({"name": column, "type": "string", "title": head})
        columns.append([b.plain(cell) for cell in cells])
        cited = [next(iter(b.occurrences(cell)), None) for cell in cells]
        if not any(cited):
            continue
        units = [records[o["fact"]]["unit"] if o else None for o in cited]
        mixed = len({u for u in units if u is not None}) > 1
        fields += _beside(column, head, cited, units, mixed)
        columns += [
            [_number(o, records) for o in cited], [o["fact"] if o else None for o in cited],
            *([units] if mixed else []),
        ]  # fmt: skip
        references.append(f"{column}_faktum")
    rows = tuple(zip(*columns, strict=True)) if table["rows"] else ()
    return Resource(name, caption, tuple(fields), rows, ROW, tuple(references))


def _beside(
    column: str, head: str, cited: Sequence[b.Data | None], units: Sequence[str | None], mixed: bool
) -> Iterator[dict[str, Any]]:
    parts = {o.get("part", "value") for o in cited if o}
    what = PARTS[parts.pop()] if len(parts) == 1 else "Talet"
    number = {
        "name": f"{column}_varde", "type": "number", "title": f"{head}: talet",
        "description": f"{what} i kolumnen {head}.",
    }  # fmt: skip
    unit = next((u for u in units if u), "")
    yield number | ({"unit": unit} if unit and not mixed else {})
    yield {
        "name": f"{column}_faktum", "type": "string", "title": f"{head}: talets rad i registret",
    }  # fmt: skip
    if mixed:
        yield {"name": f"{column}_enhet", "type": "string", "title": f"{head}: enhet"}


def _number(occurrence: b.Data | None, records: Records) -> str | float | int | None:
    """The number that a cell says: two dots where it is not shown, nothing where it is a word."""
    if occurrence is None:
        return None
    record = records[occurrence["fact"]]
    value = record[occurrence.get("part", "value")]
    if value is None:
        return DOTS if record["status"] == HIDDEN else None
    return None if isinstance(value, str) else value


def _csv(resource: Resource) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([f["name"] for f in resource.fields])
    for row in resource.rows:
        writer.writerow([_written(v) for v in row])
    return text.getvalue()


def _written(value: str | float | int | None) -> str:
    """A number as Table Schema reads it: whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _described(resource: Resource, data: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": list(resource.fields), "primaryKey": [resource.key], "missingValues": MISSING,
    }  # fmt: skip
    if resource.references:
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": REGISTER, "fields": ["id"]}}
            for name in resource.references
        ]
    return {
        "name": resource.name, "title": resource.title, "path": f"{resource.name}.csv",
        "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv",
        "encoding": "utf-8", "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": schema,
    }  # fmt: skip


def _unlike(heads: Sequence[str]) -> Iterator[str]:
    """A name for each column: its header in plain letters, with a number where two are alike."""
    taken = {ROW}
    for head in heads:
        stem = slug(head).replace("-", "_") or HEADER
        name, k = stem, 1
        while name in taken or any(f"{name}{end}" in taken for end in ("_varde", "_faktum")):
            k += 1
            name = f"{stem}_{k}"
        taken |= {name, f"{name}_varde", f"{name}_faktum", f"{name}_enhet"}
        yield name
