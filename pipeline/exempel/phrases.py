"""What invented people write in free text."""

from __future__ import annotations

HANDELSER = (
    "Flyttade till egen lägenhet.",
    "Föräldrarna separerade.",
    "Fick nytt jobb.",
    "Bytte skola mitt i terminen.",
    "En nära anhörig blev sjuk.",
    "Fick en diagnos.",
    "Förlorade jobbet, men fick nytt efter några månader.",
    "Ett syskon föddes.",
)
SYNPUNKTER = (
    "Bra bemötande, jag kände mig lyssnad på.",
    "Samtalen hjälpte mycket.",
    "Det tog för lång tid innan vi kom igång.",
    "Skönt att få komma till samma person varje gång.",
    "Lokalen var svår att hitta till.",
    "Vi fick verktyg som vi använder hemma.",
    "Jag hade velat ha fler träffar.",
    "Tiderna passade inte med jobbet.",
    "Bra att hela familjen fick vara med.",
    "Lite mycket papper i början.",
)
FORSLAG = (
    "Kvällstider.",
    "Mer information innan man börjar.",
    "Påminnelse via sms.",
    "Uppföljning efter ett halvår.",
    "Kortare väntetid.",
    "Fler gruppträffar.",
    "Möjlighet till videosamtal.",
    "Tydligare mål från början.",
)
KOMMENTARER = (
    "Fortsätt så!",
    "Svårt att komma fram på telefon.",
    "Jag är nöjd med hjälpen – det känns tryggt.",
    "Väntetiden var för lång.",
    "Bra personal, men många byten…",
    "Vet inte vad jag ska skriva.",
)
BRA = (
    "Snabba svar när man ringer.",
    "Kunniga kollegor och bra handledning.",
    "Gemensam planering med familjen och skolan.",
    "Tydlig återkoppling efter avslutad insats.",
)
BATTRE = (
    "Återkoppling till den som har gjort beställningen.",
    "Kortare väntan mellan beställning och start.",
    "Fler gemensamma möten med skolan.",
    "Resultaten borde diskuteras oftare på arbetsplatsträffarna.",
    "Samma mål i beställningen som i insatsen.",
)
BEHANDLARE = ("Behandlare A", "Behandlare B", "Behandlare C", "Behandlare D", "Behandlare E")

# Numbers that Skatteverket has set aside for tests: they belong to no one.
TEST_PERSONNUMMER = ("191212121212", "19900602-2397", "910717-2380")
# The telephone number is one of those that PTS keeps for books and films.
REVEALING = (
    ("synpunkter", "Ring mig gärna, mitt personnummer är {personnummer}."),
    ("forslag", "Mejla sammanfattningen till exempel.person@exempelkommun.example."),
    ("forslag", "Ring i stället för att skriva, 070-174 06 05."),
)

# What a reader finds each answer to be about.
TEMAN = dict(
    zip(
        (*SYNPUNKTER, *FORSLAG),
        (
            "bemötande", "samtalen", "väntetid", "kontinuitet", "lokaler", "verktyg i vardagen",
            "fler träffar", "tider", "hela familjen", "pappersarbete",
            "tider", "information", "påminnelser", "uppföljning", "väntetid", "grupp",
            "digitala möten", "tydliga mål",
        ),
        strict=True,
    )
)  # fmt: skip
