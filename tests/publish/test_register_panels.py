"""The register in panels says of every fact what the register says, in fewer words."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256

from pipeline.publish.register import Entry, Group, Place
from pipeline.publish.register_panels import OTHERS, VARIES, Panel, panels, shown, texts

CRITERIA = {"plan": "Plan finns (eller motsvarande)", "mal": "Mål", "sip": "SIP"}
AREAS = ("Rutiner", "Ledning")


def entry(name: str, title: str, words: str, **given: object) -> Entry:
    told = {"conditions": (), "parents": (), "basis": "", "shown": ("7",), **given}
    return Entry(
        sha256(f"{name} {title}".encode()).hexdigest()[:16], name, title, status="", period="2025",
        words=words, places=(Place("b1", "tabell", "Rapport", "rapport", "c1"),), **told,
    )  # type: ignore[arg-type]  # fmt: skip


def of_criteria(name: str, stem: str, answer: str) -> list[Entry]:
    return [
        entry(name, f"{stem} (Kriterium: {label})", "Antal rader i granskning.",
              conditions=(("Rader", f"kriterium = '{code}' AND svar = '{answer}'"),),
              basis="n = 7", shown=("7",))
        for code, label in CRITERIA.items()
    ]  # fmt: skip


NO, PARTLY = of_criteria("nej", "Nej", "nej"), of_criteria("delvis", "Delvis", "delvis")
SHARES = [
    replace(e, name="andel", title=e.title.replace("Nej", "Andel"), words="Andel.",
            basis="6 av 8", shown=("6 av 8",), id=f"andel{k:011x}")
    for k, e in enumerate(NO)
]  # fmt: skip
GRADES = [
    entry(f"bedomning_{a}", f"Bedömning, {a}", "Den allvarligaste.", shown=("Röd",),
          parents=(*((e.id, e.title) for e in NO), ("f" * 16, "Blå iakttagelser")))
    for a in AREAS
]  # fmt: skip
ALONE = entry("kunder", "Kunder", "Antal olika kund_nr.", conditions=(("Rader", "lag = 'sol'"),),
              basis="n = 9", shown=("8", "åtta"))  # fmt: skip
EVERY = [*PARTLY, *NO, *SHARES, *GRADES, ALONE]


def made(*entries: Entry) -> tuple[Panel, ...]:
    return panels(Group("Rapport", "rapport", entries))


def test_definitions_of_the_same_classes_stand_side_by_side() -> None:
    wide, grades, alone = made(*EVERY)
    assert [(c.letter, c.title) for c in wide.columns] == [
        ("a", "Delvis"), ("b", "Nej"), ("c", "Andel")
    ]  # fmt: skip
    assert [r.about for r in wide.rows] == list(CRITERIA.values())
    assert [[e.name for e in r.facts] for r in wide.rows] == [["delvis", "nej", "andel"]] * 3
    assert wide.columns[1].conditions == (("Rader", f"kriterium = {VARIES} AND svar = 'nej'"),)
    assert [r.given for r in wide.rows] == ["'plan'", "'mal'", "'sip'"]
    assert [r.about for r in grades.rows] == [f"Bedömning, {a}" for a in AREAS]
    assert (alone.columns[0].title, alone.rows[0].words) == (OTHERS, "Antal olika kund_nr.")


def test_every_fact_keeps_its_place_its_definition_and_what_it_is_made_of() -> None:
    seen: list[str] = []
    for panel in made(*EVERY):
        for row in panel.rows:
            for column, e in zip(panel.columns, row.facts, strict=True):
                seen.append(e.id)
                told = row.conditions or tuple(
                    (label, sql.replace(VARIES, row.given)) for label, sql in column.conditions
                )
                assert (row.words or column.words, told) == (e.words, e.conditions)
                title = f"{column.title} ({panel.head}: {row.about})" if column.title else row.about
                assert e.title in (title, row.about)
                assert [key for some in row.parents for key, _ in some.each] == [
                    key for key, _ in e.parents
                ]
    assert sorted(seen) == sorted(e.id for e in EVERY)


def test_what_is_printed_says_each_number_and_never_twice_beside_itself() -> None:
    wide, grades, alone = (" ".join(texts(p)) for p in made(*EVERY))
    assert wide.count("6 av 8") == 3 and "n = 7" not in wide and wide.count("2025") == 1
    assert "n = 9" in alone and shown(ALONE) == "8 · åtta" and "8 · åtta" in alone
    assert "Nej (Kriterium: Plan finns (eller motsvarande); Mål; SIP)" in grades
    assert re.search(r"Röd\s+" + GRADES[0].id, grades)


def test_facts_of_two_periods_say_which_is_theirs() -> None:
    old = replace(NO[0], id="0" * 16, period="2024", title="Nej (Kriterium: SIP)")
    [panel] = made(old, *NO[:1])
    assert panel.period == "" and [panel.basis(r.facts[0]) for r in panel.rows] == ["2024", "2025"]
