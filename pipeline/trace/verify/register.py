"""What the report's register and its trace panel say of each fact, against the recomputed one.

Both are read from the page as it lies: the register's entries, the panel's JSON, its shards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pipeline.trace.verify.swedish import expected_text, written
from pipeline.trace.verify.verdict import Difference

PAGE, SHARDS = "arsrapport.html", "sparning"
_SECTION, _END = '<section class="kapitel register"', "</section>"
_DATA, _DATA_END = '<script type="application/json" id="spar-data">', "</script>"
_WHOLE = ("n", "numerator", "denominator")
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """The ledger, and its facts recomputed: `made` by id. `page`: the file that tells of them."""

    ledger: Sequence[Record]
    made: Mapping[str, Record]
    occurrences: Sequence[Record]
    page: str = PAGE

    @property
    def register(self) -> str:
        return f"{self.page}, faktaregistret"

    @property
    def panel(self) -> str:
        return f"{self.page}, spårpanelen"

    def shown(self) -> dict[str, list[str]]:
        """Fact → the different texts that stand for its value, in reading order."""
        found: dict[str, dict[str, None]] = {}
        for o in self.occurrences:
            if o["part"] == "value":
                found.setdefault(o["fact"], {})[o["text"]] = None
        return {key: list(texts) for key, texts in found.items()}


def register_differences(edition: Path, told: Told) -> Iterator[Difference]:
    """Every entry of the register and every fact of the panel that says something else than
    what was recomputed. A page without a panel has none to compare."""
    try:
        page = (edition / told.page).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return  # said already, of the page as a whole
    shown = told.shown()
    yield from _compared(told.register, _entries(page), told, lambda r: _entry(r, told, shown))
    try:
        panel = _panel(page, edition / SHARDS)
    except (OSError, ValueError, KeyError, TypeError):
        yield Difference("html", told.panel, "går inte att läsa")
        return
    if panel is not None:
        there = {key: _said(fact) for key, fact in panel.items()}
        wanted = {r["id"]: _wanted(panel.get(r["id"], {}), r, told, shown) for r in told.ledger}
        yield from _compared(told.panel, there, told, lambda r: wanted[r["id"]])


def _compared(
    where: str, there: Mapping[str, Mapping[str, str]], told: Told,
    wanted: Callable[[Record], Mapping[str, str]],
) -> Iterator[Difference]:  # fmt: skip
    for record in told.ledger:
        key = record["id"]
        if key not in there:
            yield _difference(where, "talet saknas", record)
            continue
        for what, own in wanted(record).items():
            if there[key].get(what, "") != own:
                yield _difference(where, f"{what} skiljer", record, there[key].get(what, ""), own)
    for key in sorted(set(there) - {r["id"] for r in told.ledger}):
        yield Difference("html", where, "talet står inte i registret", id=key)


def _difference(
    where: str, what: str, record: Record, shown: str = "", own: str = ""
) -> Difference:
    return Difference(
        "html", where, what, shown, own, record["name"], record["scope"], record["id"]
    )


# The register


def _entry(record: Record, told: Told, shown: Mapping[str, list[str]]) -> dict[str, str]:
    own = told.made[record["id"]]
    numerator, denominator, n = (own[k] for k in ("numerator", "denominator", "n"))
    basis = "" if n is None else f"n = {written(Fraction(n))}"
    if numerator is not None and denominator is not None:
        basis = f"{written(Fraction(numerator))} av {written(Fraction(denominator))}"
    value = " · ".join(shown.get(record["id"], [])) or "–"
    return {"värdet": value, "underlaget": basis, "perioden": record["period"]}


@dataclass(slots=True)
class _Entry:
    value: str = ""
    terms: dict[str, str] = field(default_factory=dict)


class _Register(HTMLParser):
    """The entries of the register: what is shown, and its list of terms."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.entries: dict[str, _Entry] = {}
        self._entry = _Entry()
        self._open = ""  # visat, dt, dd
        self._text = self._term = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "li" and given.get("class") == "post":
            self._entry = self.entries[(given.get("id") or "").removeprefix("f-")] = _Entry()
        elif tag in ("dt", "dd") or given.get("class") == "visat":
            self._open, self._text = tag, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag != self._open:
            return
        if tag == "dt":
            self._term = self._text
        elif tag == "dd":
            self._entry.terms[self._term] = self._text
        else:
            self._entry.value = self._text
        self._open = ""


def _entries(page: str) -> dict[str, dict[str, str]]:
    start = page.find(_SECTION)
    reader = _Register()
    if start >= 0:
        reader.feed(page[start : page.find(_END, start)])
        reader.close()
    return {
        key: {
            "värdet": e.value, "underlaget": e.terms.get("Underlag", ""),
            "perioden": e.terms.get("Period", ""),
        }
        for key, e in reader.entries.items()
    }  # fmt: skip


# The panel


def _panel(page: str, shards: Path) -> dict[str, Any] | None:
    """Fact → what the panel holds of it, from the page or the files beside it."""
    start = page.find(_DATA)
    if start < 0:
        return None
    start += len(_DATA)
    data = json.loads(page[start : page.index(_DATA_END, start)])
    if "shards" not in data:
        return dict(data["facts"])
    found: dict[str, Any] = {}
    for path in sorted(shards.glob("f-*.js")):
        call = path.read_text(encoding="utf-8").strip()
        _, text = json.loads(f"[{call.removeprefix('spar(').removesuffix(')')}]")
        found |= json.loads(text)["facts"]
    return found


def _said(fact: Record) -> dict[str, str]:
    parents = [(p[1], p[3]) for p in fact.get("parents", ())]
    said = {k: fact.get(k, "") for k in (*_WHOLE, "period")}
    return said | {"värdet": fact.get("text", ""), "delarna": _listed(parents)}


def _wanted(
    fact: Record, record: Record, told: Told, shown: Mapping[str, list[str]]
) -> dict[str, str]:
    """What the panel should say. A value that the report does not show itself is written by the
    panel in a format of its own choice: in that format it must be the recomputed one."""
    own = told.made[record["id"]]
    numbers = {k: "" if own[k] is None else written(Fraction(own[k])) for k in _WHOLE}
    texts = shown.get(record["id"]) or [_written_as(fact.get("text", ""), own)]
    said = {p[1]: p[3] for p in fact.get("parents", ())}
    ids = [k for k in json.loads(record["parents"]) if k in told.made]
    parents = [(k, _written_as(said.get(k, ""), told.made[k])) for k in ids]
    return {
        **numbers, "period": record["period"], "värdet": texts[0], "delarna": _listed(parents),
    }  # fmt: skip


def _written_as(text: str, own: Record) -> str:
    # Without parents: the panel tells a difference between few answers too.
    return expected_text(text, own, "value", ())


def _listed(parents: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{key} {text}" for key, text in parents)
