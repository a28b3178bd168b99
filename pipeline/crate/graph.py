"""A record as a Process Run RO-Crate (RO-Crate 1.1, https://w3id.org/ro/wfrun/process/0.5).

No clock: times are the edition's day. Ids are names of files, so that the same record gives the
same bytes. Every file of the edition is the result of one action: of the notebook that was run, or
of the making of the edition out of what the notebooks gave.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.crate.record import (
    FILE,
    GIVEN,
    KOMMUN,
    MADE,
    OUTSIDE,
    PROGRAM,
    RUN,
    SEKTOR,
    Record,
    outside,
)

PROFILE, PROFILE_VERSION = "https://w3id.org/ro/wfrun/process/0.5", "0.5"
TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
# How each kind of file is told to an archive: media type, and its format in PRONOM where it has
# one.
PRONOM = "https://www.nationalarchives.gov.uk/PRONOM/"
FORMATS: Mapping[str, tuple[str, str, str]] = {
    ".html": ("text/html", "fmt/471", "HTML5"),
    ".pdf": ("application/pdf", "fmt/479", "PDF/A-3a"),
    ".json": ("application/json", "fmt/817", "JSON"),
    ".ipynb": ("application/x-ipynb+json", "", ""),
    ".csv": ("text/csv", "x-fmt/18", "CSV"),
    ".txt": ("text/plain", "x-fmt/111", "Text"),
    ".toml": ("application/toml", "", ""),
    ".js": ("text/javascript", "x-fmt/423", "JavaScript"),
    ".eml": ("message/rfc822", "fmt/278", "E-post (RFC 822)"),
    ".parquet": ("application/vnd.apache.parquet", "", ""),
    ".xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "fmt/214", "Office Open XML, kalkylblad",
    ),
    ".docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "fmt/412", "Office Open XML, text",
    ),
}  # fmt: skip
# What may be done with it: the act that decides, its name, and what it means here.
TERMS_PUBLIC = (
    "https://www.riksdagen.se/sv/dokument-och-lagar/dokument/svensk-forfattningssamling/"
    "lag-2022818-om-den-offentliga-sektorns_sfs-2022-818/",
    "Lagen (2022:818) om den offentliga sektorns tillgängliggörande av data",
    "Får vidareutnyttjas så som lagen säger.",
)
TERMS_INTERNAL = (
    "https://www.riksdagen.se/sv/dokument-och-lagar/dokument/svensk-forfattningssamling/"
    "offentlighets--och-sekretesslag-2009400_sfs-2009-400/",
    "Offentlighets- och sekretesslagen (2009:400)",
    "Kan innehålla uppgifter som omfattas av sekretess till skydd för enskild inom socialtjänsten. "
    "Sekretessen prövas innan något lämnas ut.",
)
NO_INPUTS = "Underlaget ingår inte i den publika utgåvan."


def write(folder: Path, record: Record) -> None:
    """Write the crate of the edition in `folder`."""
    text = json.dumps(crate(record), ensure_ascii=False, indent=1)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def crate(record: Record) -> dict[str, Any]:
    """The crate as JSON-LD. A record of a public edition has no inputs."""
    from rocrate.model import ContextEntity, Metadata
    from rocrate.rocrate import ROCrate

    made = ROCrate(version="1.1")
    assert isinstance(made.metadata, Metadata)
    made.metadata.extra_terms.update(TERMS)

    def entity(key: str, kind: str, **properties: Any) -> dict[str, str]:
        told = {
            k: v[0] if isinstance(v, list) and len(v) == 1 else v for k, v in properties.items()
        }
        made.add(ContextEntity(made, key, properties={"@type": kind, **told}))
        return {"@id": key}

    root = made.root_dataset
    day, internal = record["per_datum"], bool(record["inputs"])
    terms, law, about = TERMS_INTERNAL if internal else TERMS_PUBLIC
    root["name"] = record["title"]
    root["description"] = (
        f"{record['title']} från {record['kommun']}. {record['edition']}. Filerna, vad de är "
        "framställda av och hur, med kontrollsummor."
    )
    root["datePublished"] = day
    root["temporalCoverage"] = str(record["year"])
    root["inLanguage"] = "sv"
    root["version"] = record["edition"]
    root["conformsTo"] = entity(
        PROFILE, "CreativeWork", name="Process Run Crate", version=PROFILE_VERSION
    )
    root["license"] = entity(terms, "CreativeWork", name=law, description=about)
    kommun = entity(KOMMUN, "Organization", name=record["kommun"])
    root["author"] = root["publisher"] = kommun
    if record["sektor"]:
        root["about"] = entity(SEKTOR, "Thing", name=record["sektor"])
    program = entity(
        PROGRAM, "SoftwareApplication", name="Uppföljning", softwareVersion=record["program"],
        **({"sha256": record["code"]} if record["code"] else {}),
    )  # fmt: skip
    for e in record["outputs"]:
        made.add_file(dest_path=e["name"], properties=_file(e))
    for puid, name in sorted(_formats(record["outputs"])):
        entity(puid, "WebSite", name=name)
    went_in = []
    for section, (key, name) in OUTSIDE.items():
        if not record.get(section):
            continue
        kind = "SoftwareSourceCode" if section == "notebooks" else "CreativeWork"
        version = {"version": record["program"]} if section == "notebooks" else {}
        parts = [
            entity(outside(section, e["name"]), kind, name=e["name"], **version, **_sum(e))
            for e in record[section]
        ]
        whole = entity(key, "CreativeWork", name=name, hasPart=parts)
        if section != "public":
            went_in.append(whole)
    if not internal:
        went_in = [entity("#underlag", "CreativeWork", name="Underlag", description=NO_INPUTS)]
    made_by = {"agent": kommun, "endTime": day}
    actions = _runs(record, went_in, made_by, entity)
    done = {r["@id"] for _, results in actions for r in results}
    files = [{"@id": quote(e["name"])} for e in record["outputs"]]
    executed = [{"@id": quote(run["name"])} for run in record["runs"]]
    last = entity(
        MADE, "CreateAction", name=f"Framställning av {record['title']}",
        description="Körda kapitel blir webbsidor, PDF, register och tabeller.",
        instrument=program, **made_by, object=[*went_in, *executed],
        result=[f for f in files if f["@id"] not in done],
    )  # fmt: skip
    root["mentions"] = [*(action for action, _ in actions), last] if actions else last
    generated: dict[str, Any] = made.metadata.generate()
    return generated


def _runs(
    record: Record, went_in: list[Any], made_by: Mapping[str, Any], entity: Any
) -> list[tuple[dict[str, str], list[dict[str, str]]]]:
    """An action for each executed notebook, with the files that came of it."""
    names = {e["name"] for e in record["outputs"]}
    made = []
    for run in record["runs"]:
        key = quote(run["name"])
        given = [
            entity(f"{GIVEN}{key}/{name}", "PropertyValue", name=name, value=value)
            for name, value in run["parameters"].items()
        ]
        page = str(Path(run["name"]).with_suffix(".html").as_posix())
        results = [{"@id": key}, *([{"@id": quote(page)}] if page in names else [])]
        source = {"@id": outside("notebooks", run["source"]) if run["source"] else PROGRAM}
        action = entity(
            f"{RUN}{key}", "CreateAction", name=f"Körning av {Path(run['name']).stem}",
            description="Ett kapitel kört från första cellen till sista, med dessa parametrar.",
            instrument=source, **made_by, object=[*given, *went_in], result=results,
        )  # fmt: skip
        made.append((action, results))
    return made


def _file(entry: Mapping[str, Any]) -> dict[str, Any]:
    suffix = Path(entry["name"]).suffix.lower()
    media, puid, _ = FORMATS.get(suffix, ("application/octet-stream", "", ""))
    told = [media, {"@id": f"{PRONOM}{puid}"}] if puid else media
    return {"name": entry["name"], "encodingFormat": told, **_sum(entry)}


def _sum(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"contentSize": str(entry["bytes"]), "sha256": entry["sha256"]}


def _formats(files: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    found = (FORMATS.get(Path(e["name"]).suffix.lower(), ("", "", "")) for e in files)
    return {(f"{PRONOM}{puid}", name) for _, puid, name in found if puid}
