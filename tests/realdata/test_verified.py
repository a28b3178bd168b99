"""A real survey and real open data: every number of their edition is verified."""

from __future__ import annotations

import pytest

from pipeline.trace.verify import verify

from .conftest import Edition
from .workspace import YEAR

pytestmark = pytest.mark.realdata


def test_every_number_of_the_real_survey_is_verified(edition: Edition) -> None:
    assert edition.code == 0, edition.said
    verdict = verify(edition.workspace, YEAR, edition.intern, edition.workspace.processed)
    assert list(verdict.lines()) == [f"verifierat {verdict.total} av {verdict.total} tal"]
    assert verdict.checked == verdict.total > 5000
