"""From the settings to the slow channels: a kind that is not set up says so for each of its letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from server.channels_out.channels import Channels
from server.channels_out.letter import Letter, Outcome, Told
from server.channels_out.line import Line
from server.channels_out.signature import signing_key
from server.channels_out.tries import Post
from server.clock import SteadyClock
from server.config import LastResortSettings

NO_MAIL = "no mail server is set up: write [last_resort.mail] into the server's file"
NO_SECRET = "webhooks are not set up: name webhook_secret_file under [last_resort] in the server's file"


class NotSetUp:
    """A `Post` that refuses, so that the letter's row ends with what to do instead of waiting."""

    def __init__(self, why: str) -> None:
        self._outcome = Outcome(False, why, final=True)

    def send(self, letter: Letter, line: Line) -> Outcome:
        return self._outcome


def build_channels(
    settings: LastResortSettings | None,
    told: Callable[[Told], None],
    *,
    clock: SteadyClock,
    monotonic: Callable[[], float],
    wall: Callable[[], datetime],
    died: Callable[[], None] = lambda: None,
) -> Channels:
    """Not started yet. `monotonic` is what `clock` was made of (machine.boot_clock); `wall` gives the machine's own
    UTC, with its corrections: a webhook's time stamp is compared with the receiver's clock."""
    return Channels(
        build_posts(settings, wall),
        told,
        clock=monotonic,
        boot=clock.boot,
        utc=clock.utc,
        died=died,
    )


def build_posts(settings: LastResortSettings | None, wall: Callable[[], datetime]) -> dict[str, Post]:
    """What nobody set up is not even imported: mail and TLS would cost a server memory that it does not use."""
    posts: dict[str, Post] = {"mail": NotSetUp(NO_MAIL), "webhook": NotSetUp(NO_SECRET)}
    if settings is None or (settings.mail is None and settings.webhook_secret is None):
        return posts
    trust = settings.trust()
    if settings.mail is not None:
        from server.channels_out.mail import MailPost

        posts["mail"] = MailPost(settings.mail, trust)
    if settings.webhook_secret is not None:
        from server.channels_out.webhook import Webhook

        posts["webhook"] = Webhook(signing_key(settings.webhook_secret.get_secret_value()), trust, wall)
    return posts
