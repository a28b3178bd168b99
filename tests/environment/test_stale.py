"""Whether a year must be built again is decided by content, never by the clock."""

import json
import os
from pathlib import Path

import pytest

from pipeline import stale
from pipeline.workspace import Workspace

KEY = "2025"


class Year:
    """A built year in a workspace of its own; names hold spaces and å ä ö."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.workspace = Workspace(root / "rå data", root / "bearbetat", root / "ut")
        self.state = stale.state_path_of(self.workspace.processed, 2025)
        self.answers = self.write("rå data/2025/avslut våren.xlsx", "ett")
        self.write("rå data/2024/avslut.xlsx", "noll")
        self.write("rå data/kommun.toml", "namn = 'Å'")
        self.report = self.write("ut/2025/intern/års rapport.html", "<h1>")
        self.build()

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def inputs(self) -> list[Path]:
        return stale.inputs_of(self.workspace.raw, 2025, self.root / "repo")

    def build(self, before: stale.Prints | None = None) -> None:
        stale.record(self.state, self.inputs(), [self.report], KEY, self.root, before)

    def why(self, key: str = KEY, expected: list[Path] | None = None) -> str | None:
        return stale.is_stale(self.state, self.inputs(), expected, key=key)


@pytest.fixture
def year(tmp_path: Path) -> Year:
    return Year(tmp_path / "en arbetsyta")


def test_a_year_just_built_is_fresh(year: Year) -> None:
    assert year.why() is None


def test_a_year_never_built_is_stale(year: Year) -> None:
    year.state.unlink()
    assert year.why() == "inget är byggt än"


def test_a_touched_file_with_the_same_bytes_is_fresh(year: Year) -> None:
    for path in (year.answers, year.report):
        os.utime(path, (1, 1))
    assert year.why() is None


def test_a_changed_byte_is_stale_though_the_size_is_the_same(year: Year) -> None:
    year.answers.write_text("tva", encoding="utf-8")
    os.utime(year.answers, (1, 1))
    assert year.why() == "rå data/2025/avslut våren.xlsx har ändrats"


def test_a_new_and_a_removed_file_are_stale(year: Year) -> None:
    new = year.write("rå data/2025/ny fil.csv", "")
    assert year.why() == "rå data/2025/ny fil.csv är ny"
    new.unlink()
    assert year.why() is None
    year.answers.unlink()
    assert year.why() == "rå data/2025/avslut våren.xlsx finns inte längre"


def test_a_renamed_file_is_stale(year: Year) -> None:
    year.answers.rename(year.answers.with_name("avslut hösten.xlsx"))
    assert year.why() == "rå data/2025/avslut hösten.xlsx är ny"


@pytest.mark.parametrize("name", ["rå data/2023/äldre.csv", "rå data/formular/egen.json"])
def test_other_years_and_own_forms_count(year: Year, name: str) -> None:
    year.write(name, "")
    assert year.why() == f"{name} är ny"


@pytest.mark.parametrize(
    "name", ["~$avslut våren.xlsx", ".~lock.avslut.xlsx#", ".DS_Store", "Thumbs.db", "desktop.ini",
             "ABC.tmp", ".dold/fil.csv"],
)  # fmt: skip
def test_the_litter_of_office_programs_does_not_count(year: Year, name: str) -> None:
    year.write(f"rå data/2025/{name}", "x")
    assert year.why() is None


def test_a_deleted_or_altered_output_is_stale(year: Year) -> None:
    year.report.write_text("<h2>", encoding="utf-8")
    assert year.why() == "en rapport har ändrats efter bygget: ut/2025/intern/års rapport.html"
    year.report.unlink()
    assert year.why() == "en rapport saknas: ut/2025/intern/års rapport.html"


def test_an_expected_output_that_was_never_made_is_stale(year: Year) -> None:
    pdf = year.root / "ut/2025/intern/arsrapport.pdf"
    assert year.why(expected=[year.report]) is None
    assert year.why(expected=[pdf]) == "en rapport saknas: ut/2025/intern/arsrapport.pdf"


def test_another_key_is_stale(year: Year) -> None:
    assert year.why(key="2025 med annat datum") is not None


def test_the_key_tells_year_date_and_folders_apart(tmp_path: Path) -> None:
    def key(number: int = 2025, date: str | None = None, reports: str = "ut") -> str:
        return stale.build_key(number, date, tmp_path / "p", tmp_path / reports)

    assert len({key(), key(number=2024), key(date="2026-03-01"), key(reports="annat")}) == 4
    assert key(date="") == key()


def test_a_state_that_cannot_be_read_is_stale(year: Year) -> None:
    for text in ("", "{", "[]", json.dumps({"version": 0})):
        year.state.write_text(text, encoding="utf-8")
        assert year.why() == "inget är byggt än"


def test_a_workbook_saved_while_the_build_ran_is_stale_afterwards(year: Year) -> None:
    before = stale.fingerprint(year.inputs(), year.root)
    year.answers.write_text("sparad under tiden", encoding="utf-8")
    year.build(before)
    assert year.why() == "rå data/2025/avslut våren.xlsx har ändrats"


def test_a_workspace_moved_as_a_whole_stays_fresh(year: Year, tmp_path: Path) -> None:
    moved = tmp_path / "flyttad"
    year.root.rename(moved)
    inputs = stale.inputs_of(moved / "rå data", 2025, moved / "repo")
    state = stale.state_path_of(moved / "bearbetat", 2025)
    assert stale.is_stale(state, inputs, key=KEY) is None


def test_the_state_names_no_folder_of_the_machine(year: Year) -> None:
    assert str(year.root.parent) not in year.state.read_text(encoding="utf-8")


def test_chapters_modules_templates_and_suites_count_and_bytecode_does_not(tmp_path: Path) -> None:
    wanted = ["expectations/avslut.json", "notebooks/10_a b.ipynb", "pipeline/forms/avslut.json",
              "pipeline/publish/mall.j2", "pipeline/x.py", "requirements.lock"]  # fmt: skip
    passed_over = ["pipeline/__pycache__/x.cpython-311.pyc", "README.md", "tests/test_x.py",
                   "notebooks/.ipynb_checkpoints/10_a b-checkpoint.ipynb"]  # fmt: skip
    for name in wanted + passed_over:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    found = stale.inputs_of(tmp_path / "raw", 2025, tmp_path)
    assert [p.relative_to(tmp_path).as_posix() for p in found] == wanted


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_year_that_is_a_link_to_a_share_counts_and_a_circle_ends(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "share").mkdir()
    (tmp_path / "share/fil.csv").write_text("", encoding="utf-8")
    (tmp_path / "raw/2025").symlink_to(tmp_path / "share")
    (tmp_path / "share/hem").symlink_to(tmp_path / "raw")
    assert [p.name for p in stale.inputs_of(tmp_path / "raw", 2025, tmp_path)] == ["fil.csv"]


def test_the_newest_year_with_a_file_is_meant_when_none_is_given(year: Year) -> None:
    year.write("rå data/2026/~$öppen.xlsx", "")
    year.write("rå data/mallar/mall.xlsx", "")
    key = stale.build_key(2025, None, year.workspace.processed, year.workspace.reports)
    stale.record(year.state, year.inputs(), [], key, year.root)
    repo = year.root / "repo"
    assert stale.reason(year.workspace, None, None, repo) is None
    year.write("rå data/2026/avslut.xlsx", "")
    assert stale.reason(year.workspace, None, None, repo) == "inget är byggt än"


def test_a_file_outside_the_root_is_named_by_its_folder_and_name(year: Year) -> None:
    elsewhere = year.workspace.processed
    stale.record(year.state, year.inputs(), [year.report], KEY, elsewhere)
    year.answers.write_text("ändrad", encoding="utf-8")
    assert year.why() == "2025/avslut våren.xlsx har ändrats"
    year.build()
    stale.record(year.state, year.inputs(), [year.report], KEY, elsewhere)
    year.report.unlink()
    assert year.why() == "en rapport saknas: intern/års rapport.html"
