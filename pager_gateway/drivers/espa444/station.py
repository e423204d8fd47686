"""A station on an ESPA line: it writes, hears, knows whether the other one lives, and takes in statuses.

Who may speak when is the dialogue's affair. No I/O: `out` fills with writes, results, health."""

from __future__ import annotations

import logging
from collections import deque
from enum import Enum, auto

from broker_config.messages import PageState, ResultError
from pager_gateway.drivers.espa444 import frames
from pager_gateway.drivers.espa444.calls import Call, Errand, Item, question
from pager_gateway.drivers.espa444.echo import Echo
from pager_gateway.drivers.espa444.settings import EspaSettings
from pager_gateway.drivers.espa444.statuses import (
    CALL_STATUS,
    FAILURE,
    SYSTEM_STATUS,
    Register,
    Said,
    is_about,
    meaning,
    trouble,
)
from pager_gateway.errors import TransmitterError
from pager_gateway.transmitter import Health, Output, Probed, Write

log = logging.getLogger(__name__)

TRANSMITTER_FAILURE = "transmitter failure says the paging system"


class State(Enum):
    DOWN = auto()
    IDLE = auto()
    POLLING = auto()
    RECEIVE = auto()
    """The other station is master and sends statuses."""
    SELF_POLL = auto()
    """We polled ourselves; the select follows after a pause."""
    CALL = auto()
    SEND = auto()
    LINGER = auto()
    """The other station still listens, and we have nothing to say just now."""


class EspaStation:
    """`character_s` is the line time of a character."""

    def __init__(self, settings: EspaSettings, character_s: float) -> None:
        self._s = settings
        self._character_s = character_s
        self._ear = frames.Ear(settings.bits)
        self._echo = Echo(settings.bits) if settings.echo else None
        self.state = State.DOWN
        self._timer: float | None = None
        self.calls: deque[Call] = deque()
        self.out: list[Output] = []
        self._errands: deque[Errand] = deque()
        self._register = Register()
        self._item: Item | None = None
        """What the present select or block is for."""
        self._unanswered: Item | None = None
        """Its block got no reply: one may still come, late."""
        self._written_until = self._heard_at = self._free_at = 0.0
        self._clear = False
        """The last word on the line was EOT."""
        self._misses = 0
        self._asked = False
        self._health = Health("unknown")
        self._remark: str | None = None
        """What a living system complains about; gone with the next page that it takes."""
        self._failure_until = 0.0

    # The line

    def _write(self, data: bytes, now: float, call: Call | None = None) -> None:
        self._written_until = max(now, self._written_until) + len(data) * self._character_s
        if self._echo is not None:
            self._echo.said(data, self._written_until)
        self.out.append(Write(data, () if call is None else (call.key,)))

    def _say(self, data: bytes, now: float) -> None:
        self._clear = False
        self._write(data, now)

    def _end(self, now: float) -> None:
        """EOT: control back to the control station."""
        self._write(bytes((frames.EOT,)), now)
        self._line_is_free(self._written_until)
        self._to(State.IDLE, None)

    def _line_is_free(self, since: float) -> None:
        self._clear = self._clear or self._s.regain == "needed"
        self._free_at = since + self._s.eot_gap_s

    def _to(self, state: State, timer: float | None) -> None:
        self.state = state
        self._timer = timer

    def _reply_by(self, patience_s: float) -> float:
        return self._written_until + patience_s

    # Statuses

    def _selected(self, now: float) -> None:
        self._alive()
        self._say(bytes((frames.ACK,)), now)
        self._to(State.RECEIVE, now + self._s.silence_s)

    def _block(self, block: frames.Block, now: float) -> None:
        self._timer = now + self._s.silence_s
        if not block.good:
            self._say(frames.nak("1"), now)
        elif block.header != frames.STATUS:
            self._say(frames.nak("3"), now)
        else:
            self._say(bytes((frames.ACK,)), now)
            self._status(block, now)

    def _status(self, block: frames.Block, now: float) -> None:
        system = block.record(SYSTEM_STATUS)
        if system is not None:
            failed = system[:1] == FAILURE
            self._failure_until = now + self._s.failure_s if failed else 0.0
            self._alive(now)
        said = meaning(block.record(CALL_STATUS))
        if said is None:
            return
        self._settle_doubt(block, said, now)
        result = self._register.hear(block, said)
        if result is None:
            return
        if said in (Said.PAGED, Said.ANSWERED):
            self._failure_until = 0.0
        else:
            self._complain(result.error.text if result.error is not None else said.name.lower())
        self.out.append(result)

    def _settle_doubt(self, block: frames.Block, said: Said, now: float) -> None:
        """A status about a page whose reply got lost proves that it was taken, or ends it."""
        call = self._unanswered
        if not isinstance(call, Call) or not is_about(call, block):
            return
        self._unanswered = None
        if said in (Said.QUEUED, Said.PAGED, Said.ANSWERED):
            self._accept(call, now)
        else:
            call.doubt = False
            self._finish(call, PageState.FAILED, trouble(call, said))

    # What became of a block

    def _accept(self, item: Item, now: float) -> None:
        if not isinstance(item, Call):
            self._drop_errand(item, "done")
            return
        self._remark = None
        self._alive(now)
        self._finish(item, PageState.TRANSMITTED)
        self._register.add(item, now, now + self._s.ask_after_s if self._s.asks_status else None)

    def _finish(self, item: Item, state: PageState, error: TransmitterError | None = None) -> None:
        if isinstance(item, Call):
            if item in self.calls:
                self.calls.remove(item)
                self.out.append(item.result(state, error))
        else:
            self._drop_errand(item, "given up" if error is None else str(error))

    def _drop_errand(self, item: Item, why: str) -> None:
        if isinstance(item, Errand) and item in self._errands:
            self._errands.remove(item)
            log.info("%s: %s", item.what, why, extra={"action": "espa.errand"})

    def _fail_all(self, error: TransmitterError) -> None:
        self._errands.clear()
        self._item = self._unanswered = None
        while self.calls:
            self._finish(self.calls[0], PageState.FAILED, error)

    def _ask(self, now: float) -> None:
        """Put a question about a call that nothing was said about on the list."""
        one = self._register.next_ask()
        if one is None or one.ask_at is None or one.ask_at > now:
            return
        one.asks += 1
        one.ask_at = now + self._s.ask_every_s if one.asks < self._s.asks else None
        self._errands.append(question(one.call, self._s))

    # Health

    def _alive(self, now: float | None = None) -> None:
        self._misses = 0
        moment = self._heard_at if now is None else now
        if moment < self._failure_until:
            self._tell("dead", TRANSMITTER_FAILURE)
            self._answer("refused", TRANSMITTER_FAILURE)
        else:
            self._tell("ready", self._remark)
            self._answer()

    def _complain(self, remark: str) -> None:
        self._remark = remark
        self._alive()

    def _answer(self, code: str | None = None, text: str = "") -> None:
        """To whoever asked whether it is there: it is (no code), or the cause why not."""
        if self._asked:
            self._asked = False
            self.out.append(Probed(None if code is None else ResultError(code=code, text=text, retry=True)))

    def _tell(self, state: str, cause: str | None = None) -> None:
        health = Health(state, cause)
        if health != self._health:
            self._health = health
            self.out.append(health)
