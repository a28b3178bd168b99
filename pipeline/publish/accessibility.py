"""The accessibility statement of the public edition (tillgänglighetsredogörelse): lagen (2018:1937)
om tillgänglighet till digital offentlig service and MDFFS 2019:2. The words are the municipality's
own where it has written them, `RAW/mallar/tillganglighet.md`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.publish import handling
from pipeline.publish.document import Meta
from pipeline.publish.letter_templates import Filled, filled
from pipeline.publish.text import date_words
from pipeline.workspace import Kommun

PAGE, TEMPLATE = "tillganglighet.html", "tillganglighet"
TITLE = "Tillgänglighetsredogörelse"
ABOUT = "Hur rapporten uppfyller lagens krav, kända brister och hur du rapporterar fler."
# What the statement stands on: placeholders, since a template may hold no such number itself.
STANDARD = "standarden EN\u00a0301\u00a0549\u00a0V3.2.1"
GUIDELINES = "WCAG\u00a02.1 nivå\u00a0AA"
PDF = "PDF/A-3a och PDF/UA-1"
PLACEHOLDERS = (
    "kommun", "rapport", "utgava", "per_datum", "standard", "riktlinjer", "pdf", "kontakt",
)  # fmt: skip
UNKNOWN = "kommunen, på de vägar som står på kommunens webbplats,"


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of one edition."""

    meta: Meta
    text: Filled

    def page(self) -> str:
        meta = self.meta
        stamp = f"{meta.kommun}. Framställd med Uppföljning {meta.version}."
        head = (("Utgåva", meta.edition), ("Uppgifter per", date_words(meta.per_datum)))
        return handling.page(
            handling.Handling(
                self.text.title, meta.kommun, meta.sektor, meta.per_datum, stamp, head,
                self.text.blocks, logo=meta.logo, back=("index.html", "Till utgåvans första sida"),
            )
        )  # fmt: skip


def check(raw: Path) -> None:
    """Raise ConfigError for a template of the municipality's own that does not hold."""
    filled(raw, TEMPLATE, dict.fromkeys(PLACEHOLDERS, ""))


def statement(raw: Path, kommun: Kommun, meta: Meta) -> Statement:
    """The statement of the edition that `meta` describes. Raises ConfigError for a template of the
    municipality's own that does not hold."""
    values = {
        "kommun": meta.kommun, "rapport": meta.title, "utgava": meta.edition,
        "per_datum": date_words(meta.per_datum), "standard": STANDARD, "riktlinjer": GUIDELINES,
        "pdf": PDF, "kontakt": kommun.kontakt or UNKNOWN,
    }  # fmt: skip
    return Statement(meta, filled(raw, TEMPLATE, values))
