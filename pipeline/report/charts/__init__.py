"""Pictures: plain frozen values become an SVG text. Knows nothing of facts or notebooks.

One function a question (VISUAL.md): ``bars`` and ``grouped`` (how large?), ``diverging`` and
``columns`` (how did they answer on a scale?), ``line`` (has it changed?), ``dots`` (do groups
differ?), ``funnel`` (do units differ more than by chance?), ``multiples`` (how do the key figures
stand?), ``run`` (when did it happen?). The same values give the same bytes; nothing is written but
what is passed in.
"""

from pipeline.report.charts.bars import bars, grouped
from pipeline.report.charts.columns import columns
from pipeline.report.charts.diverging import diverging
from pipeline.report.charts.dots import dots
from pipeline.report.charts.funnel import Limits, funnel
from pipeline.report.charts.line import line
from pipeline.report.charts.model import Drawing, Mark, Row, Series
from pipeline.report.charts.multiples import Panel, multiples
from pipeline.report.charts.run import run

__all__ = [
    "Drawing", "Limits", "Mark", "Panel", "Row", "Series",
    "bars", "columns", "diverging", "dots", "funnel", "grouped", "line", "multiples", "run",
]  # fmt: skip
