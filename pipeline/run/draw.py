"""Kunder of a visit are drawn, once, and the draw can be made again by anybody (`make draw`,
`make draw-check`). The rules: `pipeline.audit.draw`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.audit import draw as d
from pipeline.audit.january import January
from pipeline.audit.records import Protocol, draws_of, january_of, write_draw
from pipeline.audit.visits import CANCELLED, Visit, file_name
from pipeline.disposal.record import disposals
from pipeline.errors import UppfoljningError, UsageError
from pipeline.facts.visits import rows
from pipeline.privacy.key import key_of
from pipeline.privacy.screen import mask
from pipeline.report.completeness import role
from pipeline.run import safe_channel
from pipeline.run.frame_faults import refuse_faults
from pipeline.run.visits import chosen, fix_plan, fixed_plan, visit_of
from pipeline.workspace import Workspace, per_datum

LIST, ATTEST = "kunder", "urvalsram"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call of `draw` says. `by`: the role that draws; `abandon`: why an earlier draw of the
    visit is given up, "" where none is."""

    besok_id: str
    by: str = ""
    abandon: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw in force and its list for the safe channel. `new`: whether it was made now."""

    protocol: Protocol
    record: str
    listed: Path
    new: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """How the draws of a visit stand. `redrawn`: a protocol's number → its draw made again;
    `january`: whether the January plan is the one that the seed was made of; `moved`: how the
    frame of today differs, None where the visit has no day to compare by; `destroyed`: how many of
    the frame's kunder are no longer in the list since rows of it were destroyed, under the
    decisions `by`. They are not among those that `moved` says are gone."""

    visit: Visit
    protocols: tuple[Protocol, ...]
    redrawn: dict[int, d.Redrawn]
    january: bool
    moved: d.Moved | None
    destroyed: int = 0
    by: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether every draw, made again, is the same."""
        return all(r.seed and r.frame and r.result for r in self.redrawn.values())

    @property
    def holds(self) -> bool:
        return self.equal and self.january and not self.moved


def draw_kunder(
    workspace: Workspace, year: int, asked: Asked, date: dt.date | None, say: Say
) -> Drawn:
    """Draw the kunder of a visit and write the protocol, or, where that is done, the list for the
    safe channel anew. The tables of the year must be up to date. Raises UsageError for a wrong
    call, UppfoljningError where the frame cannot be drawn from, with nothing written."""
    visit = visit_of(workspace, year, asked.besok_id)
    file_name(visit.besok_id)
    held = draws_of(workspace.raw, year, visit.besok_id)
    if held and not asked.abandon:
        _refuse_destroyed(workspace, year, held[-1], "listan för den säkra kanalen skrivs inte")
        return _listed(workspace, year, held[-1], new=False)
    _check_call(asked, visit, held)
    if held:
        _refuse_destroyed(workspace, year, held[-1], "urvalet kan inte dras om")
    attest = _attest(workspace, year, visit)
    listed = rows(workspace, year, LIST, visit.besok_id)
    refuse_faults(workspace, year, visit.besok_id, listed)
    assert visit.besoksdatum is not None
    frame = d.frame_of(_kunder(workspace, listed), visit.besoksdatum)
    fingerprint = key_of(workspace).fingerprint
    if held and not d.moved(held[-1], frame.members, fingerprint):
        raise UppfoljningError(
            f"Listan över kunder för {visit.besok_id} är densamma som när urvalet drogs, och\n"
            "samma lista ger samma urval. Ett nytt urval dras bara när listan var fel.\n"
            "Gör så här: lägg den rättade listan i årets mapp och kör kommandot igen."
        )
    fix_plan(workspace, year, date, say, now=True)
    protocol = _protocol(
        workspace, year, visit, asked, attest, listed, frame, fingerprint,
        per_datum(workspace, year, date), held,
    )  # fmt: skip
    write_draw(workspace.raw, protocol)
    return _listed(workspace, year, protocol, new=True)


def check_draw(workspace: Workspace, year: int, besok_id: str) -> Checked:
    """Make every draw of a visit again from its protocol, and compare the frame of the newest
    with the tables. Raises UsageError where nothing is drawn."""
    visit = visit_of(workspace, year, besok_id)
    held = draws_of(workspace.raw, year, besok_id)
    if not held:
        raise UsageError(
            f"Inget urval är draget för {besok_id}.\n"
            f"Gör så här: make draw BESOK={besok_id} ARGS=\"--dragen-av 'rollen'\""
        )
    plan, last = january_of(workspace.raw, year), held[-1]
    moved = None
    if visit.besoksdatum is not None:
        listed = rows(workspace, year, LIST, besok_id)
        frame = d.frame_of(_kunder(workspace, listed), visit.besoksdatum)
        moved = d.moved(last, frame.members, key_of(workspace).fingerprint)
    destroyed, by = _destroyed(workspace, year, last)
    if moved is not None and destroyed:
        moved = replace(moved, removed=tuple(p for p in moved.removed if p not in destroyed))
    return Checked(
        visit, tuple(held), {p["nr"]: d.redraw(p) for p in held},
        plan is not None and plan.sha256 == last["fro"]["av"]["januariplan"], moved,
        len(destroyed), by,
    )  # fmt: skip


def _check_call(asked: Asked, visit: Visit, held: list[Protocol]) -> None:
    if not role(asked.by):
        raise UsageError(
            "Vem drar urvalet? Skriv rollen, inte namnet:\n"
            f"  make draw BESOK={visit.besok_id} ARGS=\"--dragen-av 'MAS'\""
        )
    for option, text in (("--dragen-av", asked.by), ("--forkasta", asked.abandon)):
        if kinds := mask(text)[1]:
            raise UsageError(
                f"Texten i {option} innehåller personuppgifter: {', '.join(kinds)}.\n"
                "Den sparas i protokollet. Skriv den utan uppgifter om enskilda."
            )
    if asked.abandon and not held:
        raise UsageError(
            f"Inget urval är draget för {visit.besok_id}: det finns inget att förkasta.\n"
            "Kör kommandot utan --forkasta."
        )
    if asked.abandon and not role(asked.abandon):
        raise UsageError("Varför förkastas urvalet? Skriv skälet i ord: --forkasta 'skälet'.")
    if visit.status == CANCELLED:
        raise UsageError(f"Besöket {visit.besok_id} är inställt enligt planen.")
    if not visit.dnr:
        raise UppfoljningError(
            f"Besöket {visit.besok_id} har inget diarienummer i planen, och det ska stå i\n"
            "protokollet.\nGör så här: skriv det i uppföljningsplanen och kör kommandot igen."
        )
    if visit.besoksdatum is None:
        raise UppfoljningError(
            f"Besöket {visit.besok_id} har inget besöksdatum i planen. Urvalet gäller dem som\n"
            "verksamheten haft de sex månaderna före besöket.\n"
            "Gör så här: skriv datumet i uppföljningsplanen och kör kommandot igen."
        )


def _attest(workspace: Workspace, year: int, visit: Visit) -> dict[str, Any]:
    found = rows(workspace, year, ATTEST, visit.besok_id)
    if not found or not role(found[-1]["intygad_av"]):
        lack = "har ingen rad för besöket" if not found else "säger inte vem som intygar listan"
        raise UppfoljningError(
            f"Urvalet för {visit.besok_id} dras inte: urvalsramen (blanketten Urvalsram)\n{lack}.\n"
            "Gör så här: låt systemförvaltaren skriva hur listan togs fram och sin roll,\n"
            "spara blanketten i årets mapp och kör kommandot igen."
        )
    return found[-1]


def _kunder(workspace: Workspace, listed: list[dict[str, Any]]) -> Iterator[d.Kund]:
    for row in listed:
        lagrum = tuple(chosen(workspace, LIST, "lagrum", row))
        yield d.Kund(
            row["kund_id"], lagrum, row["insats_fran"], row["insats_till"], bool(row["skyddad"])
        )


def _protocol(
    workspace: Workspace,
    year: int,
    visit: Visit,
    asked: Asked,
    attest: dict[str, Any],
    listed: list[dict[str, Any]],
    frame: d.Frame,
    fingerprint: str,
    day: dt.date,
    held: list[Protocol],
) -> dict[str, Any]:
    plan = fixed_plan(workspace, year)
    abandoned = {"nr": held[-1]["nr"], "skal": asked.abandon.strip()} if held else None
    return {
        "ar": year,
        "besok_id": visit.besok_id,
        "nr": len(held) + 1,
        "dnr": visit.dnr,
        "verksamhet": visit.name,
        "datum": day.isoformat(),
        "dragen_av": asked.by.strip(),
        "program": __version__,
        "besoksdatum": frame.last.isoformat(),
        "granskas_fran": frame.first.isoformat(),
        "uttag": {
            "text": attest["uttag"] or "",
            "datum": _iso(attest["uttagsdatum"]),
            "undantagna": attest["undantagna"],
            "undantagna_skal": attest["undantagna_skal"] or "",
        },
        "intyg": {"av": role(attest["intygad_av"]), "datum": _iso(attest["intygad_datum"])},
        "januariplan": {"datum": plan.day, "sha256": plan.sha256},
        "rader_i_listan": len(listed),
        "utan_startdatum": sum(r["insats_fran"] is None for r in listed),
        "undantag": [
            {"skal": why, "text": d.REASONS[why], "antal": n} for why, n in frame.excluded.items()
        ],
        **d.drawn_of(_seed(plan, visit), frame, fingerprint),
        "forkastar": abandoned,
    }


def _seed(plan: January, visit: Visit) -> d.Seed:
    """Of a visit of the January plan the number that stood there: it cannot be chosen now."""
    row = plan.row(visit.besok_id)
    dnr = visit.dnr if row is None else str(row["dnr"])
    return d.Seed(visit.besok_id, dnr, plan.sha256, planned=row is not None)


def _listed(workspace: Workspace, year: int, protocol: Protocol, new: bool) -> Drawn:
    record = f"{year}/protokoll/urval/{protocol['besok_id']}-{protocol['nr']:02d}.json"
    return Drawn(protocol, record, safe_channel.write(workspace, year, protocol), new)


def _destroyed(
    workspace: Workspace, year: int, protocol: Protocol
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The kunder of a draw's frame that are in the list no more since rows of it were destroyed,
    and the decisions (dnr); of the same key as the tables' pseudonyms."""
    every = [e for e in disposals(workspace.raw) if LIST in e.tables.get(year, ())]
    if not every or protocol["ram"]["nyckel"] != key_of(workspace).fingerprint:
        return frozenset(), ()
    there = {row["kund_id"] for row in rows(workspace, year, LIST, protocol["besok_id"])}
    gone = frozenset(d.members_of(protocol).keys() - there)
    return gone, tuple(dict.fromkeys(e.dnr for e in every)) if gone else ()


def _refuse_destroyed(workspace: Workspace, year: int, protocol: Protocol, what: str) -> None:
    """Raise UppfoljningError where kunder that were in the frame of a draw have been destroyed:
    nobody can say any more whom a pseudonym means, and another draw would be of another frame."""
    gone, by = _destroyed(workspace, year, protocol)
    if gone:
        raise UppfoljningError(
            f"Ramen är förstörd enligt beslut {' och '.join(by)}: {len(gone)} av dess "
            f"{protocol['ram']['antal']} kunder är\ngallrade ur listan, och {what}.\n"
            "Urvalets protokoll ligger kvar och går att pröva:\n"
            f"  make draw-check BESOK={protocol['besok_id']}"
        )


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
