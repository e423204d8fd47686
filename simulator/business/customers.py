"""Who stands at a button, and how a call to it ends: by what it was about, and by how long the customer waited."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from simulator.business import draw
from simulator.business import figures as f
from simulator.business.visits import Visit, What
from simulator.habits import Closing

REMEDIES = {
    "goods": {"replacement": 0.36, "refund": 0.16, "coupon": 0.08, "none": 0.4},
    "queue": {"coupon": 0.1, "gift": 0.04, "none": 0.86},
    "price": {"refund": 0.28, "coupon": 0.1, "none": 0.62},
    "service": {"coupon": 0.14, "gift": 0.1, "none": 0.76},
    "competence": {"free_service": 0.1, "coupon": 0.1, "none": 0.8},
    "delivery": {"refund": 0.16, "coupon": 0.16, "free_service": 0.08, "none": 0.6},
    "other": {"coupon": 0.06, "other": 0.04, "none": 0.9},
}
COSTS = {
    "coupon": (200, 1_000),
    "replacement": (150, 2_500),
    "refund": (100, 3_000),
    "gift": (100, 600),
    "free_service": (0, 500),
    "other": (0, 500),
    "none": (0, 0),
}
"""In cents, from and to."""
LONG_WAIT_S = 120.0
REMEMBERED = timedelta(hours=2)


class Customers:
    """By the button's label, as staff know a place. `met` is asked when somebody arrives there."""

    def __init__(self) -> None:
        self._there: dict[str, Visit] = {}

    def came(self, visit: Visit) -> None:
        """A customer pushes. Whoever came last is whom staff will find, but for a child behind a customer."""
        before = self._there.get(visit.button.label)
        waits = before is not None and before.what is What.CALL and not _gone(before, visit.at)
        if visit.what is What.CALL or not waits:
            self._there[visit.button.label] = visit

    def waits(self, visit: Visit, now: datetime) -> bool:
        """Whether this customer is still there, and not yet served."""
        return self._there.get(visit.button.label) is visit and not _gone(visit, now)

    def met(self, label: str, now: datetime, rng: Random) -> Closing:
        """What will be said at the end of the call."""
        visit = self._there.pop(label, None)
        if visit is None or now - visit.at > REMEMBERED:
            return _nobody("left_before_contact", rng)
        waited_s = (now - visit.at).total_seconds()
        match visit.what:
            case What.QUIET | What.DRILL:
                return Closing("recovered", talk_s=draw.about(rng, *f.HEARD_S))
            case What.ACCIDENT | What.TAKEN_BACK:
                return _nobody("false_press", rng)
            case What.PRANK:
                return _nobody("abuse" if rng.random() < f.ABUSE_OF_PRANKS else "false_press", rng)
        if _gone(visit, now):
            return _nobody("left_before_contact", rng)
        return _heard(visit.cause, waited_s, rng)


def _gone(visit: Visit, now: datetime) -> bool:
    return (now - visit.at).total_seconds() > visit.patience_s


def _nobody(outcome: str, rng: Random) -> Closing:
    return Closing(outcome, talk_s=rng.uniform(*f.NOBODY_THERE_S))


def _heard(cause: str, waited_s: float, rng: Random) -> Closing:
    chance = f.KNOWS_HOW_IT_ENDS[cause] - f.COLDER_A_MINUTE * waited_s / 60
    well = rng.random() < chance
    remedy = draw.one_of(rng, REMEDIES[cause])
    if remedy == "none" and waited_s > LONG_WAIT_S and rng.random() < f.FOR_THE_WAIT:
        remedy = "coupon"
    if not well and rng.random() < f.GIVES_NOTHING_AFTER_ALL:
        remedy = "none"
    least, most = COSTS[remedy]
    # in steps of half a euro, as vouchers are; small sums are given more often
    cost = round((least + (most - least) * rng.random() ** 2) / 50) * 50
    return Closing(
        "recovered" if well else "not_recovered",
        cause=cause if rng.random() < f.SAYS_CAUSE else None,
        apology=rng.random() < f.APOLOGISES,
        remedy=remedy,
        cost_cents=cost,
        talk_s=draw.about(rng, *f.HEARD_S),
    )
