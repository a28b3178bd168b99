"""The text of a file whose encoding nobody has told: bytes to letters, and letters that were read
under the wrong encoding once before put right again where that can be done in one way only."""

from __future__ import annotations

import codecs
import re

from pipeline.errors import IntakeError

# What programs that do not write UTF-8 have written Swedish in, the likeliest first.
SINGLE_BYTE = {
    "cp1252": "Windows-1252",
    "latin_1": "ISO 8859-1",
    "mac_roman": "Mac OS Roman",
    "cp850": "DOS (850)",
}
_SWEDISH = re.compile(r"[åäöÅÄÖéÉ]")
_SAMPLE = 1 << 18
# å, ä, ö, Å, Ä, Ö and é of UTF-8 as they look when they are taken for another encoding.
_WRONG = ("cp1252", "mac_roman", "latin_1")


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text, and a note (Swedish) where something had to be guessed or put right.

    Raises IntakeError for bytes that are no whole text in the encoding that they begin with.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return _strict(data, "utf-32", name), ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16", name), ""
    if b"\x00" in data[:400]:  # UTF-16 without its mark: every other byte is zero
        even, odd = data[:400:2].count(0), data[1:400:2].count(0)
        return _strict(data, "utf-16-be" if even > odd else "utf-16-le", name), ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = _single_byte(data)
        note = (
            f"Filens teckenkodning är inte UTF-8; den är läst som {SINGLE_BYTE[encoding]}. "
            "Kontrollera att å, ä och ö ser rätt ut."
        )
        return data.decode(encoding), note
    return undo_mojibake(text)


def undo_mojibake(text: str) -> tuple[str, str]:
    """A text whose letters were taken for another encoding once (`fÃ¶rnamn`) as it was meant.

    Undone only where it is unambiguous: it has the signs that Swedish letters become, and the
    whole text goes back without a remainder, so that no letter in it was right. Otherwise it
    stands as it is, with a note where it looks as if it were so.
    """
    signs = {e: sum(text.count(s) for s in _signs(e)) for e in _WRONG}
    likeliest = max(signs, key=lambda e: signs[e])
    if not signs[likeliest]:
        return text, ""
    # What cp1252 has no letter for was kept as a control character.
    for encoding in (likeliest, *_WRONG):
        meant = _back(text, encoding)
        if meant is not None:
            return meant, (
                "Filens å, ä och ö hade blivit till andra tecken (filen har sparats med fel "
                "teckenkodning en gång). De är återställda; kontrollera att de ser rätt ut."
            )
    if signs[likeliest] < 2:
        return text, ""
    return text, (
        "En del å, ä och ö i filen ser ut att ha blivit till andra tecken, medan andra är rätt. "
        "Det går inte att rätta säkert, så texten är läst som den står. Exportera filen på nytt "
        "som ”CSV UTF-8” om svaren ser fel ut."
    )


def _signs(encoding: str) -> list[str]:
    found = []
    for letter in "åäöÅÄÖ":
        raw = letter.encode("utf-8")
        try:
            found.append(raw.decode(encoding))
        except UnicodeDecodeError:
            found.append(raw.decode("latin_1"))
    return found


def _back(text: str, encoding: str) -> str | None:
    raw = bytearray()
    for piece in re.split("([\x80-\x9f])", text):
        try:
            controls = len(piece) == 1 and "\x80" <= piece <= "\x9f"
            raw += piece.encode("latin_1" if controls else encoding)
        except UnicodeEncodeError:
            return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise IntakeError(
            [
                f"{name}: texten går inte att läsa; filen är skadad eller ofullständig.\n"
                "Gör så här: exportera filen på nytt, helst som ”CSV UTF-8”."
            ]
        ) from error


def _single_byte(data: bytes) -> str:
    """The encoding that shows the most Swedish letters; where that is even, the likeliest."""
    sample = data[:_SAMPLE]
    scores: dict[str, int] = {}
    for encoding in SINGLE_BYTE:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        scores[encoding] = len(_SWEDISH.findall(sample.decode(encoding)))
    return max(scores, key=lambda e: scores[e])
