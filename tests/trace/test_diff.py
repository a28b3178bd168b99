"""Two editions compared: what changed is found, and the reason named is the reason it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.run.editions import page
from pipeline.trace.diff.compare import Change, Diff, compare
from pipeline.trace.diff.sides import open_side, with_tables
from pipeline.trace.diff.wording import terminal
from pipeline.trace.lineage import STAFF
from pipeline.workspace import Workspace
from tests.trace.small import CHAPTER, END, ENDS, edition, municipality, set_cell, write_sheet

Differ = Callable[..., Diff]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return municipality(tmp_path / "kommun")


@pytest.fixture
def differ(workspace: Workspace, tmp_path: Path) -> Differ:
    """Build edition A; change the workspace by the given function; build B; compare."""

    def make(
        change: Callable[[Path], Any] = lambda raw: None,
        chapter: dict[str, str] | None = None,
        keep: bool = True,
        **told: Any,
    ) -> Diff:
        old = edition(workspace, tmp_path / "a")
        kept = tmp_path / "gammal" / "raw"
        if keep:
            shutil.copytree(workspace.raw, kept)
        change(workspace.raw)
        new = edition(workspace, tmp_path / "b", chapter or CHAPTER, **told)
        where = Workspace(kept if keep else workspace.raw, workspace.processed, workspace.reports)
        sides = open_side("A", str(old), where), open_side("B", str(new), workspace)
        return compare(*with_tables(*sides, tmp_path / "kladd"))

    return make


def changed(diff: Diff) -> dict[str, Change]:
    return {c.fact["name"] + c.fact["scope"].strip("{}"): c for c in diff.in_state("ändrad")}


def addresses(change: Change, via: str | None = None) -> set[str]:
    return {
        cell["address"]
        for cause in change.causes
        if cause.kind == "cells"
        for cell in cause.detail["cells"]
        if via is None or cell["via"] == via
    }


def kinds(change: Change) -> set[str]:
    return {c.kind for c in change.causes}


def answers(raw: Path) -> Path:
    return raw / "2025" / "svaren.xlsx"


def test_an_edition_is_equal_to_itself(differ: Differ) -> None:
    diff = differ()
    assert diff.counts() == {"ny": 0, "borta": 0, "ändrad": 0, "oförändrad": 7}
    assert (diff.settings, diff.receipts, diff.cells) == ((), (), ())


def test_one_raw_cell_moves_exactly_the_facts_that_read_it(differ: Differ) -> None:
    """Row 4 (I3, a woman of Norra) goes from 2 to 5."""
    diff = differ(lambda raw: set_cell(answers(raw), "C4", 5))
    found = changed(diff)
    assert set(found) == {"nojda", "medel", "nojda_kvinnor", "nojda_kvinnor_minus_nojda"}
    for name in ("nojda", "medel", "nojda_kvinnor"):
        assert addresses(found[name]) == {"2025/svaren.xlsx!Svar!C4"}
        assert kinds(found[name]) == {"cells"}
    cell = found["medel"].causes[0].detail["cells"][0]
    assert (cell["old"], cell["new"], cell["via"]) == (2, 5, "")
    assert kinds(found["nojda_kvinnor_minus_nojda"]) == {"parent"}


def test_a_changed_cell_that_does_not_move_a_fact_is_no_cause_of_its_change(
    differ: Differ,
) -> None:
    """C6 goes from 4 to 5: the mean moves, the share of four and over does not. C4 moves both."""

    def change(raw: Path) -> None:
        set_cell(answers(raw), "C6", 5)
        set_cell(answers(raw), "C4", 4)

    found = changed(differ(change))
    assert addresses(found["nojda"]) == {"2025/svaren.xlsx!Svar!C4"}
    assert addresses(found["medel"]) == {f"2025/svaren.xlsx!Svar!C{r}" for r in (4, 6)}


def test_a_looked_up_cell_is_named_in_the_file_it_stands_in(differ: Differ) -> None:
    diff = differ(lambda raw: set_cell(raw / "2025" / "starter.xlsx", "B2", "man"))
    found = changed(diff)
    assert set(found) == {"nojda_kvinnor", "nojda_kvinnor_minus_nojda"}
    assert addresses(found["nojda_kvinnor"]) == {"2025/starter.xlsx!Svar!B2"}


def test_a_row_put_in_above_the_others_is_one_row_not_all(differ: Differ) -> None:
    rows = [ENDS[0], ["I9", "Norra", 1, ENDS[1][3]], *ENDS[1:]]
    diff = differ(lambda raw: write_sheet(answers(raw), rows))
    found = changed(diff)
    assert all(c.row_a is None and c.row_b == 2 for c in diff.cells)
    assert {"alla", 'per_enhet"enhet":"Norra"'} <= set(found)
    assert addresses(found["nojda"]) == {"2025/svaren.xlsx!Svar!C2"}


def test_a_key_that_became_a_duplicate_explains_the_row_that_fell_away(differ: Differ) -> None:
    """Row 3 takes row 2's key: one of them is left out though none of their answers changed."""
    diff = differ(lambda raw: set_cell(answers(raw), "A3", "I1"))
    found = changed(diff)
    assert "alla" in found
    assert "2025/svaren.xlsx!Svar!A3" in addresses(found["nojda"])
    assert addresses(found["nojda"], via="") == set()


def test_a_predicate_changed_in_the_chapter_is_a_definition(differ: Differ) -> None:
    chapter = {**CHAPTER, "nojda": CHAPTER["nojda"].replace(">= 4", ">= 3")}
    found = changed(differ(chapter=chapter))
    cause = found["nojda"].causes[0]
    assert cause.kind == "definition"
    assert cause.detail["parts"] == [{"part": "where", "old": "nojd >= 4", "new": "nojd >= 3"}]
    code = next(c for c in found["nojda"].causes if c.kind == "code")
    assert code.detail["cell_id"] == "nojda"
    assert "-nojda = share(data('svaren', year), 'nojd >= 4'" in code.detail["diff"]
    assert set(found) == {"nojda", "nojda_kvinnor_minus_nojda"}


def test_facts_that_came_and_went_say_which_cell(differ: Differ) -> None:
    chapter = {k: v for k, v in CHAPTER.items() if k != "medel"}
    chapter["ny"] = "hel = count(data('svaren', year), 'nojd IS NOT NULL', name='svarade')"
    diff = differ(chapter=chapter)
    (new,), (gone,) = diff.in_state("ny"), diff.in_state("borta")
    assert (new.fact["name"], gone.fact["name"]) == ("svarade", "medel")
    assert new.causes[0].text == "koden är ny: 10_prov, cell ny"
    assert gone.causes[0].text == "koden finns inte längre: 10_prov, cell medel"


def test_a_date_in_kommun_toml_is_a_parameter(differ: Differ) -> None:
    def change(raw: Path) -> None:
        path = raw / "kommun.toml"
        path.write_text(path.read_text("utf-8").replace("03-16", "04-20"), encoding="utf-8")

    diff = differ(change)
    assert diff.counts()["ändrad"] == 0
    told = {s.name: s for s in diff.settings}
    assert (told["per_datum"].old, told["per_datum"].new) == ("2026-03-16", "2026-04-20")
    keys = told["kommun.toml"].keys
    assert keys is not None
    assert {k: tuple(map(str, v)) for k, v in keys.items()} == {
        "per_datum": ("2026-03-16", "2026-04-20")
    }
    assert "+per_datum = 2026-04-20" in told["kommun.toml"].diff


def test_an_alias_taken_from_kommun_toml_explains_the_counts_of_units(differ: Differ) -> None:
    def change(raw: Path) -> None:
        path = raw / "kommun.toml"
        text = path.read_text("utf-8").replace('namn = "Södra"', 'namn = "Östra"')
        path.write_text(text, encoding="utf-8")

    diff = differ(change)
    moved = [c for c in diff.changes if c.state != "oförändrad"]
    assert {c.fact["name"] for c in moved} == {"per_enhet"}
    assert all("parameter" in kinds(c) for c in moved)


def test_a_codebook_explains_the_facts_of_its_form(differ: Differ) -> None:
    def change(raw: Path) -> None:
        book = json.loads(json.dumps(END))
        book["fields"][2]["constraints"]["maximum"] = 4
        path = raw / "formular" / "svaren.json"
        path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")

    found = changed(differ(change))
    assert {"nojda", "medel"} <= set(found)
    assert {c.text for c in found["medel"].causes} == {"Kodboken svaren (ändrad)"}


def test_a_shipped_expectation_explains_the_facts_of_its_form(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Only the expectation is another; the mean is altered in the ledger to have a change."""
    sides = []
    for label in "AB":
        path = tmp_path / f"{label}.json"
        path.write_text(f'{{"name": "svaren", "meta": "{label}"}}', encoding="utf-8")
        made = edition(workspace, tmp_path / label, rules=[("expectations/svaren.json", path)])
        sides.append(open_side(label, str(made), workspace))
    (key,) = [k for k, r in sides[1].facts.items() if r["name"] == "medel"]
    altered = {**sides[1].facts, key: {**sides[1].facts[key], "value": 1.0}}
    diff = compare(*with_tables(sides[0], replace(sides[1], facts=altered), tmp_path / "kladd"))
    (change,) = diff.in_state("ändrad")
    assert [(c.kind, c.text) for c in change.causes] == [
        ("parameter", "Programmets kontroller för svaren (ändrad)")
    ]
    assert [s.name for s in diff.settings] == ["expectations/svaren.json"]


@pytest.mark.parametrize(
    ("codes", "kind", "said"),
    [
        (("1", "2"), "code", "programmets egen kod har ändrats"),
        (("1", "1"), "unknown", "samma underlag, definition och kod."),
        (("", ""), "unknown", "Programmets egen kod kan ha ändrats."),
    ],
)
def test_the_program_itself_is_the_cause_where_only_it_is_another(
    workspace: Workspace, tmp_path: Path, codes: tuple[str, str], kind: str, said: str
) -> None:
    a, b = (
        open_side(label, str(edition(workspace, tmp_path / label, code=code)), workspace)
        for label, code in zip("AB", codes, strict=True)
    )
    (key,) = [k for k, r in b.facts.items() if r["name"] == "medel"]
    altered = replace(b, facts={**b.facts, key: {**b.facts[key], "value": 1.0}})
    (change,) = compare(*with_tables(a, altered, tmp_path / "kladd")).in_state("ändrad")
    assert [(c.kind, said in c.text) for c in change.causes] == [(kind, True)]


def test_a_threshold_explains_what_it_hides(workspace: Workspace, tmp_path: Path) -> None:
    old = edition(workspace, tmp_path / "a")
    kept = tmp_path / "gammal" / "raw"
    shutil.copytree(workspace.raw, kept)
    path = workspace.raw / "kommun.toml"
    path.write_text(path.read_text("utf-8") + "[sekretess]\ntroskel = 9\n", encoding="utf-8")
    new = open_side("B", str(edition(workspace, tmp_path / "b")), workspace)
    (key,) = [k for k, r in new.facts.items() if r["name"] == "medel"]
    hidden = {**new.facts, key: {**new.facts[key], "value": None, "n": None, "status": "dold"}}
    where = Workspace(kept, workspace.processed, workspace.reports)
    sides = open_side("A", str(old), where), replace(new, facts=hidden)
    (change,) = compare(*with_tables(*sides, tmp_path / "kladd")).in_state("ändrad")
    assert [c.text for c in change.causes] == [
        "röjandekontroll: ok → dold", "kommun.toml: sekretess.troskel: saknas → 9",
    ]  # fmt: skip


def test_between_years_the_year_is_named_and_what_else_was_changed_beside_it(
    differ: Differ,
) -> None:
    """The chapter's cell is another and so is the codebook."""

    def change(raw: Path) -> None:
        path = raw / "formular" / "svaren.json"
        book = json.loads(path.read_text("utf-8"))
        book["fields"][2]["constraints"]["maximum"] = 4
        path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")

    chapter = {**CHAPTER, "medel": CHAPTER["medel"] + "  # ny rad"}
    found = changed(differ(change, chapter, year=2026))
    texts = [c.text for c in found["medel"].causes]
    assert texts == [
        "År: 2025 → 2026", "Kodboken svaren (ändrad)", "koden har ändrats: 10_prov, cell medel",
    ]  # fmt: skip
    assert [c.text for c in found["nojda_kvinnor"].causes] == texts[:2]


def test_an_old_file_that_is_gone_is_said_to_be_gone(differ: Differ) -> None:
    diff = differ(lambda raw: set_cell(answers(raw), "C4", 5), keep=False)
    found = changed(diff)
    (cause,) = found["nojda"].causes
    assert cause.kind == "file"
    assert "2025/svaren.xlsx: filen har ändrats (sha256 " in cause.text
    assert "den gamla finns inte kvar" in cause.text
    assert "den gamla finns inte kvar" in diff.notes[0]


def test_receipts_tell_which_files_came_and_were_replaced(differ: Differ) -> None:
    diff = differ(lambda raw: set_cell(answers(raw), "C4", 5))
    (receipt,) = diff.receipts
    assert (receipt.file, receipt.state) == ("2025/svaren.xlsx", "ersatt")
    assert receipt.old != receipt.new


def test_the_terminal_summary_keeps_to_eighty_columns(differ: Differ) -> None:
    text = terminal(differ(lambda raw: set_cell(answers(raw), "C4", 5)), "skillnad.html")
    assert max(map(len, text.splitlines())) <= 80
    assert "4 ändrade" in text
    assert "2025/svaren.xlsx!Svar!C4: 2 → 5" in " ".join(text.split())


def test_what_is_no_edition_is_refused_in_words(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ro-crate-metadata\.json finns inte"):
        open_side("A", str(tmp_path), workspace)


@pytest.mark.parametrize("change", ["cell", "row"])
def test_what_staff_have_answered_is_said_to_have_changed_and_no_row_is_shown(
    workspace: Workspace, differ: Differ, tmp_path: Path, change: str
) -> None:
    """The same changes as above, in a form that staff answer: C4 from 2 to 5, or a row above."""
    path = workspace.raw / "formular" / "svaren.json"
    path.write_text(json.dumps({**END, "protects": "staff"}, ensure_ascii=False), encoding="utf-8")
    rows = [ENDS[0], ["I9", "Norra", 1, ENDS[1][3]], *ENDS[1:]]
    diff = differ(
        (lambda raw: set_cell(answers(raw), "C4", 5))
        if change == "cell"
        else (lambda raw: write_sheet(answers(raw), rows))
    )
    assert "medel" in changed(diff)
    causes = [c for each in changed(diff).values() for c in each.causes if c.kind == "cells"]
    text = f"källceller i 2025/svaren.xlsx har ändrats. {STAFF}"
    assert {c.text for c in causes} == {text} and diff.cells == ()
    assert diff.notes == (f"2025/svaren.xlsx: celler har ändrats. {STAFF}",)
    everywhere = json.dumps(diff.record(), ensure_ascii=False) + terminal(diff) + page(diff)
    assert "svaren.xlsx!" not in everywhere and '"row_' not in everywhere
    assert max(map(len, terminal(diff).splitlines())) <= 80


def test_a_form_that_staff_answer_hides_nothing_of_another(
    workspace: Workspace, differ: Differ
) -> None:
    """The register that the answers look up in is of persons: its cell is shown."""
    path = workspace.raw / "formular" / "svaren.json"
    path.write_text(json.dumps({**END, "protects": "staff"}, ensure_ascii=False), encoding="utf-8")
    diff = differ(lambda raw: set_cell(raw / "2025" / "starter.xlsx", "B2", "man"))
    assert [c.address() for c in diff.cells] == ["2025/starter.xlsx!Svar!B2"]
    assert diff.notes == ()
