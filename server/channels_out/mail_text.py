"""Pure: a letter as an e-mail.

By the older classes of the standard library: EmailMessage loses a space where it folds a long Russian subject."""

from __future__ import annotations

from email.header import Header
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime

from server.channels_out.letter import Letter
from server.channels_out.targets import check_mail

POLICY = compat32.clone(linesep="\r\n")
LONGEST_SUBJECT = 200


def mail_of(letter: Letter, sender: str) -> bytes:
    """ASCII in CRLF lines, the same bytes at every try, with a Message-ID made from the notice: who gets it twice
    can tell. Raises ValueError for an address that cannot be one."""
    check_mail(letter.target)
    mail = MIMEText(_lines(letter.text), "plain", "utf-8")  # base64: not every mail server takes 8 bits
    mail["From"] = sender
    mail["To"] = letter.target
    subject = " ".join(_printable(letter.subject).split())[:LONGEST_SUBJECT]
    mail["Subject"] = Header(subject, header_name="Subject")  # type: ignore[assignment]  # stub knows str only
    mail["Date"] = format_datetime(letter.created_at)
    mail["Message-ID"] = f"<{letter.notice}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday answers must not come back
    return mail.as_bytes(policy=POLICY)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
