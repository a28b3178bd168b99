"""The workbook: a front sheet with every number drawn, and a sheet a number with its definition,
its source cells and the formulas that count them."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from pipeline.facts import predicate as p
from pipeline.facts.lookup import rows as rows_of_fact
from pipeline.facts.words import definition_words
from pipeline.intake.store import fixed_xlsx
from pipeline.trace.raw_values import RawFiles
from pipeline.trace.sample.draw import KINDS, MOST_ROWS, Draw, Record
from pipeline.trace.sample.formula import is_true
from pipeline.trace.sample.rows import Listed, listed
from pipeline.trace.tables import Tables
from pipeline.workspace import Workspace

BOLD, TITLE, CODE = Font(bold=True), Font(bold=True, size=14), Font(name="Consolas")
WRAPPED = Alignment(wrap_text=True, vertical="top")
USED = PatternFill("solid", fgColor="DCE9F2")
SAME, OTHER = "lika", "olika"
FRONT = "Översikt"
SWEDISH = {"count": "antal", "share": "andelar", "mean": "medelvärden"}
_SHOWN = re.compile(r"([+−-]?\d+(?:,\d+)?)( ?%)?")
_OF = re.compile(r"(\d+) av (\d+)")


def sample_workbook(workspace: Workspace, year: int, sample: Draw) -> bytes:
    """The workbook of a draw; the same edition gives the same bytes. Raises UppfoljningError where
    a raw file has changed since the edition was built."""
    tables = Tables(workspace, year)
    files = RawFiles(tables)
    book = Workbook()
    front = book.active
    front.title = FRONT
    results = []
    for i, record in enumerate(sample.facts, 1):
        sheet = book.create_sheet(f"{i:02d}")
        results.append(_Sheet(sheet, tables, record, sample.shown[record["id"]]).fill(files))
    _front(front, sample, results)
    date = dt.date.fromisoformat(sample.manifest["per_datum"])
    book.properties.creator = "Uppföljning"
    book.properties.created = dt.datetime.combine(date, dt.time(9))
    book.calculation.fullCalcOnLoad = True
    made = io.BytesIO()
    book.save(made)
    return fixed_xlsx(made.getvalue(), date)


class _Sheet:
    """One number's sheet while it is being filled."""

    def __init__(self, sheet: Any, tables: Tables, record: Record, shown: Sequence[Record]) -> None:
        self._sheet, self._tables, self._record, self._shown = sheet, tables, record, shown
        self._definition = json.loads(record["definition"])

    def fill(self, files: RawFiles) -> str:
        """Write the sheet; returns the address of its result."""
        table = listed(self._tables, files, self._record)
        words, conditions = definition_words(self._definition)
        first = self._shown[0]
        head: list[tuple[str, Any]] = [
            ("Definition", words), *conditions,
            ("Namn", self._record["name"]), ("År", self._record["period"]),
            ("Kapitel och cell", f"{first['notebook']}, {first['cell_id']}"),
            ("Register-id", self._record["id"]),
        ]  # fmt: skip
        put(self._sheet, 1, 1, self._record["title"], TITLE)
        for i, (label, text) in enumerate(head, 2):
            put(self._sheet, i, 1, label, BOLD)
            put(self._sheet, i, 2, text)
        checks = self._checks()
        top = len(head) + 3
        start = top + len(checks) + 4
        formulas = self._rows(table, start)
        for c, text in enumerate(("", "I rapporten", "Räknat ur cellerna", "Resultat"), 1):
            put(self._sheet, top, c, text, BOLD)
        for i, (label, said, part, places) in enumerate(checks, top + 1):
            value = formulas[part] if places is None else f"ROUND({formulas[part]},{places})"
            put(self._sheet, i, 1, label)
            put(self._sheet, i, 2, said)
            self._sheet.cell(i, 3).value = f"={value}"
            self._sheet.cell(i, 4).value = f'=IF(ABS(B{i}-C{i})<0.000000001,"{SAME}","{OTHER}")'
        end = top + len(checks) + 1
        put(self._sheet, end, 1, "Sammantaget", BOLD)
        span = f"D{top + 1}:D{end - 1}"
        self._sheet.cell(
            end, 4
        ).value = f'=IF(COUNTIF({span},"{SAME}")={len(checks)},"{SAME}","{OTHER}")'
        self._sheet.cell(end, 4).font = BOLD
        return f"'{self._sheet.title}'!D{end}"

    def _checks(self) -> list[tuple[str, float, str, int | None]]:
        """(label, number, which formula, decimals): the register's, then each text shown."""
        r = self._record
        made: list[tuple[str, float, str, int | None]] = [
            ("Värde i faktaregistret", r["value"], "value", None)
        ]
        if r["denominator"] is not None:
            made += [("Täljare", r["numerator"], "numerator", None),
                     ("Nämnare", r["denominator"], "denominator", None)]  # fmt: skip
        elif r["kind"] != "count":
            made.append(("Antal värden (n)", r["n"], "n", None))
        for part, text in sorted({(o["part"], o["text"]) for o in self._shown}):
            plain = text.replace("\u00a0", " ")
            label = f"Visat: {plain}"
            if part == "value" and (of := _OF.fullmatch(plain)):
                made += [(label, int(of[1]), "numerator", None),
                         (label, int(of[2]), "denominator", None)]  # fmt: skip
            elif number := _SHOWN.fullmatch(plain.replace(" ", "").replace("%", " %")):
                value = Decimal(number[1].replace(",", ".").replace("−", "-"))
                places = max(0, -int(value.as_tuple().exponent))
                if number[2]:
                    value, places = value / 100, places + 2
                made.append((label, float(value), part, places))
        return made

    def _rows(self, table: Listed, start: int) -> dict[str, str]:
        """Write header and rows; returns the formulas of value, n, numerator, denominator."""
        count = len(table.rows)
        names = [n for n, _ in table.columns]
        headers = ["Källa", "Rad"]
        for _, title in table.columns:
            headers += [f"{title} – cell", f"{title} – råvärde", f"{title} – använt värde"]
        used = {n: get_column_letter(5 + 3 * i) for i, n in enumerate(names)}
        helpers = self._helpers()
        letters = {h: get_column_letter(len(headers) + 1 + i) for i, (h, _) in enumerate(helpers)}
        for c, text in enumerate([*headers, *(t for _, t in helpers)], 1):
            put(self._sheet, start - 1, c, text, BOLD).alignment = WRAPPED
            width = 34 if text.endswith("cell") or c == 1 else 9 if c == 2 else 16
            self._sheet.column_dimensions[get_column_letter(c)].width = width
        for i, (source, rad, values) in enumerate(table.rows, start):
            put(self._sheet, i, 1, source)
            put(self._sheet, i, 2, rad)
            for k, value in enumerate(values):
                put(self._sheet, i, 3 + 3 * k, value.address)
                put(self._sheet, i, 4 + 3 * k, value.raw)
                put(self._sheet, i, 5 + 3 * k, value.used).fill = USED
            for name, formula in self._helper_formulas(used, letters, start, i).items():
                self._sheet[f"{letters[name]}{i}"].value = f"={formula}"
        return self._formulas(used, letters, start, start + max(count, 1) - 1)

    def _helpers(self) -> list[tuple[str, str]]:
        share, each = "of" in self._definition, self._definition.get("distinct")
        made = [("in", "I nämnaren" if share else "Räknas")]
        made += [("top", "I täljaren")] if share else []
        if each:
            made.append(("in_first", f"Först av {each}" + (" i nämnaren" if share else "")))
            made += [("top_first", f"Först av {each} i täljaren")] if share else []
        return made

    def _helper_formulas(
        self, used: Mapping[str, str], at: Mapping[str, str], start: int, i: int
    ) -> dict[str, str]:
        data = self._tables.dataset(
            self._definition["dataset"], self._tables.year + self._definition["period"]
        )

        def ref(column: str) -> str:
            return f"${used[column]}{i}"

        made = {"in": f"IF({is_true(rows_of_fact(self._definition, data), ref)},1,0)"}
        if "top" in at:
            top = is_true(p.parse(self._definition["where"]), ref)
            made["top"] = f"IF(AND({at['in']}{i}=1,{top}),1,0)"
        for first, counted in (("in_first", "in"), ("top_first", "top")):
            if first in at:
                key, mark = used[self._definition["distinct"]], at[counted]
                seen = f"EXACT(${key}${start}:${key}{i},${key}{i})*{mark}${start}:{mark}{i}"
                made[first] = f'IF(AND({mark}{i}=1,${key}{i}<>"",SUMPRODUCT({seen})=1),1,0)'
        return made

    def _formulas(
        self, used: Mapping[str, str], at: Mapping[str, str], start: int, end: int
    ) -> dict[str, str]:
        def ones(name: str) -> str:
            letter = at.get(f"{name}_first", at[name])
            return f"COUNTIFS({letter}{start}:{letter}{end},1)"

        made = {"n": ones("in"), "value": ones("in"), "denominator": ones("in")}
        if "top" in at:
            made |= {"numerator": ones("top"), "value": f"{ones('top')}/{ones('in')}"}
        elif column := self._definition.get("column"):
            value, mark = used[column], at["in"]
            made["value"] = f"AVERAGEIFS({value}{start}:{value}{end},{mark}{start}:{mark}{end},1)"
        return made


def put(sheet: Any, row: int, column: int, value: Any, font: Font | None = None) -> Any:
    """A cell with a value that is never a formula: what stands in raw files is not trusted."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
        cell.value = value
        cell.data_type = "s"
    else:
        cell.value = value
    if font:
        cell.font = font
    return cell


def _front(sheet: Any, sample: Draw, results: Sequence[str]) -> None:
    m = sample.manifest
    kinds = ", ".join(SWEDISH[k] for k in KINDS)
    lines = (
        f"Stickprov ur rapporten för {m['year']}, {m['kommun']}",
        f"{m['edition']}, per {m['per_datum']}.",
        f"{len(sample.facts)} tal dragna bland {sample.among}: {kinds} som visas i rapporten och "
        f"vilar på högst {MOST_ROWS} rader i ett formulär.",
        "Varje tal har ett blad med alla rader i sin tabell, deras källceller och de formler som "
        "räknar om talet. De blå kolumnerna är de värden som formlerna läser.",
        "Dragningen kan göras om men inte väljas: talen står i ordning efter sha256 av fröet "
        "följt av talets register-id. Fröet är sha256 av ro-crate-metadata.json:",
        sample.seed,
    )
    for i, text in enumerate(lines, 1):
        put(sheet, i, 1, text, TITLE if i == 1 else None)
    top = len(lines) + 2
    put(sheet, top, 1, "Tal som inte stämmer", BOLD)
    head = top + 2
    for c, text in enumerate(("Blad", "Tal", "År", "I rapporten", "Resultat", "Register-id"), 1):
        put(sheet, head, c, text, BOLD)
    for i, (record, result) in enumerate(zip(sample.facts, results, strict=True), head + 1):
        name = result.split("!")[0].strip("'")
        sheet.cell(i, 1).value = f'=HYPERLINK("#\'{name}\'!A1","{name}")'
        texts = [o["text"] for o in sample.shown[record["id"]] if o["part"] == "value"]
        put(sheet, i, 2, record["title"])
        put(sheet, i, 3, record["period"])
        put(sheet, i, 4, " / ".join(dict.fromkeys(texts)))
        sheet.cell(i, 5).value = f"={result}"
        put(sheet, i, 6, record["id"], CODE)
    span = f"E{head + 1}:E{head + len(results)}"
    sheet.cell(top, 2).value = f'={len(results)}-COUNTIF({span},"{SAME}")'
    for letter, width in zip("ABCDEF", (22, 80, 12, 20, 12, 20), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{head + 1}"
