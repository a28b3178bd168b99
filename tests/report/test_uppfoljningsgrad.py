"""Chapter 15 and the bevakningslista against the generator's clean rows, counted here by hand."""

from __future__ import annotations

import csv
import datetime as dt
import hmac
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import nbformat
import openpyxl
import pytest
from statsmodels.stats.proportion import proportion_confint

from pipeline.exempel import expected_tables, world
from pipeline.exempel.truth import Expected
from pipeline.facts.watchlist import waiting
from pipeline.publish.watchlist import write_watchlist
from pipeline.report import author, blocks
from pipeline.run.planning import _cell
from pipeline.workspace import REPO, Workspace
from tests.chapters import ROWS, SEED, YEAR, YEARS, known_municipality

DAY = dt.date(2026, 3, 16)
CHAPTER = REPO / "notebooks" / "15_uppfoljningsgrad.ipynb"
Facts = dict[tuple[str, str, str], dict]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return known_municipality()[0]


@pytest.fixture(scope="module")
def tables() -> dict[tuple[str, int], list[Expected]]:
    return expected_tables(YEARS, ROWS, SEED)


@pytest.fixture(scope="module")
def slut(tables: dict[tuple[str, int], list[Expected]]) -> list[Expected]:
    return tables["avslut", YEAR]


def chapter(workspace: Workspace) -> list[dict]:
    """The blocks that the chapter displays, its code cells run in this process."""
    made: list[dict] = []
    with pytest.MonkeyPatch.context() as patch:
        for key, value in workspace.environment().items():
            patch.setenv(key, value)
        patch.setattr(blocks, "display", made.append)
        patch.setattr(author, "_display", made.append)
        names: dict[str, object] = {"__name__": "__main__"}
        for cell in nbformat.read(CHAPTER, as_version=4).cells:
            if cell.cell_type == "code":
                _cell(cell.source, names)
    return made


@pytest.fixture(scope="module")
def displayed(workspace: Workspace) -> list[dict]:
    return chapter(workspace)


@pytest.fixture(scope="module")
def facts(displayed: list[dict]) -> Facts:
    """(name, scope, period) → record of every fact shown."""
    return {(r["name"], r["scope"], r["period"]): r for b in displayed for r in b["facts"].values()}


def fact(facts: Facts, name: str, year: int = YEAR, **scope: object) -> dict:
    told = json.dumps(scope, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return facts[name, told, str(year)]


def of(record: dict) -> tuple[int, int]:
    return record["numerator"], record["denominator"]


def answered(row: Expected) -> bool:
    return row["respondent"] is not None or row["svarsdatum"] is not None


def insatser(
    rows: list[Expected], fits: Callable[[Expected], bool] = lambda row: True
) -> set[object]:
    return {r["insats_id"] for r in rows if fits(r)}


def followed_up(rows: list[Expected]) -> tuple[int, int]:
    return len(insatser(rows, answered)), len(insatser(rows))


def by(rows: list[Expected], column: str) -> dict[object, list[Expected]]:
    made = defaultdict(list)
    for row in rows:
        made[row[column]].append(row)
    return made


def test_the_share_followed_up_is_counted_by_insats_each_year(facts: Facts, tables) -> None:
    for year in YEARS:
        rows = tables["avslut", year]
        assert len(rows) > len(insatser(rows)), "some insatser have several answers"
        assert of(fact(facts, "uppfoljda", year)) == followed_up(rows)


@pytest.mark.parametrize(
    ("name", "column"),
    [("uppfoljda_per_enhet", "enhet"), ("uppfoljda_per_kon", "kon"),
     ("uppfoljda_per_alder", "aldersgrupp"), ("uppfoljda_per_insats", "insats")],
)  # fmt: skip
def test_who_is_followed_up(facts: Facts, slut: list[Expected], name: str, column: str) -> None:
    groups = by(slut, column)
    assert len(groups) > 3 or column == "kon"
    for group, rows in groups.items():
        assert of(fact(facts, name, **{column: group})) == followed_up(rows)


def test_the_manner_by_unit(facts: Facts, slut: list[Expected]) -> None:
    known = [r for r in slut if r["svarssatt"] is not None]
    for unit, rows in by(known, "enhet").items():
        for manner in ("samtal", "intervju", "enkat"):
            wanted = sum(r["svarssatt"] == manner for r in rows), len(rows)
            found = fact(facts, "svarssatt_per_enhet", enhet=unit, svarssatt=manner)
            assert of(found) == wanted


def test_late_answers_are_counted_and_kept(facts: Facts, slut: list[Expected]) -> None:
    dated = [r for r in slut if isinstance(r["slutdatum"], dt.date) and r["svarsdatum"]]
    days = [(r["svarsdatum"] - r["slutdatum"]).days for r in dated]
    late = sum(d > 31 for d in days)
    assert 0 < late < len(dated) and of(fact(facts, "sena_svar")) == (late, len(dated))
    assert followed_up(slut)[0] >= len({r["insats_id"] for r in dated}), "late answers count"


def test_why_answers_are_missing(facts: Facts, slut: list[Expected]) -> None:
    offered = [r for r in slut if r["erbjuden"] is not None]
    wanted = len(insatser(offered, lambda r: r["erbjuden"] is True)), len(insatser(offered))
    assert of(fact(facts, "erbjudna")) == wanted
    wanted = followed_up([r for r in slut if r["erbjuden"]])
    assert of(fact(facts, "svarade_av_erbjudna")) == wanted
    gone = [r for r in slut if not answered(r)]
    reasons = Counter(r["bortfallsorsak"] for r in gone)
    assert len(reasons) > 3
    assert fact(facts, "bortfallsorsak_okand")["value"] == reasons.pop(None, 0)
    for reason, number in reasons.items():
        assert fact(facts, "bortfallsorsak_antal", bortfallsorsak=reason)["value"] == number


def test_who_asked_stands_beside_each_other_with_an_interval(
    facts: Facts, slut: list[Expected]
) -> None:
    for who in ("egen_behandlare", "annan"):
        grades = [r["nojd_kontakt"] for r in slut if r["genomford_av"] == who]
        known = [g for g in grades if g is not None]
        k, n = sum(g >= 4 for g in known), len(known)
        assert of(fact(facts, "nojda_per_genomforare", genomford_av=who)) == (k, n)
        low, high = proportion_confint(k, n, method="wilson")
        for part, bound in (("nedre", low), ("övre", high)):
            told = fact(facts, f"wilson_{part}_nojda_per_genomforare", genomford_av=who)
            assert told["value"] == pytest.approx(bound, abs=1e-8)


def test_volumes_are_summed_by_unit_insats_and_tertial(facts: Facts, tables) -> None:
    rows = tables["volymer", YEAR]
    sums: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        tertial = f"T{(int(str(row['manad'])) + 3) // 4}"
        for what in ("tillfallen", "deltagare"):
            for key in ((), ("enhet", row["enhet"]), ("insats", row["insats"])):
                # A cell that could not be read is left out, as the data quality page tells.
                sums[what, *map(str, key), *([tertial] if key else [])] += int(row[what] or 0)
    assert len(sums) > 50
    for key, wanted in sums.items():
        what, *classes = key
        if not classes:
            assert fact(facts, what)["value"] == wanted
            continue
        dimension, value, tertial = classes
        found = fact(facts, f"{what}_per_{dimension}", **{dimension: value}, tertial=tertial)
        assert found["value"] == wanted


def test_notes_during_the_insats(facts: Facts, tables) -> None:
    rows = tables["lopande", YEAR]
    assert fact(facts, "anteckningar")["value"] == len(rows)
    assert fact(facts, "insatser_med_anteckning")["value"] == len(insatser(rows))
    for kind, number in Counter(r["slag"] for r in rows).items():
        assert fact(facts, "slag_antal", slag=kind)["value"] == number
    values = [r["varde"] for r in rows if r["varde"] is not None]
    rated = fact(facts, "skattning_medel")
    assert rated["n"] == len(values)
    assert rated["value"] == pytest.approx(sum(values) / len(values))


@pytest.mark.parametrize("table", ["avslut", "volymer", "lopande"])
def test_without_a_table_its_sections_say_so_and_the_others_stand(
    workspace: Workspace, displayed: list[dict], tmp_path: Path, table: str
) -> None:
    less = Workspace(workspace.raw, tmp_path / "processed", tmp_path / "reports")
    for folder in workspace.processed.glob("[12]*"):
        shutil.copytree(folder, less.processed / folder.name)
    for path in less.processed.glob(f"[12]*/{table}.parquet"):
        path.unlink()
    found = chapter(less)
    lost = [b for b in found if b.get("style") == "missing"]
    assert lost and all(blocks.plain(b["runs"]).startswith("Underlag saknas") for b in lost)
    rest = [b for b in displayed if not reads(b, table)]
    kept = [b for b in found if b not in lost]
    assert [untimed(b) for b in kept] == [untimed(b) for b in rest]


def reads(block: dict, table: str) -> bool:
    return any(f'"{table}.' in r["reads"] or table in r["definition"] for r in
               block["facts"].values())  # fmt: skip


def untimed(block: dict) -> str:
    return json.dumps(block, sort_keys=True, ensure_ascii=False)


# -- bevakningslistan ---------------------------------------------------------------------------


def unanswered(rows: list[Expected], day: dt.date) -> list[Expected]:
    """What the list should hold: ended, nobody has answered, and the client is alive."""
    some = insatser(rows, answered)
    return [
        r
        for r in rows
        if r["insats_id"] not in some
        and "avliden" not in (r["avslutsorsak"], r["bortfallsorsak"])
        and (r["slutdatum"] is None or r["slutdatum"] <= day)
    ]


@pytest.mark.parametrize("day", [DAY, dt.date(2025, 6, 30)])
def test_the_list_holds_the_unanswered_of_each_unit(
    workspace: Workspace, slut: list[Expected], tmp_path: Path, day: dt.date
) -> None:
    write_watchlist(workspace, YEAR, tmp_path, day)
    wanted = by(unanswered(slut, day), "enhet")
    assert any(r["bortfallsorsak"] == "olampligt" for rows in wanted.values() for r in rows)
    for unit in world.ENHETER:
        cells = listed(tmp_path / "bevakning" / f"{unit}.xlsx")
        places = [(file, sheet or "", row) for *_, file, sheet, row in cells]
        assert sorted(places) == sorted(map(place, wanted[unit]))
        days = {place(r): r["slutdatum"] and (day - r["slutdatum"]).days for r in wanted[unit]}
        assert [days[p] for p in places] == [c[3] for c in cells]
        ended = [c[2].date() for c in cells if c[2]]
        assert ended == sorted(ended)


def test_the_unit_finds_the_insats_where_the_list_says(
    workspace: Workspace, tmp_path: Path
) -> None:
    write_watchlist(workspace, YEAR, tmp_path, DAY)
    for unit in ("familj", "ungdom"):
        for cells in listed(tmp_path / "bevakning" / f"{unit}.xlsx"):
            path = workspace.raw / str(YEAR) / cells[7]
            if path.suffix == ".csv":
                with path.open(encoding="utf-8-sig", newline="") as file:
                    raw = list(csv.reader(file))
            else:
                book = openpyxl.load_workbook(path)[cells[8]]
                raw = list(book.iter_rows(values_only=True))
            assert cells[0] in {pseudonym(str(v)) for v in raw[cells[9] - 1] if v}


def test_the_pages_say_what_they_are_and_hold_no_free_text(
    workspace: Workspace, slut: list[Expected], tmp_path: Path
) -> None:
    write_watchlist(workspace, YEAR, tmp_path, DAY)
    index = (tmp_path / "bevakning" / "index.html").read_text("utf-8")
    assert "bara för enhetens eget arbete" in index and "16\u00a0mars 2026" in index
    assert all(f'href="{unit}.html"' in index for unit in world.ENHETER)
    wrote = {str(r[f]) for r in slut for f in ("handelse_text", "synpunkter", "forslag") if r[f]}
    ids = {str(r["insats_id"]) for r in slut}
    for page in (tmp_path / "bevakning").glob("*.html"):
        text = page.read_text("utf-8").split("<body>")[1]
        assert not any(w in text for w in wrote | ids)


def test_the_same_day_gives_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    for name in "ab":
        write_watchlist(workspace, YEAR, tmp_path / name, DAY)
    a, b = (sorted((tmp_path / n / "bevakning").iterdir()) for n in "ab")
    assert [p.read_bytes() for p in a] == [p.read_bytes() for p in b] and len(a) > 8


def test_without_the_form_the_list_says_that_it_is_missing(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert waiting(workspace, 2019, DAY) is None
    write_watchlist(workspace, 2019, tmp_path, DAY)
    (page,) = (tmp_path / "bevakning").iterdir()
    assert "Underlag saknas" in page.read_text("utf-8")


def listed(path: Path) -> list[tuple]:
    """The rows of a unit's workbook, below its five rows of title and heading."""
    return list(openpyxl.load_workbook(path).active.iter_rows(min_row=6, values_only=True))


def place(row: Expected) -> tuple[str, str, int]:
    file, _, sheet = str(row["_kalla"]).partition("!")
    return file, sheet, int(str(row["_rad"]))


def pseudonym(text: str) -> str:
    """By the demo key as it stands in its file, and the standard library."""
    lines = (REPO / "pipeline" / "privacy" / "demonyckel.txt").read_text("utf-8").splitlines()
    return hmac.digest(bytes.fromhex(lines[-1]), text.encode(), "sha256").hex()[:16]
