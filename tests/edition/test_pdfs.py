"""Every PDF of an edition, as somebody hears it: reports, tertials, visits, papers and letters."""

from __future__ import annotations

import pikepdf

from tests.pdf_faults import faults

from .conftest import YEAR, Built

KINDS = (  # one of each must be there
    "intern/arsrapport.pdf", "publik/arsrapport.pdf", "intern/tertial/T1/sektor.pdf",
    "intern/underlag/namnden/namnden.pdf", "intern/verksamhet/plan.pdf",
    "intern/verksamhet/V2025-01/rapport.pdf", "intern/verksamhet/V2025-01/fragor.pdf",
    "intern/verksamhet/V2025-01/urval.pdf", "intern/verksamhet/V2025-01/brev/information.pdf",
)  # fmt: skip


def test_no_pdf_of_the_edition_has_a_fault(edition: Built) -> None:
    home = edition.workspace.reports / str(YEAR)
    files = sorted(home.rglob("*.pdf"))
    assert {home / kind for kind in KINDS} <= set(files)
    assert {path.relative_to(home).as_posix(): faults(path) for path in files} == {
        path.relative_to(home).as_posix(): [] for path in files
    }


def test_what_leaves_the_house_holds_the_public_ledger_and_the_rest_its_own(edition: Built) -> None:
    home = edition.workspace.reports / str(YEAR)
    for path, name in (
        ("intern/arsrapport.pdf", "faktaregister.parquet"),
        ("publik/arsrapport.pdf", "faktaregister.json"),
        ("intern/underlag/namnden/namnden.pdf", "faktaregister.json"),
    ):
        with pikepdf.open(home / path) as opened:
            assert list(opened.attachments) == [name]
            [spec] = opened.Root.AF
            assert spec.AFRelationship == "/Data"


def test_the_register_is_the_lesser_part_of_the_printed_report(edition: Built) -> None:
    """A reader has ten minutes and a printer."""
    with pikepdf.open(edition.intern / "arsrapport.pdf") as opened, opened.open_outline() as marks:
        first = next(
            pikepdf.Page(mark.destination[0]).index
            for mark in marks.root if mark.title == "Faktaregister"
        )  # fmt: skip
        assert first > len(opened.pages) / 2
        assert len(opened.pages) < 150
