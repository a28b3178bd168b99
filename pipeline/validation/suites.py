"""Great Expectations suites: the field-level part generated from codebooks, the rules read.

`expectations/<form>.json` is generated and committed; `expectations/<form>_regler.json` is
written by hand. Both are Great Expectations' own suite format. Each expectation carries its
severity, and in `meta`: `falt`, `kontroll` (stable id), `krav`, `orsak`, `gor_sa` (Swedish,
without values), for rules also `tommer` (fields to blank) and `att_gora` (false: nothing for a
person to mend).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.forms.codebook import Codebook, Field, load_codebooks
from pipeline.validation import wording
from pipeline.validation.engine import great_expectations, silence
from pipeline.validation.wording import Words
from pipeline.workspace import CATALOGUES, REPO, Kommun, Option

EXPECTATIONS = REPO / "expectations"
GENERATED = "genererad_ur"
Json = dict[str, Any]

# A municipality whose lists hold only their own name: what is generated from its codebooks does
# not depend on any municipality's units. The real lists are handed over when a suite is run.
NO_ONE = Kommun(
    enheter=(Option("kommun:enheter", "kommun:enheter"),),
    insatser=(Option("kommun:insatser", "kommun:insatser"),),
    foljs_upp=(Option("kommun:verksamheter", "kommun:verksamheter"),),
)


def shipped_codebooks(*folders: Path) -> dict[str, Codebook]:
    """Codebooks to generate suites from: the municipality's lists stay open."""
    return load_codebooks(NO_ONE, folders)


def catalogue_of(field: Field) -> str:
    """The municipality's own list that the answers are, or ""."""
    name = field.catalogue.removeprefix("kommun:")
    return name if name in CATALOGUES and _is_nobodys(field) else ""


def _is_nobodys(field: Field) -> bool:
    """Whether the list is that of NO_ONE."""
    values = [str(c.value) for c in field.categories]
    return bool(values) and all(v.startswith("kommun:") for v in values)


def generate_suites(codebooks: Mapping[str, Codebook], folder: Path = EXPECTATIONS) -> list[str]:
    """Write `<form>.json` for every shipped codebook; remove what no codebook stands behind.

    Whatever municipality the codebooks were loaded for, its lists leave no trace in the files.
    Returns the names of files that changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [b.name for b in codebooks.values() if b.shipped]
    books = shipped_codebooks()
    wanted = {f"{n}.json": suite_text(field_suite(books[n])) for n in names}
    changed = []
    for name, text in sorted(wanted.items()):
        path = folder / name
        if not path.is_file() or path.read_bytes() != text.encode():
            path.write_bytes(text.encode())
            changed.append(name)
    for path in sorted(folder.glob("*.json")):
        if path.name not in wanted and GENERATED in read_suite(path).get("meta", {}):
            path.unlink()
            changed.append(path.name)
    return changed


def field_suite(book: Codebook) -> Json:
    """The field-level suite of a codebook, as Great Expectations itself writes it."""
    found = [e for f in book.fields for e in _field_checks(book, f)]
    meta = {GENERATED: f"kodboken {book.name}"}
    return normalise({"name": book.name, "expectations": found, "meta": meta})


def normalise(doc: Mapping[str, Any]) -> Json:
    """A suite through real expectation classes and back, in the order of its checks.

    Never through `context.suites.add`, which would give every expectation a random id.
    """
    gx = great_expectations()
    ordered = sorted(doc["expectations"], key=lambda e: str(e["meta"]["kontroll"]))
    with silence():
        suite = gx.ExpectationSuite(**{**json.loads(json.dumps(doc)), "expectations": ordered})
        made: Json = suite.to_json_dict()
    return made


def suite_text(doc: Mapping[str, Any]) -> str:
    """The bytes of a suite file."""
    return json.dumps(doc, ensure_ascii=False, indent=2) + "\n"


def read_suite(path: Path) -> Json:
    """A suite file as JSON. Raises ConfigError naming file and line."""
    try:
        doc = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"Regelfilen {path.name} går inte att läsa som JSON: {error}.") from error
    if not isinstance(doc, dict) or not isinstance(doc.get("expectations"), list):
        raise ConfigError(f"Regelfilen {path.name} saknar listan ”expectations”.")
    return doc


def _field_checks(book: Codebook, f: Field) -> Iterator[Json]:
    catalogue = catalogue_of(f)

    def check(name: str, kind: str, words: Words, kwargs: Json, severity: str = "") -> Json:
        meta = {
            "falt": f.name,
            "kontroll": f"{book.name}.{f.name}.{name}",
            "krav": words.krav,
            "orsak": words.orsak,
            "gor_sa": words.gor_sa,
        }
        return {
            "type": f"expect_column_values_to_{kind}",
            "kwargs": {"column": f.name, **kwargs},
            "meta": meta,
            "severity": severity or f.severity,
        }

    unreadable = wording.unreadable(f, catalogue)
    yield check("olaslig", "be_null", unreadable, {"column": f"_fel_{f.name}"})
    if f.required and not (f.type == "list" and catalogue):
        # There is nothing to blank in a blank cell.
        grade = "critical" if f.severity == "critical" else "info"
        yield check("saknas", "not_be_null", wording.missing(f), _answered(f), grade)
    if f.own_words:
        words = wording.own_words(f.own_words)
        told = check("egna_ord", "be_null", words, {"column": f.own_words_column}, "info")
        yield {**told, "meta": {**told["meta"], "att_gora": False}}
    if f.type == "list":
        return
    if f.minimum is not None or f.maximum is not None:
        bounds = {"min_value": f.minimum, "max_value": f.maximum}
        given = {k: v for k, v in bounds.items() if v is not None}
        yield check("skala", "be_between", wording.limits(book, f), given)
    if catalogue:
        allowed: Any = {"$PARAMETER": catalogue}
        yield check("alternativ", "be_in_set", wording.stored(unreadable), {"value_set": allowed})
    elif allowed := _allowed(f):
        words = wording.stored(wording.alternatives(f))
        yield check("alternativ", "be_in_set", words, {"value_set": allowed})
    if f.pattern is not None and f.type == "string":
        yield check("format", "match_regex", wording.pattern(f), {"regex": anchored(f.pattern)})
    if f.unique:
        yield check("unik", "be_unique", wording.unique(f), {})


def _answered(f: Field) -> Json:
    """Where a required field must not be NULL: "vet ej" counts as an answer, and a cell that
    could not be read has been spoken of already."""
    found: Json = {}
    if f.type == "list":
        options = [c.value for c in f.substantive] or [c.value for c in f.columns]
        found["column"] = f.option_column(options[0])
    conditions = [_is_null(f"_fel_{f.name}")]
    if f.has_missing_categories:
        conditions.append(_is_null(f.bortfall_column))
    both = {"type": "and", "conditions": conditions}
    return {**found, "row_condition": both if len(conditions) > 1 else conditions[0]}


def _is_null(column: str) -> Json:
    return {"column": {"name": column}, "is_null": True, "type": "nullity"}


def _allowed(f: Field) -> list[Any]:
    """The answers that a column of this type can hold; nothing where any value is allowed."""
    kinds: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float)}
    kind = kinds.get(f.type, (str,) if f.type == "string" else ())
    values = [c.value for c in f.substantive]
    return values if all(isinstance(v, kind) for v in values) else []


def anchored(pattern: str) -> str:
    """Table Schema's `pattern` means the whole text; Great Expectations looks from the start."""
    return f"^(?:{pattern})$"
