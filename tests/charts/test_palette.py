"""The palette where it carries meaning, for eyes that see colours otherwise and on a grey printer.

Simulated with the matrices of Machado, Oliveira & Fernandes (IEEE TVCG 15(6), 2009, severity 1.0);
distance is CIE 1976 ΔE*ab, where about 2 can just be told apart side by side.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest

from pipeline.publish.exporter import TEMPLATES
from pipeline.report.charts import tokens

MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
RGB_TO_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
              [0.0193339, 0.1191920, 0.9503041]]  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])
APART = 10.0  # the pair that VISUAL.md forbids is 6 apart
DARK = TEMPLATES.joinpath("bas.css").read_text("utf-8").split("@media")[1]


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    t = np.asarray(RGB_TO_XYZ) @ rgb / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, sight: str | None = None) -> float:
    seen = [linear(c) for c in (one, other)]
    if sight:
        seen = [np.clip(np.asarray(MACHADO[sight]) @ c, 0, 1) for c in seen]
    return float(np.linalg.norm(lab(seen[0]) - lab(seen[1])))


def lightness(colour: str) -> float:
    return float(lab(linear(colour))[0])


def dark(name: str) -> str:
    return re.search(rf"--{name}: (#[0-9a-f]{{6}})", DARK)[1]


def test_the_measure_is_the_one_that_is_meant():
    """White and black are 100 apart; red and green of the screen nearly 170, for a deuteranope
    less than half of that (colour-science 0.4 gives 170.6)."""
    assert distance("#ffffff", "#000000") == pytest.approx(100, abs=0.01)
    assert distance("#ff0000", "#00ff00") == pytest.approx(170.6, abs=0.2)
    assert distance("#ff0000", "#00ff00", "deuteranopia") < 85


@pytest.mark.parametrize("sight", [None, *MACHADO])
@pytest.mark.parametrize("palette", [tokens.CATEGORIES, tokens.CATEGORIES_DARK], ids=["l", "d"])
def test_categories_stay_apart(palette, sight):
    for one, other in combinations(palette, 2):
        assert distance(one, other, sight) >= APART, (one, other)


@pytest.mark.parametrize("sight", [None, *MACHADO])
def test_the_series_that_is_the_point_stays_apart_from_the_grey_ones(sight):
    assert distance(tokens.CATEGORIES[0], tokens.GREY, sight) >= APART
    assert distance(dark("cat-1"), dark("grey"), sight) >= APART


def test_on_a_grey_printer_the_point_is_darker_than_the_rest():
    """The two kinds of series that a chart sets against each other, start and follow-up."""
    assert lightness(tokens.GREY) - lightness(tokens.CATEGORIES[0]) >= 25
    assert lightness(dark("cat-1")) - lightness(dark("grey")) >= 10


@pytest.mark.parametrize("sight", [None, *MACHADO])
@pytest.mark.parametrize("steps", tokens.STEPS)
def test_neighbours_on_a_scale_stay_apart(steps, sight):
    for one, other in pairwise(tokens.SCALE[k] for k in tokens.STEPS[steps]):
        assert distance(one, other, sight) >= APART, (one, other)


def test_the_ends_of_a_scale_show_on_a_dark_page_and_their_labels_on_them():
    for name in ("skala-1", "skala-7"):
        assert tokens.contrast(dark(name), tokens.PAPER_DARK) >= 3
        assert tokens.contrast(dark(name), "#ffffff") >= 4.5
