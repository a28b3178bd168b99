"""Secrecy on reading once more: pseudonyms by an HMAC and a reading of the key file of our own.

Shared with the report's path: which texts are personal identifiers (`pipeline.privacy.screen`)
and which headers say who answered (`pipeline.privacy.columns`). They are definitions: the numbers
do not hang on them, and two opinions of what a telephone number looks like would only differ.
"""

from __future__ import annotations

import hmac
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb
from platformdirs import PlatformDirs

from pipeline.errors import KeyFileError
from pipeline.forms.codebook import Codebook, Field
from pipeline.privacy.screen import mask, mask_answer, mask_cell
from pipeline.trace.verify.meaning import AT_ONCE, NO, append, insert
from pipeline.workspace import REPO, Kommun

# code, form, field, dummy column, kind, text; what it means: txt, num, yes, fel, own
Text = tuple[
    int, str, str, int, str, str, str | None, float | None, bool | None, str | None, str | None
]


def secret_of(kommun: Kommun) -> bytes:
    """The key that pseudonyms are made with. Raises KeyFileError where it cannot be read."""
    if kommun.kod == "9999" and kommun.namn == "Exempelkommun":
        path = REPO / "pipeline" / "privacy" / "demonyckel.txt"
    elif os.environ.get("UPPFOLJNING_NYCKEL"):
        path = Path(os.environ["UPPFOLJNING_NYCKEL"]).expanduser()
    else:
        plain = "".join(c if c.isalnum() or c in "_-" else " " for c in kommun.kod)
        name = "_".join(plain.split()) or "utan-kommunkod"
        path = Path(PlatformDirs("uppfoljning", False).user_config_dir) / f"nyckel-{name}.txt"
    try:
        lines = [s for s in path.read_text("utf-8-sig").splitlines() if s and s[0] != "#"]
        (digits,) = lines
        return bytes.fromhex(digits.strip())
    except (OSError, ValueError) as error:
        raise KeyFileError(
            "Nyckelfilen saknas eller är skadad, så pseudonymerna går inte att räkna om:\n"
            f"  {path}\n"
            "Gör så här: lägg tillbaka nyckelfilen (från säkerhetskopian) och kör igen."
        ) from error


def hide_persons(db: duckdb.DuckDBPyConnection, books: Iterable[Codebook], secret: bytes) -> None:
    """`meaning` with identifiers as pseudonyms, personal identifiers in texts masked, and the
    column `masked`: whether the cell held any."""
    fields = {(b.name, f.name): (f, b.protects) for b in books for f in b.fields}
    insert(db, "hidden", "code INT, txt TEXT, gone BOOL, fel TEXT, masked BOOL, own TEXT", [])
    texts = db.cursor().execute(
        "SELECT t.code, t.tab, t.falt, t.opt, t.kind, t.text, m.txt, m.num, m.yes, m.fel, m.own "
        "FROM texts t JOIN meaning m USING (code)"
    )
    while some := texts.fetchmany(AT_ONCE):
        append(db, "hidden", list(_changed(some, fields, secret)))
    db.execute(
        "CREATE OR REPLACE TABLE meaning AS SELECT m.* REPLACE ("
        "CASE WHEN h.code IS NULL THEN m.txt ELSE h.txt END AS txt, "
        "CASE WHEN h.gone THEN NULL ELSE m.num END AS num, "
        "CASE WHEN h.gone THEN NULL ELSE m.whole END AS whole, "
        "coalesce(h.fel, m.fel) AS fel, coalesce(h.own, m.own) AS own), "
        "coalesce(h.masked, false) AS masked "
        "FROM meaning m LEFT JOIN hidden h USING (code)"
    )


def _changed(
    texts: Iterable[Text], fields: Mapping[tuple[str, str], tuple[Field, str]], secret: bytes
) -> Iterator[tuple[object, ...]]:  # fmt: skip
    """(code, txt, whether the number goes, fel, masked, own words) of each text that is not left
    as it is."""
    for code, tab, falt, opt, kind, text, txt, num, yes, fel, own in texts:
        field, protects = fields[tab, falt]
        if kind == "e":
            continue
        if fel is not None:
            if _kinds(kind, text):
                yield code, txt, False, mask(fel)[0], True, None
        elif field.identifies:
            if txt is not None:
                told = {*mask(txt)[1]} & {"personnummer", "samordningsnummer", "e-post"}
                yield code, _pseudonym(secret, txt), False, None, bool(told) and len(txt) > 9, None
        elif opt >= 0:
            if yes is False and " ".join(text.split()).lower() not in NO and _kinds(kind, text):
                yield code, txt, False, None, True, None
        elif own is not None:
            words, kinds = mask_answer(own)
            if kinds:
                yield code, txt, False, None, True, words
        elif not field.categories and txt is not None:
            hidden, kinds = (mask_answer if field.freetext else mask)(txt)
            if kinds:
                yield code, hidden, False, None, True, None
        elif not field.categories and num is not None and protects != "none" and mask_cell(num)[1]:
            yield code, txt, True, "[dold]", True, None


def _kinds(kind: str, text: str) -> tuple[str, ...]:
    return mask_cell(float(text) if kind == "n" else text)[1] if kind in "sn" else ()


def _pseudonym(secret: bytes, text: str) -> str:
    return hmac.digest(secret, unicodedata.normalize("NFC", text).encode(), "sha256").hex()[:16]
