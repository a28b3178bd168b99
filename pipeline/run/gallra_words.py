"""A disposal as the terminal tells it: what would go, what has gone. No values."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.disposal.record import GONE, Disposal, spans
from pipeline.run.gallra_plan import Plan


def planned(plan: Plan) -> Iterator[str]:
    """What a trial run prints."""
    d = plan.disposal
    yield f"Gallring enligt {d.dnr}, {d.year}: så här skulle det bli. Inget är ändrat."
    yield from _files(d)
    yield from _facts(d)
    for source, rows in plan.undated.items():
        yield f"  Inte vald: {source}, rad {rows}. Datumet där saknas eller går inte att läsa."
    for source, rows in plan.about.items():
        yield f"  Handlar om de valda raderna men är inte vald: {source}, rad {rows}."
    if plan.unread:
        yield f"  Läses inte av programmet, titta själv: {', '.join(plan.unread)}"
    yield ""
    yield "Görs om utan raderna: tabellerna i PROCESSED och rapportens spår till källcellerna."
    yield "Tas bort: mapparna granskning (stickprov och jämförelser)."
    yield "Blir kvar: rapporternas tal, faktaregistret, den publika utgåvan, det fastställda."
    yield "Rapporten går sedan inte att bygga om med samma tal: kör inte make clean för året."
    if plan.drafts:
        yield f"Besök utan slutlig rapport, som sedan inte kan frysas: {', '.join(plan.drafts)}."
    yield "Programmet når inte säkerhetskopior, versionshistorik eller verksamhetssystemet."
    yield "Verkställ med samma kommando och --utfor: det går inte att ångra."


def done(disposal: Disposal) -> Iterator[str]:
    """What is printed when it has been carried out."""
    yield f"Gallrat enligt {disposal.dnr}, {disposal.year}:"
    yield from _files(disposal)
    yield from _facts(disposal)


def _files(disposal: Disposal) -> Iterator[str]:
    for file in disposal.files:
        whole = ", hela filen" if file.after == GONE else ""
        yield f"  {file.name}: {_rows(file.count)}{whole}"
        if not whole:
            for sheet, rows in sorted(file.rows.items()):
                yield f"    {f'bladet {sheet}, ' if sheet else ''}rad {spans(rows)}"


def _facts(disposal: Disposal) -> Iterator[str]:
    for edition, facts in sorted(disposal.editions.items()):
        yield f"  {len(facts)} tal i {edition} vilar på raderna; de står kvar som gallrade."
    if not disposal.editions:
        yield "  Ingen rapport har tal som vilar på raderna."


def _rows(number: int) -> str:
    return f"{number} rad" if number == 1 else f"{number} rader"
