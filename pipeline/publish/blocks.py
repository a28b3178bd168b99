"""What a block may hold (docs/architecture.md, Blocks), and its texts in reading order.

Beside the contract's kinds, prose has `list` {`ordered`, `start`, `items`: [[block, …], …]} and
`quote` {`blocks`, `approved`: an answer released word for word}. Beside text and occurrences, runs
may hold `{"strong": runs}`, `{"emphasis": runs}`, `{"code": text}`, `{"link": url, "runs": runs}`,
and `{"quoted": text}`: what people have written, as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.errors import UppfoljningError

MIMETYPE = "application/vnd.uppfoljning.block.v1+json"
PARTS = ("value", "n", "numerator", "denominator")
STYLES = ("body", "note", "missing")
Data = Mapping[str, Any]
Run = str | Data
Runs = Sequence[Run]

# kind → its keys; a key with False may be left out.
_KEYS: Mapping[str, Mapping[str, bool]] = {
    "heading": {"level": True, "runs": True, "anchor": False},
    "paragraph": {"runs": True, "style": False},
    "table": {"caption": True, "columns": True, "rows": True, "note": False},
    "figure": {
        "title": True, "subtitle": False, "svg": True, "alt": True,
        "marks": False, "table": True, "note": False,
    },
    "list": {"items": True, "ordered": False, "start": False},
    "quote": {"blocks": True, "approved": False},
}  # fmt: skip


def occurrences(runs: Runs) -> Iterator[Data]:
    """The fact runs among these, inside emphasis and links too."""
    for run in runs:
        if isinstance(run, str):
            continue
        if "fact" in run:
            yield run
        for key in ("strong", "emphasis", "runs"):
            yield from occurrences(run.get(key, ()))


def plain(runs: Runs) -> str:
    """The runs as bare text."""
    return "".join(
        run if isinstance(run, str)
        else run["text"] if "fact" in run
        else run["code"] if "code" in run
        else run["quoted"] if "quoted" in run
        else plain(run.get("strong") or run.get("emphasis") or run.get("runs") or ())
        for run in runs
    )  # fmt: skip


def links(runs: Runs) -> Iterator[str]:
    """The addresses that these runs link to."""
    for run in runs:
        if isinstance(run, str):
            continue
        if "link" in run:
            yield run["link"]
        for key in ("strong", "emphasis", "runs"):
            yield from links(run.get(key, ()))


def texts(data: Data) -> Iterator[Runs]:
    """Every runs of a block, in the order in which HTML and PDF show them."""
    match data["kind"]:
        case "table":
            yield data["caption"]
            for column in data["columns"]:
                yield column["header"]
            for row in data["rows"]:
                yield row["header"]
                yield from row["cells"]
            yield data.get("note") or ()
        case "figure":
            yield data["title"]
            yield data.get("subtitle") or ()
            yield data["alt"]
            yield data.get("marks") or ()
            yield data.get("note") or ()
            yield from texts(data["table"])
        case "list" | "quote":
            for block in inner(data):
                yield from texts(block)
        case _:
            yield data["runs"]


def records(data: Data) -> Iterator[tuple[str, Data]]:
    """(id, record) of every fact that the block carries, its inner table's included."""
    yield from data.get("facts", {}).items()
    for block in inner(data):
        yield from records(block)


def inner(data: Data) -> Iterator[Data]:
    """The blocks that lie in a block, in order."""
    if data["kind"] == "figure":
        yield data["table"]
    for item in data.get("items", ()):
        yield from item
    yield from data.get("blocks", ())


def check(data: Any, where: str) -> None:
    """Raise UppfoljningError, with `where`, unless the block is one that we can render."""
    if not isinstance(data, Mapping) or data.get("kind") not in _KEYS:
        kind = data.get("kind") if isinstance(data, Mapping) else type(data).__name__
        known = ", ".join(_KEYS)
        raise UppfoljningError(f"{where}: okänt slag av block, {kind!r}. Kända slag: {known}.")
    kind, keys = data["kind"], _KEYS[data["kind"]]
    missing = [key for key, needed in keys.items() if needed and key not in data]
    unknown = sorted(set(data) - set(keys) - {"kind", "facts"})
    if missing or unknown:
        raise UppfoljningError(
            f"{where}: blocket {kind!r} saknar {missing or 'inget'} "
            f"och har okända nycklar {unknown or 'inga'}."
        )
    if data.get("style", "body") not in STYLES:
        raise UppfoljningError(f"{where}: okänd stil på stycket, {data['style']!r}.")
    if kind == "table":
        _check_table(data, where)
    for block in inner(data):
        check(block, where)
    if kind == "figure" and not plain(data["alt"]).strip():
        raise UppfoljningError(f"{where}: diagrammet saknar alternativtext.")
    for runs in texts(data):
        _check_runs(runs, where)


def _check_table(data: Data, where: str) -> None:
    width = len(data["columns"])
    for number, row in enumerate(data["rows"], start=1):
        if len(row["cells"]) != width - 1:
            raise UppfoljningError(
                f"{where}: tabellens rad {number} har {len(row['cells'])} celler utöver "
                f"radrubriken, men tabellen har {width} kolumner."
            )


def _check_runs(runs: Any, where: str) -> None:
    if isinstance(runs, str) or not isinstance(runs, Sequence):
        raise UppfoljningError(f"{where}: text ska vara en lista av löptext och fakta.")
    for run in runs:
        if isinstance(run, str):
            continue
        if not isinstance(run, Mapping):
            raise UppfoljningError(f"{where}: okänt inslag i texten, {run!r}.")
        if "fact" in run:
            if run.get("part") not in PARTS or not isinstance(run.get("text"), str):
                raise UppfoljningError(f"{where}: ofullständig förekomst av faktum {run['fact']}.")
        elif not {"strong", "emphasis", "code", "link", "quoted"} & set(run):
            raise UppfoljningError(f"{where}: okänt inslag i texten, {sorted(run)}.")
        for key in ("strong", "emphasis", "runs"):
            _check_runs(run.get(key, ()), where)
