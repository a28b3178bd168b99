"""The evidence around an edition's numbers, gathered while it is built: its decisions kept, its log
carried forward, its balance against the case system."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeline.publish.manifest import Manifest, Named, digest_of
from pipeline.publish.standing import Form, Standing
from pipeline.report import completeness
from pipeline.run.evidence import wheel
from pipeline.run.releases import INTERNAL, STAGES, frozen
from pipeline.trace.diff import history
from pipeline.trace.diff.parameters import KEPT, decisions
from pipeline.validation.pages import file_of
from pipeline.validation.records import read_summary
from pipeline.workspace import LITTER, REPO, RULES, Workspace

QUALITY = "datakvalitet"  # the folder of data-quality pages, in `intern/`


def rules() -> list[Named]:
    """Shipped codebooks and suites, named from the repository."""
    found = (p for folder in RULES for p in sorted((REPO / folder).glob("*.json")))
    return [(p.relative_to(REPO).as_posix(), p) for p in found]


def code() -> str:
    """One digest of the program's own modules and templates, the example's left out."""
    room = REPO / "pipeline"
    files = (p for p in room.rglob("*") if p.is_file() and not LITTER.search(p.name))
    named = ((p.relative_to(room).as_posix(), p) for p in files)
    return digest_of((n, p) for n, p in named if _decides(n))


def latest(raw: Path, year: int) -> tuple[str, history.Previous] | None:
    """The latest release of a year, as people call it; None where nothing is released."""
    found = frozen(raw, year)
    if not found:
        return None
    last = found[-1]
    return f"steget {STAGES[last.stage]} publicerades", history.released(last.folder / INTERNAL)


def gather(
    workspace: Workspace,
    year: int,
    made: Path,
    manifest: Manifest,
    release: tuple[str, history.Previous] | None = None,
) -> Standing:
    """Keep the decisions and the log in `made`, the edition that is being built, and tell how it
    stands. `manifest`: what it states of its inputs; the edition it replaces still lies in
    REPORTS. `release`: the name and the edition of the latest release."""
    kept = made / KEPT
    for name in decisions(manifest):
        source = workspace.raw / name if name in _names(manifest["inputs"]) else REPO / name
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, kept / name)
    before = history.previous(workspace.reports / str(year) / "intern")
    rows = _rows(workspace, year)
    log = history.carried(before, history.since(before, manifest, rows, [kept]))
    (made / history.FILE).write_text(history.written(log), encoding="utf-8", newline="\n")
    found = completeness.completeness(workspace, year)
    day = dt.date.fromisoformat(manifest["per_datum"])
    return Standing(
        compared=sum(c.agrees is not None for c in found),
        incomplete=tuple(completeness.lacking(found, year)),
        explained=completeness.explained(found),
        log=log,
        wheel=wheel(workspace, year, day, late=False, edition=day),
        forms=_forms(workspace.processed / str(year)),
        release=release and (release[0], history.since(release[1], manifest, rows, [kept])),
    )


def _forms(processed: Path) -> tuple[Form, ...]:
    """How the checks of each form went, those with most failures first."""
    summary = read_summary(processed, findings=False)
    made = []
    for name, title in summary.tables.items():
        own = [c for c in summary.checks if c.table == name and c.applied]
        failed = sum(c.unexpected > 0 for c in own)
        made.append(Form(title, f"{QUALITY}/{file_of(name)}", len(own), failed))
    return tuple(sorted(made, key=lambda form: -form.failed))


def _rows(workspace: Workspace, year: int) -> dict[str, int]:
    """Raw file (named from RAW) → rows, of the edition's year and those before it."""
    found = {}
    for each in (y for y in workspace.years() if y <= year):
        path = workspace.processed / str(each) / "balance.json"
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        for name, figures in files.items():
            found[name if "/" in name else f"{each}/{name}"] = int(figures["rows"])
    return found


def _decides(name: str) -> bool:
    """Codebooks are listed by themselves, but what reads them is code."""
    codebook = name.startswith("forms/") and name.endswith(".json")
    return not (codebook or name.startswith("exempel/") or "__pycache__" in name)


def _names(entries: Iterable[dict[str, str]]) -> set[str]:
    return {e["name"] for e in entries}
