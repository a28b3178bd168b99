"""A small municipality's edition with its trace panel: two years, some answers hostile."""

from __future__ import annotations

from pathlib import Path

import nbformat
import openpyxl

from pipeline.facts.dataset import open_dataset
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, share
from pipeline.publish.document import Meta
from pipeline.publish.edition import publish
from pipeline.publish.panel.lineage import trace_all
from pipeline.report.swedish import show
from pipeline.workspace import Workspace, load_kommun
from tests.municipality import establish, settings, tables

from . import sample as s

YEAR = 2025
IMAGE = "<img src=x onerror=\"document.title='farligt'\">"
CLOSING = "</script><script>document.title='farligt'</script><!--"
BOOK = {
    "name": "svaren", "title": "Svaren", "kind": "register", "protects": "person",
    "primaryKey": ["nr"],
    "fields": [
        {"name": "nr", "title": "Nummer", "type": "string", "constraints": {"required": True}},
        {"name": "enhet", "title": "Enhet", "type": "string", "categories": "kommun:enheter"},
        {"name": "nojd", "title": "Hur nöjd är du?", "type": "integer",
         "constraints": {"minimum": 1, "maximum": 5}},
        {"name": "ort", "title": "Var bor du?", "type": "string"},
        {"name": "tankar", "title": "Egna ord", "type": "string", "freetext": True},
    ],
}  # fmt: skip
KOMMUN = settings("Provkommun", ["Norra", "Södra"], day="2026-03-16")
PLACES = {3: IMAGE, 4: CLOSING, 5: "=1+1", 6: "dold\u202etext", 7: "__proto__"}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 60">'
    '<rect class="serie-1" data-fakta="{id}" x="120" y="8" width="300" height="18"/>'
    '<text class="varde" data-fakta="{id}" x="430" y="22">{text}</text></svg>'
)


def municipality(folder: Path, rows: int = 260) -> Workspace:
    made = establish(folder, KOMMUN, BOOK)
    for year in (YEAR - 1, YEAR):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Svar"
        sheet.append(["Svaren", None, None, None, None])
        sheet.append([f["title"] for f in BOOK["fields"]])
        for row in range(3, rows + 3):
            liked = 9 if row == 8 else None if row == 9 else row % 5 + 1 if year == YEAR else 4
            unit = " södra" if row % 3 else "Norra"
            sheet.append([f"N{row}", unit, liked, PLACES.get(row, f"Ort {row % 7}"), "hemligt"])
        for row in (3, 4, 5):
            sheet.cell(row, 4).data_type = "s"
        (made.raw / str(year)).mkdir(exist_ok=True)
        book.save(made.raw / str(year) / "svaren.xlsx")
    tables(made, YEAR - 1, YEAR)
    return made


def facts(workspace: Workspace) -> dict[str, Fact]:
    now, before = (open_dataset(workspace, "svaren", y, YEAR) for y in (YEAR, YEAR - 1))
    liked = {"where": "nojd >= 4", "name": "nojda", "title": "Nöjda"}
    made = {"nojda": share(now, **liked), "forra": share(before, **liked)}
    made["andring"] = made["nojda"] - made["forra"]
    made["norra"] = share(now, "nojd >= 4", of="enhet = 'Norra'", name="norra", title="I Norra")
    made["orter"] = count(now, distinct="ort", where="ort IS NOT NULL", name="orter", title="Orter")
    made["rader"] = count(now, name="rader", title="Alla svar")
    made["ord"] = count(now, "tankar IS NOT NULL", name="ord", title="Med egna ord")
    return made


def edition(workspace: Workspace, out: Path) -> dict[str, Fact]:
    """Write the edition into `out`; returns the facts that its chapter shows."""
    found = facts(workspace)
    records = {name: fact.record() for name, fact in found.items()}

    def run(name: str, spec: str = "") -> dict[str, str]:
        part = show(found[name], spec)
        return {"fact": found[name].id, "part": part.part, "spec": part.spec, "text": part.text}

    bar = SVG.format(id=found["norra"].id, text=show(found["norra"]).text)
    text = s.say(
        "Av ", run("nojda", "n"), " svarande var ", run("nojda"), " nöjda, en ändring med ",
        run("andring", "+.1pp"), ". Svaren är ", run("rader"), ", ", run("ord"),
        " med egna ord, från ", run("orter"), " orter.", facts=list(records.values()),
    )  # fmt: skip
    cells = [
        s.markdown("# Resultat"),
        s.display(text, id="text", source="say(f'{nojda} </script> nöjda')"),
        s.display(s.table(records["norra"], records["nojda"]), id="tabell", source="table(x)"),
        s.display(s.figure(records["norra"], svg=bar), id="diagram", source="chart('bars', x)"),
    ]
    path = workspace.processed / "10_resultat.ipynb"
    nbformat.write(s.notebook(*cells), path)
    meta = Meta("Provkommun", "", YEAR, load_kommun(workspace.raw).per_datum, "0.1.0")
    publish(
        {"10_resultat": path}, meta, out, trace=lambda records: trace_all(workspace, YEAR, records)
    )
    return found
