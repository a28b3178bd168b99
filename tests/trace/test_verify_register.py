"""Register and panel are compared with the recomputed numbers, shards beside the page included."""

import json
from fractions import Fraction

import pytest

from pipeline.trace.verify.page import read_page
from pipeline.trace.verify.register import Told, register_differences

A, B = "a" * 16, "b" * 16
LEDGER = [
    {"id": A, "name": "nojda", "scope": "{}", "period": "2025", "parents": "[]"},
    {"id": B, "name": "andring", "scope": "{}", "period": "", "parents": json.dumps([A, A])},
]
SHARE = {
    "kind": "share", "unit": "andel", "status": "ok", "value": Fraction(15, 30), "n": 30,
    "numerator": 15, "denominator": 30,
}  # fmt: skip
CHANGE = {
    "kind": "derived", "unit": "andelsskillnad", "status": "ok", "value": Fraction(1, 40), "n": 30,
    "numerator": None, "denominator": None,
}  # fmt: skip
TOLD = Told(LEDGER, {A: SHARE, B: CHANGE}, [{"fact": A, "part": "value", "text": "50\u00a0%"}])
FACTS = {
    A: {"text": "50\u00a0%", "n": "30", "numerator": "15", "denominator": "30", "period": "2025"},
    B: {"text": "2,5\u00a0procentenheter", "n": "30",
        "parents": [["a", A, "Nöjda", "50\u00a0%"], ["b", A, "Nöjda", "50\u00a0%"]]},
}  # fmt: skip
PAGE = f"""<section class="kapitel register" aria-labelledby="faktaregister"><ul>
<li class="post" id="f-{A}"><a class="rad"><span class="visat">50\u00a0%</span> Nöjda</a><dl>
<dt>Underlag</dt><dd>15 av 30</dd><dt>Period</dt><dd>2025</dd></dl></li>
<li class="post" id="f-{B}"><a class="rad"><span class="visat">–</span> Ändring</a><dl>
<dt>Underlag</dt><dd>n = 30</dd></dl></li></ul></section>
<script type="application/json" id="spar-data">LINEAGE</script>"""


def differences(folder, facts, sharded, page=PAGE):
    inline = {"shards": "sparning"} if sharded else {"facts": facts}
    (folder / "arsrapport.html").write_text(
        page.replace("LINEAGE", json.dumps(inline)), encoding="utf-8"
    )
    (folder / "sparning").mkdir()
    for key, fact in facts.items() if sharded else ():
        text = json.dumps({"facts": {key: fact}})
        call = f"spar({json.dumps('f-' + key[:2])},{json.dumps(text)})\n"
        (folder / "sparning" / f"f-{key[:2]}.js").write_text(call, encoding="utf-8")
    read = read_page(folder / "arsrapport.html")
    return [(d.where, d.what, d.id) for d in register_differences(read, folder, TOLD)]


@pytest.mark.parametrize("sharded", [False, True])
def test_a_register_and_a_panel_that_agree_are_silent(tmp_path, sharded):
    assert differences(tmp_path, FACTS, sharded) == []


@pytest.mark.parametrize("sharded", [False, True])
@pytest.mark.parametrize(
    ("fact", "part", "written", "said"),
    [
        (A, "text", "51\u00a0%", "värdet skiljer"),
        (A, "n", "31", "n skiljer"),
        (A, "denominator", "31", "denominator skiljer"),
        (B, "text", "2,6\u00a0procentenheter", "värdet skiljer"),
        (B, "parents", FACTS[B]["parents"][:1], "delarna skiljer"),
        (B, "parents", [["a", A, "", "50\u00a0%"], ["b", A, "", "5\u00a0%"]], "delarna skiljer"),
    ],
)
def test_another_number_in_the_panel_is_named(tmp_path, sharded, fact, part, written, said):
    altered = {**FACTS, fact: {**FACTS[fact], part: written}}
    assert differences(tmp_path, altered, sharded) == [("arsrapport.html, spårpanelen", said, fact)]


@pytest.mark.parametrize(
    ("old", "new", "said", "fact"),
    [
        ("15 av 30", "15 av 31", "underlaget skiljer", A),
        ("n = 30", "n = 3", "underlaget skiljer", B),
        (">50\u00a0%<", ">5\u00a0%<", "värdet skiljer", A),
        ("<dd>2025", "<dd>2024", "perioden skiljer", A),
        (f'id="f-{B}"', f'id="f-{A}"', "talet saknas", B),
    ],
)
def test_another_number_in_the_register_is_named(tmp_path, old, new, said, fact):
    assert old in PAGE
    found = differences(tmp_path, FACTS, False, PAGE.replace(old, new))
    assert ("arsrapport.html, faktaregistret", said, fact) in found
