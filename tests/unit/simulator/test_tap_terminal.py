"""The simulated terminal against the written description: bytes in, bytes out, no driver of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.transmitters.base import HangUp, OnAir, Say
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from simulator.transmitters.tap_decoder import Block, TapEar, judge, unescape

BLOCK = bytes.fromhex(
    "02 31 32 33 34 35 36 37 0D 48 65 6C 70 20 61 74 20 61 69 73 6C 65 20 37 0D 03 36 38 3E 0D"
)


def talk(terminal: TapTerminal, data: bytes, now: float = 0.0) -> bytes:
    terminal.received(data, now)
    return b"".join(one.data for one in terminal.outputs() if isinstance(one, Say))


def logged_on(habits: TapHabits | None = None, faults: TapFaults | None = None) -> TapTerminal:
    terminal = TapTerminal(habits, faults)
    talk(terminal, b"\r")
    talk(terminal, b"\x1bPG1\r")
    return terminal


def test_the_session_of_the_description() -> None:
    terminal = TapTerminal(TapHabits(banner=b"110 1.8\r"))
    assert talk(terminal, b"\r") == b"ID="
    assert talk(terminal, b"\x1bPG1\r") == b"110 1.8\r\x06\r\x1b[p\r"
    assert talk(terminal, BLOCK) == b"211 Page accepted\r\x06\r"
    assert talk(terminal, b"\x04\r") == b"115 Goodbye\r\x1b\x04\r"


def test_a_page_is_on_the_air_with_its_text() -> None:
    terminal = logged_on()
    terminal.received(BLOCK, 0.0)
    assert [one for one in terminal.outputs() if isinstance(one, OnAir)] == [
        OnAir("1234567", "Help at aisle 7", 1)
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"\x1bPG1wrong\r", b"509"), (b"\x1bXX1\r", b"508"), (b"\x1bP\r", b"507"), (b"hello\r", b"507")],
)
def test_logons_that_are_refused(line: bytes, code: bytes) -> None:
    terminal = TapTerminal(TapHabits(password="abc123"))
    talk(terminal, b"\r")
    answer = talk(terminal, line)
    assert answer.startswith(code)
    assert answer.endswith(b"\x1b\x04\r")


def test_a_block_before_the_logon() -> None:
    assert talk(TapTerminal(), BLOCK).startswith(b"502")
    assert talk(TapTerminal(TapHabits(implied_login=True)), BLOCK).startswith(b"211")


def test_a_wrong_sum_is_nak_and_too_many_end_the_session() -> None:
    terminal = logged_on()
    broken = BLOCK.replace(b"68>", b"68?")
    for _ in range(5):
        assert talk(terminal, broken) == b"514 Checksum error\r\x15\r"
    assert talk(terminal, broken).endswith(b"\x1b\x04\r")


def test_every_page_of_a_session_counts_towards_its_limit() -> None:
    terminal = logged_on(TapHabits(most_pages=1))
    assert b"\x06" in talk(terminal, BLOCK)
    assert talk(terminal, BLOCK).startswith(b"112")


def test_silence_ends_a_session() -> None:
    terminal = logged_on()
    due = terminal.due()
    assert due == 4.0
    terminal.tick(4.0)
    assert b"501" in b"".join(one.data for one in terminal.outputs() if isinstance(one, Say))
    assert terminal.due() is None


def test_nobody_answers_the_prompt() -> None:
    terminal = TapTerminal()
    talk(terminal, b"\r")
    said = b""
    for _ in range(5):
        due = terminal.due()
        if due is None:
            break
        terminal.tick(due)
        said += b"".join(one.data for one in terminal.outputs() if isinstance(one, Say))
    assert said == b"ID=ID=501 Timeout\r\x1b\x04\r"


def test_parity_habit_matches_the_description() -> None:
    assert talk(TapTerminal(TapHabits(parity=True)), b"\r") == bytes.fromhex("c944bd")


def test_faults_strike_as_often_as_they_were_armed() -> None:
    faults = TapFaults(nak_block=1, hang_up_in_block=1)
    terminal = logged_on(faults=faults)
    terminal.received(BLOCK, 0.0)
    assert any(isinstance(one, HangUp) for one in terminal.outputs())
    assert talk(terminal, BLOCK).startswith(b"514")
    assert talk(terminal, BLOCK).startswith(b"211")


def test_over_256_characters() -> None:
    terminal = logged_on()
    assert talk(terminal, b"\x02" + b"1" * 300).startswith(b"515")


def test_escapes() -> None:
    assert unescape(b"A\x1aM\x1aJB\x1aZ") == b"A\r\nB\x1a"


def test_judge_accepts_the_spec_example() -> None:
    block = judge(b"\x02123\rABC\r\x0317;\r", 9)
    assert (block.trouble, block.information) == (None, b"123\rABC\r")


@given(st.binary(max_size=600))
def test_the_ear_survives_anything(data: bytes) -> None:
    ear = TapEar()
    ear.hear(data)
    ear.forget()
    (heard,) = [one for one in ear.hear(BLOCK) if isinstance(one, Block)]
    assert heard.trouble is None


def test_a_block_whose_end_was_lost_swallows_no_logon() -> None:
    terminal = TapTerminal(TapHabits(t4_s=None))
    talk(terminal, b"\r")
    talk(terminal, b"\x1bPG1\r")
    assert talk(terminal, BLOCK[:20], 1.0) == b""
    assert talk(terminal, b"\x04\r", 3.0) == b"115 Goodbye\r\x1b\x04\r"
    assert talk(terminal, b"\r", 5.0) == b"ID="
