"""What is wrong with a broker's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker_config.broker import check, render
from broker_config.broker.render import Paths
from broker_config.broker.run import write_private
from broker_config.channels import Role
from broker_config.rights import User

USERS = [User("s1", "b1", Role.BUTTON, "x")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "broker"
    made.mkdir(mode=0o700)
    paths = Paths(made)
    write_private(paths.config, render.config(paths, port=1884, run_as=None))
    write_private(paths.acl, render.acl(USERS))
    write_private(paths.passwords, render.passwords(USERS))
    return made


def test_our_own_files_are_fine(folder: Path) -> None:
    assert check.problems(folder) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("mosquitto.conf", "allow_anonymous false", "allow_anonymous true", "allow_anonymous must be false"),
        ("mosquitto.conf", "allow_anonymous false", "", "allow_anonymous must be false, is not set"),
        ("mosquitto.conf", "max_queued_messages 100000", "max_queued_messages 1000", "at least 10000"),
        ("mosquitto.conf", "password_file ", "# password_file ", "password_file is missing"),
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
    found = check.problems(folder)
    assert found
    assert said in found[0]


def test_files_of_others_are_said(folder: Path) -> None:
    (folder / "passwords").chmod(0o644)
    folder.chmod(0o777)
    (folder / "acl").unlink()
    found = "\n".join(check.problems(folder))
    assert "chmod go-w" in found
    assert "passwords: others may read" in found
    assert "acl: there is no such file" in found
    assert "cannot be read" in check.problems(folder / "nowhere")[0]


def test_a_known_password_hash() -> None:
    """PBKDF2 with SHA-512, 101 rounds, as mosquitto_passwd writes it; the live tests prove that it is accepted."""
    text = render.hashed("swordfish", b"0123456789ab")
    kind, iterations, salt, key = text.strip("$").split("$")
    assert (kind, iterations, salt) == ("7", "101", "MDEyMzQ1Njc4OWFi")
    assert len(key) == 88
    assert render.hashed("swordfisk", b"0123456789ab") != text


def test_a_user_line_only_for_root() -> None:
    paths = Paths(Path("/x"))
    assert "\nuser root\n" in render.config(paths, port=1, run_as="root")
    assert "\nuser " not in render.config(paths, port=1, run_as=None)
