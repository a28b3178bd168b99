"""What surrounds the numbers and differs between two editions: year, date, program, `kommun.toml`,
codebooks, expectations, chapters; and the receipts of raw files. By hash, in words where the
texts are still there: an edition keeps those of its own decisions in `beslut/`."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.settings_book import BOOK, as_toml, read_book
from pipeline.trace.diff.sides import Record, Side, year_of
from pipeline.workspace import REPO, SETTINGS

NAMES = {
    "year": "år", "per_datum": "per datum", "edition": "utgåva", "program": "programversion",
    "code": "programmets kod",
}  # fmt: skip
KEPT = "beslut"  # where an edition keeps its kommun.toml, codebooks and suites
OWN, SHIPPED, SUITES = "formular/", "pipeline/forms/", "expectations/"
BESIDE = "_regler"  # rules by hand, beside what a codebook gives
RECORDS = "protokoll"  # below a year: written once by the pipeline itself, received from nobody
NEW, REPLACED, REMOVED = "ny", "ersatt", "borttagen"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A raw file that came, was replaced or went since the previous edition. `rows` is None where
    it is not known."""

    file: str
    state: str  # NEW | REPLACED | REMOVED
    old: str | None
    new: str | None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter of the edition, or a file of decisions, that is not what it was.

    `keys`: of kommun.toml, the settings that differ: name → (old, new). `diff`: unified, where
    both texts are kept. A file's `old` and `new` are its sha256.
    """

    name: str
    title: str
    old: str | None
    new: str | None
    keys: Mapping[str, tuple[Any, Any]] | None = None
    diff: str = ""

    def text(self) -> str:
        """In a line of Swedish."""
        if self.keys:
            return f"{self.title}: {'; '.join(_said(k, *v) for k, v in self.keys.items())}"
        if self.name == "code":
            return f"{self.title} (ändrad)"
        if self.name in NAMES:
            return f"{self.title}: {self.old} → {self.new}"
        state = REMOVED if self.new is None else NEW if self.old is None else "ändrad"
        return f"{self.title} ({state})"

    def record(self) -> dict[str, Any]:
        keys = {k: {"old": _plain(a), "new": _plain(b)} for k, (a, b) in (self.keys or {}).items()}
        return {
            "name": self.name, "title": self.title, "old": self.old, "new": self.new,
            "keys": keys, "diff": self.diff,
        }  # fmt: skip


def receipts(
    previous: Record | None, manifest: Record, rows: Mapping[str, int] | None = None
) -> list[Receipt]:
    """The raw data files of two manifests, by name: new, replaced, removed; of later years than
    the edition's none. `rows`: file (named from RAW) → its number of rows. Without a previous
    edition every file is new."""
    year = int(manifest["year"])
    old, new = (
        {n: h for n, h in _inputs(m).items() if _is_raw(n) and _is_received(n, year)}
        for m in (previous, manifest)
    )
    return [
        Receipt(n, _state(old.get(n), new.get(n)), old.get(n), new.get(n), (rows or {}).get(n))
        for n in sorted({*old, *new})
        if old.get(n) != new.get(n)
    ]


def changes(
    previous: Record | None,
    manifest: Record,
    old_texts: Sequence[Path] = (),
    texts: Sequence[Path] = (),
) -> list[Setting]:
    """Everything beside raw data that differs between two manifests: parameters, program,
    `kommun.toml`, codebooks, expectations, chapters. `old_texts` and `texts` are folders where
    the texts may be kept; a text with another hash is not used."""
    before = previous or {}
    made = [
        Setting(key, title.capitalize(), str(before[key]), str(manifest[key]))
        for key, title in NAMES.items()
        if key in before and before[key] != manifest.get(key)
    ]
    listed = "rules" in before and "rules" in manifest  # an edition from before they were
    old, new = (_rules(m, listed) for m in (before, manifest))
    for name in sorted(n for n in {*old, *new} if old.get(n) != new.get(n)):
        known = _text(old_texts, name, old.get(name)), _text(texts, name, new.get(name))
        made.append(_file(name, old.get(name), new.get(name), known))
    notebooks = _inputs(before, "notebooks"), _inputs(manifest, "notebooks")
    for name in sorted({*notebooks[0], *notebooks[1]}):
        a, b = notebooks[0].get(name), notebooks[1].get(name)
        if a != b:
            made.append(Setting(name, f"Kapitlet {Path(name).stem}", a, b))
    return made


def decisions(manifest: Record) -> list[str]:
    """Names of the decisions whose texts an edition keeps: `kommun.toml`, codebooks, suites."""
    return sorted(n for n in _rules(manifest) if n.endswith((".json", ".toml")) or n == BOOK)


def between(a: Side, b: Side) -> list[Setting]:
    """The changes between two editions."""
    folders = [(s.folder / KEPT, s.raw, REPO) for s in (a, b)]
    return changes(a.manifest, b.manifest, *folders)


def unified(old: str, new: str, name: str) -> str:
    """A unified diff, without a line about files that are not there."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"A/{name}", f"B/{name}", lineterm="", n=2
    )
    return "\n".join(lines)


def _file(name: str, old: str | None, new: str | None, texts: tuple[str, str]) -> Setting:
    known = bool(texts[0] and texts[1])
    keys = None
    if name in SETTINGS and known:
        try:
            x, y = map(tomllib.loads, texts)
            keys = {k: (a, b) for k, a, b in _settings(x, y)}
        except tomllib.TOMLDecodeError:
            keys = None
    return Setting(name, _title(name), old, new, keys, unified(*texts, name) if known else "")


def _title(name: str) -> str:
    """What a file of decisions is called. `form`: the form it is about."""
    form = form_of(name)
    if name.startswith(OWN):
        return f"Kommunens regler för {form}" if BESIDE in name else f"Kodboken {form}"
    if name.startswith(SHIPPED):
        return f"Programmets kodbok {form}"
    if name.startswith(SUITES):
        return f"Programmets {'regler' if BESIDE in name else 'kontroller'} för {form}"
    return name


def form_of(name: str) -> str:
    """The form that a codebook or a file of rules is about; "" for other files."""
    if name.startswith((OWN, SHIPPED, SUITES)):
        return Path(name).stem.removesuffix(BESIDE)
    return ""


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The settings that differ, those of a table by their own names: `sekretess.troskel`."""
    for key in sorted({*old, *new}):
        a, b = old.get(key), new.get(key)
        if a == b:
            continue
        if all(isinstance(x, dict | None) for x in (a, b)):
            x, y = a or {}, b or {}
            yield from ((f"{key}.{k}", p, q) for k, p, q in _settings(x, y))
        else:
            yield key, a, b


def _said(key: str, old: Any, new: Any) -> str:
    """A setting in Swedish; of a list, its entries that came, went or are not what they were."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return f"{key}: {_short(old)} → {_short(new)}"
    a, b = ({str(_named(e)): e for e in entries} for entries in (old, new))
    told = [
        f"{state} {', '.join(names)}"
        for state, names in (
            (NEW, [n for n in b if n not in a]),
            (REMOVED, [n for n in a if n not in b]),
            ("ändrad", [n for n in b if n in a and a[n] != b[n]]),
        )
        if names
    ]
    return f"{key}: {'; '.join(told) or 'annan ordning'}"


def _named(entry: Any) -> Any:
    return entry.get("namn", entry) if isinstance(entry, dict) else entry


def _text(folders: Sequence[Path], name: str, digest: str | None) -> str:
    for folder in folders:
        path = folder / name
        if digest is None or not path.is_file():
            continue
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == digest:
            return _as_text(name, data)
    return ""


def _as_text(name: str, data: bytes) -> str:
    """A file of decisions as a text; the settings' workbook as the text file would say them."""
    if name != BOOK:
        return data.decode("utf-8-sig", errors="replace")
    try:
        return as_toml(read_book(data).document)
    except ConfigError:
        return ""


def _rules(manifest: Record, shipped: bool = True) -> dict[str, str]:
    """What decides beside raw data, by name: of RAW, and what the program ships."""
    own = {n: h for n, h in _inputs(manifest).items() if not _is_raw(n)}
    return own | (_inputs(manifest, "rules") if shipped else {})


def _inputs(manifest: Record | None, part: str = "inputs") -> dict[str, str]:
    return {e["name"]: e["sha256"] for e in (manifest or {}).get(part, ())}


def _is_raw(name: str) -> bool:
    return bool(year_of(name)) or name.startswith("kolada/")


def _is_received(name: str, year: int) -> bool:
    return year_of(name) <= year and f"/{RECORDS}/" not in name


def _state(old: str | None, new: str | None) -> str:
    return NEW if old is None else REMOVED if new is None else REPLACED


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def _short(value: Any) -> str:
    if value is None:
        return "saknas"
    text = f"{len(value)} poster" if isinstance(value, list | dict) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
