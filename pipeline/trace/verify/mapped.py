"""Mapping files (`RAW/formular/*.mappning.toml`) once more: which column is which field, and what
its values mean."""

from __future__ import annotations

import fnmatch
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.trace.verify.reading import Rows, Sheet
from pipeline.trace.verify.tools import Layout

_NO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def mapping_files(raw: Path) -> list[dict[str, Any]]:
    """What the mapping files say."""
    paths = sorted((raw / "formular").glob("*.mappning.toml"))
    return [tomllib.loads(p.read_text(encoding="utf-8-sig")) for p in paths]


def with_mapping(sheet: Sheet, files: Sequence[Mapping[str, Any]]) -> list[Sheet]:
    """The sheet laid out as the mapping file about it says, published values as a sheet a column;
    itself where none is."""
    for said in files:
        own = said.get("blad", "")
        if not fnmatch.fnmatchcase(_low(sheet.file.rsplit("/")[-1]), _low(said["fil"])):
            continue
        if own and sheet.name and _low(own) != _low(sheet.name):
            continue
        for reading in sheet.readings:
            laid = _layout(reading, said)
            if laid is not None and "varde" in said:
                return _published(sheet, reading, said, *laid)
            if laid is not None:
                return [replace(sheet, readings=(reading,), layout=laid[0])]
        return [replace(sheet, readings=())]
    return [sheet]


def _layout(rows: Rows, said: Mapping[str, Any]) -> tuple[Layout, dict[str, int]] | None:
    heads = [int(n) - 1 for n in said.get("rubrikrader", [said.get("rubrikrad", 1)])]
    paths = _paths([rows[i] for i in heads if i < len(rows)])
    at: dict[int, str] = {}
    values_at: dict[str, int] = {}
    named = {**said["kolumner"], **{v["kolumn"]: None for v in said.get("varde", [])}}
    for header, field in named.items():
        lettered = re.fullmatch("kolumn ([A-Za-z]{1,3})", header)
        column = _number(lettered[1].upper()) if lettered else _find(header, paths)
        if column is None:
            return None
        if field is None:
            values_at[header] = column
        else:
            at[column] = field
    width = max(len(paths), *(j + 1 for j in (*at, *values_at.values())))
    names: list[list[str]] = [[] for _ in range(width)]
    for j, path in enumerate(paths):
        if path:
            names[j] = [f"{path[-1]} (utan fält)"]
    for j, field in at.items():
        names[j] = [field]
    told = said.get("varden", {})
    values = {
        j: {" ".join(k.split()).lower(): str(v) for k, v in told[f.split("[")[0]].items()}
        for j, f in at.items()
        if f.split("[")[0] in told
    }
    first = int(said.get("forsta_rad", heads[-1] + 2)) - 1
    return Layout(tuple(heads), names, first, values=values, form=said["formular"]), values_at


def _published(
    sheet: Sheet, rows: Rows, said: Mapping[str, Any], layout: Layout, at: Mapping[str, int]
) -> list[Sheet]:
    """A sheet a column of values: the others blank, and to the right of it all the measure, the
    year, the sex, and what a mask in the value's cell says."""
    masks = {" ".join(k.split()).lower(): v for k, v in said.get("masker", {}).items()}
    wide = max(len(layout.names), *map(len, rows))
    who = next(j for j, n in enumerate(layout.names) if n == ["kommun"])
    made = []
    for about in said["varde"]:
        column, sex = at[about["kolumn"]], about.get("kon", "T")
        names: list[list[str]] = [[*n] for n in layout.names] + [[]] * (wide - len(layout.names))
        for other in at.values():
            names[other] = []
        names[column] = ["varde"]
        names += [["kpi"], ["ar"], ["kon"], ["status"]]
        laid: Rows = []
        for i, row in enumerate(rows):
            held = [None if j in at.values() and j != column else c for j, c in enumerate(row)]
            held += [None] * (wide - len(held))
            if i >= layout.first and held[who] and sum(map(bool, held)) > 1:
                mark = held[column]
                why = masks.get(" ".join(mark[1].split()).lower()) if mark else None
                told = about["kpi"], str(about["ar"]), sex
                held += [("s", told[0]), ("n", told[1]), ("s", told[2])]
                held += [("s", why) if why else None]
            laid.append(held)
        values = {**layout.values, column: dict.fromkeys(masks, "")}
        name = f"{sheet.name} [{about['kpi']} {about['ar']} {sex}]".strip()
        own = replace(layout, names=names, values=values)
        made.append(replace(sheet, name=name, readings=(laid,), layout=own))
    return made


def _paths(rows: Rows) -> list[list[str]]:
    """Of every column the texts above it, from the top: a text reaches to the right until the next
    in its row or above; one in the last row stands for its column alone."""
    paths: list[list[str]] = []
    reach: dict[int, str] = {}
    for j in range(max(map(len, rows), default=0)):
        reach.pop(len(rows) - 1, None)
        for level, row in enumerate(rows):
            cell = row[j] if j < len(row) else None
            if cell:
                reach = {k: t for k, t in reach.items() if k < level} | {level: cell[1].strip()}
        path = [reach[k] for k in sorted(reach)]
        paths.append([t for k, t in enumerate(path) if not k or path[k - 1] != t])
    return paths


def _find(header: str, paths: Sequence[Sequence[str]]) -> int | None:
    """The column whose path is the header, or the only one whose path ends so."""
    wanted = _header(header)
    whole = [j for j, p in enumerate(paths) if p and _header(" / ".join(p)) == wanted]
    ends = [
        j
        for j, p in enumerate(paths)
        if any(_header(" / ".join(p[k:])) == wanted for k in range(1, len(p)))
    ]
    return whole[0] if whole else ends[0] if len(ends) == 1 else None


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _header(text: str) -> str:
    return " ".join(text.translate(_NO_WIDTH).split()).strip(" :.?*").casefold()


def _low(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
