"""The verbs of `python -m pipeline` and their options, in the analyst's words."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from pipeline.workspace import REPO

ASKED = {
    "fact": "talets id, eller dess namn: nojda, nojda[insats=MET], nojda@-1",
    "cell": "avslut.xlsx!Svar!H14, enkat.csv!C7 eller 2024/bakgrund.xlsx!Svar!F8",
}


def parser() -> argparse.ArgumentParser:
    """Every verb with its options; `called` is the one that is given."""
    made = argparse.ArgumentParser(prog="python -m pipeline", description="Uppföljning")
    verbs = made.add_subparsers(required=True, metavar="verb")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(called=name)
        return added

    for name, text in (
        ("annual", "bygger årets rapport"),
        ("validate", "läser in och kontrollerar årets filer"),
        ("facts", "visar årets fakta"),
    ):
        _place(verb(name, text))
    verbs.choices["annual"].add_argument(
        "--efter-gallring", action="store_true", help="bygg av de rader som en gallring lämnat kvar"
    )
    verbs.choices["annual"].add_argument(
        "--allt", action="store_true", help="gör allt på nytt, också det som inte har ändrats"
    )
    verbs.choices["annual"].add_argument(
        "--profil", action="store_true", help="visa vart tiden gick, steg för steg"
    )
    verbs.choices["annual"].add_argument(
        "--varfor", action="store_true", help="säg om allt som görs om varför det görs"
    )
    compiling = verb("tertial", "sammanställer ett tertial: ett underlag per enhet")
    _place(compiling)
    compiling.add_argument("--tertial", type=int, choices=(1, 2, 3), help="vilket tertial")
    auditing = verb("audit", "bygger rapporterna från årets verksamhetsuppföljningar")
    _place(auditing)
    auditing.add_argument("--besok", default="", help="bara ett besök: dess nummer i planen")
    auditing.add_argument("--version", default="", help="frys det som skickas: v0 eller v1")
    auditing.add_argument("--beslutad-av", default="", help="rollen som beslutat om versionen")
    for name, text in (
        ("letters", "skriver uppföljningsplanen och breven om årets besök"),
        ("draw", "drar de kunder vars dokumentation granskas vid ett besök"),
        ("draw-check", "gör om ett urval ur dess protokoll: lika eller inte"),
    ):
        visiting = verb(name, text)
        _place(visiting)
        visiting.add_argument("--besok", default="", help="besökets nummer, till exempel V2025-03")
    drawing = verbs.choices["draw"]
    drawing.add_argument("--dragen-av", default="", help="rollen som drar urvalet")
    drawing.add_argument("--forkasta", default="", help="skälet, när ett tidigare urval förkastas")
    verbs.choices["draw-check"].add_argument("--json", action="store_true", help="som JSON")
    asking_for = verb("forms", "skriver Excelblanketter för allt som fylls i för hand")
    _place(asking_for)
    asking_for.add_argument("--besok", default="", help="bara ett besöks protokoll, V2025-03")
    facts = verbs.choices["facts"]
    facts.add_argument("--name", help="bara fakta med detta namn")
    facts.add_argument("--json", action="store_true", help="som JSON")
    facts.add_argument("--cells", action="store_true", help="med källcellerna")
    fetching = verb("fetch", "hämtar jämförelsetal från Kolada och säger vad som reviderats")
    _place(fetching)
    fetching.add_argument("--nyckeltal", type=_listed, default=(), help="U30447,U30448")
    fetching.add_argument("--kommuner", type=_listed, default=(), help="0114,0000")
    fetching.add_argument("--ar", type=_listed, default=(), help="2023,2024")
    for name, text, what in (
        ("trace", "visar vad ett tal bygger på, ända ner till cellerna", "fact"),
        ("dependents", "visar vilka tal en cell räknas i och kan ändra", "cell"),
    ):
        asking = verb(name, text)
        asking.add_argument(what, nargs="?", metavar=what.upper(), help=ASKED[what])
        asking.add_argument(f"--{what}", dest=f"{what}_option", help=argparse.SUPPRESS)
        asking.add_argument("--json", action="store_true", help="som JSON")
        _place(asking)
    verbs.choices["trace"].add_argument("--all", action="store_true", help="alla celler")
    proving = verb("prove", "ändrar råa celler på måfå: bara förutsedda tal får ändras")
    _place(proving)
    proving.add_argument("--mutations", type=int, help="antal celler, stegvis (20000)")
    proving.add_argument("--rebuilt", type=int, help="antal celler, allt räknat om (100)")
    proving.add_argument("--editions", type=int, help="antal celler, hela rapporten (2)")
    proving.add_argument("--seed", type=int, help="slumpfrö")
    proving.add_argument("--json", action="store_true", help="som JSON")
    verifying = verb("verify", "räknar om varje tal ur rådata på en annan väg")
    _place(verifying)
    verifying.add_argument("--json", action="store_true", help="som JSON")
    attacking = verb("attack", "angriper den publika utgåvan: inget dolt får gå att räkna")
    _place(attacking)
    attacking.add_argument("--json", action="store_true", help="som JSON")
    _place(verb("reproduce", "bygger två gånger under olika förhållanden: lika varje byte?"))
    releasing = verb("release", "publicerar ett steg i året: fryser den publika utgåvan")
    _place(releasing)
    releasing.add_argument("--stage", default="", help="mars, april, maj, host, …")
    releasing.add_argument("--beslutad-av", default="", help="rollen som beslutat om publiceringen")
    releasing.add_argument("--rattelse", default="", help="orsaken, när steget redan är publicerat")
    releasing.add_argument("--trots", default="", help="skälet, när avstämningen inte håller")
    wheel = verb("status", "visar årshjulet: klart, på gång, ska göras och försenat")
    _place(wheel)
    wheel.add_argument("--json", action="store_true", help="som JSON")
    disposing = verb("gallra", "förstör råa rader enligt ett beslut (--utfor)")
    _place(disposing)
    disposing.add_argument("--dnr", required=True, help="beslutets diarienummer")
    disposing.add_argument("--rader", action="append", default=[], help="'fil.xlsx!Blad!14-18,22'")
    disposing.add_argument("--hel-fil", action="append", default=[], help="en hel fil")
    disposing.add_argument("--allt-fore", type=_date, help="rader med tidigare datum, ÅÅÅÅ-MM-DD")
    disposing.add_argument("--falt", default="slutdatum", help="datumet som --allt-fore gäller")
    disposing.add_argument("--beslutad-av", default="", help="rollen som beslutade")
    disposing.add_argument("--beslutsdatum", type=_date, help="beslutets datum, ÅÅÅÅ-MM-DD")
    disposing.add_argument("--utfor", action="store_true", help="verkställ: går inte att ångra")
    example = verb("exempel", "lägger exempelkommunens filer i en mapp")
    example.add_argument("--year", type=int, action="append", help="år; kan upprepas")
    example.add_argument("--rows", type=int, help="påbörjade insatser per år")
    example.add_argument("--seed", type=int, help="slumpfrö")
    example.add_argument("--raw", "--out", dest="raw", type=Path, default=REPO / "data/raw")
    for ignored in ("--processed", "--reports", "--date"):
        example.add_argument(ignored, help=argparse.SUPPRESS)
    diff = verb("diff", "visar vad som skiljer mellan två utgåvor, och varför")
    _place(diff)
    diff.add_argument("--a", required=True, help="år, eller mappen som den äldre utgåvan ligger i")
    diff.add_argument("--b", required=True, help="år, eller mappen som den nyare ligger i")
    for side in "ab":
        diff.add_argument(f"--raw-{side}", type=Path, help="dess källfiler (annars RAW)")
        diff.add_argument(f"--processed-{side}", type=Path, help="dess tabeller")
    diff.add_argument("--out", type=Path, help="sidans fil")
    diff.add_argument("--json", action="store_true", help="som JSON")
    sample = verb("sample", "drar tal på måfå och lägger dem i Excel med sina källceller")
    _place(sample)
    sample.add_argument("--n", type=int, default=25, help="hur många tal")
    sample.add_argument("--out", type=Path, help="arbetsbokens fil")
    drafting = verb("codebook", "skriver en kodbok av en export eller en enkäts struktur")
    drafting.add_argument("file", help="fil, flera med semikolon emellan (äldst först), eller mapp")
    drafting.add_argument("--out", default="", help="kodbokens fil (annars i RAW/formular)")
    drafting.add_argument("--lagg-till", default="", help="en kodbok som ska få filens nya frågor")
    drafting.add_argument(
        "--raw", type=Path, default=REPO / "data/raw", help="mappen med källfiler"
    )
    for ignored in ("--processed", "--reports", "--date", "--year"):
        drafting.add_argument(ignored, help=argparse.SUPPRESS)
    verb("suites", "skriver sviterna i expectations/ från kodböckerna")
    return made


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=_year, help="året som mäts (annars det nyaste i RAW)")
    parser.add_argument("--raw", type=Path, default=REPO / "data/raw", help="mappen med källfiler")
    parser.add_argument("--processed", type=Path, default=REPO / "data/processed")
    parser.add_argument("--reports", type=Path, default=REPO / "reports")
    parser.add_argument("--date", type=_date, help="rapportens datum, ÅÅÅÅ-MM-DD")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _year(text: str) -> int:
    if not (text.isdigit() and len(text) == 4):
        raise argparse.ArgumentTypeError(f"”{text}” är inget årtal")
    return int(text)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise argparse.ArgumentTypeError(f"”{text}” är inget datum (ÅÅÅÅ-MM-DD)") from None
