"""When a device asks for its next certificate, what it does with the answer, and when it asks again. Pure.

A clock that nobody vouches for never keeps a certificate from being renewed: what it says counts when it is late
enough, and where it is not, the device asks after a day all the same. The server says `often` if that was too early."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from broker_config.errors import IdentityError
from broker_config.link import Published
from broker_config.messages import Certificate, CertificateRequest

log = logging.getLogger(__name__)

LOOK_S = 3_600.0
"""How often the moment is looked for."""
UNSURE_S = 86_400.0
"""With a clock that nobody vouches for: after so much time on the line."""
UNSURE_AGAIN_S = 30 * 86_400.0
ANSWER_S = 60.0
"""A request lives so long at the broker; then it is said again, later each time."""
MOST_S = 3_600.0
REFUSED_S = 3_600.0
KEY_S = 600.0
"""After a key could not be made or kept: the disk may be full."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key was made and kept on the disk, beside the present one. An event of the core's loop."""

    csr: str | None
    """The request by it; None: it could not be made."""


class Keeps(Protocol):
    """The identity on the disk."""

    @property
    def renew_at(self) -> datetime:
        """Of the certificate that is in use."""

    @property
    def unconfirmed(self) -> UUID | None:
        """The request whose certificate is in use and of which the server does not know that yet."""

    def make(self) -> None:
        """Begin to make the next key; `NewKey` comes as an event. Not in this process: it takes 15 MiB."""

    def take(self, certificate: str, request: UUID) -> None:
        """Key and certificate are in place together when this returns. Raises OSError, and IdentityError for one that
        is not ours."""

    def confirmed(self) -> None:
        """The server knows."""


@dataclass(frozen=True, slots=True)
class Renews:
    """What a process with a certificate gives its core. `wall`: the clock, and whether anybody vouches for it."""

    keeps: Keeps
    wall: Callable[[], tuple[datetime, bool]]


class State(StrEnum):
    RESTS = "rests"
    MAKES = "makes"
    ASKS = "asks"


class Renewal:
    """Told of everything that its owner sees; moments are boot seconds. `say` publishes, and None means that it could
    not. `renews` None: the device has a password instead, and nothing ever happens."""

    def __init__(
        self,
        renews: Renews | None,
        say: Callable[[CertificateRequest], int | None],
        reconnect: Callable[[str], None],
        new_id: Callable[[], UUID],
    ) -> None:
        self.state = State.RESTS
        self._renews = renews
        self._say = say
        self._reconnect = reconnect
        self._new_id = new_id
        self._connected = False
        self._look_at = 0.0
        self._unsure_at: float | None = None
        self._request: CertificateRequest | None = None
        self._wait_s = ANSWER_S
        self._telling: int | None = None
        """The publish that tells the server that the new certificate is in use."""

    def connected(self, now: float) -> None:
        self._connected = True
        self._telling = None
        if self._unsure_at is None:
            self._unsure_at = now + UNSURE_S
        if self.state is State.ASKS:
            self._look_at = now

    def disconnected(self) -> None:
        self._connected = False

    def published(self, event: Published) -> None:
        if self._renews is not None and self._telling is not None and event.handle == self._telling:
            self._telling = None
            if event.accepted:
                self._renews.keeps.confirmed()

    def made(self, event: NewKey, now: float) -> None:
        if self.state is not State.MAKES:
            return
        if event.csr is None:
            self._rest(now + KEY_S)
            return
        self.state, self._wait_s = State.ASKS, ANSWER_S
        self._request = CertificateRequest(id=self._new_id(), csr=event.csr)
        self._look_at = now

    def heard(self, answer: Certificate, now: float) -> None:
        if self._renews is None or self._request is None or answer.id != self._request.id:
            return
        if answer.certificate is None:
            log.warning("no new certificate yet: %s", answer.reason, extra={"action": "renewal.refused"})
            self._rest(now + REFUSED_S)
            return
        try:
            self._renews.keeps.take(answer.certificate, answer.id)
        except (OSError, IdentityError) as error:
            log.error("the new certificate was not taken: %s", error, extra={"action": "renewal.untaken"})
            self._rest(now + KEY_S)
            return
        log.info(
            "renewed; the next time is %s",
            self._renews.keeps.renew_at.date(),
            extra={"action": "renewal.done"},
        )
        self._rest(now + LOOK_S)
        self._unsure_at = now + UNSURE_AGAIN_S
        self._reconnect("a new certificate")

    def work(self, now: float) -> None:
        """Everything that is due."""
        if self._renews is None or not self._connected:
            return
        self._confirm(self._renews.keeps)
        if now < self._look_at:
            return
        if self.state is State.RESTS:
            self._look_at = now + LOOK_S
            if self._is_time(self._renews, now):
                self.state = State.MAKES
                self._renews.keeps.make()
        elif self.state is State.ASKS and self._request is not None:
            self._say(self._request)
            self._look_at = now + self._wait_s
            self._wait_s = min(2 * self._wait_s, MOST_S)

    def due(self) -> float | None:
        if self._renews is None or not self._connected or self.state is State.MAKES:
            return None
        return self._look_at

    def _is_time(self, renews: Renews, now: float) -> bool:
        said, sure = renews.wall()
        late = not sure and self._unsure_at is not None and now >= self._unsure_at
        return said >= renews.keeps.renew_at or late

    def _confirm(self, keeps: Keeps) -> None:
        request = keeps.unconfirmed
        if request is not None and self._telling is None:
            self._telling = self._say(CertificateRequest(id=request))

    def _rest(self, until: float) -> None:
        self.state, self._request, self._look_at = State.RESTS, None, until
