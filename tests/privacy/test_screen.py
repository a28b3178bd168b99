"""What the screen finds, and what it leaves alone."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from pipeline.privacy.columns import personal
from pipeline.privacy.screen import mask, mask_answer, mask_cell
from tests.privacy.identifiers import found, luhn, planted

FRAMES = ("{}", "Ring {} tack.", "({})", "id:{};", "Hon heter X, {}, och bor kvar", "a {}\nb")


@pytest.mark.parametrize("frame", FRAMES)
def test_identifiers_in_every_spelling_are_masked_in_any_text(frame: str) -> None:
    for one in planted(1000, seed=7):
        masked, kinds = mask(frame.format(one.text))
        assert not found([masked], [one]), one.kind
        assert kinds == (one.kind,) and masked == frame.format(f"[{one.kind}]"), one.kind


def test_numbers_in_excel_are_masked_also_without_their_leading_zero() -> None:
    short = 0
    for one in planted(1500, seed=8):
        if one.kind in ("personnummer", "samordningsnummer") and not one.core.startswith("00"):
            short += one.core.startswith("0")
            assert mask_cell(float(one.core)) == (f"[{one.kind}]", (one.kind,))
            assert mask(f"{int(one.core)}.0")[1] == (one.kind,)
    assert short > 20


def test_a_free_text_of_seven_digits_may_be_someone_born_in_2000() -> None:
    short = f"101123{luhn('000101123')}"  # 000101-123…
    assert mask_answer(short) == ("[personnummer]", ("personnummer",))
    assert mask(short) == (short, ())


@pytest.mark.parametrize("cell", [dt.date(2025, 3, 1), True, None, 12.5, float("inf"), "", "ja"])
def test_other_cells_are_left_as_they_are(cell: object) -> None:
    assert mask_cell(cell) == (cell, ())


def test_a_masked_text_is_not_masked_again() -> None:
    for one in planted(300, seed=9):
        masked = mask(f"Hej {one.text}, hej")[0]
        assert mask(masked) == (masked, ())


def ordinary(dice: random.Random) -> list[object]:
    """Numbers and texts as follow-up is full of them."""
    day = dt.date(1990, 1, 1) + dt.timedelta(dice.randrange(14000))
    later = day + dt.timedelta(dice.randrange(400))
    n, clock = dice.randrange, f"{dice.randrange(24):02}:{dice.randrange(60):02}"
    return [
        day.isoformat(), f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"), f"{day:%y%m%d}", f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}", f"{day:%d %m %Y}", f"{day} {clock}:00",
        f"{day:%Y%m%d}{n(24):02}{n(60):02}{n(60):02}", f"{day} {n(24):02}{n(60):02}",
        f"{day}–{later}", f"{day} - {later}", f"{day.year}-{later.year}",
        f"kl {n(24):02}.{n(60):02}-16.30",
        f"SN {day.year}/{n(10000):05}", f"{day.year}-{n(100000):06}", f"SOC-{day.year}-{n(10000)}",
        f"dnr 0{n(1000):03}/{day:%y}", f"{dice.choice('NUIE')}{n(100000):05}", f"{n(115, 2585):04}",
        n(1, 6), f"{n(1, 6)} – Nöjd", n(10 ** n(1, 7)), n(10**6, 10**7), dice.random(),
        repr(dice.random() * 10 ** n(8)), f"{dice.random() * 100:.1f} %".replace(".", ","),
        f"{n(1, 10**8):,} kr".replace(",", " "), f"{n(1, 10**6)},{n(100):02}",
        f"MET-{day.year}-{n(10000):04}", f"I{n(10**6):06}", f"{n(10**5):06}", f"{n(10**6):08}",
        f"{day.year}{n(10000):04}", f"{dice.getrandbits(64):016x}",
        f"556{n(1000):03}-{n(10000):04}",
        f"SFS {day.year}:{n(2000)} {n(1, 30)} kap. {n(1, 30)} §",
        f"0–{n(5, 20)} år, {n(5)} av {n(9)}",
        f"{n(9)}.{n(20)}.{n(300)}", ".".join(str(n(256)) for _ in range(4)),
        f"bg {n(100, 9999)}-{n(1000, 9999)}",
        "; ".join(str(n(30)) for _ in range(6)), " ".join(str(n(300)) for _ in range(6)),
        f"Vi var {n(3, 9)} i gruppen, rum {n(400)} på plan {n(9)}, {n(2, 9)} gånger till {later}.",
        f"Genomförandeplan {n(9)}, vårdplan {day.year}, {n(100)} av {n(100, 999)} svar",
    ]  # fmt: skip


def test_ordinary_numbers_are_taken_for_identifiers_less_than_once_in_a_thousand() -> None:
    dice = random.Random(11)
    cells = [cell for _ in range(400) for cell in ordinary(dice)]
    assert sum(bool(mask_cell(cell)[1]) for cell in cells) * 1000 < len(cells)


@pytest.mark.parametrize(
    "header",
    ["Namn", "E-post", "Email Address", "IP-adress", "ipaddr", "Respondent name", "Förnamn",
     "Name2", "RecipientEmail", "IPAddress", "LocationLatitude", "Efternamn", "Personnr",
     "E-postadress:"],
)  # fmt: skip
def test_columns_that_say_who_answered_are_known(header: str) -> None:
    assert personal(header)


@pytest.mark.parametrize(
    "header", ["Enhet", "Utförarens namn", "Vem svarar?", "Startlanguage", "Datum", "Insats-id"]
)
def test_other_columns_are_read(header: str) -> None:
    assert not personal(header)
