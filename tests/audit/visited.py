"""A small municipality that visits three units: one in own hands, one external, and one that nobody
has visited for long. Its files are written by hand, in the words of the forms."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pipeline.workspace import Workspace
from tests import municipality as m

YEAR = 2025
VISIT = dt.date(2025, 3, 19)  # a Wednesday
KOMMUN = """namn = "Sjövik"
kod = "1499"
per_datum = 2025-03-12
[[enheter]]
kod = "hemtjanst"
namn = "Hemtjänsten Åsen"
[[verksamheter]]
kod = "boende"
namn = "Särskilt boende Örnen"
[[verksamheter]]
kod = "daglig"
namn = "Daglig verksamhet Näset"
"""
PLAN = [
    "Besökets nummer", "Diarienummer", "Verksamhet som följs upp", "Utförare", "Regi",
    "Områden som följs upp", "Ansvarig för uppföljningen", "Förra besöket", "Besöksdatum",
    "Information skickad", "Besked om urval lämnat", "Yrkeskategorier som deltar", "Besökets läge",
    "Slutlig rapport beslutad",
]  # fmt: skip
KUNDER = ["Besökets nummer", "Kundens nummer", "Lagrum", "Insats från", "Insats till",
          "Skyddade personuppgifter"]  # fmt: skip
ATTEST = ["Besökets nummer", "Uttaget ur verksamhetssystemet", "Uttagsdatum", "Undantagna kunder",
          "Varför undantagna", "Intygad av (roll)", "Intygad den"]  # fmt: skip
DOCUMENTS = ["Besökets nummer", "Dokument", "Begärt den", "Mottaget den", "Granskat"]
FINDINGS = ["Besökets nummer", "Område", "Iakttagelsens nr", "Iakttagelse", "Färg",
            "Handlingsplan begärd den", "Handlingsplan senast"]  # fmt: skip
Rows = list[list[Any]]


def day(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def planned(
    besok: str = "V2025-01", dnr: str = "OH 2025/31", unit: str = "Hemtjänsten Åsen",
    provider: str = "Sjöviks kommun", regi: str = "Egen regi", on: str = "2025-03-19",
    told: str = "", drawn: str = "", status: str = "Planerat", before: str = "2023-10-04",
    areas: str = "Social dokumentation;Rutiner", decided: str = "",
) -> list[Any]:  # fmt: skip
    return [besok, dnr, unit, provider, regi, areas, "SAS och MAS", day(before), day(on), day(told),
            day(drawn), "Verksamhetsansvarig;Undersköterska", status, day(decided)]  # fmt: skip


def kunder(n: int, besok: str = "V2025-01") -> Rows:
    """So many kunder with ongoing insatser."""
    return [[besok, f"K-{4000 + i}", "SoL", day("2022-05-02"), None, "Nej"] for i in range(n)]


def attest(besok: str = "V2025-01", by: str = "Systemförvaltare") -> list[Any]:
    return [besok, "Alla med beslut om hemtjänst", day("2025-03-10"), 1, "Skyddade personuppgifter",
            by, day("2025-03-10")]  # fmt: skip


def establish(folder: Path, plan: Rows | None = None, frame: Rows | None = None) -> Workspace:
    """The workspace with a plan, a list and its attest; the tables are not made."""
    made = m.establish(folder, KOMMUN, year=YEAR)
    made.reports.mkdir()
    write(made, "plan.xlsx", PLAN, plan if plan is not None else [planned()])
    if frame is not None:
        write(made, "kunder.xlsx", KUNDER, frame)
        write(made, "ram.xlsx", ATTEST, [attest()])
    return made


def write(workspace: Workspace, name: str, header: list[str], rows: Rows, year: int = YEAR) -> None:
    m.write_workbook(workspace.raw / str(year) / name, {"Blad1": [header, *rows]})
