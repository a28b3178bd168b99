"""Publishing a stage of the year: the public edition rendered without the word *förhandsversion*,
gated again, and frozen with its ledger under `RAW/<year>/protokoll/utgavor/`.

No kernel runs: the report is rendered from the notebooks that were executed with the pattern, so
that its numbers are those of the edition that was built. Written once, never overwritten; a second
release of a stage is a correction of the first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import stat
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline import __version__, stale
from pipeline.crate import graph
from pipeline.crate.record import FILE as CRATE
from pipeline.crate.record import read as read_crate
from pipeline.disclosure.attack import Audit
from pipeline.errors import GateError, UppfoljningError, UsageError
from pipeline.facts.action_plan import SNAPSHOT
from pipeline.facts.pattern import Pattern
from pipeline.privacy.screen import mask
from pipeline.publish import correction
from pipeline.publish.accessibility import statement
from pipeline.publish.document import Document
from pipeline.publish.edition import PDF, REPORT
from pipeline.publish.ledger import FACTS, OCCURRENCES
from pipeline.publish.manifest import listed, write_public_manifest
from pipeline.publish.public import FILE as LEDGER
from pipeline.publish.public_edition import public_edition, publish_public
from pipeline.publish.untraced import gate
from pipeline.report.completeness import reasons
from pipeline.run import state, underlag
from pipeline.run.attack import FILE as ATTACK
from pipeline.run.attack import attack_edition, log, refuse_leaks
from pipeline.run.cover import cover
from pipeline.run.plan import chapters
from pipeline.run.public import refuse_files, refuse_hidden
from pipeline.run.releases import (
    COUNTS,
    INTERNAL,
    PUBLIC,
    RECORD,
    STAGES,
    Frozen,
    folder_of,
    frozen,
    shown_counts,
)
from pipeline.run.vocabulary import vocabulary
from pipeline.trace.diff.parameters import KEPT
from pipeline.trace.verify import refuse, verify
from pipeline.workspace import Workspace, load_kommun, per_datum

PATTERN = "monster.json"
_PAPERS = tuple(Path(underlag.FOLDER) / kind.name for kind in underlag.OUTWARD)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Decision:
    """What people have decided about a release. `correction`: why a stage is released again;
    `despite`: why it is released though the balance with the case system does not hold."""

    stage: str
    decided_by: str
    correction: str = ""
    despite: str = ""


def release(
    workspace: Workspace, year: int, decision: Decision, say: Say, date: dt.date | None = None
) -> Path:
    """Release a stage of `year`; returns its folder. `date`: what the edition must have been built
    with (by default what it was). Raises UsageError for a wrong call or an edition that is not
    built of what is there now, GateError where a gate refuses."""
    _check_call(decision)
    workspace.require_year(year)
    before = frozen(workspace.raw, year)
    replaced = next((f for f in reversed(before) if f.stage == decision.stage), None)
    _check_stage(decision, replaced)
    date = date or state.date_of(workspace, year)
    _check_fresh(workspace, year, date)
    _check_complete(workspace, year, decision)
    number = max((f.number for f in before), default=0) + 1
    with tempfile.TemporaryDirectory(prefix="uppfoljning-") as scratch:
        made = _Made(workspace, year, date, decision, replaced, Path(scratch), number)
        say("Den publika utgåvan sätts samman för publicering …")
        made.render(say)
        say("Varje tal räknas om från källfilerna på en annan väg …")
        for line in made.verify():
            say(f"  {line}")
        say("Utgåvan angrips: går något dolt tal att räkna fram? …")
        for line in made.attack().lines():
            say(f"  {line}")
        return made.freeze()


def _check_call(decision: Decision) -> None:
    if decision.stage not in STAGES:
        raise UsageError(
            f"Steget ”{decision.stage}” finns inte. Steg som finns:\n  {', '.join(STAGES)}.\n"
            "Skriv till exempel make release STAGE=mars YEAR=2025."
        )
    if not decision.decided_by.strip():
        raise UsageError(
            "Vem har beslutat om publiceringen? Skriv rollen, inte namnet:\n"
            "  ARGS=\"--beslutad-av 'verksamhetschef'\""
        )
    given = {
        "--beslutad-av": decision.decided_by, "--rattelse": decision.correction,
        "--trots": decision.despite,
    }  # fmt: skip
    for option, text in given.items():
        if kinds := mask(text)[1]:
            raise UsageError(
                f"Texten i {option} innehåller personuppgifter:\n  {', '.join(kinds)}.\n"
                "Den sparas i utgåvans protokoll, och orsaken till en rättelse publiceras.\n"
                "Gör så här: skriv texten utan uppgifter om enskilda och kör kommandot igen."
            )


def _check_stage(decision: Decision, replaced: Frozen | None) -> None:
    label = STAGES[decision.stage]
    if replaced is not None and not decision.correction.strip():
        raise UsageError(
            f"Steget {label} är redan publicerat ({replaced.name}), och det som är publicerat\n"
            "skrivs aldrig över. Är något fel i det publiceras en rättelse, med orsaken:\n"
            "  ARGS=\"--rattelse 'orsaken' --beslutad-av 'rollen'\""
        )
    if replaced is None and decision.correction.strip():
        raise UsageError(
            f"Steget {label} är inte publicerat än: det finns inget att rätta.\n"
            "Kör kommandot utan --rattelse."
        )


def _check_fresh(workspace: Workspace, year: int, date: dt.date | None) -> None:
    why = stale.reason(workspace, year, date.isoformat() if date else None)
    if why:
        when = f" DATE={date.isoformat()}" if date else ""
        raise UsageError(
            f"Rapporten för {year} är inte byggd av det som finns nu:\n  {why}.\n"
            f"Gör så här: kör make annual YEAR={year}{when} och läs rapporten, publicera sedan."
        )


def _check_complete(workspace: Workspace, year: int, decision: Decision) -> None:
    if decision.despite.strip() or not (why := reasons(workspace, year)):
        return
    raise GateError(
        f"Avstämningen för {year} mot verksamhetssystemet håller inte:\n"
        + "".join(f"{_wrapped(line)}\n" for line in why)
        + "Gör så här: fyll i formuläret Avstämning och kör make annual. Ska utgåvan\n"
        "publiceras ändå antecknas skälet:\n"
        "  ARGS=\"--trots 'skälet' --beslutad-av 'rollen'\""
    )


def _wrapped(line: str) -> str:
    return textwrap.fill(line, 80, initial_indent="  ", subsequent_indent="    ")


class _Made:
    """A release in the making, in a folder of its own."""

    def __init__(
        self, workspace: Workspace, year: int, date: dt.date | None, decision: Decision,
        replaced: Frozen | None, scratch: Path, number: int,
    ) -> None:  # fmt: skip
        self._workspace, self._year, self._decision = workspace, year, decision
        self._replaced, self._number = replaced, number
        self._day = per_datum(workspace, year, date)
        self._home = workspace.reports / str(year) / "intern"
        self._background = self._home / "publik"
        self._public, self._intern = scratch / "publik", scratch / "intern"
        self._audit: Audit | None = None
        self._changes: tuple[correction.Change, ...] = ()

    def render(self, say: Say) -> None:
        """Write the public edition and the papers that may leave under their own name; the gates
        that `annual` has for what they say."""
        stage = STAGES[self._decision.stage] + (", rättad" if self._replaced else "")
        edition = f"Publik utgåva, {stage}"
        meta = replace(cover(self._workspace, self._year, self._day), edition=edition)
        names = [job.name for job in chapters(self._workspace, self._year, "publik")]
        executed = {n: self._background / "notebooks" / f"{n}.ipynb" for n in names}
        whole, told = public_edition(executed, meta)
        refuse_hidden(whole, self._pattern(), "publika")
        if self._replaced:
            told = correction.corrected(told)
        self._public.mkdir()
        raw = self._workspace.raw
        said = statement(raw, load_kommun(raw), meta)
        publish_public(told, self._public, said, [correction.LINK] if self._replaced else ())
        page, printed = (self._public / n for n in (REPORT, PDF))
        for w in gate(
            told, page.read_text(encoding="utf-8"), printed.read_bytes(),
            vocabulary(self._workspace, self._pattern()),
        ):  # fmt: skip
            say(f"Att se över: {w.where}: ”{w.token}” i ”{w.context}”.")
        self._correct(told)
        write_public_manifest(self._public, meta)
        refuse_files(self._workspace, self._year, self._public)
        shutil.copytree(self._home, self._intern)
        underlag.release(self._workspace, meta, self._intern, self._pattern(), stage, say)

    def _correct(self, document: Document) -> None:
        if self._replaced is None:
            return
        before = json.loads((self._replaced.folder / PUBLIC / LEDGER).read_text(encoding="utf-8"))
        after = json.loads((self._public / LEDGER).read_text(encoding="utf-8"))
        self._changes = correction.changes(before, after)
        name, reason = self._replaced.name, self._decision.correction.strip()
        told = {
            correction.PAGE: correction.page(document, name, reason, self._changes),
            correction.FILE: correction.record(name, reason, self._changes),
        }
        for file, text in told.items():
            (self._public / file).write_text(text, encoding="utf-8", newline="\n")

    def _pattern(self) -> Pattern:
        return Pattern.from_json((self._background / PATTERN).read_text(encoding="utf-8"))

    def verify(self) -> list[str]:
        """Recompute every number of the edition as it will be published."""
        told = read_crate(self._intern)
        told["public"] = listed(self._public)
        for place in (f"{p.as_posix()}/" for p in _PAPERS):
            others = [e for e in told["outputs"] if not e["name"].startswith(place)]
            papers = [{**e, "name": place + e["name"]} for e in listed(self._intern / place)]
            told["outputs"] = sorted([*others, *papers], key=lambda e: str(e["name"]))
        graph.write(self._intern, told)
        verdict = verify(
            self._workspace, self._year, self._intern, self._workspace.processed, self._public
        )
        refuse(verdict)
        return list(verdict.lines())

    def attack(self) -> Audit:
        audit = attack_edition(self._workspace, self._year, self._public)
        refuse_leaks(self._workspace, self._year, audit)
        self._audit = audit
        return audit

    def freeze(self) -> Path:
        """Copy everything, write the record, and put the folder in place with one rename."""
        assert self._audit is not None
        name = f"{self._number:02d}-{self._decision.stage}"
        home = folder_of(self._workspace.raw, self._year)
        target, made = home / name, home / f".{name}-ny"
        shutil.rmtree(made, ignore_errors=True)
        shutil.copytree(self._public, made / PUBLIC)
        inside = made / INTERNAL
        (inside / "publik").mkdir(parents=True)
        for file in (FACTS, OCCURRENCES):
            shutil.copyfile(self._home / file, inside / file)
            shutil.copyfile(self._background / file, inside / "publik" / file)
        shutil.copyfile(self._intern / CRATE, inside / CRATE)
        shutil.copytree(self._home / KEPT, inside / KEPT)
        shutil.copyfile(self._background / PATTERN, inside / "publik" / PATTERN)
        for place in _PAPERS:
            shutil.copytree(self._intern / place, inside / place)
        plan = self._workspace.processed / str(self._year) / SNAPSHOT
        if plan.is_file():  # decisions, no persons: what the autumn's follow-up compares with
            shutil.copyfile(plan, inside / SNAPSHOT)
        log(self._audit, inside / "publik" / ATTACK)
        records = pq.read_table(self._background / FACTS).to_pylist()
        _write(made / COUNTS, shown_counts(records, self._pattern()))
        _write(made / RECORD, self._record(made))
        for path in sorted(p for p in made.rglob("*") if p.is_file()):
            os.chmod(path, stat.S_IRUSR if INTERNAL in path.relative_to(made).parts[0:1] else 0o444)
        if target.exists():
            raise UppfoljningError(f"Utgåvan {name} finns redan och skrivs inte över.")
        made.rename(target)
        return target

    def _record(self, made: Path) -> dict[str, Any]:
        d = self._decision
        return {
            "steg": d.stage,
            "nummer": self._number,
            "ar": self._year,
            "per_datum": self._day.isoformat(),
            "beslutad_av": d.decided_by.strip(),
            "trots_avstamningen": d.despite.strip() or None,
            "ersatter": self._replaced.name if self._replaced else None,
            "rattelse": d.correction.strip() or None,
            "rattade_tal": len(self._changes) if self._replaced else None,
            "program": __version__,
            "filer": [
                {"namn": p.relative_to(made).as_posix(), "sha256": _sha256(p)}
                for p in sorted(made.rglob("*"))
                if p.is_file()
            ],
        }


def _write(path: Path, told: Any) -> None:
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
