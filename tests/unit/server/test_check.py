"""Which process a file is for, and that its own words come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import check
from tests import certificates

SERVER = 'database = "sqlite:///x.db"\n[[stores]]\nid = "one"\npassword_file = "{secret}"\n'


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SERVER, "server"),
        ('store = "s"\n[[inputs]]\nn = 1\n', "button"),
        ('store = "s"\n[[transmitters]]\nname = "t"\n', "gateway"),
        ('floor_port = 0\n[[transmitters]]\nname = "t"\n', "simulate"),
        ('[store]\nid = "s"\n[[zones]]\nname = "z"\n[[transmitters]]\nname = "t"\n', "shop"),
        ("x = 1\n", None),
    ],
)
def test_the_fields_tell_the_process(tmp_path: Path, text: str, kind: str | None) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text)
    assert check.kind_of_file(file) == kind


def test_a_good_server_file(tmp_path: Path) -> None:
    secret, file = tmp_path / "srv", tmp_path / "server.toml"
    secret.write_text("hush")
    secret.chmod(0o600)
    file.write_text(SERVER.format(secret=secret))
    assert check.check(file) == (0, f"{file} is fine: a server for one")
    secret.chmod(0o644)
    code, words = check.check(file)
    assert code == 2
    assert "chmod 600" in words
    secret.chmod(0o600)
    file.write_text(f'https_port = 8443\nhttps_identity = "{tmp_path}/https"\n' + file.read_text())
    code, words = check.check(file)
    assert code == 2
    assert "https/device.key" in words
    certificates.write(tmp_path / "https")
    assert check.check(file)[0] == 0


def test_every_error_of_a_server_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('port = 99999\ncolour = "red"\n[[stores]]\nid = "one"\npassword_file = "x"\n')
    code, words = check.check(file)
    assert code == 2
    assert {"port", "colour", "database"} <= {line.split(": ")[1] for line in words.splitlines()}


def test_the_example_shop_is_fine() -> None:
    example = Path(check.__file__).parent / "examples" / "shop.toml"
    assert check.check(example) == (0, f"{example} is fine: a shop file")


def test_another_package_is_asked_for_its_own_file(tmp_path: Path) -> None:
    file = tmp_path / "button.toml"
    file.write_text('store = "NOT A STORE"\n[[inputs]]\nn = 1\n')
    code, words = check.check(file)
    assert code == 2
    assert "store" in words


@pytest.mark.parametrize(
    ("text", "words"),
    [("x = [", "not TOML"), ("x = 1", "--as"), (None, "cannot read"), (b"\xff", "not TOML")],
)
def test_what_is_no_file_of_ours(tmp_path: Path, text: str | bytes | None, words: str) -> None:
    file = tmp_path / "a.toml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, said = check.check(file)
    assert code == 2
    assert words in said
