"""What is wrong with a broker's folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker_config.broker import check, render
from broker_config.broker.render import Keeping, Listener, Paths, Way
from broker_config.channels import Role
from broker_config.files import write_private
from broker_config.rights import User
from tests.identities import broker_identity

USERS = [User("s1", "b1", Role.BUTTON, "x")]
NOW = datetime.now(UTC)
LISTENERS = [Listener(8883, Way.CERTIFICATE, "0.0.0.0"), Listener(8884, Way.PASSWORD, "0.0.0.0")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "broker"
    made.mkdir(mode=0o700)
    paths = broker_identity(made)
    write_private(paths.config, render.config(paths, LISTENERS, run_as="red"))
    write_private(paths.acl, render.acl(USERS))
    write_private(paths.passwords, render.passwords(USERS))
    return made


def problems(folder: Path, now: datetime = NOW) -> list[str]:
    return check.problems(folder, now=now)


def test_our_own_files_are_fine(folder: Path) -> None:
    assert problems(folder) == []
    paths = Paths(folder)
    clear = [Listener(1884, Way.CLEAR), Listener(1885, Way.CLEAR, "::1")]
    write_private(paths.config, render.config(paths, clear, run_as=None))
    assert problems(folder) == []


def test_the_files_for_mosquitto_2_1_are_fine_as_far_as_text_goes(folder: Path) -> None:
    paths = Paths(folder)
    text = render.config(paths, LISTENERS, run_as=None, keeping=Keeping.SQLITE)
    write_private(paths.config, text)
    assert problems(folder) == []
    assert "persistence true" not in text
    assert f"global_plugin {render.SQLITE_PLUGIN}\nplugin_opt_sync full\n" in text


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("mosquitto.conf", "allow_anonymous false", "allow_anonymous true", "allow_anonymous must be false"),
        ("mosquitto.conf", "allow_anonymous false", "", "allow_anonymous must be false, is not set"),
        ("mosquitto.conf", "max_queued_messages 100000", "max_queued_messages 1000", "at least 10000"),
        ("mosquitto.conf", "password_file ", "# password_file ", "password_file is missing"),
        ("mosquitto.conf", "persistence true", "", "persistence must be true"),
        ("mosquitto.conf", "listener 8884 0.0.0.0", "include_dir /etc/x", "include_dir is not known"),
        ("mosquitto.conf", "sys_interval", "per_listener_settings true\nsys_interval", "is not known"),
        ("mosquitto.conf", "use_username_as_clientid true", "", "listener 8883: use_username_as_clientid"),
        ("mosquitto.conf", "require_certificate true", "", "require_certificate must be true"),
        ("mosquitto.conf", "use_identity_as_username true", "", "use_identity_as_username must be true"),
        ("mosquitto.conf", "crlfile", "# crlfile", "crlfile is missing"),
        ("mosquitto.conf", "cafile", "# cafile", "cafile is missing"),
        ("mosquitto.conf", "keyfile", "# keyfile", "keyfile is missing"),
        ("mosquitto.conf", "certfile", "# certfile", "in clear to 0.0.0.0"),
        ("mosquitto.conf", "tls_version tlsv1.2", "tls_version tlsv1.1", "tls_version must be"),
        (
            "mosquitto.conf",
            "listener 8883 0.0.0.0",
            "listener 1883\nlistener 8883 0.0.0.0",
            "in clear to everywhere",
        ),
        ("acl", "user s1.b1", "", "for whoever comes"),
        ("acl", "topic write rb/1/s1/b/b1/press", "topic write #", "everything is open"),
        ("acl", "topic write rb/1/s1/b/b1/press", "pattern write rb/1/s1/b/%u/press", "holds for every user"),
    ],
)
def test_each_weakness_is_said(folder: Path, name: str, old: str, new: str, said: str) -> None:
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = problems(folder)
    assert found
    assert said in "\n".join(found)


def test_certificates_that_are_missing_open_or_about_to_run_out_are_said(
    folder: Path, tmp_path: Path
) -> None:
    paths = Paths(folder)
    assert "it runs out on" in problems(folder, NOW + timedelta(days=340))[0]
    assert check.problems(folder, now=NOW + timedelta(days=340), soon=timedelta(0)) == []
    assert "it ran out on" in problems(folder, NOW + timedelta(days=366))[0]
    assert len(problems(folder, NOW + timedelta(days=3650))) == 2
    paths.revoked.unlink()
    assert "revoked.pem: there is no such file" in problems(folder)[0]
    paths.identity.key.chmod(0o644)
    assert "others may read this key" in problems(folder)[0]
    paths.identity.certificate.unlink()
    assert problems(folder)[0].endswith("have the store's authority sign a new one")


def test_files_of_others_are_said(folder: Path) -> None:
    (folder / "passwords").chmod(0o644)
    folder.chmod(0o777)
    (folder / "acl").unlink()
    found = "\n".join(problems(folder))
    assert "chmod go-w" in found
    assert "passwords: others may read" in found
    assert "acl: there is no such file" in found
    assert "cannot be read" in problems(folder / "nowhere")[0]


def test_a_known_password_hash() -> None:
    """PBKDF2 with SHA-512, 101 rounds, as mosquitto_passwd writes it; the live tests prove that it is accepted."""
    text = render.hashed("swordfish", b"0123456789ab")
    kind, iterations, salt, key = text.strip("$").split("$")
    assert (kind, iterations, salt) == ("7", "101", "MDEyMzQ1Njc4OWFi")
    assert len(key) == 88
    assert render.hashed("swordfisk", b"0123456789ab") != text


def test_a_user_line_only_for_root() -> None:
    paths = Paths(Path("/x"))
    assert "\nuser root\n" in render.config(paths, LISTENERS, run_as="root")
    assert "\nuser " not in render.config(paths, LISTENERS, run_as=None)
