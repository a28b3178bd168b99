"""Kolada's answers (v3), page by page, held against the shape that they are read by: an answer of
another shape is refused whole, with what is new about it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.comparators.client import Client, Refused, host, same_site
from pipeline.comparators.query import Query

STATUSES = ("", "Missing", "Privacy", "Not applicable")
GENDERS = ("T", "K", "M")
PAGES = 10_000  # more than all of Kolada: an answer that never ends
Entry = dict[str, Any]


def ask(query: Query, base: str, client: Client) -> list[Entry]:
    """Every entry {`kpi`, `municipality`, `period`, `values`} of the answer, in one order whatever
    order the pages came in. Raises Unreachable, or Refused for an answer of another shape."""
    found: dict[tuple[str, str, int], dict[str, Entry]] = {}
    for address in query.addresses(base):
        for page in _pages(address, client):
            for entry in page["values"]:
                key = (entry["kpi"], entry["municipality"], entry["period"])
                if not query.covers(*key):
                    raise Refused(_changed(base, "svaret gäller annat än det som efterfrågades"))
                held = found.setdefault(key, {})
                for value in entry["values"]:
                    before = held.get(value["gender"])
                    # Of a value withdrawn and one in its place, the one that holds.
                    if before is None or before["isdeleted"] or not value["isdeleted"]:
                        held[value["gender"]] = value
    return [
        {
            "kpi": kpi, "period": period, "municipality": municipality,
            "values": [held[g] for g in sorted(held)],
        }
        for (kpi, municipality, period), held in sorted(found.items())
    ]  # fmt: skip


def _pages(address: str, client: Client) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    following: str | None = address
    while following:
        if following in seen or len(seen) >= PAGES:
            raise Refused(_changed(address, "sidorna tar aldrig slut"))
        seen.add(following)
        page = client.get(following)
        if fault := _fault(page):
            raise Refused(_changed(address, fault))
        yield page
        onward = page.get("next_url")
        following = same_site(address, onward) if onward else None


def _fault(page: Any) -> str:
    """What is not as it should be; empty where all is well."""
    if not isinstance(page, dict) or not isinstance(page.get("values"), list):
        return "listan values saknas"
    if not isinstance(page.get("next_url"), str | None):
        return "next_url är ingen adress"
    for entry in page["values"]:
        if not isinstance(entry, dict):
            return "posterna i values är inga objekt"
        for name, kind in (("kpi", str), ("municipality", str), ("period", int), ("values", list)):
            if type(entry.get(name)) is not kind:
                return f"fältet {name} saknas eller är av annat slag"
        if fault := next(filter(None, map(_value_fault, entry["values"])), ""):
            return fault
    return ""


def _value_fault(value: Any) -> str:
    if not isinstance(value, dict):
        return "värdena är inga objekt"
    missing = [n for n in ("gender", "status", "value", "isdeleted") if n not in value]
    if missing:
        return f"fältet {missing[0]} saknas"
    if value["gender"] not in GENDERS:
        return "fältet gender är varken T, K eller M"
    if (value["status"] or "") not in STATUSES:
        return "fältet status har ett okänt innehåll"
    number = value["value"]
    if number is not None and (type(number) not in (int, float) or not math.isfinite(number)):
        return "fältet value är inget tal"
    if type(value["isdeleted"]) is not bool:
        return "fältet isdeleted är varken sant eller falskt"
    return ""


def _changed(address: str, fault: str) -> str:
    return (
        f"Svaret från {host(address)} ser inte ut som väntat: {fault}. Ingenting sparades.\n"
        "Gör så här: Kolada kan ha ändrat sitt gränssnitt. Hör efter om det finns en nyare "
        "version av programmet. Det som hämtats tidigare används så länge."
    )
