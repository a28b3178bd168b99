"""What destroying rows under a decision would do. Nothing is written."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from pipeline.disposal.blank import blanked
from pipeline.disposal.choose import Asked, Chosen, choose, path_of
from pipeline.disposal.record import (
    GONE,
    Disposal,
    DisposedFile,
    digest_of,
    disposals,
    spans,
)
from pipeline.errors import GateError, UppfoljningError, UsageError
from pipeline.facts.freetext import APPROVED, THEMES
from pipeline.facts.visits import FINAL, version, visits
from pipeline.intake.year import clean_year
from pipeline.privacy.key import key_of as key_file
from pipeline.publish.manifest import FILE as MANIFEST
from pipeline.run import state
from pipeline.trace.cellset import Sheet
from pipeline.trace.reach import Lineage
from pipeline.trace.verify import Verdict, verify
from pipeline.trace.verify.disposed import key_of
from pipeline.workspace import LITTER, Workspace

LEDGER, REHEARSAL = "faktaregister.parquet", ".gallring-"
Gone = Mapping[Sheet, np.ndarray]


@dataclass(frozen=True, slots=True)
class Plan:
    """A decision and what it would do. `undated`: source → rows whose date cannot be read;
    `unread`: files of the year that the program does not read and so cannot look into.
    `about`: source → rows that were not chosen and are about the chosen ones: themes coded in their
    answers, quotations released from them. `drafts`: the year's visits whose report is not final,
    and cannot be frozen afterwards."""

    disposal: Disposal
    undated: Mapping[str, str]
    unread: tuple[str, ...]
    about: Mapping[str, str]
    drafts: tuple[str, ...]


def plan(
    workspace: Workspace, year: int, dnr: str, decided_by: str, decided: str, asked: Asked
) -> Plan:
    """What the decision would destroy, and which numbers rest on it. Raises UppfoljningError
    where it cannot be done, or where an edition does not agree with its raw files already."""
    workspace.require_year(year)
    for left in workspace.processed.glob(f"{REHEARSAL}*"):  # of a run that was cut off
        shutil.rmtree(left, ignore_errors=True)
    _fresh(workspace, year)
    _whole(workspace, year)
    chosen = choose(workspace, year, asked)
    data = {file: _new_bytes(workspace, year, file, chosen) for file in chosen.rows}
    gone = {
        Sheet(year, _name(file, sheet)): np.array(rows)
        for file, sheets in chosen.rows.items()
        for sheet, rows in sheets.items()
    }
    files = []
    for file, sheets in chosen.rows.items():
        path = path_of(workspace, year, file)
        name = path.relative_to(workspace.raw).as_posix()
        made = data[file]
        after = GONE if made is None else hashlib.sha256(made).hexdigest()
        files.append(DisposedFile(name, sha256(path), after, sheets))
    new = {f.name: made for f, made in zip(files, data.values(), strict=True)}
    with _rehearsed(workspace, year, new) as copy:
        _read_again(workspace, copy, year, gone)
        editions = _editions(workspace, copy, year, gone)
    made_from = _tables(workspace, year, gone)
    disposal = Disposal(dnr, year, decided_by, decided, tuple(files), made_from, editions)
    read = {name.partition("!")[0] for name in _sources(workspace, year)}
    folder = workspace.raw / str(year)
    unread = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name not in read)
    names = tuple(n for n in unread if not LITTER.search(n))
    drafts = tuple(
        v.id for v in visits(workspace, year) if version(workspace.raw, year, v.id, FINAL) is None
    )
    return Plan(disposal, chosen.undated, names, _about(workspace, year, gone), drafts)


def _fresh(workspace: Workspace, year: int) -> None:
    fingerprint = key_file(workspace).fingerprint
    stale = [
        y for y in workspace.years()
        if (y == year or (y > year and (workspace.processed / str(y)).is_dir()))
        and not state.fresh_tables(workspace, y, fingerprint)
    ]  # fmt: skip
    if stale:
        raise UsageError(
            f"Filerna för {stale[0]} är inte inlästa som de nu är.\n"
            f"Gör så här: kör make validate YEAR={stale[-1]} (har filerna ändrats: make annual) "
            "och gallra sedan."
        )


def _whole(workspace: Workspace, year: int) -> None:
    """Raise UsageError where tertials or visits have documents without the year's report: its
    manifest says which files they were made of, and nobody could tell afterwards."""
    for each in (y for y in built(workspace) if y >= year):
        folder = workspace.reports / str(each) / "intern"
        if any(folder.glob(f"*/*/{LEDGER}")) and not (folder / MANIFEST).is_file():
            raise UsageError(
                f"För {each} är tertial eller besök byggda, men ingen årsrapport: ingenting säger\n"
                "då vilka filer deras tal bygger på.\n"
                f"Gör så här: kör make annual YEAR={each} och gallra sedan."
            )


def _new_bytes(workspace: Workspace, year: int, file: str, chosen: Chosen) -> bytes | None:
    if file in chosen.whole:
        return None
    return blanked(path_of(workspace, year, file).read_bytes(), file, chosen.rows[file])


@contextmanager
def _rehearsed(
    workspace: Workspace, year: int, data: Mapping[str, bytes | None]
) -> Iterator[Workspace]:
    """RAW as it would be, in a folder of its own: all that is read until the decision is carried
    out. Files that stay are links."""
    with tempfile.TemporaryDirectory(prefix=REHEARSAL, dir=workspace.processed) as folder:
        copy = Path(folder) / "raw"
        for path in sorted(p for p in workspace.raw.rglob("*") if p.is_file()):
            name = path.relative_to(workspace.raw).as_posix()
            new = data.get(name, b"") if name in data else b""
            if name in data and new is None:
                continue
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            if name in data:
                (copy / name).write_bytes(new or b"")
            else:
                _link(path, copy / name)
        (copy / str(year)).mkdir(parents=True, exist_ok=True)
        yield Workspace(copy, workspace.processed, workspace.reports)


def _link(path: Path, there: Path) -> None:
    try:
        os.link(path, there)
    except OSError:  # another volume, or a file system without links
        shutil.copyfile(path, there)


def _name(file: str, sheet: str) -> str:
    return f"{file}!{sheet}" if sheet else file


def _sources(workspace: Workspace, year: int) -> dict[str, int]:
    """Source → its rows, as intake found them."""
    path = workspace.processed / str(year) / "kallor.json"
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {source: s["rows"] for source, s in told.items() if s["table"]}


def _read_again(workspace: Workspace, copy: Workspace, year: int, gone: Gone) -> None:
    """Raise unless intake finds every other row, and no more, without the destroyed ones."""
    before = _sources(workspace, year)
    wanted = {s: n - len(gone.get(Sheet(year, s), ())) for s, n in before.items()}
    wanted = {s: n for s, n in wanted.items() if n}
    found: dict[str, int] = {}
    if any(p.is_file() for p in (copy.raw / str(year)).iterdir()):
        with tempfile.TemporaryDirectory(prefix=REHEARSAL, dir=workspace.processed) as folder:
            made = clean_year(copy, year, Path(folder))
        found = {_name(s.file, s.sheet): s.rows for s in made.sources if s.table and s.rows}
    if found != wanted:
        odd = sorted(s for s in {*found, *wanted} if found.get(s) != wanted.get(s))[0]
        raise UppfoljningError(
            f"{odd}: efter gallringen skulle {found.get(odd, 0)} rader läsas i stället för "
            f"{wanted.get(odd, 0)}. Ingen fil är rörd.\nGör så här: ligger det en kopia av filen i "
            "mappen, ta med den i gallringen; är bara några få rader kvar, gallra hela filen med "
            "--hel-fil."
        )


def _editions(
    workspace: Workspace, copy: Workspace, year: int, gone: Gone
) -> dict[str, dict[str, str]]:
    """Edition → fact → digest of its ledger row, for the facts that rest on the rows: those that
    count one of them, and those that would come out otherwise without them."""
    made: dict[str, dict[str, str]] = {}
    for of_year in (y for y in built(workspace) if y >= year):
        changed = _changed(workspace, copy, of_year, gone)
        for path in _ledgers(workspace, of_year):
            records = {r["id"]: r for r in pq.read_table(path).to_pylist()}
            lineage = Lineage(workspace, of_year, records.values())
            hit = {f for f in records if _rests(lineage.members(f), gone)}
            hit |= changed & records.keys()
            facts = [f for f in lineage.descendants(*sorted(hit)) if f in records]
            if facts:
                made[key_of(workspace, of_year, path.parent)] = {
                    f: digest_of(records[f]) for f in facts
                }
    return made


def _changed(workspace: Workspace, copy: Workspace, year: int, gone: Gone) -> set[str]:
    """The facts of the internal edition that come out otherwise without the rows."""
    folder = workspace.reports / str(year) / "intern"
    if not (folder / LEDGER).is_file():
        return set()
    verdict = verify(workspace, year, folder, workspace.processed)
    if not agrees(verdict):
        raise UppfoljningError(
            f"Rapporten för {year} stämmer inte med sina källfiler, så det går inte att säga vilka "
            f"tal som vilar på raderna.\nGör så här: kör make verify YEAR={year} och se vad som "
            f"skiljer, bygg om den med make annual, eller ta bort den med make clean YEAR={year}."
        )
    without = verify(copy, year, folder)
    changed = {d.id for d in without.differences if d.group in ("faktum", "visat") and d.id}
    lineage = Lineage(workspace, year, pq.read_table(folder / LEDGER).to_pylist())
    already = {f for d in disposals(workspace.raw) for e in d.editions.values() for f in e}
    strange = [
        f for f in sorted((changed - already) & lineage.records.keys())
        if not _rests(lineage.members(f), gone) and not _rests(lineage.influence(f), gone)
    ]  # fmt: skip
    if strange:
        raise GateError(
            f"{len(strange)} tal i rapporten för {year} skulle ändras fast spåret säger att de "
            f"inte kan det ({strange[0]}). Ingen fil är rörd. Det är ett fel i programmet."
        )
    return changed


def agrees(verdict: Verdict) -> bool:
    """Whether an edition agrees with its raw files. Chapters that have been rewritten since do not
    matter here: the edition keeps its own, and they are compared with the ledger."""
    return all(d.group == "fil" and d.where.startswith("notebooks/") for d in verdict.differences)


def _rests(cells: Any, gone: Gone) -> bool:
    return any(
        bool(marks[rows[rows < len(marks)]].any())
        for sheet, rows in gone.items()
        for marks in cells.marks.get(sheet, {}).values()
    )


def _ledgers(workspace: Workspace, year: int) -> list[Path]:
    """The ledgers of a year: of its editions, and of its releases, which keep theirs."""
    found = sorted((workspace.reports / str(year)).glob(f"intern/**/{LEDGER}"))
    return found + sorted((workspace.raw / str(year) / "protokoll").glob(f"**/{LEDGER}"))


def _tables(workspace: Workspace, year: int, gone: Gone) -> dict[int, tuple[str, ...]]:
    """Year → tables with a row that was destroyed, or that looked something up in one."""
    hit: dict[int, set[str]] = {year: {"rader", "celler"}}
    for of_year in (y for y in built(workspace) if y >= year):
        for path in sorted((workspace.processed / str(of_year)).glob("*.parquet")):
            names = pq.read_schema(path).names
            keys = [("_kalla", "_rad", "")] if of_year == year else []
            looked = [n.removesuffix("_kalla") for n in names if re.fullmatch(r"_.+_kalla", n)]
            keys += [(f"{n}_kalla", f"{n}_rad", f"{n}_ar") for n in looked]
            for kalla, rad, ar in keys:
                if kalla in names and _holds(path, kalla, rad, ar, year, gone):
                    hit.setdefault(of_year, set()).add(path.stem)
    return {y: tuple(sorted(t)) for y, t in sorted(hit.items())}


def _about(workspace: Workspace, year: int, gone: Gone) -> dict[str, str]:
    found: dict[str, list[int]] = {}
    for name in (THEMES, APPROVED):
        path = workspace.processed / str(year) / f"{name}.parquet"
        for r in pq.read_table(path).to_pylist() if path.is_file() else ():
            hit = r["rad"] in gone.get(Sheet(year, r["kalla"]), ())
            if hit and r["_rad"] not in gone.get(Sheet(year, r["_kalla"]), ()):
                found.setdefault(r["_kalla"], []).append(r["_rad"])
    return {source: spans(rows) for source, rows in sorted(found.items())}


def _holds(path: Path, kalla: str, rad: str, ar: str, year: int, gone: Gone) -> bool:
    table = pq.read_table(path, columns=[c for c in (kalla, rad, ar) if c]).to_pydict()
    years = table[ar] if ar else [year] * len(table[kalla])
    pairs = {(s.kalla, int(r)) for s, rows in gone.items() for r in rows}
    return any(
        y == year and (k, r) in pairs
        for y, k, r in zip(years, table[kalla], table[rad], strict=True)
    )


def built(workspace: Workspace) -> list[int]:
    """Years with tables or reports, oldest first."""
    folders = [*workspace.processed.glob("[12]*"), *workspace.reports.glob("[12]*")]
    return sorted({int(p.name) for p in folders if p.name.isdigit()})


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
