"""Editions that hide numbers: planned, decided about, checked and written."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.disclosure.decide import Decision, Kept, merges, suppression
from pipeline.disclosure.merge import Merging
from pipeline.disclosure.scale import one_scale
from pipeline.errors import GateError
from pipeline.facts import named
from pipeline.facts import pattern as patterns
from pipeline.facts.dataset import codebooks, open_tables
from pipeline.facts.fact import HIDDEN
from pipeline.facts.pattern import DOTS, Pattern
from pipeline.facts.recorder import Recorder
from pipeline.memory import remembered_value
from pipeline.publish import hidden_page, ledger, public
from pipeline.publish.accessibility import statement
from pipeline.publish.document import Document, Meta
from pipeline.publish.edition import PDF, REPORT
from pipeline.publish.public_edition import (
    names_of_files,
    public_edition,
    publish_background,
    publish_public,
)
from pipeline.publish.untraced import Finding, gate_print, on_page
from pipeline.report.context import pattern_of
from pipeline.run.execute import Job
from pipeline.run.planning import plan
from pipeline.run.releases import releases
from pipeline.run.vocabulary import vocabulary
from pipeline.workspace import Workspace, load_kommun


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a Decision its edition is made from."""

    pattern: Pattern
    reasons: Mapping[str, str]
    kept: Kept
    chapters: Mapping[str, Kept]


def decide(workspace: Workspace, year: int, edition: str, jobs: Sequence[Job]) -> Decision:
    """Plan the chapters, merge, plan them again with the merged classes, suppress; the pattern is
    written where the chapters' kernels find it."""
    decision = _suppressed(workspace, year, edition, *_asked(workspace, year, edition, jobs))
    _replaced(patterns.path(workspace.processed, year, edition), decision.pattern.to_json())
    return decision


def settle(
    workspace: Workspace, year: int, edition: str, jobs: Sequence[Job], resting: str
) -> Settled:
    """The same, where what the chapters ask for, and `resting`, a digest of raw files, records and
    tables, are what they were: what was decided then."""
    asked, merged = _asked(workspace, year, edition, jobs, resting)

    def decided() -> Settled:
        made = _suppressed(workspace, year, edition, asked, merged)
        return Settled(made.pattern, dict(made.reasons), made.kept, dict(made.chapters))

    key = [resting, str(year), edition, _spelled(asked), repr(merged)]
    settled = remembered_value(f"beslutet ({edition})", [__name__], key, decided)
    _replaced(patterns.path(workspace.processed, year, edition), settled.pattern.to_json())
    return settled


def _asked(
    workspace: Workspace, year: int, edition: str, jobs: Sequence[Job], resting: str = ""
) -> tuple[Recorder, dict[str, Merging]]:
    """What the chapters ask for with merged classes, and those."""
    first = plan(workspace, year, edition, jobs, None, resting)
    merged = remembered_value(
        f"sammanslagningen ({edition})", [__name__],
        [resting, str(year), edition, _spelled(first)],
        lambda: _merged(workspace, year, edition, first),
    )  # fmt: skip
    classed = _classed(workspace, edition, merged)
    return plan(workspace, year, edition, jobs, classed, resting), merged


def _spelled(asked: Recorder) -> str:
    """All that is asked for."""
    chapters = [(name, list(cells)) for name, cells in asked.chapters.items()]
    definitions = [fact.definition for fact in asked.facts.values()]
    return repr((asked.tables, chapters, asked.groups, definitions))


def _merged(workspace: Workspace, year: int, edition: str, asked: Recorder) -> dict[str, Merging]:
    merged = merges(workspace, year, edition, asked.tables, asked.groups)
    return one_scale(merged, asked.tables, asked.groups)


def _classed(workspace: Workspace, edition: str, merged: Mapping[str, Merging]) -> Pattern:
    return Pattern(merged=merged, open=open_tables(codebooks(workspace.raw), edition))


def _suppressed(
    workspace: Workspace, year: int, edition: str, asked: Recorder, merged: Mapping[str, Merging]
) -> Decision:
    return suppression(
        workspace, year, edition, asked.cells, asked.tables, merged,
        releases=releases(workspace.raw), chapters=asked.chapters,
        definitions=[fact.definition for fact in asked.facts.values()],
    )  # fmt: skip


def settle_staff(
    workspace: Workspace, year: int, jobs: Sequence[Job], resting: str
) -> Settled | None:
    """The same for the internal edition where staff have answered; None, and no pattern, where
    they have not."""
    staff = [n for n, book in codebooks(workspace.raw).items() if book.protects == "staff"]
    if any(any(workspace.processed.glob(f"[12]*/{name}.parquet")) for name in staff):
        return settle(workspace, year, "intern", jobs, resting)
    patterns.path(workspace.processed, year, "intern").unlink(missing_ok=True)
    return None


def tell(
    workspace: Workspace, year: int, edition: str, jobs: Sequence[Job], resting: str = ""
) -> None:
    """Write down the facts that the chapters of a decided edition show, for the chapters and texts
    that name them (`report/named.py`)."""
    told = plan(workspace, year, edition, jobs, pattern_of(workspace, year, edition), resting).told
    _replaced(named.path(workspace.processed, year, edition), named.to_json(told.values()))


def _replaced(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    os.replace(unfinished, path)


def publish(
    workspace: Workspace,
    executed: Mapping[str, Path],
    meta: Meta,
    decision: Decision | Settled,
    out: Path,
    background: Path,
) -> list[Finding]:
    """Check the notebooks executed with the decision's pattern and write the public edition into
    `out` and what it was made from into `background`. Returns warnings. Raises GateError where it
    says a hidden number, an untraced one, or the name of an input file."""
    whole, told = public_edition(executed, replace(meta, edition=public.EDITION))
    refuse_hidden(whole, decision.pattern, "publika")
    said = statement(workspace.raw, load_kommun(workspace.raw), told.meta)
    allowed = vocabulary(workspace, decision.pattern)
    found: list[Finding] = []

    def read(document: Document) -> None:
        publish_background(executed, whole, background)
        found.extend(on_page(document, (out / REPORT).read_text(encoding="utf-8"), allowed))

    publish_public(told, out, said, meanwhile=read)
    warnings = gate_print(told, (out / PDF).read_bytes(), allowed, found)
    refuse_files(workspace, meta.year, out)
    texts = {
        "index.html": hidden_page.render(
            whole, decision.pattern, decision.reasons,
            (decision.kept.asked, decision.kept.shown),
            {n: (k.asked, k.shown) for n, k in decision.chapters.items()},
        ),
        "monster.json": decision.pattern.to_json(),
    }  # fmt: skip
    for name, text in texts.items():
        (background / name).write_text(text, encoding="utf-8", newline="\n")
    return warnings


def refuse_files(workspace: Workspace, year: int, out: Path) -> None:
    """Raise GateError where a published file names one of RAW."""
    sources = [*workspace.processed.glob("[12]*/kallor.json")]
    names = sorted(
        {e["file"] for p in sources for e in json.loads(p.read_text(encoding="utf-8")).values()}
    )
    if found := names_of_files(out, names):
        raise GateError(
            f"Den publika utgåvan för {year} nämner filer i RAW: {', '.join(found)}. "
            "Den förra utgåvan ligger kvar. Ta bort filnamnen ur kapitlen."
        )


def hidden_shows(document: Document, pattern: Pattern) -> list[str]:
    """What an executed edition says that its pattern does not allow, one line a fact: a value
    that is not shown, anywhere in the block document, and a text that is more than two dots."""
    records = {r["id"]: r for r in ledger.facts(document)}
    seen: dict[str, tuple[bool, bool]] = {}

    def shown(key: str) -> tuple[bool, bool]:
        """Whether the value of a fact, and its n, may be seen."""
        if key not in seen:
            record = records.get(key)
            seen[key] = (False, False) if record is None else _allowed(record, pattern, shown)
        return seen[key]

    wrong = []
    for key, record in records.items():
        value, n = shown(key)
        kept = {
            "value": value, "numerator": value, "n": n, "denominator": n,
        }  # fmt: skip
        told = [part for part, may in kept.items() if record[part] is not None and not may]
        if told or (not value and record["status"] not in (HIDDEN, "saknas")):
            wrong.append(f"{record['title']} ({key}): {', '.join(told) or 'status'}")
    for row in ledger.occurrences(document):
        value, n = shown(row["fact"])
        may = n if row["part"] in ("n", "denominator") else value
        if not may and row["text"] != DOTS and records[row["fact"]]["status"] == HIDDEN:
            wrong.append(f"{records[row['fact']]['title']} ({row['fact']}): {row['anchor']}")
    return wrong


def _allowed(record: Mapping[str, Any], pattern: Pattern, shown: Any) -> tuple[bool, bool]:
    definition = json.loads(record["definition"])
    parents = json.loads(record["parents"])
    if parents:
        both = [shown(parent) for parent in parents]
        return all(v for v, _ in both), all(n for _, n in both)
    return pattern.tells(definition)


def refuse_hidden(document: Document, pattern: Pattern, edition: str) -> None:
    """Raise GateError where an executed edition says what its pattern hides."""
    wrong = hidden_shows(document, pattern)
    if wrong:
        listed = "".join(f"\n  {line}" for line in wrong[:20])
        more = f"\n  … och {len(wrong) - 20} till" if len(wrong) > 20 else ""
        raise GateError(
            f"Den {edition} utgåvan säger mer än den får: {len(wrong)} dolda tal har ett värde i "
            f"kapitlen.{listed}{more}\nDen förra utgåvan ligger kvar. Det är ett fel i programmet "
            "eller i ett kapitels kod, inte i dina filer."
        )
