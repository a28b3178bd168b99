"""A draft of an e-mail with its PDF, which opens in the user's own mail program to be addressed and
sent (`X-Unsent`: Outlook's word for a draft). No receiver, no date and no random number in it:
equal content gives equal bytes."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

BOUNDARY = "=_uppfoljning_brev"  # "=_" stands in no base64 and in no quoted-printable text


def draft(subject: str, text: str, name: str, pdf: bytes) -> bytes:
    """The draft. `name`: what the attached PDF is called. Lines end as RFC 5322 says."""
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    message["To"] = ""
    message["Subject"] = " ".join(subject.split())
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    message.set_boundary(BOUNDARY)
    return message.as_bytes()
