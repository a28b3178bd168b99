"""Published folders made by hand: a ledger and a tiny page, from rows that only the test knows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.facts import predicate as p
from pipeline.facts.fact import digest
from pipeline.forms.codebook import Category, Codebook, Derived, Field

YEAR = 2025


def _field(name: str, *values: str | int, **more: Any) -> Field:
    kind = "integer" if values and isinstance(values[0], int) else "string"
    return Field(name, name, kind, categories=tuple(Category(v, str(v)) for v in values), **more)


# A survey whose rows always have unit and sex; tertial and answers may be empty.
BOOK = Codebook(
    name="svar",
    title="Svar",
    kind="survey",
    protects="person",
    fields=(
        _field("enhet", "a", "b", "c", required=True, severity="critical"),
        _field("kon", "kvinna", "man", required=True, severity="critical"),
        _field("nojd", 1, 2, 3, 4, 5),
        _field("handelse", "ja", "nej", sensitive=True),
        Field("datum", "datum", "date", required=True, severity="critical"),
    ),
    derived=(Derived("tertial", "Tertial", "tertial", "datum"),),
)
OPEN = Codebook("oppet", "Öppet", "register", "none", BOOK.fields)
BOOKS = {"svar": BOOK, "oppet": OPEN}


def sql(text: str) -> str:
    return p.to_sql(p.parse(text))


@dataclass
class Folder:
    """Collects facts, then writes them. What is hidden has no value; a basis is shown when said."""

    facts: list[dict[str, Any]] = field(default_factory=list)

    def _add(self, definition: Mapping[str, Any], name: str, **parts: Any) -> dict[str, Any]:
        entry = {
            "id": digest(definition), "name": name, "title": name, "scope": {}, "unit": "",
            "period": str(YEAR + definition.get("period", 0)), "kind": definition["kind"],
            "definition": definition, "words": name, "parents": [], "value": None, "n": None,
            "numerator": None, "denominator": None, "hidden": False, **parts,
        }  # fmt: skip
        self.facts.append(entry)
        return entry

    def count(self, where: str, value: int | None, *, dataset: str = "svar", period: int = 0,
              distinct: str = "") -> dict[str, Any]:  # fmt: skip
        """A count; without a value it is hidden."""
        more = {"distinct": distinct} if distinct else {}
        definition = {
            "kind": "count", "dataset": dataset, "period": period, "scope": {},
            "where": sql(where), **more,
        }  # fmt: skip
        return self._add(definition, f"antal {where}", value=value, hidden=value is None)

    def share(self, where: str, of: str, value: float | None, **parts: Any) -> dict[str, Any]:
        definition = {
            "kind": "share", "dataset": "svar", "period": 0, "scope": {}, "where": sql(where),
            "of": sql(of),
        }  # fmt: skip
        name = f"andel {where}"
        return self._add(
            definition, name, unit="andel", value=value, hidden=value is None, **parts
        )  # fmt: skip

    def mean(self, column: str, where: str, value: float | None, **parts: Any) -> dict[str, Any]:
        definition = {
            "kind": "mean", "dataset": "svar", "period": 0, "scope": {}, "column": column,
            "where": sql(where),
        }  # fmt: skip
        return self._add(definition, f"medel {where}", value=value, hidden=value is None, **parts)

    def difference(self, a: Mapping[str, Any], b: Mapping[str, Any], value: float | None
                   ) -> dict[str, Any]:  # fmt: skip
        definition = {"kind": "derived", "op": "-", "parents": [a["id"], b["id"]]}
        return self._add(
            definition, "skillnad", value=value, hidden=value is None,
            parents=[a["id"], b["id"]],
        )  # fmt: skip

    def write(self, folder: Path, page: str = "", register: Sequence[str] = ()) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.facts, ensure_ascii=False, indent=1)
        (folder / "faktaregister.json").write_text(text, encoding="utf-8")
        body = page or table([(f["title"], [(f, text_of(f))]) for f in self.facts])
        html = f"<html><body><main>{body}<ul>{''.join(register)}</ul></main></body></html>"
        (folder / "arsrapport.html").write_text(html, encoding="utf-8")
        return folder


def text_of(entry: Mapping[str, Any]) -> str:
    value = entry["value"]
    if value is None:
        return ".."
    if entry["kind"] == "share":
        return f"{Fraction(str(value)) * 100} %"
    return str(value).replace(".", ",")


def number(entry: Mapping[str, Any], text: str, value: str | None = None, part: str = "") -> str:
    given = text.removesuffix(" %").replace(",", ".") if value is None else value
    attribute = f' data-del="{part}"' if part else ""
    return (
        f'<a href="#f-{entry["id"]}"><data class="fakta" value="{given}" '
        f'data-fakta="{entry["id"]}"{attribute}>{text}</data></a>'
    )


def table(rows: Sequence[tuple[str, Sequence[tuple[Mapping[str, Any], str]]]]) -> str:
    """One column a number."""
    width = max(len(cells) for _, cells in rows)
    head = "".join(f"<th>kolumn {'abcdef'[k]}</th>" for k in range(width))
    body = "".join(
        f"<tr><th>{name}</th>{''.join(f'<td>{number(e, t)}</td>' for e, t in cells)}</tr>"
        for name, cells in rows
    )
    return (
        f'<div id="b-1"><table><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
