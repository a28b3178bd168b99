"""Where things are, and what the municipality has decided (`RAW/kommun.toml`, or the same settings
as a workbook, `kommun.xlsx`).

A workspace is three folders: RAW (read only), PROCESSED and REPORTS.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, UppfoljningError
from pipeline.kalender import FRISTER, Frist, Mote, read_calendar, read_meetings
from pipeline.logotyp import check_name
from pipeline.matt import Matt, read_measures
from pipeline.settings_book import BOOK, TOML, Settings, in_book, read_book

REPO = Path(__file__).resolve().parent.parent
RULES = ("pipeline/forms", "expectations")  # shipped codebooks and suites, from REPO
ENVIRONMENT = {
    "raw": "UPPFOLJNING_RAW",
    "processed": "UPPFOLJNING_PROCESSED",
    "reports": "UPPFOLJNING_REPORTS",
}
SETTINGS = (TOML, BOOK)  # one of them decides
CATALOGUES = ("enheter", "insatser", "verksamheter")  # the municipality's own lists
KOLADA = "https://api.kolada.se/v3"
MERGING = ("tertial", "kategorier", "enheter", "ar")  # the default order, and all there is
# Litter of Excel, LibreOffice and operating systems: passed over without a word.
LITTER = re.compile(r"^(~\$|\.|Thumbs\.db$|desktop\.ini$)|(\.tmp|~)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option:
    """A unit or an insats of the municipality's own catalogue."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sekretess:
    """How small numbers are protected (`[sekretess]`). `troskel`: a count of persons from 1 to
    one less is not shown. `sla_samman`: what is merged first, before anything is hidden.
    `hogst_dolda`: a table with a larger share of small numbers than this is merged further."""

    troskel: int = 5
    sla_samman: tuple[str, ...] = MERGING
    hogst_dolda: float = 0.2


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is known of an instrument's precision (`[instrument.<kod>]`): the standard deviation at
    start, the reliability (0–1), and where both come from."""

    sd: float
    reliabilitet: float
    kalla: str


@dataclass(frozen=True, slots=True)
class Bedomning:
    """When a visit's figures propose which grade (`[bedomning]`), as shares in decimals, 0–1: green
    where everything is fulfilled in at least `gron_minst`, red where something is fulfilled in less
    than `rod_under`. The routine gives no arithmetic: the rule is ours, the limits are theirs."""

    gron_minst: str = "1"
    rod_under: str = "0.5"


@dataclass(frozen=True, slots=True)
class Stratsys:
    """What things are called in Stratsys (`[stratsys]`): the sector (by default the municipality's
    name for it), units by code (by default the unit's name), and measures by the number's name:
    with `matt` those are sent over and no others."""

    sektor: str = ""
    enheter: Mapping[str, str] = field(default_factory=dict)
    matt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kolada:
    """What `fetch` asks Kolada for (`[kolada]`): by default what the folder has already, for the
    municipalities in `[kommuner]` and the five years up to the one measured."""

    adress: str = KOLADA
    nyckeltal: tuple[str, ...] = ()
    kommuner: tuple[str, ...] = ()
    ar: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Kommun:
    """The municipality's own decisions. Every field has a value also without a file."""

    namn: str = "Kommunen"
    kod: str = ""
    sektor: str = ""
    per_datum: dt.date | None = None
    kontakt: str = ""  # whom readers of the public edition turn to, as a sentence has it
    enheter: tuple[Option, ...] = ()
    insatser: tuple[Option, ...] = ()
    foljs_upp: tuple[Option, ...] = ()  # visited beside the units: [[verksamheter]]
    kommuner: Mapping[str, str] = field(default_factory=dict)  # code → name, for comparators
    sekretess: Sekretess = Sekretess()
    instrument: Mapping[str, Instrument] = field(default_factory=dict)
    hoppa_over: tuple[str, ...] = ()  # files or file!sheet that intake passes over
    rakna_alla_svar: tuple[str, ...] = ()  # those whose incomplete and test answers count too
    matt: tuple[Matt, ...] = ()  # measures of its own
    arshjul: Mapping[str, Frist] = field(default_factory=lambda: dict(FRISTER))  # by step
    flg: tuple[Mote, ...] = ()  # the calendar of ledningsgruppen
    stratsys: Stratsys = Stratsys()
    bedomning: Bedomning = Bedomning()
    kolada: Kolada = Kolada()
    logotyp: str = ""  # a file in RAW, on covers: logotyp.py

    def catalogue(self, name: str) -> tuple[Option, ...]:
        """The list behind `"categories": "kommun:<name>"` in a codebook."""
        if name not in CATALOGUES:
            raise ConfigError(f"Kodboken hänvisar till listan ”kommun:{name}”, som inte finns.")
        return {"enheter": self.enheter, "insatser": self.insatser}.get(name, self.verksamheter)

    @property
    def verksamheter(self) -> tuple[Option, ...]:
        """Everything that SAS and MAS may visit: the units, then `[[verksamheter]]`."""
        return (*self.enheter, *self.foljs_upp)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Three folders. Nothing is written to `raw`, except records that are written once."""

    raw: Path
    processed: Path
    reports: Path

    @classmethod
    def from_environment(cls) -> Workspace:
        """The workspace that the driver set for this process, by default the repository's own."""
        default = {"raw": "data/raw", "processed": "data/processed", "reports": "reports"}
        chosen = {k: Path(os.environ.get(v) or REPO / default[k]) for k, v in ENVIRONMENT.items()}
        return cls(**chosen)

    def environment(self) -> dict[str, str]:
        """Environment variables that hand this workspace to a kernel."""
        return {v: str(getattr(self, k).resolve()) for k, v in ENVIRONMENT.items()}

    def years(self) -> list[int]:
        """Years with at least one file in RAW, oldest first."""
        if not self.raw.is_dir():
            return []
        found = [
            int(p.name)
            for p in self.raw.iterdir()
            if p.is_dir() and re.fullmatch(r"(19|20)\d\d", p.name) and any(year_files(p))
        ]
        return sorted(found)

    def newest_year(self) -> int:
        """The year a command means when none is given. Raises where RAW is empty."""
        years = self.years()
        if not years:
            raise UppfoljningError(
                f"Det finns inget underlag i mappen {self.raw}.\n"
                "Gör så här: skapa en mapp med årtalet som namn (till exempel 2025) i den mappen "
                "och lägg årets Excel- och CSV-filer där. Kör sedan kommandot igen."
            )
        return years[-1]

    def require_year(self, year: int) -> None:
        """Raise unless RAW has data for `year`."""
        years = self.years()
        if year in years:
            return
        known = ", ".join(map(str, years)) or "inga"
        raise UppfoljningError(
            f"Det finns inga filer för år {year}: mappen {self.raw / str(year)} "
            f"{'är tom' if (self.raw / str(year)).is_dir() else 'finns inte'}.\n"
            f"År med underlag: {known}.\n"
            f"Gör så här: lägg filerna i mappen {year}, eller välj ett år som finns med YEAR=…"
        )


def year_files(folder: Path) -> list[Path]:
    """Files directly in a year's folder, litter left out, in name order."""
    return sorted(p for p in folder.iterdir() if p.is_file() and not LITTER.search(p.name))


def _options(entries: Any, where: str) -> tuple[Option, ...]:
    made = []
    for entry in entries:
        if isinstance(entry, str):
            made.append(Option(entry, entry))
        elif isinstance(entry, dict) and "namn" in entry:
            kod = str(entry.get("kod", entry["namn"]))
            made.append(Option(kod, entry["namn"], tuple(entry.get("alias", ()))))
        else:
            raise ConfigError(f"kommun.toml: varje post i [[{where}]] behöver ett ”namn”.")
    values = [o.value for o in made]
    if len(set(values)) != len(values):
        raise ConfigError(f"kommun.toml: samma kod står två gånger i [[{where}]].")
    return tuple(made)


def _secrecy(given: Any) -> Sekretess:
    where = "kommun.toml, [sekretess]"
    if not isinstance(given, dict) or set(given) - {"troskel", "sla_samman", "hogst_dolda"}:
        raise ConfigError(f"{where}: här kan troskel, sla_samman och hogst_dolda stå.")
    made = Sekretess(**given | {"sla_samman": tuple(given.get("sla_samman", MERGING))})
    if type(made.troskel) is not int or made.troskel < 3:
        raise ConfigError(f"{where}: troskel är ett heltal, minst 3. Vanligt är 5.")
    if set(made.sla_samman) - set(MERGING):
        raise ConfigError(f"{where}: sla_samman tar bara {', '.join(MERGING)}.")
    if not isinstance(made.hogst_dolda, int | float) or not 0 <= made.hogst_dolda <= 1:
        raise ConfigError(f"{where}: hogst_dolda är en andel, 0–1.")
    return made


def _instruments(given: Any) -> dict[str, Instrument]:
    made = {}
    for code, told in given.items() if isinstance(given, dict) else [("", None)]:
        where = f"kommun.toml, [instrument.{code}]"
        if not isinstance(told, dict) or set(told) != {"sd", "reliabilitet", "kalla"}:
            raise ConfigError(f"{where}: här ska sd, reliabilitet och kalla stå.")
        sd, r = told["sd"], told["reliabilitet"]
        if not isinstance(sd, int | float) or sd <= 0:
            raise ConfigError(f"{where}: sd är standardavvikelsen vid start, större än noll.")
        if not isinstance(r, int | float) or not 0 < r < 1:
            raise ConfigError(f"{where}: reliabilitet är ett tal mellan 0 och 1, som 0.85.")
        made[str(code)] = Instrument(float(sd), float(r), str(told["kalla"]))
    return made


def _stratsys(given: Any, units: tuple[Option, ...]) -> Stratsys:
    where = "kommun.toml, [stratsys]"
    if not isinstance(given, dict) or set(given) - {"sektor", "enheter", "matt"}:
        raise ConfigError(f"{where}: här kan sektor, enheter och matt stå.")
    for key in ("enheter", "matt"):
        told = given.get(key, {})
        if not isinstance(told, dict) or not all(isinstance(v, str) and v for v in told.values()):
            raise ConfigError(f'{where}: {key} skrivs som kod = "namnet i Stratsys".')
    unknown = sorted(set(given.get("enheter", {})) - {o.value for o in units})
    if unknown:
        raise ConfigError(
            f"{where}: {', '.join(unknown)} är ingen enhets kod. "
            f"Koder som finns: {', '.join(o.value for o in units)}."
        )
    return Stratsys(str(given.get("sektor", "")), given.get("enheter", {}), given.get("matt", {}))


def _grading(given: Any) -> Bedomning:
    where = "kommun.toml, [bedomning]"
    if not isinstance(given, dict) or set(given) - {"gron_minst", "rod_under"}:
        raise ConfigError(f"{where}: här kan gron_minst och rod_under stå.")
    if not all(type(v) in (int, float) and 0 < v <= 1 for v in given.values()):
        raise ConfigError(f"{where}: gron_minst och rod_under är andelar, som 0.5, högst 1.")
    made = Bedomning(**{key: f"{float(value):g}" for key, value in given.items()})
    if float(made.rod_under) > float(made.gron_minst):
        raise ConfigError(f"{where}: rod_under får inte vara större än gron_minst.")
    return made


def _kolada(given: Any) -> Kolada:
    where = "kommun.toml, [kolada]"
    if not isinstance(given, dict) or set(given) - {"adress", "nyckeltal", "kommuner", "ar"}:
        raise ConfigError(f"{where}: här kan adress, nyckeltal, kommuner och ar stå.")
    address = str(given.get("adress", KOLADA)).rstrip("/")
    if not re.match(r"https://[^/\s]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/|$)", address):
        raise ConfigError(f"{where}: adress ska börja med https://.")
    for key, shape, like in (
        ("nyckeltal", r"[A-Z]\d{5}", '["U30447", "U30448"]'),
        ("kommuner", r"\d{4}|G\d+", '["0114", "0000"]'),
        ("ar", r"(19|20)\d\d", "[2023, 2024]"),
    ):
        told = given.get(key, [])
        if not isinstance(told, list) or not all(re.fullmatch(shape, str(v)) for v in told):
            raise ConfigError(f"{where}: {key} skrivs som {like}.")
    return Kolada(
        address,
        tuple(given.get("nyckeltal", ())),
        tuple(map(str, given.get("kommuner", ()))),
        tuple(map(int, given.get("ar", ()))),
    )


def read_settings(raw: Path) -> Settings | None:
    """The settings of `raw`, from the text file or from the workbook; None where there are none.

    Raises ConfigError with the line or the cell, and where there are both.
    """
    path, book = raw / TOML, raw / BOOK
    if book.is_file():
        if path.is_file():
            raise ConfigError(
                f"Både {TOML} och {BOOK} ligger i mappen {raw}: det går inte att veta vilken som "
                "gäller.\nGör så här: behåll den som ska gälla och flytta den andra till en annan "
                "mapp."
            )
        try:
            return read_book(book.read_bytes())
        except PermissionError as error:
            raise ConfigError(
                f"Filen {BOOK} går inte att öppna: den är troligen öppen i Excel.\n"
                "Gör så här: stäng filen i Excel och kör kommandot igen."
            ) from error
    if not path.is_file():
        return None
    try:
        return Settings(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Filen {TOML} går inte att läsa: {error}.\n"
            "Gör så här: öppna filen i en textredigerare, rätta raden som nämns och spara "
            "som UTF-8."
        ) from error


def settings_words(raw: Path) -> Callable[[str], str]:
    """What makes a message that names `kommun.toml` name the workbook, where `raw` has that."""
    return in_book if (raw / BOOK).is_file() else str


@lru_cache(maxsize=8)
def load_kommun(raw: Path) -> Kommun:
    """The municipality's settings in `raw`; without any, the defaults.

    Raises ConfigError with the line, or with the sheet and cell, that is wrong.
    """
    settings = read_settings(raw)
    if settings is None:
        return Kommun()
    try:
        return _kommun(settings.document)
    except ConfigError as error:
        raise ConfigError(settings.told(str(error))) from error


def _kommun(doc: Mapping[str, Any]) -> Kommun:
    known = {
        "namn", "kod", "sektor", "per_datum", "kontakt", "enheter", "insatser",
        "verksamheter", "kommuner", "hoppa_over", "rakna_alla_svar", "sekretess",
        "instrument", "matt", "arshjul", "flg", "stratsys", "bedomning", "kolada", "logotyp",
    }  # fmt: skip
    unknown = sorted(set(doc) - known)
    if unknown:
        raise ConfigError(
            f"kommun.toml: okänd inställning {', '.join(unknown)}. "
            f"Inställningar som finns: {', '.join(sorted(known))}."
        )
    per_datum = doc.get("per_datum")
    if per_datum is not None and not isinstance(per_datum, dt.date):
        raise ConfigError("kommun.toml: per_datum ska vara ett datum utan citattecken, 2026-03-01.")
    units = _options(doc.get("enheter", ()), "enheter")
    visited = _options(doc.get("verksamheter", ()), "verksamheter")
    if twice := sorted({o.value for o in units} & {o.value for o in visited}):
        raise ConfigError(
            f"kommun.toml: koden {', '.join(twice)} står både i [[enheter]] och i "
            "[[verksamheter]]. En enhet kan följas upp utan att stå i [[verksamheter]]."
        )
    return Kommun(
        namn=doc.get("namn", "Kommunen"),
        kod=str(doc.get("kod", "")),
        sektor=doc.get("sektor", ""),
        per_datum=per_datum,
        kontakt=str(doc.get("kontakt", "")),
        enheter=units,
        insatser=_options(doc.get("insatser", ()), "insatser"),
        foljs_upp=visited,
        kommuner={str(k): str(v) for k, v in doc.get("kommuner", {}).items()},
        sekretess=_secrecy(doc.get("sekretess", {})),
        instrument=_instruments(doc.get("instrument", {})),
        hoppa_over=tuple(doc.get("hoppa_over", ())),
        rakna_alla_svar=tuple(doc.get("rakna_alla_svar", ())),
        matt=read_measures(doc.get("matt", ())),
        arshjul=read_calendar(doc.get("arshjul", {})),
        flg=read_meetings(doc.get("flg", ())),
        stratsys=_stratsys(doc.get("stratsys", {}), units),
        bedomning=_grading(doc.get("bedomning", {})),
        kolada=_kolada(doc.get("kolada", {})),
        logotyp=check_name(doc.get("logotyp", "")),
    )


def per_datum(workspace: Workspace, year: int, override: dt.date | None = None) -> dt.date:
    """The one date that outputs know: DATE=, else kommun.toml's, else the year's last day."""
    return override or load_kommun(workspace.raw).per_datum or dt.date(year, 12, 31)
