"""What can be altered in an edition, and what its verification must then say of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from .verified import YEAR, Edition

# Of a difference in the verdict: its group, and words that it holds.
Named = tuple[str, str]
Alteration = Callable[[Edition], list[Named]]
Change = Callable[[list[dict[str, Any]]], dict[str, Any]]  # of rows; returns the one changed


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _another_digit(file: Path, pattern: str, taken: Sequence[str] = ()) -> str:
    """A digit more in the file, before the pattern's second group; returns the first, the fact,
    which is none of `taken`."""
    text = file.read_text(encoding="utf-8")
    number = next(m for m in re.finditer(pattern, text, re.DOTALL) if m[1] not in taken)
    place = number.start(2)
    file.write_text(text[:place] + "7" + text[place:], encoding="utf-8")
    return number[1]


def together(*alterations: Alteration) -> Alteration:
    """Several at once, verified once: what each must give is no other's too."""

    def alter(e: Edition) -> list[Named]:
        made = [named for alteration in alterations for named in alteration(e)]
        told = [named for named in made if named[0] != "fil"]
        assert len(set(told)) == len(told)
        return made

    return alter


def in_page(*patterns: str) -> Alteration:
    """Of a fact a pattern."""

    def alter(e: Edition) -> list[Named]:
        facts: list[str] = []
        for pattern in patterns:
            facts.append(_another_digit(e.intern / "arsrapport.html", pattern, facts))
        return [("fil", "arsrapport.html"), *(("html", fact) for fact in facts)]

    return alter


IN_THE_TEXT = r'data-fakta="(\w+)">(\d+)</data>'
IN_A_CHART = r'<text[^>]*data-fakta="(\w+)">(\d+)'
REGISTERED = r'<li class="post" id="f-(\w+)">(?:(?!</li>).)*'
IN_THE_REGISTER = [
    rf'{REGISTERED}<span class="visat">(\d)',
    rf"{REGISTERED}<dt>Underlag</dt><dd>\d+ av (\d)",
]
IN_THE_PANEL = [
    rf'"(\w{{16}})":{{"title":(?:(?!"places").)*?"{part}":"(\d)'
    for part in ("text", "numerator", "n")
]


def _another_pdf(e: Edition) -> list[Named]:
    import pypdf

    path = e.intern / "arsrapport.pdf"
    writer = pypdf.PdfWriter()
    for page in list(pypdf.PdfReader(path).pages)[6:]:  # without the first chapter
        writer.add_page(page)
    writer.write(path)
    return [("fil", "arsrapport.pdf"), ("pdf", "rader_alla")]


def _flipped_bits_in_pdf(e: Edition) -> list[Named]:
    path = e.intern / "arsrapport.pdf"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return [("fil", "arsrapport.pdf")]


def _first(wanted: Callable[[dict[str, Any]], bool], **cells: Any) -> Change:
    """Other cells in the first row that is wanted."""

    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        row = next(filter(wanted, rows))
        row |= cells
        return row

    return change


def _change(path: Path, change: Change) -> dict[str, Any]:
    table = pq.read_table(path)
    rows = table.to_pylist()
    changed = change(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    return changed


def numbers_in_ledger(*parts: str) -> Alteration:
    """Each of another fact."""

    def alter(e: Edition) -> list[Named]:
        facts: list[str] = []
        for part in parts:

            def change(rows: list[dict[str, Any]], part: str = part) -> dict[str, Any]:
                shares = (r for r in rows if r["kind"] == "share" and r["numerator"])
                row = next(r for r in shares if r["id"] not in facts)
                row[part] += 1 if part != "value" else 0.01
                return row

            facts.append(_change(e.intern / "faktaregister.parquet", change)["id"])
        named = [(group, fact) for fact in facts for group in ("faktum", "block")]
        return [("fil", "faktaregister.parquet"), *named]

    return alter


def _text_in_ledger(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        row = next(r for r in rows if r["part"] == "denominator")
        row["text"] = "7" + row["text"]
        return row

    row = _change(e.intern / "forekomster.parquet", change)
    return [("fil", "forekomster.parquet"), ("visat", row["fact"]), ("html", row["fact"])]


def _definition_in_ledger(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        row = next(r for r in rows if r["kind"] == "count" and "avslut" in r["definition"])
        doc = json.loads(row["definition"]) | {"where": "1=1)); COPY (SELECT 1) TO 'ut.csv' --"}
        row["definition"] = json.dumps(doc)
        return row

    row = _change(e.intern / "faktaregister.parquet", change)
    return [("faktum", row["id"])]


def _raw_cell(e: Edition) -> list[Named]:
    path = next((e.workspace.raw / str(YEAR)).glob("Avslutande*.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    heads = {str(c.value): c.column for c in sheet[1]}
    column = next(v for k, v in heads.items() if "kontakten med oss" in k)
    counted = pq.read_table(e.workspace.processed / str(YEAR) / "avslut.parquet").to_pylist()
    pleased = (r for r in counted if path.name in r["_kalla"] and r["nojd_kontakt"] in (4, 5))
    cell = sheet.cell(next(pleased)["_rad"], column)
    cell.value = 1
    book.save(path)
    return [
        ("fil", path.name),
        ("tabell", cell.coordinate),
        ("faktum", "nojd"),
        ("faktum", cell.coordinate),
    ]


def _removed_raw_file(e: Edition) -> list[Named]:
    path = next((e.workspace.raw / str(YEAR)).glob("avslut*.csv"))
    path.unlink()
    return [("fil", path.name), ("tabell", path.name), ("faktum", "")]


def _processed_cell(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        row = next(r for r in rows if r["nojd_kontakt"] in (4, 5))
        row["nojd_kontakt"] = 1
        return row

    row = _change(e.workspace.processed / str(YEAR) / "avslut.parquet", change)
    return [("tabell", f"{row['_kalla']}!"), ("tabell", "nojd_kontakt")]


def _processed_row(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        return rows.pop()

    row = _change(e.workspace.processed / str(YEAR) / "bakgrund.parquet", change)
    return [("tabell", f"{row['_kalla']}!{row['_rad']}")]


def in_notebook(chapter: str, pattern: str, said: str) -> Alteration:
    def alter(e: Edition) -> list[Named]:
        path = e.intern / "notebooks" / f"{chapter}.ipynb"
        _another_digit(path, pattern)
        return [("fil", path.name), ("block", said)]

    return alter


def _damaged_notebook(e: Edition) -> list[Named]:
    path = e.intern / "notebooks" / "05_avstamning.ipynb"
    path.write_bytes(path.read_bytes()[:200])
    return [("fil", path.name), ("block", path.name)]


def _new_file(e: Edition) -> list[Named]:
    (e.intern / "bilaga.html").write_text("17 %")
    return [("fil", "bilaga.html")]


def _digit_in_the_public_page(e: Edition) -> list[Named]:
    fact = _another_digit(e.public / "arsrapport.html", IN_THE_TEXT)
    return [("fil", "publik: arsrapport.html"), ("html", fact)]


def _hidden_number_in_the_public_page(e: Edition) -> list[Named]:
    page = e.public / "arsrapport.html"
    text = page.read_text(encoding="utf-8")
    number = re.search(r'value="\.\." data-fakta="(\w+)">\.\.</data>', text)
    assert number
    page.write_text(text.replace(number[0], number[0].replace("..", "3"), 1), encoding="utf-8")
    return [("fil", "publik: arsrapport.html"), ("html", number[1])]


def _change_public(e: Edition, change: Change) -> dict[str, Any]:
    path = e.public / "faktaregister.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    changed = change(rows)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return changed


def _hidden_number_in_the_public_ledger(e: Edition) -> list[Named]:
    dark = _change_public(e, _first(lambda r: r["hidden"], value=3))
    return [("fil", "publik: faktaregister.json"), ("block", dark["id"])]


def _finer_number_in_the_public_ledger(e: Edition) -> list[Named]:
    def change(rows: list[dict[str, Any]]) -> dict[str, Any]:
        seen = next(row for row in rows if row["kind"] == "share" and row["value"])
        seen["value"] += 0.0001
        return seen

    return [("block", _change_public(e, change)["id"])]


def _number_in_a_public_table(e: Edition) -> list[Named]:
    path = sorted((e.public / "tabeller").glob("*.csv"))[0]
    edit(path, ";", ";9")
    return [("fil", f"publik: tabeller/{path.name}"), ("block", path.name)]


def _new_public_file(e: Edition) -> list[Named]:
    (e.public / "bilaga.csv").write_text("17 %")
    return [("fil", "publik: bilaga.csv")]


def _value_in_the_hidden_ledger(e: Edition) -> list[Named]:
    """The ledger inside says that a hidden number has a value."""
    change = _first(lambda r: r["status"] == "dold", value=3.0)
    row = _change(e.intern / "publik" / "faktaregister.parquet", change)
    return [("faktum", row["id"])]


def _text_of_a_hidden_number(e: Edition) -> list[Named]:
    change = _first(lambda r: r["text"] == "..", text="3")
    row = _change(e.intern / "publik" / "forekomster.parquet", change)
    return [("visat", row["fact"])]


def _shown_number_called_hidden(e: Edition) -> list[Named]:
    """What nobody needs to hide is not believed to be hidden: a number of the pipeline's own."""
    change = _first(lambda r: r["name"] == "rader_alla", status="dold", value=None, n=None)
    row = _change(e.intern / "publik" / "faktaregister.parquet", change)
    return [("faktum", row["id"])]


def _public_edition(e: Edition) -> list[Named]:
    """Everything of the public edition at once: each alteration is named for itself."""
    altered = (
        _digit_in_the_public_page, _hidden_number_in_the_public_page,
        _hidden_number_in_the_public_ledger, _finer_number_in_the_public_ledger,
        _number_in_a_public_table, _new_public_file, _value_in_the_hidden_ledger,
        _text_of_a_hidden_number, _shown_number_called_hidden,
    )  # fmt: skip
    return [named for alter in altered for named in alter(e)]


_all_over_the_page = in_page(IN_THE_TEXT, IN_A_CHART, *IN_THE_REGISTER, *IN_THE_PANEL)
ALTERATIONS = (
    _all_over_the_page, _another_pdf,
    together(
        numbers_in_ledger("numerator", "denominator", "n", "value"), _text_in_ledger,
        _definition_in_ledger,
    ),
    _raw_cell, _removed_raw_file,
    together(_flipped_bits_in_pdf, _damaged_notebook, _processed_cell, _processed_row),
    _public_edition,
    together(
        in_notebook("05_avstamning", r'("text"): "(\d+)"', "05_avstamning.ipynb"),
        in_notebook("10_sammanstallning", r'("numerator"): (\d+)', "numerator"), _new_file,
    ),
)  # fmt: skip
