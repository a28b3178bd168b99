"""The balance: every row that was read is processed, a duplicate or in quarantine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa

from pipeline.errors import GateError
from pipeline.validation.addresses import Sources
from pipeline.validation.records import DUPLICATE, PROCESSED, QUARANTINED, Figures


def balance(
    rows: pa.Table,
    sources: Sources,
    blanked: Mapping[str, int],
    masked: Mapping[str, int] | None = None,
) -> dict[str, Figures]:
    """The balance of each file, sheets added up.

    `rows`: rader.parquet. `blanked`, `masked`: source → cells. Rows read are intake's own
    count where it gives one (`rows` in kallor.json). Raises GateError naming files and figures
    that do not add up.
    """
    counted = rows.group_by(["_kalla", "status"]).aggregate([([], "count_all")]).to_pylist()
    states = Counter({(r["_kalla"], r["status"]): r["count_all"] for r in counted})
    found: dict[str, Figures] = {}
    for kalla, source in sorted(sources.items()):
        if not source.get("table"):
            continue
        kept, twice, out = (states.pop((kalla, s), 0) for s in (PROCESSED, DUPLICATE, QUARANTINED))
        read = int(source.get("rows", kept + twice + out))
        hidden = (masked or {}).get(kalla, 0)
        own = Figures(read, kept, twice, out, blanked.get(kalla, 0), hidden)
        found[source["file"]] = found.get(source["file"], Figures()) + own
    wrong = [
        f"{name}: {f.rows} rader lästes, men {f.processed} räknas, {f.duplicates} är dubbletter "
        f"och {f.quarantined} ligger i karantän."
        for name, f in found.items()
        if not f.balanced
    ]
    wrong += [
        f"{kalla}: {n} rader kommer från en källa som inläsningen inte känner."
        for (kalla, _), n in sorted(states.items())
    ]
    if wrong:
        raise GateError(
            "Avstämningen går inte ihop, och årets tabeller ersätts inte:\n"
            + "\n".join(wrong)
            + "\nGör så här: kör make validate igen. Kvarstår felet är det programmets: lämna "
            "raderna ovan till den som sköter det."
        )
    return found
