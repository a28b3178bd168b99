"""Made-up personal identifiers in the spellings that people and programs use, and a search for
them that shares nothing with the screen: plain substrings, and digits compared as digits."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Planted:
    """One identifier. `text`: as it is written in the cell. `core`: what tells it from all others
    whatever the spelling: the ten digits, the subscriber's digits, the whole word."""

    kind: str
    text: str
    core: str


def luhn(digits: str) -> int:
    """The check digit (SKV 704): every other digit doubled, from the first."""
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(digits))
    return -sum(d // 10 + d % 10 for d in doubled) % 10


def personnummer(dice: random.Random, number: int, coordination: bool = False) -> Planted:
    """Born 1930–2009, so that the spelling with a lost zero occurs."""
    day = dt.date(1930, 1, 1) + dt.timedelta(dice.randrange(29000))
    short = f"{day:%y%m}{day.day + 60 * coordination:02}"
    nine = f"{short}{dice.randrange(980):03}" if not coordination else f"{short}{number % 900:03}"
    nine = nine if nine[6:] != "000" else nine[:6] + "111"
    core = f"{nine}{luhn(nine)}"
    whole, last = f"{day.year // 100}{core[:6]}", core[6:]
    spellings = (
        f"{core[:6]}-{last}", f"{core[:6]}+{last}", core, f"{whole}-{last}", f"{whole}{last}",
        f"{core[:6]} {last}", f"{whole} {last}", f"{core[:6]}–{last}", f"{core[:6]}\u2011{last}",
        f"{core[:6]} - {last}", f"{whole[:4]}-{whole[4:6]}-{whole[6:]}-{last}",
        f"{whole[:2]} {core[:6]}-{last}", f"{whole[:4]} {whole[4:6]} {whole[6:]} {last}",
    )  # fmt: skip
    kind = "samordningsnummer" if coordination else "personnummer"
    return Planted(kind, spellings[number % len(spellings)], core)


def telephone(dice: random.Random, number: int) -> Planted:
    """Mobile numbers of the series kept for fiction and their like, and fixed lines."""
    n = f"7{dice.choice('02369')}{dice.randrange(1000000, 9999999)}"
    line = f"8{dice.randrange(20000000, 79999999)}"
    first, last = n[:2], f"{n[5:7]} {n[7:]}"
    spellings = (
        f"0{n}", f"0{first}-{n[2:5]} {last}", f"+46{n}", f"+46 {first} {n[2:5]} {last}",
        f"0046{n}", f"+46 (0){first}-{n[2:]}", f"0{first} {n[2:5]} {n[5:]}",
        f"0{first}.{n[2:5]}.{n[5:7]}.{n[7:]}", f"08-{line[1:4]} {line[4:7]} {line[7:]}",
    )  # fmt: skip
    text = spellings[number % len(spellings)]
    return Planted("telefon", text, line if text.startswith("08-") else n)


def email(dice: random.Random, number: int) -> Planted:
    word = f"hemlig.{number}x{dice.randrange(10**6)}"
    return Planted(
        "e-post", f"{word}@{dice.choice(['exempel.se', 'post.example', 'a-b.nu'])}", word
    )


def address(dice: random.Random, number: int) -> Planted:
    letters = "".join(dice.choice("abdefgiklmnoprstuv") for _ in range(9))
    word = letters.capitalize() + dice.choice(
        ["gatan", "vägen", "gränd", "torget", "stigen", "backen"]
    )
    tail = dice.choice(["", ", 831 31 Östersund", " B", " lgh 1101"])
    return Planted("adress", f"{word} {dice.randrange(1, 99)}{tail}", word)


def planted(count: int, seed: int = 2025) -> list[Planted]:
    """Half of them personnummer, a tenth samordningsnummer; each core once."""
    dice = random.Random(seed)
    made: dict[str, Planted] = {}
    number = 0
    while len(made) < count:
        number += 1
        match number % 10:
            case 0 | 1 | 2 | 3 | 4:
                one = personnummer(dice, number)
            case 5:
                one = personnummer(dice, number, coordination=True)
            case 6 | 7:
                one = telephone(dice, number)
            case 8:
                one = email(dice, number)
            case _:
                one = address(dice, number)
        made.setdefault(one.core, one)
    return list(made.values())


_RUN = re.compile(r"\+?\d[\d \u00a0\u2011\u2013()./+-]{5,}\d")
_WORDS = re.compile(r"hemlig\.\w+|[A-ZÅÄÖ][a-zåäö]{8}(?:gatan|vägen|gränd|torget|stigen|backen)")


def found(texts: Iterable[str], wanted: Iterable[Planted]) -> set[str]:
    """The cores that stand somewhere in the texts: letter by letter as planted, or by their
    digits in any spelling (also without their leading zeros, standing alone)."""
    listed = list(wanted)
    digits = {p.core for p in listed if p.core.isdigit()}
    bare = {c.lstrip("0"): c for c in digits if len(c.lstrip("0")) > 7}
    words = {p.core for p in listed} - digits
    spelled = _Texts([p.text for p in listed])
    hits: set[str] = set()
    for text in texts:
        hits |= words & set(_WORDS.findall(text))
        for run in _RUN.findall(text):
            only = re.sub(r"\D", "", run.removesuffix(".0"))
            hits |= {bare[only]} if only in bare else set()
            if len(only) <= 40:
                hits |= {
                    only[i : i + n] for n in (9, 10) for i in range(len(only) - n + 1)
                } & digits
        hits |= {listed[i].core for i in spelled.within(text)}
    return hits


class _Texts:
    """Many texts sought in one go: wherever a text of theirs could begin, by a sum over its first
    letters, it is compared letter by letter."""

    LETTERS, FACTOR, UNUSED = 8, np.uint64(0x9E3779B97F4A7C15), np.uint64(64 - 22)

    def __init__(self, texts: Sequence[str]) -> None:
        assert min(map(len, texts)) >= self.LETTERS
        self._texts = texts
        self._begins: dict[int, list[int]] = {}
        for i, text in enumerate(texts):
            (start,) = self._sums(text[: self.LETTERS])
            self._begins.setdefault(int(start), []).append(i)
        self._starts = np.zeros(1 << 22, dtype=bool)  # by the first bits of the sums
        self._starts[np.array(list(self._begins), dtype=np.uint64) >> self.UNUSED] = True

    def within(self, text: str) -> set[int]:
        """The places in the list of the texts that this one holds."""
        if len(text) < self.LETTERS:
            return set()
        sums = self._sums(text)
        return {
            i
            for at in np.flatnonzero(self._starts[sums >> self.UNUSED])
            for i in self._begins.get(int(sums[at]), ())
            if text.startswith(self._texts[i], at)
        }

    def _sums(self, text: str) -> NDArray[np.uint64]:
        """Of each run of so many letters a number, modulo 2⁶⁴."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        count = len(codes) - self.LETTERS + 1
        sums = np.zeros(count, dtype=np.uint64)
        for i in range(self.LETTERS):
            sums *= self.FACTOR
            sums += codes[i : i + count]
        return sums
