"""Exempelkommun with a ledger of facts of every kind, made without kernels."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.derive import cited, largest, statistic, wording
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, gas, mean, ratio, sd, share, total
from pipeline.facts.table import FactTable
from pipeline.publish.ledger import FACT_SCHEMA
from pipeline.workspace import Workspace
from tests import municipality

YEAR = 2025


def example(folder: Path) -> Workspace:
    """The workspace, with the tables of all years and the ledger of the last."""
    workspace = municipality.copy(municipality.example(), folder)
    found = {f.id: f.record() for made in facts(workspace) for f in made.family()}
    place = workspace.reports / str(YEAR) / "intern"
    place.mkdir(parents=True)
    rows = pa.Table.from_pylist(list(found.values()), schema=FACT_SCHEMA)
    pq.write_table(rows, place / "faktaregister.parquet")
    return workspace


def facts(workspace: Workspace) -> list[Fact]:
    """Facts of every kind: counted, distinct, averaged, cited, derived, worded, of two years, of
    looked-up and derived columns, of options, of what the pipeline says about its rows."""

    def data(name: str, year: int = YEAR) -> Dataset:
        return open_dataset(workspace, name, year, YEAR)

    start, end, before = data("bakgrund"), data("avslut"), data("avslut", YEAR - 1)
    survey, rows, cells = data("brukarenkat"), data("rader"), data("celler")
    pleased = share(end, "nojd_kontakt >= 4", name="nojda")
    pleased_before = share(before, "nojd_kontakt >= 4", name="nojda")
    difference = pleased - pleased_before
    kinds = share(start, over="insats", name="slag")
    top = largest(kinds)
    goals, asi = data("mal"), data("matning").where("skattare = 'intervjuare'")
    change = mean(asi, "andring", by="omrade", name="andring")
    spread = sd(asi, "andring", by="omrade", name="spridning")
    units = share(end, "nojd_kontakt >= 4", by="enhet", name="nojda_enhet")
    tests = [
        statistic("difference_test", units[u], units["familj"])[0] for u in ("ungdom", "beroende")
    ]
    whole = {
        k: total(data("jamforelser"), "varde", f"kon = '{k}'", name=f"summa_{k.lower()}")
        for k in "KM"
    }
    made: list[Fact | FactTable | tuple[Fact, ...]] = [
        difference,
        wording(difference, "upp", "ner", "lika"),
        statistic("wilson", pleased),
        *(statistic("paired", change[k], spread[k]) for k in ("alkohol", "narkotika")),
        statistic("difference", units["familj"], units["ungdom"]),
        statistic("cohens_h", units["familj"], units["ungdom"]),
        statistic("holm", *tests),
        *(statistic("funnel", units[u], pleased) for u in ("familj", "ungdom")),
        ratio(whole["K"], whole["M"], name="kvot", title="Kvot"),
        gas(goals, "niva_slut", weight="vikt", key="insats_id", by="enhet", name="gas"),
        statistic(
            "gas_change",
            gas(goals, "nivaandring", weight="vikt", key="insats_id", name="gas_andring"),
            gas(goals, "nivaandring", weight="vikt", key="insats_id", spread=True, name="gas_sd"),
        ),
        share(asi, over="tyngd", name="tyngd"),
        count(asi, by="varde_uppfoljning__bortfall", name="bortfall_uppfoljning"),
        count(asi, by="enhet", distinct="arende_id", name="matta"),
        top or (),
        count(start, by=["enhet", "start_tertial"], name="paborjade"),
        share(start, over="problem", name="problem"),
        share(start, over="aldersgrupp", by="enhet", name="alder"),
        share(end, over="nojd_kontakt", by="enhet", name="per_enhet"),
        count(end, by="aldersgrupp", name="avslut_alder"),
        count(before, by="kon", name="avslut_kon"),
        share(end, "avslutsorsak = 'uteblev'", distinct="insats_id", name="uteblev"),
        count(end.where("slutdatum >= DATE '2025-07-01'"), by="slut_tertial", name="host"),
        count(end, by="nojd_kontakt__bortfall", name="vet_ej"),
        mean(end, "dagar_till_svar", by="insats", name="dagar"),
        mean(survey, "veckor_vantan", name="vantan"),
        mean(survey, "rekommendera", quantile="0.5", name="rekommendera"),
        share(survey, over="hjalp", name="hjalp"),
        count(rows, by=["fil", "status"], name="rader"),
        count(cells, by=["fil", "atgard"], name="celler"),
        share(rows, "status = 'behandlad'", name="behandlade"),
    ]
    comparators = data("jamforelser")
    assert comparators.table is not None
    for row in comparators.table.slice(0, 40).to_pylist():
        key = {k: row[k] for k in ("kpi", "kommun", "kon")}
        name = "_".join(key.values()).lower()
        made.append(
            cited(comparators, "varde", "ar", row["ar"], YEAR, "kolada", name, name, "", **key)
        )
    return [f for m in made for f in ([m] if isinstance(m, Fact) else m)]
