"""`manifest.json`: what went in and what came out, by SHA-256. No clock, no machine's paths.

`inputs` are named from RAW, `rules` (shipped codebooks and suites) and `notebooks` from the
repository, `outputs` from the edition; `code` is one digest of the program's own modules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import UppfoljningError
from pipeline.publish.document import Meta

FILE = "manifest.json"
Named = tuple[str, Path]
Manifest = dict[str, Any]


def write_manifest(
    out: Path,
    meta: Meta,
    inputs: Iterable[Named] = (),
    notebooks: Iterable[Named] = (),
    rules: Iterable[Named] = (),
    code: str = "",
    public: Path | None = None,
) -> None:
    """Write the manifest of the edition in `out`: `stated` and its outputs.

    Outputs are all files in `out`, and those of the public edition in the folder `public`: call
    again when files have been added. Raises UppfoljningError for a name that is not relative.
    """
    manifest = stated(meta, inputs, notebooks, rules, code)
    manifest["outputs"] = _entries(entry for entry in _files(out) if entry[0] != FILE)
    if public is not None:
        manifest["public"] = _entries(_files(public))
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (out / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def stated(
    meta: Meta,
    inputs: Iterable[Named] = (),
    notebooks: Iterable[Named] = (),
    rules: Iterable[Named] = (),
    code: str = "",
) -> Manifest:
    """What a manifest says before there are outputs. `inputs`, `notebooks` (the chapters'
    sources) and `rules` are (relative name, path)."""
    return {
        "kommun": meta.kommun,
        "sektor": meta.sektor,
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
    """Every file of a folder as the manifest lists it."""
    return _entries(_files(folder))


def _files(folder: Path) -> list[Named]:
    return [(p.relative_to(folder).as_posix(), p) for p in folder.rglob("*") if p.is_file()]


def refresh_outputs(out: Path) -> None:
    """Take down the outputs as they are now; what went in stays as the edition was built from."""
    manifest = json.loads((out / FILE).read_text(encoding="utf-8"))
    manifest["outputs"] = _entries(entry for entry in _files(out) if entry[0] != FILE)
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (out / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _entries(files: Iterable[Named]) -> list[dict[str, Any]]:
    found = {}
    for name, path in files:
        relative = PurePosixPath(name.replace("\\", "/"))
        if relative.is_absolute() or ".." in relative.parts or ":" in relative.parts[0]:
            raise UppfoljningError(f"Manifestet tar bara relativa namn, inte {name}.")
        entry = {"name": str(relative), "sha256": _sha256(path), "bytes": path.stat().st_size}
        found[str(relative)] = entry
    return [found[name] for name in sorted(found)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
