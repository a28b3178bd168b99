"""The log of an edition: which raw files were received, replaced or removed, and which decisions
changed, round by round.

A round is what differs from the edition that was replaced. The log is carried forward from it, and
nothing is added where nothing differs: the same input after the same edition gives the same log,
and building again changes no byte. A first edition has one round, with every file new.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.crate.record import read as read_crate
from pipeline.trace.diff.parameters import KEPT, Receipt, changes, receipts
from pipeline.trace.diff.sides import Record

FILE = "handelser.json"
ALTERED = "Händelseloggen i den förra utgåvan var ändrad efter att utgåvan byggdes."


@dataclass(frozen=True, slots=True)
class Round:
    """What one edition received and decided otherwise than the one before. `decisions`: a line of
    Swedish each. `note`: what is wrong with the log itself."""

    per_datum: str
    receipts: tuple[Receipt, ...] = ()
    decisions: tuple[str, ...] = ()
    note: str = ""

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.per_datum)

    @property
    def empty(self) -> bool:
        return not (self.receipts or self.decisions or self.note)


@dataclass(frozen=True, slots=True)
class Previous:
    """The edition that is replaced, or a released one. `texts`: where its decisions are kept."""

    manifest: Record
    texts: tuple[Path, ...] = ()
    log: tuple[Round, ...] = ()
    note: str = ""


def previous(folder: Path) -> Previous | None:
    """The edition in a folder; None where there is none, or one from before logs were kept."""
    try:
        manifest = read_crate(folder)
        digest = {e["name"]: e["sha256"] for e in manifest["outputs"]}[FILE]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        log = (folder / FILE).read_bytes()
        rounds = tuple(map(_round, json.loads(log)["omgångar"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Previous(manifest, (folder / KEPT,), note=ALTERED)
    note = "" if hashlib.sha256(log).hexdigest() == digest else ALTERED
    return Previous(manifest, (folder / KEPT,), rounds, note)


def released(folder: Path) -> Previous:
    """A release as it was frozen: its manifest, and its decisions where they were kept. Raises
    OSError or ValueError for one that cannot be read."""
    manifest = read_crate(folder)
    return Previous(manifest, (folder / KEPT,))


def since(
    before: Previous | None,
    manifest: Record,
    rows: Mapping[str, int] | None = None,
    texts: Sequence[Path] = (),
) -> Round:
    """What differs between an edition, or a release, and the manifest of a new edition. `rows`:
    file (named from RAW) → its number of rows; `texts`: where the new decisions are kept."""
    day = str(manifest["per_datum"])
    if before is None:
        return Round(day, tuple(receipts(None, manifest, rows)))
    told = changes(before.manifest, manifest, before.texts, texts)
    return Round(
        day, tuple(receipts(before.manifest, manifest, rows)), tuple(s.text() for s in told),
        before.note,
    )  # fmt: skip


def carried(before: Previous | None, latest: Round) -> tuple[Round, ...]:
    """The log with its latest round, if anything happened in it."""
    log = before.log if before else ()
    return log if latest.empty else (*log, latest)


def written(log: Sequence[Round]) -> str:
    """The log's file."""
    return json.dumps({"omgångar": [_json(r) for r in log]}, ensure_ascii=False, indent=1) + "\n"


def _json(of: Round) -> dict[str, object]:
    named = {"file": "fil", "state": "handelse", "old": "ersatte", "new": "sha256", "rows": "rader"}
    files = [{named[k]: v for k, v in asdict(r).items()} for r in of.receipts]
    return {"per_datum": of.per_datum, "filer": files, "beslut": list(of.decisions),
            "anmarkning": of.note}  # fmt: skip


def _round(told: Record) -> Round:
    files = (
        Receipt(f["fil"], f["handelse"], f["ersatte"], f["sha256"], f["rader"])
        for f in told["filer"]
    )
    return Round(told["per_datum"], tuple(files), tuple(told["beslut"]), told["anmarkning"])
