from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from pipeline.forms.codebook import Codebook
from pipeline.intake import clean as cleaning
from pipeline.intake.clean import Cleaned, schema
from pipeline.intake.raw import Recognised
from pipeline.privacy.key import PseudonymKey

Understand = Callable[..., Recognised]
HEAD = ["Ärende-id", "Slutdatum", "Enhet", "Ålder", "Hur nöjd är du?", "Vilka problem?"]


def clean(recognised: Recognised) -> Cleaned:
    return cleaning.clean(recognised, PseudonymKey(bytes(32)))


def rows(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(r.values()) for r in table.select(list(names)).to_pylist()]


def test_every_row_has_its_source_and_typed_values(understand: Understand) -> None:
    data = [["A1", "2025-03-01", "Vuxen", 17, "5 – Mycket nöjd", "Alkohol;Skola"], ["A2"]]
    made = clean(understand([["Titel"], HEAD, *data, [None, "2025-04-01", "vux"]]))
    assert made.table.schema == schema(made.recognised.codebook)
    assert rows(made.table, "_kalla", "_rad", "enhet", "alder", "nojd") == [
        ("prov.xlsx!Svar", 3, "vux", 17, 5),
        ("prov.xlsx!Svar", 4, None, None, None),
        ("prov.xlsx!Svar", 5, "vux", None, None),
    ]
    names = ("problem__alkohol", "problem__spel", "problem__skola", "problem__bortfall")
    assert rows(made.table, *names)[:2] == [(True, False, True, None), (None,) * 4]
    assert "problem__vet_ej" not in made.table.column_names


def test_refused_cells_stand_as_text_with_address_and_reason(understand: Understand) -> None:
    made = clean(understand([HEAD, ["A1", "3/4/2025", "Fam", "tolv", 7, "Skolk;Skola"]]))
    names = ("slutdatum", "_fel_slutdatum", "_fel_alder", "_fel_nojd", "_fel_problem")
    assert rows(made.table, *names) == [(None, "3/4/2025", "tolv", "7", "Skolk")]
    assert rows(made.table, "problem__skola", "problem__alkohol") == [(True, False)]
    assert made.errors["adress"].to_pylist() == [f"prov.xlsx!Svar!{c}2" for c in "BDEF"]
    reasons = " ".join(made.errors["orsak"].to_pylist())
    assert "tolv" not in reasons and "Skolk" not in reasons and "Menade du ”Skola”?" in reasons


def test_error_cells_are_refused_whatever_the_type(understand: Understand) -> None:
    raw = [HEAD, ["#N/A", "2025-03-01", "#N/A", 17]]
    made = clean(understand(raw, problems={(2, 1): "Cellen visar felet #N/A", (2, 3): "fel"}))
    assert rows(made.table, "arende_id", "_fel_arende_id", "_fel_enhet", "alder") == [
        (None, "#N/A", "#N/A", 17)
    ]
    assert made.errors.num_rows == 2


def test_rules_are_counted_in_cells_for_each_field(understand: Understand) -> None:
    data = [[i, "2025-03-01", "Vuxenteamet", "17", "Vet ej", "-"] for i in range(3)]
    made = clean(understand([HEAD, *data]))
    assert made.rules == {
        "arende_id": {"tal_till_text": 3},
        "slutdatum": {"datum_som_text": 3},
        "enhet": {"omkodat": 3},
        "alder": {"talsomtext": 3},
        "nojd": {"vet_ej": 3},
        "problem": {"saknas": 3},
    }
    assert rows(made.table, "nojd", "nojd__bortfall") == [(None, "9")] * 3


def test_true_and_1_in_one_column_are_not_confused(understand: Understand) -> None:
    made = clean(understand([HEAD, [1, "2025-03-01"], [True, "2025-03-01"], [1.5, "2025-03-01"]]))
    assert made.table["arende_id"].to_pylist() == ["1", "ja", "1.5"]


SURVEY = ["q1", "q2", "q3[SQ001]", "q3[SQ002]", "q3[SQ003]"]
KANALER = ("kanaler__brev", "kanaler__telefon", "kanaler__bortfall")


def test_blank_dummy_columns_are_no_where_any_other_is_answered(understand: Understand) -> None:
    data = [["a", "1", "Ja", "", ""], ["b", "1", "", "", ""], ["c", "1", "Nej", "N/A", "Nej"]]
    made = clean(understand([SURVEY, *data], kind="csv"))
    assert rows(made.table, *KANALER) == [
        (True, False, None),
        (None, None, None),
        (False, False, None),
    ]


def test_vet_ej_as_a_dummy_column_leaves_the_denominator(understand: Understand) -> None:
    data = [["a", "1", "", "", "Ja"], ["b", "1", "Ja", "", "Ja"]]
    made = clean(understand([SURVEY, *data], kind="csv"))
    assert rows(made.table, *KANALER) == [(None, None, "vet_ej"), (True, False, None)]


def test_an_option_without_a_column_in_the_file_was_not_asked(understand: Understand) -> None:
    made = clean(understand([["q1", "q2", "q3[SQ002]"], ["a", "1", "Brev"], ["b", "2", "Telefon"]]))
    assert rows(made.table, *KANALER) == [(None, False, None), (None, True, None)]
    assert made.rules["kanaler"] == {"ej_vald": 1}


def test_fields_the_file_lacks_are_null_columns(
    understand: Understand, books: dict[str, Codebook]
) -> None:
    made = clean(understand([["Ärende-id", "Slutdatum", "Enhet"], ["A", "2025-01-01", "fam"]]))
    assert made.table.schema == schema(books["provarenden"])
    assert rows(made.table, "kostnad", "problem__skola", "_fel_kostnad") == [(None, None, None)]
