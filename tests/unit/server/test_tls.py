"""The certificate of HTTPS: who may read its key, and a renewal that needs no restart. Handshakes in memory."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

import pytest

from broker_config.errors import SetupError
from server.tls import AUTHORITY, CERTIFICATE, KEY, Identity
from tests import certificates


def _subject(identity: Identity, folder: Path, **client: ssl.TLSVersion) -> str:
    """Whom a client meets that believes the store's authority. By address: no name is told in the handshake."""
    trust = ssl.create_default_context(cafile=str(folder / AUTHORITY))
    for name, version in client.items():
        setattr(trust, name, version)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = trust.wrap_bio(down, up, server_hostname="127.0.0.1")
    far = identity.context.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for end in (near, far):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    shown = near.getpeercert()
    assert shown is not None
    [[(_, name)]] = shown["subject"]  # type: ignore[misc, str-unpack]
    return str(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return certificates.write(tmp_path / "https")


def test_a_renewed_certificate_is_taken_at_the_next_look(folder: Path) -> None:
    identity = Identity(folder)
    assert _subject(identity, folder) == "https"
    assert not identity.look()
    certificates.write(folder, "renewed")
    assert _subject(identity, folder) == "https"
    assert identity.look()
    assert _subject(identity, folder) == "renewed"
    assert not identity.look()


def test_half_a_renewal_changes_nothing_and_is_said(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    identity = Identity(folder)
    key = (folder / KEY).read_text()
    certificates.write(folder, "renewed")
    renewed = (folder / KEY).read_text()
    (folder / KEY).write_text(key)
    with caplog.at_level(logging.ERROR):
        assert not identity.look()
    assert "keeps its old certificate" in caplog.text
    assert key[40:60] not in caplog.text
    assert _subject(identity, folder) == "https"
    (folder / KEY).unlink()
    assert not identity.look()
    (folder / KEY).touch(0o600)
    (folder / KEY).write_text(renewed)
    assert identity.look()
    assert _subject(identity, folder) == "renewed"


def test_no_older_tls_than_1_2(folder: Path) -> None:
    identity = Identity(folder)
    assert _subject(identity, folder, maximum_version=ssl.TLSVersion.TLSv1_2) == "https"
    assert identity.context.minimum_version is ssl.TLSVersion.TLSv1_2
    with pytest.warns(DeprecationWarning, match="TLSVersion.TLSv1"), pytest.raises(ssl.SSLError):
        _subject(
            identity,
            folder,
            minimum_version=ssl.TLSVersion.TLSv1,
            maximum_version=ssl.TLSVersion.TLSv1_1,
        )


def test_what_is_wrong_with_the_folder_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="No such file"):
        Identity(tmp_path / "nowhere")
    (folder / KEY).chmod(0o640)
    with pytest.raises(SetupError, match="chmod 600"):
        Identity(folder)
    (folder / KEY).chmod(0o600)
    (folder / CERTIFICATE).write_text("nonsense")
    with pytest.raises(SetupError, match="belong together"):
        Identity(folder)
