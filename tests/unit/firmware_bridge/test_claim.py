"""A unit that is to be claimed, in virtual time: what its lights say, and what a press is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from broker_config.enrol.at_start import OneJoin, joins_for
from broker_config.enrol.claim import Claim, Device, View
from broker_config.enrol.core import Answer, Lost, Request, Stage
from broker_config.enrol.unclaimed import AGAIN_S, Joins, Unclaimed
from broker_config.enrol.words import Trouble
from broker_config.enrolment import Join, fingerprint
from broker_config.identity import authority, keys
from broker_config.identity.certificate import der_of
from broker_config.identity.folder import IdentityFolder
from firmware_bridge.claim import SHOWN_S, ClaimLamps, UnitClaim
from firmware_bridge.debounce import Edge, Rules
from firmware_bridge.hands import Hands
from firmware_bridge.light import Pattern
from firmware_bridge.setup import own_file
from tests.enrolment_peer import NOW, TICKET

CA = authority.make("s1", now=NOW, serial=1)
JOIN = Join("shop.local", 8443, "7KQ2M9XD", fingerprint(der_of(CA.certificate)))
OTHER = Join("shop.local", 8443, "7KQ2M9XE", JOIN.authority)
WIRING = """
[[inputs]]
n = 1
pin = 17
light_pin = 5
[[inputs]]
n = 2
pin = 27
light_pin = 6
[[inputs]]
n = 3
pin = 22
role = "key"
for = 1
"""


@dataclass
class Bench:
    """Two buttons and a key; the server's answers are given by hand."""

    folder: Path
    joins: Joins
    once: bool = False
    now: float = 100.0
    closed: set[int] = field(default_factory=set)
    shown: dict[int, Pattern] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        self.file = own_file(self.folder / "button.toml")
        rules = {n: Rules() for n in (1, 2, 3)}
        self.hands = Hands(rules, {3: 1}, self.closed.__contains__, self.now)
        unclaimed = Unclaimed(self.joins, self.begin, self.views.append, self.now)
        lamps = ClaimLamps((1, 2), self.show, "std")
        self.core = UnitClaim(unclaimed, self.hands, lamps, self.end, once=self.once)

    def begin(self, join: Join, now: float) -> Claim:
        device = Device("b", self.file.identity, self.file.take, (1, 2))
        return Claim(join, device, now=now, jitter=lambda: 1.0, ask=self.requests.append)

    def show(self, number: int, pattern: Pattern) -> None:
        self.shown[number] = pattern

    def end(self) -> None:
        self.ended = True

    @property
    def lights(self) -> tuple[str, ...]:
        return tuple(self.shown[n].shown.value for n in (1, 2))

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let time go by, from one due moment to the next."""
        end = self.now + seconds
        while not until() and not self.ended:
            self.core.handle([], self.now)
            due = self.core.due()
            assert due is not None
            if due > end:
                break
            self.now = max(due, self.now + 0.001)
        if not until() and not self.ended:
            self.now = end

    def hear(self, answer: Answer | Lost) -> None:
        assert self.requests, "nothing was asked"
        self.requests.pop()
        self.core.handle([answer], self.now)

    def asked(self) -> str:
        self.run(30.0, lambda: bool(self.requests))
        return self.requests[-1].path.rpartition("/")[2]

    def push(self, number: int, for_s: float = 0.2) -> None:
        self.closed.add(number)
        self.core.handle([Edge(number, True, self.now)], self.now)
        self.run(for_s)
        self.closed.discard(number)
        self.core.handle([Edge(number, False, self.now)], self.now)

    def grant(self) -> Answer:
        key = IdentityFolder(self.file.identity).next_key.read_text()
        certificate = CA.device(keys.request(key), "s1.b7", now=NOW, serial=7)
        grant = {
            "store": "s1",
            "device": "b7",
            "server": "server",
            "certificate": certificate,
            "authority": CA.certificate,
            "broker_host": "shop.local",
            "broker_port": 8883,
        }
        return Answer(200, json.dumps({"state": "granted", "grant": grant}).encode())

    def to_press(self) -> None:
        assert self.asked() == "ca"
        self.hear(Answer(200, CA.certificate.encode()))
        assert self.asked() == "ask"
        self.hear(Answer(200, json.dumps({"ticket": TICKET, "expires_s": 900}).encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "button.toml").write_text(f'data = "{tmp_path}"\nttl_s = 90\n{WIRING}')
    return tmp_path


@pytest.fixture
def bench(folder: Path) -> Bench:
    return Bench(folder, OneJoin(JOIN), once=True)


def test_the_lights_from_the_first_look_to_the_steady_one(bench: Bench) -> None:
    bench.run(0.1)
    assert bench.lights == ("sorry", "sorry")
    bench.to_press()
    assert bench.lights == ("identify", "identify")
    assert {pattern.volume for pattern in bench.shown.values()} == {0}
    assert bench.asked() == "fetch"
    bench.hear(Answer(200, b'{"state": "waiting"}'))
    bench.push(2)
    assert bench.lights == ("idle", "sending")
    assert bench.asked() == "pressed"
    assert json.loads(bench.requests[-1].body or b"")["input"] == 2
    bench.hear(Answer(204))
    assert bench.lights == ("idle", "received")
    assert bench.asked() == "fetch"
    bench.hear(bench.grant())
    assert bench.lights == ("coming", "coming")
    assert not bench.ended
    bench.run(SHOWN_S + 0.1)
    assert bench.ended
    assert [view.stage for view in bench.views][-1] is Stage.GRANTED


def test_what_the_unit_is_afterwards(bench: Bench) -> None:
    bench.run(0.1)
    bench.to_press()
    assert bench.asked() == "fetch"
    bench.hear(bench.grant())
    text = bench.file.path.read_text()
    assert 'host = "shop.local"' in text
    assert "port = 8883" in text
    assert text.endswith(WIRING)
    assert IdentityFolder(bench.file.identity).read("s1.b7").name == "s1.b7"
    assert joins_for(bench.file) is None


def test_a_staff_key_and_a_sleeve_are_no_press(bench: Bench) -> None:
    bench.run(0.1)
    bench.to_press()
    assert bench.asked() == "fetch"
    bench.hear(Answer(200, b'{"state": "waiting"}'))
    bench.push(3)
    bench.push(1, 0.02)
    assert bench.lights == ("identify", "identify")
    bench.requests.clear()


def test_a_press_while_the_server_is_away_is_told_when_it_is_back(bench: Bench) -> None:
    bench.run(0.1)
    bench.to_press()
    assert bench.asked() == "fetch"
    bench.push(1)
    bench.hear(Lost(Trouble.UNREACHABLE))
    assert bench.lights == ("sorry", "sorry")
    assert bench.asked() == "pressed"
    bench.hear(Answer(204))
    assert bench.lights == ("received", "idle")


def test_a_command_ends_when_its_string_came_to_nothing(bench: Bench) -> None:
    bench.run(0.1)
    assert bench.asked() == "ca"
    bench.hear(Answer(200, CA.certificate.encode()))
    assert bench.asked() == "ask"
    bench.hear(Answer(403))
    assert bench.lights == ("nobody", "nobody")
    assert "used already" in bench.views[-1].words
    bench.run(SHOWN_S + 0.1)
    assert bench.ended


def hand_over(folder: Path, text: str) -> None:
    (folder / "redbutton.join").write_text(text)


def service(folder: Path) -> Bench:
    joins = joins_for(own_file(folder / "button.toml"))
    assert joins is not None
    return Bench(folder, joins)


def test_a_service_waits_for_a_string_in_a_file_and_for_the_next_one(folder: Path) -> None:
    bench = service(folder)
    bench.run(5.0)
    assert bench.lights == ("idle", "idle")
    hand_over(folder, "not one of ours")
    bench.run(1.5)
    assert bench.lights == ("nobody", "nobody")
    hand_over(folder, f"{JOIN}\n")
    assert bench.asked() == "ca"
    assert bench.lights == ("sorry", "sorry")
    bench.hear(Answer(200, CA.certificate.encode()))
    assert bench.asked() == "ask"
    bench.hear(Answer(403))
    bench.run(60.0)
    assert bench.lights == ("nobody", "nobody")
    assert not bench.requests
    assert not bench.ended
    hand_over(folder, str(OTHER))
    bench.to_press()
    assert bench.asked() == "fetch"
    bench.hear(bench.grant())
    bench.run(SHOWN_S + 0.1)
    assert bench.ended
    assert not (folder / "redbutton.join").exists()


def test_what_passes_by_itself_gets_another_turn(folder: Path) -> None:
    hand_over(folder, str(JOIN))
    bench = service(folder)
    assert bench.asked() == "ca"
    while bench.views[-1].stage is not Stage.FAILED:
        if bench.requests:
            bench.hear(Lost(Trouble.UNREACHABLE))
        bench.run(20.0, lambda: bool(bench.requests))
    bench.run(AGAIN_S + 1.0, lambda: bool(bench.requests))
    assert bench.asked() == "ca"


def test_a_claimed_unit_looks_for_another_string_only_at_its_start(folder: Path) -> None:
    bench = Bench(folder, OneJoin(JOIN), once=True)
    bench.run(0.1)
    bench.to_press()
    assert bench.asked() == "fetch"
    bench.hear(bench.grant())
    file = own_file(folder / "button.toml")
    assert joins_for(file) is None
    hand_over(folder, str(OTHER))
    assert joins_for(file) is not None


def test_half_a_file_is_a_mistake_and_no_unit_that_waits(tmp_path: Path) -> None:
    (tmp_path / "button.toml").write_text(f'store = "s1"\ndata = "{tmp_path}"\n{WIRING}')
    assert joins_for(own_file(tmp_path / "button.toml")) is None
    assert joins_for(own_file(tmp_path / "missing.toml")) is None


def test_without_a_file_the_usual_wiring_is_written(tmp_path: Path) -> None:
    hand_over(tmp_path, str(JOIN))
    bench = service(tmp_path)
    bench.to_press()
    assert bench.asked() == "fetch"
    bench.hear(bench.grant())
    text = (tmp_path / "button.toml").read_text()
    assert f'data = "{tmp_path}"' in text
    assert "pin = 17" in text


def test_a_disk_that_takes_nothing_is_said_and_tried_again(folder: Path) -> None:
    (folder / "identity").write_text("in the way")
    hand_over(folder, str(JOIN))
    bench = Bench(folder, OneJoin(JOIN), once=True)
    bench.run(1.0)
    assert bench.views[-1].trouble is Trouble.DISK
    assert bench.lights == ("nobody", "nobody")
