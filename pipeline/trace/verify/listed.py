"""The files that an edition's crate lists, read as JSON and nothing of `pipeline.crate`: every
entity with a sum, by where its id says that the file lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

CRATE = "ro-crate-metadata.json"
OUTPUTS = "outputs"
PLACES: Mapping[str, str] = {
    "#underlag/": "inputs", "#regler/": "rules", "#kapitel/": "notebooks", "#publik/": "public",
}  # fmt: skip
Listed = dict[str, dict[str, str]]


def listed(edition: Path) -> Listed:
    """Section → name of file → sha256. Raises OSError, ValueError, KeyError or TypeError for a
    crate that cannot be read."""
    graph = json.loads((edition / CRATE).read_text(encoding="utf-8"))["@graph"]
    found: Listed = {section: {} for section in (*PLACES.values(), OUTPUTS)}
    for entity in graph:
        key = entity["@id"]
        if "sha256" not in entity or key == "#program":
            continue
        place = next((p for p in PLACES if key.startswith(p)), "")
        if key.startswith("#") and not place:
            raise ValueError(key)
        name = unquote(key.removeprefix(place))
        found[PLACES[place] if place else OUTPUTS][name] = entity["sha256"]
    return found
