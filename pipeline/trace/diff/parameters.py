"""What surrounds the numbers and differs between two editions: year, date, program, `kommun.toml`,
codebooks, expectations, chapters; and the receipts of raw files. By hash, in words where the
texts are still there."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.trace.diff.sides import Record, Side, year_of

NAMES = {
    "year": "år", "per_datum": "per datum", "edition": "utgåva", "program": "programversion",
}  # fmt: skip
KOMMUN = "kommun.toml"
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
            told = "; ".join(f"{k}: {_short(a)} → {_short(b)}" for k, (a, b) in self.keys.items())
            return f"{self.title}: {told}"
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
    """The raw data files of two manifests, by name: new, replaced, removed. `rows`: file (named
    from RAW) → its number of rows. Without a previous edition every file is new."""
    old, new = ({n: h for n, h in _inputs(m).items() if _is_raw(n)} for m in (previous, manifest))
    return [
        Receipt(n, _state(old.get(n), new.get(n)), old.get(n), new.get(n), (rows or {}).get(n))
        for n in sorted({*old, *new})
        if old.get(n) != new.get(n)
    ]


def changes(
    previous: Record | None, manifest: Record, old_raw: Path | None = None, raw: Path | None = None
) -> list[Setting]:
    """Everything beside raw data that differs between two manifests: parameters, `kommun.toml`,
    own codebooks, expectations, chapters. `old_raw` and `raw` are folders where the texts may be
    kept; a text with another hash is not used."""
    before = previous or {}
    made = [
        Setting(key, title.capitalize(), str(before[key]), str(manifest[key]))
        for key, title in NAMES.items()
        if key in before and before[key] != manifest.get(key)
    ]
    old, new = _inputs(before), _inputs(manifest)
    names = sorted(n for n in {*old, *new} if not _is_raw(n) and old.get(n) != new.get(n))
    for name in names:
        texts = _text(old_raw, name, old.get(name)), _text(raw, name, new.get(name))
        made.append(_file(name, old.get(name), new.get(name), texts))
    notebooks = _inputs(before, "notebooks"), _inputs(manifest, "notebooks")
    for name in sorted({*notebooks[0], *notebooks[1]}):
        a, b = notebooks[0].get(name), notebooks[1].get(name)
        if a != b:
            made.append(Setting(name, f"Kapitlet {Path(name).stem}", a, b))
    return made


def between(a: Side, b: Side) -> list[Setting]:
    """The changes between two editions."""
    return changes(a.manifest, b.manifest, a.raw, b.raw)


def unified(old: str, new: str, name: str) -> str:
    """A unified diff, without a line about files that are not there."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"A/{name}", f"B/{name}", lineterm="", n=2
    )
    return "\n".join(lines)


def _file(name: str, old: str | None, new: str | None, texts: tuple[str, str]) -> Setting:
    title = name
    if name.startswith("formular/"):
        title = f"Kodboken {Path(name).stem}"
    elif name.startswith("expectations/"):
        title = f"Kontrollerna {Path(name).stem}"
    known = bool(texts[0] and texts[1])
    keys = None
    if name == KOMMUN and known:
        try:
            x, y = map(tomllib.loads, texts)
            keys = {k: (x.get(k), y.get(k)) for k in sorted({*x, *y}) if x.get(k) != y.get(k)}
        except tomllib.TOMLDecodeError:
            keys = None
    return Setting(name, title, old, new, keys, unified(*texts, name) if known else "")


def _text(folder: Path | None, name: str, digest: str | None) -> str:
    import hashlib

    path = None if folder is None else folder / name
    if path is None or digest is None or not path.is_file():
        return ""
    data = path.read_bytes()
    same = hashlib.sha256(data).hexdigest() == digest
    return data.decode("utf-8-sig", errors="replace") if same else ""


def _inputs(manifest: Record | None, part: str = "inputs") -> dict[str, str]:
    return {e["name"]: e["sha256"] for e in (manifest or {}).get(part, ())}


def _is_raw(name: str) -> bool:
    return bool(year_of(name)) or name.startswith("kolada/")


def _state(old: str | None, new: str | None) -> str:
    return NEW if old is None else REMOVED if new is None else REPLACED


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def _short(value: Any) -> str:
    if value is None:
        return "saknas"
    text = f"{len(value)} poster" if isinstance(value, list | dict) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
