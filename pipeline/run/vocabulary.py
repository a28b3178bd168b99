"""What may stand in the report with digits in it and be no number: names and labels that the
municipality, its codebooks and its files gave."""

from __future__ import annotations

import json

import pyarrow.parquet as pq

from pipeline.facts.dataset import codebooks
from pipeline.forms.codebook import Codebook, Derived, Field
from pipeline.publish.untraced import Allowed
from pipeline.workspace import Workspace, load_kommun


def vocabulary(workspace: Workspace) -> Allowed:
    """The allowed names of this workspace, for the check that no number is untraced."""
    kommun, books = load_kommun(workspace.raw), codebooks(workspace.raw)
    names = {kommun.namn, kommun.sektor, *kommun.kommuner.values()}
    names |= {option.label for option in (*kommun.enheter, *kommun.insatser)}
    names |= {book.title for book in books.values()}
    years = set()
    for path in workspace.processed.glob("[12]*/kallor.json"):
        years.add(int(path.parent.name))
        for source, entry in json.loads(path.read_text(encoding="utf-8")).items():
            names |= {source, entry["file"]}
        attesting = path.with_name("avstamning.parquet")
        if attesting.is_file():  # the roles that attest, as they are written
            names |= set(pq.read_table(attesting)["intygat_av"].drop_null().to_pylist())
    bands = {
        str(c.value)
        for book in books.values()
        for d in book.derived
        if d.rule == "band"
        for c in d.categories
    }
    return Allowed(
        years=frozenset(years),
        names=frozenset(names),
        titles={name: _titles(book) for name, book in books.items()},
        labels={name: _labels(book) for name, book in books.items()},
        bands=frozenset(bands),
    )


def _titles(book: Codebook) -> frozenset[str]:
    asked: tuple[Field | Derived, ...] = (*book.fields, *book.derived)
    return frozenset({book.title, *book.groups.values(), *(f.title for f in asked)})


def _labels(book: Codebook) -> frozenset[str]:
    classed: tuple[Field | Derived, ...] = (*book.fields, *book.derived)
    return frozenset(c.label for f in classed for c in f.categories)
