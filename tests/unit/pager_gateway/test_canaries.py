"""Canaries and probes: a fresh dialogue with one transmitter, an answer in time, and no carrier disturbed."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from broker_config.messages import CommandAnswer, CommandName, PageState, Proof, Purpose
from tests.unit.pager_gateway.rig import Rig

TRANSMITTED, FAILED = PageState.TRANSMITTED, PageState.FAILED
CANARY = "9999"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path).start()


@pytest.fixture
def aired(tmp_path: Path) -> Rig:
    """Its transmitter has a pager that nobody carries."""
    return Rig(tmp_path, canary_addresses={"tx-1": CANARY}).start()


def answers(rig: Rig) -> list[CommandAnswer]:
    return [one for one in rig.heard if isinstance(one, CommandAnswer)]


def test_a_canary_ends_at_the_dialogue_and_disturbs_nobody(rig: Rig) -> None:
    page = rig.order(purpose=Purpose.CANARY)
    drill = rig.order("DRILL", purpose=Purpose.DRILL)
    rig.clock.advance(5)
    result = rig.results(page)[-1]
    assert (result.state, result.proof, result.error, result.transmitter) == (
        TRANSMITTED,
        Proof.NONE,
        None,
        "tx-1",
    )
    assert result.tx_ms is not None
    assert rig.states(drill) == [TRANSMITTED]
    assert rig.texts() == ["DRILL"]


def test_with_a_canary_address_it_rings_that_and_nobody_else(aired: Rig) -> None:
    page = aired.order("CANARY", purpose=Purpose.CANARY, address="1001")
    aired.clock.advance(5)
    result = aired.results(page)[-1]
    assert (result.state, result.proof) == (TRANSMITTED, Proof.ACCEPTED)
    aired.air.pager(CANARY).expects("CANARY")
    aired.air.assert_empty()


def test_a_canary_address_that_is_refused_fails(aired: Rig) -> None:
    aired.terminals["tx-1"].faults.refuse = [511]
    page = aired.order(purpose=Purpose.CANARY)
    aired.clock.advance(5)
    result = aired.results(page)[-1]
    assert result.state is FAILED
    assert result.error is not None
    assert result.error.code == "tap-511"


def test_a_silent_transmitter_fails_the_canary_in_ten_seconds(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.silent = True
    page = rig.order(purpose=Purpose.CANARY)
    rig.clock.advance(10)
    result = rig.results(page)[-1]
    assert result.state is FAILED
    assert result.error is not None
    assert result.error.code == "no_answer"


def test_a_pulled_cable_fails_it_at_once(rig: Rig) -> None:
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    page = rig.order(purpose=Purpose.CANARY)
    rig.clock.advance(0.1)
    (result,) = rig.results(page)
    assert result.error is not None
    assert result.error.code == "port"
    assert "cable" in result.error.text


def test_a_password_that_is_refused_fails_it(rig: Rig) -> None:
    rig.terminals["tx-1"].faults.deny_logon = 509
    page = rig.order(purpose=Purpose.CANARY)
    rig.clock.advance(10)
    result = rig.results(page)[-1]
    assert result.error is not None
    assert result.error.code == "refused"
    assert "password" in result.error.text


def test_only_the_first_transmitter_of_the_order_is_tried(tmp_path: Path) -> None:
    rig = Rig(tmp_path, transmitters=2).start()
    rig.lines["tx-1"].unplug()
    rig.clock.advance(1)
    page = rig.order(purpose=Purpose.CANARY, routes=("tx-1", "tx-2"))
    rig.clock.advance(1)
    assert rig.states(page) == [FAILED]


def test_a_canary_for_a_transmitter_that_is_not_here(rig: Rig) -> None:
    page = rig.order(purpose=Purpose.CANARY, routes=("tx-9",))
    rig.clock.advance(1)
    result = rig.results(page)[-1]
    assert result.error is not None
    assert result.error.code == "no-route"


@pytest.mark.parametrize("address", [None, CANARY])
@pytest.mark.parametrize("after_s", [0.01, 0.1, 2.0])
def test_a_gateway_killed_in_a_canary_rings_no_carrier(
    tmp_path: Path, address: str | None, after_s: float
) -> None:
    rig = Rig(tmp_path, canary_addresses={"tx-1": address} if address else {}).start()
    rig.terminals["tx-1"].habits.reply_s = 1.0
    page = rig.order("CANARY", purpose=Purpose.CANARY, address="1001")
    rig.clock.advance(after_s)
    rig.gateway.restart()
    rig.clock.advance(30)
    assert rig.states(page)[-1] in (FAILED, PageState.UNKNOWN)
    rig.order("CANARY", page=page, purpose=Purpose.CANARY, address="1001")
    rig.clock.advance(30)
    rig.air.pager("1001").expects_nothing()


def test_a_canary_can_be_cancelled_and_comes_only_once(aired: Rig) -> None:
    aired.terminals["tx-1"].habits.reply_s = 1.0
    page = aired.order("CANARY", purpose=Purpose.CANARY)
    aired.clock.advance(0.1)
    aired.cancel(page)
    aired.clock.advance(20)
    assert aired.states(page)[-1] is PageState.CANCELLED
    twice = uuid4()
    aired.order("CANARY", page=twice, purpose=Purpose.CANARY)
    aired.order("CANARY", page=twice, purpose=Purpose.CANARY)
    aired.clock.advance(20)
    assert aired.texts() == ["CANARY"]


def test_the_command_asks_every_transmitter_afresh(tmp_path: Path) -> None:
    rig = Rig(tmp_path, transmitters=2).start()
    rig.clock.advance(20)
    rig.command(CommandName.PROBE)
    rig.clock.advance(5)
    assert [(one.ok, one.text) for one in answers(rig)] == [(True, "tx-1: it answers; tx-2: it answers")]
    rig.terminals["tx-2"].faults.silent = True
    asked_at = rig.clock.boot()
    rig.command(CommandName.PROBE)
    rig.clock.advance(10)
    said = answers(rig)[-1]
    assert not said.ok
    assert said.text.startswith("tx-1: it answers; tx-2: no answer")
    assert "(no_answer)" in said.text
    assert rig.arrivals[rig.heard.index(said)] - asked_at <= 10


def test_a_sender_that_hangs_does_not_keep_the_one_who_asks_waiting(rig: Rig) -> None:
    rig.terminals["tx-1"].habits.reply_s = 100.0
    rig.command(CommandName.PROBE)
    rig.clock.advance(10)
    (said,) = answers(rig)
    assert not said.ok
    assert "(no_answer)" in said.text
    rig.clock.advance(300)
    assert len(answers(rig)) == 1
