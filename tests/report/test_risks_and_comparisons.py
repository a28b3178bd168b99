"""The chapters of risks and of comparisons: their figures counted outside the pipeline, from the
generator's own clean rows, and what they say when a table is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import ConfigError
from pipeline.exempel import expected_tables, kolada
from pipeline.facts.dataset import codebooks
from pipeline.facts.pattern import Pattern
from pipeline.forms.codebook import Codebook, read_codebook
from pipeline.intake.clean import schema
from pipeline.report import author, blocks, comparison, runs, visits_files
from pipeline.report import written as quotations
from pipeline.report.context import Context, planning
from pipeline.run import planning as runner
from pipeline.run.execute import Job
from pipeline.trace.verify.statistics import STATISTICS
from pipeline.workspace import REPO, Kommun, Workspace

YEARS, YEAR = (2023, 2024, 2025), 2025
RISKS, COMPARED = "60_risker_avvikelser_klagomal", "50_jamforelser"
TABLES = ("avvikelser", "riskanalys", "klagomal", "avslut", "brukarenkat", "jamforelser")
MISSING = "Underlag saknas"
Blocks = list[dict[str, Any]]


@pytest.fixture(scope="module")
def truth() -> dict[str, pd.DataFrame]:
    """Table → the generator's clean rows of three years, with `year`."""
    made: dict[str, list[dict[str, Any]]] = {}
    for (table, year), rows in expected_tables(YEARS).items():
        made.setdefault(table, []).extend({**row, "year": year} for row in rows)
    made["jamforelser"] = [
        {"kpi": v.kpi, "kommun": v.municipality, "ar": v.year, "kon": v.gender, "varde": v.value,
         "year": YEAR}
        for v in kolada.values(2025, YEARS)
    ]  # fmt: skip
    return {name: pd.DataFrame(rows, dtype=object) for name, rows in made.items()}


@pytest.fixture(scope="module")
def workspace(
    truth: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """A workspace of the clean rows themselves: what intake and validation do is not tried here."""
    folder = tmp_path_factory.mktemp("risker")
    w = Workspace(REPO / "data" / "raw", folder / "processed", folder / "reports")
    books = codebooks(w.raw)
    for name in TABLES:
        types = {f.name: f.type for f in schema(books[name])}
        for year, rows in truth[name].groupby("year"):
            columns = {
                c: pa.array([written(v, types.get(c)) for v in rows[c]], types.get(c))
                for c in rows.columns
                if c != "year"
            }
            path = w.processed / str(year) / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.table(columns), path)
    yield w


def written(value: Any, kind: pa.DataType | None) -> Any:
    """A clean value as the table stores it; a number that names somebody is a text there."""
    if pd.isna(value):
        return None
    return str(value) if kind == pa.string() else value


def told(
    w: Workspace, chapter: str, monkeypatch: pytest.MonkeyPatch, edition: str = "intern",
    pattern: Pattern | None = None,
) -> Blocks:  # fmt: skip
    """What a chapter displays, executed in this process."""
    shown: Blocks = []
    for module in (author, comparison, runs, visits_files, quotations):
        name = "_display" if module is author else "display"
        monkeypatch.setattr(module, name, shown.append)
    with planning(Context(w, YEAR, edition, pattern)):
        runner._run(Job(f"{chapter}.ipynb", chapter, {"year": YEAR, "edition": edition}))
    return shown


def text(block: dict[str, Any]) -> str:
    return blocks._text(block)


def texts(found: Blocks) -> str:
    return "\n".join(map(text, found))


def numbers(found: Blocks) -> dict[tuple[str, str], dict[str, Any]]:
    """(name, scope) → the fact's ledger row, of this year."""
    return {
        (r["name"], r["scope"]): r
        for block in found
        for r in block["facts"].values()
        if r["period"] == str(YEAR)
    }


def counts(rows: pd.DataFrame, column: str) -> dict[Any, int]:
    return {k: int(n) for k, n in rows[column].dropna().value_counts().items()}


def classes(found: Blocks, name: str, dimension: str) -> dict[Any, Any]:
    """Class → value of a one-dimensional table's facts, those that count nobody left out."""
    made = {}
    for (own, scope), record in numbers(found).items():
        if own == name and list(json.loads(scope)) == [dimension]:
            key = json.loads(scope)[dimension]
            if key is not None and record["value"]:
                made[key] = record["value"]
    return made


@pytest.fixture(scope="module")
def whole(workspace: Workspace) -> dict[str, Blocks]:
    """Chapter → what it displays in the internal edition when nothing is missing."""
    with pytest.MonkeyPatch.context() as patch:
        return {name: told(workspace, name, patch) for name in (RISKS, COMPARED)}


@pytest.fixture
def risks(whole: dict[str, Blocks]) -> Blocks:
    return whole[RISKS]


@pytest.fixture
def mine(truth: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The year's deviations."""
    rows = truth["avvikelser"]
    return rows[rows["year"] == YEAR]


def days(rows: pd.DataFrame, first: str, last: str) -> list[int]:
    both = rows.dropna(subset=[first, last])
    return [(b - a).days for a, b in zip(both[first], both[last], strict=True)]


def test_deviations_by_unit_type_cause_and_law_are_those_of_the_clean_rows(
    risks: Blocks, mine: pd.DataFrame
) -> None:
    for name, column in (
        ("avvikelser_per_enhet", "enhet"), ("avvikelser_typ", "typ"), ("orsak_antal", "orsak"),
        ("avvikelser_lagrum", "lagrum"), ("lex_sarah", "lex_sarah"),
    ):  # fmt: skip
        assert classes(risks, name, column) == counts(mine, column), name
    causes = mine["orsak"].dropna().value_counts(normalize=True).to_dict()
    assert classes(risks, "orsak_andel", "orsak") == pytest.approx(causes)
    assert numbers(risks)["avvikelser", "{}"]["value"] == len(mine)


def test_risk_is_likelihood_times_severity(risks: Blocks, mine: pd.DataFrame) -> None:
    rated = mine.dropna(subset=["sannolikhet", "allvar"])
    product = rated["sannolikhet"].astype(int) * rated["allvar"].astype(int)
    found = numbers(risks)["risk_fran_gransen", "{}"]
    assert (found["numerator"], found["denominator"]) == (int((product >= 4).sum()), len(rated))
    crossed = rated.groupby(["sannolikhet", "allvar"]).size().to_dict()
    cells = {
        (s["sannolikhet"], s["allvar"]): int(r["value"])
        for (name, scope), r in numbers(risks).items()
        if name == "avvikelser_riskmatris" and len(s := json.loads(scope)) == 2 and r["value"]
    }
    assert cells == crossed


def test_times_are_medians_of_days_and_open_cases_stand_apart(
    risks: Blocks, mine: pd.DataFrame
) -> None:
    found = numbers(risks)
    for name, last in (("dagar_till_utredd", "utreddatum"), ("dagar_till_avslutad", "avslutad")):
        taken = days(mine, "rapportdatum", last)
        assert found[name, "{}"]["value"] == float(pd.Series(taken).median())
        assert found[name, "{}"]["n"] == len(taken)
    closed, examined = mine["avslutad"].notna(), mine["utreddatum"].notna()
    assert [found[f"lage_{k}", "{}"]["value"] for k in (
        "avslutade", "utredda", "ej_utredda",
    )] == [closed.sum(), (~closed & examined).sum(), (~closed & ~examined).sum()]  # fmt: skip


def test_complaints_are_counted_and_timed(risks: Blocks, truth: dict[str, pd.DataFrame]) -> None:
    rows = truth["klagomal"]
    rows = rows[rows["year"] == YEAR]
    assert classes(risks, "framfort_antal", "typ") == counts(rows, "typ")
    assert classes(risks, "framfort_kategori", "kategori") == counts(rows, "kategori")
    asking = rows[rows["typ"].isin(["klagomal", "synpunkt"])]
    found = numbers(risks)
    taken = days(asking, "datum", "svarsdatum")
    assert found["dagar_till_svar", "{}"]["value"] == float(pd.Series(taken).median())
    assert found["obesvarade", "{}"]["value"] == int(asking["svarsdatum"].isna().sum())


def test_the_run_chart_is_of_every_month_and_finds_the_shift_that_was_planted(
    risks: Blocks, truth: dict[str, pd.DataFrame]
) -> None:
    rows = truth["avvikelser"]
    months = pd.Series([(d.year, d.month) for d in rows["rapportdatum"]]).value_counts()
    series = [int(months.get((y, m), 0)) for y in YEARS for m in range(1, 13)]
    middle = pd.Series(series).median()
    signs = [v > middle for v in series if v != middle]
    lengths, before = [], None
    for sign in signs:
        lengths = [*lengths, 1] if sign is not before else [*lengths[:-1], lengths[-1] + 1]
        before = sign
    (picture,) = [b for b in risks if b["kind"] == "figure" and "per månad" in text(b)]
    facts = {r["name"]: r["value"] for b in risks for r in b["facts"].values()}
    assert facts["avvikelser_manad_median"] == middle
    assert facts["avvikelser_manad_längst"] == max(lengths)
    assert facts["avvikelser_manad_korsningar"] == len(lengths) - 1
    assert "ett skift i nivån" in text(picture)
    assert picture["svg"].count("linje-3") > 0  # the planted rise of September 2024 is marked
    table = blocks._text({**picture["table"], "facts": {}})
    assert [int(x) for line in table.splitlines()[2:] for x in line.split(" | ")[1:]] == [
        series[12 * y + m] for m in range(12) for y in range(3)
    ]


def test_few_reports_are_never_told_as_good(risks: Blocks) -> None:
    cells = json.loads((REPO / "notebooks" / f"{RISKS}.ipynb").read_text(encoding="utf-8"))["cells"]
    prose = "".join(line for c in cells if c["cell_type"] == "markdown" for line in c["source"])
    assert "Få rapporter är inget tecken på god kvalitet" in prose
    assert not [w for w in ("bra resultat", "god kvalitet", "bäst") if w in texts(risks).lower()]


LEFT_OUT = {  # table → (chapter, what is said to be missing)
    "avvikelser": (COMPARED, "Rapporterade avvikelser"),
    "klagomal": (COMPARED, "Klagomål, synpunkter och beröm"),
    "avslut": (COMPARED, "Tidigare resultat"),
    "riskanalys": (RISKS, "Riskanalyser per process"),
    "jamforelser": (COMPARED, None),
    "brukarenkat": (COMPARED, None),
}


@pytest.mark.parametrize("left_out", LEFT_OUT)
def test_a_table_left_out_is_said_to_be_missing_and_changes_nothing_else(
    workspace: Workspace,
    whole: dict[str, Blocks],
    left_out: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without = Workspace(workspace.raw, tmp_path / "processed", workspace.reports)
    for path in workspace.processed.glob("*/*.parquet"):
        if path.stem != left_out:
            target = without.processed / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
    chapter, said = LEFT_OUT[left_out]
    for name in (RISKS, COMPARED):
        before, after = whole[name], told(without, name, monkeypatch)
        kept = [text(b) for b in before if not reads(b, left_out)]
        left = [text(b) for b in after if b.get("style") != "missing"]
        still = [t for t in left if t in set(kept)]
        assert still == [t for t in kept if t in set(still)]
        lost = [t for t in kept if t not in left and not t.startswith(MISSING)]
        assert lost == [], name
        if name == chapter and said:
            assert f"{MISSING}: {said}." in texts(after)
            assert f"{MISSING}: {said}." not in texts(before)


def reads(block: dict[str, Any], table: str) -> bool:
    """Whether a block rests on the table, or says of it that two are not to be compared."""
    facts = block["facts"].values()
    own = any(r.startswith(f"{table}.") for f in facts for r in json.loads(f["reads"]))
    named = any(json.loads(f["definition"]).get("dataset") == table for f in facts)
    beside = table == "brukarenkat" and text(block).startswith("Ej direkt jämförbart")
    series = table == "jamforelser" and block["kind"] == "heading"
    return own or named or beside or series


def test_the_ten_sources_stand_in_the_routines_order() -> None:
    cells = json.loads((REPO / "notebooks" / f"{COMPARED}.ipynb").read_text("utf-8"))["cells"]
    heads = [line for c in cells for line in c["source"] if line.startswith("## ")]
    assert [h.strip("# \n") for h in heads] == [
        "Brukarundersökningar", "Granskning av dokumentation",
        "Nationella och regionala riktlinjer", "Öppna jämförelser och andra verksamheter",
        "Tidigare resultat", "Synpunkter från medarbetare",
        "Synpunkter från beställare av uppdrag", "Synpunkter från samarbetspartners",
        "Genomgång av klagomål och synpunkter",
        "Genomgång av rapporteringar, avvikelser och lex Sarah",
    ]  # fmt: skip


def test_unlike_surveys_stand_side_by_side_without_a_difference(
    whole: dict[str, Blocks], truth: dict[str, pd.DataFrame]
) -> None:
    found = whole[COMPARED]
    rows = truth["brukarenkat"]
    answers = rows[rows["year"] == YEAR]["latt_kontakt"].dropna()
    own = numbers(found)["brukarenkat_u30447", "{}"]
    assert (own["numerator"], own["denominator"]) == (int((answers >= 4).sum()), len(answers))
    assert "Ej direkt jämförbart, samtliga frågor: vilka som svarar" in texts(found)
    assert "Ej direkt jämförbart, lätt att få kontakt: frågan" in texts(found)
    kinds = {
        json.loads(r["definition"]).get("function") for b in found for r in b["facts"].values()
    }
    assert not kinds & {"against", "difference", "difference_test", "cohens_h"}


def test_a_survey_that_agrees_in_all_four_is_compared(
    workspace: Workspace, truth: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = codebooks(workspace.raw)["brukarenkat"]
    same = [c for c in book.comparisons if c.kpi == "U30447"]
    alike = replace_comparisons(book, same)
    monkeypatch.setattr(
        comparison, "codebooks", lambda raw: {**codebooks(raw), "brukarenkat": alike}
    )
    found = told(workspace, COMPARED, monkeypatch)
    rows = truth["brukarenkat"]
    answers = rows[rows["year"] == YEAR]["latt_kontakt"].dropna()
    published = next(
        v.value for v in kolada.values(2025, YEARS)
        if (v.kpi, v.municipality, v.year, v.gender) == ("U30447", "9999", YEAR, "T")
    )  # fmt: skip
    (difference,) = [
        r for b in found for r in b["facts"].values()
        if json.loads(r["definition"]).get("function") == "against"
    ]  # fmt: skip
    share = (answers >= 4).sum() / len(answers)
    assert difference["value"] == pytest.approx(share - published / 100, abs=1e-9)
    again, _ = STATISTICS["against"]
    counted = {"numerator": int((answers >= 4).sum()), "denominator": len(answers)}
    parents = [counted, {"value": Fraction(str(published))}]
    assert round(again({}, parents), 9) == difference["value"]
    assert "Ej direkt jämförbart" not in texts(found)


def replace_comparisons(book: Codebook, comparisons: list[Any]) -> Codebook:
    return replace(book, comparisons=tuple(replace(c, differs={}) for c in comparisons))


def test_earlier_results_are_the_shares_of_every_year(
    whole: dict[str, Blocks], truth: dict[str, pd.DataFrame]
) -> None:
    found = whole[COMPARED]
    rows = truth["avslut"].dropna(subset=["nojd_resultat"])
    wanted = {
        str(year): float((some["nojd_resultat"] >= 4).mean()) for year, some in rows.groupby("year")
    }
    got = {
        r["period"]: r["value"]
        for b in found
        for r in b["facts"].values()
        if r["name"] == "nojd_med_resultatet"
    }
    assert got == pytest.approx(wanted)
    ended = truth["avslut"]
    ended = ended[(ended["year"] == YEAR) & ended["avslutsorsak"].notna()]
    broken = ended[ended["avslutsorsak"].isin(["avbrots_klient", "avbrots_verksamhet", "uteblev"])]
    share = numbers(found)["avbrutna", "{}"]
    assert share["numerator"] == broken["insats_id"].nunique()
    assert share["denominator"] == ended["insats_id"].nunique()


@pytest.mark.parametrize("chapter", [RISKS, COMPARED])
def test_a_chapter_stands_when_every_guarded_number_is_hidden(
    workspace: Workspace, chapter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dark = Pattern(open=frozenset({"riskanalys", "jamforelser", "rader", "celler"}))
    found = told(workspace, chapter, monkeypatch, "publik", dark)
    for block in found:
        for record in block["facts"].values():
            if any(r.startswith(("avvikelser.", "klagomal.", "avslut.", "brukarenkat."))
                   for r in json.loads(record["reads"])):  # fmt: skip
                assert (record["value"], record["status"]) == (None, "dold"), record["name"]
    assert "per månad" not in texts(found)  # months are for the unit's own work


def test_a_comparison_says_how_the_two_differ_and_without_digits(tmp_path: Path) -> None:
    told_all = {
        "population": "samma",
        "fraga": "Samma",
        "skala": "fem steg mot fyra",
        "tid": "samma",
    }
    good = {"kpi": "U30447", "where": "a >= 4", "title": "A", **told_all}

    def read(**changed: str) -> Codebook:
        doc = {"name": "prov", "fields": [{"name": "a", "type": "integer"}],
               "comparisons": [{**good, **changed}]}  # fmt: skip
        path = tmp_path / "prov.json"
        path.write_text(json.dumps(doc), encoding="utf-8")
        return read_codebook(path, Kommun())

    assert dict(read().comparisons[0].differs) == {"skala": "fem steg mot fyra"}
    with pytest.raises(ConfigError, match="tid saknas"):
        read(tid="")
    with pytest.raises(ConfigError, match="siffra"):
        read(skala="5 steg")


def test_guidelines_and_stakeholders_have_their_sections_when_they_are_there(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, processed = tmp_path / "raw", tmp_path / "processed"
    raw.mkdir()
    (raw / "kommun.toml").write_bytes((workspace.raw / "kommun.toml").read_bytes())
    for path in workspace.processed.glob("*/*.parquet"):
        if path.stem != "brukarenkat":  # its codebook is not here
            target = processed / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
    tables = {
        "riktlinjer": [
            {
                "matt": "avbrutna",
                "titel": "Avbrott",
                "mal": 20.0,
                "mats_i": "procent",
                "riktning": "lagre",
                "kalla": "Verksamhetsplanen.",
            },
            {
                "matt": "eget",
                "titel": "Väntan högst 14 dagar",
                "mal": 14.0,
                "mats_i": "varde",
                "riktning": "lagre",
                "kalla": "Beslut 7",
            },
        ],
        "intressenter": [
            {"svar_id": str(i), "roll": "medarbetare" if i < 9 else "bestallare"} for i in range(15)
        ],
    }
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), processed / str(YEAR) / f"{name}.parquet")
    w = Workspace(raw, processed, tmp_path / "reports")
    found = told(w, COMPARED, monkeypatch)
    said = texts(found)
    notes = "\n".join(blocks.plain(b.get("note", ())) for b in found)
    assert "Avbrutna insatser | 20\u00a0% |" in said
    assert "eget | 14,0 | –" in said  # a text with digits of its own does not stand in the report
    assert "Målen kommer från: Verksamhetsplanen." in notes and "Beslut" not in notes
    assert "9 svar finns från medarbetare." in said
    assert "6 svar finns från beställare av uppdrag." in said
    assert "0 svar finns från samarbetspartners." in said
    assert f"{MISSING}: Granskning av dokumentation." in said
