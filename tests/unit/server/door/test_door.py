"""One round of the door: what it does for each row, what it leaves for the next, and what it never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from sqlmodel import select

from server.db.tables import Button, Device, Identity, Store
from tests.unit.server.door.conftest import Stage


def stanza(acl: str, user: str) -> str:
    found = [one for one in acl.split("user ") if one.startswith(f"{user}\n")]
    return found[0] if found else ""


def listed(stage: Stage) -> set[str]:
    found = x509.load_pem_x509_crl((stage.files.folder / "revoked.pem").read_bytes())
    return {f"{one.serial_number:x}" for one in found}


def test_the_first_round_writes_the_files_and_nothing_is_left(stage: Stage) -> None:
    assert stage.round()
    assert stage.book.done == ["read"]
    assert "rb/1/s1/b/b1/press" in stanza(stage.acl, "s1.b1")
    assert "rb/1/s1/b/+/press" in stanza(stage.acl, "s1.g1")  # the keeper hears presses
    assert "topic read" not in stanza(stage.acl, "s1.janitor")
    assert all(row.told_at for row in stage.rows("b1"))
    assert stage.round()
    assert stage.book.done == []  # a quiet round asks nothing of anybody


def test_a_revoked_device_loses_its_rights_its_connection_and_what_the_broker_kept(stage: Stage) -> None:
    stage.round()
    serial = stage.rows("b1")[0].serial
    stage.revoke("b1")
    assert stage.round()
    kept = "rb/1/s1/b/b1/"
    assert stage.book.done == ["read", "throw s1.b1", f"clear {kept}status {kept}cfg {kept}cfg/state"]
    assert stanza(stage.acl, "s1.b1") == ""
    assert listed(stage) == {serial}
    assert stage.round()
    assert stage.book.done == []


@pytest.mark.parametrize("fails", ["throw", "clear"])
def test_what_could_not_be_done_is_done_again_until_it_is(stage: Stage, fails: str) -> None:
    stage.round()
    stage.revoke("b1")
    stage.book.down = {fails}
    assert not stage.round()
    assert stage.rows("b1")[0].told_at is None
    assert stanza(stage.acl, "s1.b1") == ""  # rights are gone all the same
    stage.book.down = set()
    assert stage.round()
    assert [one.split()[0] for one in stage.book.done] == ["read", "throw", "clear"]


def test_a_broker_that_is_down_is_told_when_it_is_back(stage: Stage) -> None:
    stage.round()
    stage.book.runs = False
    stage.revoke("b1")
    assert not stage.round()
    assert stanza(stage.acl, "s1.b1") == ""  # it reads that when it starts
    stage.book.runs = True
    assert stage.round()
    assert stage.rows("b1")[0].told_at is not None


def test_nobody_is_thrown_out_while_the_broker_still_goes_by_its_old_files(stage: Stage) -> None:
    """Thrown out and not shut out: it would be back at once."""
    stage.round()
    stage.book.hides = True
    stage.revoke("b1")
    assert not stage.round()
    assert stage.book.done == []
    assert stage.rows("b1")[0].told_at is None


def test_two_at_once(stage: Stage) -> None:
    stage.round()
    stage.revoke("b1")
    stage.revoke("g1")
    assert stage.round()
    assert [one for one in stage.book.done if one.startswith("throw")] == ["throw s1.b1", "throw s1.g1"]
    assert len(listed(stage)) == 2


def test_one_that_fails_does_not_hold_up_the_other(stage: Stage) -> None:
    stage.round()
    stage.revoke("b1")
    stage.revoke("g1")
    stage.book.down = {"throw s1.b1"}
    assert not stage.round()
    assert stage.rows("b1")[0].told_at is None
    assert stage.rows("g1")[0].told_at is not None


def test_two_lists_within_a_second_are_dated_apart(stage: Stage) -> None:
    """OpenSSL goes by the newest of those that it read, and of two of one second by the first."""
    stage.round()
    path = stage.files.folder / "revoked.pem"
    dates = []
    for device in ("b1", "g1"):
        stage.revoke(device)
        stage.round()
        dates.append(x509.load_pem_x509_crl(path.read_bytes()).last_update_utc)
    assert dates[0] < dates[1]


def test_a_server_without_an_identity_of_its_own_locks_nobody_out(stage: Stage) -> None:
    stage.round()
    before = stage.acl
    with stage.db.transaction() as session:
        row = session.get(Identity, stage.rows("srv")[0].id)
        assert row is not None
        row.state = "revoked"
    stage.revoke("b1")
    assert not stage.round()
    assert stage.acl == before
    assert stage.book.done == []


def test_a_confirmed_device_is_signed_known_and_then_granted(stage: Stage) -> None:
    stage.round()
    inputs = [{"input": 2, "zone_id": 1, "colour": "red", "label": "Door"}]
    number = stage.claim(name="Unit two", inputs=inputs)
    assert stage.round()
    claim, [made] = stage.claim_row(number), stage.rows("b2")
    assert (claim.state, claim.identity_id, made.made_by_id) == ("granted", made.id, 1)
    assert made.told_at is not None
    assert stanza(stage.acl, "s1.b2")
    assert stage.told == [("s1", 1, "b2")]
    with stage.db.reading() as session:
        button = session.exec(select(Button)).one()
        device = session.exec(select(Device).where(Device.device == "b2")).one()
        store = session.get(Store, "s1")
    assert (button.device, button.input, button.label) == ("b2", 2, "Door")
    assert (device.kind, device.name) == ("b", "Unit two")
    assert store is not None and store.revision == 1


def test_nothing_is_granted_before_the_broker_knows_it(stage: Stage) -> None:
    stage.round()
    stage.book.runs = False
    number = stage.claim()
    assert not stage.round()
    assert stage.claim_row(number).state == "confirmed"
    assert stage.told == []
    stage.book.runs = True
    assert stage.round()
    assert stage.claim_row(number).state == "granted"
    assert len(stage.rows("b2")) == 1


def test_a_name_is_given_away_when_nobody_else_has_it_any_more(stage: Stage) -> None:
    stage.round()
    stage.revoke("b1")
    number = stage.claim("b1")
    stage.book.down = {"throw"}
    assert not stage.round()
    assert len(stage.rows("b1")) == 1  # not signed yet
    stage.book.down = set()
    assert not stage.round()  # the old one goes
    kept = "rb/1/s1/b/b1/"
    assert f"clear {kept}status {kept}cfg/state" in stage.book.done  # settings are for its successor
    assert stage.round()  # the new one comes
    assert stage.claim_row(number).state == "granted"
    old, new = stage.rows("b1")
    assert (old.state, new.state) == ("revoked", "active")
    assert listed(stage) == {old.serial}
    assert stanza(stage.acl, "s1.b1")


def test_a_second_gateway_is_no_keeper(stage: Stage) -> None:
    stage.round()
    stage.claim("g2", "g")
    stage.round()
    assert "rb/1/s1/b/+/press" not in stanza(stage.acl, "s1.g2")


def test_the_first_gateway_of_a_store_is_its_keeper(stage: Stage) -> None:
    with stage.db.transaction() as session:
        session.exec(select(Device).where(Device.device == "g1")).one().keeper = False
    stage.claim("g2", "g")
    stage.round()
    assert "rb/1/s1/b/+/press" in stanza(stage.acl, "s1.g2")


def test_after_a_crash_between_two_steps_the_next_start_goes_on(stage: Stage) -> None:
    """Every step but one fails in turn, as if the process had ended there."""
    stage.round()
    number = stage.claim()

    def crash(*_args: object) -> bool:
        raise KeyboardInterrupt

    for step in ("_bring_in_force", "_grant"):
        usual = getattr(type(stage.door), step)
        setattr(type(stage.door), step, crash)
        try:
            with pytest.raises(KeyboardInterrupt):
                stage.round()
        finally:
            setattr(type(stage.door), step, usual)
    assert stage.claim_row(number).state == "confirmed"
    assert stage.round()
    assert stage.claim_row(number).state == "granted"
    assert len(stage.rows("b2")) == 1


def test_a_list_that_was_there_before_counts_with_its_date(stage: Stage) -> None:
    """Of the first start, in the same second."""
    path = stage.files.folder / "revoked.pem"
    first = stage.door.signer.authority.revocation_list([], now=stage.now + timedelta(seconds=3), number=1)
    path.write_text(first)
    stage.round()
    assert path.read_text() == first  # it says the same
    stage.revoke("b1")
    stage.round()
    dates = [x509.load_pem_x509_crl(one.encode()).last_update_utc for one in (first, path.read_text())]
    assert dates[0] < dates[1]


def test_a_list_that_was_spoiled_is_made_anew(stage: Stage) -> None:
    path = stage.files.folder / "revoked.pem"
    for spoiled in (b"", b"\xff", b"Revoked by Red Button: soon ff\n"):
        path.write_bytes(spoiled)
        stage.round()
        assert listed(stage) == set()
