"""Canaries under way: the command to the button unit, its press, the order to the gateway, the result.

A walk ends once, with a cause that names the hop which failed; whatever comes later or twice changes nothing. It
has no incident, no page row and no light."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Publication
from broker_config.messages import (
    Command,
    CommandAnswer,
    CommandName,
    PageFormat,
    PageOrder,
    PageResult,
    PageState,
    Proof,
    Purpose,
    Route,
)
from server.engine.arrivals import Arrival
from server.engine.work import Work
from server.rules.canaries import (
    PRESS_WITHIN,
    RESULT_WITHIN,
    Canary,
    CanaryState,
    Input,
    Sender,
    Tried,
    Walk,
)
from server.rules.journal import Action
from server.rules.readiness import Cause

AGAIN = timedelta(seconds=4)
"""A command or an order without an answer is said once more: both are done once only, however often they come."""
SLACK = timedelta(seconds=5)
"""A press may look so much older than it is, since a slow broker's round trip is added to its age."""
ANY_ADDRESS = "0"
"""The gateway puts its own canary address in its place, or only asks the transmitter whether it answers."""
LEAST_URGENT = 3
CAUSE_LENGTH = 200


@dataclass(slots=True)
class Trail:
    """Of one store: the last walk that is over, of each input and of each transmitter that it reached."""

    inputs: dict[Input, Canary] = field(default_factory=dict)
    senders: dict[Sender, Canary] = field(default_factory=dict)


class Canaries:
    """`new_id` makes UUIDv7."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self.open: dict[UUID, Canary] = {}
        self.trails: dict[str, Trail] = {}
        self.news: set[str] = set()
        """Stores of which a walk said something that was not known before."""

    def of_store(self, store: str) -> list[Canary]:
        return [one for one in self.open.values() if one.store_id == store]

    def tried(self, store: str) -> tuple[dict[Input, Tried], dict[Sender, Tried]]:
        """When each was tried last, with what came of it; what is under way counts as good."""
        trail = self.trails[store]
        inputs = {
            place: Tried(last.asked_at, last.pressed_at is not None) for place, last in trail.inputs.items()
        }
        senders = {
            sender: Tried(last.asked_at, last.state is CanaryState.GOOD)
            for sender, last in trail.senders.items()
        }
        for one in self.of_store(store):
            inputs[one.place] = Tried(one.asked_at, True)
            if one.sender is not None:
                senders[one.sender] = Tried(one.asked_at, True)
        return inputs, senders

    def start(self, work: Work, store: str, walk: Walk, account: int | None) -> None:
        device, number = walk.place
        gateway, transmitter = walk.sender if walk.sender is not None else (None, None)
        canary = Canary(
            self._new_id(), store, device, number, work.now, gateway, transmitter, account_id=account
        )
        self._put(work, canary)
        work.others.append((store, _command(canary)))

    def pressed(self, work: Work, arrival: Arrival) -> None:
        """A press of purpose canary that was not here before."""
        asked = [
            one
            for one in self.of_store(arrival.store.id)
            if one.place == (arrival.device, arrival.press.input) and one.state is CanaryState.ASKED
        ]
        if not asked or not arrival.press.age_known or arrival.pressed_at < asked[0].asked_at - SLACK:
            return
        canary = replace(asked[0], press_id=arrival.press.id, pressed_at=work.now)
        if canary.sender is None:
            self._end(work, canary, Cause.NO_TRANSMITTER)
            return
        canary = replace(canary, state=CanaryState.ORDERED, page_id=self._new_id())
        self._put(work, canary)
        work.others.append((canary.store_id, _order(canary, work.now)))

    def answered(self, work: Work, store: str, device: str, answer: CommandAnswer) -> None:
        """The unit says whether it can; only a refusal is news, since the press itself says more than a yes."""
        canary = self.open.get(answer.id)
        if canary is None or answer.ok or (canary.store_id, canary.device) != (store, device):
            return
        if canary.state is CanaryState.ASKED:
            self._end(work, canary, Cause.REFUSED, answer.text)

    def result(self, work: Work, store: str, gateway: str, result: PageResult) -> bool:
        """False: this is no canary of that gateway that is under way."""
        canary = next((one for one in self.open.values() if one.page_id == result.page), None)
        if canary is None or (canary.store_id, canary.gateway) != (store, gateway):
            return False
        if not result.state.is_final:
            return True
        if result.state in (PageState.TRANSMITTED, PageState.CONFIRMED):
            radio = result.proof is not Proof.NONE
            self._end(work, replace(canary, dialogue=True, radio=radio))
        else:
            text = result.error.text or result.error.code if result.error else result.state.value
            self._end(work, canary, Cause.FAILED, text)
        return True

    def due(self, work: Work, key: UUID) -> None:
        """Nothing was heard: say it once more, or stop waiting."""
        canary = self.open.get(key)
        if canary is None:
            return
        if work.now >= ends_at(canary):
            late = Cause.NO_PRESS if canary.state is CanaryState.ASKED else Cause.NO_RESULT
            self._end(work, canary, late)
        elif canary.state is CanaryState.ASKED:
            work.others.append((canary.store_id, _command(canary)))
        else:
            work.others.append((canary.store_id, _order(canary, work.now)))

    def _end(self, work: Work, canary: Canary, cause: Cause | None = None, said: str = "") -> None:
        code = None if cause is None else f"{cause.value}:{said}"[:CAUSE_LENGTH] if said else cause.value
        state = CanaryState.GOOD if cause is None else CanaryState.BAD
        canary = replace(canary, state=state, cause=code, final_at=work.now)
        self._put(work, canary)
        self._remember(work, canary)
        work.rang.add(canary.store_id)

    def _put(self, work: Work, canary: Canary) -> None:
        work.canaries[canary.id] = canary
        if canary.is_final:
            old = self.open.pop(canary.id)
            work.undo.append(lambda: self.open.__setitem__(old.id, old))
        else:
            work.picture.note(self.open, canary.id, canary, work.undo)

    def _remember(self, work: Work, canary: Canary) -> None:
        """What it says about each hop, and a word in the journal where that is new."""
        trail = self.trails[canary.store_id]
        before = trail.inputs.get(canary.place)
        proven = canary.pressed_at is not None
        work.picture.note(trail.inputs, canary.place, canary, work.undo)
        if before is None:
            self.news.add(canary.store_id)
        was_good = before is None or before.pressed_at is not None
        self._tell(work, canary, canary.device, proven, was_good, canary.cause != (before and before.cause))
        if canary.sender is None or canary.page_id is None:
            return
        last = trail.senders.get(canary.sender)
        work.picture.note(trail.senders, canary.sender, canary, work.undo)
        good = canary.state is CanaryState.GOOD
        was_good = last is None or last.state is CanaryState.GOOD
        self._tell(
            work, canary, "/".join(canary.sender), good, was_good, canary.cause != (last and last.cause)
        )

    def _tell(
        self, work: Work, canary: Canary, device: str, good: bool, was_good: bool, other_cause: bool
    ) -> None:
        """Each failure that is new, and the first success after one."""
        if good == was_good and (good or not other_cause):
            return
        self.news.add(canary.store_id)
        work.say(
            Action.CANARY,
            store=canary.store_id,
            press=canary.press_id,
            account=canary.account_id,
            old=_word(was_good),
            new=_word(good),
            device=device,
            input=canary.input,
            cause=None if good else canary.cause,
        )


def ends_at(canary: Canary) -> datetime:
    """From here on nobody waits for it any more."""
    if canary.pressed_at is None:
        return canary.asked_at + PRESS_WITHIN
    return canary.pressed_at + RESULT_WITHIN


def wakes_at(canary: Canary, now: datetime) -> datetime | None:
    """When it must be looked at again."""
    if canary.is_final:
        return None
    again = (canary.pressed_at or canary.asked_at) + AGAIN
    return again if again > now else ends_at(canary)


def _command(canary: Canary) -> Publication:
    command = Command(id=canary.id, name=CommandName.CANARY, args={"input": canary.input})
    return publication(channels.COMMAND, canary.store_id, "b", canary.device, command)


def _order(canary: Canary, now: datetime) -> Publication:
    assert canary.page_id is not None
    assert canary.press_id is not None
    assert canary.gateway is not None
    assert canary.transmitter is not None
    left = math.ceil((ends_at(canary) - now).total_seconds())
    order = PageOrder(
        page=canary.page_id,
        attempt=1,
        incident=canary.id,
        press=canary.press_id,
        purpose=Purpose.CANARY,
        routes=[Route(transmitter=canary.transmitter, address=ANY_ADDRESS)],
        format=PageFormat.TEXT,
        charset="ascii",
        body="",
        priority=LEAST_URGENT,
        exp_s=max(1, left),
    )
    return publication(channels.ORDER, canary.store_id, "g", canary.gateway, order)


def _word(good: bool) -> str:
    return CanaryState.GOOD.value if good else CanaryState.BAD.value
