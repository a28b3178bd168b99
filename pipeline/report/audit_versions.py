"""What the unit said of the draft, what was done with it, and what has changed between the versions
of a visit's report: number by number and grade by grade. Also how the kunder were drawn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.audit.draw import DRAWN
from pipeline.audit.records import draws_of
from pipeline.facts.changes import PARTS, Change, changes
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count
from pipeline.facts.visits import DRAFT, FINAL, Version
from pipeline.report import author, context
from pipeline.report.audit import GRADES, Document, areas, graded, label
from pipeline.report.blocks import Runs, display, quoted
from pipeline.report.tables import missing
from pipeline.report.written import Row, lay, tell, text
from pipeline.workspace import load_kommun

REMARKS, FRAME, KUNDER = "korrektur", "urvalsram", "kunder"
Data = Mapping[str, Any]
Entry = dict[str, Any]


def show_remarks(d: Document) -> None:
    """What the unit wrote about the draft."""
    rows = sorted(d.rows(REMARKS), key=lambda r: r["nr"])
    if not rows or d.sending == DRAFT:
        author.say(_no_remarks(d))
        return
    every = d.count(REMARKS, None, "synpunkter", "Synpunkter på utkastet")
    done = d.count(REMARKS, "utfall IN ('infort', 'delvis')", "synpunkter_inforda",
                   "Synpunkter som är införda helt eller delvis")  # fmt: skip
    left = d.count(REMARKS, "utfall IS NULL", "synpunkter_kvar", "Synpunkter utan utfall")
    author.say(
        f"Synpunkter på utkastet: {every}. Införda helt eller delvis: {done}. Kvar att ta "
        f"ställning till: {left}."
    )
    told: list[Row] = [
        ([quoted(f"{r['nr']}. {r['avsnitt'] or ''}")], [
            text(r["synpunkt"]),
            text(label(REMARKS, "utfall", r["utfall"]), "Inte ifyllt"), text(r["atgard"]),
        ])
        for r in rows
    ]  # fmt: skip
    heads = ("Avsnitt", "Synpunkt", "Vad som gjordes", "Hur den togs om hand")
    lay("Verksamhetens synpunkter på utkastet", heads, told)


def _no_remarks(d: Document) -> str:
    if d.sending == DRAFT:
        return "Verksamheten läser det här utkastet och lämnar sina synpunkter skriftligt."
    if d.version(DRAFT) is None:
        return "Inget utkast har gått till verksamheten än."
    return "Verksamheten har inte lämnat några synpunkter på utkastet."


def show_changes(d: Document) -> None:
    """What differs from the version that was sent last: the last section, since it tells of all
    those before it."""
    final, draft = d.version(FINAL), d.version(DRAFT)
    before = final or draft
    if before is None:
        author.say("Det finns ingen tidigare version att jämföra med.")
        return
    called = "den slutliga rapporten" if final else "utkastet"
    found = changed(before, context.told(d.id))
    moved = list(_moved(before, d.rows(GRADES)))
    tell(f"Jämfört med {called} från ", *text(before.day), ".")
    if found:
        rows = [_row(change) for change in found]
        lay(f"Tal som ändrats sedan {called}", ("Tal", "Då", "Nu"), rows)
    else:
        author.say(f"Inga tal har ändrats sedan {called}.")
    if moved:
        lay(f"Bedömningar som ändrats sedan {called}", ("Iakttagelse", "Då", "Nu"), moved)
    else:
        author.say(f"Inga bedömningar har ändrats sedan {called}.")


def changed(before: Version, blocks: Iterable[Data]) -> tuple[Change, ...]:
    """The numbers of a document that are others than in the version before. Wordings follow from
    numbers, and grades are told on their own. A definition that names another day is no change."""
    then, now = ([e for e in found if e["kind"] != "word"]
                 for found in (before.numbers, entries(blocks)))  # fmt: skip
    return tuple(c for c in changes(then, now) if not _alike(c))


def _alike(change: Change) -> bool:
    then, now = change.before, change.after
    return then is not None and now is not None and all(then[p] == now[p] for p in PARTS)


def entries(blocks: Iterable[Data]) -> list[Entry]:
    """The numbers that blocks show, as rows of a ledger with the texts that tell them."""
    records: dict[str, Data] = {}
    texts: dict[str, dict[str, None]] = {}
    for block in blocks:
        for key, record, said in _shown(block):
            records[key] = record
            texts.setdefault(key, {}).setdefault(said)
    made = [_entry(records[key], list(said)) for key, said in texts.items()]
    return sorted(made, key=lambda e: (e["name"], json.dumps(e["scope"], sort_keys=True), e["id"]))


def _entry(record: Data, said: list[str]) -> Entry:
    return {
        **{k: record[k] for k in ("id", "name", "title", "period", "kind", "unit", "n",
                                  "numerator", "denominator")},
        "scope": json.loads(record["scope"]),
        "value": said[0] if record["kind"] == "word" else record["value"],
        "hidden": record["status"] == "dold",
        "texts": said,
    }  # fmt: skip


def _shown(block: Data) -> Iterator[tuple[str, Data, str]]:
    """(fact, its record, text) of each number in a block, in any of its runs."""
    facts = block.get("facts", {})

    def walk(node: object) -> Iterator[tuple[str, Data, str]]:
        if isinstance(node, Mapping):
            if "fact" in node and node["fact"] in facts:
                if node["part"] == "value":
                    yield node["fact"], facts[node["fact"]], node["text"]
                return
            for key, inner in node.items():
                if key not in ("facts", "svg", "alt"):
                    yield from walk(inner)
        elif isinstance(node, Sequence) and not isinstance(node, str):
            for inner in node:
                yield from walk(inner)

    yield from walk(block)


def _row(change: Change) -> tuple[Runs, list[Runs]]:
    told = (change.before, change.after)
    return [quoted(change.fact["title"])], [
        ["Fanns inte"] if e is None else [quoted(" · ".join(e["texts"]))] for e in told
    ]


def _moved(before: Version, rows: Iterable[Data]) -> Iterator[tuple[Runs, list[Runs]]]:
    """The findings whose grade is another, that are new, or that are gone."""
    was = {(area, nr): grade for area, nr, grade in before.grades}
    now = {(r["omrade"], r["nr"]): r["farg"] for r in rows}
    order = list(areas())
    for key in sorted({*was, *now}, key=lambda k: (order.index(k[0]), k[1])):
        then, new = was.get(key), now.get(key)
        if then != new:
            sides: list[Runs] = [[graded(g) if g else "Fanns inte"] for g in (then, new)]
            yield [quoted(f"{areas()[key[0]]} {key[1]}")], sides


def show_method(d: Document) -> None:
    """How the kunder were drawn, and how a grade is proposed."""
    _show_draw(d)
    limits = load_kommun(context.current().workspace.raw).bedomning
    green = author.const(float(limits.gron_minst), "Gräns för att föreslå grönt", "andel")
    red = author.const(float(limits.rod_under), "Gräns för att föreslå rött", "andel")
    author.say(
        "Rutinen säger inte hur kriterier blir en färg. Förslagen följer därför en egen regel: "
        f"grönt när allt som räknats i området är uppfyllt i minst {green:.0%}, rött när något är "
        f"uppfyllt i mindre än {red:.0%}, annars gult. Blått föreslås aldrig. Programmet föreslår; "
        "det är människor som bedömer och motiverar."
    )


def _show_draw(d: Document) -> None:
    most = author.const(DRAWN, "Högst så många kunder granskas, enligt rutinen", "antal")
    author.say(
        f"Har verksamheten högst {most} kunder granskas allas dokumentation. Har den fler dras "
        f"{most} på måfå, och all deras dokumentation granskas."
    )
    if d.rows(KUNDER):
        whole = d.count(KUNDER, None, "kunder_i_ramen", "Kunder i urvalsramen")
        left: Fact = count(d.data(KUNDER), "skyddad", name="kunder_skyddade",
                           title="Kunder med skyddade personuppgifter")  # fmt: skip
        author.say(f"I urvalsramen står {whole} kunder, varav {left} med skyddade personuppgifter.")
    for r in d.rows(FRAME):
        rows = (
            ("Uttag ur verksamhetssystemet", r["uttag"]), ("Uttagsdatum", r["uttagsdatum"]),
            ("Undantagna kunder", r["undantagna"]), ("Varför undantagna", r["undantagna_skal"]),
            ("Intygad av", r["intygad_av"]), ("Intygad den", r["intygad_datum"]),
        )  # fmt: skip
        lay("Hur urvalsramen togs fram", ("Uppgift", "Om ramen"), [
            ([head], [text("0" if said == 0 else said, "Uppgift saknas")]) for head, said in rows
        ])  # fmt: skip
    found = draws_of(context.current().workspace.raw, d.year, d.id)
    if not found:
        display(missing("urvalet är inte dokumenterat"))
        return
    for told in found:
        given = (
            ("Kunder i ramen", told["ram"]["antal"]), ("Dragna kunder", told["antal"]),
            ("Rader i listan", told["rader_i_listan"]), ("Datum", told["datum"]),
            ("Draget av (roll)", told["dragen_av"]), ("Frö", told["fro"]["sha256"]),
            ("Varför urvalet drogs om", (told["forkastar"] or {}).get("skal")),
            ("Ramens kontrollsumma", told["ram"]["sha256"]),
        )  # fmt: skip
        title: Runs = [quoted(f"Urvalets protokoll nr {told['nr']}")]
        lay(title, ("Uppgift", "Om urvalet"), [
            ([head], [text(str(said))]) for head, said in given if said not in (None, "")
        ])  # fmt: skip
