"""The simulated modem against the written description: bytes in, bytes out, no driver of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.transmitters.base import Airs, HangUp, OnAir, Say, Trouble
from simulator.transmitters.mmdvm import MmdvmFaults, MmdvmHabits, MmdvmModem
from simulator.transmitters.mmdvm_radio import preamble_bytes

IDLE = "7A 89 C1 97"
FREQUENCY = "E0 11 04 00 00 18 DD 19 00 18 DD 19 FF 00 18 DD 19"
CONFIG_1 = "E0 1A 02 80 20 0A 00 80 80 02 00 80 80 80 80 80 80 80 80 04 80 80 05 05 00 00"
CONFIG_2 = (
    "E0 28 02 80 00 01 0A 00 80 80 80 80 80 80 80 80 80 00 80 80 00 00 00 04 05 05 00 00 00 02 00 80"
    "00 00 00 00 00 00 00 00"
)
STATUS = "E0 03 01"
HELLO_1 = f"E0 47 50 7C D2 15 D8 {IDLE * 14} 4B 5A 1A 25 89 A2 63 4D"
HELLO_2 = f"E0 47 50 7C D2 15 D8 CC F9 05 DE {IDLE * 15}"
IDLES = f"E0 47 50 7C D2 15 D8 {IDLE * 16}"


class Desk:
    """Somebody with a terminal at a modem."""

    def __init__(self, habits: MmdvmHabits | None = None, faults: MmdvmFaults | None = None) -> None:
        self.box = MmdvmModem(habits, faults)
        self.now = 0.0
        self.pages: list[tuple[str, str, int]] = []
        self.airs: list[Airs] = []
        self.hung_up = 0

    def at(self, now: float) -> str:
        """Let time pass; what was said meanwhile."""
        said = ""
        while (due := self.box.due()) is not None and due <= now:
            self.now = max(self.now, due)
            self.box.tick(self.now)
            said += self._take()
        self.now = now
        self.box.tick(now)
        return said + self._take()

    def send(self, text: str, at: float | None = None) -> str:
        said = self.at(self.now if at is None else at)
        self.box.received(bytes.fromhex(text), self.now)
        return said + self._take()

    def _take(self) -> str:
        said = b""
        for one in self.box.outputs():
            if isinstance(one, Say):
                said += one.data
            elif isinstance(one, OnAir):
                self.pages.append((one.address, one.text, one.alert))
            elif isinstance(one, Airs):
                self.airs.append(one)
            elif isinstance(one, HangUp):
                self.hung_up += 1
        return said.hex(" ").upper()


def set_up(protocol: int = 1, faults: MmdvmFaults | None = None) -> Desk:
    desk = Desk(MmdvmHabits(protocol=protocol), faults)
    assert desk.send(FREQUENCY) == "E0 04 70 04"
    assert desk.send(CONFIG_2 if protocol == 2 else CONFIG_1) == "E0 04 70 02"
    assert desk.send("E0 04 03 00") == "E0 04 70 03"
    return desk


def test_the_start_up_of_a_hotspot() -> None:
    desk = Desk()
    said = desk.send("E0 03 00")
    assert said.startswith("E0 4F 00 01 4D 4D 44 56 4D 5F 48 53 5F 48 61 74 2D")
    assert len(bytes.fromhex(said)) == 79
    assert desk.send(STATUS)[9:14] == "BF 00"
    assert desk.send(FREQUENCY) == "E0 04 70 04"
    assert desk.send(CONFIG_1 + "E0 04 03 00") == "E0 04 70 02 E0 04 70 03"
    assert desk.send(STATUS) == "E0 0E 01 20 00 00 00 00 00 00 00 00 0E 00"


def test_the_start_up_of_a_board() -> None:
    desk = Desk(MmdvmHabits(protocol=2))
    assert desk.send("E0 03 00")[6:].startswith("00 02 00 01 02")
    assert desk.send(CONFIG_2) == "E0 04 70 02"
    assert desk.send(STATUS) == "E0 14 01 00 00 00 00 00 00 00 00 00 00 00 3A 00 00 00 00 00"


def test_a_page_as_the_description_saw_it() -> None:
    desk = set_up()
    assert desk.send("E0 04 03 06") == "E0 04 70 03"
    desk.now = begun = 10.0
    assert desk.send(HELLO_1, begun) == ""
    assert desk.send(HELLO_2, begun + 0.011) == ""
    assert desk.send(STATUS, begun + 0.203) == "E0 0E 01 20 06 01 00 00 00 00 00 00 0E 00"
    assert desk.send(STATUS, begun + 1.466) == "E0 0E 01 20 06 01 00 00 00 00 00 00 0E 00"
    assert desk.send(STATUS, begun + 1.719) == "E0 0E 01 20 06 00 00 00 00 00 00 00 0E 00"
    assert desk.pages == [("1234567", "HELLO", 4)]
    over = desk.airs[-1]
    assert (over.address, over.since, over.waiting) == (None, begun, 0)
    assert over.until == pytest.approx(begun + 1.4867, abs=1e-3)
    (carrier,) = desk.box.radio.history
    assert bytes(carrier.sent) == b"\xaa" * 87 + bytes.fromhex(HELLO_1)[3:] + bytes.fromhex(HELLO_2)[3:]
    assert (carrier.since, carrier.batches) == (begun, 2)


def test_a_numeric_page_leaves_one_batch_in_the_buffer_for_a_while() -> None:
    desk = set_up()
    desk.send(f"E0 47 50 7C D2 15 D8 {IDLE * 14} 08 29 04 70 92 5C 70 E7", 10.0)
    desk.send(IDLES, 10.01)
    assert desk.send(STATUS, 10.052) == "E0 0E 01 20 06 01 00 00 00 00 00 00 0D 00"
    assert desk.send(STATUS, 10.308) == "E0 0E 01 20 06 01 00 00 00 00 00 00 0E 00"
    assert desk.send(STATUS, 11.570) == "E0 0E 01 20 06 00 00 00 00 00 00 00 0E 00"
    assert desk.pages == [("0133703", "42-17", 1)]


def test_a_board_draws_late() -> None:
    desk = set_up(2)
    desk.send(STATUS, 9.9)
    desk.send(HELLO_1, 10.0)
    desk.send(HELLO_2, 10.01)
    assert desk.send(STATUS, 10.2) == "E0 14 01 06 01 00 00 00 00 00 00 00 00 00 38 00 00 00 00 00"
    assert desk.send(STATUS, 10.7)[:-15].endswith("39")
    assert desk.send(STATUS, 11.3)[:-15].endswith("3A")


def test_one_keying_while_there_are_batches_and_a_new_preamble_after() -> None:
    desk = set_up()
    desk.send(IDLES, 10.0)
    desk.send(IDLES, 10.4)
    desk.send(IDLES, 11.4)
    desk.at(12.0)
    assert [one.batches for one in desk.box.radio.history] == [3]
    desk.send(IDLES, 13.0)
    desk.at(15.0)
    assert [one.batches for one in desk.box.radio.history] == [3, 1]
    assert desk.box.radio.history[1].until == pytest.approx(13.0 + 1.0333, abs=1e-3)


@pytest.mark.parametrize(("protocol", "gap_s", "taken"), [(1, 0.02, 16), (2, 0.01, 59)])
def test_a_full_buffer_as_the_description_counted(protocol: int, gap_s: float, taken: int) -> None:
    desk = set_up(protocol)
    said = [desk.send(IDLES, 10.0 + number * gap_s) for number in range(taken + 2)]
    assert said == [""] * taken + ["E0 05 7F 50 05"] * 2
    desk.at(60.0)
    assert [one.batches for one in desk.box.radio.history] == [taken]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("E0 46 50" + "00" * 67, "E0 05 7F 50 04"),
        ("E0 03 77", "E0 05 7F 77 01"),
        ("E0 03 F1", "E0 05 7F F1 01"),
        ("E0 04 70 02", "E0 05 7F 70 01"),
        ("E0 03 80", ""),
        ("E0 03 91", ""),
        ("E0 03 10", "E0 05 7F 10 02"),
        ("E0 04 03 02", "E0 05 7F 03 04"),
        ("E0 04 03 00", "E0 04 70 03"),
        ("E0 03 03", "E0 05 7F 03 04"),
        ("00 33 E0 03 77", "E0 05 7F 77 01"),
    ],
)
def test_what_a_hotspot_says_to_odd_frames(sent: str, said: str) -> None:
    assert set_up().send(sent) == said


def test_a_board_knows_no_serial_data() -> None:
    assert set_up(2).send("E0 03 80") == "E0 05 7F 80 01"


@pytest.mark.parametrize(
    ("receive", "transmit", "pocsag", "taken"),
    [
        (433_920_000, 433_920_000, 433_920_000, True),
        (436_500_000, 436_500_000, 436_500_000, False),
        (144_000_000, 144_000_000, 144_000_000, True),
        (148_000_000, 148_000_000, 144_000_000, False),
        (475_000_000, 475_000_000, 434_000_000, False),
        (435_000_000, 435_000_000, 434_000_000, False),
        (434_999_000, 434_999_000, 434_999_000, True),
        (438_000_000, 438_000_000, 438_001_000, False),
        (438_001_000, 438_001_000, 438_001_000, True),
        (0, 433_920_000, 433_920_000, True),
        (0, 0, 433_920_000, False),
        (433_920_000, 433_920_000, 436_000_000, False),
        (433_920_000, 433_920_000, 0, False),
    ],
)
def test_bands(receive: int, transmit: int, pocsag: int, taken: bool) -> None:
    hertz = [one.to_bytes(4, "little").hex() for one in (receive, transmit, pocsag)]
    said = Desk().send(f"E0 11 04 00 {hertz[0]} {hertz[1]} FF {hertz[2]}")
    assert said == ("E0 04 70 04" if taken else "E0 05 7F 04 04")
    assert Desk(MmdvmHabits(protocol=2)).send(f"E0 05 04 {hertz[0][:4]}") == "E0 04 70 04"


@pytest.mark.parametrize("size", [12, 13])
def test_short_frequencies(size: int) -> None:
    whole = bytes.fromhex(FREQUENCY)
    cut = bytes((0xE0, size)) + whole[2:size]
    assert Desk().send(cut.hex()) == "E0 04 70 04"
    assert Desk().send("E0 08 04 00 00 18 DD 19") == "E0 05 7F 04 04"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (5, 51, "E0 05 7F 02 04"),
        (6, 2, "E0 05 7F 02 04"),
        (9, 16, "E0 05 7F 02 04"),
        (6, 6, "E0 04 70 02"),
        (3, 0, "E0 05 7F 02 06"),
    ],
)
def test_settings_that_are_refused(place: int, value: int, said: str) -> None:
    desk = Desk()
    config = bytearray.fromhex(CONFIG_1)
    config[place] = value
    assert desk.send(config.hex()) == said
    changed = said.endswith(("70 02", "02 06"))
    assert desk.send(STATUS)[9:11] == ("20" if changed else "BF"), (
        "no radio twice: the modes count all the same"
    )
    assert desk.send("E0 19 02" + config.hex()[6:-2]) == "E0 05 7F 02 04"


def test_a_batch_before_the_settings_goes_out_with_them() -> None:
    desk = Desk()
    assert desk.send(HELLO_1) == ""
    assert desk.send(HELLO_2) == ""
    assert desk.send(STATUS, 1.0)[9:17] == "BF 06 00"
    assert list(desk.box.radio.history) == []
    desk.send(CONFIG_1)
    desk.at(4.0)
    assert desk.pages == [("1234567", "HELLO", 4)]


def test_without_pocsag_a_batch_is_refused() -> None:
    desk = Desk()
    config = bytearray.fromhex(CONFIG_1)
    config[4] = 0x02
    assert desk.send(config.hex()) == "E0 04 70 02"
    assert desk.send(IDLES) == "E0 05 7F 50 02"
    assert desk.send(STATUS)[-5:] == "00 00", "no room is shown"
    old = Desk(MmdvmHabits(pocsag=False))
    assert old.send(IDLES) == "E0 05 7F 50 01"
    assert old.send(STATUS)[:5] == "E0 0C"


def test_busy_in_another_mode() -> None:
    desk = Desk()
    config = bytearray.fromhex(CONFIG_1)
    config[4] = 0x22
    desk.send(config.hex())
    assert desk.send("E0 04 03 02") == "E0 04 70 03"
    assert desk.send(IDLES) == "E0 05 7F 50 02"
    assert desk.send("E0 04 18 00") == ""


def test_commands_while_it_transmits() -> None:
    desk = set_up()
    desk.send(HELLO_1, 10.0)
    desk.send(HELLO_2, 10.01)
    assert desk.send("E0 04 03 00", 10.5) == "E0 04 70 03"
    assert desk.send(STATUS)[9:17] == "20 00 01"
    assert desk.send(FREQUENCY) == "E0 04 70 04"
    assert desk.send(CONFIG_1) == "E0 04 70 02"
    desk.send(IDLES, 11.0)
    assert desk.send(STATUS)[9:17] == "20 06 01"
    desk.at(14.0)
    assert [one.batches for one in desk.box.radio.history] == [3]
    assert desk.pages == [("1234567", "HELLO", 4)]


def test_half_a_frame_waits_for_ever_in_a_hotspot_and_two_seconds_in_a_board() -> None:
    hotspot, board = set_up(1), set_up(2)
    for desk in (hotspot, board):
        desk.send(STATUS, 5.0)
        desk.send("E0 47 50 7C D2", 5.1)
    assert hotspot.send(STATUS, 60.0) == ""
    assert board.send(STATUS, 7.2).startswith("E0 14 01 00 00")


def test_zeros_complete_what_was_broken_off() -> None:
    desk = set_up()
    desk.send("E0 11 04 00 00 18")
    assert desk.send("00" * 255) == "E0 05 7F 04 04"
    assert desk.send(STATUS).startswith("E0 0E 01")
    desk.send("E0 47 50 7C D2 15 D8")
    assert desk.send("00" * 255, 1.0) == ""
    assert desk.send(STATUS, 1.2)[15:17] == "01", "a broken batch goes on the air"


@pytest.mark.parametrize("length", ["00", "01", "02"])
def test_a_hotspot_swallows_after_a_length_that_cannot_be(length: str) -> None:
    desk = set_up()
    assert desk.send(f"E0 {length} 77" + STATUS * 84) == ""
    assert desk.send("00" + STATUS) == "E0 05 7F 77 01 E0 0E 01 20 00 00 00 00 00 00 00 00 0E 00"


def test_a_board_knows_long_frames() -> None:
    assert set_up(2).send("E0 00 01 77" + "E0" * 252) == "E0 05 7F 77 01"


def test_it_says_nothing_until_it_has_started() -> None:
    box = MmdvmModem(starts_at=100.0)
    box.received(bytes.fromhex("E0 03 00"), 101.9)
    assert not [one for one in box.outputs() if isinstance(one, Say)]
    box.received(bytes.fromhex("E0 03 00"), 102.0)
    assert [one for one in box.outputs() if isinstance(one, Say)]


def test_power_lost_in_mid_air() -> None:
    desk = set_up()
    desk.send(HELLO_1, 10.0)
    desk.send(HELLO_2, 10.01)
    desk.at(10.9)
    desk.box.trouble(Trouble.SILENT, 1, desk.now)
    assert desk.send(STATUS, 11.0) == ""
    desk.box.trouble(Trouble.SILENT, 0, 20.0)
    assert desk.send(STATUS, 21.9) == ""
    assert desk.send(STATUS, 22.0)[9:17] == "BF 00 00"
    desk.at(30.0)
    assert desk.pages == []
    (carrier,) = desk.box.radio.history
    assert carrier.until == 10.9
    assert len(carrier.sent) == 135


def test_troubles_that_can_be_chosen() -> None:
    desk = set_up()
    box = desk.box
    assert Trouble.CHECKSUM not in box.troubles
    with pytest.raises(KeyError):
        box.trouble(Trouble.CHECKSUM, 1, 0.0)
    box.trouble(Trouble.REFUSE, 1, 0.0)
    assert [desk.send(IDLES), desk.send(IDLES)] == ["E0 05 7F 50 04", ""]
    desk.at(5.0)
    box.trouble(Trouble.BUSY, 1, 5.0)
    assert desk.send(IDLES) == "E0 05 7F 50 05"
    assert desk.send(STATUS)[-5:] == "00 00"
    box.trouble(Trouble.BUSY, 0, 5.0)
    box.trouble(Trouble.SLOW, 300, 5.0)
    assert desk.send(STATUS) == ""
    assert desk.at(5.2) == ""
    assert desk.at(5.31).startswith("E0 0E 01")
    box.trouble(Trouble.SLOW, 0, 6.0)
    box.trouble(Trouble.LOSE_REPLY, 1, 6.0)
    assert desk.send(IDLES + STATUS, 6.0) == ""
    assert desk.send(STATUS, 7.0) == ""
    assert desk.send(STATUS, 7.1).startswith("E0 0E 01 20 06 00")
    box.trouble(Trouble.RESET, 1, 8.0)
    assert desk.send(HELLO_1[:30], 8.0) == ""
    assert desk.send(STATUS, 9.9) == ""
    assert desk.send(STATUS, 10.0)[9:11] == "BF"
    assert desk.hung_up == 0


def test_a_usb_board_leaves_the_line_when_it_starts_anew() -> None:
    desk = Desk(MmdvmHabits(usb=True))
    desk.box.trouble(Trouble.RESET, 1, 0.0)
    desk.send(IDLES)
    assert desk.hung_up == 1
    desk.box.hung_up(10.0)
    assert desk.send(STATUS, 11.9) == ""
    assert desk.send(STATUS, 12.0)[9:11] == "BF"


def test_garbage_and_debug_frames_come_between() -> None:
    desk = set_up()
    desk.box.trouble(Trouble.GARBAGE, 1, 0.0)
    said = "".join(desk.send(STATUS, number * 0.1) for number in range(100))
    assert said.count("E0 10 F1") > 10
    desk.box.trouble(Trouble.GARBAGE, 0, 20.0)
    assert desk.send(STATUS, 20.0) == "E0 0E 01 20 00 00 00 00 00 00 00 00 0E 00"


@pytest.mark.parametrize(("delay", "size"), [(0, 72), (1, 73), (10, 87), (50, 147)])
def test_preambles(delay: int, size: int) -> None:
    assert preamble_bytes(delay) == size


@given(st.lists(st.binary(max_size=90), max_size=8), st.sampled_from([1, 2]))
def test_any_bytes_leave_it_alive(portions: list[bytes], protocol: int) -> None:
    desk = Desk(MmdvmHabits(protocol=protocol))
    for number, portion in enumerate(portions):
        desk.send(portion.hex(), number * 0.1)
    desk.send("00" * 255)
    desk.send("00" * 255, desk.now + 3.0)
    assert bytes.fromhex(desk.send(STATUS))[:1] == b"\xe0"


@given(st.integers(1, 70))
def test_one_byte_at_a_time_is_the_same(size: int) -> None:
    desk = set_up()
    data = bytes.fromhex(HELLO_1 + HELLO_2 + STATUS)
    said = ""
    for at in range(0, len(data), size):
        said += desk.send(data[at : at + size].hex(), 10.0)
    assert said == "E0 0E 01 20 06 01 00 00 00 00 00 00 0D 00"
    desk.at(13.0)
    assert desk.pages == [("1234567", "HELLO", 4)]
