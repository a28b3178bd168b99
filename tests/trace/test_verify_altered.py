"""Whatever is altered in an edition is found and named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import pipeline.trace.verify as package
from pipeline.errors import GateError
from pipeline.memory import Memory
from pipeline.trace.verify import refuse
from pipeline.workspace import REPO

from .alterations import ALTERATIONS, Alteration, edit, numbers_in_ledger
from .verified import YEAR, Edition


@pytest.mark.parametrize("alter", ALTERATIONS)
def test_what_is_altered_is_found_and_named(
    edition: Edition, alter: Alteration, remembered: Callable[[], Memory]
):
    """… also by a build that remembers the edition as it was."""
    named = alter(edition)
    verdict = edition.verified()
    assert replace(edition.verified(remembered()), unchanged=0, recalled=0) == verdict
    told = {}
    for d in verdict.differences:
        words = (d.where, d.what, d.name, d.id, d.shown, d.recomputed, *d.rows)
        told.setdefault(d.group, []).append(" ".join(words))
    for group, words in named:
        assert any(words in t for t in told.get(group, ())), (group, words, told)
    assert max(map(len, verdict.lines())) <= 80
    assert not (REPO / "ut.csv").exists()
    with pytest.raises(GateError):
        refuse(verdict)


def test_altered_expectations_and_shipped_codebooks_are_named(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("expectations", "pipeline/forms", "notebooks"):
        shutil.copytree(REPO / folder, tmp_path / folder)
    monkeypatch.setattr(package, "REPO", tmp_path)
    altered = ["pipeline/forms/avslut.json", "expectations/avslut.json"]
    for file in altered:
        edit(tmp_path / file, '"avslut"', '"avslut" ')
    (tmp_path / "expectations" / "ny.json").write_text("{}", encoding="utf-8")
    told = {(d.group, d.where, d.what) for d in edition.verified().differences}
    assert told == {
        *(("fil", file, "filen är ändrad (sha256)") for file in altered),
        ("fil", "expectations/ny.json", "filen står inte i ro-crate-metadata.json"),
    }


def test_the_command_ends_with_three_and_names_the_fact(edition: Edition):
    numbers_in_ledger("numerator")(edition)
    done = edition.run("verify", "--year", str(YEAR))
    assert done.returncode == 3
    assert re.fullmatch(r"verifierat \d+ av \d+ tal", done.stdout.splitlines()[-1])
    assert "omräknat:" in done.stdout and "Traceback" not in done.stderr


def test_a_damaged_ledger_is_refused_by_name(edition: Edition):
    (edition.intern / "faktaregister.parquet").write_bytes(b"PAR1")
    with pytest.raises(GateError, match="faktaregister"):
        edition.verified()
