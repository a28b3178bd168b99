"""`manifest.json`: what went in and what came out, by SHA-256. No clock, no machine's paths."""

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


def write_manifest(
    out: Path, meta: Meta, inputs: Iterable[Named] = (), notebooks: Iterable[Named] = ()
) -> None:
    """Write the manifest of the edition in `out`.

    `inputs` and `notebooks` (the chapters' sources) are (relative name, path). Outputs are all
    files in `out`: call again when files have been added. Raises UppfoljningError for a name
    that is not relative.
    """
    outputs = [(p.relative_to(out).as_posix(), p) for p in out.rglob("*") if p.is_file()]
    manifest: dict[str, Any] = {
        "kommun": meta.kommun,
        "sektor": meta.sektor,
        "year": meta.year,
        "edition": meta.edition,
        "per_datum": meta.per_datum.isoformat(),
        "program": meta.version,
        "inputs": _entries(inputs),
        "notebooks": _entries(notebooks),
        "outputs": _entries(entry for entry in outputs if entry[0] != FILE),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (out / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def refresh_outputs(out: Path) -> None:
    """Take down the outputs as they are now; what went in stays as the edition was built from."""
    manifest = json.loads((out / FILE).read_text(encoding="utf-8"))
    outputs = [(p.relative_to(out).as_posix(), p) for p in out.rglob("*") if p.is_file()]
    manifest["outputs"] = _entries(entry for entry in outputs if entry[0] != FILE)
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (out / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _entries(files: Iterable[Named]) -> list[dict[str, Any]]:
    found = {}
    for name, path in files:
        relative = PurePosixPath(name.replace("\\", "/"))
        if relative.is_absolute() or ".." in relative.parts or ":" in relative.parts[0]:
            raise UppfoljningError(f"Manifestet tar bara relativa namn, inte {name}.")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        entry = {"name": str(relative), "sha256": digest, "bytes": path.stat().st_size}
        found[str(relative)] = entry
    return [found[name] for name in sorted(found)]
