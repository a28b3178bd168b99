"""Two hundred notebooks in a row on forked kernels: what the server and the driver hold, and which
processes there are.

    python -m bench.many [--notebooks 200] [--json figures.json]

Each draws a chart of the project's and displays it. Memory is each process's own share (PSS) when a
fifth of the notebooks has run, and at the end.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil

from bench.place import at
from pipeline.run.execute import Job, kernels_of, run_notebooks
from pipeline.workspace import REPO

CELLS = (
    "import pandas as pd\nimport seaborn as sns\nimport pipeline.report\n"
    "axes = sns.barplot(pd.DataFrame({'a': [1, 2, 3], 'b': [3, 1, 2]}), x='a', y='b')",
    "axes.figure.savefig('/dev/null', format='svg')\nlen(axes.containers[0])",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=200)
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch), given.notebooks)
    print(json.dumps(figures, indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measure(folder: Path, many: int) -> dict[str, Any]:
    """Memory (MB) and processes of driver and server after a fifth of the notebooks and at the
    end; seconds by the clock a notebook."""
    w = at(folder)
    (w.raw).mkdir(parents=True)
    (w.raw / "kommun.toml").write_bytes((REPO / "data" / "raw" / "kommun.toml").read_bytes())
    cells = [nbformat.v4.new_code_cell(c, id=f"c{i}") for i, c in enumerate(CELLS)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "prov.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    me = psutil.Process()
    seen = []
    with kernels_of(w) as kernels:
        kernels.warm()
        assert kernels.server is not None
        server = psutil.Process(kernels.server._process.pid)
        start, done = time.perf_counter(), 0
        for upto in (many // 5, many):
            jobs = [(Job(str(path), f"p{i}"), folder) for i in range(done, upto)]
            run_notebooks(w, jobs, kernels)
            done = upto
            while server.children():
                time.sleep(0.01)
            seen.append(
                {
                    "notebooks": done,
                    "server MB": server.memory_full_info().pss / 1e6,
                    "driver MB": me.memory_full_info().pss / 1e6,
                    "processes": 1 + len(me.children(recursive=True)),
                    "open files, server": server.num_fds(),
                    "open files, driver": me.num_fds(),
                    "threads, driver": me.num_threads(),
                }
            )
        took = time.perf_counter() - start
    return {"seen": seen, "seconds a notebook": took / many}


if __name__ == "__main__":
    main()
