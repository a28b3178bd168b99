"""What the terminal says: 80 columns, grouped, cut, no values."""

from __future__ import annotations

import re

from pipeline.validation.records import BLANKED, FLAGGED, QUARANTINED, Figures, Finding
from pipeline.validation.records import ValidationSummary as Summary
from pipeline.validation.summary import terminal_summary


def finding(row: int, action: str = BLANKED, check: str = "a.b.skala", **more: object) -> Finding:
    made: dict[str, object] = {
        "kalla": "avslut.xlsx!Svar",
        "rad": row,
        "fil": "avslut.xlsx",
        "tabell": "avslut",
        "falt": "b",
        "adress": f"avslut.xlsx!Svar!H{row}",
        "atgard": action,
        "kontroll": check,
        "orsak": "Svaret ligger utanför skalan 1–5.",
        "kolumn": "Hur nöjd är du?",
        "allmant": "Svaret ligger utanför skalan 1–5.",
        "gor_sa": "Skriv ett tal på skalan 1–5.",
        "att_gora": True,
    }
    return Finding(**{**made, **more})  # type: ignore[arg-type]


def summary(*findings: Finding, **files: Figures) -> Summary:
    return Summary(2025, files or {"avslut.xlsx": Figures(30, 28, 1, 1, 2)}, {}, (), findings)


def test_cells_with_one_reason_stand_together() -> None:
    assert terminal_summary(summary(finding(14), finding(20)), mending_list="x.csv") == (
        "Avstämning 2025  Rader  Räknas  Dubbletter  Karantän  Tömda  Maskerade\n"
        "avslut.xlsx         30      28           1         1      2          0\n"
        "\n"
        "Celler som räknas som tomma, i rader som räknas\n"
        "-----------------------------------------------\n"
        "\n"
        "avslut.xlsx – Hur nöjd är du?\n"
        "  Svaret ligger utanför skalan 1–5.\n"
        "  Blad Svar: H14, H20\n"
        "  Gör så här: Skriv ett tal på skalan 1–5.\n"
        "\n"
        "Hela listan öppnas i Excel: x.csv\n"
    )


def test_worst_comes_first() -> None:
    said = terminal_summary(
        summary(finding(1, FLAGGED, "c"), finding(2, BLANKED, "b"), finding(3, QUARANTINED, "a"))
    )
    assert said.index("karantän:") < said.index("tomma,") < said.index("bör kontrolleras")


def test_a_long_list_is_cut_and_every_reason_is_shown_once() -> None:
    many = [finding(2 * i, BLANKED, f"k{i % 7}") for i in range(100)]
    said = terminal_summary(summary(*many))
    assert len(re.findall(r"H\d+", said)) == 20
    assert said.count("Gör så här") == 7
    assert "Här visas 20 av 100 celler att rätta." in said


def test_a_run_of_cells_is_written_as_excel_writes_it() -> None:
    rows = [2, 3, 5, 6, 7, 8, 20]
    said = terminal_summary(summary(*(finding(r) for r in rows)))
    assert "  Blad Svar: H2, H3, H5:H8, H20\n" in said
    assert "Här visas" not in said


def test_no_line_is_wider_than_the_terminal() -> None:
    name = "Uppföljning av avslutade insatser i öppenvården, alla enheter 2025 (kopia).xlsx"
    found = [finding(i, kolumn="Ord " * 40, gor_sa="Ord " * 60) for i in range(60)]
    files = {name: Figures(1_234_567, 1_234_567, 0, 0, 0), "avslut.xlsx": Figures(1, 1, 0, 0, 0)}
    said = terminal_summary(summary(*found, **files), limit=60)
    assert max(len(line) for line in said.splitlines()) <= 80
    assert name in said
    assert "1\u00a0234\u00a0568" in said


def test_nothing_to_mend_is_said() -> None:
    assert "det finns ingenting att rätta" in terminal_summary(summary())


def test_what_nobody_can_mend_is_not_listed() -> None:
    said = terminal_summary(summary(finding(3, QUARANTINED, att_gora=False)))
    assert "ingenting att rätta" in said


def test_a_cell_that_the_file_lacks_is_named_by_its_row() -> None:
    assert "Blad Svar: rad 14" in terminal_summary(summary(finding(14, adress="")))
