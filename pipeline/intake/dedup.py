"""Rows that are the same by the form's primary key: one is kept, the others listed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import ConfigError
from pipeline.forms.codebook import Codebook
from pipeline.intake.clean import MASKED

DUPLICATES = pa.schema(
    [
        ("_kalla", pa.string()),
        ("_rad", pa.int64()),
        ("tabell", pa.string()),
        ("regel", pa.string()),
        ("behallen_kalla", pa.string()),
        ("behallen_rad", pa.int64()),
        ("orsak", pa.string()),
        (MASKED, pa.string()),
    ]
)
IDENTICAL, SAME_KEY = "dubblett_identisk", "dubblett_nyckel"


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """`table`: the rows kept, in their order. `duplicates`: `DUPLICATES`, one row a row left
    out, with the row that was kept in its place."""

    table: pa.Table
    duplicates: pa.Table


def deduplicate(table: pa.Table, book: Codebook) -> Deduplicated:
    """Keep one row a key: the latest `keep` date, among equals (and without it) the last row.

    A row without a value in part of its key is nobody's duplicate.
    """
    unknown = [k for k in book.primary_key if k not in table.column_names]
    if unknown:
        raise ConfigError(
            f"Kodboken {book.name}: primaryKey nämner {', '.join(unknown)}, som inte är ett fält "
            "med en egen kolumn."
        )
    if not book.primary_key or not table.num_rows:
        return Deduplicated(table, DUPLICATES.empty_table())
    loser, winner = _pairs(table, book)
    order = np.argsort(loser, kind="stable")
    loser, winner = loser[order], winner[order]
    kept = np.ones(table.num_rows, dtype=bool)
    kept[loser] = False
    return Deduplicated(table.filter(pa.array(kept)), _listed(table, book, loser, winner))


def _pairs(table: pa.Table, book: Codebook) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the rows left out, and of the row kept for each."""
    keys = table.select(list(book.primary_key)).to_pandas()
    whole = keys.notna().all(axis=1).to_numpy()
    at = np.flatnonzero(whole)
    group = keys.loc[whole].groupby(list(book.primary_key), sort=False).ngroup().to_numpy()
    rank = np.zeros(len(at), dtype=np.int64)
    if book.keep and book.keep in table.column_names:
        days = pc.cast(table[book.keep].combine_chunks(), pa.date32()).cast(pa.int32())
        rank = pc.fill_null(days.cast(pa.int64()), -(2**40)).to_numpy(zero_copy_only=False)[at]
    order = np.lexsort((at, rank, group))
    ordered = group[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(at) else order
    best = np.empty(len(last), dtype=np.int64)
    best[ordered[last]] = at[order[last]]
    winner = best[group]
    lost = winner != at
    return at[lost], winner[lost]


def _listed(table: pa.Table, book: Codebook, loser: np.ndarray, winner: np.ndarray) -> pa.Table:
    left, kept = table.take(pa.array(loser)), table.take(pa.array(winner))
    same = _same(left, kept)
    key = ", ".join(book.primary_key)
    places = zip(kept["_rad"].to_pylist(), kept["_kalla"].to_pylist(), strict=True)
    whys = _why(left, kept, book)
    reasons = [
        f"{'Alla uppgifter' if alike else f'Nyckeln ({key})'} står också på rad {row} i {source}"
        f"{'' if alike else f', {why}'}; den raden räknas."
        for alike, why, (row, source) in zip(same, whys, places, strict=True)
    ]
    return pa.table(
        [
            left["_kalla"],
            left["_rad"],
            pa.repeat(pa.scalar(book.name, pa.string()), len(loser)),
            pa.array([IDENTICAL if alike else SAME_KEY for alike in same], pa.string()),
            kept["_kalla"],
            kept["_rad"],
            pa.array(reasons, pa.string()),
            left[MASKED],
        ],
        schema=DUPLICATES,
    )


def _why(left: pa.Table, kept: pa.Table, book: Codebook) -> list[str]:
    """What the kept rows have before the ones left out."""
    if book.keep not in left.column_names:
        return ["som kommer senare"] * left.num_rows
    dates = zip(left[book.keep].to_pylist(), kept[book.keep].to_pylist(), strict=True)
    later = f"med senare datum i {book.keep}"
    return [later if b and (not a or b > a) else "som kommer senare" for a, b in dates]


def _same(left: pa.Table, right: pa.Table) -> list[bool]:
    """Whether two rows agree in every field, what was refused included."""
    same = pd.Series(True, index=range(left.num_rows))
    for name in left.column_names:
        if name in ("_kalla", "_rad", MASKED):
            continue
        a, b = left[name], right[name]
        equal = pc.fill_null(pc.equal(a, b), False)
        both_blank = pc.and_(pc.is_null(a), pc.is_null(b))
        same &= pc.or_(equal, both_blank).to_pandas()
    return [bool(s) for s in same]
