"""The same chapters, executed once and made into HTML, four ways.

    python -m bench.kernels [--repeats 3] [--json figures.json]

Cold, imports counted, on the same notebooks, tables, pattern and parameters, with the same stock
HTML of nbconvert, one way after the other and round again:

    make    make -j2 with a rule a notebook: the papermill and jupyter-nbconvert command lines
    api     one process: papermill's and nbconvert's API, notebook after notebook, plain kernels
    floor   one interpreter without kernels: the cells run in an IPython shell, notebooks and pages
            written by the same libraries
    ours    the driver of `annual`: papermill on forked kernels, then pages

What they wrote is compared: equal notebooks (bytes, normalised) and equal pages. Then single
notebooks, on a kernel that is forked and on a plain one in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import clock
from bench.place import at
from pipeline.workspace import Workspace

REPO = Path(__file__).resolve().parents[1]
YEAR = 2025
WAYS = ("make", "api", "floor", "ours")
GOALS = (("ours", "floor", 1.5), ("ours", "api", 1 / 3), ("ours", "make", 1 / 5))
SINGLE = 1 / 3
# papermill gives the cell that it adds a new id each time.
_TITLE = re.compile(r"<title>[^<]*</title>")
_IDS = re.compile(r'id="cell-id=[^"]*"')


def main() -> int:
    """The answer is 1 where two ways wrote different notebooks or pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", nargs="?", choices=[*WAYS, "prepare", "single"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    if given.way:  # one way, in this process
        _WORK[given.way](given.folder)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(given.folder or Path(scratch), given.repeats)
    show(figures)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if any(figures["different"].values()) else 0


def measure(folder: Path, repeats: int) -> dict[str, Any]:
    """Prepare a year, then take the ways in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "jobs.json").is_file():
        work("prepare", folder)
    took: dict[str, list[clock.Took]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way in WAYS:
            took[way].append(work(way, folder))
            print(f"{way}: {took[way][-1]}", flush=True)
    written = {way: _written(folder / way) for way in WAYS}
    own = written["ours"]
    different = {
        way: sorted(n for n in {*own, *made} if own.get(n) != made.get(n))
        for way, made in written.items()
    }
    medians = {way: clock.median(t) for way, t in took.items()}
    ratios = {
        f"{a}/{b}": {
            "goal": goal,
            "wall": medians[a].wall / medians[b].wall,
            "cpu": medians[a].cpu / medians[b].cpu,
        }
        for a, b, goal in GOALS
    }
    work("single", folder)
    return {
        "notebooks": len(json.loads((folder / "jobs.json").read_text(encoding="utf-8"))),
        "repeats": repeats,
        "ways": {way: asdict(t) for way, t in medians.items()},
        "all": {way: [asdict(t) for t in several] for way, several in took.items()},
        "ratios": ratios,
        "different": different,
        "single": json.loads((folder / "single.json").read_text(encoding="utf-8")),
    }


def show(figures: Mapping[str, Any]) -> None:
    """Tables: the ways, the ratios with their goals, single notebooks."""
    print(f"\n{figures['notebooks']} kapitel, median av {figures['repeats']}")
    for way, took in figures["ways"].items():
        print(f"{way:<12}{took['cpu']:>8.1f} s processor{took['wall']:>8.1f} s klocka")
    for name, ratio in figures["ratios"].items():
        print(
            f"{name:<12}{ratio['cpu']:>8.2f} processor {ratio['wall']:>8.2f} klocka   "
            f"(mål högst {ratio['goal']:.2f})"
        )
    for way, names in figures["different"].items():
        if names:
            print(f"{way} skrev annat än ours: {', '.join(names)}")
    one = figures["single"]
    print(
        f"en notebook, gaffel mot vanlig kärna (median av {one['notebooks']}): "
        f"{one['cpu']:.2f} processor, {one['wall']:.2f} klocka (mål högst {SINGLE:.2f})"
    )


def work(way: str, folder: Path) -> clock.Took:
    """One way in a process of its own, into a folder of its own."""
    if way in WAYS:
        for path in _fresh(folder / way).iterdir():
            path.unlink()
    command = [sys.executable, "-m", "bench.kernels", way, "--folder", str(folder)]
    if way == "make":
        command = ["make", "-s", "-j2", "-f", str(folder / "Makefile")]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    chosen = json.loads((folder / "environment.json").read_text("utf-8")) if way in WAYS else {}
    return clock.run(
        command, REPO, {**chosen, "PATH": path, "PYTHONPATH": str(REPO)}, log=folder / f"{way}.log"
    )


def _fresh(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


# --- the ways; each runs alone in its process --------------------------------------------------


def prepare(folder: Path) -> None:
    """Tables, the decision of what may be shown, and the chapters; a Makefile for them."""
    import shutil

    from pipeline.run import annual
    from pipeline.run.plan import chapters
    from pipeline.run.public import settle_staff, tell
    from pipeline.run.remembered import data_digest

    w = at(folder)
    shutil.copytree(REPO / "data" / "raw", w.raw, dirs_exist_ok=True)
    annual.tables(w, YEAR, print)
    jobs = chapters(w, YEAR, "intern")
    settle_staff(w, YEAR, jobs, data_digest(w))
    tell(w, YEAR, "intern", jobs)
    told = [
        {"notebook": j.notebook, "name": j.name, "parameters": dict(j.parameters)} for j in jobs
    ]
    write_rules(w, jobs, folder)
    (folder / "jobs.json").write_text(json.dumps(told), encoding="utf-8")


def write_rules(w: Workspace, jobs: Sequence[Any], folder: Path) -> None:
    """A Makefile with a rule a chapter, which makes `folder/make/`, and the environment that all
    ways run in."""
    from pipeline.run.execute import _variables

    home = _fresh(folder / "home")
    (folder / "environment.json").write_text(json.dumps(_variables(w, str(home))), "utf-8")
    made = folder / "make"
    pages = [f"{made}/{j.name}.html" for j in jobs]
    rules = [f"all: {' '.join(pages)}\n"]
    for page, j in zip(pages, jobs, strict=True):
        given = " ".join(
            f"-{'p' if isinstance(v, int) else 'r'} {k} '{v}'" for k, v in j.parameters.items()
        )
        notebook = page.replace(".html", ".ipynb")
        rules.append(
            f"{page}: notebooks/{j.notebook}\n"
            f"\tpapermill --no-progress-bar -k python3 {given} $< {notebook}\n"
            f"\tjupyter nbconvert --log-level ERROR --to html {notebook}\n"
        )
    (folder / "Makefile").write_text("\n".join(rules), "utf-8")


def api(folder: Path) -> None:
    """papermill, then nbconvert, one notebook after the other."""
    import nbformat
    import papermill
    from nbconvert.exporters import HTMLExporter

    exporter = HTMLExporter()
    for job in _jobs(folder):
        made = folder / "api" / f"{job.name}.ipynb"
        papermill.execute_notebook(
            REPO / "notebooks" / job.notebook, made, parameters=dict(job.parameters),
            kernel_name="python3", progress_bar=False, cwd=str(REPO),
        )  # fmt: skip
        page, _ = exporter.from_notebook_node(nbformat.read(made, as_version=4))
        made.with_suffix(".html").write_text(page, encoding="utf-8")


def floor(folder: Path) -> None:
    """No kernel: an IPython shell in this process."""
    os.chdir(REPO)
    import nbformat
    from IPython.core.displayhook import DisplayHook
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from nbconvert.exporters import HTMLExporter
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    results: list[Any] = []

    class Hook(DisplayHook):  # type: ignore[misc]
        """The value of a cell's last line, as a kernel sends it."""

        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, data: Any, metadata: Any = None) -> None:
            made = nbformat.v4.new_output("execute_result", data, metadata=metadata)
            results.append({**made, "execution_count": self.prompt_count})

        def finish_displayhook(self) -> None:
            pass

    exporter = HTMLExporter()
    InteractiveShell.displayhook_class = Hook
    shell = InteractiveShell.instance()
    for job in _jobs(folder):
        shell.reset()
        shell.execution_count = 1
        notebook = load_notebook_node(str(REPO / "notebooks" / job.notebook))
        notebook = parameterize_notebook(notebook, dict(job.parameters))
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            with capture_output() as told:
                done = shell.run_cell(cell.source, store_history=True)
            done.raise_error()
            cell.execution_count = done.execution_count
            cell.outputs = [*_outputs(told), *map(nbformat.from_dict, results)]
            results.clear()
        _language(notebook)
        made = folder / "floor" / f"{job.name}.ipynb"
        made.write_text(nbformat.writes(notebook), encoding="utf-8")
        page, _ = exporter.from_notebook_node(notebook)
        made.with_suffix(".html").write_text(page, encoding="utf-8")


def _outputs(told: Any) -> list[Any]:
    """What a cell has shown, as a kernel's client writes it down."""
    from nbformat import v4

    made = [
        v4.new_output("stream", name=name, text=text)
        for name, text in (("stdout", told.stdout), ("stderr", told.stderr))
        if text
    ]
    return made + [v4.new_output("display_data", o.data, metadata=o.metadata) for o in told.outputs]


def _language(notebook: Any) -> None:
    """What a kernel says of itself."""
    from ipykernel.ipkernel import IPythonKernel

    notebook.metadata.language_info = dict(IPythonKernel.language_info)


def ours(folder: Path) -> None:
    """As `annual` runs its chapters: the rest of the driver is loaded while the server loads, and
    what is made of a chapter is made while others run."""
    from pipeline.run.execute import kernels_of, run_notebooks

    with kernels_of(at(folder)) as kernels:
        kernels.warm()
        import nbformat
        from nbconvert.exporters import HTMLExporter

        exporter = HTMLExporter()

        def convert(_: int, made: Path) -> None:
            page, _resources = exporter.from_notebook_node(nbformat.read(made, as_version=4))
            made.with_suffix(".html").write_text(page, encoding="utf-8")

        jobs = [(j, folder / "ours") for j in _jobs(folder)]
        run_notebooks(at(folder), jobs, kernels, then=convert)


def single(folder: Path) -> None:
    """Each chapter alone, on a forked kernel and on a plain one in turn."""
    import statistics

    import psutil

    from pipeline.run.execute import execute, kernel_environment, kernels_of
    from pipeline.run.kernel import Kernels

    w = at(folder)
    out = _fresh(folder / "one")
    both: list[dict[str, clock.Took]] = []
    with kernels_of(w) as kernels, kernel_environment(w):
        kernels.warm()
        assert kernels.server is not None
        server = psutil.Process(kernels.server._process.pid)

        def used() -> float:
            there = server.cpu_times()
            mine = resource.getrusage(resource.RUSAGE_SELF)
            ended = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = there.user + there.system + there.children_user + there.children_system
            return spent + sum(u.ru_utime + u.ru_stime for u in (mine, ended))

        execute(_jobs(folder)[0], out, kernels)  # the server has loaded
        for job in _jobs(folder):
            took = {}
            for name, chosen in (("forked", kernels), ("plain", Kernels())):
                start, before = time.perf_counter(), used()
                execute(job, out, chosen)
                _settle(server)
                took[name] = clock.Took(time.perf_counter() - start, used() - before)
            both.append(took)
    ratios = {
        key: statistics.median(getattr(t["forked"], key) / getattr(t["plain"], key) for t in both)
        for key in ("wall", "cpu")
    }
    told = {
        "notebooks": len(both),
        **ratios,
        **{name: asdict(clock.median([t[name] for t in both])) for name in ("forked", "plain")},
    }
    (folder / "single.json").write_text(json.dumps(told), encoding="utf-8")


def _settle(server: Any) -> None:
    """Until the ended kernel has been counted."""
    while server.children():
        time.sleep(0.001)


def _jobs(folder: Path) -> Sequence[Any]:
    from pipeline.run.execute import Job

    return [Job(**j) for j in json.loads((folder / "jobs.json").read_text(encoding="utf-8"))]


def _written(folder: Path) -> dict[str, str]:
    """Name → text, without what differs from run to run by papermill's own doing, and without the
    page's title, which the command line takes from the file's name."""
    import nbformat

    from pipeline.publish.normal import written

    made = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".ipynb":
            made[path.name] = written(nbformat.read(path, as_version=4))
        else:
            page = _IDS.sub("", path.read_text(encoding="utf-8"))
            made[path.name] = _TITLE.sub("", page, count=1)
    return made


_WORK: dict[str, Callable[[Path], None]] = {
    "prepare": prepare, "api": api, "floor": floor, "ours": ours, "single": single,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
