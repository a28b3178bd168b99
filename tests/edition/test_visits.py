"""The visits' documents in Exempelkommun's edition."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.facts.dataset import open_dataset
from pipeline.trace.verify import verify_visits
from tests.crates import outputs
from tests.verksamhet.reading import report, section, table, text_of

from .conftest import YEAR, Built

VISITS = [f"V2025-0{n}" for n in range(1, 7)]  # those of the plan with something noted


def test_each_visit_has_its_documents_and_the_front_page_leads_to_them(edition: Built) -> None:
    home = edition.intern / "verksamhet"
    assert sorted(p.name for p in home.iterdir() if p.is_dir()) == VISITS
    for visit in VISITS:
        for name in ("rapport.html", "rapport.pdf", "fragor.html", "fragor.pdf"):
            assert (home / visit / name).stat().st_size > 5000
    assert 'href="verksamhet/index.html"' in (edition.intern / "index.html").read_text("utf-8")
    listed = set(outputs(edition.intern))
    there = {p.relative_to(edition.intern).as_posix() for p in home.rglob("*") if p.is_file()}
    assert there <= listed


def test_nothing_that_was_written_at_the_visits_is_public(edition: Built) -> None:
    rows = open_dataset(edition.workspace, "bedomning", YEAR, YEAR).table
    assert rows is not None
    written = {r[k] for r in rows.to_pylist() for k in ("iakttagelse", "forslag", "beslut")} - {
        None
    }
    assert len(written) > 20
    public = edition.intern.parent / "publik"
    for page in public.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "verksamhet/" not in text and not [t for t in written if t in text]


def test_a_number_altered_in_a_visits_page_is_found(edition: Built, tmp_path: Path) -> None:
    shutil.copytree(edition.intern / "verksamhet", tmp_path / "verksamhet")
    page = tmp_path / "verksamhet" / VISITS[0] / "rapport.html"
    text = page.read_text("utf-8")
    assert " av 8</data>" in text
    page.write_text(text.replace(" av 8</data>", " av 9</data>", 1), "utf-8")
    verdict = verify_visits(edition.workspace, YEAR, tmp_path, edition.workspace.processed)
    assert {d.where for d in verdict.differences} == {f"verksamhet/{VISITS[0]}/rapport.html"}


def test_a_visits_report_tells_what_has_changed_between_the_versions_and_since(
    edition: Built,
) -> None:
    """Solgläntan, whose draft and final report are frozen in the sample (`exempel/frysta.py`)."""
    folder = edition.intern / "verksamhet" / "V2025-02"
    final = folder / "slutlig.html"
    changed = table(final, "Tal som ändrats sedan utkastet")
    # in the draft two of 14 medication events were not looked into, and one plan more was missing
    assert changed["Utredda avvikelser, Läkemedel"] == ["12", "14"]
    assert changed["Utredda avvikelser"] == ["45", "47"]
    assert changed["Nej (Kriterium: Genomförandeplan finns)"] == ["2", "1"]
    assert changed["Synpunkter på utkastet"] == ["Fanns inte", "3"]
    assert len(changed) == 1 + 10
    assert table(final, "Bedömningar som ändrats sedan utkastet") == {
        "": ["Då", "Nu"],
        "Avvikelser och synpunkter 1": [
            "◆ Gul – frivilligt att utveckla", "● Grön – uppfyller kraven helt",
        ],
    }  # fmt: skip
    for name, day in (("utkast", "2025-06-10"), ("slutlig", "2025-06-10")):
        assert day not in text_of(report(folder / f"{name}.html"))  # the plan came after both
    now = folder / "rapport.html"
    assert "Inga bedömningar har ändrats sedan den slutliga rapporten." in section(now, "Ändringar")
    since = table(now, "Tal som ändrats sedan den slutliga rapporten")
    assert since == {
        "": ["Då", "Nu"],
        "Röda iakttagelser med mottagen handlingsplan": ["0", "1"],
        "Röda iakttagelser med handlingsplan som kom för sent": ["0", "1"],
        "Röda iakttagelser där handlingsplanen saknas efter sista dag": ["0", "1"],
    }
