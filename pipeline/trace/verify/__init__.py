"""Every number of an edition recomputed from the raw files by another path.

Nothing here imports `pipeline.intake`, `validation`, `facts`, `report` or `publish`. Reading
(openpyxl, csv, json, lxml), finding tables, cleaning, rules, lookups (DuckDB SQL), facts (the
ledger's own SQL) and Swedish texts are written a second time.

Shared on purpose, since it is what both paths are told to do and no computation of theirs:
codebooks as `pipeline.forms.codebook` loads them (with the names `option_column`,
`bortfall_column` and `band_labels`, which define the tables' columns and classes), `kommun.toml`
as `pipeline.workspace` loads it, `*_regler.json`, the records of disposals, and the definitions
in the ledger. An error in loading a codebook would therefore be in both. So would one in what
counts as a personal identifier (`pipeline.privacy.screen`, `pipeline.privacy.columns`); the key
file is read and pseudonyms are made here a second time. Not recomputed: titles, the Swedish
reasons (`orsak`) and addresses of the data-quality records, and that a wording compares *all*
classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pipeline import memory
from pipeline.disposal.record import disposals
from pipeline.forms.codebook import load_codebooks
from pipeline.trace.verify.compared import Part, compared
from pipeline.trace.verify.disposed import Disposed, disposed_in
from pipeline.trace.verify.disposed import told as disposed_by
from pipeline.trace.verify.edition import manifest_differences
from pipeline.trace.verify.opened import (
    PUBLIC,
    REPORT,
    Opened,
    open_edition,
    open_one,
    open_visits,
)
from pipeline.trace.verify.recomputed import Recomputed, basis_of
from pipeline.trace.verify.verdict import Difference, Verdict, refuse
from pipeline.workspace import REPO, Workspace, load_kommun

__all__ = ["Difference", "Verdict", "refuse", "verify", "verify_part", "verify_visits"]
OUTWARD = (PUBLIC, "underlag/namnden/")  # what is made with the public edition's pattern


def verify(
    workspace: Workspace, year: int, edition: Path, processed: Path | None = None,
    public: Path | None = None,
) -> Verdict:  # fmt: skip
    """Recompute the edition in the folder `edition` (`reports/<year>/intern/`, or one that is
    not yet in place) and the public one that was made with it. `processed`: PROCESSED, the
    folder of the years; None leaves it out. `public`: the public edition's folder, by default
    the one beside `edition`.

    Writes nothing. Raises UsageError where there is no edition to verify.
    """
    out = edition.parent / "publik" if public is None else public
    return _verdict(workspace, year, edition, out, processed, open_edition(edition, out))


def verify_part(workspace: Workspace, year: int, folder: Path, processed: Path) -> Verdict:
    """Recompute the documents of one tertial, in the folder `folder`. Which raw files they were
    made from is the edition's manifest's business."""
    editions = [open_one("", folder, folder, apart=True)]
    return _verdict(workspace, year, folder, None, processed, editions)


def verify_visits(workspace: Workspace, year: int, edition: Path, processed: Path) -> Verdict:
    """Recompute the documents of every visit in the folder `edition`/verksamhet."""
    return _verdict(workspace, year, edition, None, processed, open_visits(edition))


def _verdict(
    workspace: Workspace, year: int, edition: Path, public: Path | None, processed: Path | None,
    editions: Sequence[Opened],
) -> Verdict:  # fmt: skip
    load_kommun.cache_clear()
    kommun = load_kommun(workspace.raw)
    every = load_codebooks(kommun, [workspace.raw / "formular"])
    guarded = {
        "": {n for n, b in every.items() if b.protects == "staff"},
        **{key: {n for n, b in every.items() if b.protects != "none"} for key in OUTWARD},
    }
    basis = basis_of(workspace, year, kommun, processed)
    gone = [disposed_in(workspace, year, edition, one.prefix) for one in editions]
    keys = [[basis, *one.digests(edition), repr(g)] for one, g in zip(editions, gone, strict=True)]
    steps = [f"verifieringen av {one.prefix or REPORT}" for one in editions]
    known = [memory.knows(s, [__name__], key) for s, key in zip(steps, keys, strict=True)]
    parts: list[Part] = []
    now: set[str] = set()  # those that are compared in this run
    with (
        _read_ahead([one for one, k in zip(editions, known, strict=True) if not k]),
        Recomputed(workspace, year, kommun, every, processed, basis) as again,
    ):
        for one, g, step, key in zip(editions, gone, steps, keys, strict=True):

            def made(one: Opened = one, g: Disposed = g) -> Part:
                now.add(one.prefix)
                hides = guarded.get(one.prefix, guarded[""])
                return compared(again, one, g, hides, every, kommun, year, edition)

            parts.append(memory.remembered_value(step, [__name__], key, made))
        found, raw = again.differences, again.raw
    facts, texts, elsewhere = (
        [d for p in parts for d in getattr(p, kind)] for kind in ("facts", "texts", "elsewhere")
    )
    files = [
        Difference("fil", where, what, new, old)
        for where, what, old, new in (
            ()
            if public is None
            else manifest_differences(
                edition, workspace.raw, REPO, year, public, disposals(workspace.raw)
            )
        )
    ]
    differences = (*files, *found, *facts, *texts, *elsewhere)
    notes = tuple(
        f"{name} passar inget formulär på verifieringens väg och är inte läst."
        for name in raw.unread
    )
    wrong, without = sum(p.wrong for p in parts), sum(p.without for p in parts)
    total = sum(p.total for p in parts) - without
    fresh = [p for one, p in zip(editions, parts, strict=True) if one.prefix in now]
    return Verdict(
        total - wrong, total, differences, notes if differences else (), without,
        disposed_by(gone[-1].records) if gone else "",
        unchanged=total - sum(p.total - p.without for p in fresh),
        recalled=sum(p.recalled for p in fresh),
    )  # fmt: skip


@contextmanager
def _read_ahead(editions: Sequence[Opened]) -> Iterator[None]:
    """Meanwhile the PDFs of these are read."""
    beside = ThreadPoolExecutor(1)
    try:
        for one in editions:
            one.read_ahead(beside)
        yield
    finally:
        beside.shutdown(cancel_futures=True)
