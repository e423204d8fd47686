"""What the judge makes of what hands did while something else happened."""

from __future__ import annotations

from tests.chaos.hands import Made
from tests.chaos.judge import _may_undo
from tests.chaos.plan import Kind
from tests.chaos.test_record import at, record


def made(verb: str, seconds: float, unit: str = "b1") -> Made:
    return Made((unit, 2), verb, at(seconds), at(seconds + 0.02), seconds)


def test_a_push_that_a_freeze_holds_down_may_take_back() -> None:
    mine = record(Kind.FREEZE, "b1", 3, 9)
    assert _may_undo(mine, made("press", 2.9))
    assert not _may_undo(mine, made("press", 1.5))
    assert not _may_undo(mine, made("press", 2.9, "b2"))
    assert not _may_undo(mine, made("brush", 2.9))
    assert _may_undo(mine, made("undo", 20))
