"""The next certificate of a device, in virtual time: when it is asked for, what is lost, what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broker_config.errors import IdentityError
from broker_config.identity import authority, keys
from broker_config.identity.folder import IdentityFolder
from broker_config.link import Published
from broker_config.messages import Certificate, CertificateRequest
from broker_config.renewal.core import LOOK_S, REFUSED_S, UNSURE_S, NewKey, Renewal, Renews, State
from broker_config.renewal.shell import KeptIdentity, make_in_child

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DUE = NOW + timedelta(days=240)
PEM = "-----BEGIN CERTIFICATE-----" + "A" * 64
CSR = "-----BEGIN CERTIFICATE REQUEST-----" + "B" * 64


@dataclass
class Disk:
    """Implements `Keeps`."""

    renew_at: datetime = DUE
    unconfirmed: UUID | None = None
    making: int = 0
    taken: list[str] = field(default_factory=list)
    fails: Exception | None = None

    def make(self) -> None:
        self.making += 1

    def take(self, certificate: str, request: UUID) -> None:
        if self.fails is not None:
            raise self.fails
        self.taken.append(certificate)
        self.renew_at += timedelta(days=240)
        self.unconfirmed = request

    def confirmed(self) -> None:
        self.unconfirmed = None


class Device:
    """Its clocks go together; `handles` are the broker's."""

    def __init__(self, *, sure: bool = True, behind: timedelta = timedelta(0)) -> None:
        self.disk = Disk()
        self.now = 50.0
        self.sure = sure
        self.behind = behind
        self.online = False
        self.said: list[tuple[float, CertificateRequest]] = []
        self.reconnects: list[str] = []
        renews = Renews(self.disk, self.wall)
        self.renewal = Renewal(renews, self.say, self.reconnects.append, uuid4)

    def wall(self) -> tuple[datetime, bool]:
        return NOW + timedelta(seconds=self.now) - self.behind, self.sure

    def say(self, request: CertificateRequest) -> int | None:
        if not self.online:
            return None
        self.said.append((self.now, request))
        return len(self.said)

    def connect(self) -> None:
        self.online = True
        self.renewal.connected(self.now)
        self.renewal.work(self.now)

    def drop(self) -> None:
        self.online = False
        self.renewal.disconnected()

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.renewal.due()) is not None and due <= end:
            self.now = max(self.now, due)
            self.renewal.work(self.now)
        self.now = end
        self.renewal.work(self.now)

    def key(self) -> None:
        self.renewal.made(NewKey(CSR), self.now)
        self.renewal.work(self.now)

    def to_request(self) -> CertificateRequest:
        self.connect()
        self.advance((DUE - NOW).total_seconds() + LOOK_S)
        self.key()
        return self.said[-1][1]

    def hears(self, request: CertificateRequest, certificate: str | None = PEM, reason: str = "") -> None:
        self.renewal.heard(Certificate(id=request.id, certificate=certificate, reason=reason), self.now)
        self.renewal.work(self.now)


def test_it_asks_at_two_thirds_and_not_before() -> None:
    device = Device()
    device.connect()
    device.advance((DUE - NOW).total_seconds() - 2 * LOOK_S)
    assert device.disk.making == 0
    device.advance(3 * LOOK_S)
    assert device.disk.making == 1
    assert not device.said
    device.key()
    assert [request.csr for _, request in device.said] == [CSR]


def test_a_certificate_is_taken_then_a_new_connection_then_the_server_is_told() -> None:
    device = Device()
    request = device.to_request()
    device.hears(request)
    assert device.disk.taken == [PEM]
    assert device.reconnects == ["a new certificate"]
    device.drop()
    device.connect()
    told = device.said[-1][1]
    assert (told.id, told.csr) == (request.id, None)
    device.renewal.published(Published(len(device.said), False, "nobody listens", device.now))
    assert device.disk.unconfirmed is not None
    device.drop()
    device.connect()
    device.renewal.published(Published(len(device.said), True, "ok", device.now))
    assert device.disk.unconfirmed is None
    device.advance(100 * LOOK_S)
    assert device.disk.making == 1


def test_a_lost_answer_is_asked_for_again_later_each_time_by_the_same_request() -> None:
    device = Device()
    first = device.to_request()
    device.advance(7_200.0)
    times = [at for at, _ in device.said]
    assert [round(b - a) for a, b in pairwise(times)] == [60, 120, 240, 480, 960, 1_920]
    assert {request for _, request in device.said} == {first}
    device.advance(86_400.0)
    assert device.said[-1][0] - device.said[-2][0] == 3_600


def test_no_connection_is_waited_for() -> None:
    device = Device()
    device.connect()
    device.drop()
    device.advance((DUE - NOW).total_seconds() * 1.2)
    assert device.disk.making == 0
    device.connect()
    assert device.disk.making == 1
    device.drop()
    device.key()
    assert not device.said
    device.connect()
    assert len(device.said) == 1


@pytest.mark.parametrize("reason", ["often", "csr", "revoked"])
def test_a_refusal_is_asked_about_again_in_an_hour_with_a_new_key(reason: str) -> None:
    device = Device()
    device.hears(device.to_request(), None, reason)
    device.advance(REFUSED_S - 1)
    assert device.disk.making == 1
    device.advance(2)
    assert device.disk.making == 2


@pytest.mark.parametrize("fault", [OSError(28, "full"), IdentityError("not ours")])
def test_what_cannot_be_kept_changes_nothing_and_is_tried_again(fault: Exception) -> None:
    device = Device()
    request = device.to_request()
    device.disk.fails = fault
    device.hears(request)
    assert not device.reconnects
    device.advance(700.0)
    assert device.disk.making == 2


def test_a_key_that_could_not_be_made_is_tried_again() -> None:
    device = Device()
    device.connect()
    device.advance((DUE - NOW).total_seconds() + LOOK_S)
    device.renewal.made(NewKey(None), device.now)
    assert device.renewal.state is State.RESTS
    device.advance(700.0)
    assert device.disk.making == 2


def test_another_ones_answer_is_nobodys() -> None:
    device = Device()
    device.to_request()
    device.renewal.heard(Certificate(id=uuid4(), certificate=PEM), device.now)
    assert not device.disk.taken


def test_a_clock_that_stands_in_the_past_does_not_keep_it_from_asking() -> None:
    device = Device(sure=False, behind=timedelta(days=400))
    device.connect()
    device.advance(UNSURE_S - LOOK_S)
    assert device.disk.making == 0
    device.advance(2 * LOOK_S)
    assert device.disk.making == 1
    device.key()
    device.hears(device.said[-1][1], None, "often")
    device.advance(REFUSED_S)
    assert device.disk.making == 2


def test_a_clock_that_nobody_vouches_for_is_believed_when_it_is_late() -> None:
    device = Device(sure=False, behind=timedelta(days=-300))
    device.connect()
    assert device.disk.making == 1


def test_without_a_certificate_nothing_ever_happens() -> None:
    said: list[CertificateRequest] = []
    renewal = Renewal(None, lambda request: said.append(request), said.clear, uuid4)  # type: ignore[arg-type]
    renewal.connected(1.0)
    renewal.work(1e9)
    renewal.heard(Certificate(id=uuid4(), certificate=PEM), 1e9)
    assert (said, renewal.due()) == ([], None)


# On the disk

CA = authority.make("s1", now=NOW, serial=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    key = keys.new_key()
    certificate = CA.device(keys.request(key), "s1.b7", now=NOW, serial=2)
    IdentityFolder(tmp_path).write(key=key, certificate=certificate, authority=CA.certificate)
    return tmp_path


def test_the_child_keeps_the_key_and_says_the_request_alone(folder: Path) -> None:
    old = IdentityFolder(folder).key.read_text()
    csr = make_in_child(folder)
    assert csr is not None
    assert "PRIVATE" not in csr
    identity = IdentityFolder(folder)
    assert identity.key.read_text() == old
    kept = KeptIdentity(folder, lambda event: None)
    certificate = CA.device(csr, "s1.b7", now=NOW + timedelta(days=250), serial=3)
    request = uuid4()
    kept.take(certificate, request)
    assert identity.read("s1.b7").serial == 3
    assert kept.renew_at > DUE
    again = KeptIdentity(folder, lambda event: None)
    assert again.unconfirmed == request
    again.confirmed()
    assert KeptIdentity(folder, lambda event: None).unconfirmed is None


def test_killed_before_the_certificate_came_the_old_one_is_in_force(folder: Path) -> None:
    old = IdentityFolder(folder).key.read_text()
    assert make_in_child(folder) is not None
    kept = KeptIdentity(folder, lambda event: None)
    assert kept.unconfirmed is None
    assert IdentityFolder(folder).read("s1.b7").serial == 2
    assert IdentityFolder(folder).key.read_text() == old


def test_a_certificate_for_another_key_is_refused(folder: Path) -> None:
    assert make_in_child(folder) is not None
    kept = KeptIdentity(folder, lambda event: None)
    foreign = CA.device(keys.request(keys.new_key()), "s1.b7", now=NOW, serial=4)
    with pytest.raises(IdentityError):
        kept.take(foreign, uuid4())
    assert IdentityFolder(folder).read("s1.b7").serial == 2
    assert KeptIdentity(folder, lambda event: None).unconfirmed is None


def test_no_folder_no_key(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert make_in_child(tmp_path / "file" / "identity") is None
