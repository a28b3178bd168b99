"""Where the time of a build went, told and kept."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path

from pipeline.run import profiling
from pipeline.run.profiling import Spent


def test_stages_in_their_order_each_with_its_notebooks_the_slowest_first():
    spent = [
        Spent("Läsa", "", 2.0, 1.0), Spent("Köra", "05_avstamning", 3.0, 1.0),
        Spent("Köra", "30_resultat_med_ett_mycket_langt_namn_som_inte_ryms", 2.0, 5.5),
        Spent("Köra", "", 9.0, 2.5),
    ]  # fmt: skip
    told = profiling.lines(spent)
    assert [line.split()[0] for line in told[1:3]] == ["Läsa", "Köra"]
    assert [line.split()[0][:2] for line in told[3:]] == ["30", "05"]
    assert told[3].split()[-3:] == ["2,0", "5,5", "55%"]  # 5.5 of 10 seconds
    assert {len(line) for line in told} <= {*range(81)}


def test_what_a_build_spends_is_kept_for_its_owner(tmp_path: Path):
    profiling.begin()
    profiling.stage("Räkna")
    with profiling.notebook("30_resultat") as cell_done:
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
        cell_done(os.getpid())
    profiling.stage()
    path = profiling.write(tmp_path, 2025)
    notebook, stage = json.loads(path.read_text(encoding="utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (notebook["stage"], notebook["notebook"]) == ("Räkna", "30_resultat")
    assert (stage["stage"], stage["notebook"]) == ("Räkna", "")
    assert notebook["cpu"] >= 0.3 and stage["cpu"] >= 0.3
    assert notebook["wall"] >= 0.3 and stage["wall"] >= notebook["wall"]


def test_a_process_that_is_gone_has_spent_nothing():
    assert profiling.processor(2**22 + 1) == 0.0
