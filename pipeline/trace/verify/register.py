"""What the report's register and its trace panel say of each fact, against the recomputed one.

Both are what the page says as it lies: the register's entries, the panel's JSON, its shards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.trace.verify.page import Page
from pipeline.trace.verify.swedish import expected_text, written
from pipeline.trace.verify.verdict import Difference

NAME, SHARDS = "arsrapport.html", "sparning"
_WHOLE = ("n", "numerator", "denominator")
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """The ledger, and its facts recomputed: `made` by id. `page`: the file that tells of them."""

    ledger: Sequence[Record]
    made: Mapping[str, Record]
    occurrences: Sequence[Record]
    page: str = NAME

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


def register_differences(page: Page, edition: Path, told: Told) -> Iterator[Difference]:
    """Every entry of the register and every fact of the panel that says something else than
    what was recomputed. A page without a panel has none to compare; the panel's shards lie in the
    folder `edition`."""
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


def _entries(page: Page) -> dict[str, dict[str, str]]:
    return {
        key: {
            "värdet": e[""], "underlaget": e.get("Underlag", ""), "perioden": e.get("Period", ""),
        }
        for key, e in page.register.items()
    }  # fmt: skip


# The panel


def _panel(page: Page, shards: Path) -> dict[str, Any] | None:
    """Fact → what the panel holds of it, from the page or the files beside it."""
    if page.panel is None:
        return None
    data = json.loads(page.panel)
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
