"""One stage of a year, alone in this process: `python -m bench.stages STAGE FOLDER`.

The stages are those of `pipeline.run.annual`, in its order and with its functions; what one
hands to the next goes over files. FOLDER holds raw/, processed/ and reports/.
"""

from __future__ import annotations

import json
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.place import at
from bench.scaled import YEAR
from pipeline.intake.year import clean_year
from pipeline.run import annual, audit, tertial, underlag
from pipeline.run.attack import attack_edition, refuse_leaks
from pipeline.run.execute import kernels_of, run_notebooks
from pipeline.run.locks import lock, write_changes
from pipeline.run.plan import chapters
from pipeline.run.public import publish, settle, settle_staff, tell
from pipeline.run.remembered import data_digest
from pipeline.run.visits import fix_plan
from pipeline.workspace import Workspace

HANDED = "handed.pickle"


def earlier(w: Workspace) -> None:
    """Tables of the years before: not measured."""
    annual.tables(w, YEAR - 1, print)


def intake(w: Workspace) -> None:
    out = w.processed / str(YEAR)
    out.mkdir(parents=True, exist_ok=True)
    clean_year(w, YEAR, out)


def validation(w: Workspace) -> None:
    from pipeline.validation.marked import write_marked
    from pipeline.validation.records import read_summary
    from pipeline.validation.year import validate_year

    out = w.processed / str(YEAR)
    validate_year(w, YEAR, out)
    write_marked(w.raw / str(YEAR), out, YEAR, read_summary(out).findings)


def planning(w: Workspace) -> None:
    lock(w, YEAR, print)
    fix_plan(w, YEAR, None, print)
    write_changes(w, YEAR, print, None)
    jobs, outward = (chapters(w, YEAR, edition) for edition in ("intern", "publik"))
    resting = data_digest(w)
    staff = settle_staff(w, YEAR, jobs, resting)
    decision = settle(w, YEAR, "publik", outward, resting)
    for edition, planned in (("intern", jobs), ("publik", outward)):
        tell(w, YEAR, edition, planned)
    _hand(w, (None if staff is None else staff.pattern, decision))


def kernels(w: Workspace) -> None:
    """Chapters of both editions, tertials, visits, papers: every notebook, on forked kernels."""
    made, again = _made(w) / "notebooks", _made(w) / "publik" / "notebooks"
    made.mkdir(parents=True)
    again.mkdir(parents=True)
    tertials = tertial.built(w, YEAR, None)
    with kernels_of(w) as found:
        run_notebooks(
            w,
            [(job, made) for job in chapters(w, YEAR, "intern")]
            + [(job, again) for job in chapters(w, YEAR, "publik")]
            + [(tertial.job(w, YEAR, t), tertial.scratch(_made(w), t)) for t in tertials]
            + audit.jobs(w, YEAR, _made(w), None)
            + underlag.jobs(w, YEAR, _made(w), None),
            found,
        )


def publication(w: Workspace) -> None:
    """Both editions, and all that hangs on them."""
    from pipeline.publish import stratsys

    hides, decision = _handed(w)
    made, leaves = _made(w), _leaves(w)
    leaves.mkdir(parents=True, exist_ok=True)
    jobs, outward = (chapters(w, YEAR, edition) for edition in ("intern", "publik"))
    meta, seal = annual._publish(w, YEAR, None, jobs, made, hides, data_digest(w), print)
    again = {job.name: made / "publik" / "notebooks" / f"{job.name}.ipynb" for job in outward}
    publish(w, again, meta, decision, leaves, made / "publik")
    for each in tertial.built(w, YEAR, None):
        tertial.write(w, meta, each, tertial.scratch(made, each), print)
    tertial.index(w, meta, made)
    audit.write_all(w, meta, made, print)
    seen = {"intern": hides, "publik": decision.pattern}
    underlag.write_all(w, meta, made, seen, print)
    stratsys.write_stratsys(w, YEAR, leaves, made, meta.per_datum)
    seal(leaves, None)


def attack(w: Workspace) -> None:
    refuse_leaks(w, YEAR, attack_edition(w, YEAR, _leaves(w)))


def verification(w: Workspace) -> None:
    from pipeline.trace.verify import refuse, verify

    verdict = verify(w, YEAR, _made(w), w.processed, _leaves(w))
    for line in verdict.lines():
        print(line)
    refuse(verdict)


STAGES: dict[str, Callable[[Workspace], None]] = {
    "intake": intake,
    "validation": validation,
    "planning": planning,
    "kernels": kernels,
    "publication": publication,
    "attack": attack,
    "verification": verification,
}


def _made(w: Workspace) -> Path:
    return w.reports / str(YEAR) / "intern"


def _leaves(w: Workspace) -> Path:
    return w.reports / str(YEAR) / "publik"


def _hand(w: Workspace, what: Any) -> None:
    (w.processed / HANDED).write_bytes(pickle.dumps(what))


def _handed(w: Workspace) -> Any:
    return pickle.loads((w.processed / HANDED).read_bytes())


if __name__ == "__main__":
    name, place = sys.argv[1:3]
    if name == "make":
        from bench import scaled

        told = scaled.make(at(Path(place)), int(sys.argv[3]))
        (Path(place) / "rows.json").write_text(json.dumps(told), encoding="utf-8")
    elif name == "fresh":
        shutil.rmtree(at(Path(place)).reports, ignore_errors=True)
    else:
        {**STAGES, "earlier": earlier}[name](at(Path(place)))
