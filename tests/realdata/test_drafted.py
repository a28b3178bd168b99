"""Real surveys compiled from drafted codebooks, no hand on them, against counts of the files."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pyreadstat
import pytest

from pipeline.forms.codebook import read_codebook
from pipeline.intake.drafting.draft import draft, name_of
from pipeline.workspace import Kommun

from .compare import DIFFERS, Crosswalk, compare
from .drafted import Compiled, answers, compiled, wrong
from .expected import outcome, read_expected
from .published import read_headers, read_tables
from .workspace import EXPORT, PUBLISHED, REALDATA, RSE, SURVEY, YEAR

pytestmark = pytest.mark.realdata
SPACK = {y: REALDATA / "googleforms" / f"spack-{y}.csv" for y in (2020, 2021, 2022)}
PREVENT = REALDATA / "spss" / "PreventOSAspss.sav"
QUALTRICS = REALDATA / "qualtrics"


def sheet(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.reader(f))


class TestLimeSurvey:
    @pytest.fixture(scope="class")
    def made(self, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
        return compiled(tmp_path_factory.mktemp("rse"), {YEAR: EXPORT})

    def test_the_published_tables_come_out_as_with_the_codebook_made_by_hand(
        self, made: Compiled
    ) -> None:
        tables = list(read_tables(PUBLISHED, read_headers(EXPORT)))
        rows = compare(tables, made.ledger(YEAR), Crosswalk(made.codebook), YEAR)
        assert outcome(rows, {t.name: t.layout for t in tables}) == read_expected(
            RSE / "EXPECTED.md"
        )
        assert [r for r in rows if r.reason == DIFFERS] == []
        counts = [r for r in rows if r.measure == "count"]
        assert (sum(r.equal for r in counts), len(counts)) == (817, 874)

    def test_no_cell_is_blanked_and_no_row_lost(self, made: Compiled) -> None:
        told = made.balance(YEAR)[EXPORT.name]
        assert told["rows"] == told["processed"] == 253
        assert told["cells_blanked"] == 0

    def test_no_own_words_are_in_the_codebook(self, made: Compiled) -> None:
        open_codes = ("edu3", "conf2can", "train3", "skill2[SQ001]", "skill2[SQ2]", "ukrse3")
        heads, *rows = sheet(EXPORT)
        at = [j for j, h in enumerate(heads) if h.split(". ")[0] in open_codes]
        assert len(at) == len(open_codes)
        text = made.codebook.read_text(encoding="utf-8")
        text += made.codebook.with_name(f"{made.survey}.fragor.md").read_text(encoding="utf-8")
        told = [row[j] for row in rows for j in at if len(row[j]) > 25 and row[j] in text]
        assert told == []


class TestThreeYearsOfGoogleForms:
    @pytest.fixture(scope="class")
    def made(self, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
        return compiled(tmp_path_factory.mktemp("spack"), SPACK)

    @pytest.mark.parametrize(("year", "rows", "least"), [(2020, 170, 300), (2021, 179, 330),
                                                         (2022, 182, 350)])  # fmt: skip
    def test_every_answer_that_can_be_chosen_is_counted_as_in_the_file(
        self, made: Compiled, year: int, rows: int, least: int
    ) -> None:
        heads, *cells = sheet(SPACK[year])
        assert made.balance(year)[SPACK[year].name]["processed"] == len(cells) == rows
        found = answers(made, year, [heads], cells)
        assert wrong(found) == []
        assert sum(n for *_, n, _ in found) > 2000 and len(found) >= least

    def test_one_codebook_has_the_questions_of_all_three(self, made: Compiled) -> None:
        known = {
            " ".join(h.split()).casefold()
            for f in made.doc["fields"]
            for h in (f["title"], *f.get("aliases", ()))
        }
        lacking = [
            h
            for path in SPACK.values()
            for h in sheet(path)[0]
            if " ".join(h.split()).casefold() not in known
        ]
        assert {h for h in lacking if h != "Timestamp"} == {
            # Nobody answered it in the file: it asks for an e-mail address.
            h for h in sheet(SPACK[2022])[0] if h.startswith("If you're interested in being cont")
        }  # fmt: skip

    def test_a_question_and_an_answer_that_changed_words_are_one_and_asked_about(
        self, made: Compiled
    ) -> None:
        by_title = {f["title"]: f for f in made.doc["fields"]}
        renamed = by_title["Better autodetection of system packages"]
        assert any("[Autodetection of system packages]" in a for a in renamed["aliases"])
        office = [
            c for c in by_title["Where do you work?"]["categories"] if "Office of Sc" in c["label"]
        ]
        assert [c["aliases"] for c in office] == [["DOE/Office of Science Lab (ORNL/ANL/LBL)"]]
        asked = made.codebook.with_name(f"{made.survey}.fragor.md").read_text(encoding="utf-8")
        assert "Autodetection of system packages" in asked and "ORNL/ANL/LBL" in asked


class TestSpss:
    @pytest.fixture(scope="class")
    def made(self, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
        return compiled(tmp_path_factory.mktemp("prevent"), {2023: PREVENT})

    def test_every_item_is_counted_as_pyreadstat_counts(self, made: Compiled) -> None:
        values, meta = pyreadstat.read_sav(str(PREVENT))
        ledger = made.ledger(2023)
        scopes = [tuple(json.loads(s).items()) for s in ledger["scope"]]
        numbers = dict(zip(zip(ledger["name"], scopes, strict=True), ledger["value"], strict=True))
        fields = {f["title"]: f for f in made.doc["fields"]}
        items = 0
        for variable, labels in meta.variable_value_labels.items():
            field = fields[variable]
            gone = {c["value"] for c in field["categories"] if c.get("missing")}
            for code, label in labels.items():
                if int(code) in gone:
                    assert label == "Vill ej uppge"
                    continue
                key = (f"{made.survey}_{field['name']}_antal", ((field["name"], int(code)),))
                assert numbers[key] == (values[variable] == code).sum(), (variable, label)
            items += 1
        assert items == 56

    def test_scales_stand_from_low_to_high_in_grids(self, made: Compiled) -> None:
        groups = Counter(f.get("group", "") for f in made.doc["fields"])
        assert {groups[f"q00{n:02}"] for n in range(5, 14)} == {5, 6, 7, 4}
        first = next(f for f in made.doc["fields"] if f["title"] == "q0006_0001")
        assert [c["label"] for c in first["categories"]] == [
            "Aldrig", "Sällan", "Ibland", "Ganska ofta", "Mycket ofta", "Alltid"
        ]  # fmt: skip


SAMPLES = [
    ("Better Sample Survey", "Better_Sample_Survey"),
    ("Many Different Question Types", "Sample_Survey"),
    ("Many Different Question Types", "Sample_Survey (Insights)"),
    ("Matrix Single Answer Survey", "Matrix_Single_Answer_Testing"),
    ("Multiple Answer Matrix Questions", "Multiple_Answer_Matrix_Questions"),
    ("Multiple Answer Matrix Questions", "Multiple_Answer_Matrix_Questions (Insights)"),
    ("Multiple Answer Multiple Choices Questions", "Multiple_Answer_MC_Questions"),
    ("Multiple Answer Multiple Choices Questions", "Multiple_Answer_MC_Questions (Insights)"),
    ("No Basis for Evaluation", "No_Basis_for_Evaluation (Insights)"),
    ("No Basis for Evaluation", "No_Basis_for_Evaluation (Legacy)"),
    ("Sample Survey", "Sample_Survey"),
    ("Single Answer Multiple Choice Questions", "Single_Answer_MC_Questions"),
    ("Single Answer Multiple Choice Questions", "Single_Answer_MC_Questions (Insights)"),
    ("Text Entry Components", "Questions_with_Text_Entry_Components"),
]


@pytest.mark.parametrize(("folder", "name"), SAMPLES, ids=[n for _, n in SAMPLES])
@pytest.mark.parametrize("structure", [False, True], ids=["export", "export+qsf"])
def test_a_qualtrics_sample_is_compiled(
    tmp_path: Path, folder: str, name: str, structure: bool
) -> None:
    """All answers of the samples are previews: they are counted because kommun.toml says so."""
    export = QUALTRICS / folder / f"{name}.csv"
    beside = [export.with_name(f"{name.split(' (')[0]}.qsf")] if structure else []
    extra = f'rakna_alla_svar = ["{export.name}"]\n'
    made = compiled(tmp_path, {2024: export}, beside, extra)
    rows = sheet(export)
    first = next(i for i, row in enumerate(rows) if i and row[0].startswith("R_"))
    told = made.balance(2024)[export.name]
    assert told["processed"] == told["rows"] == len(rows) - first
    assert wrong(answers(made, 2024, rows[:first], rows[first:])) == []


@pytest.mark.parametrize(
    "path",
    [
        p
        for folder in (
            "googleforms",
            "limesurvey-lss",
            "msforms",
            "qualtrics",
            "redcap",
            "spss",
            SURVEY.name,
        )
        for p in sorted((REALDATA / folder).rglob("*"))
        if p.parent.name != "published"
        and p.suffix in (".csv", ".xlsx", ".xls", ".sav", ".dta", ".lss", ".qsf")
    ],
    ids=lambda p: p.name,
)
def test_a_codebook_of_every_survey_file_loads(path: Path, tmp_path: Path) -> None:
    made = draft([path], name_of(path), Kommun())
    written = tmp_path / "bok.json"
    written.write_text(json.dumps(made.doc, ensure_ascii=False), encoding="utf-8")
    assert read_codebook(written, Kommun()).fields
