"""Tokens of the look: colours, type and sizes that pictures, page and PDF share (VISUAL.md)."""

from __future__ import annotations

from functools import cache
from typing import Final

FAMILY: Final = "Source Sans Pro"
FAMILIES: Final = f"'{FAMILY}', sans-serif"
SIZES: Final = (13, 16, 19, 23, 28, 33)  # px: text of tables and pictures, body, four headings
PRINTED: Final = (8.5, 10.5, 12.5, 15.0, 18.5, 21.5)  # pt: the same scale, text 10.5
REGULAR: Final = 400
SEMIBOLD: Final = 600

WIDTH: Final = 680.0  # px (viewBox units): the measure of the page's column
SPACE: Final = 4.0  # px: every distance is a multiple

PAPER: Final = "#FFFFFF"
INK: Final = "#1F2328"
MUTED: Final = "#57606A"  # lighter ink, 6.4 : 1 on paper
RULE: Final = "#848B93"  # zero lines, 3.4 : 1, on a track 3.1
GUIDE: Final = "#D3D8DD"  # lines that only lead the eye
WASH: Final = "#F6F7F8"  # behind a word that something is missing
TRACK: Final = "#F1F3F5"  # the whole behind a share
GREY: Final = "#848B93"  # the series that are not the point, 3.5 : 1
LINK: Final = "#12436D"

CATEGORIES: Final = ("#12436D", "#28A197", "#801650", "#F46A25")
# Grades; of a shape that is too light on paper, its edge.
GRADES: Final = {"gron": "#1B6E3C", "gul": "#F2C14E", "rod": "#B3261E", "bla": "#1F5FA8"}
GRADE_EDGES: Final = {"gul": "#7A5C00"}
PAPER_DARK: Final = "#14181D"
# On it the first and third categories are 1.7 : 1; these are 8.3 and 8.2, and more than 10
# (CIE ΔE*ab) from the others for every simulated colour blindness.
CATEGORIES_DARK: Final = ("#86B6E4", "#28A197", "#E39AC2", "#F46A25")

# VISUAL.md gives five steps; the third and the fifth of these seven are between its pairs.
SCALE: Final = ("#7A3B00", "#D98A4B", "#EBC4A0", "#D9D9D9", "#B5D3E3", "#6FA8C9", "#12436D")
# On a dark page the two ends would be 1.9 and 1.7 : 1; these are at least 3.3, under white text.
SCALE_DARK: Final = ("#A85F25", *SCALE[1:-1], "#2F70A8")
# Steps in a scale of so many → their places in SCALE. Odd scales keep the neutral one.
STEPS: Final = {
    2: (0, 6),
    3: (0, 3, 6),
    4: (0, 1, 5, 6),
    5: (0, 1, 3, 5, 6),
    6: (0, 1, 2, 4, 5, 6),
    7: (0, 1, 2, 3, 4, 5, 6),
}


def luminance(colour: str) -> float:
    """Relative luminance 0–1 of ``#rrggbb`` (WCAG 2.2)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1–21 between two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@cache
def text_on(fill: str) -> str:
    """Paper or ink, whichever reads better on ``fill``."""
    return max((PAPER, INK), key=lambda colour: contrast(colour, fill))
