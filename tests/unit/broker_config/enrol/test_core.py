"""Enrolment as a state machine: what is asked when, what ends it, and what it never says to whom."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.enrol.core import GIVE_UP_S, MOST_S, Answer, Enrolment, Lost, Request, Stage, Wish
from broker_config.enrol.words import Trouble, sentence
from broker_config.enrolment import POLL_S, Join, fingerprint
from broker_config.identity import authority, keys
from broker_config.identity.certificate import der_of
from tests.enrolment_peer import NOW, TICKET

CA = authority.make("s1", now=NOW, serial=1)
OTHER = authority.make("s1", now=NOW, serial=2)
CSR = keys.request(keys.new_key())
JOIN = Join("shop.local", 8443, "7KQ2M9XD", fingerprint(der_of(CA.certificate)))
ASKED = Answer(200, json.dumps({"ticket": TICKET, "expires_s": 600}).encode())
WAITING = Answer(200, b'{"state": "waiting"}')


def granted(ca: authority.Authority = CA) -> Answer:
    grant = {
        "store": "s1",
        "device": "b7",
        "server": "server",
        "certificate": CA.device(CSR, "s1.b7", now=NOW, serial=3),
        "authority": ca.certificate,
        "broker_host": "shop.local",
        "broker_port": 8883,
    }
    return Answer(200, json.dumps({"state": "granted", "grant": grant}).encode())


@dataclass
class Desk:
    """An enrolment and its clock."""

    core: Enrolment
    now: float = 0.0
    said: list[Request] = field(default_factory=list)

    def ask(self) -> str:
        request = self.core.next(self.now)
        assert request is not None
        self.said.append(request)
        return request.path.rpartition("/")[2]

    def hear(self, answer: Answer | Lost) -> None:
        self.core.hear(answer, self.now)

    def to_ticket(self) -> None:
        assert self.ask() == "ca"
        self.hear(Answer(200, CA.certificate.encode()))
        assert self.ask() == "ask"
        self.hear(ASKED)

    def body(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.said[-1].body or b"{}")
        return found


@pytest.fixture
def desk() -> Desk:
    return Desk(Enrolment(JOIN, Wish("b", CSR, (1, 2), "1.0"), 0.0, lambda: 1.0))


@pytest.fixture
def gateway() -> Desk:
    return Desk(Enrolment(JOIN, Wish("g", CSR), 0.0, lambda: 1.0))


def test_a_button_unit_from_the_join_string_to_the_grant(desk: Desk) -> None:
    assert desk.ask() == "ca"
    assert desk.said[0].authority is None
    desk.hear(Answer(200, CA.certificate.encode()))
    stages = [desk.core.stage]
    assert desk.ask() == "ask"
    assert desk.body() == {"code": "7KQ2M9XD", "kind": "b", "csr": CSR, "inputs": [1, 2], "sw": "1.0"}
    desk.hear(ASKED)
    stages.append(desk.core.stage)
    assert desk.ask() == "fetch"
    desk.hear(WAITING)
    assert desk.core.due() == POLL_S
    desk.now = 1.0
    desk.core.push(2, desk.now)
    stages.append(desk.core.stage)
    assert desk.ask() == "pressed"
    assert desk.body() == {"ticket": TICKET, "input": 2}
    desk.hear(Answer(204))
    stages.append(desk.core.stage)
    assert desk.ask() == "fetch"
    desk.hear(granted())
    stages.append(desk.core.stage)
    assert stages == [Stage.ASKING, Stage.PRESS, Stage.TELLING, Stage.CONFIRM, Stage.GRANTED]
    assert desk.core.grant is not None
    assert desk.core.grant.device == "b7"
    assert desk.core.next(desk.now) is None
    assert desk.core.due() is None


def test_a_gateway_waits_for_nobodys_press(gateway: Desk) -> None:
    gateway.to_ticket()
    assert gateway.core.stage is Stage.CONFIRM
    gateway.core.push(1, 0.0)
    assert gateway.ask() == "fetch"


def test_nothing_is_said_before_the_server_has_shown_its_authority(desk: Desk) -> None:
    desk.ask()
    assert desk.said[0].body is None
    assert "7KQ2M9XD" not in repr(desk.said[0])
    desk.hear(Answer(200, OTHER.certificate.encode()))
    assert (desk.core.stage, desk.core.trouble) == (Stage.FAILED, Trouble.AUTHORITY)
    assert desk.core.next(1_000.0) is None


def test_after_that_every_request_believes_this_authority_alone(desk: Desk) -> None:
    assert desk.ask() == "ca"
    desk.hear(Answer(200, (OTHER.certificate + CA.certificate).encode()))
    desk.ask()
    assert desk.said[-1].authority is not None
    assert der_of(desk.said[-1].authority) == der_of(CA.certificate)


def test_a_grant_of_another_authority_is_not_taken(gateway: Desk) -> None:
    gateway.to_ticket()
    gateway.ask()
    gateway.hear(granted(OTHER))
    assert (gateway.core.stage, gateway.core.trouble) == (Stage.FAILED, Trouble.ODD)


@pytest.mark.parametrize(
    ("path", "status", "trouble"),
    [
        ("ask", 403, Trouble.CODE),
        ("ask", 422, Trouble.ODD),
        ("fetch", 403, Trouble.TICKET),
        ("fetch", 404, Trouble.TICKET),
        ("fetch", 302, Trouble.ODD),
    ],
)
def test_what_ends_it(gateway: Desk, path: str, status: int, trouble: Trouble) -> None:
    if path == "fetch":
        gateway.to_ticket()
    else:
        gateway.ask()
        gateway.hear(Answer(200, CA.certificate.encode()))
    assert gateway.ask() == path
    gateway.hear(Answer(status))
    assert (gateway.core.stage, gateway.core.trouble) == (Stage.FAILED, trouble)


@pytest.mark.parametrize(("state", "trouble"), [("refused", Trouble.REFUSED), ("expired", Trouble.EXPIRED)])
def test_a_person_says_no_or_nothing(gateway: Desk, state: str, trouble: Trouble) -> None:
    gateway.to_ticket()
    gateway.ask()
    gateway.hear(Answer(200, json.dumps({"state": state}).encode()))
    assert gateway.core.trouble is trouble


def test_a_server_that_is_away_is_asked_again_a_little_later_each_time(desk: Desk) -> None:
    waits = []
    for _ in range(6):
        desk.ask()
        desk.hear(Lost(Trouble.UNREACHABLE))
        due = desk.core.due()
        assert due is not None
        waits.append(due - desk.now)
        assert desk.core.next(due - 0.01) is None
        desk.now = due
    assert waits == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    assert desk.core.trouble is Trouble.UNREACHABLE
    desk.to_ticket()
    assert desk.core.trouble is None


def test_who_was_not_reached_while_a_code_lives_says_so(desk: Desk) -> None:
    desk.ask()
    desk.hear(Lost(Trouble.CLOCK))
    desk.now = GIVE_UP_S
    assert desk.core.next(desk.now) is None
    assert (desk.core.stage, desk.core.trouble) == (Stage.FAILED, Trouble.CLOCK)


def test_nobody_confirms_in_time(desk: Desk) -> None:
    desk.to_ticket()
    desk.now = 600.0
    assert desk.core.due() is not None
    assert desk.core.next(desk.now) is None
    assert desk.core.trouble is Trouble.EXPIRED


def test_too_many_tries_wait_as_long_as_they_are_told(desk: Desk) -> None:
    desk.ask()
    desk.hear(Answer(429, retry_after_s=30.0))
    assert (desk.core.due(), desk.core.trouble) == (30.0, Trouble.BUSY)


def test_a_lost_answer_to_the_press_is_told_again(desk: Desk) -> None:
    desk.to_ticket()
    desk.core.push(1, 0.0)
    assert desk.ask() == "pressed"
    desk.hear(Lost(Trouble.UNREACHABLE))
    desk.now = 1.0
    assert desk.ask() == "pressed"
    desk.hear(Answer(204))
    desk.core.push(2, 1.0)
    assert desk.ask() == "fetch"


def test_a_lost_answer_to_the_question_is_asked_for_again_with_the_same_key(desk: Desk) -> None:
    assert desk.ask() == "ca"
    desk.hear(Answer(200, CA.certificate.encode()))
    waits, first = [], None
    nothing: list[Answer | Lost] = [Lost(Trouble.UNREACHABLE), Answer(502), *[Lost(Trouble.UNREACHABLE)] * 5]
    for lost in nothing:
        assert desk.ask() == "ask"
        first = first or desk.body()
        assert desk.body() == first
        before = desk.now
        desk.hear(lost)
        due = desk.core.due()
        assert due is not None
        waits.append(due - before)
        desk.now = due
    assert waits == [1.0, 10.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    assert desk.ask() == "ask"
    desk.hear(ASKED)
    assert desk.core.ticket == TICKET
    assert desk.ask() == "fetch"


def test_who_never_hears_the_answer_gives_up_when_the_code_is_dead(desk: Desk) -> None:
    assert desk.ask() == "ca"
    desk.hear(Answer(200, CA.certificate.encode()))
    asked = 0
    while (request := desk.core.next(desk.now)) is not None:
        asked += request.path.endswith("ask")
        desk.hear(Lost(Trouble.UNREACHABLE))
        desk.now = desk.core.due() or desk.now
    assert (desk.core.stage, desk.core.trouble) == (Stage.FAILED, Trouble.UNREACHABLE)
    assert GIVE_UP_S / MOST_S <= asked <= GIVE_UP_S / MOST_S + 5


def test_a_press_before_anybody_asked_for_it_means_nothing(desk: Desk) -> None:
    desk.core.push(1, 0.0)
    desk.to_ticket()
    assert desk.ask() == "fetch"


def test_an_earlier_process_had_asked(desk: Desk) -> None:
    again = Desk(Enrolment(JOIN, Wish("b", CSR, (1,)), 0.0, lambda: 1.0, TICKET))
    assert again.ask() == "ca"
    again.hear(Answer(200, CA.certificate.encode()))
    assert again.core.stage is Stage.PRESS
    assert again.ask() == "fetch"


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60), st.sampled_from([ASKED.body, WAITING.body, CA.certificate.encode()])
        )
    )
)
def test_no_answer_of_a_believed_server_raises(bodies: list[bytes]) -> None:
    desk = Desk(Enrolment(JOIN, Wish("b", CSR, (1,)), 0.0, lambda: 1.0))
    desk.ask()
    desk.hear(Answer(200, CA.certificate.encode()))
    for body in bodies:
        desk.now += 20.0
        if desk.core.next(desk.now) is None:
            break
        desk.hear(Answer(200, body))
    assert desk.core.grant is None


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_its_words(trouble: Trouble) -> None:
    said = sentence(trouble, place="shop.local:8443", clock="1970", folder="/var/lib/x", detail="full")
    assert len(said) > 40
    assert "{" not in said
