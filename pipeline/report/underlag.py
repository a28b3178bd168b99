"""The papers for those who decide: what of the year's numbers they need, by name, in few words.
Nothing is counted here that the report does not show."""

from __future__ import annotations

from dataclasses import replace

from pipeline.analys import RESOURCES, SECTOR, analyses
from pipeline.facts.fact import Fact
from pipeline.facts.table import TOTAL
from pipeline.report import action_plan, author, groups
from pipeline.report import kvalitetsberattelse as berattelse
from pipeline.report.analysis import show_section
from pipeline.report.context import current
from pipeline.report.named import is_told, named
from pipeline.report.tabular import KeyFigures

MEASURES = "Åtgärder i handlingsplanen"
LARGEST = 6  # needs that a paper has room for


def needs() -> None:
    """Which needs no insats answered to, the most often told of first; the commonest needs."""
    whole = named("behov_utan_insats_andel", groups.UNANSWERED)
    author.say(
        f"{whole:numerator} av {whole:denominator} svar om behov säger att insatsen inte svarade "
        f"mot behoven, eller bara delvis ({whole})."
    )
    if whole.status != "saknas":
        _unanswered()
    if is_told("storst_analys_omott_insats"):
        author.say(
            "Flest svar om behov som inte möttes gäller insatsen "
            f"{named('storst_analys_omott_insats')}."
        )
    for name, what in (("problem", "problemet"), ("behov", "hjälpbehovet")):
        if is_told(f"storst_{name}_andel"):
            author.say(f"Det vanligaste {what} vid start: {named(f'storst_{name}_andel')}.")


def _unanswered() -> None:
    """The analysis' own table, the rows that there is room for."""
    many, of = groups.unanswered(author.data("avslut"))
    rows = [k for k in many.classes[0] if k is not TOTAL][:LARGEST]
    author.show(
        of.only(*rows) | many.only(*rows),
        f"De vanligaste, efter problem när insatsen började. {groups.SEVERAL}",
    )


def resources() -> None:
    """What ledningsgruppen says of resources, and how many measures ask for them or for another
    insats."""
    show_section(SECTOR, RESOURCES)
    resources, insatser = (_of_kind(kind) for kind in ("resurs", "insats"))
    measures = author.agree(resources, "åtgärd", "åtgärder")
    author.say(
        f"I årets handlingsplan gäller {resources} {measures} resurser och {insatser} insatser."
    )


def late() -> None:
    """What waits for somebody, register by register."""
    complaints = named("obesvarade", "Klagomål och synpunkter utan svar")
    open_ = named("lage_ej_utredda", "Avvikelser som inte är utredda")
    author.say(f"{complaints} klagomål och synpunkter har inget svar.")
    author.say(f"{open_} av årets avvikelser är inte {author.agree(open_, 'utredd', 'utredda')}.")
    action_plan.show_overdue()


def unwritten() -> None:
    """Which parts of the organisation have not written all of their analysis."""
    here = current()
    labels = {u.value: u.label for u in berattelse.units()}
    left = dict.fromkeys(
        labels.get(one.enhet, berattelse.WHOLE)
        for one in analyses(here.workspace, here.year)
        if not one.skriven
    )
    if left:
        author.say(f"Analysen är inte färdigskriven: {', '.join(left)}.")
    else:
        author.say("Analysen är skriven för alla enheter och hela sektorn.")


def held_against_targets() -> None:
    """The results that have a target, with whether it is reached."""
    made = [figure for figure in berattelse.key_figures() if figure.target is not None]
    if made:
        # Three years say enough here.
        short = tuple(replace(figure, line=figure.line[-2:]) for figure in made)
        author.show(KeyFigures("Resultat bredvid sina mål", short))
    else:
        author.say("Inget mål är satt för årets resultat.")


def to_decide() -> None:
    """The measures that wait for ledningsgruppen."""
    resources, insatser = (_of_kind(kind) for kind in ("resurs", "insats"))
    author.say(f"{berattelse.waiting()} i årets handlingsplan.")
    author.say(f"Av årets åtgärder gäller {resources} resurser och {insatser} insatser.")


def _of_kind(kind: str) -> Fact:
    return named(f"plan_typ[typ={kind}]", MEASURES)
