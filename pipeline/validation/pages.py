"""The data-quality pages: the balance, every check in words, every cell to mend by address.

Pages of our own instead of Great Expectations' Data Docs, which load from nine outside hosts and
print failing values. These hold no value and load nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterable, Sequence
from html import escape
from pathlib import Path

from pipeline.validation.mending import NAME as MENDING_LIST
from pipeline.validation.page_parts import (
    Column,
    Line,
    link,
    paragraph,
    rows_and_cells,
    share_bar,
    table,
    way_back,
)
from pipeline.validation.page_style import page
from pipeline.validation.places import lines, pieces
from pipeline.validation.records import (
    BLANKED,
    DUPLICATE,
    FLAGGED,
    MASKED,
    QUARANTINED,
    Checked,
    Figures,
    Finding,
    ValidationSummary,
    read_summary,
)
from pipeline.validation.summary import plural, spaced

SHOWN = 200  # addresses listed a check; the rest stand in att_ratta.csv
SEVERITIES = {
    "critical": "▲ Raden till karantän",
    "warning": "◆ Cellen räknas som tom",
    "info": "● Uppgiften flaggas",
}
ACTIONS = {
    QUARANTINED: "Celler att rätta i rader som ligger i karantän",
    MASKED: "Personuppgifter som är maskerade",
    BLANKED: "Celler som räknas som tomma",
    FLAGGED: "Uppgifter som räknas, men bör kontrolleras",
    DUPLICATE: "Dubbletter",
}


def write_pages(
    processed: Path, folder: Path, place: str = "", back: str = "", font_face: str = ""
) -> list[Path]:
    """Write `index.html`, one page a table and att_ratta.csv into `folder`.

    `processed`: PROCESSED/<year> after `validate_year`. `place`: the municipality's name.
    `back`: address of the front page, relative to `folder`. `font_face`: CSS that embeds the
    report's typeface. Equal content gives equal bytes. Returns what was written.
    """
    summary = read_summary(processed)
    folder.mkdir(parents=True, exist_ok=True)
    trail = way_back(link(back, "Till framsidan")) if back else ""
    made = {"index.html": page(_title(summary, place), _index(summary, place), trail, font_face)}
    for name, title in summary.tables.items():
        up = way_back(link("index.html", f"Datakvalitet {summary.year}"))
        heading = f"{title} – datakvalitet {summary.year}"
        made[file_of(name)] = page(heading, _table_page(summary, name), up, font_face)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    written = [folder / name for name in made]
    if (processed / MENDING_LIST).is_file():
        shutil.copyfile(processed / MENDING_LIST, folder / MENDING_LIST)
        written.append(folder / MENDING_LIST)
    return written


def _title(summary: ValidationSummary, place: str) -> str:
    return f"Datakvalitet {summary.year}" + (f" – {place}" if place else "")


def _index(summary: ValidationSummary, place: str) -> str:
    parts = [
        f"<h1>Datakvalitet {summary.year}</h1>",
        paragraph(rows_and_cells(summary.total), "ingress"),
        share_bar(summary.total),
        "<h2>Avstämning</h2>",
        paragraph(
            "Varje rad i filerna återfinns här: den räknas, är en dubblett eller ligger i "
            "karantän. Ingen rad försvinner."
        ),
        _balance(summary),
        "<h2>Att rätta</h2>",
        *_to_mend(summary),
        "<h2>Kontroller som inte klarades</h2>",
        *_failed(summary),
        "<h2>Alla formulär</h2>",
        _tables(summary),
        "<h2>Så läser du sidorna</h2>",
        _key(),
    ]
    return "\n".join(p for p in parts if p)


def _balance(summary: ValidationSummary) -> str:
    columns = [Column("Fil")]
    titles = ("Rader", "Räknas", "Dubbletter", "Karantän", "Tömda celler", "Maskerade celler")
    columns += [Column(t, "tal") for t in titles]
    lines = [Line(escape(name), _figures(f)) for name, f in summary.files.items()]
    if len(lines) > 1:
        lines.append(Line("Summa", _figures(summary.total), "summa"))
    return table(f"Rader och celler per fil, {summary.year}", columns, lines)


def _figures(f: Figures) -> list[str]:
    numbers = (f.rows, f.processed, f.duplicates, f.quarantined, f.cells_blanked, f.cells_masked)
    return [spaced(n) for n in numbers]


def _to_mend(summary: ValidationSummary) -> list[str]:
    todo = [f for f in summary.findings if f.att_gora]
    if not todo:
        return [paragraph("Ingenting: alla uppgifter klarade kontrollerna.")]
    counted = [
        (text, sum(1 for f in todo if f.atgard == action)) for action, text in ACTIONS.items()
    ]
    lines = [Line(escape(text), [spaced(n)]) for text, n in counted if n]
    return [
        f"<p>{link(MENDING_LIST, 'Listan med alla celler att rätta')} öppnas i Excel och säger "
        "för varje cell vad som är fel och vad man gör åt det.</p>",
        table("Anmärkningar", [Column("Vad som hände"), Column("Antal", "tal")], lines, "smal"),
    ]


def _failed(summary: ValidationSummary) -> list[str]:
    parts: list[str] = []
    listed = {f.kontroll for f in summary.findings}
    for name, title in summary.tables.items():
        failed = _worst_first(c for c in summary.checks if c.table == name and c.unexpected)
        if failed:
            parts.append(_checks_table(title, failed, listed, file_of(name)))
    return parts or [paragraph("Alla kontroller klarades.")]


def _tables(summary: ValidationSummary) -> str:
    lines = []
    for name, title in summary.tables.items():
        own = [c for c in summary.checks if c.table == name and c.applied]
        failed = sum(1 for c in own if c.unexpected)
        cells = [spaced(len(own)), spaced(len(own) - failed), spaced(failed)]
        lines.append(Line(link(file_of(name), title), cells))
    columns = [Column("Formulär")] + [
        Column(t, "tal") for t in ("Kontroller", "Klarade", "Ej klarade")
    ]
    return table("Kontroller per formulär", columns, lines, said=True)


def _key() -> str:
    texts = {
        "critical": "Utan uppgiften går raden inte att använda. Den läggs åt sidan tills den är "
        "rättad.",
        "warning": "Svaret går inte att använda, men raden gör det. Cellen räknas som obesvarad.",
        "info": "Uppgiften räknas som den står. Någon bör titta på den.",
    }
    items = "".join(
        f"<dt>{escape(SEVERITIES[k])}</dt><dd>{escape(v)}</dd>" for k, v in texts.items()
    )
    return f"<dl>{items}</dl>"


def _table_page(summary: ValidationSummary, name: str) -> str:
    checks = [c for c in summary.checks if c.table == name]
    applied = [c for c in checks if c.applied]
    failed = _worst_first(c for c in applied if c.unexpected)
    findings: dict[str, list[Finding]] = {}
    for f in summary.findings:
        if f.tabell == name:
            findings.setdefault(f.kontroll, []).append(f)
    lists = [_cells(c, findings[c.kontroll]) for c in failed if c.kontroll in findings]
    twice = findings.get(f"{name}.{DUPLICATE}", [])
    passed = [c for c in applied if not c.unexpected]
    idle = [c for c in checks if not c.applied]
    parts = [
        f"<h1>{escape(summary.tables[name])}</h1>",
        paragraph(_verdict(applied, failed), "ingress"),
    ]
    if failed:
        heading = "Kontroller som inte klarades"
        parts += [f"<h2>{heading}</h2>", _checks_table(heading, failed, findings, said=True)]
    if lists:
        parts += ["<h2>Celler att se på</h2>", *lists]
    if twice:
        parts += ["<h2>Dubbletter</h2>", _addresses(twice)]
    if passed:
        heading = "Kontroller som klarades"
        parts += [f"<h2>{heading}</h2>", _folded(passed, _checks_table(heading, passed, said=True))]
    if idle:
        parts += [
            "<h2>Kontroller som inte prövades</h2>",
            paragraph("Kommunen har ingen lista att pröva mot, eller formuläret saknar kolumnen."),
            _checks_table("Kontroller som inte prövades", idle, said=True),
        ]
    return "\n".join(parts)


def _worst_first(checks: Iterable[Checked]) -> list[Checked]:
    rank = {severity: i for i, severity in enumerate(SEVERITIES)}
    return sorted(checks, key=lambda c: rank[c.severity])


def _verdict(applied: Sequence[Checked], failed: Sequence[Checked]) -> str:
    if not failed:
        return f"{plural(len(applied), 'kontroll', 'kontroller')}, alla klarade."
    return (
        f"{plural(len(applied), 'kontroll', 'kontroller')}, varav "
        f"{spaced(len(failed))} inte klarades."
    )


def _folded(checks: Sequence[Checked], content: str) -> str:
    shown = "kontrollen" if len(checks) == 1 else f"de {spaced(len(checks))} kontrollerna"
    return f"<details><summary>Visa {shown}</summary>\n{content}\n</details>"


def _checks_table(
    caption: str,
    checks: Sequence[Checked],
    listed: Container[str] = (),
    file: str = "",
    said: bool = False,
) -> str:
    """A line a check; the number of failures leads to the list of cells, where there is one."""
    columns = [
        Column("Kolumn"),
        Column("Kontroll"),
        Column("Om den inte klaras", "grad"),
        Column("Prövade", "tal"),
        Column("Fel", "tal"),
    ]
    lines = []
    for c in checks:
        cells = [
            escape(c.krav or c.orsak),
            escape(SEVERITIES[c.severity]),
            spaced(c.evaluated),
            _failures(c, file if c.kontroll in listed else None),
        ]
        lines.append(Line(escape(c.title), cells))
    return table(caption, columns, lines, said=said)


def _failures(check: Checked, file: str | None) -> str:
    count = spaced(check.unexpected)
    if not check.unexpected or file is None:
        return count
    address = escape(f"{file}#{_anchor(check.kontroll)}")
    return (
        f'<a class="fel" href="{address}">{count}<span class="dold"> fel, visa cellerna</span></a>'
    )


def _cells(check: Checked, findings: Sequence[Finding]) -> str:
    return "\n".join(
        [
            f'<h3 id="{_anchor(check.kontroll)}">{escape(check.title)} '
            f'<span class="orsak">{escape(check.orsak)}</span></h3>',
            paragraph(f"Gör så här: {check.gor_sa}"),
            _addresses(findings),
        ]
    )


def _addresses(findings: Sequence[Finding]) -> str:
    """Cells by file and sheet; addresses only."""
    found = pieces(findings)
    said = [
        f"<p><strong>{escape(f'{file}, blad {sheet}' if sheet else file)}</strong>: "
        f"{escape(cells)}</p>"
        for (file, sheet), cells in lines(found[:SHOWN]).items()
    ]
    left = sum(p.count for p in found[SHOWN:])
    if left:
        more = f"{plural(left, 'cell', 'celler')} till"
        said.append(f"<p>… och {more} i {link(MENDING_LIST, 'listan')}.</p>")
    return f'<div class="celler">{"".join(said)}</div>'


def file_of(table_name: str) -> str:
    """The name of a form's page in the folder of data-quality pages."""
    return f"{table_name}.html" if table_name != "index" else "index_.html"


def _anchor(kontroll: str) -> str:
    return escape(kontroll.replace(".", "-"))
