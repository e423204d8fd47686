import pytest

from simulator.lane import MOST, Lane, next_try


@pytest.mark.parametrize(
    ("now", "moment"), [(0.0, 0.2), (0.2, 0.2), (0.21, 0.6), (0.61, 1.4), (10.0, 12.6), (60.0, 102.2)]
)
def test_the_pauses_of_a_tcp_in_vain_double(now: float, moment: float) -> None:
    assert next_try(0.0, now) == pytest.approx(moment)


def test_bytes_arrive_in_order_after_their_delay() -> None:
    lane = Lane()
    lane.put(b"a", now=1.0, delay=0.5)
    lane.put(b"b", now=1.1, delay=0.0)  # the delay became shorter meanwhile: still behind the first

    assert (lane.due(), lane.head(1.4)) == (1.5, None)
    assert lane.head(1.5) == b"a"
    lane.sent(1)
    assert lane.head(1.5) == b"b"


def test_what_a_cut_swallowed_comes_at_the_senders_next_try() -> None:
    lane = Lane()
    lane.cut(1.0)
    lane.put(b"a", now=2.0, delay=0.0)
    assert (lane.due(), lane.head(3.0)) == (None, None)

    lane.mend(5.5)
    lane.put(b"b", now=5.6, delay=0.0)

    assert lane.due() == pytest.approx(next_try(2.0, 5.5)) == pytest.approx(8.2)
    assert lane.head(8.1) is None
    assert lane.head(lane.due() or 0.0) == b"a"


def test_a_line_that_nobody_used_while_it_was_cut_works_at_once() -> None:
    lane = Lane()
    lane.cut(1.0)
    lane.mend(60.0)
    lane.put(b"a", now=60.0, delay=0.0)
    assert lane.head(60.0) == b"a"


def test_a_second_cut_before_the_next_try_makes_the_pauses_longer_and_not_new() -> None:
    lane = Lane()
    lane.cut(1.0)
    lane.put(b"a", now=1.0, delay=0.0)
    lane.mend(3.0)
    lane.cut(3.1)
    lane.mend(10.0)
    assert lane.due() == pytest.approx(next_try(1.0, 10.0))


def test_it_is_bounded_and_takes_less_than_the_whole() -> None:
    lane = Lane()
    lane.put(b"x" * MOST, now=0.0, delay=0.0)
    assert lane.is_full

    lane.sent(MOST - 1)

    assert (lane.is_full, lane.head(0.0)) == (False, b"x")


def test_a_sender_that_was_reset_says_nothing_more() -> None:
    lane = Lane()
    lane.cut(0.0)
    lane.put(b"a", now=0.0, delay=0.0)
    lane.clear()
    lane.mend(1.0)
    assert lane.head(9.0) is None
