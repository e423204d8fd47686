"""The e-mail itself, read back by a parser."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.channels_out.letter import Letter
from server.channels_out.mail_text import LONGEST_SUBJECT, mail_of
from tests.unit.server.channels_out.letters import NOON, letter

SENDER = "red@shop.example"


def read(one: Letter) -> EmailMessage:
    return message_from_bytes(mail_of(one, SENDER), policy=policy.default)


def test_its_headers_and_its_text() -> None:
    one = letter(subject="[медленный канал] Никто не пришёл", text="Примерочные\nс 12:00, õhtu\n")
    found = read(one)
    assert found["From"] == SENDER
    assert found["To"] == one.target
    assert found["Subject"] == one.subject
    assert found["Message-ID"] == f"<{one.notice}@shop.example>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Date"].datetime == NOON
    assert found.get_content().replace("\r\n", "\n") == one.text


def test_a_second_try_has_the_same_bytes() -> None:
    one = letter()
    assert mail_of(one, SENDER) == mail_of(one, SENDER)
    assert read(one)["Message-ID"] != read(letter())["Message-ID"]


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: x@y.example", "a\nBcc: x@y.example", "a\u2028b", "\x00\x1b[2J", ""]
)
def test_a_subject_stays_one_line(subject: str) -> None:
    found = read(letter(subject=subject))
    assert found["Bcc"] is None
    assert sorted(found.keys()) == sorted(read(letter()).keys())


def test_an_odd_address_is_refused() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        mail_of(replace(letter(), target="a@b\r\nBcc: c@d"), SENDER)


@given(st.text(max_size=300), st.text(max_size=2_000))
def test_any_words_travel_as_ascii_in_short_lines(subject: str, text: str) -> None:
    sent = mail_of(letter(subject=subject, text=text), SENDER)
    assert sent.isascii()
    assert max(len(line) for line in sent.split(b"\r\n")) <= 998
    assert b"\r" not in sent.replace(b"\r\n", b"") and b"\n" not in sent.replace(b"\r\n", b"")
    found = message_from_bytes(sent, policy=policy.compat32)
    printable = "".join(char if char.isprintable() else " " for char in subject)
    assert (
        str(make_header(decode_header(str(found["Subject"]))))
        == " ".join(printable.split())[:LONGEST_SUBJECT].strip()
    )
    assert sorted(found.keys()) == sorted(read(letter()).keys())
