"""The clock alone: bytes, air time and results of the raw driver, without a box."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from broker_config.messages import PageFormat, PageState, Proof
from pager_gateway import registry
from pager_gateway.drivers.pocsag_raw.driver import RawTransmitter, create
from pager_gateway.drivers.pocsag_raw.frames import BATCH, PREAMBLE, portions
from pager_gateway.drivers.pocsag_raw.settings import LEAST_AHEAD_S
from pager_gateway.errors import ConfigError
from pager_gateway.transmitter import AirTime, Health, Output, Page, Probing, SubmitResult, Write
from simulator.transmitters.base import OnAir
from simulator.transmitters.pocsag_raw import RawBox, RawHabits

ONE_PAGE = (
    "AA" * 72
    + "7CD215D8"
    + "7A89C197" * 14
    + "4B5A1A2589A2634D"
    + "7CD215D8"
    + "CCF905DE"
    + "7A89C197" * 15
    + "17"
)
AIR_S = (576 + 2 * 544) / 1200


def page(text: str = "HELLO", address: str = "1234567", **more: Any) -> Page:
    return Page(uuid4(), address, text, **more)


def ready(**settings: Any) -> RawTransmitter:
    driver = create(settings, 38400)
    driver.opened(0.0)
    assert driver.outputs() == [Health("ready")]
    return driver


def run(driver: RawTransmitter, until: float) -> list[tuple[float, Output]]:
    """Every output at its moment."""
    found: list[tuple[float, Output]] = []
    while (due := driver.due()) is not None and due <= until:
        driver.tick(due)
        found += [(due, one) for one in driver.outputs()]
    return found


def data_of(outputs: list[Output]) -> bytes:
    return b"".join(one.data for one in outputs if isinstance(one, Write))


def states(outputs: list[Output]) -> dict[UUID, PageState]:
    return {one.page: one.state for one in outputs if isinstance(one, SubmitResult)}


def test_the_registry_knows_it() -> None:
    assert registry.find("pocsag-raw") is create


def test_one_page_byte_by_byte_and_its_result_when_the_carrier_is_down() -> None:
    driver = ready(spare_s=0.25)
    one = page()
    driver.submit([one], 10.0)
    data = bytes.fromhex(ONE_PAGE)
    assert driver.outputs() == [
        AirTime(AIR_S),
        Write(data[:72], (one.id,)),
        Write(data[72:140]),
        Write(data[140:208]),
        Write(b"\x17"),
    ]
    assert driver.busy
    ((moment, result),) = run(driver, 100.0)
    assert result == SubmitResult(one.id, PageState.TRANSMITTED, Proof.NONE)
    assert moment == pytest.approx(10.25 + AIR_S)
    assert not driver.busy
    assert driver.due() is None


def test_words_alone_and_the_other_way_round() -> None:
    driver = ready(end="", inverted=True, baud=512)
    driver.submit([page()], 0.0)
    air, *writes = driver.outputs()
    assert air == AirTime((576 + 2 * 544) / 512)
    assert bytes(byte ^ 0xFF for byte in data_of(writes)) == bytes.fromhex(ONE_PAGE[:-2])


def test_all_pages_of_a_transmission_have_their_results_when_the_carrier_is_down() -> None:
    """Two pages end in the first batch, one in the third."""
    driver = ready(spare_s=0)
    tone = page("", "8", format=PageFormat.TONE)
    number = page("42", "10", format=PageFormat.NUMERIC)
    text = page("x" * 80, "13")
    driver.submit([text, tone, number], 0.0)
    air, write, *_ = driver.outputs()
    assert isinstance(write, Write)
    assert write.begins == (text.id, tone.id, number.id)
    assert isinstance(air, AirTime)
    assert air.seconds == pytest.approx((576 + 3 * 544) / 1200)
    over = run(driver, 10.0)
    assert [moment for moment, _ in over] == [pytest.approx(air.seconds)] * 3
    assert states([one for _, one in over]) == dict.fromkeys(write.begins, PageState.TRANSMITTED)


@pytest.mark.parametrize(
    ("at", "state"),
    [((576 + 544 + 60) / 1200, PageState.UNKNOWN), ((576 + 544 + 65) / 1200, PageState.TRANSMITTED)],
)
def test_the_line_goes_when_a_page_was_heard_already(at: float, state: PageState) -> None:
    driver = ready(spare_s=0)
    tone, text = page("", "8", format=PageFormat.TONE), page("x" * 80, "13")
    driver.submit([tone, text], 0.0)
    driver.outputs()
    driver.lost("cable?", at)
    assert states(driver.outputs()) == {tone.id: state, text.id: PageState.UNKNOWN}


def test_a_small_buffer_gets_no_more_than_it_holds() -> None:
    driver = ready(ahead_s=0.2, spare_s=0)
    driver.submit([page()], 0.0)
    written = [(0.0, one) for one in driver.outputs()] + run(driver, 100.0)
    whole, most = b"", 0.2 * 150
    for moment, one in written:
        if isinstance(one, Write):
            assert len(whole) >= moment * 150, "the carrier never breaks off"
            whole += one.data
            assert len(whole) <= moment * 150 + most + 1
    assert whole == bytes.fromhex(ONE_PAGE)
    assert sum(isinstance(one, Write) for _, one in written) > 5
    assert written[-1][0] == pytest.approx(AIR_S)


def test_the_line_goes_and_only_what_it_did_not_have_may_be_tried_again() -> None:
    driver = ready(ahead_s=1.0)
    first, last = page("", "8", format=PageFormat.TONE), page("x" * 200, "8")
    driver.submit([last, first], 0.0)
    far = page("", "9", format=PageFormat.TONE)
    driver.outputs()
    run(driver, 0.2)
    driver.lost("no carrier: cable?", 0.3)
    outputs = driver.outputs()
    assert outputs[0] == Health("dead", "no carrier: cable?")
    assert states(outputs) == {first.id: PageState.FAILED, last.id: PageState.UNKNOWN}
    retries = {one.page: one.error.retry for one in outputs if isinstance(one, SubmitResult) and one.error}
    assert retries == {first.id: True, last.id: False}
    assert not driver.busy
    driver.submit([far], 0.4)
    (result,) = driver.outputs()
    assert isinstance(result, SubmitResult)
    assert result.state is PageState.FAILED
    assert result.error is not None
    assert (result.error.code, result.error.text) == ("port-lost", "no carrier: cable?")


def test_a_machine_that_stood_still_does_not_pretend() -> None:
    driver = ready(ahead_s=0.5)
    one, other = page("x" * 200, "8"), page("x" * 200, "8")
    driver.submit([one, other], 0.0)
    driver.outputs()
    driver.tick(2.0)
    outputs = driver.outputs()
    assert states(outputs) == {one.id: PageState.UNKNOWN, other.id: PageState.FAILED}
    assert not any(isinstance(one, Write) for one in outputs)
    assert not driver.busy


def test_what_is_over_is_not_built_and_what_cannot_be_called_does_not_hold_up_the_rest() -> None:
    driver = ready()
    late, bad, good = page(expires_at=5.0), page(address="2007664"), page()
    driver.submit([late, bad, good], 5.0)
    outputs = driver.outputs()
    assert states(outputs) == {late.id: PageState.EXPIRED, bad.id: PageState.FAILED}
    assert [one.begins for one in outputs if isinstance(one, Write) and one.begins] == [(good.id,)]
    assert data_of(outputs).hex().upper() == ONE_PAGE


def test_nothing_to_send_leaves_it_free() -> None:
    driver = ready()
    driver.submit([page(expires_at=1.0), page(address="7")], 5.0)
    assert not driver.busy
    assert not any(isinstance(one, Write | AirTime) for one in driver.outputs())


def test_it_says_once_that_the_line_is_gone_and_cannot_be_asked() -> None:
    driver = ready()
    driver.lost("cable?", 1.0)
    driver.lost("cable?", 2.0)
    assert driver.outputs() == [Health("dead", "cable?")]
    driver.opened(3.0)
    driver.received(b"what is this", 3.0)
    assert driver.outputs() == [Health("ready")]
    assert not isinstance(driver, Probing)
    assert driver.abilities.proof is Proof.NONE


def test_settings_that_cannot_be() -> None:
    for wrong in ({"baud": 9600}, {"end": "1"}, {"end": "xx"}, {"ahead_s": 0}, {"batch": 0}, {"speed": 1}):
        with pytest.raises(ValidationError):
            create(wrong, 38400)
    with pytest.raises(ConfigError, match="too slow"):
        create({"baud": 2400}, 2400)
    create({"baud": 1200}, 2400)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 80), min_size=1, max_size=32),
    st.sampled_from((512, 1200, 2400)),
    st.floats(LEAST_AHEAD_S, 20.0),
)
def test_whatever_the_buffer_holds_the_carrier_never_breaks_off_and_the_pager_is_first(
    lengths: list[int], baud: int, ahead_s: float
) -> None:
    """A box whose radio begins with the first byte: each page is heard before the driver calls it transmitted."""
    driver, box = ready(baud=baud, ahead_s=ahead_s), RawBox(RawHabits(baud=baud))
    driver.submit([page("x" * length, str(1_234_000 + at)) for at, length in enumerate(lengths)], 0.0)
    now, heard = 0.0, 0
    while driver.busy:
        for one in driver.outputs():
            if isinstance(one, Write):
                box.received(one.data, now)
        now = min(moment for moment in (driver.due(), box.due()) if moment is not None)
        box.tick(now)
        heard += sum(isinstance(one, OnAir) for one in box.outputs())
        driver.tick(now)
    over = sum(
        isinstance(one, SubmitResult) and one.state is PageState.TRANSMITTED for one in driver.outputs()
    )
    assert heard == over == len(lengths)


@pytest.mark.parametrize("step", [1, 7, 71, 72, 73, 500])
def test_portions_end_with_the_preamble_and_with_each_batch(step: int) -> None:
    data = bytes(range(256))
    cuts: list[bytes] = []
    for begin in range(0, 256, step):
        cuts += portions(data, begin, min(begin + step, 256))
    assert b"".join(cuts) == data
    at = 0
    for cut in cuts:
        assert not any(
            at < edge < at + len(cut)
            for edge in (len(PREAMBLE), len(PREAMBLE) + BATCH, len(PREAMBLE) + 2 * BATCH)
        )
        at += len(cut)
