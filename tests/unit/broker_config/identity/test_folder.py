"""An identity folder: key and certificate change together, and what is wrong is said in words."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker_config.errors import IdentityError
from broker_config.identity import keys
from broker_config.identity.certificate import facts
from broker_config.identity.folder import IdentityFolder
from broker_config.identity.names import ALWAYS, own_names
from tests.identities import device_identity, shop_authority

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def identity(tmp_path: Path) -> IdentityFolder:
    return device_identity(tmp_path / "b1", "s1.b1", serial=1)


def renewed(key: str) -> str:
    return shop_authority().device(keys.request(key), "s1.b1", now=NOW, serial=2)


def test_what_was_written_is_read(identity: IdentityFolder) -> None:
    assert identity.read("s1.b1").serial == 1
    assert stat.S_IMODE(identity.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(identity.path.stat().st_mode) == 0o700
    assert sorted(each.name for each in identity.path.iterdir()) == ["ca.crt", "device.crt", "device.key"]
    assert identity.tls.cert_file == identity.certificate


def test_a_new_key_waits_for_its_certificate_and_the_old_one_counts_until_then(
    identity: IdentityFolder,
) -> None:
    key = keys.new_key()
    identity.keep_key(key)
    assert identity.read().serial == 1
    identity.take(renewed(key))
    assert identity.read().serial == 2
    assert identity.key.read_text() == key
    assert not identity.next_key.exists()


def test_a_certificate_for_another_key_changes_nothing(identity: IdentityFolder) -> None:
    identity.keep_key(keys.new_key())
    with pytest.raises(IdentityError, match="not the certificate of the key"):
        identity.take(renewed(keys.new_key()))
    assert identity.read().serial == 1
    assert not identity.next_certificate.exists()


@pytest.mark.parametrize("moved", [0, 1])
def test_a_power_cut_between_key_and_certificate_is_mended(identity: IdentityFolder, moved: int) -> None:
    key = keys.new_key()
    identity.next_key.write_text(key)
    identity.next_key.chmod(0o600)
    identity.next_certificate.write_text(renewed(key))
    if moved:
        identity.next_key.replace(identity.key)
    assert identity.read("s1.b1").serial == 2
    assert facts(identity.certificate.read_text()).serial == 2
    assert not identity.next_key.exists()


def test_each_thing_that_is_wrong_is_said(identity: IdentityFolder, tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="enrol this device again"):
        IdentityFolder(tmp_path / "nowhere").read()
    with pytest.raises(IdentityError, match=r"certificate of s1\.b1, not of s1\.b2"):
        identity.read("s1.b2")
    identity.key.chmod(0o640)
    with pytest.raises(IdentityError, match="chmod 600"):
        identity.read()
    identity.key.chmod(0o600)
    other = device_identity(tmp_path / "b2", "s1.b2")
    identity.key.write_text(other.key.read_text())
    with pytest.raises(IdentityError, match="not the certificate of the key"):
        identity.read()
    identity.certificate.write_text("nonsense")
    with pytest.raises(IdentityError, match="enrol this device again"):
        identity.read()
    identity.authority.unlink()
    identity.certificate.write_text(other.certificate.read_text())
    with pytest.raises(IdentityError, match="cannot be read"):
        identity.read()


def test_this_machine_is_called_by_loopback_at_least() -> None:
    found = own_names()
    assert tuple(found[:3]) == ALWAYS
    assert len(found) == len(set(found))
