"""What `make draw` and `make draw-check` say, in lines of at most 80 columns."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator

from pipeline.audit import draw as d
from pipeline.audit.records import Protocol
from pipeline.audit.visits import week_before
from pipeline.errors import GateError
from pipeline.run.draw import Checked, Drawn


def drawn(made: Drawn) -> list[str]:
    """A draw that was made now, or stood already."""
    p = made.protocol
    last = week_before(dt.date.fromisoformat(p["besoksdatum"]))
    lines = [f"Urval för {p['besok_id']}, {p['verksamhet']}, dnr {p['dnr'] or 'saknas'}"]
    if not made.new:
        lines.append(
            f"Urvalet drogs {p['datum']} av {p['dragen_av']} och gäller. Inget nytt är draget: "
            "bara listan är skriven på nytt. Var listan över kunder fel: rätta den och kör med "
            "ARGS=\"--forkasta 'skälet' --dragen-av 'rollen'\"."
        )
    lines += [
        f"Granskas: {p['granskas_fran']}–{p['besoksdatum']}, sex månader före besöket.",
        f"Listan: {_many(p['rader_i_listan'], 'kund', 'kunder')}. Intygad av {p['intyg']['av']}, "
        f"{p['intyg']['datum'] or 'utan datum'}.",
        *(f"  Utanför ramen: {e['antal']}, {e['text']}." for e in p["undantag"] if e["antal"]),
        *_left_out(p),
        _result(p),
        f"Ramens SHA-256: {p['ram']['sha256'][:16]}… Frö: {p['fro']['sha256'][:16]}…",
        *notes(p),
        f"Protokollet, som skrivs en gång: {made.record}",
        "Listan för den säkra kanalen:",
        f"  {made.listed}",
        f"Beskedet lämnas {last[0]}–{last[1]}. Listan går i säker kanal, aldrig i e-post.",
    ]
    return _folded(lines)


def notes(p: Protocol) -> Iterator[str]:
    """What weakens a draw and must be known with it."""
    if not p["fro"]["i_januariplanen"]:
        yield "Obs: besöket tillkom efter januariplanen. Fröet är gjort av dess diarienummer nu."
    if n := p["utan_startdatum"]:
        yield f"Obs: {_many(n, 'kund', 'kunder')} i listan saknar startdatum och räknas med."
    listed = p["uttag"]["datum"]
    if listed and listed < p["januariplan"]["datum"]:
        yield (
            f"Obs: listan togs fram {listed}, innan planen fastställdes "
            f"{p['januariplan']['datum']}. Fröet var då inte bestämt."
        )
    if p["datum"] > p["besoksdatum"]:
        yield f"Obs: urvalet är daterat {p['datum']}, efter besöket."
    if p["forkastar"]:
        yield f"Urval {p['forkastar']['nr']:02d} är förkastat: {p['forkastar']['skal']}"


def checked(made: Checked) -> list[str]:
    """What a draw made again from its protocol says."""
    lines = [f"Urval för {made.visit.besok_id}, {made.visit.name}, draget på nytt"]
    last = made.protocols[-1]
    for p in made.protocols:
        again = made.redrawn[p["nr"]]
        which = "" if p is last else " (förkastat)"
        lines.append(f"Urval {p['nr']:02d}{which}, {p['datum']}: {_again(again)}")
        faults = [
            ("fröet följer inte av det som protokollet säger att det är gjort av", again.seed),
            ("ramens SHA-256 är inte den ram som protokollet räknar upp", again.frame),
            ("andra kunder, eller en annan ordning, än protokollet säger", again.result),
        ]
        lines += [f"  Fel: {text}." for text, right in faults if not right]
    if not made.january:
        lines.append("Fel: januariplanen är inte den som fröet gjordes av, eller saknas.")
    lines += _frame_now(made, last)
    lines.append("Urvalet håller." if made.holds else "Urvalet håller inte.")
    return _folded(lines)


def refuse(made: Checked) -> None:
    """Raise GateError where something does not hold; what it is has been said."""
    if not made.holds:
        raise GateError(
            f"Urvalet för {made.visit.besok_id} går inte att göra om med samma utfall, eller\n"
            "ramen är en annan nu. Se ovan. Protokollet skrivs en gång och ska inte ändras."
        )


def record(made: Checked) -> dict[str, object]:
    """The same for a program."""
    moved = made.moved
    return {
        "besok_id": made.visit.besok_id,
        "haller": made.holds,
        "lika": made.equal,
        "januariplan": made.january,
        "urval": [
            {"nr": n, "fro": r.seed, "ram": r.frame, "utfall": r.result}
            for n, r in made.redrawn.items()
        ],
        "ram_nu": moved is not None and {
            "samma": not moved and not made.destroyed, "samma_nyckel": moved.key,
            "tillkom": len(moved.added), "forsvann": len(moved.removed),
            "annat_lagrum": len(moved.lagrum), "gallrade": made.destroyed,
            "gallrat_enligt": list(made.by),
        },
    }  # fmt: skip


def _again(again: d.Redrawn) -> str:
    return "lika" if again.seed and again.frame and again.result else "INTE LIKA"


def _frame_now(made: Checked, last: Protocol) -> Iterator[str]:
    moved, n = made.moved, last["ram"]["antal"]
    if made.destroyed:
        yield (
            f"Ramen är förstörd enligt beslut {' och '.join(made.by)}: {made.destroyed} av dess "
            f"{n} kunder är gallrade ur listan. Protokollet har kvar deras pseudonymer, och "
            "urvalet är draget på nytt ur dem."
        )
    if moved is None:
        yield "Ramen går inte att jämföra: besöket har inget datum i planen längre."
    elif not moved and made.destroyed:
        yield from [f"Övriga i ramen: {n - made.destroyed}, samma."] * (made.destroyed < n)
    elif not moved:
        yield f"Ramen i tabellerna nu: samma ({_many(n, 'kund', 'kunder')}, samma SHA-256)."
    elif not moved.key:
        yield "Ramen i tabellerna nu: pseudonymerna är gjorda med en annan nyckel."
    else:
        told = [
            f"{_many(len(found), 'kund', 'kunder')} {what}"
            for found, what in (
                (moved.added, "har tillkommit"), (moved.removed, "har försvunnit"),
                (moved.lagrum, "har ett annat lagrum"),
            )
            if found
        ]  # fmt: skip
        yield f"Ramen i tabellerna nu: en annan. {', '.join(told)}."
        if made.visit.besoksdatum and made.visit.besoksdatum.isoformat() != last["besoksdatum"]:
            yield (
                f"Besöksdatumet är flyttat från {last['besoksdatum']} till "
                f"{made.visit.besoksdatum}: de sex månaderna är andra."
            )


def _left_out(p: Protocol) -> Iterator[str]:
    if p["uttag"]["undantagna"]:
        why = p["uttag"]["undantagna_skal"].rstrip(". ") or "utan skäl"
        yield f"  Lämnade utanför redan i uttaget: {p['uttag']['undantagna']}, {why}."


def _result(p: Protocol) -> str:
    n, frame = p["antal"], p["ram"]["antal"]
    if not frame:
        return "Ramen är tom: ingen dokumentation granskas."
    if n == frame:
        return f"Ramen har {_many(n, 'kund', 'kunder')}: alla granskas."
    return f"{n} av {frame} kunder i ramen är dragna."


def _many(n: int, one: str, several: str) -> str:
    return f"{n} {one if n == 1 else several}"


def _folded(lines: list[str]) -> list[str]:
    """Lines of 80; a path is never broken."""
    return [line if "/" in line and len(line.split()[-1]) > 40 else _filled(line) for line in lines]


def _filled(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, 80, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
