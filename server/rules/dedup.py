"""What a press means for the incidents of its button: the first of a new one, one more of an open one, or history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from broker_config.channels import PLAN_REPORT
from broker_config.messages import FallbackReport, Press, Purpose
from server.rules.facts import Incident
from server.rules.incidents import State

MERGE_AFTER_ACKNOWLEDGED = timedelta(seconds=60)
AGAIN_AFTER_CLOSE = timedelta(minutes=10)
FLOOD_PER_MINUTE = 30
MOST_AGE_MS = 10 * 365 * 86_400_000
"""Ten years: beyond, a unit talks nonsense, and further back there may be no date to write down."""


def age_ms(press: Press, expiry_left_s: int | None, waited_s: float, round_trip_s: float) -> int:
    """Age of a press when it is looked at, without any wall clock.

    What the broker took off the expiry is the time it held the press. No expiry on it (a v3.1.1 bridge): its own
    word plus the time since arrival. A slow broker (last probe over 1 s) is added, since it hides time."""
    return _age_ms(press.age_ms, press.exp_s, expiry_left_s, waited_s, round_trip_s)


def report_age_ms(
    report: FallbackReport, expiry_left_s: int | None, waited_s: float, round_trip_s: float
) -> int:
    """The same of the press that a stand-in tells of."""
    expiry_s = PLAN_REPORT.expiry
    assert isinstance(expiry_s, int)
    return _age_ms(report.age_ms, expiry_s, expiry_left_s, waited_s, round_trip_s)


def _age_ms(
    sent_ms: int, expiry_s: int, expiry_left_s: int | None, waited_s: float, round_trip_s: float
) -> int:
    held_s = 0 if expiry_left_s is None else max(0, expiry_s - expiry_left_s)
    slow_s = round_trip_s if round_trip_s > 1.0 else 0.0
    return min(sent_ms + 1000 * held_s + round(1000 * (max(0.0, waited_s) + slow_s)), MOST_AGE_MS)


def doubt_ms(press: Press, expiry_left_s: int | None) -> int:
    """By how much it may be older than `age_ms` says.

    A unit sends every press with an expiry. Mosquitto hands over a message in the last second of its life without one,
    and one that it read back from its disk in that second, at any time later (tried with 2.0.11). An adapter (`via`)
    may speak a protocol that has no such thing."""
    return MOST_AGE_MS if expiry_left_s is None and press.via is None else 0


def is_late(age: int, press_ttl_s: int, policy_ttl_s: int) -> bool:
    return age > 1000 * min(press_ttl_s, policy_ttl_s)


def joins(
    open_ones: Iterable[Incident], purpose: Purpose, now: datetime, *, flood: bool, quiet: bool = False
) -> Incident | None:
    """The open incident of this button that a fresh press belongs to; None: it opens its own.

    `flood`: the device sends more than people can press; then any open one takes it."""
    for incident in open_ones:
        if incident.purpose is not purpose or incident.quiet is not quiet or incident.state is State.CLOSED:
            continue
        if incident.state is State.TRIGGERED or flood:
            return incident
        acknowledged = incident.acknowledged_at
        if (
            incident.state is State.ACKNOWLEDGED
            and acknowledged is not None
            and now - acknowledged < MERGE_AFTER_ACKNOWLEDGED
        ):
            return incident
    return None


def is_again(last_closed: datetime | None, pressed_at: datetime) -> bool:
    """A press soon after a close: the recovery failed."""
    return last_closed is not None and pressed_at - last_closed < AGAIN_AFTER_CLOSE
