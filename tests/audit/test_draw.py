"""The draw: everybody has the same chance, it can be made again anywhere, and a frame that is not
what it was is found out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from scipy import stats

from pipeline.audit.draw import (
    Kund,
    Seed,
    draw,
    drawn_of,
    frame_hash,
    frame_of,
    moved,
    redraw,
)
from pipeline.workspace import REPO

VISIT = dt.date(2025, 3, 19)
KEY = "ab9a28cda21a9e8e"
SEED = Seed("V2025-01", "OH 2025/31", "7a" * 32)


def ids(n: int) -> list[str]:
    return [hashlib.md5(str(i).encode()).hexdigest()[:16] for i in range(n)]


def protocol(n: int) -> dict:
    frame = frame_of([Kund(p, ("sol",), dt.date(2022, 1, 1)) for p in ids(n)], VISIT)
    return {"besok_id": "V2025-01", **drawn_of(SEED, frame, KEY)}


def test_over_ten_thousand_seeds_each_kund_is_drawn_equally_often() -> None:
    """Each of twenty is in 8 of 20 draws. The counts of one draw are not independent (they sum to
    eight): the statistic is then (N − 1)/(N − n) of Pearson's, with N − 1 degrees of freedom."""
    kunder, seeds, n = ids(20), 10_000, 8
    times = dict.fromkeys(kunder, 0)
    firsts = dict.fromkeys(kunder, 0)
    for i in range(seeds):
        seed = Seed("V2025-01", "OH 2025/31", f"{i:064x}").sha256
        got = draw(seed, kunder)
        assert len(set(got)) == n
        firsts[got[0]] += 1
        for one in got:
            times[one] += 1
    expected = seeds * n / len(kunder)
    pearson = sum((t - expected) ** 2 / expected for t in times.values())
    assert stats.chi2.sf(pearson * (len(kunder) - 1) / (len(kunder) - n), 19) > 0.01
    assert stats.chisquare(list(firsts.values())).pvalue > 0.01  # and each is number 1 as often


def test_the_chance_does_not_hang_on_the_seeds_order_or_the_lists() -> None:
    kunder = ids(30)
    assert draw(SEED.sha256, kunder) == draw(SEED.sha256, reversed(kunder))
    assert draw(SEED.sha256, kunder) != draw(
        Seed("V2025-02", "OH 2025/31", "7a" * 32).sha256, kunder
    )


@pytest.mark.parametrize(("kunder", "drawn"), [(0, 0), (1, 1), (7, 7), (8, 8), (9, 8), (40, 8)])
def test_all_are_drawn_up_to_eight_and_eight_of_more(kunder: int, drawn: int) -> None:
    told = protocol(kunder)
    assert (told["antal"], told["ram"]["antal"]) == (drawn, kunder)
    assert len(set(told["urval"])) == drawn and set(told["urval"]) <= set(ids(kunder))
    if kunder <= 8:
        assert set(told["urval"]) == set(ids(kunder))
    assert all([(r := redraw(told)).seed, r.frame, r.result])


def test_the_draw_is_what_anybody_can_compute_from_the_words_of_the_method() -> None:
    """By hand, with hashlib alone."""
    told = protocol(12)

    def sha(*parts: str) -> str:
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    seed = sha("uppfoljning-urval-1", "V2025-01", "OH 2025/31", "7a" * 32)
    assert told["fro"]["sha256"] == seed
    assert told["urval"] == sorted(ids(12), key=lambda p: sha(seed, p))[:8]
    lines = [f"{p} sol" for p in sorted(ids(12))]
    assert told["ram"]["sha256"] == sha("uppfoljning-urval-1", KEY, *lines)


# -- Who is in the frame


def test_one_who_came_less_than_six_months_before_is_in_the_frame() -> None:
    frame = frame_of([Kund("a", ("sol",), dt.date(2025, 3, 1))], VISIT)
    assert list(frame.members) == ["a"] and frame.first == dt.date(2024, 9, 19)


def test_the_frame_is_who_had_an_insats_in_the_six_months_and_those_outside_are_counted() -> None:
    old, first = dt.date(2020, 1, 1), dt.date(2024, 9, 19)
    frame = frame_of(
        [
            Kund("ongoing", (), old),
            Kund("ended on the first day", (), old, first),
            Kund("ended the day before", (), old, first - dt.timedelta(1)),
            Kund("came on the day of the visit", (), VISIT),
            Kund("came the day after", (), VISIT + dt.timedelta(1)),
            Kund("protected", (), old, skyddad=True),
            Kund("start unknown", ()),
        ],
        VISIT,
    )
    assert set(frame.members) == {
        "ongoing", "ended on the first day", "came on the day of the visit", "start unknown",
    }  # fmt: skip
    assert frame.excluded == {"skyddad": 1, "avslutad": 1, "senare": 1}


# -- What has changed is found out


def test_one_kund_added_changes_the_hash_and_is_told_as_added() -> None:
    told, more = protocol(12), {p: ("sol",) for p in ids(13)}
    assert frame_hash(more, KEY) != told["ram"]["sha256"]
    found = moved(told, more, KEY)
    assert (found.added, found.removed, found.lagrum) == ((ids(13)[12],), (), ())
    fewer = {p: ("sol",) for p in ids(11)}
    assert moved(told, fewer, KEY).removed == (ids(12)[11],)
    other = {p: ("hsl",) if p == ids(1)[0] else ("sol",) for p in ids(12)}
    assert moved(told, other, KEY).lagrum == (ids(1)[0],)
    assert not moved(told, {p: ("sol",) for p in reversed(ids(12))}, KEY)
    assert not moved(told, more, "another key").key


@pytest.mark.parametrize(
    ("alter", "fails"),
    [
        (lambda t: t["urval"].reverse(), "result"),
        (lambda t: t["ram"]["kunder"].pop(), "frame"),
        (lambda t: t["fro"]["av"].update(dnr="another"), "seed"),
        (lambda t: t["fro"].update(sha256="0" * 64), "seed"),
        (lambda t: t.update(besok_id="V2025-02"), "seed"),
    ],
)
def test_a_protocol_that_was_altered_does_not_hold(alter, fails) -> None:  # type: ignore[no-untyped-def]
    told = json.loads(json.dumps(protocol(12)))
    alter(told)
    assert not getattr(redraw(told), fails)


# -- On other Pythons

PROGRAM = """
import json, sys
from pipeline.audit.draw import redraw
told = json.load(sys.stdin)
again = redraw(told)
print(json.dumps([again.seed, again.frame, again.result, "%d.%d" % sys.version_info[:2]]))
"""


def interpreter(version: str) -> Path | None:
    """A Python of this version on the machine, without our packages."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return Path(sys.executable)
    homes = [Path.home() / ".pyenv/versions", Path.home() / ".local/share/uv/python"]
    for home in homes:
        for name in (f"{version}*/bin/python3", f"cpython-{version}*/bin/python3"):
            for found in sorted(home.glob(name)):
                return found
    import shutil

    found_on_path = shutil.which(f"python{version}")
    return Path(found_on_path) if found_on_path else None


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_same_protocol_gives_the_same_draw_on_every_python(version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    answer = subprocess.run(
        [str(python), "-c", PROGRAM], input=json.dumps(protocol(40)), cwd=REPO,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == [True, True, True, version]


def test_the_draw_is_the_one_that_was_written_down_once() -> None:
    """Whatever happens to the code: a protocol of today must be redrawn in ten years."""
    assert SEED.sha256 == GOLDEN_SEED
    assert list(draw(SEED.sha256, ids(12))) == GOLDEN_DRAW


GOLDEN_SEED = "7a4945959bd74e3c47e8efafa2f6b006926f88fd0d2d5c965f0190a89fc9d478"
GOLDEN_DRAW = [
    "45c48cce2e2d7fbd",
    "8f14e45fceea167a",
    "a87ff679a2f3e71d",
    "c81e728d9d4c2f63",
    "cfcd208495d565ef",
    "1679091c5a880faf",
    "c4ca4238a0b92382",
    "d3d9446802a44259",
]
