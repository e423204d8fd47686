"""ESPA as control station and polled, under every fault that the paging system can play."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from broker_config.messages import PageFormat, PageState
from pager_gateway.drivers.espa444.driver import create
from pager_gateway.drivers.espa444.frames import seal
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Health, Page, Reopen, SubmitResult, Write
from simulator.transmitters.espa444 import EspaFaults, EspaHabits
from tests.unit.pager_gateway.espa_rig import EspaLine

T, F, U = PageState.TRANSMITTED, PageState.FAILED, PageState.UNKNOWN
QUIET = {"status": "never"}
MUTE = EspaHabits(status="never")


def test_the_line_word_by_word() -> None:
    """Section 3 of the note: poll; self-poll, select, block, end; no EOT is said where one was the last word."""
    line = EspaLine(None, MUTE, **QUIET)
    assert line.bytes_since(0) == ">04 >3205 <04"
    start = line.clock.boot()
    line.give("TEST", 0.5)
    block = seal("1", [("1", b"123"), ("2", b"TEST"), ("3", b"1"), ("4", b"3"), ("5", b"1"), ("6", b"2")])
    assert line.bytes_since(start) == f">3105 >3205 <06 >{block.hex()} <06 >04"
    start = line.clock.boot()
    line.clock.advance(2.5)
    assert line.bytes_since(start) == ">3205 <04"


def test_eot_before_everything_if_wanted_and_the_switches_of_the_block() -> None:
    line = EspaLine(
        None, MUTE, **QUIET, regain="always", extra_rs=True, cr_after=True, records="6", select_gap_s=0.2
    )
    start = line.clock.boot()
    line.give("TEST", 1.0, alert=4, priority=1)
    block = seal("1", [("1", b"123"), ("2", b"TEST"), ("6", b"1")], extra_rs=True)
    assert line.bytes_since(start) == f">04 >3105 >3205 <06 >{block.hex()} <06 >04"
    assert line.driver.encode(Page(uuid4(), "123", "TEST", alert=4, priority=1)).block == block + b"\r"
    moments = [one.at for one in line.seen if one.at >= start and one.direction == "in"]
    assert moments[1] - moments[0] >= 0.3
    assert moments[2] - moments[1] >= 0.2


def test_a_page_on_a_resting_line_leaves_at_once() -> None:
    line = EspaLine(None, MUTE, **QUIET)
    line.clock.advance(0.5)
    start = line.clock.boot()
    line.give("TEST", 0.1)
    assert line.seen[-1].at - start < 0.1
    assert line.texts() == ["TEST"]


def test_a_backlog_goes_in_one_selection_after_the_other() -> None:
    line = EspaLine(None, MUTE, **QUIET, blocks_per_select=5)
    for number in range(12):
        line.give(f"N {number}", 0.04)
    line.clock.advance(2)
    assert line.texts() == [f"N {number}" for number in range(12)]
    assert line.said("it is selected") == 3


@pytest.mark.parametrize(
    ("faults", "state", "copies"),
    [
        (EspaFaults(ignore_select=1), T, 1),
        (EspaFaults(ignore_select=9), F, 0),
        (EspaFaults(nak_select=["1"]), T, 1),
        (EspaFaults(nak_select=["2"]), T, 1),
        (EspaFaults(nak_select=["3"]), T, 1),
        (EspaFaults(nak_select=[""]), T, 1),
        (EspaFaults(nak_select=["2"] * 9), F, 0),
        (EspaFaults(nak_block=["1"]), T, 1),
        (EspaFaults(nak_block=[""]), T, 1),
        (EspaFaults(nak_block=["1", "1"]), F, 0),
        (EspaFaults(nak_block=["2"]), T, 1),
        (EspaFaults(busy=True), F, 0),
        (EspaFaults(nak_block=["3"]), F, 0),
        (EspaFaults(eat_block=1), T, 1),
        (EspaFaults(eat_block=9), U, 0),
        (EspaFaults(lose_reply=1), T, 2),
        (EspaFaults(lose_reply=9), U, 2),
        (EspaFaults(eot_for_ack=1), T, 2),
        (EspaFaults(eot_for_ack=9), U, 2),
        (EspaFaults(late_ack_s=[1.9]), T, 1),
        (EspaFaults(late_ack_s=[2.1]), T, 1),
        (EspaFaults(late_ack_s=[2.8]), T, 1),
        (EspaFaults(late_ack_s=[4.2]), T, 1),
        (EspaFaults(delay_reply_s=0.7), T, 1),
        (EspaFaults(noise=1.0), T, 1),
        (EspaFaults(stranger=True), T, 1),
        (EspaFaults(hang_up_in_block=1), U, 0),
    ],
    ids=lambda one: str(one)[-60:] if isinstance(one, EspaFaults) else str(one),
)
def test_one_page_under_a_fault(faults: EspaFaults, state: PageState, copies: int) -> None:
    line = EspaLine(faults, EspaHabits(status="never"), **QUIET)
    assert line.run("HELP") == [state]
    assert line.texts() == ["HELP"] * copies


@pytest.mark.parametrize(
    ("faults", "code", "retry"),
    [
        (EspaFaults(nak_block=["3"]), "refused", False),
        (EspaFaults(busy=True), "busy", True),
        (EspaFaults(nak_block=["1", "1"]), "nak", True),
        (EspaFaults(ignore_select=9), "no-select", True),
        (EspaFaults(eat_block=9), "no-reply", False),
        (EspaFaults(silent=True), "no-answer", True),
    ],
    ids=["invalid", "busy", "damaged", "select", "reply", "silent"],
)
def test_a_failure_carries_its_code_and_whether_to_try_again(
    faults: EspaFaults, code: str, retry: bool
) -> None:
    line = EspaLine(None, MUTE, **QUIET)
    line.system.faults.__init__(**{name: getattr(faults, name) for name in EspaFaults.__slots__})  # type: ignore[misc]
    (result,) = line.results(line.give("HELP"))
    assert result.error is not None
    assert (result.error.code, result.error.retry) == (code, retry)


def test_a_status_proves_a_page_whose_reply_got_lost_so_it_is_not_repeated() -> None:
    line = EspaLine(EspaFaults(lose_reply=9))
    assert line.run("HELP") == [T]
    assert line.texts() == ["HELP"]


@pytest.mark.parametrize("delay_s", [2.05, 2.2, 2.31, 2.5, 3.2, 4.0, 5.5])
@pytest.mark.parametrize(
    "more", [QUIET, {**QUIET, "supervise": "select"}, {**QUIET, "supervise": "off"}], ids=str
)
def test_a_late_reply_is_never_credited_to_the_next_block(delay_s: float, more: dict[str, Any]) -> None:
    """The first page's ACK comes late; whatever is sent afterwards is lost on the way."""
    line = EspaLine(EspaFaults(late_ack_s=[delay_s]), MUTE, **more)
    line.give("FIRST", 2.02)
    line.faults.eat_block = 99
    second = line.give("SECOND", 60)
    assert not [one for one in line.results(second) if one.state is T]
    assert line.texts().count("SECOND") == 0


def test_a_late_reply_to_a_select_is_not_a_reply_to_the_block() -> None:
    line = EspaLine(EspaFaults(), MUTE, **QUIET)
    line.clock.advance(0.5)
    line.faults.delay_reply_s = 1.2
    line.faults.eat_block = 99
    page = line.give("LATE", 0.9)
    line.faults.delay_reply_s = 0.0
    line.clock.advance(60)
    assert line.results(page)[0].state is not T


def test_busy_backs_off_and_then_tells_the_gateway() -> None:
    line = EspaLine(EspaFaults(busy=True), MUTE, **QUIET, busy_s=1.5, busy_tries=2)
    start = line.clock.boot()
    line.give("HELP", 0)
    line.clock.advance(10)
    blocks = [one.at for one in line.seen if one.why.startswith("call for 123")]
    assert len(blocks) == 3
    assert blocks[0] - start < 0.2
    assert all(after - before >= 1.5 for before, after in pairwise(blocks))
    assert line.health() == ("ready", "busy: its queue is full?")
    line.faults.busy = False
    assert line.run("AGAIN") == [T]
    assert line.health() == ("ready", None)


def test_a_refused_capcode_is_named_until_a_page_is_taken() -> None:
    line = EspaLine(EspaFaults(nak_block=["3"]), MUTE, **QUIET)
    assert line.run("HELP") == [F]
    assert line.health() == ("ready", "refuses capcode 123")
    assert line.run("HELP") == [T]
    assert line.health() == ("ready", None)


@pytest.mark.parametrize("supervise", ["poll", "select", "off"])
def test_silence_is_found_with_its_cause_and_forgotten(supervise: str) -> None:
    line = EspaLine(None, MUTE, **QUIET, supervise=supervise)
    assert line.health() == ("ready", None)
    line.faults.silent = True
    if supervise == "off":
        assert line.run("LOST") == [F]
    line.clock.advance(10)
    state, cause = line.health()
    assert state == "dead"
    assert "cable" in (cause or "")
    line.clock.advance(120)
    assert any("opened anew" in one.why for one in line.seen)
    line.faults.silent = False
    line.clock.advance(10)
    assert line.health() == ("ready", None)
    assert line.run("BACK") == [T]


def test_idle_polling_can_be_off() -> None:
    line = EspaLine(None, MUTE, **QUIET, supervise="off")
    start = line.clock.boot()
    line.clock.advance(600)
    assert line.bytes_since(start) == ""


def test_three_misses_are_needed() -> None:
    line = EspaLine(None, MUTE, **QUIET)
    line.faults.silent = True
    line.clock.advance(4.5)
    assert line.health()[0] == "ready"
    line.clock.advance(2.5)
    assert line.health()[0] == "dead"


def test_a_master_that_falls_silent_in_mid_status_gives_the_line_back() -> None:
    line = EspaLine(EspaFaults(freeze_status=1))
    page = line.give("HELP", 0.4)
    assert line.results(page)[0].state is T
    line.clock.advance(9)
    assert any(getattr(one, "health", Health("")).state == "dead" for one in line.reports)
    line.clock.advance(10)
    assert line.health() == ("ready", None)
    assert line.run("NEXT") == [T]


def test_polled_the_gateway_waits_for_its_turn_and_names_the_silence() -> None:
    line = EspaLine(None, EspaHabits(polls_every_s=1.0, status="never"), role="polled")
    start = line.clock.boot()
    line.give("TEST", 1.2)
    words = line.bytes_since(start).split(" ")
    assert words[:3] == ["<3105", ">3205", "<06"]
    assert words[3].startswith(">0131")
    assert words[4:6] == ["<06", ">04"]
    assert line.texts() == ["TEST"]
    line.faults.silent = True
    assert line.run("LOST") == [F]
    state, cause = line.health()
    assert state == "dead"
    assert "polls" in (cause or "")


def test_a_torn_block_is_refused_in_time() -> None:
    driver = create({}, 9600)
    driver.opened(0.0)
    driver.tick(0.4)
    driver.received(b"1\x05", 0.41)
    driver.received(b"\x012\x021\x1f12", 0.45)
    driver.outputs()
    assert driver.due() is not None
    driver.tick(0.96)
    assert [one for one in driver.outputs() if isinstance(one, Write)] == [Write(b"1\x15")]
    driver.received(seal("2", [("8", b"0")])[:-1] + b"?", 1.0)
    driver.received(seal("4", [("1", b"5")]), 1.1)
    assert [one.data for one in driver.outputs() if isinstance(one, Write)] == [b"1\x15", b"3\x15"]


@pytest.mark.parametrize(
    "page",
    [
        Page(uuid4(), "1", "x", PageFormat.CODE),
        Page(uuid4(), "1", "x" * 129),
        Page(uuid4(), "12345678901234567", "x"),
        Page(uuid4(), "Tür", "x"),
        Page(uuid4(), "1\x1f2", "x"),
        Page(uuid4(), "1", "Tür", charset="klingon"),
    ],
    ids=["code", "long", "address", "letters", "control", "charset"],
)
def test_what_it_cannot_carry(page: Page) -> None:
    with pytest.raises(Refused):
        create({}, 9600).encode(page)


def test_characters_sets_tones_and_control_characters() -> None:
    plain, eight = create({}, 9600), create({"bits": 8, "text": "latin1", "tone_text": "!"}, 9600)
    assert plain.encode(Page(uuid4(), "1", "A\r\nB\x03\x1eC  ")).message == b"A BC"
    assert plain.encode(Page(uuid4(), "1", "Bär", charset="de")).message == b"B{r"
    assert plain.encode(Page(uuid4(), "1", "", PageFormat.TONE)).message == b""
    assert eight.encode(Page(uuid4(), "1", "Bär €", charset="de")).message == b"B\xe4r ?"
    assert eight.encode(Page(uuid4(), "1", "", PageFormat.TONE)).message == b"!"
    assert plain.abilities.charsets != eight.abilities.charsets


@pytest.mark.parametrize(
    "wrong",
    [
        {"own": "2"},
        {"text": "latin1"},
        {"supervise": "off", "status": "request"},
        {"records": "37"},
        {"beep": []},
        {"call_type": "\x03"},
        {"colour": 1},
    ],
    ids=str,
)
def test_settings_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        create(wrong, 9600)


STATUS = seal("2", [("1", b"1"), ("2", b"x"), ("7", b"3")])
PEER = st.lists(
    st.one_of(
        st.sampled_from(
            [b"\x06", b"1\x15", b"2\x15", b"3\x15", b"\x15", b"\x04", b"1\x05", b"2\x05", STATUS]
        ),
        st.sampled_from([seal("2", [("8", b"1")]), seal("2", [("1", b"1"), ("7", b"4")]), b"\x01"]),
        st.binary(max_size=6),
        st.floats(0.0, 12.0),
        st.sampled_from(["page", "lost", "opened", "cancel", "probe", "leave"]),
    ),
    max_size=60,
)
SETTINGS = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["control", "polled"]),
        "supervise": st.sampled_from(["poll", "select", "off"]),
        "receiver": st.sampled_from(["full", "fixed-sequence", "acks-everything"]),
        "regain": st.sampled_from(["needed", "always"]),
        "echo": st.booleans(),
        "select_gap_s": st.sampled_from([0, 0.1]),
        "linger_s": st.sampled_from([0, 0.05]),
        "eot_gap_s": st.sampled_from([0, 0.3]),
    }
)


@settings(max_examples=300, deadline=None)
@given(PEER, SETTINGS, st.booleans())
def test_whatever_the_peer_does_every_page_ends_once_and_in_time(
    script: list[Any], espa: dict[str, Any], one_by_one: bool
) -> None:
    driver = create(espa, 9600)
    now = 0.0
    given_at: dict[Any, float] = {}
    final: dict[Any, float] = {}
    last = None
    heard_ack = False

    def look() -> None:
        for output in driver.outputs():
            if isinstance(output, SubmitResult) and output.page not in final:
                final[output.page] = now
                assert output.state is not T or heard_ack
            assert not isinstance(output, Reopen) or output.reason

    def wait(seconds: float) -> None:
        nonlocal now
        until = now + seconds
        for _ in range(2_000):
            due = driver.due()
            if due is None or due > until:
                break
            assert due > now - 1e-9 or due <= now
            now = max(now, due)
            driver.tick(now)
            look()
        else:
            pytest.fail("busy without end")
        now = until

    for step in script:
        if step == "page":
            if not driver.busy:
                last = uuid4()
                given_at[last] = now
                driver.submit([Page(last, "1", "x", expires_at=now + 300)], now)
        elif step == "lost":
            driver.lost("cable", now)
        elif step == "opened":
            driver.opened(now)
        elif step == "cancel":
            driver.cancel(last or uuid4(), now)
        elif step == "probe":
            driver.probe(now)
        elif step == "leave":
            driver.leave(now)
        elif isinstance(step, float):
            wait(step)
        else:
            heard_ack = heard_ack or 0x06 in step or step == STATUS or 0x86 in step
            for piece in [step[at : at + 1] for at in range(len(step))] if one_by_one else [step]:
                driver.received(piece, now)
                look()
        look()
    wait(120.0)
    assert set(final) == set(given_at)
    assert not driver.busy
