"""The crate of an edition: Process Run Crate 0.5, the same record read back, the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import nbformat
import pytest

from pipeline.crate.record import FILE, read
from pipeline.publish.document import Meta
from pipeline.publish.manifest import refresh_outputs, write_manifest, write_public_manifest
from pipeline.trace.verify.listed import listed
from tests.crates import opened, outputs, outside

META = Meta("Ånge", "Öppenvård", 2025, dt.date(2026, 3, 1), "0.1.0")
PROCESS = "https://w3id.org/ro/wfrun/process/0.5"


def notebook(path: Path, code: str, parameters: str = "") -> None:
    cells = [nbformat.v4.new_code_cell("year = 2020", id="parameters")]
    if parameters:
        given = nbformat.v4.new_code_cell(f"# Parameters\n{parameters}\n", id="injected-parameters")
        given.metadata["tags"] = ["injected-parameters"]
        cells.append(given)
    cells.append(nbformat.v4.new_code_cell(code, id="c01"))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def sources(tmp_path: Path) -> list[tuple[str, Path]]:
    made = []
    for name in ("enkat", "tertial"):
        path = tmp_path / "källor" / f"{name}.ipynb"
        notebook(path, f"say('{name}')")
        made.append((f"notebooks/{name}.ipynb", path))
    return made


@pytest.fixture
def edition(tmp_path: Path, sources: list[tuple[str, Path]]) -> Path:
    """An edition of two executed notebooks and files whose names hold blanks and å."""
    home = tmp_path / "en mapp å" / "intern"
    notebook(home / "notebooks/35_enkat_brukar.ipynb", "say('enkat')", "year = 2025\nn = None")
    (home / "notebooks/35_enkat_brukar.html").write_text("<p>", "utf-8")
    notebook(home / "tertial/T1/notebooks/ung å.ipynb", "say('tertial')", "enhet = 'ung å'")
    (home / "arsrapport.pdf").write_bytes(b"%PDF")
    raw = tmp_path / "Enkät våren.xlsx"
    raw.write_bytes(b"rader")
    public = home.parent / "publik"
    public.mkdir()
    (public / "index.html").write_text("<p>publik", "utf-8")
    inputs = [("2025/Enkät våren.xlsx", raw), ("2024/Enkät våren.xlsx", raw)]
    write_manifest(home, META, inputs, sources, [("expectations/a.json", raw)], "abc", public)
    return home


def test_what_went_in_and_what_came_out_is_read_back(edition: Path) -> None:
    digest = hashlib.sha256(b"rader").hexdigest()
    record = read(edition)
    assert [record[k] for k in ("kommun", "sektor", "title", "year", "per_datum", "code")] == [
        "Ånge", "Öppenvård", "Årsrapport 2025", 2025, "2026-03-01", "abc",
    ]  # fmt: skip
    assert record["inputs"] == [
        {"name": f"{y}/Enkät våren.xlsx", "sha256": digest, "bytes": 5} for y in (2024, 2025)
    ]
    assert record["runs"] == [
        {"name": "notebooks/35_enkat_brukar.ipynb", "source": "notebooks/enkat.ipynb",
         "parameters": {"year": 2025, "n": None}},
        {"name": "tertial/T1/notebooks/ung å.ipynb", "source": "notebooks/tertial.ipynb",
         "parameters": {"enhet": "ung å"}},
    ]  # fmt: skip
    assert [e["name"] for e in record["public"]] == ["index.html"]
    there = {
        p.relative_to(edition).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in edition.rglob("*")
        if p.is_file() and p.name != FILE
    }
    assert {e["name"]: e["sha256"] for e in record["outputs"]} == outputs(edition) == there


def test_verification_reads_the_same_by_its_own_means(edition: Path) -> None:
    record, read_otherwise = read(edition), listed(edition)
    for section in ("inputs", "rules", "notebooks", "outputs", "public"):
        assert read_otherwise[section] == {e["name"]: e["sha256"] for e in record[section]}
    text = (edition / FILE).read_text("utf-8").replace("#underlag/2025", "#annat/2025")
    (edition / FILE).write_text(text, "utf-8")
    with pytest.raises(ValueError, match="#annat"):
        listed(edition)


def test_it_is_a_process_run_crate_in_which_every_file_is_the_result_of_one_action(
    edition: Path,
) -> None:
    crate = opened(edition)
    assert crate.root_dataset["conformsTo"].id == PROCESS
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.1"
    assert crate.root_dataset["datePublished"] == "2026-03-01"
    actions = [e for e in crate.get_entities() if e.type == "CreateAction"]
    assert {a.id for a in actions} == {a.id for a in crate.root_dataset["mentions"]}
    made = []
    for action in actions:
        assert action["agent"]["name"] == "Ånge" and action["endTime"] == "2026-03-01"
        assert action["instrument"].type in ("SoftwareApplication", "SoftwareSourceCode")
        assert action["instrument"].get("version", action["instrument"].get("softwareVersion"))
        assert action["name"] and action["description"]
        for role in ("object", "result"):
            its = action[role] if isinstance(action[role], list) else [action[role]]
            assert all(hasattr(e, "id") for e in its), "what is referred to is there"
            made += [e.id for e in its] if role == "result" else []
    assert sorted(made) == sorted(e.id for e in crate.data_entities)


def test_the_same_edition_gives_the_same_bytes_and_a_new_file_is_taken_down(
    edition: Path, sources: list[tuple[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.publish.manifest.REPO", sources[0][1].parents[1])
    for name, path in sources:  # as the repository has them
        (path.parents[1] / name).parent.mkdir(exist_ok=True)
        (path.parents[1] / name).write_bytes(path.read_bytes())
    before = (edition / FILE).read_bytes()
    refresh_outputs(edition)
    assert (edition / FILE).read_bytes() == before
    (edition / "ny.txt").write_text("ny", "utf-8")
    refresh_outputs(edition)
    assert "ny.txt" in outputs(edition)
    assert outside(edition, "underlag") and read(edition)["runs"][0]["parameters"]["year"] == 2025


def test_the_public_crate_says_nothing_of_what_the_edition_was_made_from(edition: Path) -> None:
    public = edition.parent / "publik"
    write_public_manifest(public, META)
    text = (public / FILE).read_text("utf-8")
    assert set(outputs(public)) == {"index.html"}
    barred = {"xlsx", "ipynb", "expectations", "abc", hashlib.sha256(b"rader").hexdigest()}
    assert [word for word in barred if word in text] == []
    crate = opened(public)
    [action] = [e for e in crate.get_entities() if e.type == "CreateAction"]
    assert action["result"].id == "index.html" and crate.root_dataset["mentions"].id == action.id
    assert read(public)["inputs"] == []


def test_no_clock_and_no_random_id(edition: Path) -> None:
    graph = json.loads((edition / FILE).read_text("utf-8"))["@graph"]
    days = [str(v) for e in graph for k, v in e.items() if k in ("datePublished", "endTime")]
    assert days and set(days) == {"2026-03-01"}
    ids = [e["@id"] for e in graph]
    assert len(ids) == len(set(ids)) and not any(" " in key or "å" in key for key in ids)
