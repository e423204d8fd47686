"""The stand-in decides: which press has waited too long for the server, whom it calls then, and when it steps back.

Pure: presses, receipts, undos and what came of pages go in; `Ring`, `Withdraw` and `Tell` come out of `actions`.
A server that is dead, frozen or cut off looks the same from here: no receipt came.

Why nothing that waits is on disk: a gateway starts clean at the broker, so an unsettled delivery would not come back
to it, and twenty of them would stop the flow. Presses are settled at once; the button's spool sends each again, with
its true age, until it has the server's receipt. A gateway that was killed while a press waited here gets it again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from broker_config.messages import FallbackPlan, PageState, Proof, ResultError, StandInState
from broker_config.messages.fallback import PlannedOrder
from pager_gateway.call import Call, Heard

FROZEN_S = 1.0
"""A press found this long after its moment means that the process stood still: a receipt may have been lost meanwhile.
It is left to the button to send it again; only once per press, so that a slow machine does page in the end."""
MOST_REMEMBERED = 10_000
"""Receipts, undos, and presses of calls that are over."""

NO_RECEIPT = "no receipt"
CLOCK_UNSURE = "no receipt, clock unsure"


@dataclass(frozen=True, slots=True)
class Ring:
    """Enter the pages of this call, and tell at once what is known of those that are not new."""

    call: Call
    orders: Mapping[UUID, PlannedOrder]
    """By page."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Cancel this page, unless it is on the air or the server has ordered it."""

    page: UUID


@dataclass(frozen=True, slots=True)
class Tell:
    """A StandIn for the light of this button."""

    press: UUID
    device: str
    input: int
    state: StandInState


Action: TypeAlias = Ring | Withdraw | Tell


class _Memory(dict[Hashable, None]):
    """Things that happened, the oldest forgotten."""

    def add(self, thing: Hashable) -> None:
        self.pop(thing, None)
        self[thing] = None
        if len(self) > MOST_REMEMBERED:
            del self[next(iter(self))]


class StandIn:
    """`new_id` makes report ids. Without a plan, or with one that names another keeper, it does nothing."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self.plan: FallbackPlan | None = None
        self._waiting: dict[UUID, tuple[float, Heard]] = {}
        self._receipts, self._undone, self._spared = _Memory(), _Memory(), _Memory()
        self._calls: dict[UUID, Call] = {}
        """By every press that is one with the call."""
        self._last: dict[tuple[str, int], Call] = {}
        self._pages: dict[UUID, Call] = {}
        self._actions: list[Action] = []

    def load(self, calls: Iterable[Call], *, of_this_boot: bool) -> None:
        """What the ledger holds, oldest first. Presses are never merged over a reboot: ages are not comparable."""
        for call in calls:
            self._remember(call)
            if of_this_boot:
                self._last[call.device, call.input] = call

    def actions(self) -> list[Action]:
        """What to do, in order; each is handed out once."""
        found, self._actions = self._actions, []
        return found

    def due(self) -> float | None:
        return min((moment for moment, _ in self._waiting.values()), default=None)

    # What happens

    def press(self, heard: Heard) -> None:
        """It came in, for the first time or again."""
        if heard.id in self._receipts or (heard.device, heard.id) in self._undone:
            return
        call = self._calls.get(heard.id)
        if call is not None:
            if heard.id in call.live and call.word is not None:
                self._tell(call, heard.id, call.word)
        elif heard.id not in self._waiting and self.plan is not None and self.plan.keeper:
            self._waiting[heard.id] = (heard.came_at + self.plan.wait_ms / 1000, heard)

    def receipt(self, press: UUID, now: float) -> None:
        """The server has it: from here on it is the server's, whatever the receipt says."""
        self._receipts.add(press)
        self._waiting.pop(press, None)
        call = self._calls.get(press)
        if call is None:
            return
        call.live.pop(press, None)
        if press == call.press and not call.stood_down:
            call.stand_down()
            self._withdraw(call)
            self._wait_again(call, now)

    def undo(self, device: str, press: UUID) -> None:
        """Taken back at the same unit, before or after the press itself came in."""
        self._undone.add((device, press))
        waiting = self._waiting.get(press)
        if waiting is not None and waiting[1].device == device:
            del self._waiting[press]
        call = self._calls.get(press)
        if call is None or call.device != device:
            return
        call.take_back(press)
        if call.taken_back:
            self._withdraw(call)

    def page(
        self,
        page: UUID,
        state: PageState,
        proof: Proof,
        error: ResultError | None,
        at: float | None,
        transmitter: str | None = None,
    ) -> None:
        """What became of a page, at boot-time second `at` (None: long ago), and by which transmitter; of pages that
        belong to no call nothing is kept."""
        call = self._pages.get(page)
        if call is None or not call.learn(page, state, proof, error, at, transmitter):
            return
        word = call.word
        if word is not call.told and word is not None:
            call.told = word
            for press in call.live:
                self._tell(call, press, word)

    def tick(self, now: float, wall: datetime | None) -> None:
        """Presses whose wait is over, in the order of their pushes. `wall`: None when the clock is not sure."""
        ripe = [(moment, heard) for moment, heard in self._waiting.values() if moment <= now]
        for moment, heard in sorted(ripe, key=lambda one: (one[1].pressed_at, one[0])):
            del self._waiting[heard.id]
            if now - moment > FROZEN_S and heard.id not in self._spared:
                self._spared.add(heard.id)
            elif heard.expires_at > now:
                self._stand_in(heard, now, wall)

    # What follows from it

    def _stand_in(self, heard: Heard, now: float, wall: datetime | None) -> None:
        plan, place = self.plan, (heard.device, heard.input)
        if plan is None or not plan.keeper:
            return
        last = self._last.get(place)
        if last is not None and last.takes(heard.pressed_at, plan.merge_s):
            last.join(heard)
            self._calls[heard.id] = last
            if last.word is not None:
                self._tell(last, heard.id, last.word)
            return
        orders = plan.called(*place, wall)
        if not orders:
            return
        call = Call(
            id=self._new_id(),
            press=heard.id,
            device=heard.device,
            input=heard.input,
            pressed_at=heard.pressed_at,
            expires_at=heard.expires_at,
            reason=NO_RECEIPT if wall is not None else CLOCK_UNSURE,
            stood_in_ms=round(1000 * (now - heard.pressed_at)),
        )
        by_page = {call.add(order.slot): order for order in orders}
        call.join(heard)
        self._last[place] = call
        self._remember(call)
        self._actions.append(Ring(call, by_page))

    def _wait_again(self, call: Call, now: float) -> None:
        """The server took the first press of a call and not the others: those wait for their own receipts anew."""
        wait_s = 0.0 if self.plan is None else self.plan.wait_ms / 1000
        for press, heard in list(call.live.items()):
            del call.live[press], self._calls[press]
            call.presses.discard(press)
            if heard is not None:
                self._waiting[press] = (now + wait_s, heard)

    def _withdraw(self, call: Call) -> None:
        self._actions += [Withdraw(page) for page, rung in call.pages.items() if not rung.state.is_final]

    def _tell(self, call: Call, press: UUID, state: StandInState) -> None:
        self._actions.append(Tell(press, call.device, call.input, state))

    def _remember(self, call: Call) -> None:
        self._calls.update(dict.fromkeys(call.presses, call))
        self._pages.update(dict.fromkeys(call.pages, call))
        if len(self._calls) > MOST_REMEMBERED:
            self._forget()

    def _forget(self) -> None:
        """The older half of what is over."""
        for press, call in list(self._calls.items())[: MOST_REMEMBERED // 2]:
            if call.over:
                del self._calls[press]
                for page in call.pages:
                    self._pages.pop(page, None)
