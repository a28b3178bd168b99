"""The municipality's key: where it lies, how it is made, and what is wrong with it.

A file of its own outside the repository and the three folders, made on first use, never shown.
Tables carry the key's fingerprint, so that a lost or exchanged key is noticed before the same
person gets two pseudonyms. Exempelkommun's key is public and serves nobody else.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_config_path

from pipeline.errors import KeyFileError
from pipeline.workspace import REPO, Kommun, Workspace, load_kommun

VARIABLE = "UPPFOLJNING_NYCKEL"
FINGERPRINT = "nyckel.json"
EXAMPLE = ("9999", "Exempelkommun")
DEMO = Path(__file__).with_name("demonyckel.txt")
DIGITS = 16  # of a pseudonym: 64 bits, so that two of a million ids are alike once in 40 million
_HEAD = """\
# Nyckel till pseudonymerna i Uppföljning. Hemlig: visa den inte, mejla den inte.
# Spara en kopia där kommunens andra nycklar förvaras; docs/handbok.md säger varför.
"""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BACK = """\
Gör så här: lägg tillbaka den nyckelfil som användes förut, från
säkerhetskopian. Finns den inte mer: kör make clean och sedan make annual, så
görs alla år om ur källfilerna med en och samma nyckel. Pseudonymerna blir då
andra än förut."""


@dataclass(frozen=True, slots=True)
class PseudonymKey:
    """A key of 32 bytes. What is printed of it says nothing."""

    secret: bytes = field(repr=False)

    def pseudonym(self, text: str) -> str:
        """HMAC-SHA-256 of an identifier as cleaning leaves it, DIGITS hex digits. Letters that
        look the same are the same (NFC)."""
        return self._hmac(unicodedata.normalize("NFC", text))

    @property
    def fingerprint(self) -> str:
        """Tells this key from another, and nothing else about it."""
        return self._hmac("\0uppfoljning: nyckelns fingeravtryck")

    def _hmac(self, text: str) -> str:
        return hmac.digest(self.secret, text.encode(), "sha256").hex()[:DIGITS]


def is_example(kommun: Kommun) -> bool:
    """Whether this is the synthetic municipality, by code and name."""
    return (kommun.kod, kommun.namn) == EXAMPLE


def key_path(kommun: Kommun) -> Path:
    """The key's file: what the variable says, else the user's configuration folder."""
    if is_example(kommun):
        return DEMO
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser()
    name = re.sub(r"[^\w-]+", "_", kommun.kod) or "utan-kommunkod"
    return user_config_path("uppfoljning", appauthor=False) / f"nyckel-{name}.txt"


def key_of(workspace: Workspace, make: bool = False) -> PseudonymKey:
    """The workspace's key; with `make` it is made where there has never been one.

    Raises KeyFileError (missing, another than the tables were made with, readable by others,
    malformed, lying where it may not). The message never holds the key.
    """
    kommun = load_kommun(workspace.raw)
    path = key_path(kommun)
    if path == DEMO:
        return _read(path)
    _outside(path, workspace)
    known = dict(_known(workspace))
    known.pop(_read(DEMO).fingerprint, None)  # of the example: made anew from other files
    if not path.is_file():
        if known or not make:
            raise _missing(path, sorted(known.values()))
        _write(path)
    _not_open(path)
    key = _read(path)
    if key == _read(DEMO):
        raise KeyFileError(
            f"Nyckelfilen är Exempelkommuns nyckel, som är offentlig:\n  {path}\n"
            "Den får bara användas för Exempelkommun.\n"
            "Gör så här: ta bort filen och kör igen, så skapas en egen nyckel."
        )
    if set(known) - {key.fingerprint}:
        where = ", ".join(sorted(y for f, y in known.items() if f != key.fingerprint))
        raise KeyFileError(
            f"Nyckeln är en annan än den som pseudonymerna för {where} gjordes med:\n"
            f"  {path}\nSamma person skulle få två pseudonymer.\n{_BACK}"
        )
    return key


def record_fingerprint(key: PseudonymKey, folder: Path) -> None:
    """Note in a folder of tables, or of a release, which key its pseudonyms are made with."""
    text = json.dumps({"fingeravtryck": key.fingerprint}) + "\n"
    (folder / FINGERPRINT).write_text(text, encoding="utf-8", newline="\n")


def recorded_fingerprint(folder: Path) -> str:
    """The fingerprint noted in a folder; empty where there is none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((folder / FINGERPRINT).read_text(encoding="utf-8"))["fingeravtryck"])
    return ""


def _known(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """(fingerprint, year) of the tables and releases that there are."""
    places = [(p.parent, p.parent.name) for p in workspace.processed.glob(f"[12]*/{FINGERPRINT}")]
    for found in workspace.raw.glob(f"[12]*/protokoll/**/{FINGERPRINT}"):
        places.append((found.parent, found.relative_to(workspace.raw).parts[0]))
    for folder, year in sorted(places, reverse=True):
        if fingerprint := recorded_fingerprint(folder):
            yield fingerprint, year


def _outside(path: Path, workspace: Workspace) -> None:
    whole = path.resolve()
    for folder in (REPO, workspace.raw, workspace.processed, workspace.reports):
        if whole.is_relative_to(folder.resolve()):
            raise KeyFileError(
                f"Nyckelfilen\n  {path}\nligger i\n  {folder}\n"
                "Den får inte ligga bland program, källfiler eller rapporter: då följer den\n"
                "med när mappen kopieras.\n"
                "Gör så här: flytta filen till en egen mapp och ange den i\n"
                f"{VARIABLE}, eller ta bort {VARIABLE}, så\n"
                "används användarens egen inställningsmapp."
            )


def _missing(path: Path, years: list[str]) -> KeyFileError:
    if not years:
        return KeyFileError(
            f"Nyckelfilen finns inte:\n  {path}\nGör så här: kör make annual, som skapar den."
        )
    return KeyFileError(
        f"Nyckelfilen finns inte:\n  {path}\n"
        f"Tabellerna för {', '.join(years)} är gjorda med en nyckel. En ny nyckel skulle ge\n"
        f"samma person två pseudonymer.\n{_BACK}"
    )


def _not_open(path: Path) -> None:
    """Windows keeps the user's folder from others by other means than a mode."""
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise KeyFileError(
            "Nyckelfilen kan läsas av andra användare på datorn. Gör så här: kör\n"
            f'  chmod 600 "{path}"\n'
            "och sedan kommandot igen. Har någon annan läst filen är pseudonymerna inte\n"
            "längre ett skydd: byt då nyckel (docs/handbok.md)."
        )


def _read(path: Path) -> PseudonymKey:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        lines = []
    found = [s for line in lines if (s := line.strip()) and not s.startswith("#")]
    if len(found) != 1 or not re.fullmatch(r"[0-9a-f]{64}", found[0]):
        raise KeyFileError(
            f"Nyckelfilen går inte att läsa eller är skadad:\n  {path}\n"
            "Den ska ha en enda rad med 64 tecken (0–9, a–f), förutom rader som börjar\n"
            f"med #.\n{_BACK}"
        )
    return PseudonymKey(bytes.fromhex(found[0]))


def _write(path: Path) -> None:
    """A new key, whole or not at all, and at no moment readable by others. Two processes that
    come at once end up with the same one."""
    text = f"{_HEAD}{secrets.token_hex(32)}\n"
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        with suppress(FileExistsError):
            os.link(partial, path)
    except OSError as error:
        raise KeyFileError(
            f"Nyckelfilen gick inte att skapa ({error.strerror}):\n  {path}\n"
            f"Gör så här: ange i {VARIABLE} en fil i en mapp som du får\nskriva i."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
