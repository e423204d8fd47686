"""From settings to posts: what is not set up answers for itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from broker_config import machine
from server.channels_out.letter import Outcome
from server.channels_out.line import Line
from server.channels_out.mail import MailPost
from server.channels_out.setup import NO_MAIL, NO_SECRET, NotSetUp, build_channels, build_posts
from server.channels_out.webhook import Webhook
from server.clock import SteadyClock
from server.config import LastResortSettings, Mail
from tests.unit.server.channels_out.letters import letter

MAIL = Mail(host="mail.shop.example", from_address="red@shop.example")
SECRET = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        (None, (NotSetUp, NotSetUp)),
        (LastResortSettings(), (NotSetUp, NotSetUp)),
        (LastResortSettings(mail=MAIL), (MailPost, NotSetUp)),
        (LastResortSettings(webhook_secret=SECRET), (NotSetUp, Webhook)),
        (LastResortSettings(webhook_secret=SECRET, mail=MAIL), (MailPost, Webhook)),
    ],
)
def test_each_kind_by_its_settings(settings: LastResortSettings | None, kinds: tuple[type, type]) -> None:
    found = build_posts(settings, now)
    assert (type(found["mail"]), type(found["webhook"])) == kinds
    assert set(found) == {"mail", "webhook"}


def test_what_is_not_set_up_says_what_to_do() -> None:
    found = build_posts(None, now)
    line = Line(1, machine.boot_clock)
    assert found["mail"].send(letter(), line) == Outcome(False, NO_MAIL, final=True)
    assert found["webhook"].send(letter(), line) == Outcome(False, NO_SECRET, final=True)


def test_channels_are_built_and_can_be_stopped() -> None:
    clock = SteadyClock(machine.boot_clock, now)
    made = build_channels(None, lambda told: None, clock=clock, monotonic=machine.boot_clock, wall=now)
    made.start()
    made.stop()
