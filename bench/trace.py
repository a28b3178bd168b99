"""How fast a number is traced: 1,000,000 raw rows, 5,000 facts.

    python -m bench.trace [--rows 1000000] [--facts 5000] [--json figures.json]

Synthetic: tables, kallor.json, rader and celler are written as validation leaves them, without
Great Expectations; the raw files are real CSV files, read by intake's own reader. The facts are
computed by pipeline.facts and written by the ledger's schema.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from pipeline.facts.dataset import Dataset, codebooks, open_dataset
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean, share
from pipeline.facts.table import FactTable
from pipeline.intake.store import write_json, write_parquet
from pipeline.privacy.key import EXAMPLE
from pipeline.publish.ledger import FACT_SCHEMA, OCCURRENCE_SCHEMA
from pipeline.trace.edition import open_edition
from pipeline.trace.lineage import dependents, trace_fact
from pipeline.workspace import Workspace

YEAR = 2025
UNITS, METHODS = 25, 20
TRIES = 300
Times = tuple[float, float]
HEADERS = {
    "bakgrund": ["insats_id", "enhet", "insats", "malgrupp", "startdatum", "alder_vid_start",
                 "kon"],
    "avslut": ["insats_id", "slutdatum", "respondent", "svarsdatum", "nojd_kontakt",
               "nojd_resultat", "situation_efter"],
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--facts", type=int, default=5_000)
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), given.rows, given.facts)
    for name, value in figures.items():
        print(
            f"{name:<66}{value:>14,.1f}" if isinstance(value, float) else f"{name:<66}{value:>14,}"
        )
    text = json.dumps(figures, indent=1)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def measure(folder: Path, rows: int, facts: int) -> dict[str, Any]:
    """Make the year, then take the times."""
    w = Workspace(folder / "raw", folder / "processed", folder / "reports")
    make_year(w, rows)
    made = make_ledger(w, facts)
    ledger = w.reports / str(YEAR) / "intern"
    size = sum(p.stat().st_size for p in ledger.glob("*.parquet"))
    picked = random.Random(1)
    ids = [f.id for f in picked.sample(made, min(TRIES, len(made)))]
    cold, _ = _timed(lambda: trace_fact(w, YEAR, ids[0]))
    first = [_timed(lambda k=k: trace_fact(w, YEAR, k)) for k in ids]
    listed = [(t, len(a["cells"])) for t, a in first]
    again = [_timed(lambda k=k: trace_fact(w, YEAR, k))[0] for k in ids]
    cells = [picked.choice(list(_addresses(rows))) for _ in range(TRIES)]
    cold_back, _ = _timed(lambda: dependents(w, YEAR, cells[0]))
    back = [_timed(lambda a=a: dependents(w, YEAR, a)) for a in cells]
    lineage = open_edition(w, YEAR).lineage
    influence = [_timed(lambda k=k: lineage.influence(k))[0] for k in ids[:50]]
    return {
        "raw rows": rows,
        "facts": len(made),
        "ledger, both files (MB)": size / 1e6,
        "first trace of a process, files read (s)": cold[0] / 1e3,
        **_spread("a fact traced, files read, fact new (ms)", [t for t, _ in listed]),
        **_spread("… of at most 1,000 cells (ms)", [t for t, n in listed if n <= 1000]),
        "cells listed by a trace, median": statistics.median(n for _, n in listed),
        "cells listed by a trace, most": max(n for _, n in listed),
        **_spread("a fact traced again (ms)", again),
        "first reverse look-up (s)": cold_back[0] / 1e3,
        **_spread("reverse look-up (ms)", [t for t, _ in back]),
        "facts that a cell counts in, most": max(len(a["counts_in"]) for _, a in back),
        "facts that a cell could change, most": max(len(a["could_change"]) for _, a in back),
        **_spread("influence of a fact as a set of cells (ms)", influence),
        "memory at most (MB)": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def _timed(call: Callable[[], Any]) -> tuple[Times, Any]:
    start, used = time.perf_counter(), time.process_time()
    answer = call()
    return ((time.perf_counter() - start) * 1e3, (time.process_time() - used) * 1e3), answer


def _spread(name: str, times: list[Times]) -> dict[str, float]:
    """The clock's milliseconds, and the processor's: the two differ where others run too."""
    made = {}
    for what, at in (("", 0), (", processor", 1)):
        ordered = sorted(t[at] for t in times)
        made |= {
            f"{name}{what}, median": statistics.median(ordered),
            f"{name}{what}, 95 %": ordered[int(0.95 * (len(ordered) - 1))],
            f"{name}{what}, max": ordered[-1],
        }
    return made


def _addresses(rows: int) -> Iterator[str]:
    for row in random.Random(2).sample(range(2, rows // 2), 50):
        yield from (f"avslut.csv!{c}{row}" for c in "AEF")
        yield from (f"bakgrund.csv!{c}{row}" for c in "ABF")


def make_year(w: Workspace, rows: int) -> None:
    """Half of the rows background forms, half closing forms that refer to them."""
    n = rows // 2
    out = w.processed / str(YEAR)
    out.mkdir(parents=True)
    (w.raw / str(YEAR)).mkdir(parents=True)
    code, name = EXAMPLE  # whose key is committed
    (w.raw / "kommun.toml").write_text(f'kod = "{code}"\nnamn = "{name}"\n', encoding="utf-8")
    codebooks.cache_clear()
    tables = _tables(n)
    sources: dict[str, Any] = {}
    for name, table in tables.items():
        path = w.raw / str(YEAR) / f"{name}.csv"
        csv.write_csv(table.select(HEADERS[name]), path, csv.WriteOptions(delimiter=";"))
        columns = {h: [chr(65 + i)] for i, h in enumerate(HEADERS[name])}
        sources[path.name] = {
            "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "sheet": "", "table": name, "kind": "csv", "header_row": 1, "columns": columns,
            "note": "", "unread": [], "rules": {}, "rows": n,
        }  # fmt: skip
        write_parquet(table, out / f"{name}.parquet")
    write_json(sources, out / "kallor.json")
    places = [t.select(["_kalla", "_rad"]) for t in tables.values()]
    every = pa.concat_tables(places)
    names = pa.array(np.repeat([f"{t}.csv" for t in tables], n))
    every = every.append_column("fil", names)
    every = every.append_column("tabell", pa.array(np.repeat(list(tables), n)))
    every = every.append_column("status", pa.array(["behandlad"] * len(every)))
    write_parquet(every.append_column("orsak", pa.nulls(len(every), pa.string())),
                  out / "rader.parquet")  # fmt: skip
    marked = every.slice(0, 20_000).drop_columns(["status"])
    fixed = {"falt": "nojd_kontakt", "adress": "", "atgard": "tomd", "kontroll": "x", "orsak": "–"}
    for name, value in fixed.items():
        marked = marked.append_column(name, pa.array([value] * len(marked)))
    write_parquet(marked, out / "celler.parquet")


def _tables(n: int) -> dict[str, pa.Table]:
    rng = np.random.default_rng(1)

    def pick(values: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(
            pa.array(rng.integers(0, len(values), n)), pa.array(values)
        ).dictionary_decode()

    def dates() -> pa.Array:
        return pa.array(rng.integers(20089, 20453, n).astype("int32"), pa.int32()).cast(pa.date32())

    ages = rng.integers(0, 90, n)
    breaks = np.array([0, 13, 18, 21, 25, 35, 50, 65])
    bands = np.array(["0–12", "13–17", "18–20", "21–24", "25–34", "35–49", "50–64", "65+"])
    ids = pa.array([f"I{i}" for i in range(n)])
    rad = pa.array(np.arange(2, n + 2))
    background = pa.table({
        "insats_id": ids, "enhet": pick([f"E{i:02}" for i in range(UNITS)]),
        "insats": pick([f"M{i:02}" for i in range(METHODS)]),
        "malgrupp": pick(["barn", "vuxen", "familj"]), "startdatum": dates(),
        "alder_vid_start": pa.array(ages), "kon": pick(["kvinna", "man", "annat"]),
        "_kalla": pa.repeat(pa.scalar("bakgrund.csv"), n), "_rad": rad,
        "aldersgrupp": pa.array(bands[np.searchsorted(breaks, ages, side="right") - 1]),
    })  # fmt: skip
    at = pa.array(rng.integers(0, n, n))
    found = background.take(at)

    def scale() -> pa.Array:
        return pa.array(rng.integers(1, 6, n), mask=rng.random(n) < 0.3)

    closing = pa.table({
        "insats_id": found["insats_id"], "slutdatum": dates(),
        "respondent": pick(["klient", "ungdom", "omsorgsperson"]), "svarsdatum": dates(),
        "nojd_kontakt": scale(), "nojd_resultat": scale(),
        "situation_efter": pick(["samre", "oforandrad", "battre"]),
        "_kalla": pa.repeat(pa.scalar("avslut.csv"), n), "_rad": rad,
        **{c: found[c] for c in ("enhet", "insats", "kon", "aldersgrupp", "malgrupp")},
        "_bakgrund_ar": pa.repeat(pa.scalar(YEAR), n), "_bakgrund_kalla": found["_kalla"],
        "_bakgrund_rad": found["_rad"],
    })  # fmt: skip
    return {"bakgrund": background, "avslut": closing}


def make_ledger(w: Workspace, facts: int) -> list[Fact]:
    """Shares, counts and means over pairs of dimensions; a tenth are differences."""
    made: dict[str, Fact] = {}
    data = {n: open_dataset(w, n, YEAR, YEAR) for n in ("avslut", "bakgrund", "rader", "celler")}
    for table in _measures(data):
        cells = list(table)
        made |= {f.id: f for f in cells}
        made |= {d.id: d for d in (a - b for a, b in pairwise(cells[:21]))}
        if len(made) >= facts:
            break
    chosen = [f for f in made.values()][:facts]
    folder = w.reports / str(YEAR) / "intern"
    folder.mkdir(parents=True)
    rows = [
        {"fact": f.id, "period": f.period, "scope": "{}", "part": part, "text": "12 %",
         "notebook": f"{i % 20}_kapitel", "cell_id": f"cell{i % 40}", "source_sha256": "0" * 64,
         "anchor": f"b-kapitel-cell{i % 40}-{i}"}
        for i, f in enumerate(chosen) for part in ("value", "n")
    ]  # fmt: skip
    for name, schema, records in (
        ("faktaregister", FACT_SCHEMA, [f.record() for f in chosen]),
        ("forekomster", OCCURRENCE_SCHEMA, rows),
    ):
        table = pa.Table.from_pylist(records, schema)
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", store_schema=False)
    return chosen


def _measures(data: dict[str, Dataset]) -> Iterator[FactTable]:
    slut, start = data["avslut"], data["bakgrund"]
    yield count(data["rader"], by=["fil", "status"], name="rader")
    yield count(data["celler"], by="fil", name="celler")
    pairs = [["enhet", "aldersgrupp"], ["insats", "aldersgrupp"], ["enhet", "insats"],
             ["enhet", "respondent"], ["insats", "malgrupp"], ["enhet", "kon"]]  # fmt: skip
    for i, by in enumerate(pairs):
        for column in ("nojd_kontakt", "nojd_resultat"):
            yield share(slut, f"{column} >= 4", by=by, name=f"andel_{column}_{i}")
            yield mean(slut, column, by=by[0], name=f"medel_{column}_{i}")
        yield count(slut, by=by, name=f"antal_{i}")
    for by in (["enhet", "aldersgrupp"], ["insats", "kon"], ["enhet", "insats"]):
        yield count(start, by=by, name="start_" + "_".join(by))
    for value in range(1, 6):
        for by in pairs[:3]:
            yield share(slut, f"nojd_kontakt = {value}", by=by, name=f"svar_{value}_" + by[1])


if __name__ == "__main__":
    main()
