"""Whose call it is: paged and free, taken, passed on, asked to help."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from server.db.open_incidents import Call, Note, OpenIncident
from server.rules.journal import Action
from server.web.staff.mine import is_mine
from tests.unit.server.web.factory import NOW
from tests.unit.server.web.test_board_view import incident

ME, OTHER = 7, 8
"""Accounts; the carriers are ten times as much."""


def call(who: int, ago: float = 20.0, reason: str = "step") -> Call:
    return Call(uuid4(), "XX", 1, "transmitted", "accepted", NOW - timedelta(seconds=ago), reason, who * 10)


def passed(who: int, ago: float) -> Note:
    return Note(uuid4(), Action.PASSED_ON, NOW - timedelta(seconds=ago), who, None, {})


def mine(one: OpenIncident, carrier: int | None = ME * 10) -> bool:
    return is_mine(one, ME, carrier)


def test_who_was_paged_has_it_until_somebody_takes_it() -> None:
    assert mine(incident(calls=(call(ME),)))
    assert not mine(incident(calls=(call(OTHER),)))
    assert not mine(incident(calls=()))
    assert not mine(incident(calls=(call(ME),)), carrier=None)
    taken = incident(calls=(call(ME), call(OTHER)), state="acknowledged", acknowledged_by_id=OTHER)
    assert not mine(taken)


@pytest.mark.parametrize("state", ["acknowledged", "attended"])
def test_who_took_it_has_it_with_or_without_a_pager(state: str) -> None:
    one = incident(state=state, acknowledged_by_id=ME, attended_by_id=ME if state == "attended" else None)
    assert mine(one)
    assert mine(one, carrier=None)


def test_somebody_else_arrived() -> None:
    assert not mine(incident(state="attended", acknowledged_by_id=ME, attended_by_id=OTHER))


def test_the_staff_key_leaves_it_with_who_was_going_or_with_all_who_were_paged() -> None:
    assert mine(incident(state="attended", acknowledged_by_id=ME, attended_by_id=None))
    assert mine(incident(state="attended", calls=(call(ME),)))


def test_who_passed_it_on_is_free_until_rung_again() -> None:
    assert not mine(incident(calls=(call(ME, ago=30),), notes=(passed(ME, ago=20),)))
    assert mine(incident(calls=(call(ME, ago=30),), notes=(passed(OTHER, ago=20),)))
    assert mine(incident(calls=(call(ME, ago=30), call(ME, ago=10)), notes=(passed(ME, ago=20),)))


def test_who_is_asked_for_help_sees_it_too() -> None:
    one = incident(state="attended", attended_by_id=OTHER, calls=(call(ME, reason="help"),))
    assert mine(one)
    assert not mine(one, carrier=OTHER * 10 + 1)
