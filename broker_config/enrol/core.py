"""The device's side of enrolment, pure: answers and moments in, the next request out. No socket, no clock, no key.

Nothing is said to a server before it has shown the authority that the join string names; from then on every
connection must prove itself by that authority, and nothing else is believed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from broker_config.backoff import Backoff
from broker_config.enrol.words import Trouble
from broker_config.enrolment import (
    CLAIM_MINUTES,
    POLL_S,
    Ask,
    Asked,
    ClaimState,
    Fetch,
    Fetched,
    Grant,
    Join,
    Pressed,
    fingerprint,
)

M = TypeVar("M", bound=BaseModel)

GIVE_UP_S = CLAIM_MINUTES * 60.0
"""A code is no older than this: who has not got through by then cannot any more."""
FIRST_S, MOST_S = 1.0, 15.0
"""Between two tries to get through."""
BUSY_S = 10.0
AUTHORITY, ASK, PRESSED, FETCH = (f"/enrol/v1/{name}" for name in ("ca", "ask", "pressed", "fetch"))
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{40,8000})-----END CERTIFICATE-----")


class Stage(StrEnum):
    NO_JOIN = "no_join"
    """Nobody has handed it a join string yet."""
    REACHING = "reaching"
    """The server is looked for, and has not yet shown whose it is."""
    ASKING = "asking"
    PRESS = "press"
    """Whoever claims the unit is to press one of its buttons."""
    TELLING = "telling"
    """It was pressed, and the server is about to hear of it."""
    CONFIRM = "confirm"
    """A person at a screen has the word."""
    GRANTED = "granted"
    FAILED = "failed"


OVER = frozenset({Stage.GRANTED, Stage.FAILED})


@dataclass(frozen=True, slots=True)
class Request:
    """`body` None: GET. `authority` None: nobody is believed yet, so this must say nothing of worth."""

    path: str
    body: bytes | None = field(default=None, repr=False)
    authority: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = field(default=b"", repr=False)
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer; `trouble` says why."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Wish:
    """What the device asks with."""

    kind: Literal["b", "g"]
    csr: str
    inputs: tuple[int, ...] = ()
    sw: str = "0"


class Enrolment:
    """`next` hands out one request at a time; its answer comes back by `hear`. Moments are of one steady clock."""

    def __init__(
        self, join: Join, wish: Wish, now: float, jitter: Callable[[], float], ticket: str | None = None
    ) -> None:
        """`ticket`: of an earlier process that had asked already with this join string and this key."""
        self.stage = Stage.REACHING
        self.trouble: Trouble | None = None
        """What hinders it now, or what has ended it."""
        self.grant: Grant | None = None
        self.ticket = ticket
        self._join = join
        self._wish = wish
        self._backoff = Backoff(FIRST_S, MOST_S, jitter)
        self._authority: str | None = None
        self._pushed: int | None = None
        """An input that was pushed, and of which the server has not heard."""
        self._told = False
        self._flying: str | None = None
        """Path of the request that is under way."""
        self._at = now
        self._ends = now + GIVE_UP_S

    @property
    def is_over(self) -> bool:
        return self.stage in OVER

    def push(self, number: int, now: float) -> None:
        """One of the unit's buttons was pressed. Before anybody has asked for it, it means nothing."""
        if self.stage in (Stage.PRESS, Stage.CONFIRM) and self._wish.kind == "b" and not self._told:
            self._pushed = number
            self.stage = Stage.TELLING
            self._at = min(self._at, now)

    def next(self, now: float) -> Request | None:
        """What to ask the server now, if anything. It counts as under way until `hear`."""
        if self.is_over or self._flying is not None:
            return None
        if now >= self._ends:
            self.fail(self.trouble or Trouble.EXPIRED)
            return None
        if now < self._at:
            return None
        request = self._request()
        self._flying = request.path
        return request

    def due(self) -> float | None:
        """When `next` has something to say. None: not by itself."""
        return None if self.is_over or self._flying is not None else min(self._at, self._ends)

    def hear(self, answer: Answer | Lost, now: float) -> None:
        path, self._flying = self._flying, None
        if path is None or self.is_over:
            return
        if isinstance(answer, Lost):
            self._lost(answer.trouble, now)
        elif answer.status == 429 or answer.status >= 500:
            self.trouble = Trouble.BUSY if answer.status == 429 else Trouble.SERVER
            wait = answer.retry_after_s if answer.retry_after_s is not None else BUSY_S
            self._at = now + min(max(wait, FIRST_S), GIVE_UP_S)
        elif answer.status not in (200, 204):
            self.fail(_refusal(path, answer.status))
        else:
            self.trouble = None
            self._backoff.reset()
            self._at = now
            self._take(path, answer.body, now)

    def fail(self, trouble: Trouble) -> None:
        """Nothing more comes of it."""
        self.stage, self.trouble = Stage.FAILED, trouble

    def _request(self) -> Request:
        if self._authority is None:
            return Request(AUTHORITY)
        if self.ticket is None:
            wish = self._wish
            ask = Ask(
                code=self._join.code, kind=wish.kind, csr=wish.csr, inputs=list(wish.inputs), sw=wish.sw
            )
            return self._post(ASK, ask)
        if self._pushed is not None:
            return self._post(PRESSED, Pressed(ticket=self.ticket, input=self._pushed))
        return self._post(FETCH, Fetch(ticket=self.ticket))

    def _post(self, path: str, message: BaseModel) -> Request:
        return Request(path, message.model_dump_json().encode(), self._authority)

    def _take(self, path: str, body: bytes, now: float) -> None:
        if path == AUTHORITY:
            self._believe(body)
        elif path == ASK:
            asked = _read(Asked, body)
            if asked is None:
                self.fail(Trouble.ODD)
                return
            self.ticket = asked.ticket
            self._ends = min(self._ends + GIVE_UP_S, now + max(0.0, asked.expires_s))
            self._wait()
        elif path == PRESSED:
            self._pushed, self._told = None, True
            self._wait()
        else:
            fetched = _read(Fetched, body)
            if fetched is None:
                self.fail(Trouble.ODD)
            else:
                self._fetched(fetched, now)

    def _believe(self, body: bytes) -> None:
        """The one moment at which the server is told from every other one."""
        self._authority = next(
            (pem for pem, der in certificates(body) if fingerprint(der) == self._join.authority), None
        )
        if self._authority is None:
            self.fail(Trouble.AUTHORITY)
        elif self.ticket is None:
            self.stage = Stage.ASKING
        else:
            self._wait()

    def _fetched(self, fetched: Fetched, now: float) -> None:
        match fetched.state:
            case ClaimState.WAITING:
                self._at = now + POLL_S
                self._wait()
            case ClaimState.REFUSED:
                self.fail(Trouble.REFUSED)
            case ClaimState.EXPIRED:
                self.fail(Trouble.EXPIRED)
            case ClaimState.GRANTED:
                grant = fetched.grant
                if grant is None or not self._is_of_our_authority(grant):
                    self.fail(Trouble.ODD)
                else:
                    self.grant, self.stage = grant, Stage.GRANTED

    def _is_of_our_authority(self, grant: Grant) -> bool:
        """The device goes on believing this one for years: it must be the one that the join string named."""
        found = [fingerprint(der) for _, der in certificates(grant.authority.encode())]
        return found == [self._join.authority]

    def _wait(self) -> None:
        if self._pushed is not None:
            self.stage = Stage.TELLING
        else:
            self.stage = Stage.PRESS if self._wish.kind == "b" and not self._told else Stage.CONFIRM

    def _lost(self, trouble: Trouble, now: float) -> None:
        if trouble.is_final:
            self.fail(trouble)
        else:
            self.trouble = trouble
            self._at = now + self._backoff.next()


def certificates(pem: bytes) -> Iterator[tuple[str, bytes]]:
    """Every certificate of a PEM text, as PEM of its own and as DER."""
    for found in _PEM.finditer(pem.decode("ascii", "replace")):
        try:
            yield found[0] + "\n", base64.b64decode("".join(found[1].split()), validate=True)
        except binascii.Error:
            continue


def _refusal(path: str, status: int) -> Trouble:
    if status in (401, 403, 404, 410):
        return {ASK: Trouble.CODE, AUTHORITY: Trouble.NO_ENROLMENT}.get(path, Trouble.TICKET)
    return Trouble.ODD


def _read(model: type[M], body: bytes) -> M | None:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        return None
