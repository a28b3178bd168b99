"""Two visits by hand-made files: one whole, in which everything that the report tells of occurs,
and one where hardly anything is noted. What the reports must say was counted by hand in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.workspace import Workspace
from tests.municipality import establish, settings, write_workbook

YEAR = 2025
WHOLE, BARE = "V2025-01", "V2025-02"
D = dt.date
KOMMUN = settings("Provköping", ["norr=Hemtjänst Norr", "park=Gruppbostad Parken 3"],
                  day="2025-06-30")  # fmt: skip
Table = tuple[Sequence[str], list[Sequence[Any]]]

PLAN: Table = (
    ("Besökets nummer", "Diarienummer", "Verksamhet som följs upp", "Utförare", "Regi",
     "Områden som följs upp", "Ansvarig för uppföljningen", "Förra besöket", "Besöksdatum",
     "Yrkeskategorier som deltar", "Besökets läge"),
    [
        (WHOLE, "VON 2025/17", "Hemtjänst Norr", "Kommunen", "Egen regi",
         "Social dokumentation; HSL-dokumentation; Delaktighet; Avvikelser; Rutiner; Ledning",
         "SAS och MAS", D(2023, 3, 14), D(2025, 3, 12), "Verksamhetsansvarig; Undersköterska",
         "Genomfört"),
        (BARE, "VON 2025/18", "Gruppbostad Parken 3", "Omsorgen AB", "Extern utförare",
         "Kompetens", "SAS", None, D(2025, 4, 9), "Stödassistent", "Planerat"),
    ],
)  # fmt: skip

# Eight kunder. A plan exists in 8 of 8; it is up to date in 3 (5 no); goals in 6 (2 partly);
# involvement in 8 of 8; SIP: 3 of 4, not applicable to 4. HSL, three kunder: risk of falling 1 of
# 3, signing 3 of 3.
ANSWERS = {
    ("SoL", "Genomförandeplan finns"): "JJJJJJJJ",
    ("SoL", "Genomförandeplanen är aktuell"): "JJJNNNNN",
    ("SoL", "Målen går att följa upp"): "JJJJJJDD",
    ("SoL", "Kundens delaktighet framgår"): "JJJJJJJJ",
    ("SoL", "Samordnad individuell plan (SIP) finns när den behövs"): "JJJNEEEE",
    ("HSL", "Risk för fall är bedömd, med åtgärd"): "JNN",
    ("HSL", "Givna insatser är signerade"): "JJJ",
}
MEANT = {"J": "Ja", "D": "Delvis", "N": "Nej", "E": "Ej tillämpligt"}
REVIEW: Table = (
    ("Besökets nummer", "Kund nr i urvalet", "Lagrum", "Kriterium", "Uppfyllt?",
     "Granskad av (roll)", "Andra granskare (roll)"),
    [
        (WHOLE, kund, law, criterion, MEANT[answer], "SAS",
         "MAS" if kund == 1 and law == "HSL" else None)
        for (law, criterion), answers in ANSWERS.items()
        for kund, answer in enumerate(answers, start=1)
    ],
)  # fmt: skip
INTERVIEWS: Table = (
    ("Besökets nummer", "Vem som intervjuades", "Frågans nr", "Område", "Intervjufråga",
     "Sammanfattat svar", "Antal intervjuade"),
    [
        (WHOLE, "Verksamhetsansvarig", 1, "Ledning", "Hur följer du upp journalerna?",
         "Två gånger om året, senast i vecka 5.", 1),
        (WHOLE, "Personal", 1, "Delaktighet", "Hur är kunden med i planeringen?",
         "Vi frågar alltid, men det skrivs sällan ned.", 6),
        (BARE, "Personal", 1, "Kompetens", "Vad behöver ni lära er?", "Bemötande.", 3),
    ],
)  # fmt: skip
ROUTINES: Table = (
    ("Besökets nummer", "Rutin", "Finns rutinen?", "Känner personalen till den?",
     "Följs rutinen?", "Kommentar om rutinen"),
    [
        (WHOLE, "Delegering", "Ja", "Ja", "Ja", None),
        (WHOLE, "Hot och våld", "Ja", "Delvis", "Nej", "Känd av 4 av dem vi frågade."),
        (WHOLE, "Basal hygien", "Nej", "Nej", "Inte granskat", None),
    ],
)  # fmt: skip
DEVIATIONS: Table = (
    ("Besökets nummer", "Lagrum", "Slag av avvikelse", "Rapporterade", "Varav utredda",
     "Varav åtgärdade", "Varav återkopplade till personalen", "Kommentar om avvikelserna"),
    [
        (WHOLE, "HSL", "Läkemedel", 9, 7, 6, 3, "Samma dosett i flera fall."),
        (WHOLE, "SoL", "Uteblivet besök", 3, 3, 3, 3, None),
        (WHOLE, "SoL", "Uteblivet besök!", 1, 1, 1, 1, None),  # as two people write it
    ],
)  # fmt: skip
DOCUMENTS: Table = (
    ("Besökets nummer", "Dokument", "Begärt den", "Mottaget den", "Granskat"),
    [
        (WHOLE, "Rutin för delegering", D(2025, 2, 10), D(2025, 3, 12), "Ja"),
        (WHOLE, "Introduktionsplan", D(2025, 2, 10), None, "Nej"),
    ],
)  # fmt: skip
GRADES: Table = (
    ("Besökets nummer", "Område", "Iakttagelsens nr", "Iakttagelse", "Förslag till åtgärd", "Färg",
     "Motivering", "Beslutad av (roller)", "Bedömningen beslutad den", "Handlingsplan begärd den",
     "Handlingsplan senast", "Handlingsplan mottagen den", "Hur bristen åtgärdas",
     "När bristen ska vara åtgärdad", "Åtgärdat den", "Ägare (roll)", "Beslut"),
    [
        # proposed red (3 of 8 is under half), decided red: the same
        (WHOLE, "Social dokumentation", 1, "Planerna är inte aktuella i 5 av 8 akter.",
         "Gå igenom alla planer.", "Röd", None, "SAS", D(2025, 4, 2), D(2025, 4, 3),
         D(2025, 5, 2), None, None, None, None, None, None),
        # proposed red (1 of 3), decided yellow: another, with a reason
        (WHOLE, "HSL-dokumentation", 1, "Fallrisk bedöms inte för alla.", "Inför en rutin.", "Gul",
         "Två kunder var nyinflyttade.", "MAS", D(2025, 4, 2), None, None, None, None, None, None,
         None, None),
        # proposed green (8 of 8), decided green
        (WHOLE, "Delaktighet", 1, "Kunden är med.", None, "Grön", None, "SAS", D(2025, 4, 2),
         None, None, None, None, None, None, None, None),
        # proposed yellow (the least is 7 of 13, over half), decided green: another, and no reason
        (WHOLE, "Avvikelser", 1, "Avvikelser utreds.", None, "Grön", None, "MAS", D(2025, 4, 2),
         None, None, None, None, None, None, None, None),
        # no proposal; blue without a decision, and blue with owner and decision
        (WHOLE, "Ledning", 1, "Chefen har för många enheter.", "Se över uppdraget.", "Blå", None,
         "SAS", D(2025, 4, 2), None, None, None, None, None, None, "Kommunchef", None),
        (WHOLE, "Ledning", 2, "Avtalet saknar krav på SIP.", "Ändra avtalet.", "Blå", None,
         "SAS", D(2025, 4, 2), None, None, None, None, None, None, "Socialchef",
         "Avtalet ändras."),
    ],
)  # fmt: skip
REMARKS: Table = (
    ("Besökets nummer", "Synpunktens nr", "Avsnitt i utkastet", "Verksamhetens synpunkt",
     "Inkommen den", "Vad som gjordes", "Hur synpunkten togs om hand"),
    [],
)  # fmt: skip
FRAME: Table = (
    ("Besökets nummer", "Uttaget ur verksamhetssystemet", "Uttagsdatum", "Undantagna kunder",
     "Intygad av (roll)", "Intygad den"),
    [(WHOLE, "Alla med insats under perioden", D(2025, 3, 3), 0, "Systemförvaltare",
      D(2025, 3, 4))],
)  # fmt: skip
TABLES = {
    "Uppföljningsplan": PLAN, "Granskning": REVIEW, "Intervjuer": INTERVIEWS, "Rutiner": ROUTINES,
    "Avvikelsegranskning": DEVIATIONS, "Dokument": DOCUMENTS, "Bedömning": GRADES,
    "Urvalsram": FRAME,
}  # fmt: skip


def write(workspace: Workspace, name: str, table: Table) -> Path:
    """A table as a workbook of its own, among the year's files."""
    heads, rows = table
    path = workspace.raw / str(YEAR) / f"{name} {YEAR}.xlsx"
    return write_workbook(path, {name: [heads, *rows]})


def municipality(folder: Path) -> Workspace:
    """A workspace with both visits, nothing read yet."""
    made = establish(folder, KOMMUN, year=YEAR)
    for name, table in TABLES.items():
        write(made, name, table)
    return made


def changed(table: Table, area: str, nr: int, **cells: Any) -> Table:
    """The findings with some cells of one of them altered, by header."""
    heads, rows = table
    made = []
    for row in rows:
        if row[1] == area and row[2] == nr:
            row = tuple(cells.get(head, value) for head, value in zip(heads, row, strict=True))
        made.append(row)
    return heads, made
