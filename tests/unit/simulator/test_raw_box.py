"""The box that never answers: what it puts on the air, and when, from bytes of the protocol note."""

from __future__ import annotations

import pytest

from simulator.transmitters.base import Airs, BoxOutput, HangUp, OnAir, Say, Trouble, Understood
from simulator.transmitters.pocsag_raw import RawBox, RawHabits
from simulator.transmitters.pocsag_receiver import PagerHabits, Reading

PREAMBLE = "AA" * 72
IDLE = "7A89C197"
THREE_PAGES = (
    "7CD215D8 00003B49 E987995B F3C3030F D997032B A868E016 DC2007FD" + IDLE * 8 + "08290470 921999DB"
    "7CD215D8" + IDLE * 4 + "0000283F" + IDLE * 11
)
DATA = bytes.fromhex(PREAMBLE + THREE_PAGES)
BAUD = 1200


def after(bits: int, baud: int = BAUD) -> float:
    return bits / baud


TEXT_AT, DIGITS_AT = after(576 + 7 * 32), after(576 + 544)
TONE_AT, DOWN_AT = after(576 + 544 + 6 * 32), after(576 + 2 * 544)


def live(box: RawBox, until: float, start: list[BoxOutput] | None = None) -> list[tuple[float, BoxOutput]]:
    found = [(0.0, one) for one in start or []]
    while (due := box.due()) is not None and due <= until:
        box.tick(due)
        found += [(due, one) for one in box.outputs()]
    return found


def pages(found: list[tuple[float, BoxOutput]]) -> list[tuple[float, OnAir]]:
    return [(moment, one) for moment, one in found if isinstance(one, OnAir)]


def send(box: RawBox, data: bytes = DATA, until: float = 100.0) -> list[tuple[float, BoxOutput]]:
    box.received(data, 0.0)
    return live(box, until, box.outputs())


def test_each_page_is_on_the_air_at_its_last_codeword() -> None:
    found = send(RawBox(), DATA + b"\x17")
    assert [page for _, page in pages(found)] == [
        OnAir("0000008", "Kassa 3: abi!", 4),
        OnAir("0133703", "42", 1),
        OnAir("0000010", "", 2),
    ]
    assert [moment for moment, _ in pages(found)] == pytest.approx([TEXT_AT, DIGITS_AT, TONE_AT])
    assert not any(isinstance(one, Say) for _, one in found)


def test_people_see_the_carrier_and_who_is_called_next() -> None:
    shown = [(moment, one) for moment, one in send(RawBox()) if isinstance(one, Airs)]
    assert [(one.address, one.waiting) for _, one in shown] == [
        ("0000008", 2),
        ("0133703", 1),
        ("0000010", 0),
        ("?", 0),
        (None, 0),
    ]
    assert shown[-1][0] == pytest.approx(DOWN_AT)
    assert {one.since for _, one in shown} == {0.0}
    assert [one.until for _, one in shown] == [pytest.approx(DOWN_AT)] * 5


@pytest.mark.parametrize("size", [1, 3, 4, 64])
def test_portions_make_no_difference(size: int) -> None:
    box = RawBox()
    data = DATA + b"\x17"
    for at in range(0, len(data), size):
        box.received(data[at : at + size], 0.0)
    whole = pages(send(RawBox(), data))
    assert pages(live(box, 100.0, box.outputs())) == whole


def test_the_end_byte_is_not_on_the_air_and_one_inside_a_word_is() -> None:
    box = RawBox()
    box.received(DATA + b"\x17", 0.0)
    assert box.receiver.bits == 8 * len(DATA)
    box = RawBox()
    box.received(DATA[:76] + b"\x17", 0.0)
    box.received(b"\x01\x02\x03", 0.0)
    assert box.receiver.bits == 8 * 80
    box = RawBox()
    box.received(DATA[:73] + b"\x17", 0.0)
    assert box.receiver.bits == 8 * 74


def test_a_box_without_an_end_byte_sends_all_of_it() -> None:
    box = RawBox(RawHabits(end=None))
    box.received(DATA + b"\x17", 0.0)
    assert box.receiver.bits == 8 * len(DATA) + 8


def test_the_next_transmission_begins_when_its_bytes_come() -> None:
    box = RawBox(RawHabits(baud=2400))
    send(box)
    box.received(DATA, 10.0)
    assert pages(live(box, 100.0, box.outputs()))[0][0] == pytest.approx(10.0 + TEXT_AT / 2)


def test_bytes_that_come_too_late_find_the_carrier_down() -> None:
    """The page that was under way is lost."""
    box = RawBox()
    assert pages(send(box, DATA[:84])) == []
    box.received(DATA[84:], 20.0)
    assert [page.text for _, page in pages(live(box, 100.0, box.outputs()))] == [""]


def test_a_radio_that_is_inverted_needs_an_inverted_transmission() -> None:
    assert pages(send(RawBox(RawHabits(inverted=True)))) == []
    assert len(pages(send(RawBox(RawHabits(inverted=True)), bytes(byte ^ 0xFF for byte in DATA)))) == 3


def test_pagers_that_are_set_up_otherwise() -> None:
    habits = RawHabits(pagers=PagerHabits({8: {3: Reading.TONE}}))
    assert pages(send(RawBox(habits)))[0][1] == OnAir("0000008", "", 4)


def test_without_power_it_hears_and_sends_nothing() -> None:
    box = RawBox()
    box.received(DATA, 0.0)
    box.trouble(Trouble.SILENT, 1, 0.5)
    assert pages(live(box, 100.0, box.outputs())) == []
    assert pages(send(box)) == []
    box.trouble(Trouble.SILENT, 0, 50.0)
    assert len(pages(send(box))) == 3


def test_a_slow_one_keys_up_late() -> None:
    box = RawBox()
    box.trouble(Trouble.SLOW, 250, 0.0)
    assert pages(send(box))[0][0] == pytest.approx(TEXT_AT + 0.25)


def test_a_reset_loses_what_was_not_on_the_air() -> None:
    box = RawBox()
    box.trouble(Trouble.RESET, 1, 0.0)
    found = send(box)
    assert [page.address for _, page in pages(found)] == ["0000008"]
    ((moment, hung_up),) = [(moment, one) for moment, one in found if isinstance(one, HangUp)]
    assert hung_up == HangUp(1.0)
    assert moment == pytest.approx(after(576 + 272))
    assert len(pages(send(box))) == 3, "once"


def test_a_reset_in_mid_transmission() -> None:
    box = RawBox()
    box.received(DATA, 0.0)
    box.tick(TEXT_AT)
    box.trouble(Trouble.RESET, 1, DIGITS_AT - 0.01)
    found = live(box, 100.0, box.outputs())
    assert [page.address for _, page in pages(found)] == ["0000008"]
    assert [one for _, one in found if isinstance(one, HangUp)] == [HangUp(1.0)]


@pytest.mark.parametrize(("own_power", "heard"), [(False, 1), (True, 3)])
def test_the_cable_is_its_power_or_not(own_power: bool, heard: int) -> None:
    box = RawBox(RawHabits(own_power=own_power))
    box.received(DATA, 0.0)
    box.hung_up(TEXT_AT + 0.01)
    assert len(pages(live(box, 100.0, box.outputs()))) == heard


def test_troubles_that_it_cannot_have() -> None:
    box = RawBox()
    assert box.troubles == {Trouble.SILENT, Trouble.SLOW, Trouble.RESET}
    with pytest.raises(KeyError):
        box.trouble(Trouble.REFUSE, 1, 0.0)


def test_it_explains_what_comes_in() -> None:
    box = RawBox()
    for data in (DATA[:72], DATA[72:], b"\x17", DATA):
        box.received(data, 0.0)
    found = [one for one in box.outputs() if isinstance(one, Understood)]
    assert [one.why for one in found] == [
        "preamble",
        "codewords",
        "end of the transmission",
        "preamble and codewords",
    ]
    assert b"".join(one.data for one in found) == DATA + b"\x17" + DATA
