"""The torture files: name → bytes, each built anew. Nothing here knows what should be read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
from openpyxl.utils.datetime import CALENDAR_MAC_1904

Rows = Sequence[Sequence[Any]]
HEAD = ["Ärende-id", "Slutdatum", "Enhet", "Ålder"]
ONE = ["A1", "2025-03-01", "Familjeteamet", "34"]
TWO = ["Å2", "2025-04-02", "Vuxenteamet", "35"]
TABLE = [HEAD, ONE, TWO]
# As a register that holds every Swedish letter, for the encodings.
LETTERS = [[*HEAD, "Synpunkter"], [*ONE, "Åsa är nöjd"], [*TWO, "Örjan å sin sida"]]


def text(rows: Rows, separator: str = ";", end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


def book(*sheets: Rows, change: Callable[[Any], None] | None = None, epoch: Any = None) -> bytes:
    made = openpyxl.Workbook()
    if epoch is not None:
        made.epoch = epoch
    made.remove(made.active)  # type: ignore[arg-type]
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"Blad{number}")
        for i, row in enumerate(rows, 1):
            for j, cell in enumerate(row, 1):
                if cell is not None:
                    sheet.cell(i, j, cell)
    if change is not None:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def edited(data: bytes, part: str, pattern: str, replacement: str) -> bytes:
    """A workbook with something in its XML that openpyxl does not write."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(part):
                changed = re.sub(pattern, replacement, content.decode("utf-8"))
                assert changed.encode("utf-8") != content
                content = changed.encode("utf-8")
            new.writestr(name, content)
    return out.getvalue()


def opendocument(rows: Rows, errors: Sequence[tuple[int, int]] = ()) -> bytes:
    """A workbook of LibreOffice: the XML that holds its cells, and nothing else."""
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }
    cells = []
    for i, row in enumerate(rows, 1):
        cells.append("<table:table-row>")
        for j, cell in enumerate(row, 1):
            if (i, j) in errors:
                cells.append(
                    '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
                    'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
                    "</table:table-cell>"
                )
            elif cell is None:
                cells.append("<table:table-cell/>")
            elif isinstance(cell, dt.date):
                cells.append(
                    f'<table:table-cell office:value-type="date" office:date-value="{cell}">'
                    f"<text:p>{cell}</text:p></table:table-cell>"
                )
            elif isinstance(cell, int | float):
                cells.append(
                    f'<table:table-cell office:value-type="float" office:value="{cell}">'
                    f"<text:p>{cell}</text:p></table:table-cell>"
                )
            else:
                cells.append(
                    f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
                    "</table:table-cell>"
                )
        cells.append("</table:table-row>")
    content = (
        "<?xml version='1.0' encoding='UTF-8'?><office:document-content "
        + " ".join(f'xmlns:{k}="{v}"' for k, v in spaces.items())
        + '><office:body><office:spreadsheet><table:table table:name="Blad1">'
        + "".join(cells)
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return out.getvalue()


MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.'
    'opendocument.spreadsheet"/></manifest:manifest>'
)


def statistics(write: Callable[..., None], suffix: str, **more: Any) -> bytes:
    """A file of SPSS or Stata."""
    frame = pd.DataFrame(
        {
            "q1": ["chef", "medarbetare"],
            "q2": [4.0, 9.0],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        write(
            frame,
            str(path),
            column_labels=["Vilken roll har du?", "Vilket betyg ger du?"],
            variable_value_labels={"q2": {4: "Nöjd", 9: "Vet ej"}},
            **more,
        )
        return path.read_bytes()


def merged_head(made: Any) -> None:
    made["Blad1"].merge_cells("B1:C1")


def merged_body(made: Any) -> None:
    made["Blad1"].merge_cells("C2:C3")


def hidden(made: Any) -> None:
    sheet = made["Blad1"]
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True


def hidden_lists(made: Any) -> None:
    made["Blad2"].sheet_state = "hidden"


def commented(made: Any) -> None:
    from openpyxl.comments import Comment

    made["Blad1"]["F2"].comment = Comment("Kontrollera svaret", "Kvalitet")
    hidden_lists(made)


ROLE = "Vilken roll har du?"
GRADE = "Vilket betyg ger du?"
REACH = "Hur nådde vi dig?"
STAMP = dt.datetime(2025, 3, 1, 8, 30)
FORMS_SV = ["ID", "Starttid", "Slutförandetid", "E-post", "Namn", ROLE, GRADE]
FORMS_ROW = [1, STAMP, STAMP, "anonymous", None, "chef", 4]
Q_META = ["StartDate", "EndDate", "Status", "Progress", "Finished", "ResponseId",
          "DistributionChannel"]  # fmt: skip
Q_ROW = ["2025-03-01 08:00:00", "2025-03-01 08:05:00", "IP Address", "100", "True", "R_1a2B3c",
         "anonymous"]  # fmt: skip


def q_row(number: int, **other: str) -> list[str]:
    """An answer to a Qualtrics survey."""
    said = dict(zip(Q_META, Q_ROW, strict=True)) | {"ResponseId": f"R_{number}x"} | other
    return [*said.values(), "chef", str(number)]


def imports(style: str) -> list[str]:
    return [style % i for i in (*[c[0].lower() + c[1:] for c in Q_META], "QID1", "QID2")]


MONKEY = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address"]
MONKEY_ROW = ["118000001", "446000001", "03/13/2025 08:00:00 AM", "03/13/2025 08:09:00 AM", ""]
LIME = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
KOBO = ["start", "end", "om_dig/q1", "om_dig/q2", "om_dig/q3", "om_dig/q3/SQ001",
        "om_dig/q3/SQ002", "_id", "_uuid", "_submission_time", "_validation_status"]  # fmt: skip

SV = text(LETTERS, end="\n")
FILES: dict[str, Callable[[], bytes]] = {
    # encodings
    "utf8.csv": lambda: SV.encode("utf-8"),
    "utf8_bom.csv": lambda: SV.encode("utf-8-sig"),
    "utf16_le_bom.csv": lambda: b"\xff\xfe" + SV.encode("utf-16-le"),
    "utf16_be_bom.csv": lambda: b"\xfe\xff" + SV.encode("utf-16-be"),
    "utf16_le.csv": lambda: SV.encode("utf-16-le"),
    "utf16_be.csv": lambda: SV.encode("utf-16-be"),
    "utf32.csv": lambda: SV.encode("utf-32"),
    "cp1252.csv": lambda: SV.encode("cp1252"),
    "latin1.csv": lambda: SV.encode("latin-1"),
    "mac_roman.csv": lambda: SV.encode("mac-roman"),
    "dos_850.csv": lambda: SV.encode("cp850"),
    "mojibake_windows.csv": lambda: SV.encode().decode("latin-1").encode("utf-8"),
    "mojibake_1252.csv": lambda: SV.replace("Å", "å").encode().decode("cp1252").encode("utf-8"),
    "mojibake_mac.csv": lambda: SV.encode().decode("mac-roman").encode("utf-8"),
    "mojibake_mixed.csv": lambda: (
        SV + "A3;2025-05-01;Familjeteamet;36;Ã¥ Ã¤ Ã¶\n"
    ).encode(),
    "half_utf16.csv": lambda: b"\xff\xfe" + SV.encode("utf-16-le")[:-1],
    # separators, line ends, quotes
    "comma.csv": lambda: text(TABLE, ",").encode(),
    "tab.tsv": lambda: text(TABLE, "\t").encode(),
    "tab.tab": lambda: text(TABLE, "\t").encode(),
    "pipe.csv": lambda: text(TABLE, "|").encode(),
    "cr_only.csv": lambda: text(TABLE, end="\r").encode(),
    "cr_only_with_hint.csv": lambda: ("sep=,\r" + text(TABLE, ",", "\r")).encode(),
    "excel_hint.csv": lambda: ("sep=;\r\n" + text(TABLE)).encode("cp1252"),
    "quoted_breaks.csv": lambda: text(
        [[*HEAD, "Synpunkter"], [*ONE, 'rad ett\r\nrad "två"; och tre'], [*TWO, "x"]]
    ).encode(),
    "decimal_commas.csv": lambda: text(
        [[*HEAD, "Kostnad (kr)"], [*ONE, "1 234,50"], [*TWO, "0,5"]]
    ).encode(),
    "per_cent.csv": lambda: text(
        [[*HEAD, "Kostnad (kr)"], [*ONE, "62 %"], [*TWO, "61,5\u00a0%"], [*ONE[:3], "34 %", "%"]]
    ).encode(),
    "whole_lines_quoted.csv": lambda: "".join(f'"{",".join(r)}"\r\n' for r in TABLE).encode(),
    "title_and_blank_lines.csv": lambda: text([["Uttag 2025"], [], *TABLE]).encode(),
    "empty_columns.csv": lambda: text([[*r, "", ""] for r in TABLE]).encode(),
    "ragged.csv": lambda: text([HEAD, ONE, TWO[:2]]).encode(),
    # headers
    "header_blanks.xlsx": lambda: book(
        [["\u00a0Ärende-id ", "SLUTDATUM:", "Enhet*", "Ål\u00adder"], ONE, TWO]
    ),
    "header_on_row_4.xlsx": lambda: book([["Statistik"], ["2025"], [], HEAD, ONE, TWO]),
    "starts_in_the_middle.xlsx": lambda: book([[], *[[None, None, *r] for r in TABLE]]),
    "header_twice.xlsx": lambda: book([HEAD, HEAD, ONE, TWO]),
    "same_header_twice.xlsx": lambda: book(
        [[*HEAD, "Enhet"], [*ONE, "Vuxenteamet"], [*TWO, "Vuxenteamet"]]
    ),
    "header_in_two_rows.xlsx": lambda: book(
        [["Ärende-id", "Insats", None, "Ålder"], [None, "Slutdatum", "Enhet", None], ONE, TWO],
        change=merged_head,
    ),
    "column_without_header.xlsx": lambda: book([HEAD, [*ONE, "obs"], TWO]),
    # what stands below, and what is not seen
    "total_below.xlsx": lambda: book([*TABLE, ["Summa", None, None, 69]]),
    "mean_below.csv": lambda: text([*TABLE, ["Medelvärde", "", "", "34,5"]]).encode(),
    "note_below.xlsx": lambda: book([*TABLE, [], ["Källa: verksamhetssystemet"]]),
    "printed_pages.xlsx": lambda: book(
        [["Enhet: Norra sidan"], HEAD, ONE, ["Antal: 1 ärende"], [], ["Enhet: Södra sidan"], HEAD,
         TWO, ["Antal: 1 ärende"]]
    ),
    "two_tables.xlsx": lambda: book(
        [*TABLE, [], ["Tabell 2"], ["Nöjda", "Svarande", "Enhet", "Andel"],
         ["12", "20", "Familjeteamet", "60 %"], ["5", "*", "Vuxenteamet", "-"]]
    ),
    "merged_body.xlsx": lambda: book([HEAD, ONE, [*TWO[:2], None, "35"]], change=merged_body),
    "hidden_row_and_column.xlsx": lambda: book(TABLE, change=hidden),
    "hidden_lists.xlsx": lambda: book(TABLE, [["Enheter"], ["Familjeteamet"]], change=hidden_lists),
    # cells
    "formula.xlsx": lambda: edited(
        book([HEAD, [*ONE[:3], "=30+4"], TWO]),
        "sheet1.xml", r"<f>30\+4</f><v\s*/?>(</v>)?", "<f>30+4</f><v>34</v>",
    ),
    "formula_never_calculated.xlsx": lambda: book([HEAD, [*ONE[:3], "=30+4"], TWO]),
    "formula_empty_text.xlsx": lambda: edited(
        book([HEAD, [*ONE[:3], "=30+4"], TWO]),
        "sheet1.xml", r'<c r="D2"><f>30\+4</f><v\s*/?>(</v>)?', '<c r="D2" t="str"><f>30+4</f><v></v>',  # noqa: E501
    ),
    "error_cells.xlsx": lambda: book([HEAD, [*ONE[:3], "#N/A"], [*TWO[:3], "#DIV/0!"]]),
    "dates_1900.xlsx": lambda: book([HEAD, ["A1", dt.date(2025, 3, 1), "Familjeteamet", 34]]),
    "dates_1904.xlsx": lambda: book(
        [HEAD, ["A1", dt.date(2025, 3, 1), "Familjeteamet", 34]], epoch=CALENDAR_MAC_1904
    ),
    "dates_in_every_way.csv": lambda: text(
        [HEAD]
        + [[f"A{i}", d, "Familjeteamet", "34"] for i, d in enumerate(
            ["1/3 2025", "1 mars 2025", "20250301", "2025/03/01 3:14:15 em CET",
             "2025-03-01T08:00:00Z", "01.03.2025 08:00", "Mar 1, 2025", "03/04/2025"], 1)]
    ).encode(),
    "numbers_as_text.xlsx": lambda: book([HEAD, [*ONE[:3], "34"], [*TWO[:3], " 35 "]]),
    # formats under other names
    "opendocument.ods": lambda: opendocument(
        [HEAD, ["A1", dt.date(2025, 3, 1), "Familjeteamet", 34], [*TWO[:3], None]], [(3, 4)]
    ),
    "new_workbook_named.xls": lambda: book(TABLE),
    "web_page_named.xls": lambda: b"<html><body><table><tr><td>A</td></tr></table></body></html>",
    "text_named.xlsx": lambda: text(TABLE).encode(),
    "half.xlsx": lambda: book(TABLE * 200)[:3000],
    "locked.xlsx": lambda: bytes.fromhex("D0CF11E0A1B11AE1")
    + b"\0" * 600
    + "EncryptedPackage".encode("utf-16-le"),
    "spss.sav": lambda: statistics(pyreadstat.write_sav, ".sav"),
    "spss_with_missing.sav": lambda: statistics(
        pyreadstat.write_sav, ".sav", missing_ranges={"q2": [9]}
    ),
    "stata.dta": lambda: statistics(pyreadstat.write_dta, ".dta"),
    "text_named.sav": lambda: b"q1,q2\nchef,4\n" * 40,
    # survey tools
    "forms_sv.xlsx": lambda: book([FORMS_SV, FORMS_ROW]),
    "forms_en.xlsx": lambda: book(
        [["ID", "Start time", "Completion time", "Email", "Name", "Last modified time", ROLE,
          GRADE],
         [1, STAMP, STAMP, "anonymous", None, None, "chef", 4]]
    ),
    "forms_no.xlsx": lambda: book(
        [["ID", "Starttidspunkt", "Fullføringstidspunkt", "E-post", "Navn", ROLE, GRADE], FORMS_ROW]
    ),
    "forms_de.xlsx": lambda: book(
        [["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", ROLE, GRADE], FORMS_ROW]
    ),
    "forms_quiz.xlsx": lambda: book(
        [["ID", "Starttid", "Slutförandetid", "E-post", "Namn", "Totalt antal poäng",
          "Feedback för test", ROLE, f"Poäng - {ROLE}", f"Feedback - {ROLE}", GRADE],
         [1, STAMP, STAMP, "anonymous", None, 3, None, "chef", 1, None, 4]]
    ),
    "forms_comment_and_hidden_sheet.xlsx": lambda: book(
        [FORMS_SV, FORMS_ROW], [["_56F9DC9755BA473782653E2940F9"]], change=commented
    ),
    "google_sv.csv": lambda: text(
        [["Tidstämpel", ROLE, GRADE], ["2025/03/01 3:14:15 em CET", "chef", "4"],
         ["2025-03-01 14.03.22", "chef", "5"]], ","
    ).encode(),
    "google_options.csv": lambda: text(
        [["Timestamp", ROLE, f"{REACH} [Brev]", f"{REACH} [Telefon]"],
         ["3/13/2025 14:03:22", "chef", "Ja", "Nej"]], ","
    ).encode(),
    "surveymonkey.csv": lambda: text(
        [[*MONKEY, ROLE, REACH, "", GRADE, "Dina uppgifter", ""],
         [""] * 5 + ["Response", "Brev", "Telefon", "Open-Ended Response", "Namn", "E-postadress"],
         [*MONKEY_ROW, "chef", "Brev", "", "4", "", ""]], ","
    ).encode(),
    "surveymonkey_status.csv": lambda: text(
        [[*MONKEY, "Response Status", ROLE, GRADE], [""] * 6 + ["Response"] * 2,
         [*MONKEY_ROW, "Complete", "chef", "4"], [*MONKEY_ROW, "Partial", "chef", "2"]], ","
    ).encode(),
    "surveymonkey_condensed.csv": lambda: text(
        [[*MONKEY, ROLE, GRADE], [*MONKEY_ROW, "chef", "4"]], ","
    ).encode(),
    "qualtrics_three_rows.csv": lambda: text(
        [[*Q_META, "Q1", "Q2"], [*Q_META, ROLE, GRADE], imports('{"ImportId":"%s"}'),
         q_row(1), q_row(2, Status="Survey Preview"), q_row(3, Status="Survey Test"),
         q_row(4, Finished="False", Progress="40"), q_row(5, Status="Spam"),
         q_row(6, DistributionChannel="preview")], ","
    ).encode(),
    "qualtrics_python_ids.csv": lambda: text(
        [[*Q_META, "Q1", "Q2"], [*Q_META, ROLE, GRADE], imports("{'ImportId': '%s'}"),
         q_row(1, Status="0", Finished="1"), q_row(2, Status="2", Finished="1")], ","
    ).encode(),
    "qualtrics_two_rows.csv": lambda: text(
        [["V1", "V2", "V3", "V4", "V5", "Q1", "Q2"],
         ["ResponseID", "ResponseSet", "IPAddress", "Status", "Finished", ROLE, GRADE],
         ["R_1", "Default Response Set", "", "0", "1", "chef", "4"],
         ["R_2", "Default Response Set", "", "1", "1", "chef", "5"],
         ["R_3", "Default Response Set", "", "0", "0", "chef", "5"]], ","
    ).encode(),
    "limesurvey_codes.csv": lambda: text(
        [[*LIME, "q1", "q2", "q3[SQ001]", "q3[SQ002]"],
         ["1", "2025-03-01 08:00:00", "3", "sv", "1", "chef", "4", "Y", ""],
         ["2", "", "1", "sv", "2", "chef", "", "", ""]], ","
    ).encode(),
    "limesurvey_underscores.csv": lambda: text(
        [[*LIME, "q1", "q2", "q3_SQ001", "q3_SQ002"],
         ["1", "2025-03-01 08:00:00", "3", "sv", "1", "chef", "4", "Ja", "Nej"]], ","
    ).encode(),
    "limesurvey_questions.csv": lambda: text(
        [["Svars-ID", "Datum inskickat", "Sista sidan", "Startspråk", ROLE, GRADE,
          f"{REACH} [Brev]", f"{REACH} [Telefon]"],
         ["1", "1980-01-01 00:00:00", "3", "sv", "chef", "4", "Ja", "Nej"],
         ["2", "", "1", "sv", "chef", "", "", ""]], ","
    ).encode(),
    "limesurvey_both.xlsx": lambda: book(
        [["id. Svars-ID", "submitdate. Datum inskickat", f"q1. {ROLE}", f"q2. {GRADE}",
          f"q3[SQ001]. {REACH} [Brev]", f"q3[SQ002]. {REACH} [Telefon]"],
         [1, STAMP, "chef", 4, "Ja", "Nej"], [2, None, "chef", None, None, None]]
    ),
    "redcap.csv": lambda: text(
        [["record_id", "redcap_event_name", "q1", "q2", "q3___SQ001", "q3___SQ002",
          "enkat_complete"],
         ["1", "start_arm_1", "chef", "4", "1", "0", "2"],
         ["1", "slut_arm_1", "chef", "5", "0", "1", "0"]], ","
    ).encode(),
    "redcap_survey.csv": lambda: text(
        [["record_id", "redcap_survey_identifier", "enkat_timestamp", "q1", "q2", "enkat_complete"],
         ["1", "", "2025-03-01 08:00:00", "chef", "4", "2"],
         ["2", "", "[not completed]", "chef", "", "0"]], ","
    ).encode(),
    "redcap_labels.csv": lambda: text(
        [["Record ID", "Event Name", ROLE, GRADE, f"{REACH} (choice=Brev)", "Complete?"],
         ["1", "Start", "chef", "4", "Checked", "Complete"]], ","
    ).encode(),
    "kobo.xlsx": lambda: book(
        [KOBO,
         [STAMP, STAMP, "chef", 4, "SQ001", 1, 0, 7001, "uuid-1", STAMP, None],
         [STAMP, STAMP, "chef", 5, "SQ002", 0, 1, 7002, "uuid-2", STAMP, "Not Approved"]]
    ),
    "odk_central.csv": lambda: text(
        [["SubmissionDate", "om_dig-q1", "om_dig-q2", "KEY", "SubmitterName", "ReviewState"],
         ["2025-03-01T08:00:00Z", "chef", "4", "uuid:1", "", "approved"],
         ["2025-03-02T08:00:00Z", "chef", "5", "uuid:2", "", "rejected"]], ","
    ).encode(),
}  # fmt: skip
