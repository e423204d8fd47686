"""Pure: a letter as an e-mail."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from server.channels_out.letter import Letter
from server.channels_out.targets import check_mail

POLICY = SMTP.clone(cte_type="7bit")
"""No byte above 127 on the way: not every mail server offers 8BITMIME."""
LONGEST_SUBJECT = 200


def mail_of(letter: Letter, sender: str) -> bytes:
    """The same bytes at every try, with a Message-ID made from the notice: who gets it twice can tell.

    Raises ValueError for an address that cannot be one."""
    check_mail(letter.target)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender
    mail["To"] = letter.target
    mail["Subject"] = " ".join(_printable(letter.subject).split())[:LONGEST_SUBJECT]
    mail["Date"] = letter.created_at
    mail["Message-ID"] = f"<{letter.notice}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday answers must not come back
    mail.set_content(letter.text, charset="utf-8")
    return mail.as_bytes()


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
