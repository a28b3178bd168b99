"""The data package: its files are what their Table Schema says, read by json and csv alone."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.disclosure.attack.reading import Reading, read
from pipeline.publish import archive, public
from pipeline.publish.accessibility import statement
from pipeline.publish.document import Document, collect
from pipeline.publish.public_edition import publish_public
from pipeline.trace.verify.package import package_differences
from pipeline.workspace import Kommun

from . import sample as s

REGISTER = "faktaregister.csv"
HIDDEN = {"status": "dold", "value": None, "n": None, "numerator": None, "denominator": None}


def chapter() -> Document:
    """A table of a share, a hidden share and a word, and one of a mean with its n."""
    share, hidden = s.fact("nojda", 13, 21), s.fact("dolda", 1, 9) | HIDDEN
    word = s.fact("vagen", 1, 1) | {
        "kind": "word", "unit": "ord", "value": "uppåt", "n": None, "numerator": None,
        "denominator": None,
    }  # fmt: skip
    count = s.fact("antal", 1234, 1) | {
        "kind": "count", "unit": "antal", "value": 1234.0, "n": None, "numerator": None,
        "denominator": None,
    }  # fmt: skip

    def row(header: str, *cells: list[Any]) -> dict[str, Any]:
        return {"header": [header], "cells": list(cells), "total": False}

    columns = ("Unit", "Andel, %", "Väg", "Blandat")
    block = s.block(
        "table", caption=["Nöjda, per enhet"],
        columns=[{"header": [h], "align": "left"} for h in columns],
        rows=[
            row('Norr, "öst"', [s.shown(share, "62 %"), " (n = ", s.shown(share, "21", "n"), ")"],
                [s.shown(word, "uppåt")], [s.shown(count, "1\u00a0234")]),
            row("=Syd", [s.shown(hidden, "..")], ["–"], [s.shown(share, "62 %")]),
        ],
    )  # fmt: skip
    block["facts"] = {f["id"]: f for f in (share, hidden, word, count)}
    return collect(
        {"30_resultat": s.notebook(s.markdown("# Resultat", id="m"), s.display(block))}, s.META
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A public edition of the chapter."""
    told = public.public_document(chapter())
    publish_public(told, tmp_path, statement(tmp_path, Kommun(namn="Exempelkommun"), s.META))
    return tmp_path


def package(home: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((home / "arkiv" / "datapackage.json").read_text("utf-8"))
    return told


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_a_table_holds_what_is_shown_and_the_numbers_beside_it(home: Path) -> None:
    ids = {r["name"]: r["id"] for r in json.loads((home / "faktaregister.json").read_text("utf-8"))}
    assert rows(home / "arkiv" / "resultat-01.csv") == [
        ["rad", "unit", "andel", "andel_varde", "andel_faktum", "vag", "vag_varde", "vag_faktum",
         "blandat", "blandat_varde", "blandat_faktum", "blandat_enhet"],
        ["1", 'Norr, "öst"', "62 % (n = 21)", "0.62", ids["nojda"], "uppåt", "", ids["vagen"],
         "1\u00a0234", "1234", ids["antal"], "antal"],
        ["2", "=Syd", "..", "..", ids["dolda"], "–", "", "", "62 %", "0.62", ids["nojda"], "andel"],
    ]  # fmt: skip
    fields = {
        f["name"]: f for r in package(home)["resources"] if r["name"] == "resultat-01"
        for f in r["schema"]["fields"]
    }  # fmt: skip
    assert fields["andel"]["title"] == "Andel, %"
    assert fields["andel_varde"]["unit"] == "andel" and "unit" not in fields["blandat_varde"]


def test_every_file_is_what_its_schema_says(home: Path) -> None:
    folder = home / "arkiv"
    told = package(home)
    assert told["profile"] == "tabular-data-package"
    assert {r["path"] for r in told["resources"]} | {"datapackage.json"} == {
        p.name for p in folder.iterdir()
    }
    register = {row[0] for row in rows(folder / REGISTER)[1:]}
    for resource in told["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert not data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
        schema = resource["schema"]
        head, *lines = rows(folder / resource["path"])
        assert head == [f["name"] for f in schema["fields"]] and len(set(head)) == len(head)
        assert head and all(name.isascii() and name == name.lower() for name in head)
        assert lines and all(len(line) == len(head) for line in lines)
        place = head.index(schema["primaryKey"][0])
        assert len({line[place] for line in lines}) == len(lines)
        for i, field in enumerate(schema["fields"]):
            for line in lines:
                if line[i] not in schema["missingValues"]:
                    assert fits(line[i], field["type"]), (resource["path"], field, line[i])
        for key in schema.get("foreignKeys", ()):
            i = head.index(key["fields"][0])
            assert {line[i] for line in lines} - {""} <= register


def fits(text: str, kind: str) -> bool:
    if kind == "integer":
        return text.lstrip("-").isdigit()
    if kind == "number":
        return text == text.strip() and float(text) == float(text) and "," not in text
    return kind == "string" or (kind == "boolean" and text in ("true", "false"))


def test_headings_that_are_alike_or_empty_get_names_of_their_own() -> None:
    assert list(archive._unlike(["", "Antal", "antal!", "Rad", "Antal varde"])) == [
        "rubrik", "antal", "antal_2", "rad_2", "antal_varde_2",
    ]  # fmt: skip


def test_the_attack_reads_the_package_and_finds_nothing(home: Path) -> None:
    assert [f for f in read(home).findings if f.where.startswith("arkiv")] == []
    assert any(row.source.startswith("arkiv/") for row in read(home).rows)


ALTERED = [
    ("a hidden number in its column", "..,", "0.11,", "visat"),
    ("more digits than are shown", ",0.62,", ",0.619,", "attribut"),
    ("a number that belongs to another row", ",0.62,", ",0.62,0", "otolkat"),
    ("another text than the report's", "=Syd", "=Sydost", "otolkat"),
    ("a column that nobody has described", "rad,unit", "rad,extra,unit", "otolkat"),
]


@pytest.mark.parametrize("_, old, new, kind", ALTERED)
def test_the_attack_sees_what_the_package_must_not_say(
    home: Path, _: str, old: str, new: str, kind: str
) -> None:
    assert kind in kinds(altered(home, "resultat-01.csv", old, new))


def test_the_attack_reads_the_register_of_the_package_too(home: Path) -> None:
    path = home / "arkiv" / REGISTER
    text = path.read_text("utf-8")
    [hidden] = [r for r in rows(path) if r[1] == "dolda"]
    assert ",andel,..," in text
    path.write_bytes(text.replace(",andel,..,", ",andel,0.11,").encode())
    assert "visat" in kinds(read(home)), hidden[0]


def altered(home: Path, name: str, old: str, new: str) -> Reading:
    path = home / "arkiv" / name
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    return read(home)


def kinds(reading: Reading) -> set[str]:
    return {f.kind for f in reading.findings if f.where.startswith("arkiv")}


def test_verification_finds_what_is_not_as_the_chapters_say(home: Path) -> None:
    ledger = {r["id"]: r for r in json.loads((home / "faktaregister.json").read_text("utf-8"))}
    with (home / "tabeller" / "resultat-01.csv").open(encoding="utf-8-sig", newline="") as file:
        shown = [tuple(f.removeprefix("'") for f in r) for r in csv.reader(file, delimiter=";")]

    def found() -> list[tuple[str, str]]:
        told = package_differences(home, ledger, [tuple(shown)])
        return [(d.where, d.what) for d in told]

    assert found() == []
    kept = home / "sparad"
    shutil.copytree(home / "arkiv", kept)
    for name, old, new, what in (
        ("resultat-01.csv", ",0.62,", ",0.61,", "har ett annat tal än det publika registret"),
        ("resultat-01.csv", "62 % (n", "63 % (n", "är ingen av kapitlens tabeller"),
        (REGISTER, "0.62", "0.61", "value"),
    ):
        altered(home, name, old, new)
        assert (f"arkiv/{name}", what) in found()
        shutil.rmtree(home / "arkiv")
        shutil.copytree(kept, home / "arkiv")
    (home / "arkiv" / "resultat-01.csv").unlink()
    assert found() != []
