"""LimeSurvey's structure files (.lss): the columns that an export of the survey has, with question
and the labels of their values. They hold no answers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from pipeline.errors import IntakeError
from pipeline.intake.raw import Cell

_TAG = re.compile(r"<[^>]*>")
_MULTIPLE, _GRIDS, _TEXTS = ("M", "P"), ("A", "B", "C", "E", "F", "H", "1", "K", "Q"), ("X", "*")
_YES_NO: dict[Cell, str] = {"Y": "Ja", "N": "Nej"}
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LssColumn:
    """One column of an export. `code`: `q3` or `q3[SQ001]`; `question` the whole question's text,
    `option` its row's or option's; `labels`: code in the file → answer in words. `kind`:
    LimeSurvey's letter of the question's type (M and P: several choices, a column each)."""

    code: str
    question: str
    option: str
    kind: str
    required: bool
    labels: Mapping[Cell, str]


def read_lss(data: bytes, name: str, language: str = "sv") -> tuple[LssColumn, ...]:
    """The columns in the survey's order, texts in `language`, or in the survey's own where it has
    none. Raises IntakeError for a file that is no structure."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise IntakeError([_no_structure(name)]) from error
    if (root.findtext("LimeSurveyDocType") or "").strip() != "Survey":
        raise IntakeError([_no_structure(name)])
    said = _Texts(root, language)
    groups = {g["gid"]: int(g.get("group_order") or 0) for g in _rows(root, "groups")}
    top = [q for q in said.one_language(_rows(root, "questions")) if _own(q)]
    top.sort(key=lambda q: (groups.get(q["gid"], 0), q["gid"], int(q["question_order"] or 0)))
    below: dict[str, list[Row]] = {}
    for q in said.one_language([*_rows(root, "subquestions"), *_rows(root, "questions")]):
        if not _own(q):
            below.setdefault(q["parent_qid"], []).append(q)
    found: list[LssColumn] = []
    for q in top:
        rows = sorted(below.get(q["qid"], ()), key=lambda r: int(r["question_order"] or 0))
        found += _columns(q, rows, said)
    return tuple(found)


def _own(question: Row) -> bool:
    return question.get("parent_qid", "0") in ("0", "")


def _columns(q: Row, rows: list[Row], said: _Texts) -> Iterator[LssColumn]:
    kind, code, question = q["type"], q["title"], said.question(q)
    required = q.get("mandatory") == "Y"
    if kind in _TEXTS:
        return
    labels = said.answers.get(q["qid"], {})
    if kind == "Y":
        labels = _YES_NO
    elif kind in _MULTIPLE:
        labels = {"Y": "Ja"}
    if kind in _MULTIPLE or (kind in (*_GRIDS, ";", ":") and rows):
        for row in rows:
            if row.get("scale_id", "0") == "0":
                yield LssColumn(
                    f"{code}[{row['title']}]", question, said.question(row), kind, required, labels
                )
    else:
        yield LssColumn(code, question, "", kind, required, labels)
    if q.get("other") == "Y":
        yield LssColumn(f"{code}[other]", question, "Annat", "S", False, {})


class _Texts:
    """The survey's words in one language, in the layout of LimeSurvey 2–3 or of 4 and later."""

    def __init__(self, root: ElementTree.Element, language: str) -> None:
        has = {t for r in root.iter("row") if (t := r.findtext("language"))}
        first = next((t for e in root.findall("languages/language") if (t := e.text)), "")
        self.language = language if language in has else first or next(iter(sorted(has)), "")
        self._questions = {
            r["qid"]: r["question"] for r in self._mine(_rows(root, "question_l10ns"))
        }
        words = {r["aid"]: r["answer"] for r in self._mine(_rows(root, "answer_l10ns"))}
        self.answers: dict[str, dict[Cell, str]] = {}
        for a in sorted(
            self.one_language(_rows(root, "answers")), key=lambda a: int(a["sortorder"] or 0)
        ):
            text = words.get(a.get("aid", ""), a.get("answer", ""))
            self.answers.setdefault(a["qid"], {})[a["code"]] = _plain(text)

    def question(self, row: Row) -> str:
        return _plain(self._questions.get(row["qid"], row.get("question", "")))

    def one_language(self, rows: list[Row]) -> list[Row]:
        """Rows of this language, and those that have none of their own (LimeSurvey 4)."""
        return [r for r in rows if r.get("language", self.language) == self.language]

    def _mine(self, rows: list[Row]) -> list[Row]:
        return [r for r in rows if r["language"] == self.language]


def _rows(root: ElementTree.Element, section: str) -> list[Row]:
    return [{c.tag: c.text or "" for c in row} for row in root.findall(f"{section}/rows/row")]


def _plain(text: str) -> str:
    """A question without its mark-up."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).replace("\u00a0", " ").split())


def _no_structure(name: str) -> str:
    return (
        f"{name}: filen är ingen enkätstruktur från LimeSurvey.\n"
        "Gör så här: exportera den på nytt: Visa/Exportera > Enkätstruktur (.lss)."
    )
