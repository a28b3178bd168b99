"""The one door to Great Expectations: imported late (2–4 s), quiet, without the network."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

QUIET = {"GX_ANALYTICS_ENABLED": "false", "TQDM_DISABLE": "1"}


def great_expectations() -> Any:
    """The module, with analytics off before it is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
    return gx


def ephemeral_context() -> Any:
    """A context that lives in memory: no project folder, no progress bars, no analytics."""
    gx = great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


@contextmanager
def silence() -> Iterator[None]:
    """Nothing that Great Expectations logs or warns of gets out: it prints values and paths.

    Some of its loggers have levels of their own, so the records are stopped on their way up.
    """
    logger = logging.getLogger("great_expectations")
    stop = logging.NullHandler()
    propagated = logger.propagate
    logger.addHandler(stop)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = propagated
        logger.removeHandler(stop)
