"""What an enrolment leaves on the disk, killed at whatever moment: nothing, or a whole identity."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from broker_config.enrol.work import Work
from broker_config.enrolment import Grant, Join, fingerprint
from broker_config.errors import IdentityError, SetupError
from broker_config.identity import authority, keys
from broker_config.identity.certificate import der_of
from broker_config.identity.folder import IdentityFolder
from tests.enrolment_peer import NOW, TICKET

CA = authority.make("s1", now=NOW, serial=1)
JOIN = Join("shop.local", 8443, "7KQ2M9XD", fingerprint(der_of(CA.certificate)))
OTHER = Join("shop.local", 8443, "7KQ2M9XE", JOIN.authority)


def grant_for(key: str, *, device: str = "b7", ca: authority.Authority = CA) -> Grant:
    certificate = ca.device(keys.request(key), f"s1.{device}", now=NOW, serial=authority.new_serial())
    return Grant(
        store="s1",
        device=device,
        server="server",
        certificate=certificate,
        authority=ca.certificate,
        broker_host="shop.local",
        broker_port=8883,
    )


@dataclass
class File:
    """The process's own file."""

    grants: list[str] = field(default_factory=list)

    def write(self, grant: Grant) -> None:
        self.grants.append(grant.device)


def full(_grant: Grant) -> None:
    raise OSError(28, "No space left on device")


def test_an_identity_is_whole_when_the_grant_is_done(tmp_path: Path) -> None:
    work, file = Work(tmp_path / "identity"), File()
    key, ticket = work.key_and_ticket(JOIN, keys.new_key)
    assert ticket is None
    work.asked(JOIN, TICKET)
    work.granted(grant_for(key))
    assert work.finish(file.write) is not None
    assert file.grants == ["b7"]
    assert IdentityFolder(tmp_path / "identity").read("s1.b7").name == "s1.b7"
    assert sorted(os.listdir(tmp_path / "identity")) == ["ca.crt", "device.crt", "device.key"]
    assert oct(IdentityFolder(tmp_path / "identity").key.stat().st_mode & 0o777) == "0o600"
    assert work.finish(file.write) is None


def test_the_next_process_goes_on_with_key_and_ticket(tmp_path: Path) -> None:
    key, _ = Work(tmp_path).key_and_ticket(JOIN, keys.new_key)
    Work(tmp_path).asked(JOIN, TICKET)
    assert Work(tmp_path).key_and_ticket(JOIN, keys.new_key) == (key, TICKET)
    other, ticket = Work(tmp_path).key_and_ticket(OTHER, keys.new_key)
    assert (other != key, ticket) == (True, None)
    assert Work(tmp_path).key_and_ticket(JOIN, keys.new_key)[1] is None


def test_who_was_killed_before_it_heard_asks_again_with_its_key(tmp_path: Path) -> None:
    """The answer may be lost while the power goes: by another key the server would take it for a stranger."""
    key, ticket = Work(tmp_path).key_and_ticket(JOIN, keys.new_key)
    assert ticket is None
    assert not Work(tmp_path).has_asked(JOIN)
    assert Work(tmp_path).key_and_ticket(JOIN, keys.new_key) == (key, None)
    assert Work(tmp_path).key_and_ticket(OTHER, keys.new_key)[0] != key


def test_no_code_lies_on_the_disk(tmp_path: Path) -> None:
    work = Work(tmp_path)
    work.key_and_ticket(JOIN, keys.new_key)
    work.asked(JOIN, TICKET)
    work.use(JOIN, None)
    assert not [path for path in tmp_path.iterdir() if JOIN.code in path.read_text()]
    assert work.was_used(JOIN)
    assert not work.was_used(OTHER)


def test_a_full_disk_at_the_last_step_is_made_good_at_the_next_start(tmp_path: Path) -> None:
    work, file = Work(tmp_path), File()
    key, _ = work.key_and_ticket(JOIN, keys.new_key)
    work.granted(grant_for(key))
    with pytest.raises(OSError, match="No space"):
        work.finish(full)
    assert Work(tmp_path).finish(file.write) is not None
    assert file.grants == ["b7"]


@pytest.mark.parametrize("spoil", ["key", "name"])
def test_a_certificate_that_is_not_ours_changes_nothing(tmp_path: Path, spoil: str) -> None:
    identity = IdentityFolder(tmp_path)
    old, before = keys.new_key(), authority.make("old", now=NOW, serial=5)
    identity.write(
        key=old,
        certificate=before.device(keys.request(old), "s0.b1", now=NOW, serial=6),
        authority=before.certificate,
    )
    work, file = Work(tmp_path), File()
    key, _ = work.key_and_ticket(JOIN, keys.new_key)
    grant = grant_for(keys.new_key() if spoil == "key" else key)
    if spoil == "name":
        grant = grant.model_copy(update={"device": "b8"})
    work.granted(grant)
    with pytest.raises(IdentityError):
        work.finish(file.write)
    assert identity.read("s0.b1").name == "s0.b1"
    assert identity.authority.read_text() == before.certificate
    assert work.finish(file.write) is None
    assert not file.grants


class Killed(BaseException):
    """`kill -9`: nothing is caught, nothing is tidied."""


def test_killed_at_any_write_it_is_nothing_or_whole_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every change of the disk (a rename, an unlink) is once the last one."""

    def enrol(folder: Path, file: File) -> None:
        work = Work(folder)
        work.finish(file.write)
        key, ticket = work.key_and_ticket(JOIN, keys.new_key)
        if ticket is None:
            work.asked(JOIN, TICKET)
        if not work.identity.certificate.exists():
            work.granted(grant_for(key))
            work.finish(file.write)

    replace, unlink = Path.replace, Path.unlink
    left = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def act(*words: object, **more: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return real(*words, **more)

        return act

    monkeypatch.setattr(Path, "replace", counted(replace))
    monkeypatch.setattr(Path, "unlink", counted(unlink))
    ended = []
    for steps in range(40):
        folder, file, left = tmp_path / str(steps), File(), steps
        try:
            enrol(folder, file)
        except Killed:
            pass
        else:
            ended.append(steps)
        left = 1_000
        identity = IdentityFolder(folder)
        if identity.certificate.exists():
            assert identity.read("s1.b7").name == "s1.b7"
        enrol(folder, file)
        assert identity.read("s1.b7").name == "s1.b7"
        assert set(file.grants) == {"b7"}
        assert not (folder / "grant.json").exists()
        if ended:
            break
    assert 8 < ended[0] < 40


def test_a_file_that_cannot_be_written_is_a_trouble_in_words(tmp_path: Path) -> None:
    def odd(_grant: Grant) -> None:
        raise SetupError("put this into it by hand")

    work = Work(tmp_path)
    key, _ = work.key_and_ticket(JOIN, keys.new_key)
    work.granted(grant_for(key))
    with pytest.raises(SetupError, match="by hand"):
        work.finish(odd)
