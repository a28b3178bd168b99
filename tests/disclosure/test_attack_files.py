"""What each kind of published file may give away beside the ledger."""

import json

import pytest
import typst

from pipeline.disclosure.attack import attack, papers
from pipeline.disclosure.attack.page import Line, Piece
from pipeline.disclosure.attack.papers import Paper
from pipeline.errors import UsageError
from pipeline.workspace import Sekretess

from .folders import BOOKS, Folder, number, table, text_of


def audit(folder):
    return attack(folder, BOOKS, Sekretess(troskel=5))


def told(found):
    return sorted((f.kind, f.fact, f.where) for f in found.findings)


@pytest.fixture
def facts():
    """A shown count, and two hidden ones that nothing in the ledger gives away."""
    folder = Folder()
    shown = folder.count("enhet = 'a'", 20)
    hidden = folder.count("enhet = 'b'", None)
    other = folder.count("enhet = 'c'", None)
    return folder, shown, hidden, other


def rows(shown, hidden, other, **texts):
    given = {e["title"]: text_of(e) for e in (shown, hidden, other)} | texts
    return table([(e["title"], [(e, given[e["title"]])]) for e in (shown, hidden, other)])


HIDDEN = "antal enhet = 'b' 2025"


def test_a_folder_that_says_no_more_than_its_ledger_passes(tmp_path, facts):
    folder, *entries = facts
    found = audit(folder.write(tmp_path, rows(*entries)))
    assert found.passed and (found.facts, found.hidden, found.cells) == (3, 2, 2)


def test_a_folder_without_a_ledger_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"faktaregister\.json"):
        audit(tmp_path)


def test_a_number_in_the_page_that_the_ledger_hides(tmp_path, facts):
    folder, shown, hidden, other = facts
    page = rows(shown, hidden, other, **{hidden["title"]: "17"})
    found = audit(folder.write(tmp_path, page))
    assert told(found) == [("visat", HIDDEN, "arsrapport.html")]


def test_an_attribute_with_more_digits_than_its_text(tmp_path):
    # 62 % of an unknown n says little, 61,76 % that n is a multiple of 34 or near one.
    folder = Folder()
    entry = folder.share("kon = 'man'", "enhet = 'a'", 0.62)
    page = f"<p>{number(entry, '62 %', '61.76')}</p>"
    found = audit(folder.write(tmp_path, page))
    assert told(found) == [("attribut", "andel kon = 'man' 2025", "arsrapport.html")]
    assert audit(folder.write(tmp_path / "ren", f"<p>{number(entry, '62 %')}</p>")).passed


def test_an_attribute_that_holds_what_the_text_hides(tmp_path, facts):
    folder, shown, hidden, other = facts
    page = rows(shown, hidden, other) + f"<p>{number(hidden, '..', '17')}</p>"
    found = audit(folder.write(tmp_path, page))
    assert {k for k, _, _ in told(found)} == {"attribut", "visat"}
    assert {f for _, f, _ in told(found)} == {HIDDEN}


def test_digits_of_an_attribute_count_as_published(tmp_path):
    # The text says 9 of every 10 of 400; the attribute that 397 of them did, so 3 did not.
    folder = Folder()
    entry = folder.share("kon = 'man'", "enhet = 'a'", 0.99, n=400, denominator=400)
    found = audit(folder.write(tmp_path, f"<p>{number(entry, '99 %', '99.25')}</p>"))
    rests = [(f.low, f.high) for f in found.findings if f.kind == "rest"]
    assert rests == [(3, 3)]


def test_a_table_file_that_holds_a_hidden_number(tmp_path, facts):
    folder, *entries = facts
    here = folder.write(tmp_path, rows(*entries))
    csv = "﻿;kolumn a\n" + "".join(f"{e['title']};{text_of(e)}\n" for e in entries)
    (here / "tabeller").mkdir()
    (here / "tabeller/t1.csv").write_text(csv, encoding="utf-8")
    assert audit(here).passed
    leak = csv.replace(f"{entries[1]['title']};..", f"{entries[1]['title']};17")
    (here / "tabeller/t1.csv").write_text(leak, encoding="utf-8")
    assert told(audit(here)) == [("visat", HIDDEN, "tabeller/t1.csv")]
    (here / "tabeller/t1.csv").write_text("okänd;17\n", encoding="utf-8")
    assert told(audit(here)) == [("otolkat", "", "tabeller/t1.csv")]


def test_a_table_file_whose_texts_are_kept_from_being_formulas(tmp_path):
    folder = Folder()
    entry = folder.count("enhet = 'b'", None)
    page = table([("=summa", [(entry, "..")]), ("−1", [(entry, "..")])])
    here = folder.write(tmp_path, page)
    csv = "\ufeff;kolumn a\r\n'=summa;..\r\n−1;..\r\n"
    (here / "t.csv").write_text(csv, encoding="utf-8")
    assert audit(here).passed
    (here / "t.csv").write_text(csv.replace("'=summa;..", "'=summa;17"), encoding="utf-8")
    assert told(audit(here)) == [("visat", HIDDEN, "t.csv")]


def test_of_two_tables_with_the_same_rows_a_file_is_set_beside_its_own(tmp_path, facts):
    folder, shown, hidden, _ = facts
    again = [folder.count(f"kon = '{s}'", v) for s, v in (("man", 11), ("kvinna", 9))]
    titles = [shown["title"], hidden["title"]]
    first = table([(t, [(e, text_of(e))]) for t, e in zip(titles, (shown, hidden), strict=True)])
    second = table([(t, [(e, text_of(e))]) for t, e in zip(titles, again, strict=True)])
    here = folder.write(tmp_path, first + second)
    for name, texts in (("a", ("20", "..")), ("b", ("11", "9"))):
        rows_ = "".join(f"{t};{x}\n" for t, x in zip(titles, texts, strict=True))
        (here / f"{name}.csv").write_text(f";kolumn a\n{rows_}", encoding="utf-8")
    assert audit(here).passed


def test_an_n_that_is_shown_beside_a_hidden_share_is_no_leak(tmp_path):
    folder = Folder()
    entry = folder.share("nojd >= 4", "nojd IS NOT NULL", None, denominator=37)
    n = number(entry, "37", part="denominator")
    mark = f'<text data-fakta="{entry["id"]}">n = 37</text>'
    page = (
        f'<figure id="b"><svg aria-label="Staplar.">{mark}</svg><div><table><thead><tr>'
        "<td></td><th>Andel</th><th>Underlag</th></tr></thead><tbody><tr><th>Fråga</th>"
        f"<td>{number(entry, '..')}</td><td>{n}</td></tr></tbody></table></div></figure>"
    )
    here = folder.write(tmp_path, page)
    (here / "t.csv").write_text(";Andel;Underlag\nFråga;..;37\n", encoding="utf-8")
    assert audit(here).passed
    (here / "t.csv").write_text(";Andel;Underlag\nFråga;92 %;37\n", encoding="utf-8")
    assert {k for k, _, _ in told(audit(here))} == {"visat", "rest"}


def figure(entries, alt, shapes="", title=""):
    inside = f"<title>{title}</title>" if title else ""
    return (
        f'<figure id="b-2"><figcaption>Per enhet</figcaption><svg aria-label="{alt}">{inside}'
        f"{shapes}</svg><details>{rows(*entries)}</details></figure>"
    )


def test_words_about_a_picture(tmp_path, facts):
    folder, *entries = facts
    names = [e["title"] for e in entries]
    good = f"Staplar. {names[0]} 20, {names[1]} dolt, {names[2]} dolt."
    assert audit(folder.write(tmp_path / "ren", figure(entries, good))).passed
    # A number that stands nowhere in the picture.
    found = audit(folder.write(tmp_path / "a", figure(entries, good.replace("dolt,", "17,"))))
    assert ("alt", HIDDEN, "arsrapport.html#b-2") in told(found)
    # One that does, but beside the wrong name.
    found = audit(folder.write(tmp_path / "b", figure(entries, good.replace("dolt,", "20,"))))
    assert told(found) == [("alt", HIDDEN, "arsrapport.html#b-2")]
    # The picture's own title.
    found = audit(folder.write(tmp_path / "c", figure(entries, good, title="Störst: 17")))
    assert [k for k, _, _ in told(found)] == ["alt"]


def test_something_drawn_for_a_hidden_number(tmp_path, facts):
    folder, *entries = facts
    bar = f'<rect class="serie-1" data-fakta="{entries[1]["id"]}" height="17"></rect>'
    found = audit(folder.write(tmp_path, figure(entries, "Staplar.", bar)))
    assert told(found) == [("diagram", HIDDEN, "arsrapport.html")]
    text = f'<text data-fakta="{entries[1]["id"]}">17</text>'
    found = audit(folder.write(tmp_path / "text", figure(entries, "Staplar.", text)))
    assert ("visat", HIDDEN, "arsrapport.html") in told(found)


def test_the_register_and_data_inside_the_page(tmp_path):
    folder = Folder()
    entry = folder.share("nojd >= 4", "nojd IS NOT NULL", None)
    post = f'<li id="f-{entry["id"]}"><dl><dt>Underlag</dt><dd>33 av 37</dd></dl></li>'
    found = audit(folder.write(tmp_path, register=[post]))
    assert {k for k, _, _ in told(found)} == {"visat", "rest"}
    data = json.dumps({"tal": [{"fact": entry["id"], "text": "92 %"}]})
    page = f'<p>..</p><script type="application/json">{data}</script>'
    found = audit(folder.write(tmp_path / "json", page))
    assert {k for k, _, _ in told(found)} == {"visat"}


def test_another_json_file_beside_the_ledger(tmp_path, facts):
    folder, *entries = facts
    here = folder.write(tmp_path, rows(*entries))
    crate = {"@graph": [{"@id": f"#f-{entries[1]['id']}", "value": 17}]}
    (here / "ro-crate-metadata.json").write_text(json.dumps(crate), encoding="utf-8")
    assert told(audit(here)) == [("visat", HIDDEN, "ro-crate-metadata.json")]


def test_a_number_that_rests_on_a_hidden_one(tmp_path, facts):
    folder, shown, hidden, _ = facts
    folder.difference(shown, hidden, 3)
    found = audit(folder.write(tmp_path))
    assert [f.kind for f in found.findings] == ["foralder"]


def pdf(here, entries, texts, attached=None):
    """A page with the same table, and perhaps something attached."""
    cells = "".join(f"[{e['title']}], [{t}]," for e, t in zip(entries, texts, strict=True))
    source = f"#table(columns: 2, [], [kolumn a], {cells})".replace("'", "\\'")
    if attached is not None:
        (here / "bilaga.json").write_text(attached, encoding="utf-8")
        source += '\n#pdf.attach("bilaga.json")'
    (here / "a.typ").write_text(source, encoding="utf-8")
    typst.compile(here / "a.typ", output=here / "arsrapport.pdf")
    for name in ("a.typ", "bilaga.json"):
        (here / name).unlink(missing_ok=True)


def test_a_hidden_number_in_the_pdf(tmp_path, facts):
    folder, shown, hidden, other = facts
    here = folder.write(tmp_path, rows(shown, hidden, other))
    pdf(here, (shown, hidden, other), ("20", "..", ".."))
    assert audit(here).passed
    pdf(here, (shown, hidden, other), ("20", "17", ".."))
    assert told(audit(here)) == [("visat", HIDDEN, "arsrapport.pdf")]


def test_a_hidden_number_in_a_file_attached_to_the_pdf(tmp_path, facts):
    folder, *entries = facts
    here = folder.write(tmp_path, rows(*entries))
    leak = json.dumps([{"id": entries[1]["id"], "value": 17}])
    pdf(here, entries, ("20", "..", ".."), attached=leak)
    assert told(audit(here)) == [("visat", HIDDEN, "arsrapport.pdf, bilagan bilaga.json")]


def test_a_pdf_that_cannot_be_read_is_not_vouched_for(tmp_path, facts):
    folder, *entries = facts
    here = folder.write(tmp_path, rows(*entries))
    (here / "arsrapport.pdf").write_bytes(b"%PDF-1.7 trasig")
    assert told(audit(here)) == [("otolkat", "", "arsrapport.pdf")]


def row(*cells):
    """A table's row: a label, then (text, fact) of each number."""
    label, *numbers = cells
    pieces = (Piece(label), *(Piece(text, fact) for text, fact in numbers))
    return Line("tr", pieces, tuple((p,) for p in pieces))


def test_another_row_with_the_same_words_is_not_the_hidden_one_on_two_sheets():
    hidden = row("Relevanta insatser", ("..", "a1"), ("9 %", "a2"), ("..", "a3"))
    other = row("Relevanta insatser", ("12 %", "b1"), ("9 %", "b2"), ("79 %", "b3"))
    broken = "Relevanta 7 insatser .. 9 % .. "
    shown = "Relevanta insatser 12 % 9 % 79 % "
    secret = frozenset({"a1", "a3"})

    def found(text):
        return list(papers.told(Paper(papers.squeezed(text), ()), [hidden, other], secret))

    assert found(broken + shown) == []
    assert found(broken + shown + shown) == ["a1", "a3"] * 2  # once more than the page says it
    assert found(broken + shown + "Relevanta insatser 14 % 9 % 77 %") == ["a1", "a3"]
