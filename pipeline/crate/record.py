"""`ro-crate-metadata.json` and the record of an edition that it holds.

A record has `kommun`, `sektor`, `title`, `year`, `edition`, `per_datum` (ISO), `program` (version),
`code` (one digest), lists of files {`name`, `sha256`, `bytes`} by section, and `runs`: executed
notebooks {`name` (among the outputs), `source` (among the notebooks; empty where it is gone),
`parameters`}. `inputs` are named from RAW, `rules` and `notebooks` from the repository, `outputs`
from the edition, `public` (where there is a public edition) from `publik/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

FILE = "ro-crate-metadata.json"
Record = dict[str, Any]

ROOT, KOMMUN, SEKTOR, PROGRAM, MADE = "./", "#kommun", "#sektor", "#program", "#framstallning"
RUN, GIVEN = "#korning/", "#parameter/"
# Files that are no part of the crate: section → how their ids begin, and what they are together.
OUTSIDE: Mapping[str, tuple[str, str]] = {
    "inputs": ("#underlag", "Underlag: kommunens källfiler, beslut och formulär"),
    "rules": ("#regler", "Regler: programmets kodböcker och kontroller"),
    "notebooks": ("#kapitel", "Kapitlen så som de är skrivna"),
    "public": ("#publik", "Den publika utgåvan"),
}


def outside(section: str, name: str) -> str:
    """The id of a file that is no part of the crate."""
    return f"{OUTSIDE[section][0]}/{quote(name)}"


def read(folder: Path) -> Record:
    """The record of the edition in `folder`. Raises OSError without a crate, ValueError, KeyError
    or TypeError for one that is not ours."""
    text = (folder / FILE).read_text(encoding="utf-8")
    graph = {entity["@id"]: entity for entity in json.loads(text)["@graph"]}
    root, program = graph[ROOT], graph[PROGRAM]
    record: Record = {
        "kommun": graph[KOMMUN]["name"],
        "sektor": graph[SEKTOR]["name"] if SEKTOR in graph else "",
        "title": root["name"],
        "year": int(root["temporalCoverage"]),
        "edition": root["version"],
        "per_datum": root["datePublished"],
        "program": program["softwareVersion"],
        "code": program.get("sha256", ""),
    }
    for section, (key, _) in OUTSIDE.items():
        if section in ("inputs", "rules", "notebooks") or key in graph:
            record[section] = [_file(graph[i], key) for i in _ids(graph.get(key), "hasPart")]
    record["outputs"] = [_file(graph[i], "") for i in _ids(root, "hasPart")]
    record["runs"] = [_run(e, graph) for i, e in graph.items() if i.startswith(RUN)]
    return record


def _file(entity: Mapping[str, Any], key: str) -> Record:
    name = unquote(entity["@id"]).removeprefix(f"{key}/" if key else "")
    return {"name": name, "sha256": entity["sha256"], "bytes": int(entity["contentSize"])}


def _run(entity: Mapping[str, Any], graph: Mapping[str, Any]) -> Record:
    source = entity["instrument"]["@id"]
    start = f"{OUTSIDE['notebooks'][0]}/"
    given = [graph[i] for i in _ids(entity, "object") if i.startswith(GIVEN)]
    return {
        "name": unquote(entity["@id"]).removeprefix(RUN),
        "source": unquote(source).removeprefix(start) if source.startswith(start) else "",
        "parameters": {e["name"]: e["value"] for e in given},
    }


def _ids(entity: Mapping[str, Any] | None, key: str) -> list[str]:
    """The ids that a property refers to: a single one stands alone."""
    found = (entity or {}).get(key, [])
    return [e["@id"] for e in (found if isinstance(found, list) else [found])]
