"""Forked kernels are what fresh ones are, and none outlives the run."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from pipeline.errors import UppfoljningError
from pipeline.run import annual, forkserver
from pipeline.run.execute import SIDE_BY_SIDE, Job, execute, kernel_environment, kernels_of
from pipeline.run.forked import CHOICE, PLAIN, Forked, can_fork
from pipeline.run.kernel import Kernels
from pipeline.run.plan import CLEAN, VALIDATE
from pipeline.workspace import REPO, Workspace
from tests.municipality import at
from tests.planted import few

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are not forked here")

STATE = """
import json, locale, os, random, signal, sys, threading, time, warnings
import matplotlib, numpy, pandas
state = {
    "argv": [os.path.basename(a) for a in sys.argv[:2]],
    "path": sys.path, "cwd": os.getcwd(), "flags": str(sys.flags), "hash": hash("å"),
    "env": {k: v for k, v in os.environ.items() if "PID" not in k and "JPY" not in k},
    "signals": {s.name: str(signal.getsignal(s)).split(" at ")[0] for s in signal.Signals},
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "rc": {k: str(v) for k, v in matplotlib.rcParams.items()},
    "threads": sorted(t.name.split("-")[0] for t in threading.enumerate()),
    "leader": os.getsid(0) == os.getpid() == os.getpgid(0),
    "umask": os.umask(0o22), "tz": time.tzname, "locale": locale.setlocale(locale.LC_ALL),
    "stdin": sys.stdin is None or os.read(0, 1).decode(),
    "chapter": "ett_kapitels_modul" in sys.modules,
    "pandas": [pandas.get_option(f"display.max_{x}") for x in ("rows", "columns", "colwidth")],
}
print(json.dumps(state))
print(json.dumps([random.random(), float(numpy.random.random())]))
"""
SPOIL = """
import os, sys, random, types, numpy, matplotlib, pandas, builtins
os.environ["SKRAP"] = "1"; os.chdir("/"); random.seed(1); numpy.random.seed(1)
matplotlib.rcParams["axes.titlesize"] = 99; pandas.set_option("display.max_rows", 7)
sys.modules["ett_kapitels_modul"] = types.ModuleType("x"); sys.path.append("/skrap")
"""


WORK = """
import json, sys
import pandas, pyarrow, pyarrow.parquet, seaborn
from pipeline.facts.predicate import parse
before = set(sys.modules)
pyarrow.parquet.write_table(pyarrow.table({"a": [1, 2]}), "TABLE")
axes = seaborn.barplot(pyarrow.parquet.read_table("TABLE").to_pandas(), x="a", y="a")
axes.figure.savefig("TABLE.svg")
parse("a = 1")
print(json.dumps(sorted(m for m in set(sys.modules) - before if not m.startswith("_"))))
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = at(tmp_path_factory.mktemp("gren"))
    shutil.copytree(REPO / "data" / "raw", made.raw)
    return made


@pytest.fixture(scope="module")
def kernels(workspace: Workspace) -> Iterator[Kernels]:
    with kernels_of(workspace) as kernels, kernel_environment(workspace):
        kernels.warm()
        yield kernels


def notebook(folder: Path, *cells: str) -> Job:
    path = folder / "prov.ipynb"
    made = [nbformat.v4.new_code_cell(c, id=f"c{i}") for i, c in enumerate(cells)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec}), path)
    return Job(str(path), "prov")


def said(path: Path) -> list[object]:
    (cell,) = nbformat.read(path, as_version=4).cells
    assert all(o.output_type == "stream" for o in cell.outputs), cell.outputs
    return [json.loads(line) for o in cell.outputs for line in o.text.splitlines()]


def eventually(true: Callable[[], bool], seconds: float = 120) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_forked_kernel_starts_in_the_state_of_a_fresh_one(kernels, tmp_path):
    execute(notebook(tmp_path, SPOIL), tmp_path, kernels)
    job = notebook(tmp_path, STATE)
    first, again = (said(execute(job, tmp_path, kernels)) for _ in range(2))
    assert isinstance(kernels._processes[-1], Forked)
    fresh = said(execute(job, tmp_path, Kernels()))
    for key, value in fresh[0].items():
        assert first[0][key] == value, key
    assert first[0] == again[0]
    both = [*first[1], *again[1]]
    assert len(set(both)) == 4, "every kernel has random numbers of its own"


def test_nothing_of_the_server_is_open_in_a_kernel_and_it_has_one_thread(kernels, tmp_path):
    (links,) = said(
        execute(
            notebook(
                tmp_path,
                "import json, os; fds = [f'/proc/{p}/fd' for p in ('self', os.getppid())]\n"
                "print(json.dumps([[os.readlink(f'{d}/{n}') for n in os.listdir(d) "
                "if os.path.lexists(f'{d}/{n}')] for d in fds]))",
            ),
            tmp_path, kernels,
        )
    )  # fmt: skip
    mine, server = ({x for x in each if x.startswith("socket:")} for each in links)
    assert server and not mine & server
    assert psutil.Process(kernels.server._process.pid).num_threads() == 1


def test_clean_validate_and_chapters_have_equal_bytes_on_plain_kernels(tmp_path, monkeypatch):
    workspace = few(tmp_path)
    made = {}
    for choice in ("", PLAIN):
        monkeypatch.setenv(CHOICE, choice)
        folder = workspace.processed.parent / f"körd{choice}"
        (workspace.processed / "2025").mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        given = {"year": 2025, "out": "2025"}
        with kernels_of(workspace) as kernels:
            for job in (CLEAN, VALIDATE):
                told = [(Job(job.notebook, job.name, given), folder)]
                annual.run_notebooks(workspace, told, kernels)
            chapter = {"year": 2025, "edition": "intern"}
            names = ("10_sammanstallning", "60_risker_avvikelser_klagomal")
            jobs = [(Job(f"{n}.ipynb", n, chapter), folder) for n in names]
            annual.run_notebooks(workspace, jobs, kernels)
            kinds = {type(p) for p in kernels._processes}
        assert kinds == ({subprocess.Popen} if choice else {Forked})
        tables = (workspace.processed / "2025").iterdir()
        files = [*folder.iterdir(), *tables]
        made[choice] = {p.name: p.read_bytes() for p in files}
        shutil.rmtree(workspace.processed)
    assert len(made[""]) > 15 and made[""].keys() == made[PLAIN].keys()
    assert [n for n in made[""] if made[""][n] != made[PLAIN][n]] == []


@pytest.mark.parametrize("choice", ["", PLAIN])
def test_a_notebook_that_dies_is_named_with_its_cell(kernels, tmp_path, choice):
    job = notebook(tmp_path, "1", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "2")
    with pytest.raises(UppfoljningError, match=r"prov avbröts i cell 2\. .*avslutades utifrån"):
        execute(job, tmp_path, Kernels() if choice else kernels)
    assert not (tmp_path / "prov.ipynb.ipynb").exists()


def test_a_notebook_that_hangs_is_ended_and_named(kernels, tmp_path, monkeypatch):
    monkeypatch.setenv("UPPFOLJNING_TIDSGRANS", "2")
    job = notebook(tmp_path, "while True: pass")
    with pytest.raises(
        UppfoljningError, match=r"avbröts i cell 1\. Cellen blev inte klar på 2 sek"
    ):
        execute(job, tmp_path, kernels)
    assert kernels._processes[-1].poll() == -signal.SIGKILL
    assert eventually(lambda: not psutil.pid_exists(kernels._processes[-1].pid))


def test_what_a_cell_shows_may_come_late(kernels, tmp_path):
    """A busy machine: the answer is there, and what is shown five seconds later."""
    late = "import time\nget_ipython().kernel.iopub_thread.schedule(lambda: time.sleep(5))"
    made = execute(notebook(tmp_path, late, "print('sist')"), tmp_path, kernels)
    last = nbformat.read(made, as_version=4).cells[-1]
    assert [o.text for o in last.outputs] == ["sist\n"]


BOMB = """
import os, time
for _ in range(130):
    if os.fork() == 0:
        if _ % 2:
            os.setsid()
        os.execv("/bin/sleep", ["sleep", "{}"])
time.sleep(60)
"""


def test_a_notebook_that_starts_processes_without_end_is_ended_with_all_of_them(kernels, tmp_path):
    mark = "4242.17"
    job = notebook(tmp_path, BOMB.format(mark))
    with pytest.raises(UppfoljningError, match="Det startade över 100 processer"):
        execute(job, tmp_path, kernels)

    def left() -> list[psutil.Process]:
        return [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]

    assert eventually(lambda: not left())
    execute(notebook(tmp_path, "1"), tmp_path, kernels)  # the server serves on


def test_what_a_notebook_leaves_running_ends_with_it(kernels, tmp_path):
    cell = (
        "import subprocess as s\n"
        "p = [s.Popen(['sleep', '4242'], start_new_session=x) for x in (0, 1)]\n"
        "print([x.pid for x in p])"
    )
    (pids,) = said(execute(notebook(tmp_path, cell), tmp_path, kernels))
    assert eventually(lambda: not any(map(psutil.pid_exists, pids)))


# A shell's background jobs, and all that they start, do not hear of Ctrl-C by themselves.
DRIVER = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import sys
from pathlib import Path
from pipeline.run import annual, forkserver
from pipeline.run.execute import Job
from pipeline.workspace import Workspace
raw, processed, reports, job, out = map(Path, sys.argv[1:])
jobs = [(Job(str(job), f"p{i}"), out) for i in range(6)]
annual.run_notebooks(Workspace(raw, processed, reports), jobs)
"""


@pytest.mark.parametrize("choice", ["", PLAIN])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_outlives_its_driver(workspace, tmp_path, end, choice):
    sides = 2 if choice else 4  # a plain kernel takes seconds of a processor to begin
    cell = f"open(r'{tmp_path}/' + __import__('uuid').uuid4().hex + '.igång', 'w'); import time\n"
    job = notebook(tmp_path, cell + "time.sleep(500)")
    places = (workspace.raw, workspace.processed, workspace.reports, job.notebook, tmp_path)
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, *map(str, places)],
        cwd=REPO, env={**os.environ, CHOICE: choice, SIDE_BY_SIDE: str(sides)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert eventually(lambda: len(list(tmp_path.glob("*.igång"))) == sides, 300)
    family = psutil.Process(driver.pid).children(recursive=True)
    assert len(family) == (sides if choice else sides + 1)
    driver.send_signal(end)
    assert driver.wait(300) != 0
    assert psutil.wait_procs(family, 300)[1] == []
    assert len(list(tmp_path.glob("*.igång"))) == sides, "no further notebook was begun"


def test_kernels_die_with_a_server_that_is_killed_and_plain_ones_take_over(workspace, tmp_path):
    with kernels_of(workspace) as kernels, kernel_environment(workspace):
        kernels.warm()
        server = psutil.Process(kernels.server._process.pid)
        job = notebook(tmp_path, f"import os; os.kill({server.pid}, 9); import time; time.sleep(9)")
        with pytest.raises(UppfoljningError, match="avbröts i cell 1"):
            execute(job, tmp_path, kernels)
        execute(notebook(tmp_path, "1"), tmp_path, kernels)
        assert isinstance(kernels._processes[-1], subprocess.Popen)


def test_what_only_validation_needs_is_loaded_for_runs_that_validate(workspace, tmp_path):
    with kernels_of(workspace) as kernels, kernel_environment(workspace):
        kernels.warm()
        assert said(execute(_seen(tmp_path), tmp_path, kernels)) == [False]
        server = kernels.server
        kernels.warm(validation=True)
        first = said(execute(_seen(tmp_path), tmp_path, kernels))
        assert first == [False], "what cleans does not wait for it"
        assert said(execute(_seen(tmp_path), tmp_path, kernels)) == [True]
        kernels.warm()
        assert said(execute(_seen(tmp_path), tmp_path, kernels)) == [True]
        assert kernels.server is server and isinstance(kernels._processes[-1], Forked)


def test_a_kernel_that_is_asked_for_at_once_has_all_that_is_loaded(workspace, tmp_path):
    cell = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    with kernels_of(workspace) as kernels, kernel_environment(workspace):
        (loaded,) = said(execute(notebook(tmp_path, cell), tmp_path, _warm(kernels)))
    assert set(forkserver.PRELOADED) <= set(loaded)


def test_what_chapters_import_is_loaded_before_kernels_are_forked():
    asked = set()
    for path in (REPO / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                nodes = ast.walk(ast.parse(cell.source))
                asked |= {n.module for n in nodes if isinstance(n, ast.ImportFrom)}
    assert "pipeline.report.survey" in asked
    loaded = {*forkserver.PRELOADED, *forkserver.VALIDATION}
    assert asked - loaded <= {"pipeline.workspace", "pipeline.facts.action_plan"}


def test_what_libraries_import_when_they_are_used_is_loaded_too(kernels, tmp_path):
    """Each kernel would read and run the modules again."""
    job = notebook(tmp_path, WORK.replace("TABLE", str(tmp_path / "a.parquet")))
    assert said(execute(job, tmp_path, kernels)) == [[]]


def _warm(kernels: Kernels) -> Kernels:
    kernels.warm()
    return kernels


def test_what_is_done_is_told_at_once_and_one_at_a_time(kernels, workspace, tmp_path):
    """The last notebook ends when the others have been told of; what is told of has its file."""
    wait = (
        "import os, time\n"
        f"while not os.path.exists(r'{tmp_path}/told'): time.sleep(0.01)"
    )  # fmt: skip
    quick, slow = tmp_path / "quick", tmp_path / "slow"
    quick.mkdir(), slow.mkdir()
    jobs = [(Job(notebook(slow, wait).notebook, "p0"), tmp_path)]
    jobs += [(Job(notebook(quick, str(i)).notebook, f"p{i}"), tmp_path) for i in (1, 2, 3)]
    told, running = [], []

    def then(number: int, made: Path) -> None:
        assert made.is_file() and not running
        running.append(number)
        time.sleep(0.1)
        told.append((number, made.name))
        running.clear()
        if len(told) == 3:
            (tmp_path / "told").touch()

    annual.run_notebooks(workspace, jobs, kernels, then=then)
    assert told[-1] == (0, "p0.ipynb")
    assert sorted(told) == [(i, f"p{i}.ipynb") for i in range(4)]


def test_what_fails_when_it_is_told_stops_the_run(workspace, tmp_path):
    def then(number: int, made: Path) -> None:
        raise OSError("fullt")

    with pytest.raises(OSError, match="fullt"):
        annual.run_notebooks(workspace, [(notebook(tmp_path, "1"), tmp_path)], then=then)


@pytest.mark.parametrize("code", ["", "0", "1"])
def test_a_notebook_that_leaves_before_its_end_is_no_notebook(kernels, tmp_path, code):
    job = notebook(tmp_path, "1", f"import sys; sys.exit({code})", "2")
    (tmp_path / "ut").mkdir()
    with pytest.raises(UppfoljningError, match=r"cell 2"):
        execute(job, tmp_path / "ut", kernels)
    assert list((tmp_path / "ut").iterdir()) == []


def _seen(folder: Path) -> Job:
    return notebook(folder, "import sys; print(str('great_expectations' in sys.modules).lower())")


def test_many_notebooks_leave_nothing_in_server_or_driver(kernels, workspace, tmp_path):
    """Three times as many as have run: no more memory, open files, threads or processes."""
    job = notebook(tmp_path, "import seaborn; 1", "seaborn.color_palette('husl', 3)")
    server, me = psutil.Process(kernels.server._process.pid), psutil.Process()
    seen, held = [], []
    for _ in range(3):
        told = [(Job(job.notebook, f"p{i}"), tmp_path) for i in range(12)]
        annual.run_notebooks(workspace, told, kernels)
        assert eventually(lambda: not server.children())
        left = len(me.children(recursive=True))
        seen.append((server.num_fds(), me.num_fds(), server.num_threads(), left))
        held.append([each.memory_full_info().uss for each in (server, me)])
    assert seen[0] == seen[1] == seen[2]
    assert [b - a < 10e6 for a, b in zip(held[0], held[2], strict=True)] == [True, True]
