"""Codebooks as frozen values. The vocabulary is Table Schema's; see docs/architecture.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.kalender import MONTHS
from pipeline.workspace import Kommun

TYPES = ("string", "integer", "number", "boolean", "date", "list")
SEVERITIES = ("critical", "warning", "info")
RULES = (
    "band", "year", "tertial", "month", "days_between", "weeks_between", "difference", "product",
)  # fmt: skip
SHIPPED = Path(__file__).parent
RULES_SUFFIX = "_regler"
SELECTED = (
    "ja", "j", "yes", "y", "1", "x", "true", "sant", "vald", "selected", "checked", "markerad",
)  # fmt: skip
# What must agree for two numbers to be compared, and how a reader is told of it.
ASPECTS = {"population": "vilka som svarar", "fraga": "frågan", "skala": "skalan", "tid": "tiden"}
AGREES = "samma"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
Value = str | int


@dataclass(frozen=True, slots=True)
class Category:
    """One answer. `missing`: leaves every denominator ("vet ej")."""

    value: Value
    label: str
    aliases: tuple[str, ...] = ()
    missing: bool = False
    own_words: bool = False  # stands for whatever is written that is no other category


@dataclass(frozen=True, slots=True)
class DummyColumn:
    """One option of a several-choice question that has a column of its own."""

    header: str
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question or column. `categories` is empty where any value is allowed."""

    name: str
    title: str
    type: str
    description: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    minimum: str | float | None = None
    maximum: str | float | None = None
    pattern: str | None = None
    categories: tuple[Category, ...] = ()
    ordered: bool = False
    missing_values: tuple[str, ...] = ()
    sensitive: bool = False
    freetext: bool = False
    identifies: bool = False  # stored as a keyed hash
    follow_up: bool = False  # asked of some only: that it is empty is itself an answer
    severity: str = "warning"
    group: str = ""
    unit: str = ""
    catalogue: str = ""  # the municipality's list that the categories are, empty or not
    delimiter: str = ";"
    columns: tuple[DummyColumn, ...] = ()
    selected: tuple[str, ...] = SELECTED

    @property
    def substantive(self) -> tuple[Category, ...]:
        """The categories that count in a denominator."""
        return tuple(c for c in self.categories if not c.missing)

    @property
    def has_missing_categories(self) -> bool:
        return any(c.missing for c in self.categories)

    @property
    def unanswered_if_empty(self) -> bool:
        """Whether an empty cell means that the question was not answered, and nothing else. A text
        or a date that is not required may also have nothing to say."""
        closed = bool(self.categories) or self.type in ("boolean", "integer", "number", "list")
        return not self.follow_up and (closed or self.required)

    def option_column(self, value: Value) -> str:
        """The boolean column of one option of a list field."""
        return f"{self.name}__{slug(str(value))}"

    @property
    def own_words(self) -> Category | None:
        """The category that an answer in somebody's own words counts as."""
        return next((c for c in self.categories if c.own_words), None)

    @property
    def own_words_column(self) -> str:
        """Where the words themselves stand: free text, shown nowhere else."""
        return f"{self.name}__egna_ord"

    @property
    def bortfall_column(self) -> str:
        """Where the value of a `missing` category stands."""
        return f"{self.name}__bortfall"


@dataclass(frozen=True, slots=True)
class Derived:
    """A column computed from others by a named rule. `unit`: what the numbers of a band count."""

    name: str
    title: str
    rule: str
    source: str
    to: str = ""
    breaks: tuple[int, ...] = ()
    unit: str = "år"

    @property
    def categories(self) -> tuple[Category, ...]:
        """Labels of the classes, in order; empty for rules without classes."""
        if self.rule == "tertial":
            return tuple(Category(f"T{i}", f"Tertial {i}") for i in (1, 2, 3))
        if self.rule == "month":
            return tuple(Category(i, name) for i, name in enumerate(MONTHS, start=1))
        if self.rule == "band":
            return tuple(Category(b, f"{b} {self.unit}".strip()) for b in band_labels(self.breaks))
        return ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Rows that refer to another table, and the columns brought in from it."""

    fields: tuple[str, ...]
    resource: str
    reference_fields: tuple[str, ...]
    lookup: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Answers beside a measure that others publish: those that fulfil `where` (SQL) beside `kpi`.
    `differs`: each of ASPECTS in which the two do not agree, with how, in words; empty where they
    can be compared."""

    kpi: str
    title: str
    where: str
    differs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Codebook:
    """One form: recognition, cleaning, suites, Excel form and codebook page all read this."""

    name: str
    title: str
    kind: str
    protects: str
    fields: tuple[Field, ...]
    description: str = ""
    primary_key: tuple[str, ...] = ()
    keep: str = ""
    missing_values: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    background: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    shipped: bool = True

    def field(self, name: str) -> Field:
        for f in self.fields:
            if f.name == name:
                return f
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any(f.name == name for f in self.fields)


def slug(text: str) -> str:
    """An ASCII name of a value: `Särskilt stöd` → `sarskilt_stod`."""
    table = str.maketrans("åäöéüÅÄÖÉÜ", "aaoeuaaoeu")
    return re.sub(r"[^a-z0-9]+", "_", text.translate(table).lower()).strip("_") or "x"


def band_labels(breaks: Sequence[int]) -> list[str]:
    """`(0, 13, 18)` → `0–12, 13–17, 18+`."""
    return [f"{a}–{b - 1}" for a, b in pairwise(breaks)] + [f"{breaks[-1]}+"]


def load_codebooks(kommun: Kommun, folders: Iterable[Path] = ()) -> dict[str, Codebook]:
    """Shipped codebooks, and those of `folders` (RAW/formular), which win over a shipped name.

    Raises ConfigError naming file, field and what to do.
    """
    found: dict[str, Codebook] = {}
    for folder in (SHIPPED, *folders):
        if not folder.is_dir():
            continue
        for path in sorted(folder.glob("*.json")):
            if path.stem.endswith(RULES_SUFFIX):
                continue  # cross-field rules in a suite of their own
            book = read_codebook(path, kommun)
            found[book.name] = book
    return found


def read_codebook(path: Path, kommun: Kommun) -> Codebook:
    """One codebook from its file."""
    where = f"Kodboken {path.name}"
    try:
        doc = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where} går inte att läsa som JSON: {error}.") from error
    if not isinstance(doc, dict) or not isinstance(doc.get("fields"), list):
        raise ConfigError(f"{where} saknar ”fields” (en lista av fält).")
    return codebook_of(doc, where, kommun, shipped=path.parent == SHIPPED)


def codebook_of(
    doc: Mapping[str, Any], where: str, kommun: Kommun, shipped: bool = False
) -> Codebook:
    """A codebook from its JSON. Raises ConfigError, which names it by `where`."""
    book = _codebook(doc, where, kommun, shipped)
    _check(book, where)
    return book


def _codebook(doc: Mapping[str, Any], where: str, kommun: Kommun, shipped: bool) -> Codebook:
    name = str(doc.get("name", ""))
    return Codebook(
        name=name,
        title=str(doc.get("title", name)),
        kind=str(doc.get("kind", "survey")),
        protects=str(doc.get("protects", "person")),
        description=str(doc.get("description", "")),
        primary_key=_names(doc.get("primaryKey", ())),
        keep=str(doc.get("keep", "")),
        missing_values=tuple(map(str, doc.get("missingValues", ("",)))),
        fields=tuple(_field(f, where, kommun) for f in doc["fields"]),
        derived=tuple(
            Derived(
                name=d["name"],
                title=d.get("title", d["name"]),
                rule=d.get("rule", ""),
                source=d.get("from", ""),
                to=d.get("to", ""),
                breaks=tuple(d.get("breaks", ())),
                unit=str(d.get("unit", "år")),
            )
            for d in doc.get("derived", ())
        ),
        foreign_keys=tuple(
            ForeignKey(
                fields=_names(k["fields"]),
                resource=k["reference"]["resource"],
                reference_fields=_names(k["reference"]["fields"]),
                lookup=tuple(k.get("lookup", ())),
            )
            for k in doc.get("foreignKeys", ())
        ),
        background=tuple(doc.get("background", ())),
        groups={g["name"]: g["title"] for g in doc.get("groups", ())},
        comparisons=tuple(_comparison(c, where) for c in doc.get("comparisons", ())),
        shipped=shipped,
    )


def _comparison(doc: Mapping[str, Any], where: str) -> Comparison:
    said = {aspect: str(doc.get(aspect, "")).strip() for aspect in ASPECTS}
    kpi = str(doc.get("kpi", ""))
    empty = [a for a, text in said.items() if not text]
    if not kpi or not doc.get("where") or empty:
        raise ConfigError(
            f"{where}: en jämförelse (comparisons) anger kpi, where och om population, fraga, "
            f"skala och tid är ”{AGREES}” eller hur de skiljer sig"
            f"{' (' + ', '.join(empty) + ' saknas)' if empty else ''}."
        )
    if any(c.isdigit() for text in said.values() for c in text):
        raise ConfigError(
            f"{where}: i jämförelsen med {kpi} står en siffra. Gör så här: beskriv skillnaden utan "
            "tal, för varje tal i rapporten ska gå att spåra."
        )
    differs = {aspect: text for aspect, text in said.items() if text.casefold() != AGREES}
    return Comparison(kpi, str(doc.get("title", kpi)), str(doc["where"]), differs)


def _field(doc: Mapping[str, Any], where: str, kommun: Kommun) -> Field:
    name = str(doc.get("name", ""))
    limits = doc.get("constraints", {})
    required = bool(limits.get("required", False))
    categories = doc.get("categories", limits.get("enum", ()))
    catalogue = categories if isinstance(categories, str) else ""
    if isinstance(categories, str):
        if not categories.startswith("kommun:"):
            raise ConfigError(f"{where}, fältet {name}: okänd lista ”{categories}”.")
        chosen = kommun.catalogue(categories.removeprefix("kommun:"))
        made = tuple(Category(o.value, o.label, o.aliases) for o in chosen)
    else:
        made = tuple(_category(c) for c in categories)
    return Field(
        name=name,
        title=str(doc.get("title", name)),
        type=str(doc.get("type", "string")),
        description=str(doc.get("description", "")),
        aliases=tuple(doc.get("aliases", ())),
        required=required,
        unique=bool(limits.get("unique", False)),
        minimum=limits.get("minimum"),
        maximum=limits.get("maximum"),
        pattern=limits.get("pattern"),
        categories=made,
        ordered=bool(doc.get("categoriesOrdered", False)),
        missing_values=tuple(map(str, doc.get("missingValues", ()))),
        sensitive=bool(doc.get("sensitive", False)),
        freetext=bool(doc.get("freetext", False)),
        identifies=bool(doc.get("identifies", False)),
        follow_up=bool(doc.get("followUp", False)),
        severity=str(doc.get("severity", "critical" if required else "warning")),
        group=str(doc.get("group", "")),
        unit=str(doc.get("unit", "")),
        catalogue=catalogue,
        delimiter=str(doc.get("delimiter", ";")),
        columns=tuple(DummyColumn(c["header"], c["value"]) for c in doc.get("columns", ())),
        selected=tuple(str(s).casefold() for s in doc.get("selected", SELECTED)),
    )


def _category(entry: Any) -> Category:
    if isinstance(entry, Mapping):
        value = entry["value"]
        return Category(
            value=value,
            label=str(entry.get("label", value)),
            aliases=tuple(map(str, entry.get("aliases", ()))),
            missing=bool(entry.get("missing", False)),
            own_words=bool(entry.get("ownWords", False)),
        )
    return Category(entry, str(entry))


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _check(book: Codebook, where: str) -> None:
    """Raise ConfigError for what would surprise later: duplicate names, unknown references."""
    names = [f.name for f in book.fields] + [d.name for d in book.derived]
    problems = []
    if not _NAME.fullmatch(book.name):
        problems.append(f"namnet ”{book.name}” ska vara små bokstäver a–z, siffror och _")
    problems += [f"fältnamnet ”{n}” är inte a–z, 0–9, _" for n in names if not _NAME.fullmatch(n)]
    problems += [f"fältet {n} står två gånger" for n in sorted(set(names)) if names.count(n) > 1]
    for f in book.fields:
        if f.type not in TYPES:
            problems.append(f"fältet {f.name} har okänd typ ”{f.type}” (finns: {', '.join(TYPES)})")
        if f.severity not in SEVERITIES:
            problems.append(f"fältet {f.name} har okänd allvarlighetsgrad ”{f.severity}”")
        if f.type == "list" and not (f.categories or f.columns or f.catalogue):
            problems.append(f"flervalsfältet {f.name} saknar categories")
        limits = (f.pattern, f.minimum, f.maximum)
        if f.identifies and (f.type != "string" or f.categories or f.catalogue or any(limits)):
            problems.append(
                f"fältet {f.name} pekar ut någon (identifies) och lagras som pseudonym: det ska "
                "ha typen ”string”, utan categories och gränser"
            )
        values = [c.value for c in f.categories]
        if len(set(values)) != len(values):
            problems.append(f"fältet {f.name} har samma värde två gånger i categories")
        if f.type == "list" and len({slug(str(v)) for v in values}) != len(values):
            problems.append(f"fältet {f.name} har två alternativ med samma kolumnnamn")
        own = [c for c in f.categories if c.own_words]
        if own and (len(own) > 1 or own[0].missing or f.type not in ("string", "list")):
            problems.append(
                f"fältet {f.name}: bara ett alternativ kan stå för egna ord (ownWords), i en fråga "
                "av typen ”string” eller ”list”, och det är inget bortfall"
            )
        if f.group and f.group not in book.groups:
            problems.append(f"fältet {f.name} hör till gruppen ”{f.group}”, som inte finns")
    for d in book.derived:
        if d.rule not in RULES:
            problems.append(f"kolumnen {d.name} har okänd regel ”{d.rule}”")
    looked_up = {c for k in book.foreign_keys for c in k.lookup}
    for n in (*book.primary_key, *filter(None, [book.keep]), *book.background):
        if n not in names and n not in looked_up:
            problems.append(f"”{n}” nämns men är inget fält")
    if problems:
        raise ConfigError(f"{where}: " + "; ".join(problems) + ".")
