"""A visit's report says what was counted by hand in the files, and nothing in it can be altered
unseen."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path

import nbformat
import pyarrow as pa
import pyarrow.parquet as pq
import pypdfium2 as pdfium
import pytest

from pipeline.facts.visits import visits
from pipeline.publish import pdf
from pipeline.publish.document import collect
from pipeline.publish.pdf import CompactTypstExporter
from pipeline.run.audit import audit, metas_of
from pipeline.run.cover import cover
from pipeline.trace.verify import verify_visits
from pipeline.workspace import Workspace
from tests.municipality import write_workbook

from .reading import report, section, table, text_of
from .visit import BARE, PLAN, WHOLE, YEAR, municipality

pytestmark = pytest.mark.usefixtures("lasting_kernels")
RED, YELLOW = "▲ Röd – måste åtgärdas", "◆ Gul – frivilligt att utveckla"
GREEN, BLUE = "● Grön – uppfyller kraven helt", "■ Blå – kommunledningen ska åtgärda"


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, said: list[str]) -> Workspace:
    made = municipality(tmp_path_factory.mktemp("besok"))
    heads, rows = PLAN
    odd = ("V 2025/3", *rows[0][1:])
    plan = made.raw / str(YEAR) / f"Uppföljningsplan {YEAR}.xlsx"
    write_workbook(plan, {"Plan": [heads, *rows, odd]})
    kinds = ("Besökets nummer", "Rutin", "Följs rutinen?")
    write_workbook(
        made.raw / str(YEAR) / "Rutiner okända.xlsx",
        {"Rutiner": [kinds, ("V 2025/3", "Delegering", "Ja"), ("V2025-99", "Delegering", "Ja")]},
    )
    audit(made, YEAR, "", None, said.append)
    return made


@pytest.fixture(scope="module")
def folder(built: Workspace) -> Path:
    return built.reports / str(YEAR) / "intern" / "verksamhet"


@pytest.fixture(scope="module")
def page(folder: Path) -> Path:
    return folder / WHOLE / "rapport.html"


def test_the_cover_says_what_the_visit_was(page: Path) -> None:
    cover = table(page, "Om uppföljningen")
    assert cover["Verksamhet"] == ["Hemtjänst Norr"]
    assert cover["Diarienummer"] == ["VON 2025/17"]
    assert cover["Granskad period"] == ["2024-09-12 – 2025-03-12"]  # six months back
    assert cover["Yrkeskategorier som deltog"] == ["Verksamhetsansvarig; Undersköterska"]
    assert cover["Förra besöket"] == ["2023-03-14"]
    assert "Arbetsversion" in text_of(report(page))
    top = page.read_text("utf-8")
    assert "Verksamhetsuppföljning, Hemtjänst Norr" in top and "dnr VON 2025/17" in top


def test_grades_in_short_have_words_and_shapes(page: Path) -> None:
    told = table(page, "Områdena och deras bedömning")
    assert told[""] == ["Bedömning", "Iakttagelser", "varav ▲ röda", "varav ■ blå"]
    assert told["Social dokumentation (SoL och LSS)"] == [RED, "1", "1", "0"]
    assert told["Hälso- och sjukvårdsdokumentation (HSL)"] == [YELLOW, "1", "0", "0"]
    assert told["Delaktighet och bemötande"] == [GREEN, "1", "0", "0"]
    assert told["Följsamhet till rutiner"] == ["Inte bedömt", "0", "0", "0"]
    assert told["Ledning och samverkan"] == [BLUE, "2", "0", "2"]


def test_the_review_is_a_census_told_criterion_by_criterion(page: Path) -> None:
    sol = table(page, "Uppfyllda kriterier, Socialtjänstlagen (SoL), 2025")
    assert sol[""] == [
        "Delvis", "Nej", "Ej tillämpligt", "Obesvarat", "Uppfyllt", "Underlag (n)"
    ]  # fmt: skip
    assert sol["Genomförandeplanen är aktuell"] == ["0", "5", "0", "0", "3 av 8", "8"]
    assert sol["Målen går att följa upp"] == ["2", "0", "0", "0", "6 av 8", "8"]
    # what does not apply leaves the denominator, and is told
    sip = sol["Samordnad individuell plan (SIP) finns när den behövs"]
    assert sip == ["0", "1", "4", "0", "3 av 4", "4"]
    hsl = table(page, "Uppfyllda kriterier, Hälso- och sjukvårdslagen (HSL), 2025")
    assert hsl["Risk för fall är bedömd, med åtgärd"][-2:] == ["1 av 3", "3"]
    review = section(page, "Granskning av dokumentation")
    assert "Dokumentationen är granskad för 8 kunder" in review
    assert "har 2 kontrollerats av en andra granskare" in review
    most = (
        r"Brister oftast, helt eller delvis: ?” ?Genomförandeplanen är aktuell ?”, hos 5 av kunder"
    )
    assert re.search(most, review)
    assert "%" not in review and "konfidens" not in review


def test_what_was_heard_is_quoted_with_its_digits(page: Path) -> None:
    heard = section(page, "Intervjuer")
    assert "Två gånger om året, senast i vecka 5." in heard
    assert heard.index("Verksamhetsansvarig") < heard.index("Personal")
    assert "Vi frågar alltid, men det skrivs sällan ned. 6" in heard


def test_deviations_are_told_and_not_graded_by_their_number(page: Path) -> None:
    told = table(page, "Avvikelser under den granskade perioden")
    assert told["Läkemedel"] == ["Hälso- och sjukvårdslagen (HSL)", "9", "7", "6", "3"]
    assert told["Alla"] == ["–", "13", "11", "10", "7"]
    assert told["Av de rapporterade"] == ["–", "–", "11 av 13", "10 av 13", "7 av 13"]
    assert "inte hur god kvaliteten är" in section(page, "Avvikelser")


def test_routines_and_documents(page: Path) -> None:
    assert (
        "finns 2 av 3, 1 av 3 är kända av personalen och 1 av 2 följs helt"
        in section(page, "Följsamhet till rutiner")
    )  # fmt: skip
    assert "Hot och våld: Känd av 4 av dem vi frågade." in section(page, "Följsamhet till rutiner")
    asked = section(page, "Granskade dokument")
    assert "Mottagna: 1 av 2 begärda dokument. Granskade: 1 av 1 mottagna." in asked
    assert table(page, "Begärda dokument")["Introduktionsplan"][1] == "Inte mottaget"


@pytest.mark.parametrize(
    ("area", "proposed", "decided", "told"),
    [
        ("Social dokumentation (SoL och LSS)", RED, RED, "Beslutet följer förslaget."),
        ("Hälso- och sjukvårdsdokumentation (HSL)", RED, YELLOW,
         "Beslutet skiljer sig från förslaget. Motiveringen står vid iakttagelsen."),
        ("Delaktighet och bemötande", GREEN, GREEN, "Beslutet följer förslaget."),
        ("Avvikelser och synpunkter", YELLOW, GREEN,
         "Beslutet skiljer sig från förslaget. Motivering saknas."),
        ("Följsamhet till rutiner", RED, "Inte bedömt", "Området är inte bedömt."),
        ("Ledning och samverkan", "Inget förslag", BLUE,
         "Blått föreslås aldrig: det säger vem som ska åtgärda."),
    ],
)  # fmt: skip
def test_what_the_figures_propose_stands_beside_what_people_decided(
    page: Path, area: str, proposed: str, decided: str, told: str
) -> None:
    both = table(page, f"Förslag och beslut: {area}")
    assert both["Föreslagen av regeln"] == [proposed] and both["Beslutad"] == [decided]
    under = section(page, "Bedömning per område")
    at = under.index(f"Förslag och beslut: {area}")
    assert told in under[at : at + 250]


def test_the_figures_behind_a_proposal_are_shown(page: Path) -> None:
    sol = table(page, "Talen bakom förslaget: Social dokumentation (SoL och LSS)")
    assert sol["Genomförandeplanen är aktuell"] == ["3 av 8"]
    assert "Kundens delaktighet framgår" not in sol  # it counts in another area
    assert table(page, "Talen bakom förslaget: Delaktighet och bemötande") == {
        "": ["Uppfyllt"], "Kundens delaktighet framgår": ["8 av 8"],
    }  # fmt: skip
    finding = table(page, "Iakttagelse 1: Hälso- och sjukvårdsdokumentation (HSL)")
    assert finding["Motivering"] == ["Två kunder var nyinflyttade."]
    assert finding["Förslag till åtgärd"] == ["Inför en rutin."]
    assert finding["Beslutad"] == ["2025-04-02 av MAS"]


def test_a_plan_that_has_not_come_by_its_day_is_missing_and_blue_asks_for_a_decision(
    page: Path, said: list[str]
) -> None:
    red = section(page, "Handlingsplan för det röda")
    assert "Handlingsplan har kommit för 0, varav 0 för sent. För 1 saknas den" in red
    assert "den begärdes 2025-04-03 och skulle ha kommit 2025-05-02" in red
    blue = section(page, "Till kommunledningen")
    assert "Till kommunledningen: 2. Utan ägare eller beslut: 1." in blue
    assert "Kommunchef Beslut saknas" in blue and "Socialchef Avtalet ändras." in blue
    told = " ".join(" ".join(said).split())
    assert "Social dokumentation (SoL och LSS) 1: Handlingsplanen saknas" in told


def test_the_method_tells_the_rule_and_that_nobody_has_documented_the_draw(page: Path) -> None:
    method = section(page, "Metod")
    assert "urvalet är inte dokumenterat" in method
    assert "minst 100 %" in method and "mindre än 50 %" in method
    assert table(page, "Hur urvalsramen togs fram")["Undantagna kunder"] == ["0"]


def test_a_bare_visit_says_what_is_missing(folder: Path) -> None:
    page = folder / BARE / "rapport.html"
    assert "Underlag saknas: begärda dokument." in text_of(report(page))
    none = "Området ingick inte i uppföljningen."
    assert section(page, "Granskning av dokumentation") == none == section(page, "Avvikelser")
    both = table(page, "Förslag och beslut: Bemanning och kompetens")
    assert both["Föreslagen av regeln"] == ["Inget förslag"]
    assert "Gruppbostad Parken 3" in page.read_text("utf-8")  # a name with a digit passes
    assert "Hemtjänst Norr" not in page.read_text("utf-8")


def test_the_questions_are_a_sheet_of_their_own(folder: Path) -> None:
    page = folder / WHOLE / "fragor.html"
    told = text_of(report(page))
    assert told.count("?") == 3  # two about the red one, one about the yellow
    assert f"{RED}. Planerna är inte aktuella i 5 av 8 akter." in told
    assert "Chefen har för många enheter" not in told  # blue is not the group's to solve
    with pdfium.PdfDocument(folder / WHOLE / "fragor.pdf") as printed:
        assert len(printed) == 1


def test_what_cannot_be_reported_is_told_with_its_place(said: list[str], folder: Path) -> None:
    told = " ".join(" ".join(said).split())
    assert "Plan, rad 4: besökets nummer ”V 2025/3” kan inte heta så" in told
    assert "Rutiner okända.xlsx!Rutiner: besöket V2025-99 står inte i uppföljningsplanen" in told
    assert {p.name for p in folder.iterdir() if p.is_dir()} == {WHOLE, BARE}


def test_the_page_of_visits_leads_to_what_there_is(folder: Path) -> None:
    told = (folder / "index.html").read_text("utf-8")
    for href in re.findall(r'href="([^"#]+)"', told):
        assert href.startswith("../") or (folder / href).is_file()
    assert f'href="{WHOLE}/rapport.pdf"' in told and "Arbetsversion" in told
    if os.name == "posix":
        assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in folder.rglob("*.html"))


def test_every_number_has_its_cells_in_the_page(page: Path) -> None:
    whole = page.read_text("utf-8")
    shown = set(re.findall(r'<data class="fakta"[^>]*data-fakta="(\w+)"', whole))
    posts = set(re.findall(r'<li class="post" id="f-(\w+)"', whole))
    assert shown and shown <= posts
    assert "Granskning 2025.xlsx" in whole and "<script" in whole


@pytest.fixture
def altered(built: Workspace, tmp_path: Path) -> Path:
    """The documents, to alter."""
    shutil.copytree(built.reports / str(YEAR) / "intern" / "verksamhet", tmp_path / "verksamhet")
    return tmp_path


def _found(built: Workspace, edition: Path) -> set[str]:
    verdict = verify_visits(built, YEAR, edition, built.processed)
    return {d.where for d in verdict.differences}


def test_an_unaltered_copy_is_verified(built: Workspace, altered: Path) -> None:
    verdict = verify_visits(built, YEAR, altered, built.processed)
    assert verdict.ok and verdict.total > 250


def test_a_digit_altered_in_the_page_is_found(built: Workspace, altered: Path) -> None:
    page = altered / "verksamhet" / WHOLE / "rapport.html"
    text = page.read_text("utf-8")
    assert ">3 av 8</data>" in text
    page.write_text(text.replace(">3 av 8</data>", ">4 av 8</data>", 1), "utf-8")
    assert _found(built, altered) == {f"verksamhet/{WHOLE}/rapport.html"}


def test_a_grade_altered_in_the_page_is_found(built: Workspace, altered: Path) -> None:
    page = altered / "verksamhet" / WHOLE / "rapport.html"
    text = page.read_text("utf-8")
    shape = r'<span class="farg rod">▲</span>\u00a0'
    there = re.search(rf'(data-fakta="\w+">){shape}Röd – måste åtgärdas(</data>)', text)
    assert there
    other = f"{there[1]}●\u00a0Grön – uppfyller kraven helt{there[2]}"
    page.write_text(text.replace(there[0], other, 1), "utf-8")
    assert _found(built, altered) == {f"verksamhet/{WHOLE}/rapport.html"}


def test_a_number_altered_in_the_pdf_is_found(built: Workspace, altered: Path) -> None:
    """The report printed from other numbers: one kund fewer has a plan that is up to date."""
    home = altered / "verksamhet" / WHOLE
    text = (home / "notebooks" / "rapport.ipynb").read_text("utf-8")
    assert text.count("3 av 8") >= 2
    notebook = nbformat.reads(text.replace("3 av 8", "2 av 8"), as_version=4)
    [visit] = [v for v in visits(built, YEAR) if v.id == WHOLE]
    meta = metas_of(built, cover(built, YEAR, None), visit)["rapport"]
    document = collect({"rapport": notebook}, meta)
    (home / "rapport.pdf").write_bytes(pdf.render(document, exporter=CompactTypstExporter))
    assert _found(built, altered) == {f"verksamhet/{WHOLE}/rapport.pdf"}


def test_a_number_altered_in_the_ledger_is_found(built: Workspace, altered: Path) -> None:
    path = altered / "verksamhet" / WHOLE / "faktaregister.parquet"
    table_ = pq.read_table(path)
    rows = table_.to_pylist()
    one = next(r for r in rows if json.loads(r["definition"]).get("rule") == "grade")
    one["value"] = 1.0 if one["value"] != 1.0 else 0.0
    pq.write_table(pa.Table.from_pylist(rows, schema=table_.schema), path, store_schema=False)
    verdict = verify_visits(built, YEAR, altered, built.processed)
    assert one["id"] in {d.id for d in verdict.differences}
