"""The commands of the shop's machine, from their words to their exit codes."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from broker_config.command import GROUP, run
from server.config import ServerSettings, StoreLink
from server.db import accounts
from server.db.connect import Database
from server.supervise.prepare import EXAMPLE

TEXT = 'database = "sqlite:///{folder}/redbutton.db"\n[[stores]]\nid = "kadriorg"\npassword_file = "{folder}/srv"\n'


def main(words: list[str]) -> int:
    return run(words, entry_points(group=GROUP))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "server.toml"
    file.write_text(TEXT.format(folder=tmp_path))
    return file


def test_from_nothing_to_a_shop_with_a_manager(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_config = ["--config", str(config)]
    assert main(["shop", "load", str(EXAMPLE), *with_config]) == 2
    assert "redbutton db upgrade" in capsys.readouterr().err
    assert main(["db", "version", *with_config]) == 1
    assert main(["db", "upgrade", *with_config]) == 0
    assert main(["db", "version", *with_config]) == 0
    assert main(["shop", "load", str(EXAMPLE), *with_config]) == 0
    capsys.readouterr()
    assert main(["shop", "load", str(EXAMPLE), *with_config]) == 0
    assert capsys.readouterr().out == "nothing changed: the shop was as the file says\n"

    secret = config.parent / "boss"
    secret.write_text("long enough, and more\n")
    add = ["account", "add", "boss", "--role", "manager", "--password-file", str(secret), *with_config]
    assert main(add) == 0
    assert main(add) == 2
    assert "taken" in capsys.readouterr().err
    base = Database(f"sqlite:///{config.parent}/redbutton.db")
    found = accounts.verify(base, "boss", "long enough, and more")
    base.close()
    assert found is not None
    assert found.role == "manager"


def test_a_short_password_is_refused_with_the_field(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade", "--config", str(config)])
    secret = config.parent / "boss"
    secret.write_text("short")
    assert main(["account", "add", "boss", "--password-file", str(secret), "--config", str(config)]) == 2
    words = capsys.readouterr().err
    assert "password" in words
    assert "short" not in words.replace("too_short", "")


def test_a_password_that_is_lost_is_set_anew(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_config, secret = ["--config", str(config)], config.parent / "secret"
    main(["db", "upgrade", *with_config])
    base = Database(f"sqlite:///{config.parent}/redbutton.db")
    secret.write_text("  spaces are kept  \r\n")
    file = ["--password-file", str(secret), *with_config]
    assert main(["account", "add", "boss", "--role", "owner", *file]) == 0
    assert accounts.verify(base, "boss", "  spaces are kept  ") is not None
    secret.write_text("1qaz2wsx3edc")
    assert main(["account", "password", "boss", *file]) == 2
    assert "commonest" in (said := capsys.readouterr().err)
    assert "1qaz" not in said
    secret.write_text("another one, longer")
    assert main(["account", "password", "nobody", *file]) == 2
    assert "nobody signs in as 'nobody'" in capsys.readouterr().err
    assert main(["account", "password", "boss", *file]) == 0
    assert accounts.verify(base, "boss", "another one, longer") is not None
    assert main(["account", "add", "x", "--role", "admin", *file]) == 2
    base.close()


@pytest.mark.parametrize("words", [["db", "upgrade"], ["db", "version"], ["account", "add", "x"]])
def test_a_missing_file_is_bad_input(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    secret = ["--password-file", str(tmp_path)] if words[0] == "account" else []
    assert main([*words, *secret, "--config", str(tmp_path / "none.toml")]) == 2
    assert "cannot" in (said := capsys.readouterr().err) or "no such file" in said


def test_a_database_that_cannot_be_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "server.toml"
    file.write_text(TEXT.format(folder=tmp_path / "no" / "folder"))
    assert main(["db", "upgrade", "--config", str(file)]) == 2
    assert "cannot open the database" in capsys.readouterr().err


def test_check_config_and_doctor_by_their_names(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["check-config", str(config)]) == 2  # the password file is not there
    assert main(["check-config", str(EXAMPLE), "--as", "shop"]) == 0
    monkeypatch.chdir(config.parent)
    assert main(["doctor", "--data", str(config.parent / "none"), "--json"]) in (0, 1)
    assert '"what": "python"' in capsys.readouterr().out


def test_up_without_a_shop_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--data", str(tmp_path / "data"), "--port", "0"]) == 2
    assert "redbutton up SHOP.toml" in capsys.readouterr().out


def test_a_bad_shop_file_replaces_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.toml"
    for text, words in (
        ("x = [", "not TOML"),
        (EXAMPLE.read_text(), "transmitter t1"),
        (None, "cannot read"),
    ):
        bad.unlink() if text is None else bad.write_text(text)
        assert main(["up", str(bad), "--data", str(tmp_path / "data"), "--port", "0"]) == 2
        assert words in capsys.readouterr().out
    assert not (tmp_path / "data" / "shop.toml").exists()


def test_settings_name_the_stores(config: Path) -> None:
    from broker_config.config import load

    settings = load(ServerSettings, config)
    assert settings.stores == (StoreLink(id="kadriorg", password_file=config.parent / "srv"),)
