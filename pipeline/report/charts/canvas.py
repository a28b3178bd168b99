"""A sheet to draw on: a matplotlib figure in px from its top left, with every mark tagged.

What is drawn is tagged with its classes and marks; the tag follows the artist through
matplotlib as a group id, and ``svg.clean`` keeps what is tagged and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final, ParamSpec

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Affine2D

from pipeline.report.charts import svg, tokens
from pipeline.report.charts.model import Drawing, Mark

P = ParamSpec("P")

_RC: Final[dict[str, Any]] = {"svg.fonttype": "none", "svg.hashsalt": "uppfoljning"}
_METADATA: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}
_INCH: Final = 72.0  # at 72 dpi matplotlib's point, its pixel and our px are one
BEHIND: Final = -1.0  # drawn before the axes' content
ABOVE: Final = 3.0
RISE: Final = 0.33  # half the height of a figure, in em: from a row's middle to its baseline


def isolated(draw: Callable[P, Drawing]) -> Callable[P, Drawing]:
    """Draw with matplotlib's defaults, whatever theme the notebook has set."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Drawing:
        with matplotlib.style.context(["default", _RC]):
            return draw(*args, **kwargs)

    return wrapper


class Lettering(Artist):
    """Lines of text given straight to the renderer.

    ``matplotlib.text.Text`` measures each text to place it; here places are known, which saves
    half the time of a chart of 65 rows. And a ``$`` in a label stays a dollar.
    """

    def __init__(self, lines: Sequence[tuple[float, float, str]], font: FontProperties, fill: str):
        super().__init__()
        self._lines, self._font, self._fill = lines, font, fill
        self.set_zorder(ABOVE)

    def draw(self, renderer: RendererBase) -> None:
        renderer.open_group("text", self.get_gid())
        gc = renderer.new_gc()
        gc.set_foreground(self._fill)
        for x, y, line in self._lines:
            renderer.draw_text(gc, x, y, line, self._font, 0)
        gc.restore()
        renderer.close_group("text")


class Canvas:
    """A sheet ``tokens.WIDTH`` px wide and ``height`` px tall; y runs downward."""

    def __init__(self, height: float):
        self.height = round(height)
        self._figure = Figure(figsize=(tokens.WIDTH / _INCH, self.height / _INCH), dpi=_INCH)
        FigureCanvasSVG(self._figure)
        self._px = Affine2D().scale(1, -1).translate(0, self.height)
        self._tags: list[svg.Tag] = []

    def plot(
        self, left: float, width: float, x: tuple[float, float], y: tuple[float, float],
        top: float = 0.0, height: float | None = None,
    ) -> Axes:  # fmt: skip
        """Axes at a place in px, with data limits ``x`` and ``y`` (the y at the bottom first)."""
        height = self.height - top if height is None else height
        box = (
            left / tokens.WIDTH,
            1 - (top + height) / self.height,
            width / tokens.WIDTH,
            height / self.height,
        )
        ax = self._figure.add_axes(box)
        ax.set_axis_off()
        for axis in (ax.xaxis, ax.yaxis):
            # Ticks would be untraced digits. Setting the locator also spares seaborn from
            # laying out tick labels to see whether they overlap: half its time.
            axis.set_major_locator(NullLocator())
        ax.set_xlim(x)
        ax.set_ylim(y)
        return ax

    def tag(
        self, artist: Artist, css: str, *marks: Mark, kind: svg.Kind = "path", anchor: str = "start"
    ) -> None:
        """Keep ``artist`` in the picture, with classes ``css`` and the marks it shows."""
        artist.set_gid(f"tag{len(self._tags)}")
        artist.set_clip_on(False)
        self._tags.append(svg.Tag(css, marks, kind, anchor))

    def words(
        self, x: float, y: float, text: str | Sequence[str], css: str = "etikett", *,
        size: float = 13, weight: int = tokens.REGULAR, fill: str = tokens.INK,
        anchor: str = "start", leading: float = 16, mark: Mark | None = None,
    ) -> None:  # fmt: skip
        """Write ``text`` (or lines of one text) with its vertical middle at ``y`` px."""
        lines = [text] if isinstance(text, str) else list(text)
        first = y + RISE * size - leading * (len(lines) - 1) / 2
        font = FontProperties(family=tokens.FAMILY, size=size, weight=weight)
        places = [(x, first + leading * i, line) for i, line in enumerate(lines) if line]
        if not places:
            return
        artist = Lettering(places, font, fill)
        self.tag(artist, css, *([mark] if mark else []), kind="text", anchor=anchor)
        self._figure.add_artist(artist)

    def value(self, x: float, y: float, mark: Mark, *, size: float = 13, anchor: str = "start",
              weight: int = tokens.SEMIBOLD) -> None:  # fmt: skip
        """Write a mark's text with its middle at ``y`` px; lighter when it has no value."""
        if mark.value is None:
            self.words(x, y, mark.text, "varde saknas", size=size, fill=tokens.MUTED,
                       anchor=anchor, mark=mark)  # fmt: skip
        else:
            self.words(x, y, mark.text, "varde", size=size, weight=weight, anchor=anchor, mark=mark)

    def rule(
        self, xs: Sequence[float], ys: Sequence[float], css: str = "axel", *,
        stroke: str = tokens.RULE, width: float = 1.0, dashes: tuple[float, float] | None = None,
        z: float = BEHIND,
    ) -> None:  # fmt: skip
        """A line through points in px; a NaN lifts the pen."""
        line = Line2D(xs, ys, color=stroke, linewidth=width, transform=self._px, zorder=z)
        line.set_solid_capstyle("butt")
        if dashes:
            line.set_dashes(dashes)
        self.tag(line, css)
        self._figure.add_artist(line)

    def box(self, x: float, y: float, width: float, height: float, css: str, fill: str) -> None:
        """A filled rectangle behind the axes, in px."""
        patch = Rectangle((x, y), width, height, facecolor=fill, linewidth=0, zorder=BEHIND - 1)
        patch.set_transform(self._px)
        self.tag(patch, css, kind="rect")
        self._figure.add_artist(patch)

    def finish(self) -> Drawing:
        """The picture as a cleaned SVG, with the marks and texts written in it."""
        raw = io.StringIO()
        self._figure.savefig(raw, format="svg", metadata=_METADATA)
        return svg.clean(raw.getvalue(), self._tags, tokens.WIDTH, self.height)
