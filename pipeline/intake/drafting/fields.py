"""From the columns of one question to its fields in the codebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.intake.drafting.answers import HIGHEST, numbers, options, parts, texts
from pipeline.intake.drafting.asks import Ask
from pipeline.intake.drafting.categories import (
    Listed,
    Values,
    bare,
    from_labels,
    from_texts,
)
from pipeline.intake.drafting.material import (
    GRID,
    ID,
    NUMBER,
    PERSONAL,
    SEVERAL,
    SHARED,
    SKIP,
    Asked,
    Material,
    together,
)
from pipeline.intake.drafting.naming import Names, about_gender, sensitive
from pipeline.intake.drafting.scales import is_missing, plain, scale_of
from pipeline.intake.drafting.shapes import Doc, Shape, closed, shape
from pipeline.intake.drafting.ticked import (
    CHOSEN,
    DENIED,
    NOT_CHOSEN,
    asks_for_several,
    one_question,
    tickable,
)
from pipeline.privacy.screen import mask

LOOKED_AT = 500  # different answers
PERSONS = 0.2  # of the cells hold an identifier, where the column is about who answered


@dataclass(slots=True)
class Draft:
    """What has been written so far. `columns`: field → the columns it is about, in order."""

    material: Material
    fields: list[Doc] = field(default_factory=list)
    groups: list[Doc] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    columns: dict[str, list[Asked]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    background: list[str] = field(default_factory=list)

    def ask(self, where: str, text: str, todo: str = "", topic: str = "") -> None:
        self.asks.append(Ask(where, text, todo, topic))

    def add(self, column: Asked, doc: Doc, columns: Sequence[Asked] = ()) -> Doc:
        """Write a field: its name, title and headers before what is given."""
        several = bool(columns)
        named = (column.base if column.code else column.question) if several else column.code
        made: Doc = {
            "name": self.names.of(named or column.whole),
            "title": _question(column) if several else column.title,
        }
        headers = [] if several else [h for h in (column.code, *column.headers) if h]
        aliases = [h for h in dict.fromkeys(headers) if h not in (made["name"], made["title"])]
        if aliases:
            made["aliases"] = aliases
        made |= doc
        self.fields.append(made)
        self.columns[made["name"]] = list(columns or [column])
        return made


def _question(column: Asked) -> str:
    """The title of ticked columns: never a header of one of them, which would take the field."""
    bare = not column.question or column.question in column.headers
    return f"Frågan {column.base}" if bare else column.question


def drafted(material: Material) -> Draft:
    """Every question of the material as fields, with what is unsure."""
    draft = Draft(material)
    skipped: dict[str, list[str]] = {"personal": [], "meta": [], "empty": [], "shared": []}
    kept = []
    for column in material.columns:
        why = _left_out(column, material)
        if why:
            named = f"{column.headers[0]} ({column.where})" if why == "shared" else ""
            told = column.headers[0] if why == "empty" else f"”{column.whole}”"
            skipped[why].append(named or told)
        else:
            kept.append(column)
    for group in together(tuple(kept)):
        _write(draft, group)
    _complete(draft)
    _tell_skipped(draft, skipped)
    _tell_titles(draft)
    _tell_sensitive(draft)
    return draft


def _left_out(column: Asked, material: Material) -> str:
    """Why a column is no question: it says who answered, is the tool's own, or is empty."""
    if column.kind == PERSONAL:
        return "personal"
    if column.kind in (SKIP, SHARED):
        return "meta" if column.kind == SKIP else "shared"
    answers = column.answers
    if not answers:
        alone = not column.kind and not column.labels
        return "empty" if material.rows and alone and not column.option else ""
    cells = texts(answers)
    if column.kind != ID and not column.labels and all(len(t) <= 60 for t in cells):
        some = dict(sorted(cells.items())[:LOOKED_AT])
        found = sum(n for t, n in some.items() if mask(t)[1])
        if found > PERSONS * sum(some.values()):
            return "personal"
    return ""


def _write(draft: Draft, group: list[Asked]) -> None:
    if len(group) == 1 and group[0].kind == SEVERAL and group[0].option:
        _several(draft, group)
        return
    if len(group) == 1:
        _alone(draft, _one(group[0]))
        return
    ticked = [c for c in group if tickable(c, draft.material)]
    if one_question(group, ticked, draft.material):
        _several(draft, ticked)
        for column in group:
            if column not in ticked:
                _alone(draft, column)
        return
    _grid(draft, group)


def _one(column: Asked) -> Asked:
    """A column alone with its base: no row of a grid, the whole is the question."""
    if not column.option or column.kind == SEVERAL:
        return column
    header = next((h for h in column.headers if h.endswith(column.whole)), column.headers[0])
    whole = column.whole if column.code else header
    return replace(column, question=whole, option="")


def _several(draft: Draft, columns: Sequence[Asked]) -> None:
    """One list field of columns that are ticked or not."""
    first = columns[0]
    names, entries, categories = Values.among(c.option for c in columns), [], []
    for c in columns:
        label = c.option or c.code or c.title
        value = names.of(label)
        coded = c.code in c.headers or any(h.startswith(f"{c.code}. ") for h in c.headers)
        header = c.code if c.code and coded else c.headers[0]
        entries.append({"header": header, "value": value})
        categories.append({"value": value, "label": label})
        if is_missing(label):
            draft.ask(
                c.where,
                f"”{label}” är ett alternativ i flervalsfrågan ”{first.question}” och räknas som "
                "ett sådant.",
                'Betyder det att frågan inte är besvarad: lägg till "missing": true.',
            )
    doc: Doc = {"type": "list", "categories": categories, "columns": entries}
    said = {plain(t) for c in columns for t in texts(c.answers)}
    own = {plain(c["label"]) for c in categories}
    if said - CHOSEN - NOT_CHOSEN - own:
        doc["selected"] = ["*"]
        draft.ask(
            f"{first.where} och {len(columns) - 1} till",
            "Kolumnerna verkar vara alternativ i en flervalsfråga; en ifylld cell betyder vald.",
            "Är de egna frågor: dela upp fältet i ett fält per kolumn.",
        )
    elif DENIED & said and not asks_for_several(first) and not first.kind:
        draft.ask(
            f"{first.where} och {len(columns) - 1} till",
            f"Ja och nej i kolumnerna av ”{first.question}” läses som valt och inte valt i en "
            "flervalsfråga.",
            "Är varje kolumn en egna ja- och nejfråga: dela upp fältet i ett fält per kolumn.",
        )
    draft.add(first, doc, columns)


def _grid(draft: Draft, group: Sequence[Asked]) -> None:
    """Neighbours with one base: fields of one group where they share a scale, else each alone."""
    shapes = [shape(c, draft.material) for c in group]
    chosen = [i for i, s in enumerate(shapes) if s.listed is not None and s.kind != SEVERAL]
    scales = [i for i, s in enumerate(shapes) if _small_whole(group[i], s)]
    if not chosen and len(scales) >= 3 and len(scales) >= 0.6 * len(group):
        values = [n for i in scales for n in numbers(group[i].answers) or ()]
        listed = bare(values)
        for i in scales:
            gone = shapes[i].doc.get("missingValues")
            extra = {"missingValues": gone} if gone else {}
            shapes[i] = Shape(GRID, closed(listed) | extra, listed)
        chosen = scales
        draft.ask(
            f"{group[0].where} och {len(scales) - 1} till",
            f"Svaren är heltal till och med {int(max(values))} och läses som en skala utan ord.",
            "Skriv vad de betyder i label, eller ta bort categories om de är tal.",
        )
    shared = _shared([group[i] for i in chosen], draft.material) if len(chosen) > 1 else None
    name = ""
    if shared is not None or (len(chosen) > 1 and all(group[i].kind == GRID for i in chosen)):
        name = draft.names.of(group[0].base)
        draft.names.used.discard(name)
        taken = {g["name"] for g in draft.groups}
        while name in taken:
            name += "_2"
        question = group[0].question if group[0].option else ""
        if not question or question == group[0].code:
            question = f"Frågorna {group[0].base}"
        draft.groups.append({"name": name, "title": question})
    for i, column in enumerate(group):
        made = shapes[i]
        if name and i in chosen:
            doc = closed(shared) if shared is not None else made.doc
            _alone(draft, column, replace(made, doc={**doc, "group": name}, listed=shared))
        else:
            _alone(draft, _one(column), made)


def _shared(columns: Sequence[Asked], material: Material) -> Listed | None:
    """The scale of a grid's rows, together; None where they have no answers in common."""
    if any(c.labels for c in columns):
        first = columns[0].labels
        if any(dict(c.labels) != dict(first) for c in columns):
            return None
        counts: Counter[str] = Counter()
        for column in columns:
            counts.update(texts(column.answers))
        return from_labels(first, counts)
    each = [texts(c.answers) for c in columns]
    whole: Counter[str] = Counter()
    for c in each:
        whole.update(c)
    if any(len(c.keys() & (whole - c).keys()) * 2 < len(c) for c in each):
        return None
    values = numbers(Counter(whole))
    if values is not None:
        small = all(isinstance(n, int) and 0 <= n <= HIGHEST for n in values)
        return bare(values) if small and len({*values}) > 2 else None
    found = options(whole, material.closed, tool=material.tool)
    return None if found is None or found.delimiter else from_texts(found.counts)


def _small_whole(column: Asked, made: Shape) -> bool:
    values = numbers(column.answers) if made.kind == NUMBER and not column.kind else None
    return bool(values) and all(
        isinstance(n, int) and 0 <= n <= HIGHEST for n in values or ()
    ) and len({*(values or ())}) > 1  # fmt: skip


def _alone(draft: Draft, column: Asked, made: Shape | None = None) -> None:
    """A field of one column."""
    made = made or shape(column, draft.material)
    for text, todo, topic in made.asks:
        draft.ask(column.where, text, todo, topic)
    own = dict(made.found.own or {}) if made.found is not None else {}
    if own:
        draft.ask(
            column.where,
            f"{_several_answers(len(own))} på ”{column.whole}” har getts av en enda person och "
            "skrevs inte in, för de kan vara svar med egna ord"
            f"{_at(column, own)}. " + _becoming(made.doc),
            "Är de svarsalternativ: lägg till dem i categories.",
        )
    doc = draft.add(column, made.doc)
    labels = [c["label"] for c in doc.get("categories", ()) if not c.get("missing")]
    if doc["type"] != "list" and about_gender(column.whole, labels) and not draft.background:
        draft.background.append(doc["name"])


def _becoming(doc: Doc) -> str:
    """What reading makes of an answer that is not written down."""
    own = [c["label"] for c in doc.get("categories", ()) if c.get("ownWords")]
    if own:
        return f"De räknas som ”{own[0]}” (ownWords), och orden står bland fritextsvaren."
    return "De cellerna töms när filen läses, och det sägs i rapporten."


def _several_answers(n: int) -> str:
    return "Ett svar" if n == 1 else f"{n} olika svar"


def _at(column: Asked, own: Iterable[str]) -> str:
    """Where the first of them stand; never what they say."""
    found = []
    for text, place in column.places.items():
        if text in own or any(p in own for s in (";", ", ") for p in parts(text, s)):
            file, _, cell = place.rpartition("!")
            found.append(cell if column.where.startswith(file.partition("!")[0]) else place)
    some = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
    return f" (cell {some})" if found else ""


def _complete(draft: Draft) -> None:
    """Answers that nobody gave, of scales that other questions of the file have whole: Never,
    where Sometimes, Often and Always were chosen."""
    worded = (f for f in draft.fields if f.get("categoriesOrdered"))
    told = {f["name"]: scale_of(_said(f)) for f in worded if not draft.columns[f["name"]][0].labels}
    scales = {s[1] for s in told.values() if s is not None}
    for f in draft.fields:
        mine = told.get(f["name"])
        if mine is None:
            continue
        larger = {s for s in scales if {*mine[1]} < {*s}}
        widest = [s for s in larger if not any({*s} < {*o} for o in larger)]
        if len(widest) != 1:
            continue
        own = {c["label"]: c for c in f["categories"]}
        gone = [c for c in f["categories"] if c.get("missing")]
        f["categories"] = [
            {**own.get(t, {"label": t}), "value": i} for i, t in enumerate(widest[0], start=1)
        ] + gone


def _said(f: Doc) -> list[str]:
    return [c["label"] for c in f["categories"] if not c.get("missing")]


def _tell_skipped(draft: Draft, skipped: Mapping[str, Sequence[str]]) -> None:
    for why, text in (
        ("personal", "säger vem som har svarat, läses aldrig och står inte i kodboken"),
        ("meta", "är verktygets egna eller inga frågor och står inte i kodboken"),
        ("empty", "är tomma och står inte i kodboken"),
        (
            "shared",
            "har samma rubriker som en tidigare kolumn, så att ingen kan skilja dem åt, och läses "
            "inte. Byt rubrikerna i filen",
        ),
    ):
        found = list(dict.fromkeys(skipped[why]))
        if found:
            draft.said.append(f"{', '.join(found)} {text}.")


def _tell_titles(draft: Draft) -> None:
    bare_codes = [
        f["name"]
        for f in draft.fields
        if f["title"] == draft.columns[f["name"]][0].headers[0]
        and " " not in f["title"]
        and not f.get("identifies")
    ]
    if len(bare_codes) > 2:
        draft.ask(
            f"Fälten {bare_codes[0]} – {bare_codes[-1]}",
            f"{len(bare_codes)} fält har en kod som titel, för filen har ingen frågetext.",
            "Skriv frågan i title, eller gör utkastet på nytt av enkätens struktur och fil ihop.",
        )


def _tell_sensitive(draft: Draft) -> None:
    for f in draft.fields:
        if f.get("freetext") or f.get("identifies"):
            continue
        column = draft.columns[f["name"]][0]
        if sensitive(f"{column.whole}"):
            f["sensitive"] = True
            draft.ask(
                column.where,
                f"”{f['title']}” kan vara en känslig uppgift och är märkt sensitive: små tal döljs "
                "strängare i den publika utgåvan.",
                'Är den inte det: ta bort "sensitive".',
            )
