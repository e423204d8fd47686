"""One enrolment from its join string to a whole identity: the pure core with disk, key and network tied to it.

A `broker_config.loop.Core`: answers come in as events, and whatever else its owner sees (a button unit: edges) goes to
`push`. The network is asked in a thread of its own, so that a light goes on blinking while nobody answers."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from broker_config.enrol.core import Answer, Enrolment, Lost, Request, Stage, Wish
from broker_config.enrol.talk import Talk
from broker_config.enrol.words import Trouble, progress, sentence
from broker_config.enrol.work import Work, WriteSettings
from broker_config.enrolment import Join
from broker_config.errors import IdentityError, SetupError

log = logging.getLogger(__name__)

Heard: TypeAlias = Answer | Lost


def wall_words() -> str:
    """This machine's clock, as a person reads it."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())


@dataclass(frozen=True, slots=True)
class Device:
    """What enrols: `folder` is that of its identity, `write_settings` brings its own file in line with a grant."""

    kind: Literal["b", "g"]
    folder: Path
    write_settings: WriteSettings
    inputs: tuple[int, ...] = ()
    sw: str = "0"


@dataclass(frozen=True, slots=True)
class View:
    """How far it is, for whoever shows it."""

    stage: Stage
    trouble: Trouble | None
    words: str
    """What hinders it or ended it, and what to do; empty when nothing does."""
    figures: str = ""
    """By which a person sees that the key on the screen is the one made here."""

    @property
    def line(self) -> str:
        """For a terminal or a log."""
        return progress(self.stage, self.words, self.figures)


class Claim:
    """Raises OSError or SetupError at its making when the disk takes nothing."""

    def __init__(
        self,
        join: Join,
        device: Device,
        *,
        now: float,
        jitter: Callable[[], float],
        ask: Callable[[Request], None],
        wall: Callable[[], str] = wall_words,
        new_key: Callable[[], str] | None = None,
    ) -> None:
        """`ask` sends a request on its way, and the answer comes back as an event. `wall`: this machine's clock, as a
        person reads it."""
        from broker_config.identity import keys

        self.join = join
        self._device = device
        self._work = Work(device.folder)
        ours = self._work.has_asked(join)
        done = self._work.finish(device.write_settings)
        key, ticket = self._work.key_and_ticket(join, new_key or keys.new_key)
        csr = keys.request(key)
        self._figures = _figures(csr)
        self._core = Enrolment(join, Wish(device.kind, csr, device.inputs, device.sw), now, jitter, ticket)
        self._ask = ask
        self._wall = wall
        self._kept = ticket
        self._detail = ""
        self.grant = done if ours else None
        """Once everything is written."""
        if self.grant is not None:
            self._core.stage = Stage.GRANTED

    @property
    def view(self) -> View:
        stage, trouble = self._core.stage, self._core.trouble
        return View(stage, trouble, "" if trouble is None else self._sentence(trouble), self._figures)

    @property
    def is_over(self) -> bool:
        return self._core.is_over

    def handle(self, events: Sequence[Heard], now: float) -> None:
        for event in events:
            self._core.hear(event, now)
        self.step(now)

    def push(self, number: int, now: float) -> None:
        self._core.push(number, now)

    def step(self, now: float) -> None:
        """On the disk first, then on the wire."""
        self._keep()
        request = self._core.next(now)
        if request is not None:
            self._ask(request)

    def due(self) -> float | None:
        return self._core.due()

    def _keep(self) -> None:
        core = self._core
        try:
            if core.ticket is not None and core.ticket != self._kept and not core.is_over:
                self._work.asked(self.join, core.ticket)
                self._kept = core.ticket
            if core.grant is not None and self.grant is None and core.stage is not Stage.FAILED:
                self._work.granted(core.grant)
                self.grant = self._work.finish(self._device.write_settings)
        except IdentityError:
            core.fail(Trouble.KEY)
        except (OSError, SetupError) as error:
            self._detail = getattr(error, "strerror", None) or str(error)
            core.fail(Trouble.DISK)

    def _sentence(self, trouble: Trouble) -> str:
        host = f"[{self.join.host}]" if ":" in self.join.host else self.join.host
        return sentence(
            trouble,
            place=f"{host}:{self.join.port}",
            clock=self._wall(),
            folder=str(self._device.folder),
            detail=self._detail,
        )


def _figures(csr: str) -> str:
    from broker_config import enrolment
    from broker_config.identity import keys

    return enrolment.check_figures(keys.public_key(csr))


class Asker:
    """The thread that asks the network. `put` gets every answer, in that thread."""

    def __init__(self, talk: Talk, put: Callable[[Heard], None]) -> None:
        self._talk = talk
        self._put = put
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="enrolment", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def ask(self, request: Request) -> None:
        self._requests.put(request)

    def close(self) -> None:
        """It is not waited for: a connection that nobody answers would hold up the end."""
        self._requests.put(None)

    def _run(self) -> None:
        while (request := self._requests.get()) is not None:
            self._put(self._talk.ask(request))
