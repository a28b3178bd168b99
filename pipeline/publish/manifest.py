"""What went into an edition and what came out, by SHA-256, gathered for its crate
(`pipeline.crate`). No clock, no machine's paths."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.crate import graph
from pipeline.crate.record import FILE as FILE
from pipeline.crate.record import Record, read
from pipeline.errors import UppfoljningError
from pipeline.publish.document import Meta
from pipeline.workspace import REPO

Named = tuple[str, Path]
Manifest = Record
_INJECTED, _GIVEN = "injected-parameters", frozenset({"parameters", "injected-parameters"})


def write_manifest(
    out: Path,
    meta: Meta,
    inputs: Iterable[Named] = (),
    notebooks: Iterable[Named] = (),
    rules: Iterable[Named] = (),
    code: str = "",
    public: Path | None = None,
) -> None:
    """Write the crate of the edition in `out`: `stated`, its outputs and the notebooks run.

    Outputs are all files in `out`, and those of the public edition in the folder `public`: call
    again when files have been added. Raises UppfoljningError for a name that is not relative.
    """
    notebooks = list(notebooks)
    record = stated(meta, inputs, notebooks, rules, code)
    if public is not None:
        record["public"] = listed(public)
    _write(out, record, notebooks)


def write_public_manifest(out: Path, meta: Meta) -> None:
    """Write the crate of the public edition in `out`: its files, and nothing of what they were
    made from."""
    _write(out, stated(meta), [])


def stated(
    meta: Meta,
    inputs: Iterable[Named] = (),
    notebooks: Iterable[Named] = (),
    rules: Iterable[Named] = (),
    code: str = "",
) -> Manifest:
    """What a record says before there are outputs. `inputs`, `notebooks` (the chapters' sources)
    and `rules` are (relative name, path)."""
    return {
        "kommun": meta.kommun,
        "sektor": meta.sektor,
        "title": meta.title,
        "year": meta.year,
        "edition": meta.edition,
        "per_datum": meta.per_datum.isoformat(),
        "program": meta.version,
        "code": code,
        "inputs": _entries(inputs),
        "rules": _entries(rules),
        "notebooks": _entries(notebooks),
    }


def digest_of(files: Iterable[Named]) -> str:
    """One digest of many files, by their names and bytes in the names' order."""
    whole = hashlib.sha256()
    for name, path in sorted(files):
        whole.update(f"{name}\0{_sha256(path)}\n".encode())
    return whole.hexdigest()


def listed(folder: Path) -> list[dict[str, Any]]:
    """Every file of a folder as the record lists it."""
    return _entries(_files(folder))


def refresh_outputs(out: Path) -> None:
    """Take down the outputs as they are now; what went in stays as the edition was built from."""
    record = read(out)
    _write(out, record, [(e["name"], REPO / e["name"]) for e in record["notebooks"]])


def _write(out: Path, record: Manifest, sources: Sequence[Named]) -> None:
    record["outputs"] = _entries(entry for entry in _files(out) if entry[0] != FILE)
    record["runs"] = _runs(out, [e["name"] for e in record["outputs"]], sources)
    graph.write(out, record)


def _files(folder: Path) -> list[Named]:
    return [(p.relative_to(folder).as_posix(), p) for p in folder.rglob("*") if p.is_file()]


def _runs(out: Path, names: Iterable[str], sources: Sequence[Named]) -> list[Record]:
    """The executed notebooks among the outputs: which one was run, told by its cells, and with
    which parameters."""
    ids = {name: _told(_cells(path)) for name, path in sources if path.is_file()}
    made = []
    for name in names:
        if not name.endswith(".ipynb"):
            continue
        cells = _cells(out / name)
        mine = _told(cells)
        alike = [(len(mine & its), other) for other, its in ids.items() if mine & its]
        source = max(alike, key=lambda found: found[0])[1] if alike else ""
        made.append({"name": name, "source": source, "parameters": _parameters(cells)})
    return made


def _cells(path: Path) -> list[Record]:
    cells: list[Record] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def _told(cells: Iterable[Record]) -> set[tuple[str, str]]:
    """Cells by id and code: ids alone are shared by many notebooks."""
    return {(c.get("id", ""), "".join(c["source"])) for c in cells if c.get("id") not in _GIVEN}


def _parameters(cells: Iterable[Record]) -> dict[str, Any]:
    """What papermill gave a notebook: the assignments of the cell that it puts in."""
    given = (c for c in cells if _INJECTED in c["metadata"].get("tags", ()))
    code = "".join("".join(cell["source"]) for cell in given)
    return {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in ast.parse(code).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }


def _entries(files: Iterable[Named]) -> list[dict[str, Any]]:
    found = {}
    for name, path in files:
        relative = PurePosixPath(name.replace("\\", "/"))
        if relative.is_absolute() or ".." in relative.parts or ":" in relative.parts[0]:
            raise UppfoljningError(f"Förteckningen tar bara relativa namn, inte {name}.")
        entry = {"name": str(relative), "sha256": _sha256(path), "bytes": path.stat().st_size}
        found[str(relative)] = entry
    return [found[name] for name in sorted(found)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
