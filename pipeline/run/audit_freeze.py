"""A visit's report as it is sent: the draft (v0) for proofreading and the final one (v1), frozen in
`RAW/<year>/protokoll/verksamhet/<besok>/`. Written once, never overwritten."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.audit.reports import unfinished
from pipeline.errors import GateError, UppfoljningError, UsageError
from pipeline.facts.dataset import open_dataset
from pipeline.facts.visits import (
    DRAFT,
    FINAL,
    NUMBERS,
    RECORD,
    folder_of,
    rows,
    version,
    visits,
)
from pipeline.privacy.screen import mask
from pipeline.publish.document import Document
from pipeline.run import audit
from pipeline.run.cover import cover
from pipeline.run.execute import kernels_of, run_notebooks
from pipeline.workspace import Workspace, per_datum

CALLED: Mapping[str, str] = {DRAFT: "Utkastet", FINAL: "Den slutliga rapporten"}
SHOWN = 12
Say = Callable[[str], None]


def freeze(
    workspace: Workspace, year: int, visit: str, name: str, by: str, date: dt.date | None, say: Say
) -> Path:
    """Freeze a visit's report as v0 or v1, decided `by` a role; returns its folder. Raises
    UsageError for a wrong call, GateError where the version is frozen already or cannot be
    final."""
    from pipeline.run.annual import tables
    from pipeline.trace.disposed import refuse_rebuilt

    _check_call(visit, name, by)
    workspace.require_year(year)
    refuse_rebuilt(workspace, year)
    with kernels_of(workspace) as kernels:
        kernels.warm()
        tables(workspace, year, say, kernels)
        audit.check(workspace, year, visit)
        _check_order(workspace, year, visit, name)
        if name == FINAL:
            _check_final(workspace, year, visit)
        with tempfile.TemporaryDirectory(prefix="uppfoljning-") as scratch:
            document = _rendered(workspace, year, visit, name, date, Path(scratch), kernels, say)
            made = _frozen(workspace, year, visit, name, by, date, document)
    say(f"{CALLED[name]} är fryst: protokoll/verksamhet/{visit}/{name}.")
    return made


def _check_call(visit: str, name: str, by: str) -> None:
    if name not in CALLED:
        raise UsageError(f"Versionen ”{name}” finns inte. Skriv VERSION=v0 eller VERSION=v1.")
    if not visit:
        raise UsageError(
            f"Ange vilket besöks rapport som ska frysas: make audit BESOK=… VERSION={name}."
        )
    if not by.strip():
        raise UsageError(
            "Vem har beslutat att rapporten ska skickas? Skriv rollen, inte namnet:\n"
            "  ARGS=\"--beslutad-av 'SAS'\""
        )
    if kinds := mask(by)[1]:
        raise UsageError(
            f"Texten i --beslutad-av innehåller personuppgifter: {', '.join(kinds)}.\n"
            "Den sparas i rapportens protokoll. Skriv rollen, inte namnet."
        )


def _check_order(workspace: Workspace, year: int, visit: str, name: str) -> None:
    held = version(workspace.raw, year, visit, name)
    if held is not None:
        raise GateError(
            f"{CALLED[name]} för {visit} frystes {held.day.isoformat()} av {held.by} och skrivs "
            "aldrig över.\n"
            + ("Det som ändrats sedan dess står i rapporten. Nästa version är VERSION=v1."
               if name == DRAFT else "Det som ändrats sedan dess står i den byggda rapporten.")
        )  # fmt: skip
    if name == FINAL and version(workspace.raw, year, visit, DRAFT) is None:
        raise GateError(
            f"Inget utkast för {visit} har gått till verksamheten för korrekturläsning.\n"
            f"Gör så här: make audit BESOK={visit} VERSION=v0 ARGS=\"--beslutad-av 'rollen'\""
        )
    if name == DRAFT and version(workspace.raw, year, visit, FINAL) is not None:
        raise GateError(f"Rapporten för {visit} är redan slutlig: ett utkast kan inte skickas.")


def _check_final(workspace: Workspace, year: int, visit: str) -> None:
    area = open_dataset(workspace, "bedomning", year, year).dimension("omrade")
    findings = [
        {**r, "label": area.label(r["omrade"])}
        for r in rows(workspace, year, "bedomning", visit)
    ]  # fmt: skip
    left = unfinished(findings, rows(workspace, year, "korrektur", visit))
    if not findings:
        left = ("Det finns ingen iakttagelse i Bedömning.", *left)
    if left:
        told = "".join(f"\n  {line}" for line in left[:SHOWN])
        more = f"\n  … och {len(left) - SHOWN} till" if len(left) > SHOWN else ""
        raise GateError(
            f"Rapporten för {visit} kan inte bli slutlig än:{told}{more}\n"
            "Gör så här: fyll i det som saknas i Bedömning och Korrekturläsning och kör kommandot\n"
            "igen. Inget är fryst."
        )


def _rendered(
    workspace: Workspace, year: int, visit: str, name: str, date: dt.date | None, scratch: Path,
    kernels: Any, say: Say,
) -> Document:  # fmt: skip
    """The report as it will be sent: built, gated and verified."""
    from pipeline.trace.verify import refuse, verify_visits

    say(f"{CALLED[name]} för {visit} sätts samman …")
    run_notebooks(workspace, audit.jobs(workspace, year, scratch, date, visit, name), kernels)
    kernels.end()
    [one] = [v for v in visits(workspace, year) if v.id == visit]
    meta = cover(workspace, year, date)
    made = audit.write(workspace, meta, [one], scratch / audit.FOLDER, say, name)
    verdict = verify_visits(workspace, year, scratch, workspace.processed)
    for line in verdict.lines():
        say(f"  {line}")
    refuse(verdict)
    return made[visit]


def _frozen(
    workspace: Workspace, year: int, visit: str, name: str, by: str, date: dt.date | None,
    document: Document,
) -> Path:  # fmt: skip
    """Write the folder under another name, and put it in place with one rename."""
    from pipeline.publish.audit import PRINTED, REPORT, sent
    from pipeline.publish.untraced import gate
    from pipeline.report.audit_versions import entries
    from pipeline.run.vocabulary import vocabulary

    target = folder_of(workspace.raw, year, visit, name)
    made = target.with_name(f".{name}-ny")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    page, printed = sent(document, repr(document.meta))
    gate(document, page, printed, vocabulary(workspace), PRINTED[REPORT])
    (made / f"{REPORT}.html").write_text(page, encoding="utf-8", newline="\n")
    (made / f"{REPORT}.pdf").write_bytes(printed)
    _write(made / NUMBERS, entries(block.data for block in document.blocks()))
    grades = [
        {"omrade": r["omrade"], "nr": r["nr"], "farg": r["farg"]}
        for r in rows(workspace, year, "bedomning", visit)
    ]  # fmt: skip
    files = sorted(p for p in made.iterdir())
    _write(made / RECORD, {
        "besok_id": visit, "version": name, "ar": year,
        "datum": per_datum(workspace, year, date).isoformat(),
        "beslutad_av": by.strip(), "program": __version__,
        "bedomningar": sorted(grades, key=lambda g: (g["omrade"], g["nr"])),
        "filer": [
            {"namn": p.name, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in files
        ],
    })  # fmt: skip
    for path in made.iterdir():
        path.chmod(0o444)
    if target.exists():
        shutil.rmtree(made, ignore_errors=True)
        raise UppfoljningError(f"{visit}/{name} finns redan och skrivs inte över.")
    made.rename(target)
    return target


def _write(path: Path, told: Mapping[str, Any] | Sequence[Any]) -> None:
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
