"""Forms that are written as tables: REDCap's data dictionary, and XLSForm (KoboToolbox, ODK)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.intake.drafting.material import (
    DATE,
    GRID,
    ID,
    NUMBER,
    PERSONAL,
    SEVERAL,
    SINGLE,
    SKIP,
    TEXT,
    Asked,
    Material,
)
from pipeline.intake.drafting.qsf import plain
from pipeline.intake.headers import normal
from pipeline.intake.numbers import parse_number
from pipeline.intake.raw import Cell, RawTable

_REDCAP = ("variable / field name", "field type", "field label")
_TYPES = {"radio": SINGLE, "dropdown": SINGLE, "checkbox": SEVERAL, "notes": TEXT, "slider": NUMBER,
          "calc": NUMBER, "text": TEXT}  # fmt: skip
_YES: dict[Cell, str] = {1: "Ja", 0: "Nej"}
_ASKS = re.compile(r"(select_one|select_multiple)(?:_from_file)?\s+(\S+)(\s+or_other)?")
_FORMS = {"text": TEXT, "integer": NUMBER, "decimal": NUMBER, "range": NUMBER, "date": DATE,
          "datetime": DATE, "rank": TEXT}  # fmt: skip
Row = Mapping[str, str]


def of_redcap(table: RawTable) -> Material | None:
    """A data dictionary; None where the table is none."""
    heads = [normal(c) for c in table.rows[0]] if table.rows else []
    if not all(h in heads for h in _REDCAP):
        return None
    columns: list[Asked] = []
    for i, row in enumerate(_rows(table, heads)):
        columns += _redcap(row, first=i == 0)
    stem = Path(table.file).stem
    return Material(stem, stem, "redcap", tuple(columns), closed=True)


def _redcap(row: Row, first: bool) -> Iterator[Asked]:
    name, kind = row.get("variable / field name", ""), row.get("field type", "")
    words = plain(row.get("field label", "")) or name
    check = row.get("text validation type or show slider number", "")
    choices = _choices(row.get("choices, calculations, or slider labels", ""))
    made = _TYPES.get(kind, SKIP)
    labels: Mapping[Cell, str] = choices if made in (SINGLE, SEVERAL) else {}
    if kind in ("yesno", "truefalse"):
        made, labels = SINGLE, _YES
    if kind == "text" and check.startswith("date"):
        made = DATE
    elif kind == "text" and (check.startswith("number") or check == "integer"):
        made = NUMBER
    if row.get("identifier", "") == "y" or check in ("email", "phone"):
        made = PERSONAL
    elif first:
        made, labels = ID, {}
    grid = row.get("matrix group name", "")
    low, high = (parse_number(row.get(f"text validation {e}", ""))[0] for e in ("min", "max"))
    common = {"where": f"fältet {name}", "required": False}
    if made == SEVERAL:
        for code, option in choices.items():
            column = f"{name}___{code}"
            whole = f"{words} [{option}]"
            yield Asked(column, words, option, (column, whole), name, SEVERAL, **common)  # type: ignore[arg-type]
    else:
        question, option = (grid, words) if grid and made == SINGLE else (words, "")
        yield Asked(
            name, question, option, (name, words), grid, GRID if option else made, labels,
            minimum=low, maximum=high, **common,  # type: ignore[arg-type]
        )  # fmt: skip


def _choices(text: str) -> dict[Cell, str]:
    """`1, Ja | 2, Nej` as code → answer."""
    found: dict[Cell, str] = {}
    for part in text.split("|"):
        code, comma, label = part.partition(",")
        if comma and code.strip():
            key = code.strip()
            found[int(key) if re.fullmatch(r"-?\d+", key) else key] = plain(label) or key
    return found


def of_xlsform(tables: Sequence[RawTable]) -> Material | None:
    """The sheets survey and choices of an XLSForm; None where there are none."""
    sheets = {normal(t.sheet): t for t in tables}
    survey = sheets.get("survey")
    if survey is None or not survey.rows:
        return None
    heads = [normal(c) for c in survey.rows[0]]
    if not {"type", "name"} <= {*heads}:
        return None
    lists: dict[str, dict[Cell, str]] = {}
    if "choices" in sheets and sheets["choices"].rows:
        own = [normal(c) for c in sheets["choices"].rows[0]]
        for row in _rows(sheets["choices"], own):
            list_name = row.get("list_name") or row.get("list name", "")
            if list_name and row.get("name"):
                code = row["name"]
                key: Cell = int(code) if re.fullmatch(r"-?\d+", code) else code
                lists.setdefault(list_name, {})[key] = _label(row) or code
    columns: list[Asked] = []
    inside: list[tuple[str, str]] = []
    for row in _rows(survey, heads):
        kind = row.get("type", "").casefold().strip()
        if kind.startswith("begin"):
            matrix = "table-list" in row.get("appearance", "")
            inside.append((row.get("name", "") if matrix else "", _label(row)))
        elif kind.startswith("end") and kind not in ("end",):
            inside = inside[:-1]
        else:
            grid = inside[-1] if inside else ("", "")
            columns += _xlsform(row, row.get("type", "").strip(), lists, grid)
    stem = Path(survey.file).stem
    return Material(stem, _form_title(sheets) or stem, "kobo", tuple(columns), closed=True)


def _xlsform(
    row: Row, kind: str, lists: Mapping[str, dict[Cell, str]], grid: tuple[str, str]
) -> Iterator[Asked]:
    name, words = row.get("name", ""), _label(row) or row.get("name", "")
    if not name or kind.casefold() in ("note", "calculate", "hidden", "acknowledge", ""):
        return
    headers = (name, words) if words != name else (name,)
    where = f"frågan {name}"
    if chosen := _ASKS.match(kind):
        labels = lists.get(chosen[2], {})
        if chosen[1] == "select_multiple":
            yield Asked(
                name, words, "", headers, "", SEVERAL, labels, where=where, delimiter=" "
            )  # fmt: skip
        elif grid[0]:
            yield Asked(
                name, grid[1] or grid[0], words, headers, grid[0], GRID, labels, where=where
            )
        else:
            yield Asked(name, words, "", headers, "", SINGLE, labels, where=where)
        if chosen[3]:
            other = f"{name}_other"
            yield Asked(other, f"{words} (annat)", "", (other,), "", TEXT, where=where)
        return
    yield Asked(name, words, "", headers, "", _FORMS.get(kind.casefold(), SKIP), where=where)


def _label(row: Row) -> str:
    """The label, in Swedish where there are several languages."""
    found = {k: v for k, v in row.items() if k == "label" or (k.startswith("label::") and v)}
    swedish = [v for k, v in found.items() if "(sv)" in k or "svenska" in k or "swedish" in k]
    return plain(next(iter(swedish or [v for v in found.values() if v]), ""))


def _form_title(sheets: Mapping[str, RawTable]) -> str:
    settings = sheets.get("settings")
    if settings is None or len(settings.rows) < 2:
        return ""
    heads = [normal(c) for c in settings.rows[0]]
    return next((r.get("form_title", "") for r in _rows(settings, heads)), "")


def _rows(table: RawTable, heads: Sequence[str]) -> Iterator[Row]:
    for row in table.rows[1:]:
        made = {h: "" if c is None else str(c).strip() for h, c in zip(heads, row, strict=False)}
        if any(made.values()):
            yield made
