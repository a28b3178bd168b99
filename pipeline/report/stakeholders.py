"""What staff, referrers and partners answered (bilaga 3): who answered, the statements as
diverging bars, their means by unit and against last year. Every table obeys the threshold in both
editions: few answered, and colleagues know each other."""

from __future__ import annotations

from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, mean, ratio, share, total
from pipeline.facts.pattern import Merged
from pipeline.facts.table import TOTAL, FactTable, Key, Total
from pipeline.forms.codebook import Category, Field, slug
from pipeline.report import author
from pipeline.report.context import current
from pipeline.report.survey import codebook
from pipeline.report.tabular import Stack, TextGrid
from pipeline.workspace import load_kommun

FORM, SENT = "intressenter", "utskick"
FEWEST_SENT = 10  # asked, for a response rate (SKR's rule for its user survey)
TOGETHER = "Enheterna visas inte var för sig: på någon av dem är svaren för få."
LATE = "kontroll = 'intressenter.svarsdatum.i_tid'"
TRUST = "fortroende"


def roles() -> tuple[Category, ...]:
    """The roles that are asked, in the codebook's order."""
    return codebook(FORM).field("roll").substantive


def of_role(answers: Dataset, role: Category) -> Dataset:
    """The answers of one role."""
    return answers.where(p.to_sql(p.equals("roll", role.value)))


def statements() -> list[Field]:
    """The statements that are agreed or disagreed with."""
    return [f for f in codebook(FORM).fields if f.group]


def show_response(answers: Dataset, asked: Dataset, role: Category) -> None:
    """How many of one role were asked and answered, by unit and together; of ten or more asked
    the share that answered."""
    mine = of_role(answers, role)
    sent = asked.where(p.to_sql(p.both(p.equals("enkat", FORM), p.equals("roll", role.value))))
    what = role.label.lower()
    came = count(
        mine, by="enhet", total=True, name=f"svar_{role.value}", title=f"Svar, {what}"
    )  # fmt: skip
    rows = []
    for key in [TOTAL] if _together(came) else came.classes[0]:
        label, answered = came.label(0, key), came[key]
        out = _asked(sent, came, key, role)
        rate = ratio(
            answered,
            out,
            name=f"svarsandel_{role.value}{_mark(key)}",
            title=f"Svarsandel, {what} ({label})",
        )
        few = out.value is not None and out.value < FEWEST_SENT  # of a table open to all
        rows.append((label, (f"{out}", f"{answered}", "–" if few else f"{rate}")))
    least = author.const(FEWEST_SENT, why="svarsandel visas när minst så många fick enkäten")
    author.show(
        TextGrid(
            f"Skickade enkäter och svar, {what}, {answers.year}",
            ("Enhet", "Skickade", "Svar", "Svarsandel"),
            tuple(rows),
            total=came.label(0, TOTAL),
        ),
        f"Svarsandelen visas när minst {least} fick enkäten."
        + (f" {TOGETHER}" if _together(came) else ""),
    )


def _asked(sent: Dataset, came: FactTable, key: Key, role: Category) -> Fact:
    """How many of one class of the answers' table were asked."""
    name, title = f"skickade_{role.value}{_mark(key)}", f"Skickade, {role.label.lower()}"
    if isinstance(key, Total):
        made: Fact = total(sent, "antal", name=name, title=title)
    elif isinstance(key, Merged):
        units = sent.where(p.to_sql(came.dims[0].where(key)))
        made = total(units, "antal", name=name, title=f"{title} ({key.label})")
    else:
        made = total(sent, "antal", by="enhet", name=name, title=title)[key]
    return made


def _together(table: FactTable) -> bool:
    """Whether all units are shown as one."""
    units = [key for key in table.classes[0] if not isinstance(key, Total)]
    return len(units) == 1 and isinstance(units[0], Merged)


def _mark(key: Key) -> str:
    """What tells the name of several units put together from that of all."""
    return f"_{slug(key.label)}" if isinstance(key, Merged) else ""


def threshold() -> Fact:
    """The least number of answers that is shown."""
    least = load_kommun(current().workspace.raw).sekretess.troskel
    return author.const(least, why="kommunens tröskelvärde för små grupper")


def show_agreement(answers: Dataset, role: Category) -> None:
    """The statements of one role as diverging bars, with the share that trusts the unit."""
    mine = of_role(answers, role)
    trusts = share(
        mine, f"{TRUST} >= 4", name=f"har_fortroende_{role.value}",
        title=f"Har förtroende för verksamheten, {role.label.lower()}",
    )  # fmt: skip
    title = f"{codebook(FORM).groups['pastaenden'].rstrip('?')}? {role.label}"
    rows = tuple(
        (f.title, share(mine, over=f.name, name=f"{f.name}_{role.value}", title=f.title))
        for f in statements()
    )
    author.chart(
        "diverging",
        Stack(title, rows),
        f"{role.label}: {trusts} har förtroende för verksamheten",
        "Andel av dem som tagit ställning till påståendet",
        "Den som svarat ”vet ej” räknas inte. Alla har fått enkäten: inget konfidensintervall.",
    )


def show_units(answers: Dataset, role: Category, year: int) -> None:
    """The mean of each statement by unit, with its n."""
    mine = of_role(answers, role)
    made = [
        mean(mine, f.name, by="enhet", name=f"{f.name}_per_enhet_{role.value}",
             title=f"{f.title}, {role.label.lower()}")
        for f in statements()
    ]  # fmt: skip
    first = made[0]
    if _together(first) and not answers.missing:
        author.say(TOGETHER, "note")
        return
    heads = ("Påstående", *(first.label(0, key) for key in first.classes[0]))
    rows = tuple(
        (f.title, tuple(f"{t[key]} (n = {t[key]:n})" for key in first.classes[0]))
        for f, t in zip(statements(), made, strict=True)
    )
    title = f"Medelvärde per enhet, {role.label.lower()}, {year}"
    author.show(
        TextGrid(title, heads, rows), "Skalan går från stämmer inte alls till stämmer helt."
    )


def show_change(answers: Dataset, before: Dataset, role: Category) -> None:
    """The mean of each statement this year and last, and the difference."""
    for data, what in ((answers, "Svar"), (before, "Förra årets svar")):
        if data.missing:
            author.say(f"{count(data, title=f'{what}, {role.label.lower()}')}")
            return
    rows = []
    for f in statements():
        name, title = f"{f.name}_medel_{role.value}", f"{f.title}, {role.label.lower()}"
        now, then = (mean(of_role(d, role), f.name, name=name, title=title)
                     for d in (answers, before))  # fmt: skip
        texts = (f"{now} (n = {now:n})", f"{then} (n = {then:n})", f"{now - then:+.1f}")
        rows.append((f.title, texts))
    heads = ("Påstående", str(answers.year), str(before.year), "Skillnad")
    title = f"Medelvärde i år och förra året, {role.label.lower()}"
    author.show(TextGrid(title, heads, tuple(rows)))
