"""The largest and oddest values that the contract allows are stored, on both engines, and stop nobody."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import DeviceState, DeviceStatus, PageResult, PageState, Proof, ResultError
from server.db.tables import Refused
from tests.engine_box import EngineBox
from tests.small_shop import STORE

MOST = 2**53
ODD = "\x01\x7f\U0010ffff'\"\\<&"


def refused(box: EngineBox) -> list[tuple[str, str]]:
    with box.db.reading() as session:
        return [(row.reason, row.detail) for row in session.exec(select(Refused))]


def test_a_press_as_old_as_the_world_is_history(box: EngineBox) -> None:
    box.press(age_ms=MOST, seq=MOST, try_=1_000_000, sw=ODD, via=ODD)
    assert refused(box) == []
    (press,) = box.presses()
    assert (press.state, press.seq) == ("late", MOST)
    assert press.received_at - press.pressed_at < timedelta(days=366 * 10)
    assert [one.result for one in box.receipts] == ["late"]


def test_a_press_that_waited_for_a_month(box: EngineBox) -> None:
    month = timedelta(days=31)
    box.press(age_ms=month // timedelta(milliseconds=1))
    (press,) = box.presses()
    assert press.received_at - press.pressed_at == month


def test_a_gateway_that_counts_far(box: EngineBox) -> None:
    box.press()
    (order,) = box.orders
    said = PageResult(
        page=order.page,
        attempt=1,
        seq=MOST,
        transmitter="t1",
        state=PageState.TRANSMITTED,
        proof=Proof.ACCEPTED,
        tx_ms=MOST,
        error=ResultError(code=ODD, text=ODD * 50, retry=False),
    )
    box.deliver(publication(channels.RESULT, STORE, "g", "g1", said))
    box.time.advance(0)
    assert refused(box) == []
    assert [(one.state, one.result_seq) for one in box.pages()] == [("transmitted", MOST)]


def test_a_device_of_odd_words(box: EngineBox) -> None:
    status = DeviceStatus(state=DeviceState.ONLINE, run="a" * 36, boot="b" * 36, sw="\U0010ffff" * 32)
    box.deliver(publication(channels.STATUS, STORE, "b", "b1", status))
    box.time.advance(0)
    assert refused(box) == []
