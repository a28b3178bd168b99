"""Repeated measurements of real patients with dropout (Beat the Blues, Proudfoot et al. 2003, in
HSAUR3), through intake and facts: attrition and paired change as scipy finds them."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from scipy import stats

from pipeline.facts.dataset import Dataset, codebooks, open_dataset
from pipeline.facts.derive import statistic
from pipeline.facts.measure import count, mean, sd
from pipeline.intake.year import clean_year
from pipeline.validation.year import validate_year
from pipeline.workspace import Workspace, load_kommun

from .workspace import HERE, REALDATA

FILE = REALDATA / "outcome" / "HSAUR3-BtheB.csv"
YEAR = 2003
# Missing of 100 at each visit, counted in the file by hand and as HSAUR3's chapter tells it.
ATTRITION = {"2m": 3, "3m": 27, "5m": 42, "8m": 48}

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("bdi")
    workspace = Workspace(folder / "raw", folder / "processed", folder / "reports")
    for name in (str(YEAR), "formular"):
        (workspace.raw / name).mkdir(parents=True)
    shutil.copyfile(FILE, workspace.raw / str(YEAR) / FILE.name)
    shutil.copyfile(HERE / "bdi" / "bdi.json", workspace.raw / "formular" / "bdi.json")
    (workspace.raw / "kommun.toml").write_text('namn = "Provkommun"\n', encoding="utf-8")
    load_kommun.cache_clear()
    codebooks.cache_clear()
    out = workspace.processed / str(YEAR)
    clean_year(workspace, YEAR, out)
    validate_year(workspace, YEAR, out)
    return open_dataset(workspace, "bdi", YEAR, YEAR)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(FILE)


@pytest.mark.parametrize(("visit", "missing"), ATTRITION.items())
def test_those_who_dropped_out_are_counted_at_each_visit(patients: Dataset, visit, missing):
    assert count(patients).value == 100
    assert count(patients, f"bdi_{visit} IS NULL").value == missing


@pytest.mark.parametrize("visit", ATTRITION)
@pytest.mark.parametrize("treatment", ["TAU", "BtheB"])
def test_paired_change_is_the_t_test_of_those_measured_twice(
    patients: Dataset, table: pd.DataFrame, visit: str, treatment: str
):
    both = table[table.treatment == treatment].dropna(subset=["bdi.pre", f"bdi.{visit}"])
    wanted = stats.ttest_rel(both[f"bdi.{visit}"], both["bdi.pre"])
    limits = wanted.confidence_interval(0.95)
    mine = patients.where(f"treatment = '{treatment}'")
    change, spread = (of(mine, f"andring_{visit}") for of in (mean, sd))
    dz, low, high, p = (f.value for f in statistic("paired", change, spread))
    assert change.n == len(both)
    assert (low, high) == pytest.approx((limits.low, limits.high), abs=1e-7)
    assert p == pytest.approx(wanted.pvalue, abs=1e-9)
    # t = d_z · √n for paired measurements.
    assert dz * len(both) ** 0.5 == pytest.approx(wanted.statistic, abs=1e-7)
