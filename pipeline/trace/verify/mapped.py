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


def with_mapping(sheet: Sheet, files: Sequence[Mapping[str, Any]]) -> Sheet:
    """The sheet laid out as the mapping file about it says; itself where none is."""
    for said in files:
        own = said.get("blad", "")
        if not fnmatch.fnmatchcase(_low(sheet.file.rsplit("/")[-1]), _low(said["fil"])):
            continue
        if own and sheet.name and _low(own) != _low(sheet.name):
            continue
        for reading in sheet.readings:
            layout = _layout(reading, said)
            if layout is not None:
                return replace(sheet, readings=(reading,), layout=layout)
        return replace(sheet, readings=())
    return sheet


def _layout(rows: Rows, said: Mapping[str, Any]) -> Layout | None:
    head = int(said.get("rubrikrad", 1)) - 1
    row = rows[head] if head < len(rows) else []
    named: dict[str, int] = {}
    for j, cell in enumerate(row):
        named.setdefault(_header(cell[1]) if cell else "", j)
    at: dict[int, str] = {}
    for header, field in said["kolumner"].items():
        lettered = re.fullmatch("kolumn ([A-Za-z]{1,3})", header)
        if lettered:
            at[_number(lettered[1].upper())] = field
        elif _header(header) in named:
            at[named[_header(header)]] = field
        else:
            return None
    names: list[list[str]] = [[] for _ in range(max(len(row), *(j + 1 for j in at)))]
    for j, cell in enumerate(row):
        if cell:
            names[j] = [f"{cell[1]} (utan fält)"]
    for j, field in at.items():
        names[j] = [field]
    told = said.get("varden", {})
    values = {
        j: {" ".join(k.split()).lower(): str(v) for k, v in told[f.split("[")[0]].items()}
        for j, f in at.items()
        if f.split("[")[0] in told
    }
    return Layout((head,), names, head + 1, values=values, form=said["formular"])


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _header(text: str) -> str:
    return " ".join(text.translate(_NO_WIDTH).split()).strip(" :.?*").casefold()


def _low(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
