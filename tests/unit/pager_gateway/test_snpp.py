"""SNPP: the commands, the replies, and what a session's troubles mean for a page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import PageFormat, PageState, Proof
from pager_gateway.drivers.snpp import frames
from pager_gateway.drivers.snpp.driver import create
from pager_gateway.drivers.snpp.frames import Replies, Reply
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Health, Page, Reopen, SubmitResult, Write
from simulator.pager import Air
from simulator.transmitters.base import Trouble
from simulator.transmitters.snpp import SnppHabits, SnppServer
from tests.conformance.rig import Bench, Rig

TALK = b"220 Welcome\r\n214-PAGEr\r\n250 OK\r\n554\r\n2500 no\r\n42 no\r\n421 Bye\n"
MEANT = [Reply(220, "Welcome"), Reply(250, "OK"), Reply(554, ""), Reply(421, "Bye")]


def page(body: str, **more: Any) -> Page:
    return Page(uuid4(), "5551234", body, **more)


def commands(settings: dict[str, Any], sent: Page) -> bytes:
    return b"".join(step.data for step in create(settings, 9600).encode(sent))


def test_the_commands_of_both_levels() -> None:
    assert commands({}, page("HELP")) == b"PAGE 5551234\r\nMESS HELP\r\nSEND\r\n"
    assert commands({}, page("two\nlines")) == b"PAGE 5551234\r\nMESS two lines\r\nSEND\r\n"
    assert commands({"level": 2}, page("HELP", priority=1)) == (
        b"LEVE 0\r\nPAGE 5551234\r\nMESS HELP\r\nSEND\r\n"
    )
    assert commands({"level": 2, "levels": [0, 1, 11]}, page("a\n.b", priority=3)) == (
        b"LEVE 11\r\nPAGE 5551234\r\nDATA\r\na\r\n .b\r\n.\r\nSEND\r\n"
    )
    assert frames.login("shop", "pw") == b"LOGI shop pw\r\n"
    assert frames.login("shop", "") == b"LOGI shop\r\n"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (page("x" * 241), "too-long"),
        (page("  "), "empty"),
        (page("", format=PageFormat.TONE), "format"),
        (Page(uuid4(), "5551234\r\nQUIT", "x"), "capcode"),
        (Page(uuid4(), "пейджер", "x"), "capcode"),
    ],
)
def test_what_snpp_cannot_carry(sent: Page, code: str) -> None:
    with pytest.raises(Refused) as refused:
        create({}, 9600).encode(sent)
    assert refused.value.code == code


@given(st.text(max_size=60))
def test_no_text_can_forge_a_command(body: str) -> None:
    try:
        sent = commands({"level": 2}, page(body))
    except Refused:
        return
    assert b"\r" not in sent.replace(b"\r\n", b"")
    lines = sent.split(b"\r\n")
    assert lines.count(b".") <= 1
    assert sum(line.startswith(b"SEND") for line in lines) >= 1
    if b"DATA" not in lines:
        assert len(lines) == 5


@given(st.lists(st.integers(0, len(TALK)), max_size=12))
def test_replies_cut_anywhere(cuts: list[int]) -> None:
    replies = Replies()
    edges = [0, *sorted(cuts), len(TALK)]
    assert [one for a, b in pairwise(edges) for one in replies.feed(TALK[a:b])] == MEANT


@pytest.mark.parametrize("code", [250, 860, 870, 880, 960])
def test_any_of_these_to_send_says_that_the_page_was_taken(code: int) -> None:
    assert Reply(code, "").took_the_page


@pytest.mark.parametrize("code", [220, 354, 421, 500, 503, 550, 552, 554, 950, 970])
def test_none_of_these_does(code: int) -> None:
    assert not Reply(code, "").took_the_page


def bench(settings: dict[str, Any] | None = None, **habits: Any) -> Bench:
    def box(air: Air) -> SnppServer:
        return SnppServer(SnppHabits(**habits), knows=air.knows)

    made = Bench(Rig("snpp", settings or {}, box, baudrate=115_200))
    made.open()
    return made


def test_priority_reaches_the_server_and_one_that_does_not_know_it_gets_the_page_all_the_same() -> None:
    two = bench({"level": 2})
    for priority in (1, 2, 3):
        two.submit(Page(uuid4(), "1", "x", priority=priority))
    assert isinstance(two.box, SnppServer)
    assert two.box.levels == [0, 1, 2]
    one = bench({"level": 2}, level=1)
    sent = one.page("HELP")
    one.submit(sent)
    assert one.final(sent).result.state is PageState.TRANSMITTED


def test_several_lines_reach_the_pager() -> None:
    made = bench({"level": 2})
    made.submit(made.page("one\n.two\nthree"))
    assert made.texts() == ["one\n .two\nthree"]


def test_a_wrong_password_is_told_in_words() -> None:
    made = bench({"level": 2, "login": "shop", "password": "wrong"}, login="shop right")
    assert made.health() == "dead"
    sent = made.page("HELP")
    made.submit(sent)
    error = made.final(sent).result.error
    assert error is not None
    assert "Invalid LoginID" in error.text


@pytest.mark.parametrize(
    ("trouble", "retry"), [(Trouble.REFUSE, False), (Trouble.BUSY, True)], ids=["550", "554"]
)
def test_a_refusal_says_whether_another_try_can_help(trouble: Trouble, retry: bool) -> None:
    made = bench()
    made.trouble(trouble)
    sent = made.page("HELP")
    made.submit(sent)
    result = made.final(sent).result
    assert result.state is PageState.FAILED
    assert result.error is not None
    assert result.error.retry is retry


def test_a_server_that_throws_out_gets_the_page_in_a_new_session() -> None:
    made = bench(most_pages=2)
    pages = [made.page(f"P {number}") for number in range(7)]
    made.submit(*pages)
    assert made.texts() == [one.body for one in pages]


def test_an_idle_server_that_ends_the_session_is_no_trouble() -> None:
    made = bench({"supervise_s": 0}, idle_s=30.0)
    made.reports.clear()
    made.clock.advance(600)
    assert made.reports == []
    sent = made.page("LATER")
    made.submit(sent)
    assert made.final(sent).result.state is PageState.TRANSMITTED


def test_a_greeting_that_got_lost_or_is_late_never_shifts_the_replies() -> None:
    for said in (b"", b"220 hi\r\n"):
        driver = create({}, 9600)
        driver.opened(0.0)
        driver.submit([page("HELP")], 0.0)
        driver.tick(1.0)
        assert driver.outputs() == [Write(b"RESE\r\n")]
        driver.received(said, 1.5)
        assert driver.outputs() == []
        driver.received(b"250 RESET OK\r\n", 1.6)
        assert [one.data for one in driver.outputs() if isinstance(one, Write)] == [b"PAGE 5551234\r\n"]


def test_half_a_page_left_by_somebody_else_is_cleared() -> None:
    """503: said already. The page is begun again after a RESEt."""
    driver = create({}, 9600)
    driver.opened(0.0)
    driver.received(b"220 hi\r\n", 0.0)
    driver.submit([page("HELP")], 0.0)
    driver.received(b"250 ok\r\n", 0.0)
    driver.received(b"503 ERROR, Message Already Entered\r\n", 0.0)
    driver.received(b"250 RESET OK\r\n", 0.0)
    for _ in range(3):
        driver.received(b"250 ok\r\n", 0.0)
    outputs = driver.outputs()
    written = b"".join(one.data for one in outputs if isinstance(one, Write))
    assert written == b"PAGE 5551234\r\nMESS HELP\r\nRESE\r\nPAGE 5551234\r\nMESS HELP\r\nSEND\r\n"
    (result,) = [one for one in outputs if isinstance(one, SubmitResult)]
    assert (result.state, result.proof) == (PageState.TRANSMITTED, Proof.ACCEPTED)


def test_silence_before_send_is_a_failure_and_after_send_a_doubt() -> None:
    for replies, state in ((1, PageState.FAILED), (2, PageState.UNKNOWN)):
        driver = create({"repeats": 0}, 9600)
        driver.opened(0.0)
        driver.received(b"220 hi\r\n", 0.0)
        driver.submit([page("HELP")], 0.0)
        for _ in range(replies):
            driver.received(b"250 ok\r\n", 0.0)
        due = driver.due()
        assert due is not None
        driver.tick(due)
        outputs = driver.outputs()
        (result,) = [one for one in outputs if isinstance(one, SubmitResult)]
        assert result.state is state
        assert any(isinstance(one, Reopen) for one in outputs)
        assert any(isinstance(one, Health) and one.state == "dead" for one in outputs)
