"""What `make annual` leaves behind on Exempelkommun, seen from outside."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pypdf
import pytest

from pipeline.exempel import ROWS, SEED, make_example
from pipeline.run.execute import kernel_environment
from pipeline.trace.lineage import source_cells
from pipeline.workspace import REPO
from tests.crates import CRATE, outputs
from tests.municipality import at, copy, prints, run

from .conftest import YEAR, Built

CONTRACT = [
    "id", "name", "scope", "title", "kind", "value", "unit", "n", "numerator", "denominator",
    "status", "definition", "reads", "parents", "period",
]  # fmt: skip
OCCURRENCE = [
    "fact", "period", "scope", "part", "text", "notebook", "cell_id", "source_sha256", "anchor",
]  # fmt: skip


@pytest.fixture(scope="module")
def ledger(edition: Built) -> pd.DataFrame:
    return pd.read_parquet(edition.intern / "faktaregister.parquet")


@pytest.fixture(scope="module")
def shown(edition: Built) -> pd.DataFrame:
    return pd.read_parquet(edition.intern / "forekomster.parquet")


def value(ledger: pd.DataFrame, name: str, scope: dict[str, object], period: int = YEAR) -> float:
    wanted = json.dumps(scope, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = ledger[(ledger.name == name) & (ledger.scope == wanted) & (ledger.period == str(period))]
    assert len(row) == 1, (name, wanted, period)
    return row.value.iloc[0]


def test_the_folder_holds_what_the_design_promises(edition: Built):
    for name in ("index.html", "arsrapport.html", "arsrapport.pdf", CRATE):
        assert (edition.intern / name).stat().st_size > 1000, name
    assert (edition.intern / "datakvalitet" / "index.html").is_file()
    executed = {p.stem for p in (edition.intern / "notebooks").glob("*.ipynb")}
    assert {"00_rensa", "01_validera", "10_sammanstallning"} <= executed
    assert {p.stem for p in (edition.intern / "notebooks").glob("*.html")} == executed
    public = {p.name for p in (edition.intern.parent / "publik").iterdir()}
    assert public == {
        "index.html", "arsrapport.html", "arsrapport.pdf", "faktaregister.json", "tabeller",
        "arkiv", "tillganglighet.html", CRATE,
    }  # fmt: skip


def test_the_ledger_has_the_columns_of_the_contract(ledger, shown):
    assert list(ledger.columns) == CONTRACT
    assert list(shown.columns) == OCCURRENCE


def test_every_number_shown_is_a_fact_of_the_ledger_with_its_cell(edition, ledger, shown):
    assert set(shown.fact) <= set(ledger.id)
    for name, cells in shown.groupby("notebook"):
        notebook = json.loads((edition.intern / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
        sources = {c["id"]: "".join(c["source"]) for c in notebook["cells"]}
        for row in cells.itertuples():
            digest = hashlib.sha256(sources[row.cell_id].encode()).hexdigest()
            assert digest == row.source_sha256
    assert ledger[ledger.kind.isin(["count", "share", "mean"])].reads.ne("[]").mean() > 0.9


def test_facts_equal_what_the_generator_knows(ledger, tmp_path_factory):
    truth = make_example(tmp_path_factory.mktemp("sant"), (2023, 2024, 2025), ROWS, SEED)
    start, slut = truth.table("bakgrund", YEAR), truth.table("avslut", YEAR)
    assert value(ledger, "paborjade", {}) == start.processed
    for column, name in (("insats", "paborjade_per_insats"), ("aldersgrupp", "alder_antal")):
        for key, number in start.counts[column].items():
            if key:
                assert value(ledger, name, {column: key}) == number
    for option, numbers in start.counts.items():
        if option.startswith("problem__") and numbers.get("True"):
            facts = ledger[(ledger.name == "problem_antal") & (ledger.period == str(YEAR))]
            found = facts[facts.definition.str.contains(option, regex=False)]
            assert found.value.iloc[0] == numbers["True"]
    answers = {int(k): n for k, n in slut.counts["nojd_kontakt"].items() if k}
    nojda = sum(n for k, n in answers.items() if k >= 4) / sum(answers.values())
    assert value(ledger, "nojd_med_kontakten", {}) == pytest.approx(nojda, abs=1e-12)


def test_the_unit_s_list_of_unanswered_stands_apart(edition, ledger):
    folder = edition.intern / "bevakning"
    files = {p.name for p in folder.iterdir()}
    assert files >= {"index.html", "familj.html", "familj.xlsx"}
    told = outputs(edition.intern)
    for file in folder.iterdir():
        assert told[f"bevakning/{file.name}"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert 'href="bevakning/index.html"' in (edition.intern / "index.html").read_text("utf-8")
    ids = set(re.findall(r"<code>([0-9a-f]{16})</code>", (folder / "familj.html").read_text()))
    assert ids and not any(ledger[c].astype(str).str.contains("|".join(ids)).any() for c in ledger)
    for file in (edition.intern.parent / "publik").rglob("*"):
        assert file.is_dir() or not any(i.encode() in file.read_bytes() for i in ids)


def test_a_number_is_traced_to_cells_that_openpyxl_reads(edition, ledger):
    row = ledger[(ledger.name == "paborjade_per_insats") & (ledger.period == str(YEAR))]
    record = row[row.value == row.value.max()].iloc[0].to_dict()
    insats = json.loads(record["scope"])["insats"]
    cells = source_cells(edition.workspace, YEAR, record["id"])
    assert len(cells) == record["value"]
    books: dict[str, openpyxl.Workbook] = {}
    texts = set()
    for cell in cells:
        path = edition.workspace.raw / str(YEAR) / cell["file"]
        book = books.setdefault(cell["file"], openpyxl.load_workbook(path, data_only=True))
        texts.add(book[cell["sheet"]][f"{cell['column']}{cell['row']}"].value)
        assert cell["address"] == f"{cell['file']}!{cell['sheet']}!{cell['column']}{cell['row']}"
    assert {t.strip().casefold() for t in texts} == {insats.casefold()}


def test_the_balance_adds_up(edition):
    doc = json.loads((edition.workspace.processed / str(YEAR) / "balance.json").read_text("utf-8"))
    assert len(doc["files"]) >= 4
    for f in doc["files"].values():
        assert f["rows"] == f["processed"] + f["duplicates"] + f["quarantined"]


@pytest.mark.parametrize("kind", ["datum", "skala", "före sitt startdatum"])
def test_faults_are_listed_to_mend_and_the_report_is_made(edition, kind):
    listed = (edition.workspace.processed / str(YEAR) / "att_ratta.csv").read_text("utf-8-sig")
    assert kind in listed.casefold()
    assert "celler att rätta" in edition.said


def test_the_report_loads_nothing_and_says_what_the_ledger_says(edition, shown):
    page = (edition.intern / "arsrapport.html").read_text("utf-8")
    assert not re.search(r"""(src|href)=["']?https?:""", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert scripts == [' type="application/json" id="spar-data"', ""]  # the trace panel's own
    assert "script-src 'sha256-" in page and "unsafe" not in page
    pages = pypdf.PdfReader(edition.intern / "arsrapport.pdf").pages
    text = "".join("".join(p.extract_text() for p in pages).split())
    for shown_text in shown[shown.notebook == "10_sammanstallning"].text.unique():
        assert shown_text.replace("\u00a0", "&nbsp;") in page or shown_text in page
        assert "".join(shown_text.split()) in text


@pytest.mark.long  # documents alone: tests/publish/test_edition.py
def test_equal_bytes_in_two_runs_in_two_folders(edition, two):
    """Nor does it matter whether there was something to take over."""
    first, again = (prints(built.workspace) for built in two)
    assert first == again == prints(edition.workspace)


def test_no_path_of_the_machine_and_no_planted_identity_in_any_output(edition, tmp_path_factory):
    truth = make_example(tmp_path_factory.mktemp("sant"), (2023, 2024, 2025), ROWS, SEED)
    numbers = {p.address for p in truth.planted if p.kind == "personuppgift"}
    assert numbers, "the example plants personal data"
    here = str(edition.workspace.raw.parent).encode()
    for path in edition.intern.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert here not in content and str(REPO).encode() not in content, path.name
            assert not re.search(rb"\b(19|20)\d{6}[-+]?238[0-9]\b", content), path.name


def test_the_executed_notebooks_give_the_same_outputs_again(edition):
    """By nbval, on kernels as the edition's own."""
    notebooks = sorted((edition.intern / "notebooks").glob("[1-9]*.ipynb"))
    with kernel_environment(edition.workspace):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-q",
             "-p", "tests.edition.nbval_kernels", "-o", "addopts=", *map(str, notebooks)],
            cwd=REPO, capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_bad_files_are_all_named_and_the_last_good_edition_stays(edition, tmp_path):
    place = copy(edition.workspace, tmp_path)
    raw = place.raw / str(YEAR)
    report = place.reports / str(YEAR) / "intern" / "arsrapport.html"
    before = hashlib.sha256(report.read_bytes()).hexdigest()
    bad = {
        "trasig.xlsx": (raw / "Bakgrund 2025.xlsx").read_bytes()[:3000],
        "låst.xlsx": bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
        + "EncryptedPackage".encode("utf-16-le") + bytes(2000),
        "okänt.csv": b"a;b;c\n1;2;3\n",
    }  # fmt: skip
    for name, content in bad.items():
        (raw / name).write_bytes(content)
    done = run(place, "annual")
    assert done.returncode == 1
    assert all(name in done.stderr for name in bad)
    assert done.stderr.count("Gör så här") >= 3
    assert "Traceback" not in done.stderr
    assert hashlib.sha256(report.read_bytes()).hexdigest() == before
    assert not [p for p in report.parents[1].iterdir() if p.name not in ("intern", "publik")]


def test_a_year_without_data_and_an_empty_folder_say_what_to_do(tmp_path, edition):
    place = at(tmp_path / "året före")
    shutil.copytree(edition.workspace.raw, place.raw)
    done = run(place, "annual", "--year", "2031")
    assert done.returncode == 1 and "2031" in done.stderr and "Gör så här" in done.stderr
    (tmp_path / "raw").mkdir()
    empty = at(tmp_path)
    done = run(empty, "annual")
    assert done.returncode == 1 and "Gör så här" in done.stderr
    assert not empty.reports.exists()


def test_facts_are_printed_as_json(edition):
    done = run(edition.workspace, "facts", "--name", "paborjade", "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 0 and rows[0]["name"] == "paborjade" and rows[0]["value"] > 100
    assert run(edition.workspace, "facts", "--name", "finns_inte").returncode == 2


def test_a_stage_is_released_frozen_and_never_written_over(edition: Built, tmp_path: Path):
    place = copy(edition.workspace, tmp_path)
    # Whether its balance holds or not, the reason that was given is in the record.
    call = ["release", "--stage", "mars", "--beslutad-av", "verksamhetschef", "--trots", "Provar."]
    done = run(place, *call)
    assert done.returncode == 0, done.stderr
    home = place.raw / str(YEAR) / "protokoll" / "utgavor" / "01-mars"
    record = json.loads((home / "utgava.json").read_text("utf-8"))
    assert (record["steg"], record["beslutad_av"]) == ("mars", "verksamhetschef")
    assert record["trots_avstamningen"] == "Provar." and record["ersatter"] is None
    files = {p.relative_to(home).as_posix(): p for p in home.rglob("*") if p.is_file()}
    listed = {f["namn"]: f["sha256"] for f in record["filer"]}
    assert listed == {
        n: hashlib.sha256(p.read_bytes()).hexdigest()
        for n, p in files.items()
        if n != "utgava.json"
    }
    assert all(p.stat().st_mode & 0o222 == 0 for p in files.values())
    for name in ("index.html", "arsrapport.html"):
        before = (place.reports / str(YEAR) / "publik" / name).read_text("utf-8")
        after = (home / "publik" / name).read_text("utf-8")
        assert "förhandsversion" in before and "förhandsversion" not in after
    pages = pypdf.PdfReader(home / "publik" / "arsrapport.pdf").pages
    assert "förhandsversion" not in "".join(p.extract_text() for p in pages[:2])
    # Nämnden's paper is released with it, of the same numbers, and no longer as a draft.
    draft, paper = (p / "underlag" / "namnden" for p in (edition.intern, home / "intern"))
    for folder, told in ((draft, "förhandsversion"), (paper, "uppgifter, mars")):
        pages = pypdf.PdfReader(folder / "namnden.pdf").pages
        assert all(told in " ".join(p.extract_text().split()) for p in pages)
        word = docx.Document(str(folder / "namnden.docx"))
        assert told in word.sections[0].header.paragraphs[0].text
    [before], [after] = (
        pypdf.PdfReader(p / "namnden.pdf").attachments["faktaregister.json"] for p in (draft, paper)
    )
    assert before == after
    # The numbers are those of the edition that was read before the decision.
    ledgers = [
        p / "faktaregister.json" for p in (home / "publik", edition.intern.parent / "publik")
    ]
    assert ledgers[0].read_bytes() == ledgers[1].read_bytes()
    # What binds later editions: only what was shown, so nothing below the threshold.
    counts = json.loads((home / "antal.json").read_text("utf-8"))
    small = [
        k for k, v in counts.items() if 0 < v < 5 and json.loads(k)[0] in ("avslut", "bakgrund")
    ]
    assert len(counts) > 100 and small == []
    # Now it is an input: the next release is of an edition that knows of it.
    again = run(place, *call[:-2], "--rattelse", "Fel enhet.", "--trots", "Provar.")
    assert again.returncode == 2 and "make annual" in again.stderr
    assert len(list(home.parent.iterdir())) == 1
