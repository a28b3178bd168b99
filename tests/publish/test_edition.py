"""The folder of an edition, its rendered notebooks and its crate."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from pipeline.errors import UppfoljningError
from pipeline.publish import notebooks
from pipeline.publish.document import collect
from pipeline.publish.edition import front_page, publish
from pipeline.publish.manifest import write_manifest
from pipeline.publish.standing import Form, Standing, attacked, grouped
from pipeline.trace.diff.history import Round
from pipeline.trace.diff.parameters import Receipt
from tests.crates import CRATE, outputs, outside

from . import sample as s
from .test_html import Page

BALANCE = {
    "avslut.xlsx": {
        "rows": 12_408, "processed": 12_380, "duplicates": 20, "quarantined": 8,
        "cells_blanked": 31,
    }
}  # fmt: skip
CLEANING = s.notebook(
    s.markdown("# Rensa\n\nSå här rensas filerna."),
    s.display(s.say("En rad."), id="c1"),
    s.display(s.say("Dold"), id="c2", tags=["remove"]),
)


def executed(folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, notebook in s.annual().items():
        made[name] = folder / f"{name}.ipynb"
        nbformat.write(notebook, made[name])
    return made


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    root = tmp_path_factory.mktemp("utgava")
    cleaning = root / "00_rensa.ipynb"
    nbformat.write(CLEANING, cleaning)
    publish(
        executed(root / "kapitel"), s.META, root / "intern", others={"00_rensa": cleaning},
        balance=BALANCE, inputs=[("avslut.xlsx", cleaning)],
    )  # fmt: skip
    return root / "intern"


def test_the_folder_holds_what_was_promised(out):
    files = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    names = ["00_rensa", "10_sammanstallning", "30_resultat"]
    archive = ["datapackage.json", "faktaregister.csv", "forekomster.csv"]
    archive += ["sammanstallning-01.csv", "resultat-01.csv"]
    assert files == {
        "arsrapport.html", "arsrapport.pdf", "faktaregister.parquet", "forekomster.parquet",
        "index.html", "ro-crate-metadata.json",
        *(f"arkiv/{n}" for n in archive),
        *(f"notebooks/{n}.html" for n in names), *(f"notebooks/{n}.ipynb" for n in names),
    }  # fmt: skip


def test_every_link_between_the_pages_leads_to_a_file_and_an_anchor(out):
    ids = {p: set(Page(p.read_text("utf-8")).ids) for p in out.rglob("*.html")}
    for path in ids:
        for link in Page(path.read_text("utf-8")).links:
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path.resolve()
            assert target.is_file(), (path.name, link)
            if anchor:
                assert anchor in ids[next(p for p in ids if p.resolve() == target)], (path, link)


def test_every_page_is_offline_and_has_one_title(out):
    for path in out.rglob("*.html"):
        source = path.read_text("utf-8")
        page = Page(source)
        assert "script" not in page.tags and not re.search(r"https?://", source), path
        assert page.levels.count(1) == 1 and page.levels[0] == 1, path
        assert all(b - a <= 1 for a, b in zip(page.levels, page.levels[1:], strict=False)), path
        assert '<html lang="sv">' in source


def test_the_front_page_shows_the_balance(out):
    text = "".join(Page((out / "index.html").read_text("utf-8")).text)
    for expected in ("avslut.xlsx", "12\u00a0408", "12\u00a0380", "Alla filer", "Rensa"):
        assert expected in text


def test_a_rendered_notebook_shows_code_outputs_and_where_they_went(out):
    source = (out / "notebooks" / "30_resultat.html").read_text("utf-8")
    assert 'id="cell-c1"' in source and "<summary>Visa koden</summary>" in source
    assert '<span class="p-c1"># klart</span>' in source
    assert "en utskrift" in source and "text-plain-versionen" not in source
    assert 'href="../arsrapport.html#b-resultat-c1-1"' in source


def test_cleaning_is_rendered_though_the_report_does_not_hold_it(out):
    source = (out / "notebooks" / "00_rensa.html").read_text("utf-8")
    assert "Så här rensas filerna." in source and "En rad." in source
    assert "Dold" in source and "Visas inte i rapporten" in source
    assert "Så här rensas" not in (out / "arsrapport.html").read_text("utf-8")


def test_a_printed_pandas_table_becomes_a_table_of_ours_and_other_html_does_not_pass():
    frame = pd.DataFrame({"fil": ["<b>a</b>.xlsx", "b.csv"], "rader": [1, None]}).to_html()
    outputs = [
        nbformat.v4.new_output("execute_result", data={"text/html": h, "text/plain": "rent"})
        for h in (f"<div><style>x</style>{frame}</div>", "<p onclick=x>farligt</p>")
    ]
    notebook = s.notebook(s.markdown("# K"), s.display(id="c9", extra=outputs))
    page = notebooks.render(notebook, "k", collect({"k": notebook}, s.META))
    assert '<th scope="row">0</th><td>&lt;b&gt;a&lt;/b&gt;.xlsx</td><td>1.0</td>' in page
    assert "farligt" not in page and page.count("rent</pre>") == 1


def test_the_front_page_links_to_what_else_there_is():
    document = collect({}, s.META)
    page = front_page(document, {}, pages=[("datakvalitet/index.html", "Datakvalitet", "Vad.")])
    assert '<a href="datakvalitet/index.html">Datakvalitet</a>' in page


def test_the_front_page_tells_how_the_edition_stands():
    files = (Receipt("2025/a.xlsx", "ersatt", "0" * 64, "1" * 64, 12_408),)
    log = (Round("2026-01-01", files * 9), Round("2026-03-16", files, ("kommun.toml: <b>: 5 → 3",)))
    standing = Standing((2336, 2336), 7, ("Norra: en saknas.",), (), log, ("mars", Round("x")))
    page = Page(front_page(collect({}, s.META), {}, standing=standing))
    text = " ".join("".join(page.text).split())
    for expected in (
        "Verifierat 2336 av 2336 tal",
        "Norra: en saknas.",
        "kan inte fastställas",
        "Den senaste ändringen, per 16 mars 2026",
        "12 408",
        "0" * 12,
        "1" * 12,
        "kommun.toml: <b>: 5 → 3",
        "Tidigare: 1 gång",
        "Sedan mars Ingenting.",
    ):
        assert expected in text, expected
    assert all(b - a <= 1 for a, b in zip(page.levels, page.levels[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))


def test_a_front_page_without_verification_claims_none():
    page = front_page(collect({}, s.META), {}, standing=Standing())
    assert "Verifierat" not in page and "avstämt" not in page


def test_a_traceback_is_not_published():
    failed = nbformat.v4.new_output(
        "error", ename="ValueError", evalue="fel", traceback=["/hem/anna/hemligt.py"]
    )
    notebook = s.notebook(s.markdown("# K"), s.display(id="c9", extra=[failed]))
    page = notebooks.render(notebook, "k", collect({"k": notebook}, s.META))
    assert "ValueError: fel" in page and "/hem/anna" not in page


def test_a_published_notebook_has_no_clock_path_or_random_id():
    written = [notebooks.written(s.annual()["10_sammanstallning"]) for _ in range(2)]
    assert written[0] == written[1]
    assert "papermill" not in written[0] and "/hem/anna" not in written[0]
    assert '"id": "injected-parameters"' in written[0] and "slump" not in written[0]
    assert nbformat.validate(nbformat.reads(written[0], as_version=4)) is None


def test_the_crate_lists_every_file_by_relative_name_and_hash(out):
    there = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
    told = outputs(out)
    assert list(told) == sorted(told) and set(told) == set(there) - {CRATE}
    for name, digest in told.items():
        assert digest == hashlib.sha256(there[name].read_bytes()).hexdigest()
    assert list(outside(out, "underlag")) == ["avslut.xlsx"]
    assert str(out.parent) not in (out / CRATE).read_text("utf-8")


@pytest.mark.parametrize("name", ["/etc/passwd", "C:\\data\\a.xlsx", "../a.xlsx"])
def test_the_crate_takes_no_absolute_name(tmp_path, name):
    with pytest.raises(UppfoljningError):
        write_manifest(tmp_path, s.META, inputs=[(name, Path(__file__))])


SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = [{repo!r}, {tests!r}]
import publish.sample as s
from publish.test_edition import executed
from pipeline.publish.edition import publish
root = Path(sys.argv[1])
publish(executed(root / "kapitel"), s.META, root / "intern")
"""


def test_equal_bytes_in_two_folders_and_two_hash_seeds(tmp_path):
    tests = Path(__file__).parents[1]
    script = SCRIPT.format(repo=str(tests.parent), tests=str(tests))
    found = []
    for seed in ("1", "2"):
        folder = tmp_path / f"mapp {seed}" / ("djup" * int(seed))
        folder.mkdir(parents=True)
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run(
            [sys.executable, "-c", script, str(folder)], env=environment, check=True, timeout=300
        )
        intern = folder / "intern"
        found.append(
            {
                p.relative_to(intern).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
                for p in intern.rglob("*")
                if p.is_file()
            }
        )
    assert found[0] == found[1] and len(found[0]) == 15


def test_pages_are_ordered_by_what_they_are_for_and_formats_of_one_are_one_entry():
    found = grouped([
        ("underlag/n/n.pdf", "Underlag till nämnden som PDF", "Två sidor."),
        ("underlag/n/n.docx", "Underlag till nämnden som Word", "Samma text."),
        ("nytt.html", "Något nytt", "Vad."), ("datakvalitet/index.html", "Datakvalitet", "Fel."),
    ])  # fmt: skip
    assert [name for name, _ in found] == ["Till möten och beslut", "Uppgifternas kvalitet", "Mer"]
    [paper] = found[0][1]
    assert paper.links == (
        ("underlag/n/n.pdf", "Underlag till nämnden som PDF"), ("underlag/n/n.docx", "Word"),
    )  # fmt: skip
    assert paper.about == "Två sidor."


def test_the_front_page_tells_of_checks_rows_and_the_attack():
    forms = (Form("Avslut", "datakvalitet/avslut.html", 43, 13), Form("Mål", "m.html", 16, 0))
    standing = Standing((5, 5), attacked=(1470, 96), forms=forms)
    balance = {"a.xlsx": {"rows": 12, "processed": 9, "duplicates": 1, "quarantined": 2}}
    source = front_page(collect({}, s.META), {}, balance, standing=standing)
    text = " ".join("".join(Page(source).text).split())
    for expected in (
        "1470 antal och skillnader är prövade, och inget av de 96 tal",
        "12 rader är inlämnade: 9 räknas, 1 är dubbletter och 2 ligger i karantän.",
        "13 av 59 kontroller klarades inte",
    ):
        assert expected in text, expected
    assert 'Alla 2 formulär</th><td class="tal">59</td><td class="tal">13</td>' in source
    assert '<a href="datakvalitet/avslut.html">Avslut</a>' in source and "m.html" not in source


def test_an_attack_that_was_not_approved_is_not_told(tmp_path):
    (tmp_path / "publik").mkdir()
    log = {"godkand": True, "attacked": 7, "hidden": 3}
    path = tmp_path / "publik" / "angrepp.json"
    assert attacked(tmp_path) is None
    path.write_text(json.dumps(log), encoding="utf-8")
    assert attacked(tmp_path) == (7, 3)
    path.write_text(json.dumps(log | {"godkand": False}), encoding="utf-8")
    assert attacked(tmp_path) is None
