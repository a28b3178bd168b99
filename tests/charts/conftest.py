"""The pictures as fixtures."""

from __future__ import annotations

import warnings

import pytest

from pipeline.report.charts import Drawing
from tests.charts.pictures import PICTURES


@pytest.fixture(scope="session")
def gallery() -> dict[str, Drawing]:
    """All pictures, drawn once; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {name: draw() for name, draw in PICTURES.items()}


@pytest.fixture(params=list(PICTURES))
def picture(request: pytest.FixtureRequest, gallery: dict[str, Drawing]) -> Drawing:
    return gallery[request.param]
