"""What verification found, and how it is told: in Swedish, at 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.errors import GateError

GROUPS: Mapping[str, str] = {
    "fil": "Filer som inte är desamma som när rapporten byggdes",
    "tabell": "Tabeller i PROCESSED som inte är vad rådata ger",
    "faktum": "Tal i faktaregistret som inte är vad rådata ger",
    "visat": "Texter som inte är vad talet ger",
    "block": "Körda anteckningsböcker som inte säger detsamma som registret",
    "html": "HTML som inte säger detsamma som registret",
    "pdf": "PDF eller Word som inte säger detsamma som registret",
}
WIDTH, SHOWN, ROWS = 80, 20, 5


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree. `where`: the file or place; `fact`: name, scope, id."""

    group: str
    where: str
    what: str
    shown: str = ""
    recomputed: str = ""
    name: str = ""
    scope: str = ""
    id: str = ""
    rows: tuple[str, ...] = ()

    @property
    def fact(self) -> str:
        scope = "" if self.scope in ("", "{}") else f" {self.scope}"
        return f"{self.name}{scope} {self.id}".strip()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`checked` of `total` numbers (facts and occurrences) agree; `differences` also hold what
    is no number: files, tables. `notes`: what could not be looked at. `disposed`: numbers beside
    these whose rows have been destroyed, `disposed_by`: under which decisions. `unchanged`: numbers
    of documents that, with all they rest on, have the bytes that an earlier build verified;
    `recalled`: numbers of other documents that were compared with what an earlier build recomputed
    from the very same tables."""

    checked: int
    total: int
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
    disposed: int = 0
    disposed_by: str = ""
    unchanged: int = 0
    recalled: int = 0

    @property
    def ok(self) -> bool:
        return not self.differences

    def json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The report, the sum on the last line."""
        for group, title in GROUPS.items():
            found = [d for d in self.differences if d.group == group]
            if not found:
                continue
            yield from ("", f"{title}: {len(found)}")
            for d in found[:SHOWN]:
                yield from _told(d)
            if len(found) > SHOWN:
                yield f"  … och {len(found) - SHOWN} till (--json visar alla)"
        for note in self.notes:
            yield from ("", *textwrap.wrap(note, WIDTH))
        if self.differences or self.notes:
            yield ""
        gone = f"; {self.disposed} tal till: {self.disposed_by}" if self.disposed else ""
        if self.unchanged or self.recalled:
            yield from self._taken_over()
        yield f"verifierat {self.checked} av {self.total} tal{gone}"

    def _taken_over(self) -> Iterator[str]:
        """What was computed and compared now, and what was not, within the width of a build's
        terminal, which indents it."""
        anew = self.total - self.unchanged - self.recalled
        told = f"{anew} tal räknades om"
        if self.recalled:
            told += (
                f"; {self.recalled} jämfördes på nytt med vad som räknats om tidigare ur samma "
                "källfiler"
            )
        if self.unchanged:
            told += f"; {self.unchanged} är oförändrade sedan de räknades om"
        yield from textwrap.wrap(told, WIDTH - 2)


def _told(d: Difference) -> Iterator[str]:
    head = ": ".join(x for x in (d.where, d.fact, d.what) if x)
    yield from _wrapped(head, "  • ", "    ")
    if d.shown or d.recomputed:
        yield from _wrapped(
            f"står: {d.shown or '(tomt)'}, omräknat: {d.recomputed or '(tomt)'}", "    "
        )
    if d.rows:
        yield from _wrapped("rader: " + ", ".join(d.rows[:ROWS]), "    ")


def _wrapped(text: str, first: str, rest: str = "      ") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest,
        break_long_words=True, break_on_hyphens=False,
    )  # fmt: skip


def refuse(verdict: Verdict) -> None:
    """Raise GateError unless everything agrees."""
    if not verdict.ok:
        raise GateError(
            f"Verifieringen fann {len(verdict.differences)} skillnader mellan rapporten och "
            "rådata.\nGör så här: är en fil i RAW ändrad, kör make annual. Är rapportens egna "
            "filer ändrade, bygg den på nytt med make annual och jämför med make diff."
        )
