"""What may stand in the report with digits in it and be no number: names and labels that the
municipality, its codebooks and its files gave."""

from __future__ import annotations

import json

import pyarrow.parquet as pq

from pipeline.analys import analyses
from pipeline.facts.action_plan import SNAPSHOT
from pipeline.facts.dataset import codebooks
from pipeline.facts.pattern import Pattern
from pipeline.forms.codebook import Codebook, Derived, Field
from pipeline.publish.untraced import Allowed
from pipeline.report import locks
from pipeline.report.analysis import protocol
from pipeline.workspace import Workspace, load_kommun


def vocabulary(workspace: Workspace, pattern: Pattern | None = None) -> Allowed:
    """The allowed names of this workspace, for the check that no number is untraced. `pattern`
    names the classes that its edition shows as one."""
    kommun, books = load_kommun(workspace.raw), codebooks(workspace.raw)
    names = {kommun.namn, kommun.sektor, *kommun.kommuner.values()}
    names |= {option.label for option in (*kommun.verksamheter, *kommun.insatser)}
    names |= {book.title for book in books.values()}
    years = set()
    for path in workspace.processed.glob("[12]*/kallor.json"):
        years.add(int(path.parent.name))
        for source, entry in json.loads(path.read_text(encoding="utf-8")).items():
            names |= {source, entry["file"]}
        attesting = path.with_name("avstamning.parquet")
        if attesting.is_file():  # the roles that attest, as they are written
            names |= set(pq.read_table(attesting)["intygat_av"].drop_null().to_pylist())
        planned = path.with_name(SNAPSHOT)
        if planned.is_file():  # and those that are responsible for measures
            names |= set(pq.read_table(planned)["ansvarig"].drop_null().to_pylist())
        locked = path.with_name(locks.FILE)
        if locked.is_file():
            names |= locks.names(json.loads(locked.read_text(encoding="utf-8")))
        told = analyses(workspace, int(path.parent.name))
        names |= {protocol(each) for each in told if each.protokoll}
    bands = {
        str(c.value)
        for book in books.values()
        for d in book.derived
        if d.rule == "band"
        for c in d.categories
    }
    merged = {} if pattern is None else _merged(pattern)
    # A class of several numbers, "5–9", is told in titles and alternative texts as bands are.
    bands |= {x for labels in merged.values() for x in labels if not any(map(str.isalpha, x))}
    return Allowed(
        years=frozenset(years),
        names=frozenset(names),
        titles={name: _titles(book) for name, book in books.items()},
        labels={n: _labels(book) | merged.get(n, frozenset()) for n, book in books.items()},
        bands=frozenset(bands),
    )


def _merged(pattern: Pattern) -> dict[str, frozenset[str]]:
    """Table → the labels of its merged classes."""
    found: dict[str, set[str]] = {}
    for key, dimensions in pattern.merged.items():
        labels = (m.label for classes in dimensions.values() for m in classes)
        found.setdefault(json.loads(key)[0], set()).update(labels)
    return {name: frozenset(labels) for name, labels in found.items()}


def _titles(book: Codebook) -> frozenset[str]:
    asked: tuple[Field | Derived, ...] = (*book.fields, *book.derived)
    return frozenset({book.title, *book.groups.values(), *(f.title for f in asked)})


def _labels(book: Codebook) -> frozenset[str]:
    classed: tuple[Field | Derived, ...] = (*book.fields, *book.derived)
    return frozenset(c.label for f in classed for c in f.categories)
