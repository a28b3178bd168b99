"""What in the list of kunder would make a draw wrong: rows that could not be read, rows of no
visit, cells that decide who is in the frame. A draw is made once, so the list is mended first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow.parquet as pq

from pipeline.errors import UppfoljningError
from pipeline.facts.visits import PLAN, rows
from pipeline.workspace import Workspace

LIST = "kunder"
DECIDING = ("kund_id", "insats_till", "skyddad")  # one without a readable start is in the frame
SHOWN = 10
IDENTICAL = "Alla uppgifter"  # how intake begins about a row that says what another says


def refuse_faults(
    workspace: Workspace, year: int, besok_id: str, listed: list[dict[str, Any]]
) -> None:
    """Raise UppfoljningError, by file, sheet and cell, where the list of a visit (its rows in
    PROCESSED) is missing or could not be read whole."""
    if not listed:
        raise UppfoljningError(
            f"Det finns ingen lista över kunder för {besok_id} i filerna för {year}.\n"
            "Gör så här: lägg systemförvaltarens lista (blanketten Kunder i urvalsramen) i årets\n"
            "mapp, med besökets nummer på varje rad, och kör kommandot igen."
        )
    found = list(_faults(workspace, year, listed))
    if not found:
        return
    more = [f"  … och {len(found) - SHOWN} till"] if len(found) > SHOWN else []
    lines = [textwrap.fill(f, 80, initial_indent="  ", subsequent_indent="    ") for f in found]
    raise UppfoljningError(
        "\n".join(
            [
                f"Urvalet för {besok_id} dras inte: listan över kunder gick inte att läsa hel.",
                *lines[:SHOWN],
                *more,
                "Ett urval dras en gång. Gör så här: rätta listan och kör kommandot igen.",
            ]
        )
    )


def _faults(workspace: Workspace, year: int, listed: list[dict[str, Any]]) -> Iterator[str]:
    sources = {row["_kalla"] for row in listed}
    own = {(row["_kalla"], row["_rad"]) for row in listed}
    folder = workspace.processed / str(year)
    for row in _rows_of(folder / "rader.parquet"):
        if row["_kalla"] in sources:
            place = f"{row['_kalla']}, rad {row['_rad']}"
            if row["status"] == "karantan":
                yield f"{place}: {row['orsak'] or 'raden kan inte läsas'}"
            elif row["status"] == "dubblett" and not row["orsak"].startswith(IDENTICAL):
                yield f"{place}: kunden står på flera rader med olika uppgifter. {row['orsak']}"
    for cell in _rows_of(folder / "celler.parquet"):
        read = (cell["_kalla"], cell["_rad"]) in own
        if read and cell["falt"] in DECIDING and cell["atgard"] in ("tomd", "maskerad"):
            yield f"{cell['adress']}: {cell['orsak']}"
    for row in listed:
        begun, ended = row["insats_fran"], row["insats_till"]
        if begun and ended and ended < begun:
            yield f"{row['_kalla']}, rad {row['_rad']}: insatsen slutar innan den börjar"
    known = {row["besok_id"] for row in rows(workspace, year, PLAN)}
    for row in rows(workspace, year, LIST):
        if row["_kalla"] in sources and row["besok_id"] not in known:
            yield f"{row['_kalla']}, rad {row['_rad']}: besöket står inte i uppföljningsplanen"


def _rows_of(path: Any) -> Iterable[dict[str, Any]]:
    """What a record says of the list's rows; it has those of all other forms too."""
    if not path.is_file():
        return []
    told: list[dict[str, Any]] = pq.read_table(path, filters=[("tabell", "=", LIST)]).to_pylist()
    return told
