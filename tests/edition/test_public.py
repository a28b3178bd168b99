"""Exempelkommun's public edition, seen from outside."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pypdf
import pytest

from pipeline.run.swap import swapped
from pipeline.workspace import REPO
from tests.crates import outside

from .conftest import Built


def public(edition: Built) -> Path:
    return edition.intern.parent / "publik"


@pytest.fixture(scope="module")
def register(edition: Built) -> pd.DataFrame:
    """The public ledger."""
    text = (public(edition) / "faktaregister.json").read_text("utf-8")
    return pd.DataFrame(json.loads(text))


def test_nothing_of_the_inside_lies_in_the_folder(edition):
    given, chapters = (outside(edition.intern, part) for part in ("underlag", "kapitel"))
    assert len(given) > 100 and len(chapters) > 20
    files = [p for p in public(edition).rglob("*") if p.is_file()]
    barred = {*given.values(), *chapters.values(), *(Path(name).name for name in given)}
    barred |= {"spar-data", "_rad", "datakvalitet", ".ipynb", str(REPO)}
    for path in files:
        content = re.sub(rb"\w_rad", b"", path.read_bytes())  # of a table: antal_rader
        content = re.sub(rb"\barsrapport\.(?:html|pdf)", b"", content)  # of the edition's own files
        if path.suffix == ".pdf":
            reader = pypdf.PdfReader(path)
            content += "".join(p.extract_text() for p in reader.pages).encode()
            content += b"".join(c for some in reader.attachments.values() for c in some)
        assert [word for word in barred if word.encode() in content] == [], path.name


def test_every_number_of_page_and_tables_is_in_the_public_ledger(edition, register):
    page = (public(edition) / "arsrapport.html").read_text("utf-8")
    found = re.findall(r'<data class="fakta" value="[^"]*" data-fakta="(\w+)"[^>]*>([^<]*)', page)
    assert len(found) > 300 and {key for key, _ in found} <= set(register.id)
    dark = set(register[register.hidden].id)
    assert dark and 0 < len(dark) < len(register) / 2
    values = re.findall(r'<data class="fakta" value="[^"]*" data-fakta="(\w+)">([^<]*)', page)
    assert {text for key, text in values if key in dark} == {".."}
    assert register[register.hidden].value.isna().all()


def test_small_counts_are_not_in_the_ledger(register):
    counts = register[(register.kind == "count") & ~register.hidden]
    kept = counts[counts.definition.map(lambda d: d["dataset"] in ("bakgrund", "avslut"))]
    assert len(kept) > 50
    assert not kept.value.between(1, 4).any()


def test_no_chapter_is_dots_alone(edition, register):
    shown = pd.read_parquet(edition.intern / "publik" / "forekomster.parquet")
    dots = shown.assign(dark=shown.text == "..").groupby("notebook").dark.mean()
    assert set(dots.index) >= {"10_sammanstallning", "35_enkat_brukarenkat"}
    assert dots.max() < 0.5


def test_at_most_a_fifth_of_the_counts_is_hidden_after_merging(edition):
    page = (edition.intern / "publik" / "index.html").read_text("utf-8")
    shown, asked = map(int, re.search(r"(\d+) av (\d+) antal", page).groups())
    ledger = pd.read_parquet(edition.intern / "publik" / "faktaregister.parquet")
    assert asked > 300 and (ledger.status == "dold").any()
    assert (asked - shown) / asked <= 0.2


def test_the_pdf_names_the_edition_and_holds_the_public_ledger_alone(edition):
    reader = pypdf.PdfReader(public(edition) / "arsrapport.pdf")
    assert reader.metadata.subject == "Publik utgåva, förhandsversion"
    ledger = (public(edition) / "faktaregister.json").read_bytes()
    assert {k: v[0] for k, v in reader.attachments.items()} == {"faktaregister.json": ledger}


def test_the_internal_crate_covers_what_leaves(edition):
    told = outside(edition.intern, "publik")
    there = {
        p.relative_to(public(edition)).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in public(edition).rglob("*")
        if p.is_file()
    }
    assert told == there


def test_the_internal_page_tells_why_every_hidden_number_is_hidden(edition):
    page = (edition.intern / "publik" / "index.html").read_text("utf-8")
    ledger = pd.read_parquet(edition.intern / "publik" / "faktaregister.parquet")
    rows = re.findall(
        r'<tr><th scope="row">[^<]*</th><td>\d{4}[^<]*</td><td>([^<]+)</td></tr>', page
    )
    assert len(rows) == (ledger.status == "dold").sum() > 0
    assert "Ingen har bestämt" not in page
    front = (edition.intern / "index.html").read_text("utf-8")
    assert 'href="publik/index.html"' in front and 'href="../publik/index.html"' in front


def test_two_editions_are_put_in_place_together_or_not_at_all(tmp_path):
    for name in ("intern", "publik"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rapport").write_text("förra")

    def build(fail: bool) -> None:
        with swapped(tmp_path, "intern") as (a, swap), swapped(tmp_path, "publik") as (b, too):
            for made in (a, b):
                (made / "rapport").write_text("ny")
            if fail:
                raise ValueError
            swap()
            too()

    with pytest.raises(ValueError):
        build(fail=True)
    assert [(tmp_path / n / "rapport").read_text() for n in ("intern", "publik")] == ["förra"] * 2
    build(fail=False)
    assert [(tmp_path / n / "rapport").read_text() for n in ("intern", "publik")] == ["ny"] * 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["intern", "publik"]
