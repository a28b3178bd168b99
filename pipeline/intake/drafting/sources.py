"""Which source a file is, and its material."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import IntakeError
from pipeline.intake.describe import describe
from pipeline.intake.drafting.dictionaries import of_redcap, of_xlsform
from pipeline.intake.drafting.material import PERSONAL, Asked, Material
from pipeline.intake.drafting.qsf import of_qsf
from pipeline.intake.drafting.tables import of_lss, of_table
from pipeline.intake.headers import candidates, named
from pipeline.intake.readers import read_file

_DASH = re.compile(r"\s*[-–:]\s*")
_STRUCTURES = {".lss": of_lss, ".qsf": of_qsf}


def material(path: Path) -> Material:
    """The questions of a file: of a structure, or of its largest table.

    Raises IntakeError (one message) where the file holds no table with headers.
    """
    suffix = path.suffix.lower()
    if suffix in _STRUCTURES:
        return _without_persons(_STRUCTURES[suffix](path))
    tables = read_file(path, path.name)
    form = of_xlsform(tables) or (of_redcap(tables[0]) if tables else None)
    if form is not None:
        return _without_persons(form)
    described = sorted(
        (d for d in describe(path) if d.columns),
        key=lambda d: len(d.columns) * (len(d.rows) + 1),
        reverse=True,
    )
    if not described:
        raise IntakeError(
            [
                f"{path.name}: ingen tabell med rubrikrad hittades, så det finns inga frågor att "
                "skriva en kodbok av.\n"
                "Gör så här: ange filen med enkätens svar eller dess struktur (.lss, .qsf, XLSForm "
                "eller REDCap-ordlista)."
            ]
        )
    made = of_table(described[0], path.name)
    others = [f"”{d.raw.sheet}”" for d in described[1:] if d.raw.sheet]
    if not others:
        return made
    told = f"I {path.name} lästes bladet ”{described[0].raw.sheet}”, inte {', '.join(others)}."
    return replace(made, said=(*made.said, told))


def _without_persons(found: Material) -> Material:
    """A structure in which questions that say who answers are marked as such."""
    columns = (replace(c, kind=PERSONAL) if named(c.headers) else c for c in found.columns)
    return replace(found, columns=tuple(columns))


def explained(materials: Sequence[Material]) -> list[Material]:
    """Exports with what structures beside them say of their columns: kind, labels, words. One
    whose questions no export has is not used, and that is told."""
    structures = [m for m in materials if not m.rows]
    exports = [m for m in materials if m.rows]
    if not exports or not structures:
        return list(materials)
    used: set[int] = set()
    made = []
    for export in exports:
        for i, structure in enumerate(structures):
            known = {k: c for c in reversed(structure.columns) for k in reversed(_keys(c))}
            pairs = [next((known[k] for k in _keys(c) if k in known), None) for c in export.columns]
            if sum(p is not None for p in pairs) * 3 < min(
                len(structure.columns), len(export.columns)
            ):
                continue
            used.add(i)
            columns = tuple(
                _told(c, p) if p is not None else c
                for c, p in zip(export.columns, pairs, strict=True)
            )
            export = replace(export, columns=columns, title=structure.title)
        made.append(export)
    unused = [s.name for i, s in enumerate(structures) if i not in used]
    if unused:
        told = f"Strukturen {', '.join(unused)} hör inte till svaren i filen och användes inte."
        made[-1] = replace(made[-1], said=(*made[-1].said, told))
    return made


def _keys(column: Asked) -> list[str]:
    """Readings of the headers; a dash between question and row is written in several ways."""
    return list(dict.fromkeys(_DASH.sub("-", k) for h in column.headers for k in candidates(h)))


def _told(column: Asked, by: Asked) -> Asked:
    """A column of an export with what the structure says of it."""
    return replace(
        column,
        code=column.code or by.code,
        question=by.question or column.question,
        option=by.option or column.option,
        base=by.base or column.base,
        kind=column.kind or by.kind,
        labels=column.labels or by.labels,
        delimiter=by.delimiter or column.delimiter,
        minimum=by.minimum,
        maximum=by.maximum,
    )
