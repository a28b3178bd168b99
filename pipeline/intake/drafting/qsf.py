"""Qualtrics' structure files (.qsf): the columns an export has, by their export tags."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import IntakeError
from pipeline.intake.drafting.material import (
    GRID,
    NUMBER,
    SEVERAL,
    SINGLE,
    SKIP,
    TEXT,
    Asked,
    Material,
)
from pipeline.intake.raw import Cell

_TAG = re.compile(r"<[^>]*>")
_SEVERAL = ("MA", "MAVR", "MAHR", "MACOL", "MSB")
Payload = Mapping[str, Any]


def of_qsf(path: Path) -> Material:
    """The questions in the order of the survey's blocks. Raises IntakeError for another file."""
    try:
        doc = json.loads(path.read_text(encoding="utf-8-sig"))
        elements = doc["SurveyElements"]
        name = str(doc["SurveyEntry"]["SurveyName"])
    except (ValueError, KeyError, TypeError) as error:
        raise IntakeError(
            [
                f"{path.name}: filen är ingen enkätstruktur från Qualtrics.\n"
                "Gör så här: exportera den på nytt: Survey > Tools > Import/Export > Export survey."
            ]
        ) from error
    asked = {
        str(e["Payload"].get("QuestionID", e.get("PrimaryAttribute"))): e["Payload"]
        for e in elements
        if e.get("Element") == "SQ" and isinstance(e.get("Payload"), dict)
    }
    order, trash = _blocks(elements)
    ids = [q for q in order if q in asked]
    ids += [q for q in asked if q not in ids and q not in trash]
    columns = tuple(c for q in ids for c in _columns(asked[q]))
    return Material(path.stem, name, "qualtrics", columns, closed=True)


def _blocks(elements: list[Payload]) -> tuple[list[str], set[str]]:
    order: list[str] = []
    trash: set[str] = set()
    for e in elements:
        if e.get("Element") != "BL":
            continue
        blocks = e["Payload"]
        for block in blocks.values() if isinstance(blocks, dict) else blocks:
            found = [
                str(b["QuestionID"])
                for b in block.get("BlockElements", ())
                if b.get("Type") == "Question" and "QuestionID" in b
            ]
            if block.get("Type") == "Trash":
                trash |= {*found}
            else:
                order += found
    return order, trash


def _columns(q: Payload, tag: str = "") -> Iterator[Asked]:
    tag = tag or str(q.get("DataExportTag", ""))
    kind, selector = str(q.get("QuestionType", "")), str(q.get("Selector", ""))
    if not tag or kind in ("DB", "Timing", "Captcha", "Meta"):
        return
    if kind == "SBS":
        for number, part in sorted(dict(q.get("AdditionalQuestions") or {}).items()):
            yield from _columns({**part, "QuestionType": "Matrix"}, f"{tag}#{number}")
        return
    words, rows = plain(q.get("QuestionText", "")), _listed(q, "Choices", "ChoiceOrder")
    if kind == "MC" and selector in _SEVERAL:
        for key, option in rows.items():
            yield _made(f"{tag}_{_recoded(q, key)}", words, option, tag, SEVERAL)
    elif kind == "MC" or (kind == "Matrix" and not rows):
        yield _made(tag, words, "", "", SINGLE, _labels(q, rows))
    elif kind == "Matrix":
        yield from _matrix(q, tag, words, rows)
    elif kind in ("Slider", "CS", "RO"):
        for key, option in rows.items():
            yield _made(f"{tag}_{key}", words, option, tag, NUMBER)
    elif kind == "TE" and rows:
        for key, option in rows.items():
            yield _made(f"{tag}_{key}", words, option, tag, TEXT)
    elif kind == "TE":
        numeric = "ValidNumber" in json.dumps(q.get("Validation", {}))
        yield _made(tag, words, "", "", NUMBER if numeric else TEXT)
    else:
        yield _made(tag, words, "", "", SKIP)
    for key, choice in _choices(q, "Choices").items():
        if isinstance(choice, dict) and choice.get("TextEntry") and kind in ("MC", "Matrix"):
            base = f"{tag}_{key}" if kind == "Matrix" or selector in _SEVERAL else tag
            yield _made(f"{base}_TEXT", f"{words} ({plain(choice['Display'])})", "", "", TEXT)


def _matrix(q: Payload, tag: str, words: str, rows: Mapping[str, str]) -> Iterator[Asked]:
    answers = _listed(q, "Answers", "AnswerOrder")
    tags = q.get("ChoiceDataExportTags") or {}
    selector, below = str(q.get("Selector", "")), str(q.get("SubSelector", ""))
    for key, row in rows.items():
        code = str(tags.get(key)) if isinstance(tags, dict) and tags.get(key) else f"{tag}_{key}"
        if below == "MultipleAnswer":
            for answer, option in answers.items():
                text = f"{words} – {row}"
                yield _made(f"{code}_{_recoded(q, answer)}", text, option, code, SEVERAL)
        elif selector == "TE" or below in ("Short", "Medium", "Long", "Essay"):
            for answer, option in answers.items() or [("", "")]:
                end = f"_{answer}" if answer else ""
                yield _made(f"{code}{end}_TEXT", f"{words} – {row}", option, code, TEXT)
        elif selector == "CS":
            yield _made(code, words, row, tag, NUMBER)
        else:
            yield _made(code, words, row, tag, GRID, _labels(q, answers))


def _made(
    code: str,
    words: str,
    option: str,
    base: str,
    kind: str,
    labels: Mapping[Cell, str] | None = None,
) -> Asked:
    whole = f"{words} [{option}]" if option else words
    headers = (code, whole) if whole else (code,)
    return Asked(code, words, option, headers, base, kind, labels or {}, where=f"frågan {code}")


def _labels(q: Payload, said: Mapping[str, str]) -> dict[Cell, str]:
    found: dict[Cell, str] = {}
    for key, text in said.items():
        code = _recoded(q, key)
        found[int(code) if re.fullmatch(r"-?\d+", code) else code] = text
    return found


def _recoded(q: Payload, key: str) -> str:
    codes = q.get("RecodeValues") or {}
    return str(codes.get(key, key)) if isinstance(codes, dict) else key


def _listed(q: Payload, what: str, order: str) -> dict[str, str]:
    """Choices or answers in the order in which they are shown."""
    there = _choices(q, what)
    keys = [str(k) for k in q.get(order) or there]
    keys += [k for k in there if k not in keys]
    return {
        k: plain(there[k].get("Display", "") if isinstance(there[k], dict) else there[k]) or k
        for k in keys
        if k in there
    }


def _choices(q: Payload, what: str) -> dict[str, Any]:
    """A list of choices is written as a map, or, where nobody has moved one, as a list."""
    there = q.get(what) or {}
    if isinstance(there, list):
        return {str(i): c for i, c in enumerate(there, start=1)}
    return {str(k): c for k, c in there.items()}


def plain(text: object) -> str:
    """A question without its mark-up."""
    return " ".join(html.unescape(_TAG.sub(" ", str(text))).replace("\u00a0", " ").split())
