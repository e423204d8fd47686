"""What a broker that stood still hides, and for how long that is held against what comes in."""

from __future__ import annotations

from server.rules.stalls import AFTER_S, Stalls


def stood(reason: str = "no answer to a publish for 5 s", *, session_present: bool = True) -> Stalls:
    """Heard last at 100, connected again at 150."""
    stalls = Stalls()
    stalls.back(10.0, session_present=False)
    stalls.heard(100.0)
    stalls.lost(reason)
    stalls.back(150.0, session_present=session_present)
    return stalls


def test_what_comes_at_once_may_be_as_old_as_the_standstill() -> None:
    stalls = stood()
    assert stalls.doubt_s(150.0, 0.1) == 50.0
    assert stalls.doubt_s(150.0 + AFTER_S - 0.1, 5.0) == 50.0
    assert stalls.doubt_s(150.0 + AFTER_S, 5.0) == 0.0


def test_what_says_that_it_is_old_was_sent_anew_and_is_believed() -> None:
    assert stood().doubt_s(150.0, 48.0) == 0.0


def test_a_broker_that_ended_or_began_anew_hides_nothing() -> None:
    assert stood("connection reset").doubt_s(150.0, 0.1) == 0.0
    assert stood(session_present=False).doubt_s(150.0, 0.1) == 0.0


def test_a_first_connection_hides_nothing() -> None:
    stalls = Stalls()
    stalls.lost("no answer to the connect")
    stalls.back(5.0, session_present=True)
    assert stalls.doubt_s(5.0, 0.1) == 0.0
