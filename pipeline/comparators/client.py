"""Addresses asked for over the network, patiently: the one place that opens a connection.

The standard library's own client, for it takes the machine's proxy and the certificates that the
municipality trusts, where libraries with certificates of their own stop.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from pipeline import __version__
from pipeline.errors import UppfoljningError

TRIES = 5
TIMEOUT = 30.0  # seconds without a byte
LONGEST = 120.0  # seconds that an answer may ask us to wait
LARGEST = 1 << 26  # bytes of one page
BUSY = frozenset((429, 500, 502, 503, 504))
Wait = Callable[[float], None]


class Unreachable(UppfoljningError):
    """No connection, or none that lasts: what is kept from before is what there is."""


class Refused(UppfoljningError):
    """The service answers, but not with what was asked for."""


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Redirects within the host, never elsewhere and never from https."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: http.client.HTTPMessage, newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        same_site(req.full_url, newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(frozen=True, slots=True)
class Client:
    """`get` gives the JSON of an address. `wait` is what passes the time between tries."""

    wait: Wait = time.sleep
    timeout: float = TIMEOUT

    def get(self, address: str) -> Any:
        """Raises Unreachable after `TRIES` tries, Refused where the service says no."""
        why, pause = "", 0.0
        for number in range(TRIES):
            if number:
                self.wait(pause)
            pause = float(2**number)
            try:
                return json.loads(self._read(address).decode("utf-8-sig"))
            except urllib.error.HTTPError as error:
                error.close()
                if error.code not in BUSY:
                    raise Refused(_no(address, error.code)) from error
                asked = _asked_to_wait(error.headers.get("Retry-After"))
                if asked > LONGEST:
                    raise Unreachable(_later(address, asked)) from error
                pause = max(pause, asked)
                why = f"tjänsten svarar med felkod {error.code}"
            except urllib.error.URLError as error:
                why = _reason(error.reason)
                if isinstance(error.reason, socket.gaierror | ssl.SSLCertVerificationError):
                    break  # neither changes by asking again
            except (http.client.HTTPException, OSError) as error:
                why = _reason(error)
            except ValueError:  # cut where nothing said how long it was, or no JSON at all
                why = "svaret är inte hel JSON"
        raise Unreachable(
            f"{host(address)} går inte att nå: {why}.\n"
            "Gör så här: kontrollera att datorn är ansluten till internet och att kommunens "
            "brandvägg släpper fram adressen, och försök igen."
        )

    def _read(self, address: str) -> bytes:
        request = urllib.request.Request(
            address,
            headers={"Accept": "application/json", "User-Agent": f"uppfoljning/{__version__}"},
        )
        opener = urllib.request.build_opener(_SameHost)
        with opener.open(request, timeout=self.timeout) as answer:
            data: bytes = answer.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise Refused(f"{host(address)}: svaret är orimligt stort. Ingenting sparades.")
        if answer.length:  # what the header promised and never came
            raise http.client.IncompleteRead(data)
        return data


def same_site(address: str, other: str) -> str:
    """`other` (relative or whole) at the scheme of `address`. Raises Refused for another host."""
    wanted, found = urlsplit(address), urlsplit(urljoin(address, other))
    if (found.hostname, found.port or wanted.port) != (wanted.hostname, wanted.port):
        raise Refused(
            f"{host(address)} hänvisar vidare till en annan värd ({found.hostname}). Ingenting "
            "sparades.\n"
            "Gör så här: kräver nätet inloggning i webbläsaren, logga in där och försök igen. "
            "Har tjänsten flyttat, skriv den nya adressen under [kolada] i kommun.toml."
        )
    return urlunsplit((wanted.scheme, wanted.netloc, found.path, found.query, ""))


def host(address: str) -> str:
    return urlsplit(address).netloc


def _asked_to_wait(header: str | None) -> float:
    """Seconds of a `Retry-After`: a number, or a moment."""
    if not header:
        return 0.0
    if re.fullmatch(r"\s*\d{1,9}\s*", header):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())


def _reason(error: object) -> str:
    if isinstance(error, socket.gaierror):
        return "namnet finns inte på nätet, eller så saknas anslutning"
    if isinstance(error, TimeoutError):
        return "inget svar inom rimlig tid"
    if isinstance(error, ssl.SSLError):
        return "tjänstens certifikat godkänns inte av datorn"
    if isinstance(error, ConnectionRefusedError):
        return "anslutningen nekas"
    if isinstance(error, ConnectionError | http.client.HTTPException):
        return "anslutningen bröts"
    return "ingen anslutning"


def _no(address: str, code: int) -> str:
    known = {
        400: "frågan godtas inte; kontrollera nyckeltal, kommunkoder och år",
        401: "tjänsten kräver inloggning",
        403: "tjänsten nekar åtkomst; en brandvägg kan stå emellan",
        404: "adressen finns inte; kontrollera adress under [kolada] i kommun.toml",
    }
    told = known.get(code, "frågan besvaras inte")
    return (
        f"{host(address)} svarar med felkod {code}: {told}. Ingenting sparades.\n"
        "Gör så här: rätta det och försök igen. Till dess används det som hämtats tidigare."
    )


def _later(address: str, seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return (
        f"{host(address)} tar inte emot fler frågor just nu och ber oss vänta "
        f"{minutes} minut{'' if minutes == 1 else 'er'}.\nGör så här: försök igen efter det."
    )
