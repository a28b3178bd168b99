"""A workspace with a year of its own, and Kolada's stand-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.comparators.client import Client
from pipeline.run.fetch import asked, fetch
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import at

from .standin import Standin, serving, value

KPIS = ("U30447", "U30448")
HELD = {
    (kpi, m, y): [value(70.0 + y % 10, g) for g in "KMT"]
    for kpi in KPIS
    for m in ("0000", "0114")
    for y in (2024, 2025)
}


@dataclass
class Place:
    """A workspace, its stand-in, what was said, and the waits that were asked for."""

    workspace: Workspace
    standin: Standin
    said: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def files(self) -> list[Path]:
        return sorted((self.workspace.raw / "kolada").glob("*"))

    @property
    def text(self) -> str:
        return "\n".join(self.said)

    def fetch(self, day: str = "2026-03-02", *call: tuple[str, ...]) -> Path | None:
        self.said.clear()
        load_kommun.cache_clear()
        call = (*call, *((),) * (3 - len(call)))
        client = Client(wait=self.waits.append, timeout=60)
        return fetch(
            self.workspace, 2025, dt.date.fromisoformat(day), asked(*call), self.said.append, client
        )


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = at(tmp_path)
    (made.raw / "2025").mkdir(parents=True)
    (made.raw / "2025" / "anteckning.txt").write_text("tom", encoding="utf-8")
    with serving(Standin(HELD)) as standin:
        settings(made, standin.base)
        yield Place(made, standin)


def settings(workspace: Workspace, base: str, kpis: tuple[str, ...] = KPIS) -> None:
    listed = ", ".join(f'"{k}"' for k in kpis)
    (workspace.raw / "kommun.toml").write_text(
        'kod = "0114"\n[kommuner]\n"0114" = "Upplands Väsby"\n"0000" = "Riket"\n'
        f'[kolada]\nadress = "{base}"\nnyckeltal = [{listed}]\nar = [2024, 2025]\n',
        encoding="utf-8",
    )
    load_kommun.cache_clear()
