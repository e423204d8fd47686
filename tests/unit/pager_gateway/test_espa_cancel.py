"""Taking a page back: before it is said, while it is said, and out of the paging system's queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from broker_config.messages import PageState
from pager_gateway.drivers.tap.driver import create as create_tap
from pager_gateway.sender import Batch, CancelPage, PageReport
from pager_gateway.transmitter import Cancelling, Page
from simulator.transmitters.espa444 import EspaFaults, EspaHabits
from tests.unit.pager_gateway.espa_rig import EspaLine

AIRING = "ON THE AIR FOR SOME TIME" * 4


def queueing(faults: EspaFaults | None = None, **settings: Any) -> EspaLine:
    """Its radio is slow: the first page is on the air, the others wait in its queue."""
    line = EspaLine(faults, EspaHabits(baud=512), **settings)
    line.give(AIRING, 0.5, address="9")
    return line


def cancel(line: EspaLine, page: UUID, seconds: float = 30.0) -> None:
    line.loop.put(CancelPage(page))
    line.clock.advance(seconds)


def states(line: EspaLine, page: UUID) -> list[PageState]:
    return [one.state for one in line.results(page)]


def test_a_page_in_the_queue_of_the_system_is_reset_and_its_result_stays_first() -> None:
    line = queueing()
    page = line.give("NOT NEEDED", 0.2)
    cancel(line, page)
    assert line.texts() == [AIRING]
    assert line.said("take back 1 calls") == 1
    first, *late = line.results(page)
    assert first.state is PageState.TRANSMITTED
    assert [one.error.code for one in late if one.error is not None] == ["espa-terminated"]


def test_polled_it_is_reset_with_the_next_poll() -> None:
    line = EspaLine(None, EspaHabits(baud=512, polls_every_s=0.2), role="polled")
    line.give(AIRING, 0.5, address="9")
    cancel(line, line.give("NOT NEEDED", 0.5))
    assert line.texts() == [AIRING]


def test_the_reset_is_not_sent_if_it_would_take_another_page_with_it() -> None:
    line = queueing()
    page, _ = line.give("NOT NEEDED", 1.0), line.give("NEEDED", 1.0)
    cancel(line, page)
    assert line.said("take back") == 0
    assert line.texts() == [AIRING, "NOT NEEDED", "NEEDED"]


def test_nor_if_another_one_may_just_be_taken() -> None:
    line = queueing()
    page = line.give("NOT NEEDED", 1.0)
    line.faults.late_ack_s = [1.0]
    line.give("NEEDED", 0.5)
    cancel(line, page)
    assert line.texts() == [AIRING, "NOT NEEDED", "NEEDED"]


def test_a_page_that_comes_behind_the_reset_stays() -> None:
    line = queueing()
    page = line.give("NOT NEEDED", 1.0)
    line.loop.put(CancelPage(page))
    line.give("NEEDED")
    assert line.texts() == [AIRING, "NEEDED"]


def test_unless_the_system_understands_a_message_in_it() -> None:
    line = queueing(reset_with_message=True)
    page, _ = line.give("NOT NEEDED", 0.2), line.give("NEEDED", 0.2)
    cancel(line, page)
    assert line.texts() == [AIRING, "NEEDED"]


@pytest.mark.parametrize("settings", [{"reset": False}, {"receiver": "acks-everything"}], ids=str)
def test_a_system_without_resets_gets_none(settings: dict[str, Any]) -> None:
    line = queueing(**settings)
    cancel(line, line.give("TOO LATE", 0.2))
    assert line.texts() == [AIRING, "TOO LATE"]


def test_a_page_that_is_on_the_air_already_is_left_alone() -> None:
    line = EspaLine()
    cancel(line, line.give("HELP"))
    assert line.said("take back") == 0
    cancel(line, uuid4())
    assert line.health() == ("ready", None)


def test_a_page_in_hand_ends_as_cancelled_before_its_first_byte() -> None:
    line = queueing(batch=4)
    pages = [Page(uuid4(), str(number), f"N {number}") for number in range(3)]
    line.loop.put(Batch(tuple(pages)))
    line.loop.put(CancelPage(pages[1].id))
    line.clock.advance(30)
    assert states(line, pages[1].id) == [PageState.CANCELLED]
    assert line.texts() == [AIRING, "N 0", "N 2"]
    (report,) = [
        one for one in line.reports if isinstance(one, PageReport) and one.result.page == pages[1].id
    ]
    assert report.first_byte_at is None


def test_while_it_is_selected_for() -> None:
    line = queueing(EspaFaults(delay_reply_s=0.3))
    page = line.give("NOT NEEDED", 0.05)
    cancel(line, page)
    assert states(line, page) == [PageState.CANCELLED]
    assert line.texts() == [AIRING]


def test_while_its_block_waits_for_the_reply_it_is_reset_afterwards() -> None:
    line = queueing()
    line.faults.late_ack_s = [1.0]
    page = line.give("NOT NEEDED", 0.5)
    cancel(line, page)
    assert states(line, page)[0] is PageState.TRANSMITTED
    assert line.said("take back 1 calls") == 1
    assert line.texts() == [AIRING]


def test_a_page_in_doubt_is_not_repeated_but_reset_and_stays_in_doubt() -> None:
    line = queueing(status="never")
    line.system.habits.status = "never"
    line.system.calls.statuses.clear()
    line.faults.lose_reply = 1
    page = line.give("MAYBE", 1.0)
    cancel(line, page)
    assert states(line, page) == [PageState.UNKNOWN]
    assert line.texts() == [AIRING]


def test_a_damaged_block_is_not_repeated_for_a_cancelled_page() -> None:
    line = queueing(EspaFaults())
    line.faults.nak_block, line.faults.late_ack_s = ["1"], [0.5]
    page = line.give("NOT NEEDED", 0.2)
    cancel(line, page)
    assert states(line, page) == [PageState.CANCELLED]
    assert line.texts() == [AIRING]


def test_drivers_that_cannot_take_back_are_not_asked() -> None:
    assert not isinstance(create_tap({}, 9600), Cancelling)
