"""TAP as real boxes differ: profiles, keep-alive, splitting, character sets; and the published session by bytes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from broker_config.charsets import NAMES, lacks
from broker_config.messages import PageFormat, PageState
from pager_gateway.drivers.tap import frames, parting
from pager_gateway.drivers.tap.driver import create
from pager_gateway.drivers.tap.profiles import PROFILES
from pager_gateway.drivers.tap.settings import TapSettings
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Health, Page, Write
from simulator.pager import Air
from simulator.transmitters.base import Say
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from tests.conformance.rig import Bench, Rig

T, F, U = PageState.TRANSMITTED, PageState.FAILED, PageState.UNKNOWN


def page(body: str, **more: Any) -> Page:
    return Page(uuid4(), "1234567", body, **more)


def bench(settings: dict[str, Any], faults: TapFaults | None = None, **habits: Any) -> Bench:
    def box(air: Air) -> TapTerminal:
        return TapTerminal(TapHabits(**habits), faults or TapFaults(), knows=air.knows)

    made = Bench(Rig("tap", settings, box))
    made.open()
    return made


def test_the_published_session_byte_for_byte() -> None:
    driver = create({}, 9600)
    written = b""

    def turn(said: str, now: float) -> None:
        nonlocal written
        driver.received(bytes.fromhex(said), now)
        written += b"".join(one.data for one in driver.outputs() if isinstance(one, Write))

    driver.opened(0.0)
    turn("49443D", 0.1)
    assert written == bytes.fromhex("040D0D1B504731 0D")
    turn("31313020312E380D060D", 0.2)
    turn("1B5B700D", 0.3)
    driver.submit([page("Help at aisle 7")], 0.4)
    written = b""
    turn("", 0.4)
    assert written == bytes.fromhex(
        "02313233343536370D48656C70206174206169736C6520370D0336383E0D".replace(" ", "")
    )
    turn("32313120506167652061636365707465640D060D", 0.5)
    written = b""
    driver.tick(10.0)
    turn("", 10.0)
    assert written == bytes.fromhex("040D")


def test_a_terminal_reads_the_published_bytes_with_parity() -> None:
    terminal = TapTerminal(TapHabits(parity=True))
    terminal.received(b"\r", 0.0)
    terminal.received(bytes.fromhex("1B5047B18D"), 0.0)
    said = [one.data for one in terminal.outputs() if isinstance(one, Say)]
    assert said[0] == bytes.fromhex("C944BD")
    assert said[-1] == bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in b"\x1b[p\r")


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_profile_only_sets_defaults(name: str) -> None:
    made = TapSettings.model_validate({"profile": name})
    for word, value in PROFILES[name].items():
        assert getattr(made, word) == value
    assert TapSettings.model_validate({"profile": name, "kind": "9", "implied_login": False}).kind == "9"
    assert not TapSettings.model_validate({"profile": name, "implied_login": False}).implied_login


@pytest.mark.parametrize("wrong", [{"profile": "ibm"}, {"profile": ["waveware"]}, {"profil": "sti"}])
def test_a_profile_that_nobody_knows_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        create(wrong, 9600)


def test_waveware_counts_id_and_text_together_and_lacks_three_signs() -> None:
    made = bench({"profile": "waveware"}, implied_login=True, product="WaveWare", forbidden="^~_")
    sent = made.page("a^b~c_d")
    made.submit(sent)
    assert made.texts() == ["a'b-c-d"]
    driver = create({"profile": "waveware"}, 9600)
    long_id = Page(uuid4(), "1234567890", "x" * 236)
    with pytest.raises(Refused, match="at most 235"):
        driver.encode(long_id)
    assert set(driver.abilities.charsets) == {"ascii", "se", "linguist"}
    assert set(create({}, 9600).abilities.charsets) == set(NAMES)


def test_a_box_that_only_answers_ati_is_watched_by_it() -> None:
    made = bench({"profile": "waveware"}, implied_login=True, product="WaveWare")
    assert made.health() == "ready"
    made.silence()
    made.clock.advance(10)
    assert made.health() == "dead"
    sent = made.page("LOST")
    made.submit(sent)
    assert made.final(sent).result.state is F
    assert made.texts() == []
    made.speak()
    made.clock.advance(10)
    assert made.health() == "ready"


def test_a_box_with_implied_login_and_no_question_gets_another_chance() -> None:
    made = bench({"implied_login": True, "n2": 0, "mend_s": 20}, implied_login=True)
    made.silence()
    made.submit(made.page("LOST"))
    assert made.health() == "dead"
    made.speak()
    made.clock.advance(30)
    assert made.health() == "unknown"
    made.submit(made.page("BACK"))
    assert made.health() == "ready"
    assert made.texts() == ["BACK"]


@pytest.mark.parametrize(
    ("charset", "body", "septets"),
    [
        ("koi7", "Касса 3", "6B415353412033"),
        ("linguist", "КАССА 3", "4B414343412033"),
        ("philips", "КАССА 3", "6A607171602033"),
        ("de", "Äöß", "5B7C7E"),
        ("se", "Åå", "5D7D"),
    ],
)
def test_character_sets_go_as_seven_bits(charset: str, body: str, septets: str) -> None:
    (block,) = create({}, 9600).encode(page(body, charset=charset))
    assert block[9:].startswith(bytes.fromhex(septets) + b"\r\x03")


@given(st.sampled_from(NAMES), st.text(max_size=40))
def test_any_text_makes_whole_blocks(charset: str, body: str) -> None:
    for block in create({"longest": 1_000}, 9600).encode(page(body, charset=charset)):
        assert max(block) < 0x80
        assert len(block) <= 256
        if not lacks(body, charset):
            assert b"?" not in block[9:-6] or "?" in body


def test_further_fields_are_further_lines() -> None:
    (block,) = create({"line_break": "field"}, 9600).encode(Page(uuid4(), "101", "Help\nAisle 7"))
    assert block == b"\x02101\rHelp\rAisle 7\r\x0348<\r"


# A text that is too long for one page


def test_a_long_text_goes_as_numbered_pages() -> None:
    made = bench({"split": True, "longest": 20})
    sent = made.page("The customer in the fitting rooms waits")
    made.submit(sent)
    assert made.final(sent).result.state is T
    assert made.texts() == ["1/3 The customer in", "2/3 the fitting", "3/3 rooms waits"]


def test_parts_that_are_out_are_not_said_again() -> None:
    made = bench({"split": True, "longest": 20}, TapFaults(nak_block=0), most_pages=1)
    sent = made.page("The customer in the fitting rooms waits")
    made.submit(sent)
    assert made.final(sent).result.state is T
    assert [text[:3] for text in made.texts()] == ["1/3", "2/3", "3/3"]


def test_a_text_of_which_a_part_is_out_never_counts_as_not_sent() -> None:
    made = bench({"split": True, "longest": 20, "n2": 0})
    sent = made.page("The customer in the fitting rooms waits")
    made.give(sent)
    while not made.texts():
        made.clock.advance(0.001)
    assert isinstance(made.box, TapTerminal)
    made.box.faults.refuse = [513]
    made.clock.advance(30)
    result = made.final(sent).result
    assert result.state is U
    assert result.error is not None
    assert result.error.code == "tap-513"


def test_a_text_that_nine_pages_cannot_hold_is_refused() -> None:
    with pytest.raises(Refused):
        create({"split": True, "longest": 10}, 9600).encode(page("x" * 120))


@given(st.text("ab \n", max_size=120), st.integers(8, 60))
def test_parts_lose_nothing_but_blanks(text: str, most: int) -> None:
    body = text.strip().encode()
    parts = parting.split(body, most, lambda part: frames.size([b"1", part]) <= frames.INFORMATION)
    if len(parts) > 1:
        assert all(len(part) <= most for part in parts)
        assert [part[:4] for part in parts] == [
            f"{n}/{len(parts)} ".encode() for n in range(1, len(parts) + 1)
        ]
        parts = [part[4:] for part in parts]
    assert b"".join(b"".join(parts).split()) == b"".join(body.split())


# What the terminal may be told to do


@pytest.mark.parametrize(
    ("settings", "faults", "habits", "body", "state", "shown"),
    [
        ({}, TapFaults(), {"most_text": 5}, "HELP ME", T, ["HELP "]),
        ({}, TapFaults(), {"most_text": 5, "rejects_long": True}, "HELP ME", F, []),
        ({}, TapFaults(), {"forbidden": "^"}, "a^b", F, []),
        ({}, TapFaults(wait_first=2, delay_reply_s=12.0), {"t4_s": None}, "HELP", U, ["HELP"] * 4),
        ({"kind": "3"}, TapFaults(), {"services": ("PG1", "PG3")}, "HELP", T, ["HELP"]),
        ({}, TapFaults(split=True), {}, "HELP", T, ["HELP"]),
        ({}, TapFaults(), {"farewell": b"PAGING EXCHANGE DISCONNECT\r"}, "HELP", T, ["HELP"]),
    ],
)
def test_habits(
    settings: dict[str, Any],
    faults: TapFaults,
    habits: dict[str, Any],
    body: str,
    state: PageState,
    shown: list[str],
) -> None:
    made = bench(settings, faults, **habits)
    sent = made.page(body)
    made.submit(sent)
    assert made.final(sent).result.state is state
    assert made.texts() == shown


def test_the_longest_text_of_the_terminal_reaches_the_technician() -> None:
    made = bench({}, most_text=5, rejects_long=True)
    sent = made.page("HELP ME")
    made.submit(sent)
    error = made.final(sent).result.error
    assert error is not None
    assert error.text == "message too long: at most 5 characters (517)"


@pytest.mark.parametrize(
    ("faults", "habits", "text"),
    [
        (TapFaults(), {"most_text": 5}, "sent, but the terminal cut it short: at most 5 characters (214)"),
        (TapFaults(note=212), {}, "sent, but the terminal cut it short (212)"),
        (TapFaults(note=213), {}, None),
    ],
)
def test_a_text_that_was_cut_by_the_terminal_is_sent_and_told(
    faults: TapFaults, habits: dict[str, Any], text: str | None
) -> None:
    made = bench({}, faults, **habits)
    sent = made.page("HELP ME")
    made.submit(sent)
    result = made.final(sent).result
    assert result.state is T
    assert (result.error.text if result.error else None) == text


def test_a_word_that_it_takes_longer_buys_time() -> None:
    driver = create({"t3_s": 10.0}, 9600)
    driver.opened(0.0)
    driver.received(b"ID=\x06\r\x1b[p", 0.0)
    driver.submit([page("HELP")], 0.0)
    driver.received(b"111 busy\r", 9.0)
    driver.tick(12.0)
    driver.received(b"211 ok\r\x06", 18.0)
    assert not driver.busy


def test_a_session_that_lasts_too_long_is_begun_anew() -> None:
    made = bench({"stay": True, "supervise_s": 0}, longest_session_s=30.0, t4_s=None)
    made.clock.advance(60)
    sent = made.page("HELP")
    made.submit(sent)
    assert made.final(sent).result.state is T
    assert made.texts() == ["HELP"]


def test_a_tone_is_an_empty_field() -> None:
    (block,) = create({}, 9600).encode(Page(uuid4(), "101", "", PageFormat.TONE))
    assert block == b"\x02101\r\r\x030;1\r"


def test_a_question_that_was_answered_makes_ready_at_once() -> None:
    driver = create({"profile": "waveware"}, 9600)
    driver.opened(0.0)
    assert [one.data for one in driver.outputs() if isinstance(one, Write)] == [b"ATI\r"]
    driver.received(b"WaveWare SPS-5\r", 0.1)
    assert driver.outputs() == [Health("ready")]
