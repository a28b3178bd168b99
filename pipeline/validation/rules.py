"""The checks that a table of a form meets: its field-level suite and the rules beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.forms.codebook import RULES_SUFFIX, SEVERITIES, Codebook
from pipeline.validation.suites import EXPECTATIONS, Json, field_suite, read_suite
from pipeline.workspace import CATALOGUES

REQUIRED = ("falt", "kontroll", "orsak", "gor_sa")
COLUMNS = ("column", "column_A", "column_B")
PARAMETER = "$PARAMETER"
YEAR_PARAMETERS = ("arets_forsta_dag", "arets_sista_dag", "sista_svarsdag")


def year_days(year: int) -> dict[str, dt.date]:
    """What the year's parameters stand for. `sista_svarsdag`: staff, referrers and partners
    answer by 1 March of the year after (routine, section 3.1)."""
    days = (dt.date(year, 1, 1), dt.date(year, 12, 31), dt.date(year + 1, 3, 1))
    return dict(zip(YEAR_PARAMETERS, days, strict=True))


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation about one table.

    `tommer`: the fields blanked when a warning fails, by default the field itself.
    `att_gora`: whether a person has something to mend. `optional`: passed over where a form of
    the municipality's own lacks a column it needs.
    """

    table: str
    kontroll: str
    falt: str
    severity: str
    type: str
    krav: str
    orsak: str
    gor_sa: str
    tommer: tuple[str, ...]
    expectation: Mapping[str, Any]
    att_gora: bool = True
    optional: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectation reads."""
        kwargs = self.expectation["kwargs"]
        found = [kwargs[k] for k in COLUMNS if k in kwargs] + list(kwargs.get("column_list", ()))
        return tuple(dict.fromkeys([*found, *_condition_columns(kwargs.get("row_condition"))]))

    @property
    def reads_errors(self) -> bool:
        """Whether it asks if the cell could be read at all."""
        return str(self.expectation["kwargs"].get("column", "")).startswith("_fel_")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names behind `$PARAMETER`: what the expectation is handed when it is run."""
        given = self.expectation["kwargs"].values()
        return tuple(str(v[PARAMETER]) for v in given if isinstance(v, Mapping) and PARAMETER in v)


def load_checks(book: Codebook, forms: Path, folder: Path = EXPECTATIONS) -> tuple[Check, ...]:
    """The checks of a form, in the order of their ids.

    `book` comes from `shipped_codebooks(forms)`. Field level: the committed suite of a shipped
    form, generated in memory for a form of the municipality's own. Rules: `<form>_regler.json`
    of `folder` and of `forms` (RAW/formular), where the latter wins over the same id.
    Raises ConfigError naming file, check and what is wrong.
    """
    committed = folder / f"{book.name}.json"
    use_committed = book.shipped and committed.is_file()
    suite = read_suite(committed) if use_committed else field_suite(book)
    found = _checks(suite, book, f"{book.name}.json", optional=False)
    found |= {check.kontroll: check for check in load_rules(book, forms, folder)}
    return tuple(found[k] for k in sorted(found))


def load_rules(book: Codebook, forms: Path, folder: Path = EXPECTATIONS) -> tuple[Check, ...]:
    """The rules written by hand alone, without the checks that a codebook gives."""
    found: dict[str, Check] = {}
    for place in (folder, forms):
        path = place / f"{book.name}{RULES_SUFFIX}.json"
        if path.is_file():
            optional = place == folder and not book.shipped
            found |= _checks(read_suite(path), book, path.name, optional)
    return tuple(found.values())


def _checks(suite: Json, book: Codebook, file: str, optional: bool) -> dict[str, Check]:
    found: dict[str, Check] = {}
    for entry in suite["expectations"]:
        check = _check(entry, book, file, optional)
        if check.kontroll in found:
            raise ConfigError(f"Regelfilen {file}: kontrollen {check.kontroll} står två gånger.")
        found[check.kontroll] = check
    return found


def _check(entry: Any, book: Codebook, file: str, optional: bool) -> Check:
    meta = entry.get("meta") if isinstance(entry, Mapping) else None
    if not isinstance(meta, Mapping) or not isinstance(entry.get("kwargs"), Mapping):
        raise ConfigError(f"Regelfilen {file}: varje post behöver ”type”, ”kwargs” och ”meta”.")
    where = f"Regelfilen {file}, kontrollen {meta.get('kontroll', '(utan id)')}"
    absent = [k for k in REQUIRED if not meta.get(k)]
    if absent:
        raise ConfigError(f"{where}: ”meta” saknar {', '.join(absent)}.")
    severity = str(entry.get("severity", "warning"))
    if severity not in SEVERITIES:
        raise ConfigError(
            f"{where}: okänd allvarlighetsgrad ”{severity}” (finns: {', '.join(SEVERITIES)})."
        )
    falt = str(meta["falt"])
    tommer = tuple(meta.get("tommer", (falt,) if book.has(falt) else ()))
    foreign = [] if optional else [n for n in tommer if not book.has(n)]
    if foreign:
        raise ConfigError(
            f"{where}: ”tommer” nämner {', '.join(foreign)}, som inte är ett fält i formuläret "
            f"{book.name}. Bara formulärets egna celler kan tömmas."
        )
    check = Check(
        table=book.name,
        kontroll=str(meta["kontroll"]),
        falt=falt,
        severity=severity,
        type=str(entry.get("type", "")),
        krav=str(meta.get("krav", "")),
        orsak=str(meta["orsak"]),
        gor_sa=str(meta["gor_sa"]),
        tommer=tommer,
        expectation=entry,
        att_gora=bool(meta.get("att_gora", True)),
        optional=optional,
    )
    unknown = sorted(set(check.parameters) - {*CATALOGUES, *YEAR_PARAMETERS})
    if unknown:
        raise ConfigError(
            f"{where}: okänd {PARAMETER} {', '.join(unknown)} (finns: "
            f"{', '.join((*CATALOGUES, *YEAR_PARAMETERS))})."
        )
    return check


def _condition_columns(condition: Any) -> list[str]:
    """Column names inside a row condition of Great Expectations' JSON form."""
    if isinstance(condition, Mapping):
        column = condition.get("column")
        own = [column["name"]] if isinstance(column, Mapping) and "name" in column else []
        return own + [n for v in condition.values() for n in _condition_columns(v)]
    if isinstance(condition, list):
        return [n for v in condition for n in _condition_columns(v)]
    return []
