"""One call of the stand-in: the press that began it, those that are one with it, its pages, and its word so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from broker_config.messages import PageState, Proof, ResultError, StandInState
from broker_config.messages.fallback import ReportedPage

LONGEST_ERROR = 120
"""Characters of an error's text in a report: 64 pages must fit one packet."""
_RANG = frozenset({PageState.TRANSMITTED, PageState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Heard:
    """A fresh press of kind `press` and purpose `call`. Moments are boot-time seconds of this machine."""

    id: UUID
    device: str
    input: int
    came_at: float
    pressed_at: float
    expires_at: float
    """The end of its time to live."""


@dataclass(slots=True)
class Rung:
    """One page of a call."""

    slot: str
    state: PageState = PageState.HELD
    proof: Proof = Proof.NONE
    error: ResultError | None = None
    since_press_ms: int | None = None
    transmitter: str | None = None
    """The one that has it, or had it last."""


@dataclass(slots=True, eq=False)
class Call:
    """Mutable, owned by the stand-in. `pressed_at` and `expires_at` are boot-time seconds."""

    id: UUID
    """Of its report."""
    press: UUID
    device: str
    input: int
    pressed_at: float
    expires_at: float
    reason: str
    stood_in_ms: int | None = None
    pages: dict[UUID, Rung] = field(default_factory=dict)
    presses: set[UUID] = field(default_factory=set)
    """All that are one with it, the first included."""
    live: dict[UUID, Heard | None] = field(default_factory=dict)
    """Presses without receipt that were not taken back: their lights are the stand-in's. None: known from the
    ledger only."""
    undone: set[UUID] = field(default_factory=set)
    stood_down: bool = False
    """The server has the press that began it."""
    told: StandInState | None = None
    changes: int = 0
    """Counts up whenever there is something new to report or to keep on disk."""
    pressed_wall: float | None = None
    """Epoch seconds, when the clock was sure: the only way to tell the age after a reboot."""
    same_boot: bool = True
    """Whether `pressed_at` belongs to this boot."""

    def add(self, slot: str) -> UUID:
        """One more page. Its id is the one that the server would give it: no pager rings twice for one press."""
        page = uuid5(self.press, slot)
        self.pages[page] = Rung(slot)
        self.changes += 1
        return page

    def join(self, heard: Heard) -> None:
        self.presses.add(heard.id)
        self.live[heard.id] = heard

    def stand_down(self) -> None:
        self.stood_down = True
        self.changes += not self.over

    def take_back(self, press: UUID) -> None:
        self.live.pop(press, None)
        self.undone.add(press)
        self.changes += self.taken_back and not self.over

    def age_s(self, now: float, wall: float | None) -> tuple[float, bool]:
        """Seconds since the push, and whether that is sure. After a reboot two sure clocks tell it; else it is at least
        the time since the machine started."""
        if self.same_boot:
            return max(0.0, now - self.pressed_at), True
        if wall is None or self.pressed_wall is None:
            return now, False
        return max(now, wall - self.pressed_wall), True

    def learn(
        self,
        page: UUID,
        state: PageState,
        proof: Proof,
        error: ResultError | None,
        at: float | None,
        transmitter: str | None = None,
    ) -> bool:
        """False: nothing new. A final state stays, but for a proof that came late. `at`: boot-time seconds."""
        rung = self.pages[page]
        if rung.state.is_final and not (rung.state in _RANG and state in _RANG):
            return False
        by = transmitter or rung.transmitter
        if (rung.state, rung.proof, rung.error, rung.transmitter) == (state, proof, error, by):
            return False
        if rung.state is not state:
            sure = at if self.same_boot else None
            rung.since_press_ms = None if sure is None else max(0, round(1000 * (sure - self.pressed_at)))
        rung.state, rung.proof, rung.error, rung.transmitter = state, proof, error, by
        self.changes += 1
        return True

    @property
    def rang(self) -> bool:
        return any(rung.state in _RANG for rung in self.pages.values())

    @property
    def over(self) -> bool:
        return all(rung.state.is_final for rung in self.pages.values())

    @property
    def taken_back(self) -> bool:
        return self.undone >= self.presses

    @property
    def word(self) -> StandInState | None:
        """What the light may say: `called` only after a page was transmitted, `failed` when none will be."""
        if self.rang:
            return StandInState.CALLED
        return StandInState.FAILED if self.over and not self.stood_down and not self.taken_back else None

    @property
    def worth_telling(self) -> bool:
        """A call that was stood down or taken back before any page may have been on the air rang nobody: the server
        gets its presses from the button, and orders the pages itself."""
        if not (self.stood_down or self.taken_back):
            return True
        return any(rung.state is not PageState.CANCELLED for rung in self.pages.values())

    def takes(self, pressed_at: float, merge_s: float) -> bool:
        """Whether a press of the same button is one with this call. Not when it was taken back or reached nobody:
        a customer who presses again is then called for again."""
        if abs(pressed_at - self.pressed_at) > merge_s or self.taken_back:
            return False
        return self.rang or not (self.over or self.stood_down)

    def reported(self) -> list[ReportedPage]:
        return [
            ReportedPage(
                slot=rung.slot,
                page=page,
                state=rung.state,
                proof=rung.proof,
                error=_short(rung.error),
                transmitter=rung.transmitter,
                since_press_ms=rung.since_press_ms,
            )
            for page, rung in self.pages.items()
        ]


def _short(error: ResultError | None) -> ResultError | None:
    return None if error is None else error.model_copy(update={"text": error.text[:LONGEST_ERROR]})
