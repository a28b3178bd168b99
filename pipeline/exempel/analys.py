"""What the heads of unit and the management of Exempelkommun have concluded: numbers by name only.

One unit has left a section unwritten, and two units have not written at all, as it happens.
"""

from __future__ import annotations

from pipeline.analys import FOLDER

UNIT = 'datum = {april}\ndeltog = ["enhetschef", "behandlare", "gruppledare"]'
SECTOR = (
    'datum = {maj}\ndeltog = ["sektorschef", "enhetschefer", "kvalitetsutvecklare"]\npublik = true'
)
DECIDED = (
    SECTOR
    + '\nbeslut = "Gemensamma föräldragrupper prövas och samtal erbjuds vid varje avslut"'
    + '\nprotokoll = "ledningsgruppen {maj}, § 14"'
)
# (unit, section) → what stands above the text, and the text.
TEXTS = {
    ("familj", "behov"): (UNIT, """\
Familjer kommer oftast till oss för konflikter hemma och för att föräldrar vill ha stöd i sin roll.
Av dem som svarat tycker {{analys_behov_motta_enhet[enhet=familj]}} att insatsen svarade mot
behoven. För familjekonflikter är det {{analys_behov_motta_problem[problem=familjekonflikt]}}.

Vi tror att det beror på tre saker:

- Konflikterna handlar ofta om vårdnad, och där är vårt stöd tunt.
- Familjebehandlingen börjar ibland innan skolans del är klar.
- Några familjer hade behövt stöd i hemmet, men fick samtal hos oss.
"""),
    ("familj", "mal"): (UNIT, """\
De flesta når sina mål, men vi sätter dem på olika sätt. På enheten fick
{{analys_situation_battre_enhet[enhet=familj]}} det bättre, av dem som svarat. Det vi kan påverka
först är att skriva mål som familjen själv känner igen.
"""),
    ("familj", "skillnader"): (UNIT, """\
Vi ser ingen skillnad mellan kvinnor och män som vi litar på: svaren är få. Det är ändå värt att
fråga papporna mer, eftersom det oftast är mammor som svarar åt familjen.
"""),
    ("familj", "slutsatser"): (UNIT, """\
Vi vill pröva en föräldragrupp om konflikter efter separation. Vi vill också att samtalet vid
avslutet bokas redan när insatsen börjar. I dag följs
{{uppfoljda_per_enhet[enhet=familj]}} av våra insatser upp.
"""),
    ("beroende", "behov"): (UNIT, """\
Insatserna svarar i stort mot det som klienterna söker för. Av dem som svarat säger
{{analys_behov_motta_enhet[enhet=beroende]}} att behoven möttes. Psykisk ohälsa finns hos många,
och där saknar vi ett eget arbetssätt.
"""),
    ("beroende", "mal"): (UNIT, """\
Av våra avslutade insatser avbröts {{analys_avbrutna_enhet[enhet=beroende]}}. Det är enhetens
viktigaste fråga. **De som avbryter tidigt** har ofta fått vänta, och vi når dem sällan efteråt.
"""),
    ("beroende", "slutsatser"): (UNIT, """\
1. Vi ringer inom en vecka när någon uteblir.
2. Vi går igenom alla avbrott tillsammans varje månad.
3. Vi ber psykiatrin om gemensamma samtal för dem som behöver båda.
"""),
    ("sektor", "behov"): (SECTOR, """\
Av dem som svarat tycker {{behov_motta}} att insatsen svarade mot behoven ({{behov_motta:n}} svar).
Det är ett gott resultat, men det säger inget om dem som inte har svarat. Psykisk ohälsa finns på
alla enheter, och ingen av dem har ett uppdrag för det.
"""),
    ("sektor", "mal"): (SECTOR, """\
Målet för avbrutna insatser ligger nära utfallet: {{avbrutna}} avbröts.{trend}
Att {{situation_battre}} av dem som svarat har fått det bättre är vi glada över. Målet är ändå
högre satt, och vi behåller det.
"""),
    ("sektor", "skillnader"): (SECTOR.replace("\npublik = true", ""), """\
Ingen av skillnaderna mellan grupper är så stor att vi kan vara säkra på den. Det beror mest på att
svaren är få. Vi drar därför inga slutsatser om enskilda grupper i år, utan vill få in fler svar.
"""),
    ("sektor", "slutsatser"): (DECIDED, """\
Vi prioriterar två saker under hösten:

- Samtal erbjuds vid varje avslut. I dag följs {{uppfoljda}} av insatserna upp.
- Enheterna prövar gemensamma grupper för föräldrar i konflikt.

Båda står i handlingsplanen. Vi följer upp dem i november.
"""),
    ("sektor", "resurser"): (SECTOR, """\
Grupperna för föräldrar ryms inom dagens resurser. Samtal vid varje avslut tar tid, och därför
behöver handledningstiden fördelas om mellan enheterna. För psykisk ohälsa saknar vi ett eget
arbetssätt. Vi ber nämnden att ta ställning till om det ska finnas, och vem som ska ha uppdraget.
"""),
    ("sektor", "korthet"): (SECTOR, """\
Av dem som svarat har {{situation_battre}} fått det bättre, och {{nojd_med_kontakten}} är nöjda med
kontakten med oss. Men bara {{uppfoljda}} av de avslutade insatserna följdes upp, så om många vet vi
inte hur det gick. Det viktigaste framåt är att ett samtal erbjuds vid varje avslut.
"""),
}  # fmt: skip
TREND = " Året före var det {{avbrutna@-1}}."


def files(year: int, earlier: bool) -> dict[str, bytes]:
    """Path from the year's folder → content. `earlier`: whether there is a year before."""
    days = {"april": f"{year + 1}-04-21", "maj": f"{year + 1}-05-12"}
    made = {}
    for (unit, section), (head, text) in TEXTS.items():
        for key, day in days.items():
            head = head.replace(f"{{{key}}}", day)
        text = text.replace("{trend}", TREND if earlier else "")
        made[f"{FOLDER}/{unit}/{section}.md"] = f"+++\n{head}\n+++\n\n{text}".encode()
    made[f"{FOLDER}/beroende/skillnader.md"] = b""
    return made
