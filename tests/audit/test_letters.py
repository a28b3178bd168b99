"""Letters and plan: what they say, in whose words, how they open, and who is never in them."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import os
import re
from pathlib import Path

import pypdf
import pytest

from pipeline.errors import ConfigError
from pipeline.publish.letter_templates import SHIPPED, filled
from pipeline.run.draw import Asked, draw_kunder
from pipeline.run.letters import make_letters
from pipeline.run.visits import fix_plan
from pipeline.workspace import Workspace
from tests import municipality as m
from tests.audit import visited as v

DAY = dt.date(2025, 3, 12)
NAMES = ("information", "urvalsbesked", "handlingsplan")


def silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A visit that is drawn and has a red finding; one in June by an external provider that nobody
    has visited for long; one without a dnr; one that is cancelled. A year before, another."""
    plan = [
        v.planned(told="2025-02-19", decided="2025-05-05"),
        v.planned("V2025-02", "OH 2025/32", "Särskilt boende Örnen", "Omsorgen i Skogsbygd AB",
                  "Extern utförare", "2025-06-04", before="2020-02-03"),
        v.planned("V2025-03", "", on="2025-09-17", drawn="2025-09-01"),
        v.planned("V2025-04", "OH 2025/34", "Daglig verksamhet Näset", on="2025-10-08",
                  status="Inställt", before=""),
    ]  # fmt: skip
    made = v.establish(tmp_path_factory.mktemp("brev"), plan, v.kunder(11))
    v.write(made, "dokument.xlsx", v.DOCUMENTS, [
        ["V2025-01", "Rutin för delegering", v.day("2025-02-19"), v.day("2025-03-19"), "Ja"],
        ["V2025-01", "Förteckning över åtgärder", v.day("2025-02-19"), None, None],
    ])  # fmt: skip
    v.write(made, "bedomning.xlsx", v.FINDINGS, [
        ["V2025-01", "Social dokumentation", 1, "Planer saknas", "Röd – måste åtgärdas",
         v.day("2025-05-06"), v.day("2025-06-05")],
        ["V2025-01", "Rutiner", 1, "Följs", "Grön – uppfyller kraven helt", None, None],
    ])  # fmt: skip
    v.write(made, "plan.xlsx", v.PLAN, [
        v.planned("V2024-01", on="2024-04-10", status="Genomfört", before="2021-01-12"),
    ], year=2024)  # fmt: skip
    m.tables(made, 2024, 2025)
    draw_kunder(made, v.YEAR, Asked("V2025-01", "MAS"), DAY, silent)
    make_letters(made, v.YEAR, "", DAY, silent)
    return made


def home(workspace: Workspace) -> Path:
    return workspace.reports / "2025" / "intern" / "verksamhet"


def letters(workspace: Workspace, besok: str = "V2025-01") -> Path:
    return home(workspace) / besok / "brev"


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def page_text(path: Path) -> str:
    """A page, its dates without what keeps them on one line."""
    page = re.sub(r'<span class="datum">(.+?)</span>', r"\1", path.read_text(encoding="utf-8"))
    return " ".join(page.replace("\u00a0", " ").split())


def opened(path: Path) -> email.message.EmailMessage:
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


# -- What is there, and what it says


def test_each_visit_has_the_letters_that_can_be_made(whole: Workspace) -> None:
    made = {
        folder.name: sorted({p.stem for p in (folder / "brev").glob("*")})
        for folder in home(whole).iterdir() if folder.is_dir()
    }  # fmt: skip
    assert made == {"V2025-01": sorted(NAMES), "V2025-02": ["information"]}
    assert {p.suffix for p in letters(whole).iterdir()} == {".html", ".pdf", ".eml"}


def test_why_a_letter_is_not_made_is_said(whole: Workspace) -> None:
    said: list[str] = []
    make_letters(whole, v.YEAR, "", DAY, said.append)
    told = " ".join(" ".join(said).split())
    assert "Beskedet om urval görs inte för V2025-02: urvalet är inte draget." in told
    assert "Informationsbrevet görs inte för V2025-03: diarienumret saknas" in told
    assert "V2025-04" not in told  # cancelled
    make_letters(whole, v.YEAR, "V2025-04", DAY, said.append)
    assert said[-1] == "Besöket V2025-04 är inställt: inga brev görs."
    assert all(len(line) <= 80 for each in said for line in each.splitlines())


def test_the_information_says_what_the_routine_demands(whole: Workspace) -> None:
    said = page_text(letters(whole) / "information.html")
    for words in (
        "lagstiftarens krav på god kvalitet", "19 mars 2025", "Undersköterska",
        "Social dokumentation (SoL och LSS)", "Rutin för delegering", "Förteckning över åtgärder",
        "vecka 11, 10–14 mars 2025", "19 september 2024", "19 februari 2025",
    ):  # fmt: skip
        assert words in said, words
    external = page_text(letters(whole, "V2025-02") / "information.html")
    assert "Omsorgen i Skogsbygd AB" in external and "7 maj 2025" in external  # proposed


@pytest.mark.parametrize("name", NAMES)
def test_the_dnr_stands_on_every_page_of_every_letter(whole: Workspace, name: str) -> None:
    assert "OH 2025/31" in page_text(letters(whole) / f"{name}.html")
    reader = pypdf.PdfReader(letters(whole) / f"{name}.pdf")
    for page in reader.pages:
        assert "OH 2025/31" in page.extract_text()
    assert "OH 2025/31" in str(opened(letters(whole) / f"{name}.eml")["Subject"])


def test_the_request_names_the_red_areas_and_the_day(whole: Workspace) -> None:
    said = text_of((letters(whole) / "handlingsplan.pdf").read_bytes())
    assert "Social dokumentation" in said and "Röd – måste åtgärdas" in said
    assert "senast 5 juni 2025" in said and "6 maj 2025" in said
    assert "Följsamhet till rutiner" not in said  # green


def test_no_letter_says_who_was_drawn(whole: Workspace) -> None:
    """Neither the kund's own number, nor its pseudonym, nor how many they are in digits."""
    protocol = whole.raw / "2025/protokoll/urval/V2025-01-01.json"
    import json

    pseudonyms = [p for p, _ in json.loads(protocol.read_text(encoding="utf-8"))["ram"]["kunder"]]
    for path in home(whole).rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".eml":
            mail = opened(path)
            content += "".join(
                part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
            ).encode()  # fmt: skip
        if path.suffix == ".pdf":
            content += text_of(content).encode()
        assert b"K-40" not in content, path
        assert not any(p.encode() in content for p in pseudonyms), path
    said = text_of((letters(whole) / "urvalsbesked.pdf").read_bytes())
    assert "Åtta kunder är dragna slumpmässigt" in said and "finns inte i det här brevet" in said


# -- The draft of an e-mail


@pytest.mark.parametrize("name", NAMES)
def test_the_draft_opens_with_its_letters_intact_and_the_pdf_attached(
    whole: Workspace, name: str
) -> None:
    path = letters(whole) / f"{name}.eml"
    mail = opened(path)
    assert mail["X-Unsent"] == "1" and not str(mail["To"]) and "Date" not in mail
    assert "Message-ID" not in mail and not mail.defects
    assert "V2025" not in str(mail["Subject"]) and "ö" in str(mail["Subject"]) + body(mail)
    assert "Hej!" in body(mail) and "Vänlig".casefold() in body(mail).casefold()
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == f"{name}-V2025-01.pdf"
    assert attached.get_content() == path.with_suffix(".pdf").read_bytes()
    assert b"\r\n" in path.read_bytes() and not path.read_bytes().replace(b"\r\n", b"").count(b"\n")


def body(mail: email.message.EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_a_receiver_is_told_of_the_list_but_never_gets_it_by_mail(whole: Workspace) -> None:
    mail = opened(letters(whole) / "urvalsbesked.eml")
    assert "på ett säkert sätt" in body(mail)
    assert [a.get_filename() for a in mail.iter_attachments()] == ["urvalsbesked-V2025-01.pdf"]


def test_the_same_year_gives_the_same_bytes(whole: Workspace) -> None:
    before = {p: p.read_bytes() for p in home(whole).rglob("*") if p.is_file()}
    make_letters(whole, v.YEAR, "", DAY, silent)
    assert {p: p.read_bytes() for p in home(whole).rglob("*") if p.is_file()} == before


# -- The municipality's own words


@pytest.fixture
def workspace(whole: Workspace, tmp_path: Path) -> Workspace:
    return m.copy(whole, tmp_path)


def template(workspace: Workspace, name: str, text: str) -> None:
    path = workspace.raw / "mallar" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_template_of_its_own_takes_the_place_of_ours(workspace: Workspace) -> None:
    template(workspace, "information",
             "# Vi kommer på besök till {{verksamhet}}\n\nVälkomna önskar {{kommun}}. Vi ses "
             "**{{besoksdag}}** och talar om:\n\n{{omraden}}\n\n1. Först\n2. Sedan\n\nStorgatan 4, "
             "289 41 Broby, 044-775 60 00, sas@sjovik.se, SOSFS 2011:9, 5 kap. 3 §, "
             "kl. 09.00–16.00\n")  # fmt: skip
    make_letters(workspace, v.YEAR, "V2025-01", DAY, silent)
    said = page_text(letters(workspace) / "information.html")
    assert "Vi kommer på besök till Hemtjänsten Åsen" in said
    assert "<strong>19 mars 2025</strong>" in said and "<li>Följsamhet till rutiner</li>" in said
    assert "044-775 60 00" in said and "Syfte" not in said
    assert "Begäran om handlingsplan" in page_text(letters(workspace) / "handlingsplan.html")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Hej {{verksamhten}}", "information.md, rad 4: platshållaren {{verksamhten}} finns inte"),
        ("Hej {{verksamhten}}", "Menas {{verksamhet}}?"),
        ("Hej {{verksamhet", "klammerparenteserna"),
        ("Vi granskar 8 kunder", "rad 4: talet ”8” har ingen källa"),
        ("Vi fann 62 % brister", "har ingen källa"),
        ("Gäller 19121212-1212", "rad 4: raden innehåller ett personnummer"),
    ],
)
def test_a_faulty_template_is_told_by_file_and_line(
    workspace: Workspace, line: str, words: str
) -> None:
    before = (letters(workspace) / "information.pdf").read_bytes()
    template(workspace, "information", f"# Rubrik\n\nHej!\n{line}\n")
    with pytest.raises(ConfigError) as refused:
        make_letters(workspace, v.YEAR, "", DAY, silent)
    assert words in str(refused.value) and "besoksdag" in str(refused.value)
    assert (letters(workspace) / "information.pdf").read_bytes() == before


def test_a_template_without_a_title_or_with_a_picture_is_refused(workspace: Workspace) -> None:
    template(workspace, "information", "Ingen rubrik\n")
    with pytest.raises(ConfigError, match="rubrik"):
        make_letters(workspace, v.YEAR, "", DAY, silent)
    template(workspace, "information", "# R\n\n![logga](logga.png)\n")
    with pytest.raises(ConfigError, match="en bild"):
        make_letters(workspace, v.YEAR, "", DAY, silent)


def test_a_template_that_no_letter_has_is_not_passed_over(workspace: Workspace) -> None:
    template(workspace, "informaton", "# Rubrik\n")
    with pytest.raises(ConfigError, match=r"mallar/informaton\.md: ingen mall heter så"):
        make_letters(workspace, v.YEAR, "", DAY, silent)


def test_placeholders_are_filled_wherever_they_stand(workspace: Workspace) -> None:
    template(workspace, "epost_urvalsbesked",
             "# {{dnr}}\n\n> *{{besoksdag}}* `{{dnr}}`\n\n[Läs {{dnr}}](https://sjovik.se)\n\n"
             "- ett: {{dnr}}\n")  # fmt: skip
    text = filled(workspace.raw, "epost_urvalsbesked", {"dnr": "OH 1", "besoksdag": "i dag"})
    assert text.plain() == "i dag OH 1\n\nLäs OH 1\n\n- ett: OH 1\n"
    template(workspace, "epost_urvalsbesked", "# R\n\n[Läs](https://sjovik.se/{{dnr}})\n")
    with pytest.raises(ConfigError, match="en länks adress"):
        filled(workspace.raw, "epost_urvalsbesked", {"dnr": "OH 1"})


def test_only_the_owner_may_read_what_is_put_in_place(whole: Workspace) -> None:
    if os.name == "posix":
        assert {p.stat().st_mode & 0o077 for p in [home(whole), *home(whole).rglob("*")]} == {0}


def test_what_people_have_written_in_the_plan_is_no_markup(workspace: Workspace) -> None:
    text = filled(workspace.raw, "epost_urvalsbesked",
                  {"dnr": "A_1*b*", "besoksdag": "<b>", "avsandare": "{{dnr}}"})  # fmt: skip
    assert "A_1*b*" in text.title and "<b>" in text.plain() and "{{dnr}}" in text.plain()


def test_our_own_templates_are_all_of_the_letters(whole: Workspace) -> None:
    found = {p.stem for p in SHIPPED.glob("*.md")} - {"tillganglighet"}  # a page, no letter
    assert found == {*NAMES, *(f"epost_{n}" for n in NAMES)}


def test_a_letter_that_can_no_longer_be_made_does_not_stay(workspace: Workspace) -> None:
    v.write(workspace, "plan.xlsx", v.PLAN, [v.planned(dnr="")])
    m.tables(workspace, 2025)
    (letters(workspace).parent / "rapport.html").write_text("en annans", encoding="utf-8")
    make_letters(workspace, v.YEAR, "V2025-01", DAY, silent)
    assert not list(letters(workspace).glob("*"))
    assert (letters(workspace).parent / "rapport.html").is_file()
    assert list(letters(workspace, "V2025-02").glob("*"))  # not asked about


# -- The plan


def test_the_plan_shows_visits_days_and_every_units_last_visit(whole: Workspace) -> None:
    said = page_text(home(whole) / "plan.html")
    for words in (
        "Mars", "Juni", "Egen regi, Sjöviks kommun", "Extern utförare, Omsorgen i Skogsbygd AB",
        "skickad 2025-02-19", "förslag 2025-05-07", "vecka 11: 2025-03-10–2025-03-14",
        "urvalet draget 2025-03-12", "2024-04-10", "2020-02-03", "inget känt", "inte mottaget",
        "Daglig verksamhet Näset", "Inställt",
    ):  # fmt: skip
        assert words in said, words


def test_the_plan_warns_of_what_breaks_the_calendar(whole: Workspace) -> None:
    said = text_of((home(whole) / "plan.pdf").read_bytes())
    assert "V2025-02: Besöket 2025-06-04 är lagt i juni." in said
    assert "V2025-03: Diarienummer saknas." in said
    assert "V2025-03: Beskedet om urvalet lämnades 2025-09-01: för tidigt." in said
    assert "Särskilt boende Örnen: Senast följd upp 2020-02-03: mer än tre år" in said
    assert "V2025-01:" not in said


def test_the_plan_tells_what_has_changed_since_it_was_fixed(workspace: Workspace) -> None:
    v.write(workspace, "plan.xlsx", v.PLAN, [
        v.planned(dnr="OH 2025/40"), v.planned("V2025-09", "OH 2025/39", on="2025-11-12"),
    ])  # fmt: skip
    m.tables(workspace, 2025)
    make_letters(workspace, v.YEAR, "", DAY, silent)
    said = page_text(home(workspace) / "plan.html")
    assert "diarienumret var ”OH 2025/31”, är ”OH 2025/40”" in said
    assert "V2025-09: Tillkom efter januari." in said
    assert "V2025-02: Står inte längre i planen." in said


def test_the_plan_is_fixed_when_january_is_over_and_not_before(tmp_path: Path) -> None:
    workspace = v.establish(tmp_path)
    m.tables(workspace, v.YEAR)
    record = workspace.raw / "2025/protokoll/uppfoljningsplan.json"
    assert fix_plan(workspace, v.YEAR, dt.date(2025, 1, 15), silent) == []
    assert not record.exists()
    assert fix_plan(workspace, v.YEAR, dt.date(2025, 1, 31), silent) == [record]
    before = record.read_bytes()
    assert fix_plan(workspace, v.YEAR, dt.date(2025, 5, 2), silent, now=True) == []
    assert record.read_bytes() == before


def test_the_protocol_of_a_draw_has_a_page_without_anybody_in_it(whole: Workspace) -> None:
    said = page_text(home(whole) / "V2025-01" / "urval.html")
    for words in ("Protokoll över urval", "Systemförvaltare 2025-03-10", "Kunder i ramen",
                  "uppfoljning-urval-1", "stod i januariplanen"):  # fmt: skip
        assert words in said, words
