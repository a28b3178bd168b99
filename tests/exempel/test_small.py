"""A municipality with a handful of insatser a year has its report too: tables without rows, numbers
of nobody, and a public edition in which most is hidden and nothing can be found out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.exempel import make_example
from tests.municipality import at, run


@pytest.mark.long
@pytest.mark.parametrize(("rows", "seed"), [(2, 5), (4, 3), (6, 1), (12, 1), (40, 5)])
def test_it_is_built_verified_and_attacked(tmp_path: Path, rows: int, seed: int) -> None:
    made = at(tmp_path)
    make_example(made.raw, (2024, 2025), rows, seed)
    done = run(made, "annual", "--year", "2025")
    assert done.returncode == 0, done.stderr + done.stdout
    page = (made.reports / "2025" / "intern" / "index.html").read_text(encoding="utf-8")
    told = re.search(r"Verifierat ([\d\s]+) av ([\d\s]+) tal", re.sub("<[^>]+>", "", page))
    assert told is not None
    assert told[1] == told[2]
    assert (made.reports / "2025" / "publik" / "arsrapport.pdf").stat().st_size > 100_000
