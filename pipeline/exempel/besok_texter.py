"""What is asked, heard, seen and proposed at the visits: no person, no number, no real place."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.exempel.besok import (
    BLA,
    EVENTS,
    GRON,
    GUL,
    HSL,
    LEAD,
    ROD,
    ROUTINES,
    SKILLS,
    SOL,
    TAKE_PART,
)

# Area and colour → what was seen, what is proposed, why the colour.
Said = tuple[str, str | None, str]
FINDINGS: Mapping[tuple[str, str], tuple[Said, ...]] = {
    (SOL, GRON): (
        ("Akterna är ordnade, planerna är aktuella och anteckningarna följer målen.",
         None, "Kraven på social dokumentation är uppfyllda i det som granskats."),
        ("Genomförandeplanerna är skrivna tillsammans med den de gäller och används i vardagen.",
         "Sprid arbetssättet till övriga verksamheter.",
         "Planerna är aktuella och går att följa upp."),
    ),
    (SOL, GUL): (
        ("Planerna finns, men flera säger inte vem som gör vad och när.",
         "Gå igenom mallen på en arbetsplatsträff och skriv om planerna efter hand.",
         "Kraven är i huvudsak uppfyllda; planerna kan bli tydligare."),
        ("Anteckningarna handlar oftare om rutiner än om hur det går mot målen.",
         "Låt varje anteckning säga vilket mål den hör till.",
         "Dokumentationen finns, men följer inte målen."),
    ),
    (SOL, ROD): (
        ("Flera akter saknar aktuell genomförandeplan, och händelser av betydelse är inte "
         "antecknade.",
         "Upprätta planer i alla ärenden och utse någon som går igenom akterna varje månad.",
         "Bristerna gäller krav i lag och föreskrift och finns i flera akter."),
        ("Uppföljning av insatsen saknas i flera akter, och det framgår inte vad den enskilde "
         "själv har sagt.",
         "Boka uppföljning i alla ärenden och dokumentera den enskildes syn.",
         "Insatsen går inte att följa i dokumentationen."),
    ),
    (HSL, GRON): (
        ("Vårdplaner finns, risker är bedömda och åtgärderna är uppföljda.",
         None, "Journalerna uppfyller kraven i det som granskats."),
    ),
    (HSL, GUL): (
        ("Riskbedömningar finns, men uppföljningen av åtgärderna är ojämn.",
         "Lägg in uppföljning av riskbedömningar i teamets möten.",
         "Kraven är i huvudsak uppfyllda."),
        ("Vårdplanerna är aktuella. Patientens inställning framgår inte alltid.",
         "Påminn om att anteckna inställning vid varje ny åtgärd.",
         "Enstaka uppgifter saknas utan att säkerheten hotas."),
    ),
    (HSL, ROD): (
        ("Bedömning av risk för fall, trycksår och undernäring saknas i flera journaler.",
         "Bedöm riskerna hos alla, planera åtgärder och följ upp dem i teamet.",
         "Bristen kan leda till vårdskada."),
        ("Signeringslistor har luckor, och delegeringar har gått ut.",
         "Gå igenom alla delegeringar och inför kontroll av signering varje vecka.",
         "Läkemedelshanteringen är inte säkrad."),
    ),
    (TAKE_PART, GRON): (
        ("Den enskilde är med när insatsen planeras och följs upp, och personalen kan berätta hur.",
         None, "Delaktigheten syns både i akterna och i intervjuerna."),
        ("Bemötandet diskuteras regelbundet, och synpunkter tas om hand.",
         None, "Personal och ledning ger samma bild."),
    ),
    (TAKE_PART, GUL): (
        ("Delaktigheten fungerar i vardagen, men antecknas sällan.",
         "Skriv i planen hur den enskilde har varit med.",
         "Arbetssättet är gott men syns inte."),
        ("De boende frågas om aktiviteter, men sällan om hur stödet ges.",
         "Håll husmöten om stödet, med bildstöd för dem som behöver.",
         "Kraven är uppfyllda; delaktigheten kan utvecklas."),
    ),
    (TAKE_PART, ROD): (
        ("Flera har inte varit med när stödet planerades, och inget skäl är antecknat.",
         "Gör om planeringen tillsammans med var och en, med det kommunikationsstöd som behövs.",
         "Rätten till inflytande och medbestämmande är inte tillgodosedd."),
    ),
    (EVENTS, GRON): (
        ("Avvikelser rapporteras, utreds och tas upp på arbetsplatsträffar.",
         None, "Kedjan från händelse till återkoppling är hel."),
    ),
    (EVENTS, GUL): (
        ("Avvikelser rapporteras och utreds, men återkopplingen till personalen dröjer.",
         "Ta upp avvikelser som stående punkt på arbetsplatsträffen.",
         "Kraven är i huvudsak uppfyllda."),
        ("Få avvikelser rapporteras om samverkan, fast flera berättar om sådana.",
         "Påminn om att brister i samverkan också är avvikelser.",
         "Rapporteringen är ojämn."),
    ),
    (EVENTS, ROD): (
        ("Många avvikelser är inte utredda, och samma händelser kommer tillbaka.",
         "Utred det som ligger kvar och bestäm vem som utreder vad, och inom vilken tid.",
         "Verksamheten lär inte av det som händer."),
        ("Personalen vet inte hur avvikelser rapporteras när datorn inte fungerar.",
         "Ta fram en blankett och gå igenom den med alla.",
         "Händelser som ska rapporteras blir inte kända."),
    ),
    (ROUTINES, GRON): (
        ("De granskade rutinerna är kända och följs.",
         None, "Intervjuer och dokument ger samma bild."),
    ),
    (ROUTINES, GUL): (
        ("Rutinerna finns, men några har inte setts över på länge.",
         "Gör en plan för när varje rutin ses över.",
         "Kraven är i huvudsak uppfyllda."),
    ),
    (ROUTINES, ROD): (
        ("Rutinen för begränsande åtgärder är inte känd av personalen.",
         "Gå igenom rutinen med alla och kontrollera att den följs.",
         "Åtgärder som begränsar den enskilde får inte vidtas utan stöd."),
        ("Rutin för hot och våld saknas för det nya arbetssättet.",
         "Ta fram rutinen tillsammans med skyddsombud innan fler tas emot.",
         "Det är ett krav att arbetet är säkert för besökare och personal."),
    ),
    (SKILLS, GRON): (
        ("Personalen har den utbildning som behövs, och introduktionen är dokumenterad.",
         None, "Kompetensen är säkrad även vid frånvaro."),
    ),
    (SKILLS, GUL): (
        ("Introduktionen av vikarier skiljer sig mellan grupperna.",
         "Använd samma checklista i alla grupper.",
         "Kraven är uppfyllda, men arbetssättet är sårbart."),
    ),
    (SKILLS, ROD): (
        ("Vikarier utför uppgifter som de inte är introducerade till.",
         "Stoppa arbetssättet och ge introduktion innan uppgifterna utförs.",
         "Den enskildes säkerhet är inte tryggad."),
    ),
    (SKILLS, BLA): (
        ("Verksamheten har inte sjuksköterska på plats kvällar och helger, och kan inte själv "
         "ändra avtalet.",
         "Kommunledningen behöver besluta om bemanningen.",
         "Frågan ligger utanför verksamhetens mandat."),
        ("Verksamhetssystemet visar inte för nattpersonalen vilka delegeringar som gäller.",
         "Kommunledningen behöver beställa behörigheter av leverantören.",
         "Bristen beror på ett gemensamt system."),
    ),
    (LEAD, GRON): (
        ("Ledningen följer upp mål och avvikelser tillsammans med personalen.",
         None, "Ansvaret är tydligt i alla led."),
    ),
    (LEAD, GUL): (
        ("Samverkan med andra aktörer bygger på enskilda personers kontakter.",
         "Skriv ned vem som kallar till möten och när.",
         "Samverkan fungerar men är sårbar."),
        ("Egenkontroller görs, men resultatet sammanställs inte.",
         "Sammanställ egenkontrollerna inför årets genomgång.",
         "Kraven är i huvudsak uppfyllda."),
    ),
    (LEAD, ROD): (
        ("Det är oklart vem som ansvarar för kvalitetsarbetet sedan ledningen bytts.",
         "Fördela ansvaret skriftligt och informera personalen.",
         "Krav på ett fungerande ledningssystem är inte uppfyllt."),
    ),
    (LEAD, BLA): (
        ("Avtalet säger inte hur kommunen och utföraren delar på ansvaret för hjälpmedel.",
         "Kommunledningen behöver förtydliga avtalet.",
         "Frågan kan inte lösas av utföraren ensam."),
    ),
}  # fmt: skip
HOW = (
    "Alla akter gås igenom, en ansvarig utses och resultatet redovisas på arbetsplatsträffen.",
    "Ny rutin tas fram, personalen utbildas och egenkontroll görs varje månad.",
    "Bristen åtgärdas i varje ärende; gruppledaren kontrollerar efteråt.",
)
OWNERS = ("Kommundirektör", "Sektorchef", "Ekonomichef")
DECISIONS = (
    "Kommunledningen avsätter medel och återkommer i budgetarbetet.",
    "Frågan tas med i förhandlingen om nytt avtal.",
)
# Area → question to the head, question to the staff, and answers by how well it goes.
QUESTIONS: Mapping[str, tuple[str, str]] = {
    SOL: (
        "Hur säkras att alla har en aktuell genomförandeplan?",
        "Hur använder ni genomförandeplanen i vardagen?",
    ),
    HSL: ("Hur följs riskbedömningar upp?", "Hur vet ni vilka åtgärder som är planerade?"),
    TAKE_PART: (
        "Hur får den enskilde inflytande över insatsen?",
        "Hur gör ni den enskilde delaktig?",
    ),
    EVENTS: ("Hur tas avvikelser om hand?", "Vad händer när ni har rapporterat en avvikelse?"),
    ROUTINES: ("Hur blir nya rutiner kända?", "Var hittar ni rutinerna, och vilka använder ni?"),
    SKILLS: ("Hur säkras kompetensen vid frånvaro?", "Vilken introduktion fick ni?"),
    LEAD: ("Hur följer ledningen upp kvaliteten?", "Vet ni vem som ansvarar för vad?"),
}
ANSWERS: Mapping[str, tuple[str, ...]] = {
    GRON: (
        "Det finns ett inarbetat sätt, och alla beskriver det lika.",
        "Detta tas upp varje månad och följs upp på mötet därefter.",
        "Alla vet vad som gäller och var det står.",
    ),
    GUL: (
        "Det fungerar för det mesta, men beror på vem som arbetar.",
        "Det finns ett sätt, men tiden räcker inte alltid.",
        "Nya medarbetare får lära sig av kollegor.",
    ),
    ROD: (
        "Det finns inget gemensamt sätt i dag.",
        "Flera säger att de inte vet vad som gäller.",
        "Arbetet med detta har stannat av.",
    ),
}
ROUTINES_READ: Mapping[str, tuple[str, ...]] = {
    "sol": ("Social dokumentation", "Klagomål och synpunkter", "Hot och våld", "Lex Sarah"),
    "lss": ("Social dokumentation", "Begränsande åtgärder", "Privata medel", "Lex Sarah"),
    "hsl": ("Läkemedelshantering", "Delegering", "Basala hygienrutiner", "Lex Maria"),
}
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "sol": ("Rutin för social dokumentation", "Introduktionsprogram", "Senaste egenkontroll"),
    "lss": ("Rutin för begränsande åtgärder", "Bemanningsplan", "Senaste egenkontroll"),
    "hsl": ("Rutin för delegering", "Förteckning över delegeringar", "Lokal läkemedelsrutin"),
}
KINDS: Mapping[str, Mapping[str, int]] = {  # of events, and how many there are in six months
    "sol": {"Utebliven insats": 9, "Bemötande": 3, "Brist i dokumentation": 4},
    "lss": {"Utebliven insats": 3, "Hot och våld": 5},
    "hsl": {"Fall": 14, "Läkemedel": 11, "Trycksår": 3},
}
WHERE = (
    "Genomförandeplanen", "Löpande anteckningar", "Fliken Uppdrag", "Senaste uppföljningen",
    "Vårdplanen", "Journalens översikt",
)  # fmt: skip
LACKING = (
    "Hittades inte i akten.",
    "Uppgiften är äldre än ett år.",
    "Finns, men inte på rätt ställe.",
    "Delvis ifyllt; datum saknas.",
)
# Part of the draft, what the unit says, what was done, and how.
REMARKS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Granskning av dokumentation",
        "Planen i ett av ärendena låg i en annan flik. Vi har flyttat den.",
        "infort",
        "Akten granskades på nytt och svaret ändrades.",
    ),
    (
        "Intervjuer",
        "Vi känner inte igen beskrivningen av introduktionen.",
        "delvis",
        "Texten förtydligades: bilden skiljer sig mellan grupperna.",
    ),
    (
        "Avvikelser",
        "Antalet gäller hela året, inte sex månader.",
        "infort",
        "Antalet räknades om för perioden.",
    ),
    (
        "Bedömning",
        "Vi anser att området borde vara gult.",
        "avvisat",
        "Bedömningen står kvar: kravet är inte uppfyllt i flera akter.",
    ),
    ("Inledning", "Verksamhetens namn är felskrivet på första sidan.", "infort", "Rättat."),
)
