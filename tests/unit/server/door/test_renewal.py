"""A device asks for its next certificate: answered at once, once, and only while it may come in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from broker_config import codec
from broker_config.identity import keys
from broker_config.identity.certificate import facts
from broker_config.link import Publication
from broker_config.messages import Certificate, CertificateRequest
from server.door.doors import Doors
from tests.unit.server.door.conftest import Stage

ONE = UUID("3f0c1a52-58c0-4f6e-9a7c-2d9f6c1be001")


class Link:
    def __init__(self) -> None:
        self.said: list[Publication] = []

    def publish(self, publication: Publication) -> int:
        self.said.append(publication)
        return 1


@pytest.fixture
def link() -> Link:
    return Link()


@pytest.fixture
def doors(stage: Stage, link: Link) -> Doors:
    stage.round()
    return Doors([stage.door], {"s1": link}, stage.db, lambda: stage.now)  # type: ignore[dict-item]


def ask(id_: UUID = ONE, csr: str | None = "new") -> CertificateRequest:
    return CertificateRequest(id=id_, csr=keys.request(keys.new_key()) if csr == "new" else csr)


def said(link: Link) -> Certificate:
    [one] = link.said
    link.said.clear()
    assert one.topic == "rb/1/s1/b/b1/identity"
    return codec.decode(Certificate, one.payload, 4096)


def test_it_gets_a_certificate_for_its_own_name(stage: Stage, doors: Doors, link: Link) -> None:
    doors.renew("s1", "b1", ask())
    assert doors.round()
    pem = said(link).certificate
    assert pem is not None and facts(pem).name == "s1.b1"
    old, new = stage.rows("b1")
    assert (old.state, new.state, new.request) == ("active", "active", ONE)
    assert f"{facts(pem).serial:x}" == new.serial


def test_the_same_request_gets_the_same_certificate(stage: Stage, doors: Doors, link: Link) -> None:
    asked, answers = ask(), []
    for _ in range(2):
        doors.renew("s1", "b1", asked)
        doors.round()
        answers.append(said(link).certificate)
    assert answers[0] == answers[1]
    assert len(stage.rows("b1")) == 2


def test_when_the_new_one_is_in_use_the_old_one_ends_and_nobody_is_thrown_out(
    stage: Stage, doors: Doors, link: Link
) -> None:
    doors.renew("s1", "b1", ask())
    doors.round()
    link.said.clear()
    stage.book.done.clear()
    doors.renew("s1", "b1", ask(csr=None))
    assert doors.round()
    assert [row.state for row in stage.rows("b1")] == ["replaced", "active"]
    assert (link.said, stage.book.done) == ([], ["read"])
    assert f"{stage.rows('b1')[0].serial}" in (stage.files.folder / "revoked.pem").read_text().splitlines()[0]


def test_a_word_about_a_certificate_that_nobody_made_ends_nothing(stage: Stage, doors: Doors) -> None:
    doors.renew("s1", "b1", ask(uuid4(), csr=None))
    doors.round()
    assert [row.state for row in stage.rows("b1")] == ["active"]


def test_a_late_word_about_a_certificate_that_ended_ends_nothing(
    stage: Stage, doors: Doors, link: Link
) -> None:
    first, second = UUID(int=1), UUID(int=2)
    for said_ in (ask(first), ask(second), ask(second, csr=None), ask(first, csr=None)):
        doors.renew("s1", "b1", said_)
        doors.round()
    assert [row.state for row in stage.rows("b1")] == ["replaced", "replaced", "active"]


def test_a_revoked_device_gets_none_and_neither_does_one_that_was_never_let_in(
    stage: Stage, doors: Doors, link: Link
) -> None:
    stage.revoke("b1")
    doors.renew("s1", "b1", ask())
    doors.round()
    answer = said(link)
    assert (answer.certificate, answer.reason) == (None, "revoked")
    doors.renew("s1", "b9", ask())
    doors.round()
    assert link.said == []
    assert stage.rows("b9") == []


def test_a_revoked_device_does_not_get_the_certificate_again_that_it_was_given(
    stage: Stage, doors: Doors, link: Link
) -> None:
    asked = ask()
    doors.renew("s1", "b1", asked)
    doors.round()
    link.said.clear()
    stage.revoke("b1")
    stage.identity("b1")
    doors.renew("s1", "b1", asked)
    doors.round()
    assert said(link).reason == "revoked"


def test_three_in_an_hour_are_enough(stage: Stage, doors: Doors, link: Link) -> None:
    for wanted in ("", "", "", "often"):
        doors.renew("s1", "b1", ask(uuid4()))
        doors.round()
        assert said(link).reason == wanted
    stage.now += timedelta(hours=1, seconds=1)
    doors.renew("s1", "b1", ask(uuid4()))
    doors.round()
    assert said(link).certificate


def test_nonsense_gets_no_certificate(doors: Doors, link: Link, stage: Stage) -> None:
    doors.renew("s1", "b1", ask(csr="x" * 100))
    doors.round()
    assert said(link).reason == "csr"
    assert len(stage.rows("b1")) == 1


def test_of_many_words_of_one_device_the_last_one_is_answered(doors: Doors, link: Link) -> None:
    for number in range(50):
        doors.renew("s1", "b1", ask(UUID(int=number)))
    doors.round()
    assert said(link).id == UUID(int=49)


def test_all_certificates_of_a_device_that_renewed_end_with_it(stage: Stage, doors: Doors) -> None:
    doors.renew("s1", "b1", ask())
    doors.round()
    stage.revoke("b1")
    doors.round()
    line = (stage.files.folder / "revoked.pem").read_text().splitlines()[0]
    assert all(str(row.serial) in line for row in stage.rows("b1"))
