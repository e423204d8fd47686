"""What a paging system says later about a call: better proof for the right page, worse words told and not believed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from broker_config.messages import PageState, Proof
from pager_gateway.drivers.espa444.driver import create
from pager_gateway.drivers.espa444.frames import seal
from pager_gateway.sender import ProbeNow, ProbeReport
from pager_gateway.transmitter import Page, SubmitResult
from simulator.transmitters.espa444 import EspaFaults, EspaHabits
from tests.unit.pager_gateway.espa_rig import EspaLine

TAKEN = (PageState.TRANSMITTED, Proof.ACCEPTED)
ON_AIR = (PageState.TRANSMITTED, Proof.ON_AIR)
CONFIRMED = (PageState.CONFIRMED, Proof.PAGER)


def proofs(line: EspaLine, page: object) -> list[tuple[PageState, Proof]]:
    return [(one.state, one.proof) for one in line.results(page)]  # type: ignore[arg-type]


@pytest.mark.parametrize("polled", [None, 1.0])
@pytest.mark.parametrize("answers", [False, True])
@pytest.mark.parametrize("message", [True, False])
def test_paged_and_acknowledged_come_by_themselves(
    polled: float | None, answers: bool, message: bool
) -> None:
    habits = EspaHabits(answers=answers, status_message=message, polls_every_s=polled, baud=1200)
    line = EspaLine(None, habits, role="control" if polled is None else "polled")
    page = line.give("HELP")
    assert proofs(line, page) == [TAKEN, ON_AIR, CONFIRMED][: 3 if answers else 2]


def test_each_page_gets_its_own_proof() -> None:
    """Two calls for one pager and one for another; the first is absent, and none is on the air while another is."""
    line = EspaLine(EspaFaults(fates=["4"]), EspaHabits(baud=512))
    first, second = line.give("FIRST", 0.2), line.give("SECOND", 0.2)
    other = line.give("FIRST", 0.2, address="77")
    line.clock.advance(60)
    assert proofs(line, first) == [TAKEN, (PageState.FAILED, Proof.NONE)]
    assert proofs(line, second) == proofs(line, other) == [TAKEN, ON_AIR]
    assert line.texts() == ["SECOND", "FIRST"]


@pytest.mark.parametrize(("fate", "word"), [("4", "absent"), ("5", "terminated"), ("8", "fault")])
def test_a_worse_word_is_told_after_the_result_and_as_a_remark(fate: str, word: str) -> None:
    line = EspaLine(EspaFaults(fates=[fate]))
    page = line.give("HELP", 5)
    first, late = line.results(page)
    assert (first.state, first.proof) == TAKEN
    assert (late.state, late.proof) == (PageState.FAILED, Proof.NONE)
    assert late.error is not None
    assert word in late.error.text
    state, cause = line.health()
    assert state == "ready"
    assert word in (cause or "")
    line.give("NEXT")
    assert line.health() == ("ready", None)


def test_terminated_after_paged_is_only_the_end() -> None:
    driver = create({}, 9600)
    driver.opened(0.0)
    driver.tick(0.4)
    driver.received(b"\x04", 0.5)
    page = Page(uuid4(), "123", "HELP")
    driver.submit([page], 1.0)
    driver.received(b"\x06", 1.1)
    driver.received(b"\x06", 1.2)
    driver.tick(1.3)
    driver.tick(3.2)
    driver.received(b"1\x05", 3.3)
    for status in ("2", "3", "3", "5"):
        driver.received(seal("2", [("1", b"123"), ("7", status.encode())]), 3.4)
    found = [one for one in driver.outputs() if isinstance(one, SubmitResult)]
    assert [(one.state, one.proof) for one in found] == [TAKEN, ON_AIR]


@pytest.mark.parametrize(
    ("data", "proof"),
    [
        ("3", True),
        ("71", True),
        ("35", True),
        ("03", False),
        ("1", False),
        ("7", False),
        ("0", False),
        ("", False),
    ],
)
@pytest.mark.parametrize(
    ("address", "message", "ours"),
    [
        ("123", "HELP AT AISLE 7", True),
        ("123", "", True),
        ("123", "HELP AT AISLE", True),
        ("123", "HELP", False),
        ("123", "OTHER", False),
        ("1234", "HELP AT AISLE 7", False),
    ],
)
def test_which_words_mean_which_page(address: str, message: str, ours: bool, data: str, proof: bool) -> None:
    driver = create({}, 9600)
    driver.opened(0.0)
    driver.tick(0.4)
    driver.received(b"\x04", 0.5)
    driver.submit([Page(uuid4(), "123", "HELP AT AISLE 7")], 1.0)
    driver.received(b"\x06", 1.1)
    driver.received(b"\x06", 1.2)
    driver.tick(1.3)
    driver.tick(3.2)
    driver.received(b"1\x05", 3.3)
    driver.outputs()
    records = [("1", address.encode()), ("2", message.encode()), ("7", data.encode())]
    driver.received(seal("2", [one for one in records if one[1] or one[0] == "7"]), 3.4)
    found = [one for one in driver.outputs() if isinstance(one, SubmitResult)]
    assert [one.proof for one in found] == ([Proof.ON_AIR] if ours and proof else [])


def test_on_request_it_is_asked_until_it_is_known() -> None:
    line = EspaLine(
        None, EspaHabits(status="request", baud=512), status="request", ask_after_s=1.0, ask_every_s=2.0
    )
    start = line.clock.boot()
    page = line.give("HELP", 60)
    assert proofs(line, page) == [TAKEN, ON_AIR]
    questions = [one.at - start for one in line.seen if one.why == "what became of that call?"]
    assert 2 <= len(questions) <= 3
    assert questions[0] >= 1.0


def test_a_system_that_knows_no_questions_is_asked_a_few_times_only_and_pages_go_on() -> None:
    line = EspaLine(None, EspaHabits(status="never"), status="request", asks=3)
    page = line.give("HELP", 100)
    assert proofs(line, page) == [TAKEN]
    assert line.said("a telegram with header 3") == 3
    assert proofs(line, line.give("NEXT", 1)) == [TAKEN]
    assert line.health() == ("ready", None)


def test_never_asked_of_a_system_whose_yes_means_nothing() -> None:
    line = EspaLine(
        None, EspaHabits(knows_only="acks", status="never"), status="request", receiver="acks-everything"
    )
    assert proofs(line, line.give("HELP", 100)) == [TAKEN]
    assert line.said("something it does not know") == 0


def test_a_damaged_status_is_said_again() -> None:
    line = EspaLine(EspaFaults(spoil_status=1))
    assert proofs(line, line.give("HELP", 10)) == [TAKEN, ON_AIR]
    assert line.said("once more") == 1


@pytest.mark.parametrize("polled", [None, 1.0])
def test_transmitter_failure_is_dead_in_its_own_words_until_it_is_over(polled: float | None) -> None:
    line = EspaLine(None, EspaHabits(polls_every_s=polled), role="control" if polled is None else "polled")
    assert line.health() == ("ready", None)
    line.faults.failure = 1
    line.clock.advance(5)
    assert line.health() == ("dead", "transmitter failure says the paging system")
    line.loop.put(ProbeNow(3))
    line.clock.advance(5)
    (answer,) = [one for one in line.reports if isinstance(one, ProbeReport)]
    assert answer.error is not None
    assert answer.error.text == "transmitter failure says the paging system"
    line.clock.advance(45)
    assert line.health()[0] == "dead"
    line.clock.advance(15)
    assert line.health() == ("ready", None)


def test_a_page_on_the_air_ends_a_transmitter_failure() -> None:
    line = EspaLine(EspaFaults(failure=1))
    line.clock.advance(5)
    assert line.health()[0] == "dead"
    line.give("HELP", 10)
    assert line.health() == ("ready", None)


def test_what_it_can_prove_depends_on_the_setting() -> None:
    proof = [
        create(one, 9600).abilities.proof
        for one in ({"status": "never"}, {"status": "automatic"}, {"answers": True})
    ]
    assert proof == [Proof.ACCEPTED, Proof.ON_AIR, Proof.PAGER]
