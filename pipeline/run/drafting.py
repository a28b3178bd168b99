"""`make codebook`: which files, where the codebook and its questions are written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError, UsageError
from pipeline.intake.drafting.asks import markdown
from pipeline.intake.drafting.draft import Drafted, draft, name_of
from pipeline.intake.drafting.extend import extended
from pipeline.intake.drafting.sources import material
from pipeline.intake.readers import READERS
from pipeline.workspace import LITTER, load_kommun, settings_words

_KINDS = ({*READERS} - {".json"}) | {".lss", ".qsf"}
ENDING = ".fragor.md"


@dataclass(frozen=True, slots=True)
class Written:
    """The codebook's file, that of the questions, and what they hold."""

    codebook: Path
    questions: Path
    drafted: Drafted


def write_codebook(raw: Path, asked: str, out: str = "", extend: str = "") -> Written:
    """Draft and write. `asked`: a file, several with `;` between them (oldest first), or a folder.
    `extend`: a codebook to add to; else a new one is written, and never over another.

    Raises UsageError, IntakeError or ConfigError with what to do; then nothing is written.
    """
    paths = files(asked)
    kommun = load_kommun(raw)
    target = _target(raw, paths, out, extend)
    if extend:
        doc = _read(Path(extend))
        made = extended(doc, [material(p) for p in paths], kommun)
    else:
        made = draft(paths, name_of(target), kommun)
    questions = target.with_name(target.stem + ENDING)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(made.doc, ensure_ascii=False, indent=1) + "\n"
    target.write_text(text, encoding="utf-8", newline="\n")
    told = markdown(str(made.doc.get("title", "")), made.said, made.asks, target.name)
    told = settings_words(raw)(told)
    questions.write_text(told, encoding="utf-8", newline="\n")
    return Written(target, questions, made)


def files(asked: str) -> list[Path]:
    """The files that are meant. Raises UsageError where there is none."""
    if not asked.strip():
        raise UsageError(
            "Ange vilken fil kodboken ska skrivas av: FILE=enkat.xlsx, flera med semikolon emellan "
            '(FILE="enkat-2024.csv;enkat-2025.csv", äldst först) eller en mapp.'
        )
    whole = Path(asked.strip())
    if whole.is_dir():
        found = sorted(
            p
            for p in whole.iterdir()
            if p.is_file() and not LITTER.search(p.name) and p.suffix.lower() in _KINDS
        )
        if not found:
            raise UsageError(f"I mappen {whole} finns ingen fil att skriva en kodbok av.")
        return found
    paths = [whole] if whole.is_file() else [Path(p.strip()) for p in asked.split(";") if p.strip()]
    for path in paths:
        if not path.is_file():
            raise UsageError(f"Filen {path} finns inte. Kontrollera FILE=….")
    return paths


def _target(raw: Path, paths: Sequence[Path], out: str, extend: str) -> Path:
    if extend and not Path(extend).is_file():
        raise UsageError(f"Kodboken {extend} finns inte. Kontrollera --lagg-till.")
    if extend:
        return Path(out or extend)
    target = Path(out) if out else raw / "formular" / f"{name_of(paths[0])}.json"
    if target.suffix != ".json":
        target = target / f"{name_of(paths[0])}.json"
    if target.exists():
        raise UsageError(
            f"{target} finns redan och skrivs aldrig över.\n"
            f'Gör så här: lägg till årets fil i den med ARGS="--lagg-till {target}", eller välj '
            "ett annat namn med OUT=…."
        )
    return target


def _read(path: Path) -> dict[str, object]:
    try:
        doc = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"Kodboken {path.name} går inte att läsa som JSON: {error}.") from error
    if not isinstance(doc, dict) or not isinstance(doc.get("fields"), list):
        raise ConfigError(f"Kodboken {path.name} saknar ”fields” (en lista av fält).")
    return doc
