"""Chapter 80 on a small Exempelkommun: counted again by DuckDB, found by name, told by cell."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb
import nbformat
import pyarrow.parquet as pq
import pytest

from pipeline.facts import pattern as patterns
from pipeline.facts.action_plan import measures, unfollowed
from pipeline.facts.again import again
from pipeline.facts.dataset import codebooks, open_dataset, open_tables
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean, share, total
from pipeline.facts.pattern import Pattern
from pipeline.report import action_plan, author, blocks, written
from pipeline.run.execute import Job
from pipeline.run.planning import _cell
from pipeline.run.public import tell
from pipeline.workspace import REPO, Workspace, load_kommun
from tests.municipality import copy, tables
from tests.planted import few

YEARS, ROWS, SEED = (2024, 2025), 100, 3
YEAR = YEARS[-1]
FILES = ("Avslut", "avslut", "Bakgrund", "Handlingsplan", "Volymer")
CHAPTER = "80_handlingsplan"
BEFORE = "15_uppfoljningsgrad"
Block = dict


def job(name: str, edition: str = "intern") -> Job:
    return Job(f"{name}.ipynb", name, {"year": YEAR, "edition": edition})


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = few(tmp_path_factory.mktemp("plan"), FILES, ROWS, SEED, YEARS)
    tables(made, *YEARS)
    made.reports.mkdir()
    open_ = Pattern(open=open_tables(codebooks(made.raw), "publik"))
    patterns.path(made.processed, YEAR, "publik").write_text(open_.to_json(), encoding="utf-8")
    tell(made, YEAR, "intern", [job(BEFORE), job(CHAPTER)])
    return made


def chapter(workspace: Workspace, edition: str = "intern", date: str = "") -> list[Block]:
    """The blocks that the chapter displays, its code cells run in this process."""
    made: list[Block] = []
    load_kommun.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        for key, value in workspace.environment().items():
            patch.setenv(key, value)
        found_in = ((m, "display") for m in (blocks, action_plan, written))
        for module, name in ((author, "_display"), *found_in):
            patch.setattr(module, name, made.append)
        names: dict[str, object] = {"__name__": "__main__"}
        found = nbformat.read(REPO / "notebooks" / f"{CHAPTER}.ipynb", as_version=4).cells
        for cell in (c for c in found if c.cell_type == "code"):
            _cell(cell.source, names)
            if "parameters" in cell.metadata.get("tags", ()):
                names |= {"edition": edition, "date": date}
    return made


@pytest.fixture(scope="module")
def displayed(workspace: Workspace) -> list[Block]:
    return chapter(workspace)


def table(shown: list[Block], title: str) -> list[list[str]]:
    [found] = [b for b in shown if b["kind"] == "table" and title in blocks.plain(b["caption"])]
    return [
        [blocks.plain(row["header"]), *map(blocks.plain, row["cells"])] for row in found["rows"]
    ]


def texts(shown: list[Block]) -> str:
    return "\n".join(blocks.plain(b["runs"]) for b in shown if b["kind"] == "paragraph")


def counted(workspace: Workspace, where: str, year: int = YEAR) -> int:
    file = workspace.processed / str(year) / "handlingsplan.parquet"
    [(found,)] = duckdb.sql(f"SELECT count(*) FROM '{file}' WHERE {where}").fetchall()
    return int(found)


def test_measures_are_counted(workspace: Workspace, displayed: list[Block]) -> None:
    facts = {
        (r["name"], r["scope"], r["period"]): r for b in displayed for r in b["facts"].values()
    }
    assert facts["plan_atgarder", "{}", "2025"]["value"] == counted(workspace, "true") == 10
    for name, column in (("plan_status", "status"), ("plan_typ", "typ"), ("plan_enhet", "enhet")):
        told = {k[1]: r["value"] for k, r in facts.items() if k[0] == name and k[2] == "2025"}
        assert len(told) > 3
        for scope, value in told.items():
            [code] = json.loads(scope).values()
            where = f"{column} IS NULL" if code is None else f"{column} = '{code}'"
            assert value == counted(workspace, where), (name, code)
    late = "status IN ('planerad', 'pagar') AND slut < '2026-05-29'"
    assert facts["plan_forsenade", "{}", "2024"]["value"] == counted(workspace, late, 2024) > 0
    assert len(table(displayed, "Försenade åtgärder")) == sum(
        counted(workspace, late, y) for y in YEARS
    )


def test_each_measure_stands_as_it_is_written(workspace: Workspace, displayed: list[Block]) -> None:
    rows = table(displayed, f"Åtgärderna i planen utifrån {YEAR}")
    file = workspace.processed / str(YEAR) / "handlingsplan.parquet"
    written = {f"{r['atgard_id']}. {r['atgard']}" for r in pq.read_table(file).to_pylist()}
    assert {row[0] for row in rows} == written
    assert [r[1] for r in rows] == sorted((r[1] for r in rows), key=_order)


def _order(unit: str) -> int:
    return ["Hela sektorn", *(o.label for o in load_kommun(REPO / "data" / "raw").enheter)].index(
        unit
    )


def test_a_finding_is_the_number_that_its_chapter_shows(
    workspace: Workspace, displayed: list[Block]
) -> None:
    found = measures(workspace, YEAR)
    assert found is not None
    known = {m.brist_ref for m in found if m.brist_ref.startswith("uppfoljda")}
    shown = {r[0]: r for r in table(displayed, "Talen som åtgärderna vilar på")}
    assert len(known) == len(shown) > 0
    told = json.loads((workspace.processed / str(YEAR) / "fakta-intern.json").read_text("utf-8"))
    ids = {r["id"] for r in told if r["name"].startswith("uppfoljda")}
    [block] = [b for b in displayed if b["kind"] == "table" and "vilar" in str(b["caption"])]
    assert ids & block["facts"].keys()
    for row in shown.values():
        assert "–" not in row[1:4], "this year, the year before and the difference"


def test_a_name_that_no_chapter_shows_is_told_by_cell(
    workspace: Workspace, displayed: list[Block]
) -> None:
    [cell] = [a for a, why in unfollowed(workspace, YEAR) if "”uppfoljd”" in why]
    assert cell == "Handlingsplan 2025.xlsx!Åtgärder!B14"
    rows = dict(table(displayed, "Hänvisningar som inte går att följa"))
    assert "Menar du uppfoljda" in rows[cell]


def test_the_public_edition_has_counts_and_no_words_of_the_plans(workspace: Workspace) -> None:
    shown = chapter(workspace, "publik")
    assert not [b for b in shown if "quoted" in json.dumps(b)]
    said = json.dumps(shown, ensure_ascii=False)
    found = measures(workspace, YEAR)
    assert found is not None
    assert not any(m.atgard in said or m.ansvarig in said for m in found)
    assert "åtgärder" in texts(shown) and "Åtgärder efter status" in said


def test_the_autumn_is_compared_with_may(workspace: Workspace, tmp_path: Path) -> None:
    made = copy(workspace, tmp_path)
    kept = made.raw / str(YEAR) / "protokoll" / "utgavor" / "02-maj" / "intern"
    kept.mkdir(parents=True)
    file = made.processed / str(YEAR) / "handlingsplan.parquet"
    assert "Majutgåvan är inte publicerad" in texts(chapter(workspace))
    shutil.copyfile(file, kept / file.name)
    assert "Ingen åtgärd har ändrat läge" in texts(chapter(made))
    rows = pq.read_table(file).to_pylist()
    rows[0]["status"], rows[1]["atgard_id"] = "avbruten", "ny"
    now = pq.read_table(file).schema.empty_table().from_pylist(rows, pq.read_schema(file))
    pq.write_table(now, file)
    changed = {row[0].split(". ")[0]: row[1:] for row in table(chapter(made), "sedan majutgåvan")}
    assert changed["H2025-01"][1] == "Avbruten" and changed["H2025-01"][0] in ("Planerad", "Pågår")
    assert changed["ny"][0] == "Ny" and changed["H2025-02"][1] == "Borttagen"
    assert len(changed) == 3


def test_without_a_plan_the_chapter_says_so(workspace: Workspace, tmp_path: Path) -> None:
    made = copy(workspace, tmp_path)
    for year in YEARS:
        (made.processed / str(year) / "handlingsplan.parquet").unlink()
    said = texts(chapter(made))
    assert "Underlag saknas: Åtgärder i handlingsplanen." in said
    assert "Underlag saknas: förra årets handlingsplan." in said


def test_a_measure_of_another_year_is_what_the_author_would_have_counted(
    workspace: Workspace,
) -> None:
    def of(year: int) -> list[Fact]:
        avslut = open_dataset(workspace, "avslut", year, YEAR)
        volymer = open_dataset(workspace, "volymer", year, YEAR)
        units = share(avslut, "nojd_kontakt >= 4", by="enhet", name="a", title="A")
        return [
            units["familj"],
            share(avslut, "erbjuden", distinct="insats_id", name="b", title="B"),
            count(avslut, "avslutsorsak = 'planenligt'", distinct="insats_id", name="c", title="C"),
            mean(avslut, "nojd_kontakt", quantile="0.5", name="d", title="D"),
            total(volymer, "deltagare", name="e", title="E"),
        ]

    for now, before in zip(of(YEAR), of(YEAR - 1), strict=True):
        name = str(now.definition["dataset"])
        made = again(now, open_dataset(workspace, name, YEAR - 1, YEAR))
        assert made is not None and made.record() == before.record()


def test_overdue_knows_the_day_it_is_told_as_of(workspace: Workspace, tmp_path: Path) -> None:
    made = copy(workspace, tmp_path)
    settings = made.raw / "kommun.toml"
    told = settings.read_text("utf-8").replace("2026-05-29", "2026-12-01")
    settings.write_text(told, encoding="utf-8")
    shown = chapter(made)
    late = "status IN ('planerad', 'pagar') AND slut < '2026-12-01'"
    many = counted(workspace, late)
    assert f"är {many} åtgärder i planen utifrån 2025 försenade" in texts(shown) and many > 0
    table(shown, f"Försenade åtgärder per {dt.date(2026, 12, 1).isoformat()}")
    # DATE= says the same without a word in the settings.
    assert texts(chapter(workspace, date="2026-12-01")) == texts(shown)
