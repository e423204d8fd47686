"""What the stand-in did, told to the server: kept until its receipt, one version of each report on the way at a time.

A receipt names the report and not its version. So a newer version waits until the one before it has its receipt or was
given up, and a receipt counts for what was said last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from broker_config import codec
from broker_config.channels import PLAN_REPORT
from broker_config.link import Link
from broker_config.messages import FallbackReport
from pager_gateway.call import Call
from pager_gateway.setup import Identity

AGAIN_S = (3.0, 5.0, 10.0, 30.0)
"""Seconds from each try of a version to the next one; the last of them for ever. The broker keeps a report for 60 s."""
MOST_ON_THE_WAY = 10


@dataclass(slots=True)
class _Open:
    call: Call
    said: int = 0
    """The version that was published last."""
    taken: int = 0
    """The version that has its receipt."""
    again_at: float | None = None
    """While a version is on the way: when it is given up. Then it is said again as soon as there is room."""
    tries: int = 0
    early: bool = False
    """Somebody is there to hear what is known, though some page is not over."""

    @property
    def owed(self) -> bool:
        """The version that was said last has no receipt."""
        return self.said > self.taken

    @property
    def wants(self) -> bool:
        if self.again_at is not None:
            return False
        if self.owed:
            return True
        news = self.call.changes > self.taken and (self.call.worth_telling or self.said > 0)
        return news and (self.call.over or self.early)


class Reports:
    """Owned by the gateway core. Nothing is published before `act`, which comes after the ledger's commit."""

    def __init__(self, identity: Identity, link: Link) -> None:
        self._identity = identity
        self._link = link
        self._open: dict[UUID, _Open] = {}

    def keep(self, call: Call) -> None:
        """A call whose report the server does not have."""
        self._open.setdefault(call.id, _Open(call))

    def is_open(self, call: Call) -> bool:
        return call.id in self._open

    def receipt(self, report: UUID) -> Call | None:
        """The call that is told whole with this, or None: unknown, or there is more to say."""
        found = self._open.get(report)
        if found is None or not found.owed:
            return None
        found.taken, found.again_at, found.tries, found.early = found.said, None, 0, False
        if found.call.over and found.call.changes == found.taken:
            return self._open.pop(report).call
        return None

    def drop(self, calls: Iterable[Call]) -> None:
        """Calls that nobody needs to hear of."""
        for call in calls:
            self._open.pop(call.id, None)

    def idle(self) -> list[Call]:
        """Calls that are over and not worth telling, and of which nothing was said."""
        found = (one for one in self._open.values() if not one.said)
        return [one.call for one in found if one.call.over and not one.call.worth_telling]

    def server_is_online(self, now: float) -> None:
        """It hears everything at once, also what is not over yet."""
        self.connected(now)
        for one in self._open.values():
            one.early = True

    def connected(self, now: float) -> None:
        """What was on the way is said again."""
        for one in self._open.values():
            one.tries = 0
            if one.again_at is not None:
                one.again_at = now

    def due(self) -> float | None:
        if not self._link.connected:
            return None
        return min((one.again_at for one in self._open.values() if one.again_at is not None), default=None)

    def act(self, now: float, wall: float | None) -> None:
        """Say what there is to say, new things first. `wall`: epoch seconds, None when the clock is not sure."""
        if not self._link.connected:
            return
        for one in self._open.values():
            if one.again_at is not None and one.again_at <= now:
                one.again_at = None
        room = MOST_ON_THE_WAY - sum(one.again_at is not None for one in self._open.values())
        wanted = [one for one in self._open.values() if one.wants]
        for one in sorted(wanted, key=lambda one: one.tries)[: max(0, room)]:
            self._say(one, now, wall)

    def _say(self, one: _Open, now: float, wall: float | None) -> None:
        message = report(one.call, *one.call.age_s(now, wall))
        place = (self._identity.store, "g", self._identity.device)
        if self._link.publish(codec.publication(PLAN_REPORT, *place, message)) is None:
            return
        one.said = one.call.changes
        one.again_at = now + AGAIN_S[min(one.tries, len(AGAIN_S) - 1)]
        one.tries += 1


def report(call: Call, age_s: float, age_known: bool) -> FallbackReport:
    return FallbackReport(
        id=call.id,
        press=call.press,
        device=call.device,
        input=call.input,
        age_ms=round(1000 * age_s),
        age_known=age_known,
        stood_in_ms=call.stood_in_ms,
        reason=call.reason,
        pages=call.reported(),
    )
