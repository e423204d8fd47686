"""Whoever asks gets one answer, when all have answered or in 9.5 s."""

from __future__ import annotations

from collections.abc import Mapping

from broker_config.messages import ResultError, TransmitterAbilities
from broker_config.messages.page import Proof
from pager_gateway.probes import ANSWER_S, NO_ANSWER, Found, Probes
from pager_gateway.sender import ProbeNow, ProbeReport, SenderInput
from pager_gateway.standby import Lane

NOW = 1_000.0
PORT = ResultError(code="port", text="cable", retry=True)


class Box:
    def __init__(self, *names: str) -> None:
        self.asked: list[tuple[str, int]] = []
        self.answers: list[dict[str, Found]] = []
        self.probes = Probes({name: self.lane(name) for name in names})

    def lane(self, name: str) -> Lane:
        def hand(event: SenderInput) -> None:
            assert isinstance(event, ProbeNow)
            self.asked.append((name, event.number))

        abilities = TransmitterAbilities(
            id=name, driver="tap", state="unknown", formats=[], charsets=[], longest=1, proof=Proof.NONE
        )
        return Lane(abilities, 1, hand)

    def then(self, found: Mapping[str, Found], now: float) -> None:
        self.answers.append(dict(found))


def test_the_answer_comes_when_the_last_one_has_answered() -> None:
    box = Box("t1", "t2")
    box.probes.ask(["t1", "t2"], box.then, NOW)
    assert box.asked == [("t1", 1), ("t2", 1)]
    box.probes.heard(ProbeReport("t1", 1, None, NOW), NOW)
    assert box.answers == []
    box.probes.heard(ProbeReport("t2", 1, PORT, None), NOW)
    assert box.answers == [{"t1": Found(None, NOW), "t2": Found(PORT)}]
    assert box.probes.due() is None


def test_who_says_nothing_is_said_so_in_time_and_comes_too_late_afterwards() -> None:
    box = Box("t1", "t2")
    box.probes.ask(["t1", "t2"], box.then, NOW)
    box.probes.heard(ProbeReport("t1", 1, None, NOW), NOW)
    assert box.probes.due() == NOW + ANSWER_S
    box.probes.act(NOW + ANSWER_S)
    assert box.answers == [{"t1": Found(None, NOW), "t2": Found(NO_ANSWER)}]
    box.probes.heard(ProbeReport("t2", 1, None, NOW), NOW + 20)
    assert len(box.answers) == 1


def test_two_who_ask_get_an_answer_each() -> None:
    box = Box("t1")
    box.probes.ask(["t1"], box.then, NOW)
    box.probes.ask(["t1"], box.then, NOW + 1)
    box.probes.heard(ProbeReport("t1", 2, None, NOW), NOW + 2)
    box.probes.heard(ProbeReport("t9", 1, None, NOW), NOW + 2)
    box.probes.heard(ProbeReport("t1", 0, None, NOW), NOW + 2)
    assert len(box.answers) == 1
    box.probes.heard(ProbeReport("t1", 1, PORT, NOW), NOW + 3)
    assert box.answers == [{"t1": Found(None, NOW)}, {"t1": Found(PORT, NOW)}]
