"""Answers as material: an export, a workbook, a statistics file; and LimeSurvey's structure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.intake.choices import text_of
from pipeline.intake.describe import Column, Described
from pipeline.intake.drafting.material import (
    DATE,
    GRID,
    ID,
    NUMBER,
    PERSONAL,
    SEVERAL,
    SHARED,
    SINGLE,
    SKIP,
    TEXT,
    Asked,
    Material,
    asked,
)
from pipeline.intake.headers import normal
from pipeline.intake.lss import LssColumn, read_lss
from pipeline.intake.raw import Cell, address

# Tools that keep an own answer in a column of its own, or export codes.
CLOSED = frozenset(
    ("limesurvey", "qualtrics", "surveymonkey", "redcap", "kobo", "spss", "stata")
)  # fmt: skip
_IDS = frozenset(
    ("responseid", "response id", "respondent id", "respondent-id", "respondentid", "id",
     "svars-id",
     "svarande-id",
     "_uuid", "_id", "record_id", "record id", "participant_id", "participant id",
     "löpnummer", "löpnr", "lopnr", "case id", "caseid", "subject_id", "subject id", "study id",
     "study_id", "token", "respondent_id")
)  # fmt: skip
_TICKS = frozenset("0 1 true false".split())


def of_table(described: Described, place: str) -> Material:
    """The questions of one table. `place`: the file as it is told."""
    raw, rows = described.raw, described.rows
    said = []
    aside = raw.dialect.set_aside if raw.dialect is not None else {}
    if not rows and aside:
        rows = tuple(sorted(aside))
        said.append(
            f"Alla {len(rows)} svar i {place} är testsvar eller ofullständiga enligt verktyget. "
            "Utkastet bygger på dem ändå; i rapporten räknas de bara om filen står i "
            "rakna_alla_svar i kommun.toml."
        )
    columns = _distinct([_column(described, c, rows, place) for c in described.columns])
    if described.tool == "kobo":
        columns = tuple(_in_groups(columns))
    hidden = raw.hidden or raw.kind == "dokument"
    return Material(
        name=Path(raw.file).stem,
        title=Path(raw.file).stem,
        tool=described.tool,
        columns=() if hidden else columns,
        closed=described.tool in CLOSED,
        rows=len(rows),
        said=tuple(said),
    )


def _in_groups(columns: Sequence[Asked]) -> Iterator[Asked]:
    """Columns of Kobo, where `a/b` is the option b of the question a, or the question b of the
    group a. Several answers stand in one cell with blanks between, and may have a column each too:
    the cell is read where it holds codes, the columns where it holds labels with blanks in them."""
    options: dict[str, set[str]] = {}
    for c in columns:
        above, _, option = c.headers[0].rpartition("/")
        options.setdefault(above, set()).add(option)
    whole = {c.headers[0]: c for c in columns if c.headers[0] in options}
    coded = {
        h
        for h, c in whole.items()
        if all({*text_of(a).split(" ")} <= options[h] for a in c.answers)
    }
    for c in columns:
        above = c.headers[0].rpartition("/")[0]
        if c.headers[0] in coded:
            yield replace(c, kind=SEVERAL, delimiter=" ")
        elif c.headers[0] in whole or above in coded:
            yield replace(c, kind=SKIP)
        elif above in whole:  # not by the question's own name, which is the header of the cell
            yield replace(c, question=f"{c.question} (flera svar)")
        elif c.option and not {text_of(a).casefold() for a in c.answers} <= _TICKS:
            yield replace(c, question=c.option, option="", base="")
        else:
            yield c


def _distinct(columns: Sequence[Asked]) -> tuple[Asked, ...]:
    """Columns without the headers that they share with another, where they have one of their own:
    a code that stands over two questions must lead to neither. Of several that nothing tells apart
    the first is read."""
    shared = Counter(h for c in columns for h in {normal(h) for h in c.headers})
    made = []
    seen: set[tuple[str, ...]] = set()
    for c in columns:
        own = tuple(h for h in c.headers if shared[normal(h)] == 1)
        if own and len(own) < len(c.headers):
            code = c.code if c.code and shared[normal(c.code)] <= 1 else ""
            base = c.base if code == c.code else c.question if c.option else ""
            c = replace(c, headers=own, code=code, base=base)
        elif not own and not c.kind:
            first = c.headers[:1]
            c = replace(c, kind=SHARED) if first in seen else replace(c, headers=first)
            seen.add(first)
        made.append(c)
    return tuple(made)


def _column(described: Described, column: Column, rows: tuple[int, ...], place: str) -> Asked:
    where = f"{place}, kolumn {column.letter}"
    made = asked(column.names, column.title, where)
    given: Counter[Cell] = Counter()
    places: dict[str, str] = {}
    kind = ""
    if column.personal:
        kind = PERSONAL
    elif {normal(n) for n in column.names} & _IDS:
        kind = ID
    elif column.meta:
        kind = SKIP
    for i in rows:
        row = described.raw.rows[i - 1]
        cell = row[column.index] if column.index < len(row) else None
        if cell is not None and text_of(cell):
            given[cell] += 1
            if kind != PERSONAL:
                places.setdefault(text_of(cell), address(described.raw.source, column.index, i))
    if kind == ID and (sum(given.values()) != len(given) or not given):
        kind = SKIP if column.meta else ""  # the same in several rows: it points out nobody
    return replace(
        made,
        kind=kind,
        labels=column.labels,
        given=() if kind == PERSONAL else (given,),
        places=places,
        where=where,
    )


def of_lss(path: Path) -> Material:
    """The questions of a LimeSurvey structure, in the order in which they are asked."""
    columns = tuple(map(_structured, read_lss(path.read_bytes(), path.name)))
    return Material(path.stem, path.stem, "limesurvey", columns, closed=True)


_LSS = {
    "M": SEVERAL, "P": SEVERAL, "L": SINGLE, "!": SINGLE, "O": SINGLE, "G": SINGLE, "Y": SINGLE,
    "5": SINGLE, "I": SINGLE, "A": GRID, "B": GRID, "C": GRID, "E": GRID, "F": GRID, "H": GRID,
    "1": GRID, "R": GRID, "N": NUMBER, "K": NUMBER, ":": NUMBER, "D": DATE, "T": TEXT, "S": TEXT,
    "U": TEXT, "Q": TEXT, ";": TEXT, "|": SKIP,
}  # fmt: skip
_OWN_LABELS: dict[str, dict[Cell, str]] = {
    "5": {i: str(i) for i in range(1, 6)},
    "A": {i: str(i) for i in range(1, 6)},
    "B": {i: str(i) for i in range(1, 11)},
    "C": {"Y": "Ja", "U": "Osäker", "N": "Nej"},
    "E": {"I": "Ökat", "S": "Oförändrat", "D": "Minskat"},
    "G": {"F": "Kvinna", "M": "Man"},
}


def _structured(column: LssColumn) -> Asked:
    kind = _LSS.get(column.kind, "")
    base = column.code.split("[")[0] if "[" in column.code else ""
    whole = f"{column.question} [{column.option}]" if column.option else column.question
    return Asked(
        code=column.code,
        question=column.question,
        option=column.option,
        headers=(column.code, *((whole,) if whole else ())),
        base=base,
        kind=TEXT if column.code.endswith("[other]") else kind,
        labels={} if kind == SEVERAL else column.labels or _OWN_LABELS.get(column.kind, {}),
        where=f"frågan {column.code}",
        required=False,
    )
