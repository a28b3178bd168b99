"""Columns that say who answered: survey tools add them, and nothing here may read them."""

from __future__ import annotations

import re

_NOT_WORDS = re.compile(r"[\W_]+")
_ANOTHER = re.compile(r"\d+$")  # `Namn2`, as Microsoft Forms writes a question's own name
# Microsoft and Google Forms, LimeSurvey, SurveyMonkey, Qualtrics, and people's own spreadsheets;
# without case, blanks and signs.
PERSONAL = frozenset(
    "namn name fornamn förnamn efternamn förochefternamn fullständigtnamn dittnamn klientnamn "
    "klientensnamn barnetsnamn respondentname respondentnamn firstname lastname "
    "fullname recipientfirstname recipientlastname recipientemail "
    "email epost epostadress emailadress emailaddress mejl mejladress mail mailadress "
    "dinepostadress användarnamn username "
    "ip ipadress ipaddress ipaddr locationlatitude locationlongitude latitude longitude "
    "personnummer personnr pnr samordningsnummer födelsenummer "
    "telefon telefonnummer telefonnr mobil mobilnummer mobiltelefon phone phonenumber "
    "adress address gatuadress bostadsadress hemadress refurl "
    "navn fornavn etternavn vorname nachname benutzername brukernavn emailadresse ipadresse "
    "vornamedesempfängers nachnamedesempfängers emaildesempfängers submittedby "
    "submittername".split()
)


def personal(header: str) -> bool:
    """Whether a header is that of a name, an e-mail or street address, a telephone or personal
    identity number, an IP address or a place."""
    plain = _NOT_WORDS.sub("", header.casefold())
    return plain in PERSONAL or _ANOTHER.sub("", plain) in PERSONAL
