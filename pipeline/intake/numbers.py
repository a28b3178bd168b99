"""Numbers as people and tools write them."""

from __future__ import annotations

import math
import re

from pipeline.intake.raw import Cell

NO_NUMBER = "Texten är inget tal. Skriv bara siffror, utan enhet och utan kommentar."
NOT_WHOLE = "Talet ska vara ett heltal."
TOO_LARGE = "Talet är för stort."
NO_BOOLEAN = "Svaret är varken ja eller nej."
_SPACE = re.compile(r"[\s\u00a0\u202f\u2009']")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?|[+-]?\d+,")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[\s\u00a0\u202f\u2009']\d{3})+(?:[.,]\d+)?")
_DOT_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+")
_COMMA_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}")
_PERCENT = re.compile(r"(.*\d)[\s\u00a0\u202f]*%")
_MINUS = str.maketrans("−–", "--")
_INT64 = 2**63
_LONGEST = 40  # characters; no count or share needs more

TRUE = frozenset("ja j yes y true sant 1 x".split())
FALSE = frozenset("nej n no false falskt 0".split())

Number = tuple[float | int | None, str, str]  # (number, rule, error)


def parse_number(cell: Cell) -> Number:
    """A cell as a number, never NaN or infinite.

    Rules: `talsomtext` (a plain number in a text), `decimalkomma`, `tusentalsavgransare`.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None, "", NO_NUMBER
    if not isinstance(cell, str):
        return (cell, "", "") if math.isfinite(cell) else (None, "", NO_NUMBER)
    text = cell.strip().translate(_MINUS)
    if _PLAIN.fullmatch(text):
        return _finite(text, "talsomtext")
    if _GROUPED.fullmatch(text):
        return _finite(_SPACE.sub("", text).replace(",", "."), "tusentalsavgransare")
    # In Swedish 1,234 is a little more than one: only a second sign makes the comma a divider.
    if _COMMA_GROUPED.fullmatch(text):
        return _finite(text.replace(",", ""), "tusentalsavgransare")
    if _DOT_GROUPED.fullmatch(text):
        return _finite(text.replace(".", "").replace(",", "."), "tusentalsavgransare")
    if _COMMA.fullmatch(text):
        return _finite(text.replace(",", "."), "decimalkomma")
    return None, "", NO_NUMBER


def parse_float(cell: Cell) -> Number:
    """As `parse_number`, whole numbers too as floats; `62 %` is 62 (rule `procenttecken`)."""
    value, rule, error = parse_number(cell)
    if error and isinstance(cell, str) and (share := _PERCENT.fullmatch(cell.strip())):
        value, rule, error = parse_number(share[1])
        rule = rule and "procenttecken"
    return (None if value is None else float(value)), rule, error


def _finite(text: str, rule: str) -> Number:
    if len(text) > _LONGEST:
        return None, "", TOO_LARGE
    if text.lstrip("+-").isdigit():
        return int(text), rule, ""
    value = float(text)
    return (value, rule, "") if math.isfinite(value) else (None, "", TOO_LARGE)


def parse_integer(cell: Cell) -> Number:
    """As `parse_number`, but only whole numbers that fit 64 bits."""
    value, rule, error = parse_number(cell)
    if value is None:
        return None, "", error
    if value != int(value):
        return None, "", NOT_WHOLE
    if not -_INT64 <= value < _INT64:
        return None, "", TOO_LARGE
    return int(value), rule, ""


def parse_boolean(cell: Cell) -> tuple[bool | None, str, str]:
    """ja/nej, yes/no, true/false, sant/falskt, 1/0, x. Rule `omkodat` for texts and numbers."""
    if isinstance(cell, bool):
        return cell, "", ""
    text = str(cell).strip().casefold()
    if text in TRUE:
        return True, "omkodat", ""
    if text in FALSE:
        return False, "omkodat", ""
    return None, "", NO_BOOLEAN
