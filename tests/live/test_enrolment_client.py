"""The device's side of enrolment against real TLS: the right server, and everybody who only looks like it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from broker_config.enrol.claim import Claim, Device, View
from broker_config.enrol.core import Answer, Lost, Request, Stage
from broker_config.enrol.talk import Talk
from broker_config.enrol.words import Trouble
from broker_config.enrolment import Grant, Join, check_figures, fingerprint
from broker_config.identity import authority, keys
from broker_config.identity.certificate import der_of
from broker_config.identity.folder import IdentityFolder
from tests.enrolment_peer import NOW, Peer, long_ago, opened

pytestmark = pytest.mark.live


@dataclass
class Unit:
    """A device whose clock jumps to whatever is due next, and which presses its button when it is told to."""

    folder: Path
    kind: str = "b"
    now: float = 0.0
    seen: list[View] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    waiting: list[Request] = field(default_factory=list)
    last_words: str = ""

    def enrol(self, join: Join, until: Callable[[Claim], bool] = lambda claim: False) -> Claim:
        device = Device("b" if self.kind == "b" else "g", self.folder, self.grants.append, (1, 2))
        claim = Claim(
            join,
            device,
            now=self.now,
            jitter=lambda: 1.0,
            ask=self.waiting.append,
            wall=lambda: "1 January 1970",
        )
        talk = Talk(join.host, join.port, 5.0)
        claim.step(self.now)
        while not claim.is_over and not until(claim):
            if not self.seen or self.seen[-1].stage is not claim.view.stage:
                self.seen.append(claim.view)
            if self.waiting:
                claim.handle([talk.ask(self.waiting.pop())], self.now)
                continue
            if claim.view.stage is Stage.PRESS:
                claim.push(2, self.now)
            due = claim.due()
            assert due is not None
            self.now = max(self.now, due)
            claim.handle([], self.now)
        self.seen.append(claim.view)
        self.last_words = claim.view.words
        return claim


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with opened(Peer(tmp_path / "peer")) as made:
        yield made


def test_a_button_unit_gets_its_identity(peer: Peer, tmp_path: Path) -> None:
    unit = Unit(tmp_path / "identity")
    claim = unit.enrol(peer.join())
    assert [view.stage for view in unit.seen] == [
        Stage.REACHING,
        Stage.ASKING,
        Stage.PRESS,
        Stage.TELLING,
        Stage.CONFIRM,
        Stage.GRANTED,
    ]
    assert [path.rpartition("/")[2] for path, _ in peer.asked] == ["ca", "ask", "fetch", "pressed", "fetch"]
    assert peer.asked[3][1]["input"] == 2
    assert claim.grant is not None
    assert unit.grants == [claim.grant]
    assert IdentityFolder(unit.folder).read("s1.b7").renew_at > NOW
    assert claim.view.figures == check_figures(keys.public_key(peer.csr))


@pytest.mark.parametrize("killed", [False, True])
def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(
    peer: Peer, tmp_path: Path, killed: bool
) -> None:
    """The code is spent by then. `killed`: the power goes at the same moment, and another process goes on."""
    join = peer.join()
    lost: list[str] = []

    def loses(path: str, said: dict[str, Any]) -> tuple[int, object]:
        answer = peer.enrols(path, said)
        if path.endswith("ask") and not lost:
            lost.append(said["csr"])
            raise ConnectionResetError
        return answer

    peer.answer = loses
    unit = Unit(tmp_path / "identity")
    if killed:
        unit.enrol(join, lambda claim: bool(lost))
        unit = Unit(tmp_path / "identity")
    claim = unit.enrol(join)
    assert claim.view.stage is Stage.GRANTED
    asked = [said["csr"] for path, said in peer.asked if path.endswith("ask")]
    assert len(asked) == 2
    assert keys.public_key(asked[0]) == keys.public_key(asked[1])
    assert IdentityFolder(unit.folder).read("s1.b7").name == "s1.b7"


def test_a_gateway_by_its_figures(peer: Peer, tmp_path: Path) -> None:
    unit = Unit(tmp_path / "identity", "g")
    claim = unit.enrol(peer.join("localhost"))
    assert claim.view.stage is Stage.GRANTED
    assert "/enrol/v1/pressed" not in [path for path, _ in peer.asked]
    assert len(claim.view.figures) == 6


def test_a_rogue_server_with_an_authority_of_its_own_hears_nothing(tmp_path: Path) -> None:
    real = Peer(tmp_path / "real")
    with opened(Peer(tmp_path / "rogue")) as liar:
        join = Join("127.0.0.1", liar.port, real.code, _authority_of(real))
        unit = Unit(tmp_path / "identity")
        claim = unit.enrol(join)
        assert (claim.view.stage, claim.view.trouble) == (Stage.FAILED, Trouble.AUTHORITY)
        assert [path for path, _ in liar.asked] == ["/enrol/v1/ca"]
        assert "is not the one that the join string was made by" in unit.last_words
        assert join.code not in unit.last_words
        assert not IdentityFolder(unit.folder).certificate.exists()


def test_a_rogue_server_that_shows_the_right_authority_hears_nothing(tmp_path: Path) -> None:
    peer = Peer(tmp_path / "rogue")
    with opened(peer, signer=authority.make("s1", now=NOW, serial=2)):
        unit = Unit(tmp_path / "identity")
        claim = unit.enrol(peer.join())
        assert (claim.view.stage, claim.view.trouble) == (Stage.FAILED, Trouble.UNPROVEN)
        assert {path for path, _ in peer.asked} == {"/enrol/v1/ca"}


def test_a_server_that_is_called_by_another_name(tmp_path: Path) -> None:
    peer = Peer(tmp_path / "peer")
    with opened(peer, hosts=("shop.local",)):
        assert Unit(tmp_path / "identity").enrol(peer.join()).view.trouble is Trouble.OTHER_NAME


def test_a_clock_that_is_wrong_is_waited_for_and_said(tmp_path: Path) -> None:
    peer = Peer(tmp_path / "peer", now=long_ago())
    with opened(peer):
        unit = Unit(tmp_path / "identity")
        claim = unit.enrol(peer.join(), until=lambda claim: claim.view.trouble is not None)
        assert claim.view.trouble is Trouble.CLOCK
        assert not claim.is_over
        assert "set the clock" in claim.view.words
        assert "1970" in claim.view.words


def test_a_code_that_was_used(peer: Peer, tmp_path: Path) -> None:
    join = peer.join()
    Unit(tmp_path / "first").enrol(join)
    unit = Unit(tmp_path / "second")
    assert unit.enrol(join).view.trouble is Trouble.CODE
    assert "make a new join string" in unit.last_words


def test_nobody_there_and_something_else_there(tmp_path: Path, peer: Peer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert Talk("127.0.0.1", taken.getsockname()[1], 5.0).ask(Request("/x")) == Lost(Trouble.UNREACHABLE)
    assert Talk("127.0.0.1", talks_nonsense(), 5.0).ask(Request("/x")) == Lost(Trouble.NO_TLS)
    assert Talk("no-such-name.invalid", 1, 5.0).ask(Request("/x")) == Lost(Trouble.NAME)


def test_an_answer_without_end_is_not_read(peer: Peer) -> None:
    peer.answer = lambda path, said: (200, "x" * 100_000)
    assert Talk("127.0.0.1", peer.port, 5.0).ask(Request("/x")) == Answer(502)


def test_a_press_is_lost_on_the_way_and_a_process_is_killed_after_it(peer: Peer, tmp_path: Path) -> None:
    """The next one goes on with the same key and ticket, and needs no new code."""
    peer.grants = False
    unit = Unit(tmp_path / "identity")
    unit.enrol(peer.join(), until=lambda claim: claim.view.stage is Stage.CONFIRM)
    peer.grants = True
    peer.state = "granted"
    again = Unit(tmp_path / "identity")
    join = Join("127.0.0.1", peer.port, _code_of(peer), _authority_of(peer))
    assert again.enrol(join).view.stage is Stage.GRANTED
    assert [path for path, _ in peer.asked].count("/enrol/v1/ask") == 1


def _authority_of(peer: Peer) -> str:
    return fingerprint(der_of(peer.authority.certificate))


def _code_of(peer: Peer) -> str:
    return str(next(said["code"] for path, said in peer.asked if path.endswith("/ask")))


def talks_nonsense() -> int:
    """A port at which somebody answers in another language."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            other, _ = listener.accept()
            with other:
                other.recv(100)
                other.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])
