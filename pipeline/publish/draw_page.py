"""The protocol of a visit's draws as a document for the file of the case: how, by whom, of what.
Neither who was drawn nor who was in the frame stands in it. Its counts are the protocol's own, no
facts: what it says is checked by `make draw-check`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.audit.records import Protocol
from pipeline.publish.blocks import Data
from pipeline.publish.document import Meta
from pipeline.publish.handling import Handling, heading, paragraph, points, table

NAME = "urval"


def handling(protocols: Sequence[Protocol], meta: Meta) -> Handling:
    """The document of a visit's draws, the one in force first."""
    last = protocols[-1]
    head = (
        ("Besök", last["besok_id"]),
        ("Verksamhet", last["verksamhet"]),
        ("Diarienummer", last["dnr"]),
    )
    blocks = [block for p in reversed(protocols) for block in _one(p, p is last)]
    return Handling(
        "Protokoll över urval av kunder", meta.kommun, meta.sektor, meta.per_datum,
        f"Dnr {last['dnr']}", head, blocks, logo=meta.logo,
    )  # fmt: skip


def _one(p: Protocol, in_force: bool) -> Iterator[Data]:
    yield heading(f"Urval {p['nr']:02d}, draget {p['datum']}")
    if not in_force:
        yield paragraph("Förkastat: det gäller inte.", "missing")
    if p["forkastar"]:
        told = p["forkastar"]
        yield points([f"Urval {told['nr']:02d} förkastades: {told['skal']}"])
    planned = "stod i januariplanen" if p["fro"]["i_januariplanen"] else "tillkom efter januari"
    outside = p["uttag"]["undantagna"]
    rows = [
        ("Draget av", p["dragen_av"]),
        ("Dokumentation granskas", f"{p['granskas_fran']}–{p['besoksdatum']}"),
        ("Uttaget ur verksamhetssystemet", f"{p['uttag']['text']} ({p['uttag']['datum']})"),
        ("Utanför redan i uttaget", f"{outside or 0} {p['uttag']['undantagna_skal']}".strip()),
        ("Intygat av", f"{p['intyg']['av']} {p['intyg']['datum']}".strip()),
        ("Kunder i listan", str(p["rader_i_listan"])),
        *((f"Utanför: {e['text']}", str(e["antal"])) for e in p["undantag"]),
        ("Kunder i ramen", str(p["ram"]["antal"])),
        ("Granskas", f"{p['antal']}{', alla' if p['antal'] == p['ram']['antal'] else ''}"),
        ("Ramens SHA-256", p["ram"]["sha256"]),
        ("Frö", p["fro"]["sha256"]),
        ("Fröet är gjort av", f"{p['fro']['av']['besok_id']}, {p['fro']['av']['dnr']} och planen"),
        ("Januariplanens SHA-256", f"{p['januariplan']['sha256']} ({p['januariplan']['datum']})"),
        ("Besöket", planned),
        ("Metod", p["metod"]),
    ]
    yield table("Hur urvalet gjordes", ("Uppgift", "Vad protokollet säger"), rows)
    yield points([p["metodens_ord"]])
