"""What an edition says in its files: blocks of the executed notebooks, crate.
Read by json and hashlib, and nothing of `pipeline.publish`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.disposal.record import GONE, Disposal, chain
from pipeline.trace.verify.listed import CRATE, listed
from pipeline.workspace import LITTER, RULES

UNLISTED = "filen står inte i ro-crate-metadata.json"
MIMETYPE = "application/vnd.uppfoljning.block.v1+json"
SILENT = {"parameters", "injected-parameters", "remove"}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """An occurrence as a notebook shows it. `role`: text, alt (of a figure) or mark (in it)."""

    fact: str
    part: str
    text: str
    role: str
    notebook: str
    cell: str
    source: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of the report as one text, with the occurrences in it: what the PDF must hold. Prose
    has none, and tells only how far one has come."""

    text: str
    shown: tuple[Shown, ...]


@dataclass(slots=True)
class Notebook:
    """The blocks of an executed notebook: occurrences and lines in order, and the records."""

    name: str
    shown: list[Shown]
    units: list[Unit]
    records: list[tuple[str, Json]]


def read_notebook(path: Path) -> Notebook:
    """The blocks of one executed notebook."""
    made = Notebook(path.stem, [], [], [])
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if SILENT & set(cell["metadata"].get("tags", ())):
            continue
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            prose = (t for t in re.split(r"\n\s*\n", source) if not t.lstrip().startswith("#"))
            made.units += [Unit(re.sub(r"[*_`]", "", t), ()) for t in prose]
        if cell["cell_type"] != "code":
            continue
        digest = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()
        place = (made.name, str(cell.get("id", f"nr{number}")), digest)
        for output in cell.get("outputs", ()):
            block = output.get("data", {}).get(MIMETYPE)
            if block is not None:
                made.records += block.get("facts", {}).items()
                for role, runs in _lines(block):
                    shown = tuple(
                        Shown(r["fact"], r["part"], r["text"], role, *place) for r in _numbers(runs)
                    )
                    made.shown += shown
                    made.units.append(Unit(_plain(runs), shown))
    return made


def _lines(block: Json) -> Iterator[tuple[str, list[Any]]]:
    """(role, runs) of a block in reading order; the cells of a table's row are one line."""
    if block["kind"] == "table":
        yield "text", block["caption"]
        for column in block["columns"]:
            yield "text", column["header"]
        for row in block["rows"]:
            cells: list[Any] = list(row["header"])
            for cell in row["cells"]:
                cells += [" ", *cell]
            yield "text", cells
        yield "text", list(block.get("note") or ())
    elif block["kind"] == "figure":
        yield "text", block["title"]
        yield "text", list(block.get("subtitle") or ())
        yield "alt", block["alt"]
        for mark in block.get("marks") or ():
            yield "mark", [mark]
        yield "text", list(block.get("note") or ())
        yield from _lines(block["table"])
    elif block["kind"] == "quote":
        for inner in block["blocks"]:
            yield from _lines(inner)
    elif block["kind"] == "list":
        for item in block["items"]:
            for inner in item:
                yield from _lines(inner)
    else:
        yield "text", block["runs"]


def _numbers(runs: Iterable[Any]) -> Iterator[Json]:
    for run in runs:
        if isinstance(run, dict):
            if "fact" in run:
                yield run
            for inner in ("strong", "emphasis", "runs"):
                yield from _numbers(run.get(inner, ()))


def _plain(runs: Iterable[Any]) -> str:
    return "".join(
        r if isinstance(r, str) else r.get("text") or _plain(
            r.get("strong") or r.get("emphasis") or r.get("runs")
            or [r.get("code") or r.get("quoted", "")]
        )
        for r in runs
    )  # fmt: skip


def squeezed(text: str) -> str:
    """A text without blanks and soft hyphens: lines break where they like."""
    return re.sub(r"[\s\u00a0\u00ad]+", "", text)


def notebooks(edition: Path) -> list[Path]:
    """The executed notebooks of an edition."""
    return sorted((edition / "notebooks").glob("*.ipynb"))


def manifest_differences(
    edition: Path,
    raw: Path,
    repo: Path,
    year: int,
    public: Path,
    disposed: Sequence[Disposal] = (),
) -> Iterator[tuple[str, str, str, str]]:
    """(where, what, sha256 in the crate, sha256 of the file) of every file that is not as
    the crate says, is gone, or has come since. Raw files of later years are not the edition's.
    A raw file that is what recorded disposals have made of it is as it should be.
    """
    try:
        crate = listed(edition)
    except (OSError, ValueError, KeyError, TypeError):
        yield CRATE, "filen saknas eller går inte att läsa", "", ""
        return
    sections = {
        "inputs": (raw, "RAW/"), "rules": (repo, ""), "notebooks": (repo, ""),
        "outputs": (edition, ""), "public": (public, "publik: "),
    }  # fmt: skip
    for section, (base, said) in sections.items():
        for name, wanted in crate[section].items():
            path = base / name
            if section == "inputs" and _later(name, year):
                continue
            where = f"{said}{name}"
            if section == "inputs":
                wanted, _ = chain(disposed, name, wanted)
            if not path.is_file():
                if wanted != GONE:
                    yield where, "filen finns inte", wanted[:12], ""
            elif (found := _sha256(path)) != wanted:
                yield where, "filen är ändrad (sha256)", wanted[:12], found[:12]
    outputs, inputs, published = {*crate["outputs"], CRATE}, crate["inputs"], crate["public"]
    for folder in RULES if crate["rules"] else ():
        for path in sorted((repo / folder).glob("*.json")):
            if (name := f"{folder}/{path.name}") not in crate["rules"]:
                yield name, UNLISTED, "", _sha256(path)[:12]
    for base, known, said in (
        (edition, outputs, ""), (raw, inputs, "RAW/"), (public, published, "publik: "),
    ):  # fmt: skip
        for path in sorted(p for p in base.rglob("*") if p.is_file()):
            name = path.relative_to(base).as_posix()
            given = said == "RAW/"
            if name in known or (given and (LITTER.search(path.name) or _later(name, year))):
                continue
            if not given or name.count("/") < 2:  # not the records below a year
                yield f"{said}{name}", UNLISTED, "", _sha256(path)[:12]


def _later(name: str, year: int) -> bool:
    folder = name.partition("/")[0]
    return folder.isdigit() and int(folder) > year


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
