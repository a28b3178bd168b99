"""The few functions of Excel that the auditor's sheet uses, evaluated as Excel does: an empty cell
equals "", texts compare without regard to capitals, EXACT does not."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

_TOKEN = re.compile(
    r'"(?:[^"]|"")*"|(?:\'[^\']+\'!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?'
    r"|[A-Z]+(?=\()|TRUE|FALSE|\d+(?:\.\d+)?|<>|<=|>=|[-+*/=<>(),]"
)


class Book:
    """The workbook's values, computed when asked for."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[str, str], Any] = {}

    def value(self, sheet: str, cell: str) -> Any:
        key = (sheet, cell.replace("$", ""))
        if key not in self._known:
            raw = self._book[sheet][key[1]]
            formula = raw.data_type == "f"
            self._known[key] = self.evaluate(sheet, raw.value[1:]) if formula else raw.value
        return self._known[key]

    def evaluate(self, sheet: str, text: str) -> Any:
        tokens = _TOKEN.findall(text)
        assert "".join(tokens) == text, text
        found = _Formula(self, sheet, tokens).compare()
        return found

    def range(self, sheet: str, text: str) -> list[Any]:
        left, top, right, bottom = range_boundaries(text.replace("$", ""))
        assert left == right
        letter = re.match(r"\$?([A-Z]+)", text)
        assert letter
        return [self.value(sheet, f"{letter[1]}{r}") for r in range(top, bottom + 1)]


class _Formula:
    def __init__(self, book: Book, sheet: str, tokens: list[str]) -> None:
        self.book, self.sheet, self.tokens = book, sheet, tokens

    def next(self, wanted: str = "") -> str:
        assert not wanted or self.tokens[0] == wanted
        return self.tokens.pop(0)

    def at(self, *wanted: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in wanted

    def compare(self) -> Any:
        left = self.sum()
        while self.at("=", "<>", "<", ">", "<=", ">="):
            left = _compared(self.next(), left, self.sum())
        return left

    def sum(self) -> Any:
        left = self.product()
        while self.at("+", "-"):
            left = left + self.product() if self.next() == "+" else left - self.product()
        return left

    def product(self) -> Any:
        left = self.atom()
        while self.at("*", "/"):
            op, right = self.next(), self.atom()
            if isinstance(left, list):
                left = [a * b for a, b in zip(left, right, strict=True)]
            else:
                left = left * right if op == "*" else left / right
        return left

    def atom(self) -> Any:
        token = self.next()
        if token == "-":
            return -self.atom()
        if token == "(":
            inner = self.compare()
            self.next(")")
            return inner
        if token in ("TRUE", "FALSE"):
            return token == "TRUE"
        if token.startswith('"'):
            return token[1:-1].replace('""', '"')
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return float(token)
        if self.at("("):
            return self.call(token)
        sheet, _, cell = token.rpartition("!")
        at = sheet.strip("'") or self.sheet
        return self.book.range(at, cell) if ":" in cell else self.book.value(at, cell)

    def call(self, name: str) -> Any:
        self.next("(")
        given = []
        while not self.at(")"):
            given.append(self.compare())
            if self.at(","):
                self.next()
        self.next(")")
        return _call(name, given)


def _call(name: str, given: list[Any]) -> Any:
    if name in ("AND", "OR"):
        assert all(isinstance(g, bool) for g in given)
        return all(given) if name == "AND" else any(given)
    if name in ("COUNTIF", "COUNTIFS"):
        pairs = list(zip(given[::2], given[1::2], strict=True))
        return sum(all(_is(v, w) for v, w in row) for row in _rows(pairs))
    if name == "AVERAGEIFS":
        values = [v for v, *marks in zip(*given[:2], strict=True) if _is(marks[0], given[2])]
        numbers = [v for v in values if v is not None]
        return sum(numbers) / len(numbers)
    if name == "EXACT":
        a, b = given
        return [_text(x) == _text(b) for x in a] if isinstance(a, list) else _text(a) == _text(b)
    if name == "ROUND":
        unit = Decimal(1).scaleb(-int(given[1]))
        return float(Decimal(repr(float(given[0]))).quantize(unit, ROUND_HALF_UP))
    return {
        "IF": lambda: given[1] if given[0] else given[2],
        "NOT": lambda: not given[0],
        "ABS": lambda: abs(given[0]),
        "DATE": lambda: dt.datetime(*map(int, given)),
        "SUMPRODUCT": lambda: sum(given[0]),
        "HYPERLINK": lambda: given[1],
    }[name]()


def _rows(pairs: list[tuple[list[Any], Any]]) -> list[list[tuple[Any, Any]]]:
    return [[(v, w) for v, (_, w) in zip(row, pairs, strict=True)]
            for row in zip(*(values for values, _ in pairs), strict=True)]  # fmt: skip


def _is(value: Any, wanted: Any) -> bool:
    return value is not None and _compared("=", value, wanted)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _compared(op: str, a: Any, b: Any) -> bool:
    if a is None and b is None:
        return op in ("=", "<=", ">=")
    a, b = _like(a, b), _like(b, a)
    if isinstance(a, str) and isinstance(b, str):
        a, b = a.casefold(), b.casefold()
    if _rank(a) != _rank(b):  # numbers < texts < truths
        a, b = _rank(a), _rank(b)
    return bool({"=": a == b, "<>": a != b, "<": a < b, ">": a > b,
                 "<=": a <= b, ">=": a >= b}[op])  # fmt: skip


def _like(value: Any, other: Any) -> Any:
    """An empty cell is 0, "" or FALSE, as what it is compared with."""
    if value is None:
        return {str: "", bool: False}.get(type(other), 0)
    if isinstance(value, dt.date):
        day = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        return (day - dt.datetime(1899, 12, 30)).days
    return value


def _rank(value: Any) -> int:
    return 2 if isinstance(value, bool) else 1 if isinstance(value, str) else 0
