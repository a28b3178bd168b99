"""What is taken over from an earlier build: only what would be made again, byte for byte."""

from __future__ import annotations

import ast
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import memory, reads
from pipeline.facts.named import Names, missing
from pipeline.facts.pattern import Pattern
from pipeline.memory import Memory
from pipeline.run.remembered import answer, words
from pipeline.workspace import REPO

REMEMBER = ["pipeline.errors"]


@pytest.fixture
def kept(tmp_path: Path) -> Memory:
    return Memory(tmp_path / ".minne" / "2025")


def again(kept: Memory) -> Memory:
    """The memory of the next build."""
    kept.settle(sound=True, finished=True)
    return Memory(kept._old)


def counted(answers: list[bytes]) -> tuple[Callable[[], bytes], list[int]]:
    calls: list[int] = []

    def make() -> bytes:
        calls.append(1)
        return answers[len(calls) - 1]

    return make, calls


def test_the_same_arguments_are_not_computed_twice(kept: Memory):
    make, calls = counted([b"ett"])
    for each in (kept, None):
        with memory.opened(each or again(kept)):
            assert memory.remembered("x", REMEMBER, ["a", b"b"], make) == b"ett"
    assert calls == [1]


@pytest.mark.parametrize("key", [["ab"], ["a", b"b", ""], [b"b", "a"], ["a"]])
def test_other_arguments_are_computed(kept: Memory, key: list[str | bytes]):
    make, _ = counted([b"ett", b"tva"])
    with memory.opened(kept):
        assert memory.remembered("x", REMEMBER, ["a", b"b"], make) == b"ett"
        assert memory.remembered("x", REMEMBER, key, make) == b"tva"


def test_without_a_memory_everything_is_made(kept: Memory):
    make, calls = counted([b"ett", b"tva"])
    assert memory.remembered("x", REMEMBER, [], make) == b"ett"
    assert memory.remembered("x", REMEMBER, [], make) == b"tva"
    assert len(calls) == 2


def test_what_is_damaged_is_made_again(kept: Memory):
    make, _ = counted([b"ett", b"tva"])
    with memory.opened(kept):
        memory.remembered("x", REMEMBER, [], make)
    after = again(kept)
    (path,) = after._old.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with memory.opened(after):
        assert memory.remembered("x", REMEMBER, [], make) == b"tva"


def test_only_the_owner_reads_what_is_kept(kept: Memory):
    with memory.opened(kept):
        memory.remembered("x", REMEMBER, [], lambda: b"hemligt")
    home = again(kept)._old
    assert {stat.S_IMODE(p.stat().st_mode) for p in (home, home.parent)} == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in home.iterdir()} == {0o600}


def test_answers_are_kept_until_what_they_rest_on_changes(kept: Memory):
    def asked(memory_: Memory | None, key: str, name: str) -> dict[str, int]:
        with (
            memory.opened(memory_),
            memory.remembered_answers("svar", REMEMBER, [key]) as (known, made),
        ):
            if name not in known:
                made[name] = len(known) + 1
            return {**known}

    assert asked(kept, "a", "x") == {}
    second = again(kept)
    assert asked(second, "a", "y") == {"x": 1}
    third = again(second)
    assert asked(third, "a", "x") == {"x": 1, "y": 2}
    fourth = again(third)
    assert asked(fourth, "b", "x") == {}  # other tables, say
    assert asked(again(fourth), "a", "x") == {}
    assert asked(None, "b", "x") == {}


def test_answers_of_what_failed_are_not_kept(kept: Memory):
    with (
        pytest.raises(ZeroDivisionError),
        memory.opened(kept),
        memory.remembered_answers("svar", REMEMBER, []) as (_, made),
    ):
        made["x"] = 1 // 0
    with memory.opened(again(kept)), memory.remembered_answers("svar", REMEMBER, []) as (known, _):
        assert known == {}


def test_what_is_known_is_told_beforehand(kept: Memory):
    with memory.opened(kept):
        assert not memory.knows("x", REMEMBER, ["a"])
        memory.remembered("x", REMEMBER, ["a"], lambda: b"a")
    with memory.opened(again(kept)):
        assert memory.knows("x", REMEMBER, ["a"]) and not memory.knows("x", REMEMBER, ["b"])
    assert not memory.knows("x", REMEMBER, ["a"])


def test_what_a_build_does_not_use_goes(kept: Memory):
    with memory.opened(kept):
        memory.remembered("x", REMEMBER, ["a"], lambda: b"a")
        memory.remembered("x", REMEMBER, ["b"], lambda: b"b")
    second = again(kept)
    with memory.opened(second):
        memory.remembered("x", REMEMBER, ["a"], lambda: b"?")
    assert len(list(again(second)._old.iterdir())) == 1


def test_a_build_that_failed_forgets_nothing_but_adds(kept: Memory):
    with memory.opened(kept):
        memory.remembered("x", REMEMBER, ["a"], lambda: b"a")
    second = again(kept)
    with memory.opened(second):
        memory.remembered("x", REMEMBER, ["b"], lambda: b"b")
    second.settle(sound=True, finished=False)
    assert len(list(second._old.iterdir())) == 2


def test_nothing_is_remembered_of_a_build_whose_input_changed_meanwhile(kept: Memory):
    with memory.opened(kept):
        memory.remembered("x", REMEMBER, ["a"], lambda: b"a")
    kept.settle(sound=False, finished=True)
    assert list(kept._old.parent.iterdir()) == []


PARTS = {"anteckningsboken": "1", "pipeline/report/groups.py": "2"}


@pytest.mark.parametrize(
    ("parts", "read", "why"),
    [
        (PARTS, {"a": "x"}, ""),
        (PARTS | {"anteckningsboken": "9"}, {"a": "x"}, "anteckningsboken har ändrats"),
        (PARTS | {"ny.py": "3"}, {"a": "x"}, "ny.py är ny"),
        ({"anteckningsboken": "1"}, {"a": "x"}, "pipeline/report/groups.py finns inte längre"),
        (PARTS, {"a": "y"}, "a har ändrats"),
        (PARTS, {"a": memory.MISSING}, "a finns inte längre"),
    ],
)
def test_a_step_is_taken_over_where_all_that_it_rests_on_is_the_same(
    kept: Memory, parts: dict[str, str], read: dict[str, str], why: str
):
    kept.keep("30_resultat", PARTS, {"a": "x"}, b"kort")
    after = again(kept)
    found = after.find("30_resultat", parts, lambda name: read[name])
    assert (found, after.ran) == ((b"kort", []) if not why else (None, [("30_resultat", why)]))


def test_a_folder_is_left_as_the_step_left_it(kept: Memory, tmp_path: Path):
    def made(folder: Path, times: list[int]) -> list[str]:
        folder.mkdir()
        (folder / "in.ipynb").write_text("in")
        said: list[str] = []

        def make(say: Callable[[str], None]) -> None:
            times.append(1)
            (folder / "in.ipynb").unlink()
            (folder / "sida").mkdir()
            (folder / "sida" / "ut.html").write_text("ut")
            say("Att se över: x.")

        memory.remembered_folder("x", REMEMBER, ["a"], folder, said.append, make)
        return said

    times: list[int] = []
    with memory.opened(kept):
        assert made(tmp_path / "1", times) == ["Att se över: x."]
    with memory.opened(again(kept)):
        assert made(tmp_path / "2", times) == ["Att se över: x."]
    assert times == [1]
    left = [p.relative_to(tmp_path / "2").as_posix() for p in (tmp_path / "2").rglob("*.*")]
    assert left == ["sida/ut.html"]
    assert (tmp_path / "2" / "sida" / "ut.html").read_text() == "ut"


def test_every_import_of_the_project_is_found():
    """Against the syntax tree of every file, functions' own imports included."""
    for path in [*(REPO / "pipeline").rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                wanted |= {a.name for a in node.names if a.name.split(".")[0] == "pipeline"}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline"):
                wanted |= {node.module or "", *(f"{node.module}.{a.name}" for a in node.names)}
        assert wanted <= memory.imported(source), path


def test_a_chapters_code_is_all_that_it_imports_and_what_lies_beside_it():
    found = memory.code_of(["pipeline.report.groups"])
    for name in (
        "pipeline/__init__.py", "pipeline/report/groups.py", "pipeline/report/__init__.py",
        "pipeline/facts/statistics.py", "pipeline/forms/avslut.json", "pipeline/workspace.py",
    ):  # fmt: skip
        assert name in found
    assert "pipeline/report/kvalitetsberattelse.py" not in found  # another chapter's
    assert "pipeline/cli.py" not in found


def test_nothing_in_a_chapters_code_reads_tables_unheard():
    """Arrow opens files itself: what it is heard by is `read_table` and its like."""
    books = [*(REPO / "notebooks").glob("*.ipynb")]
    code = "\n".join(
        "".join(c["source"]) + "\n"
        for book in books
        for c in json.loads(book.read_text(encoding="utf-8"))["cells"]
        if c["cell_type"] == "code" and not book.name.startswith("0" + "0")
    )
    unheard = ("pyarrow.dataset", "pyarrow.csv", "memory_map", "OSFile", "feather", "duckdb.",
               "read_parquet", "calamine", "pyreadstat", "subprocess", "os.system")  # fmt: skip
    rooms = ("pipeline/report/", "pipeline/facts/", "pipeline/audit/", "pipeline/analys")
    for name in memory.code_of(sorted(memory.imported(code))):
        if name.startswith(rooms) and name.endswith(".py"):
            source = (REPO / name).read_text(encoding="utf-8")
            assert [u for u in unheard if u in source] == [], name


LISTENER = """
import os, pathlib, sys
import pyarrow.parquet as pq
from pipeline import reads
reads.start()
raw, processed = (pathlib.Path(os.environ[f"UPPFOLJNING_{n}"]) for n in ("RAW", "PROCESSED"))
(raw / "kommun.toml").read_text()
os.open(raw / "2025" / "a.txt", os.O_RDONLY)
pq.read_table(processed / "2025" / "t.parquet")
pq.ParquetFile(str(processed / "2025" / "u.parquet"))
(processed / "ut.txt").write_text("skrivet")
reads.note(reads.NAME, "nojda")
if len(sys.argv) > 1:
    open(sys.argv[1]).read()
"""


def listened(folder: Path, *arguments: str) -> list[list[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name in ("raw/2025", "processed/2025", "reports"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "raw" / "kommun.toml").write_text("")
    (folder / "raw" / "2025" / "a.txt").write_text("")
    for name in "tu":
        pq.write_table(pa.table({"x": [1]}), folder / "processed" / "2025" / f"{name}.parquet")
    places = {f"UPPFOLJNING_{n.upper()}": str(folder / n) for n in ("raw", "processed", "reports")}
    subprocess.run(
        [sys.executable, "-c", LISTENER, *arguments], check=True, cwd=REPO,
        env={**os.environ, **places, "UPPFOLJNING_LASER": str(folder / "laser")},
    )  # fmt: skip
    return [json.loads(line) for line in (folder / "laser").read_text().splitlines()]


def test_all_that_is_read_is_heard_and_nothing_that_is_written(tmp_path: Path):
    assert listened(tmp_path) == [
        [""], ["raw", "kommun.toml"], ["raw", "2025/a.txt"], ["processed", "2025/t.parquet"],
        ["processed", "2025/u.parquet"], ["namn", "nojda"],
    ]  # fmt: skip


def test_what_is_read_elsewhere_is_told(tmp_path: Path):
    other = tmp_path / "utanfor.txt"
    other.write_text("")
    assert ["annat", str(other)] in listened(tmp_path, str(other))


def test_a_chapter_rests_on_what_it_was_told_of_a_name_and_on_no_more():
    def told(*facts: dict[str, Any]) -> Callable[[str, str], str]:
        return lambda kind, name: answer(Pattern(), Names(facts, 2025, "intern"), kind, [name])

    def fact(name: str, title: str = "Antal") -> dict[str, Any]:
        return replace(missing(name, title), period="2025").record()

    followed, asked = fact("uppfoljda"), fact("erbjudna")
    before, retitled = told(followed, asked), told(fact("uppfoljda", "Annan"), asked)
    without, another = told(asked), told(followed, fact("uppfoljde"), asked)
    for kind, name, same, different in (
        (reads.NAME, "uppfoljda", [another], [retitled, without]),
        (reads.NAME, "erbjudna", [another, retitled, without], []),
        (reads.NAME, "uppfoljd", [retitled], [another, without]),  # it is told what is near
        (reads.KNOWN, "uppfoljda", [retitled, another], [without]),
        (reads.KNOWN, "uppfoljd", [retitled, another, without], []),
    ):
        assert [now(kind, name) == before(kind, name) for now in same] == [True] * len(same)
        assert [now(kind, name) == before(kind, name) for now in different] == [False] * len(
            different
        )


def test_what_runs_and_why_is_told_in_plain_words():
    ran = [
        ("30_resultat", "anteckningsboken har ändrats"),
        ("60_risker (publik)", '["processed", "2025/avvikelser.parquet"] har ändrats'),
        ("80_handlingsplan", '["namn", "nojda[enhet=familj]"] har ändrats'),
        ("70_verksamhet (publik)", '["visar", "[1, 2]"] har ändrats'),
        ("underlag", memory.NEW),
    ]
    assert list(words(ran, 30, everything=False)) == [
        "  25 av 30 anteckningsböcker är oförändrade och körs inte om.",
        "  30_resultat körs om: anteckningsboken har ändrats.",
        "  60_risker (publik) körs om: 2025/avvikelser.parquet har ändrats.",
        "  80_handlingsplan körs om: talet nojda[enhet=familj] har ändrats.",
        "  70_verksamhet (publik) körs om: vad utgåvan får visa har ändrats.",
        "  1 körs för första gången.",
    ]


def test_a_long_list_is_told_whole_when_asked_for():
    ran = [
        (f"kapitel {i} med ett långt namn" * 3, "anteckningsboken har ändrats") for i in range(20)
    ]
    some, every = (list(words(ran, 20, everything=e)) for e in (False, True))
    assert some[-1] == "  … och 13 till. Alla, med skäl: make annual ARGS=--varfor"
    assert (len(some), len(every)) == (8, 20)
    assert max(len(line) for text in every for line in text.splitlines()) <= 80
