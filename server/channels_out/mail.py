"""A letter by SMTP: one connection per try, and the words for what the mail server answered."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import closing
from io import BufferedReader

from server.channels_out.letter import Letter, Outcome
from server.channels_out.line import Line
from server.channels_out.mail_text import mail_of
from server.channels_out.trouble import of_error
from server.config import Mail

LONGEST_REPLY = 64 * 1024
"""Bytes of all answers in one connection: smtplib would collect an endless one in memory."""
LONGEST_LINE = 4_096


class MailPost:
    def __init__(self, settings: Mail, trust: ssl.SSLContext) -> None:
        self._settings = settings
        self._trust = trust

    def send(self, letter: Letter, line: Line) -> Outcome:
        settings = self._settings
        try:
            mail = mail_of(letter, settings.from_address)
        except ValueError as error:
            return Outcome(False, str(error), final=True)
        try:
            sock = line.dial(settings.host, settings.port_used())
            if settings.security == "tls":
                sock = line.secure(sock, self._trust, settings.host)
            with closing(sock), _Dialogue(sock) as dialogue:
                dialogue.open(self._trust, settings, line)
                dialogue.sendmail(settings.from_address, [letter.target], mail)
                return Outcome(True)
        except smtplib.SMTPException as error:
            return refused(error)
        except Exception as error:  # noqa: BLE001 (each becomes an outcome)
            return of_error(error)


def refused(error: smtplib.SMTPException) -> Outcome:
    """The outcome of an SMTP try. 5xx is the mail server's last word, 4xx (greylisting too) asks for patience."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome(
            False, "the mail server does not offer what `security` or `user` needs: check both", final=True
        )
    if isinstance(error, smtplib.SMTPServerDisconnected):
        late = isinstance(error.__context__, TimeoutError)
        return Outcome(False, "no answer in time" if late else "the mail server broke off")
    where, code = "", 0
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), 0)
        where = " to the recipient"
    elif isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        if isinstance(error, smtplib.SMTPAuthenticationError):
            where = " to user and password"
        elif isinstance(error, smtplib.SMTPSenderRefused):
            where = " to the from_address"
    if not 200 <= code < 600:
        return Outcome(False, "what came back is not SMTP")
    return Outcome(False, f"the mail server answered {code}{where}", final=code >= 500)


class _Dialogue(smtplib.SMTP):
    """smtplib over a socket of ours, so that its address, its time and the size of its answers are limited."""

    def __init__(self, sock: socket.socket) -> None:
        here = str(sock.getsockname()[0])
        # Else smtplib asks the DNS for this machine's name and waits for it.
        super().__init__(local_hostname=f"[IPv6:{here}]" if ":" in here else f"[{here}]")
        self.sock = sock

    def open(self, trust: ssl.SSLContext, settings: Mail, line: Line) -> None:
        """Up to where a mail may be given. Raises SMTPException or OSError."""
        self._expect(220, *self.getreply())
        self.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            if not self.has_extn("starttls"):
                raise smtplib.SMTPNotSupportedError
            self._expect(220, *self.docmd("STARTTLS"))
            assert self.sock is not None
            plain, self.sock, self.file = self.sock, None, None
            self.sock = line.secure(plain, trust, settings.host)
            self._expect(250, *self.ehlo())  # what was said in the clear counts no more
        if settings.user is not None and settings.password is not None:
            self.login(settings.user, settings.password.get_secret_value())

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"))
        return super().getreply()

    def __exit__(self, *_: object) -> None:
        """The mail is out or not by now: QUIT is politeness, whose answer nobody waits for."""
        try:
            if self.sock is not None:
                self.putcmd("quit")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.close()

    @staticmethod
    def _expect(wanted: int, code: int, _: bytes) -> None:
        if code != wanted:
            raise smtplib.SMTPResponseException(code, b"")


class _Answers:
    """What smtplib reads lines from, until it was too much."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self._left = LONGEST_REPLY

    def readline(self, limit: int) -> bytes:
        found = self._file.readline(min(limit, LONGEST_LINE))
        self._left -= len(found)
        half = bool(found) and not found.endswith(b"\n")  # smtplib would take the half of an answer for one
        if half or self._left < 0:
            raise OSError
        return found

    def close(self) -> None:
        self._file.close()
