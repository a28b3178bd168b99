"""What drafting starts from: the questions of one file, as a tool's structure or its answers tell
them. Each source (`tables`, `qsf`, `xlsform`, `redcap`) gives the same `Material`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.intake.raw import Cell

# What a structure says that a question is; "" where only the answers can tell.
SINGLE, SEVERAL, GRID, TEXT, NUMBER, DATE, ID, PERSONAL, SKIP, SHARED = (
    "single", "several", "grid", "text", "number", "date", "id", "personal", "skip", "shared",
)  # fmt: skip
_CODED = re.compile(r"([A-Za-z]\w*(?:\[[^\]]*\])*)\.\s+(\S.*)", re.DOTALL)
_CODE = re.compile(r"[A-Za-z][\w#./-]*(?:\[[^\]]*\])*")
_OPTION = re.compile(r"(.*\S)\s*\[(.*)\]", re.DOTALL)
_EMPTY = re.compile(r"\s*\[\s*\]$")
_LAST = re.compile(r"(.*?)[\[_/#]+([A-Za-z0-9.]+)\]?")
_NUMBERED = re.compile(r"([A-Za-z]\w*?)_?\d+")  # q0005_0001, GNI_1, p0003


@dataclass(frozen=True, slots=True)
class Asked:
    """One column. `code`: the tool's short name for it, "" where it has none; `question`: in
    words; `option`: the row or answer that the column is about. `headers`: all that its header may
    be. `labels`: value → answer in words, in the form's order. `base`: what columns of one question
    share. `given`: one counter of cells a file. `places`: cell as text → address of its first."""

    code: str
    question: str
    option: str
    headers: tuple[str, ...]
    base: str = ""
    kind: str = ""
    labels: Mapping[Cell, str] = field(default_factory=dict)
    given: tuple[Mapping[Cell, int], ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    required: bool = False
    delimiter: str = ""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def title(self) -> str:
        return self.option or self.question or self.code

    @property
    def whole(self) -> str:
        """The question with its row, as it is told."""
        return f"{self.question} [{self.option}]" if self.option else self.question or self.code

    @property
    def answers(self) -> Counter[Cell]:
        """All files together, blanks left out."""
        found: Counter[Cell] = Counter()
        for one in self.given:
            found.update(one)
        return found


@dataclass(frozen=True, slots=True)
class Material:
    """The columns of one file or structure. `closed`: the tool keeps an own answer ("Annat, vad?")
    in a column of its own, so that one in a list of answers is an answer of the form. `rows`: how
    many answers there are; none in a structure. `said`: what the analyst should know of it."""

    name: str
    title: str
    tool: str
    columns: tuple[Asked, ...]
    closed: bool = False
    rows: int = 0
    said: tuple[str, ...] = ()


def asked(names: tuple[str, ...], title: str, where: str) -> Asked:
    """A column from all that its tool calls it."""
    code = next((m[1] for n in names if (m := _CODED.fullmatch(n))), "")
    texts = [m[2] if (m := _CODED.fullmatch(n)) else n for n in names]
    if not code and _CODE.fullmatch(names[0]) and (len(names) > 1 or "[" in names[0]):
        code = next((n for n in names if "[" in n and _CODE.fullmatch(n)), names[0])
    title = m[2] if (m := _CODED.fullmatch(title)) else title
    bracketed = [t for t in texts if _OPTION.fullmatch(t) and t != code]
    found = _OPTION.fullmatch(_EMPTY.sub("", bracketed[-1])) if bracketed else None
    question = _EMPTY.sub("", found[1] if found else title).strip()
    option = found[2].strip() if found else ""
    base = code.split("[")[0] if "[" in code else question if option else ""
    if not code and not option and (m := _NUMBERED.fullmatch(title)):
        code, base = title, m[1]
    elif not base and code and (m := _LAST.fullmatch(code)) and m[1]:
        base = m[1]
    return Asked(code, question, option, names, base, where=where)


def together(columns: tuple[Asked, ...]) -> list[list[Asked]]:
    """Neighbours with one base; a column that is alone with its base is a question of its own."""
    groups: list[list[Asked]] = []
    for column in columns:
        if groups and column.base and groups[-1][0].base == column.base:
            groups[-1].append(column)
        else:
            groups.append([column])
    return groups
