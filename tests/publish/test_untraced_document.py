"""No untraced number in the block document."""

import json

import pytest

from pipeline.publish.document import collect
from pipeline.publish.untraced import Allowed, untraced_in_document

from . import sample as s

NBSP, MINUS = "\u00a0", "\u2212"
ALLOWED = Allowed(
    years=frozenset({2024, 2025}),
    names=frozenset(
        {
            "Bakgrund 2025.xlsx",
            "Bakgrund 2025.xlsx!Blad1",
            "Team 12",
            "Bilaga 2, avslutande samtal",
            "12-steg",
        }
    ),
    titles={"avslut": frozenset({"Hur nöjd är du på en skala från 1 till 5?", "Fråga 7"})},
    labels={
        "avslut": frozenset({"2 barn", "5", "5+", "6–10 gånger"}),
        "bakgrund": frozenset({"3 syskon", "9"}),
    },
    bands=frozenset({"0–12", "13–17", "65+"}),
    laws=frozenset({"SoL (2025:400)"}),
)
FACT = s.fact("nojd_kontakt", 13, 21)
OTHER = s.fact("nojd_resultat", 12, 30, {"nojd_kontakt": 4})


def draw(text, css="etikett", fact=""):
    given = f' data-fakta="{fact}"' if fact else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 60" role="img">'
        f'<text class="varde fakta" data-fakta="{FACT["id"]}" x="1" y="1">62\u00a0%</text>'
        f'<text class="{css}" x="1" y="9"{given}>{text}</text></svg>'
    )


def head(*runs):
    return s.block("heading", FACT, level=3, runs=list(runs), anchor="a")


def figure(**given):
    return s.display(s.figure(FACT, **given))


def table(**given):
    return s.display(s.table(FACT, OTHER) | given)


def row(header, cell):
    return table(rows=[{"header": header, "cells": [cell, ["–"]], "total": False}])


def columns(text):
    heads = [{"header": [h], "align": "left"} for h in ("Insats", text, "Antal")]
    return table(columns=heads)


def say(*runs, style="body"):
    return s.display(s.say(*runs, facts=[FACT, OTHER], style=style))


LINK = "https://exempel.se/2025/14"
# (what, cell, the planted token)
PLANTED = [
    ("text", say("Av 101 svarande var ", s.shown(FACT), " nöjda."), "101"),
    ("text", say("Vi har 2025 personer i kö."), "2025"),
    ("text", say("Under året påbörjades ", {"strong": ["103"]}, " insatser."), "103"),
    ("text", say("Kön växte till 2023."), "2023"),
    ("text", say(s.shown(FACT), "104"), "104"),
    ("note", say("Svarade inte: 105.", style="note"), "105"),
    ("markdown", s.markdown("Vi mötte 106 familjer."), "106"),
    ("markdown", s.markdown("- först\n- sedan 107 till\n"), "107"),
    ("markdown", s.markdown("> En röst: 108 gånger bättre"), "108"),
    ("markdown", s.markdown("109. klienter fick hjälp"), "109"),
    ("markdown", s.markdown("Se `antal = 110`."), "110"),
    ("markdown", s.markdown("## Kön växte till 111"), "111"),
    ("cell", row(["Alla"], ["112"]), "112"),
    ("cell", row(["Alla"], [s.shown(FACT), " (n = 113)"]), "113"),
    ("row header", row(["Övriga 114"], ["–"]), "114"),
    ("column header", columns("Andel av 115"), "115"),
    ("column header", columns("9"), "9"),  # a label of another codebook
    ("table note", table(note=["Bortfallet var 116."]), "116"),
    ("caption", table(caption=["Nöjda bland 117"]), "117"),
    ("caption", table(caption=["Nöjda 2025 svar"]), "2025"),
    ("figure title", figure(title=["Bara 118 var nöjda"]), "118"),
    ("figure title", figure(subtitle=["Av 119 möjliga"]), "119"),
    ("figure note", figure(note=["Källa: 120 svar"]), "120"),
    ("alt text", figure(alt=["Staplar. Alla: 121."]), "121"),
    ("alt text", figure(alt=["Staplar. Alla: ", s.shown(FACT), " av 122."]), "122"),
    ("chart", figure(svg=draw("Alla 123")), "123"),
    ("chart", figure(svg=draw("124", "axel")), "124"),
    ("chart", figure(svg=draw("n = 125", fact=FACT["id"])), "125"),
    ("aria-label", figure(svg=draw("x").replace('role="img"', 'aria-label="126 nöjda"')), "126"),
    ("svg title", figure(svg=draw("x").replace("</svg>", "<title>127</title></svg>")), "127"),
    ("link", s.markdown(f"Se [de 128 svaren]({LINK})."), "128"),
    ("link", say("Se ", {"link": LINK, "runs": ["alla ", s.shown(FACT, "129")]}), "129"),
    ("NBSP", say(f"Det kostade 12{NBSP}130 per plats."), f"12{NBSP}130"),
    ("minus", say(f"Skillnaden är {MINUS}131 i år."), f"{MINUS}131"),
    ("per cent", say(f"Hela 32{NBSP}% blev bättre."), f"32{NBSP}%"),
    ("decimal", say("Snittet är 4,33 på skalan."), "4,33"),
    ("fraction", say("Det gäller 3/4 av dem."), "3/4"),
    ("other digits", say("Hela ４２ stycken."), "４２"),
    ("other digits", say("Fotnot² och ½ timme."), "²"),
    ("other digits", say("Kapacitet ⑦ och Ⅻ."), "⑦"),
]


def found(*cells):
    return untraced_in_document(s.document(s.markdown("# Resultat", id="m0"), *cells), ALLOWED)


def test_forty_are_planted():
    assert len(PLANTED) == 40 and len({what for what, *_ in PLANTED}) >= 10


@pytest.mark.parametrize(("what", "cell", "token"), PLANTED)
def test_a_planted_number_is_found_where_it_stands(what, cell, token):
    findings = [f for f in found(cell) if f.kind == "fel"]
    assert any(token in f.token for f in findings), findings
    assert all(f.where.startswith(f"Kapitlet 30_resultat, cell {cell['id']}") for f in findings)


def test_all_forty_at_once():
    cells = [cell | {"id": f"p{k}"} for k, (_, cell, _) in enumerate(PLANTED)]
    findings = found(*cells)
    for k, (what, _, token) in enumerate(PLANTED):
        here = [f for f in findings if f"cell p{k}," in f.where and token in f.token]
        assert here, (what, token)


FREE = [
    say("Under 2025 ökade andelen, jämfört med 2024 och åren 2024–2025."),
    say("Uppgifter per 16 mars 2026, beslut 2026-03-16, den 1 maj och i april 2026."),
    say("Tertial 2 var bäst (T1–T3), se kapitel 3, figur 12, tabell 2.1 och bilaga 2 på sidan 14."),
    say("Åldersgruppen 13–17 år och 65+ ökade. Enligt SoL (2025:400) ska det följas upp."),
    say("U30447 och N33840 kommer från Kolada. Beslut dnr SN 2025/123."),
    say("Team 12 använde 12-steg enligt Bilaga 2, avslutande samtal, i Bakgrund 2025.xlsx!Blad1."),
    say("Intervallen är 95-procentiga konfidensintervall (95\u00a0% KI)."),
    say("På frågan ”Fråga 7” svarade ", s.shown(FACT), " ”6–10 gånger”."),
    say("Hur nöjd är du på en skala från 1 till 5? Svarade inte: ", s.shown(FACT, part="n"), "."),
    say(s.shown(FACT), "–", s.shown(OTHER), " av ", s.shown(FACT, part="n"), "."),
    s.display(head("Hur nöjd är du på en skala från 1 till 5?")),
    s.display(head("1.2 Resultat 2025")),
    row(["2 barn"], [s.shown(FACT)]), row(["5+"], ["–"]), row(["4"], ["–"]), row(["2024"], ["–"]),
    columns("5"), columns("0–12 år"), table(caption=["Nöjda per insats, 2025"]),
    figure(title=["Vanligaste svaret: 5, ", s.shown(FACT)]),
    figure(title=["Vanligaste svaret: 2 barn, ", s.shown(FACT)]),
    figure(alt=["Staplar. 5: ", s.shown(FACT), ". 5+: ", s.shown(FACT), "."]),
    figure(svg=draw("5+")), figure(svg=draw("2 barn")), figure(svg=draw("2024")),
    figure(svg=draw("40\u00a0%", "axelvarde")),
]  # fmt: skip


@pytest.mark.parametrize("cell", FREE)
def test_what_is_allowed_raises_no_alarm(cell):
    assert found(cell) == []


NOT_FREE = [
    (say("2025 avslutade insatser"), "2025"), (say("av 2025 av de svarande"), "2025"),
    (say("Bara 13–17 personer kom."), "13"), (say(f"{MINUS}2025"), "2025"),
    (say("2025\u00a0% mer"), "2025"), (say("Tabell 12 personer"), "12"),
    (say("SFS 2001:453 gäller"), "2001:453"), (say("Vi följer 2 barn."), "2"),
    (say("den 45 mars"), "45"), (say("95\u00a0% var nöjda"), "95"), (say("Svaret 5 är bäst"), "5"),
    (s.display(head("12 klienter avbröt")), "12"), (row(["3 syskon"], ["–"]), "3"),
    (say("-", s.shown(FACT)), "-"),
    (figure(svg=draw("12 klienter", "axelvarde")), "12"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "token"), NOT_FREE)
def test_what_only_looks_allowed_is_found(cell, token):
    assert any(token in f.token for f in found(cell) if f.kind == "fel"), found(cell)


@pytest.mark.parametrize(
    "text",
    ["Hälften blev bättre.", "Var tredje avbröt.", "Dubbelt så många kom.", "Två av tre var nöjda.",
     "En tredjedel kom tillbaka.", "Tolv klienter avbröt.", "Andelen fördubblades."],
)  # fmt: skip
def test_number_words_warn(text):
    (finding,) = found(say(text))
    assert finding.kind == "varning"


def test_words_of_facts_and_quotes_do_not_warn():
    assert found(say(s.shown(FACT, "halverades"), " och svaret ”hälften” stod kvar.")) == []
    assert found(say("Varannan vecka möts de, var tredje månad skrivs det ner.")) == []


def test_an_occurrence_of_a_fact_that_the_cell_lacks_is_found():
    stranger = s.shown(s.fact("annat", 1, 40))
    assert found(s.display(s.say("Av ", stranger, facts=[FACT])))[0].token == stranger["text"]


def test_a_mark_must_be_the_pictures_own():
    other = s.figure(FACT, OTHER, marks=[s.shown(OTHER)], svg=draw("x"))
    assert [f.token for f in found(s.display(other))] == ["62\u00a0%"]


def test_a_raster_image_in_a_chart_is_found():
    picture = '<image href="data:image/png;base64,AA=="/></svg>'
    cell = figure(svg=draw("x").replace("</svg>", picture))
    assert "bild i diagrammet" in found(cell)[0].where


def test_a_facts_title_is_read_too():
    titled = FACT | {"title": "Nöjda av 812"}
    cell = s.display(s.say(s.shown(titled), facts=[titled]))
    assert [f.token for f in found(cell)] == ["812"]
    scoped = OTHER | {"title": "Nöjda (Antal: 4)", "scope": json.dumps({"antal": 4})}
    assert found(s.display(s.say(s.shown(scoped), facts=[scoped]))) == []


def test_the_sample_has_only_what_its_hostile_text_types():
    (finding,) = untraced_in_document(collect(s.annual(), s.META), ALLOWED)
    assert finding.token == "1" and "width: 1pt" in finding.context
