"""`att_ratta.csv`: the list that a person works through, cell by cell, in their own Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from pipeline.validation.records import ACTIONS, Finding

NAME = "att_ratta.csv"
HEADER = ("Fil", "Blad", "Cell", "Kolumn", "Vad som är fel", "Gör så här", "Åtgärd")


def write_mending_list(path: Path, findings: Iterable[Finding]) -> None:
    """UTF-8 with BOM, semicolons, CRLF: opens in a Swedish Excel as it stands. No values.

    What Kolada's own answers have that calls for nothing (values replaced by a later fetch, or
    withdrawn) is on the quality pages alone: nobody mends those files.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for f in sorted(filter(_mendable, findings), key=_place):
        row = (f.fil, f.sheet, f.cell, f.kolumn, f.orsak, f.gor_sa, ACTIONS[f.atgard])
        writer.writerow([_harmless(c) for c in row])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def _mendable(f: Finding) -> bool:
    return f.att_gora or not f.fil.startswith("kolada/")


def _place(f: Finding) -> tuple[str, str, int, int, str, str]:
    """File, sheet, row, column: the order in which a person meets the cells."""
    return f.fil, f.sheet, f.rad, len(f.cell), f.cell, f.kontroll


def _harmless(text: str) -> str:
    """Text that a spreadsheet cannot take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
