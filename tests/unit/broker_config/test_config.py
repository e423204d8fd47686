"""Settings: every error at once, with its line and without any secret."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from broker_config.config import FileSettings, load, read_secret
from broker_config.errors import SetupError


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")

    n: int
    pin: Annotated[int, Field(le=27)]


class Unit(FileSettings):
    store: str
    port: int = 1883
    password: SecretStr
    inputs: list[Input] = []


def write(folder: Path, text: str) -> Path:
    path = folder / "unit.toml"
    path.write_text(text)
    return path


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_good_file_with_its_secret_in_another(tmp_path: Path) -> None:
    private(tmp_path / "secret", "swordfish\n")
    unit = load(Unit, write(tmp_path, 'store = "s1"\npassword_file = "secret"\n[[inputs]]\nn = 1\npin = 5\n'))
    assert (unit.store, unit.port, unit.password.get_secret_value()) == ("s1", 1883, "swordfish")
    assert "swordfish" not in repr(unit)


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDBUTTON_PASSWORD", "from outside")
    unit = load(Unit, write(tmp_path, 'store = "s1"\npassword = "from the file"\n'))
    assert unit.password.get_secret_value() == "from outside"


def test_all_errors_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = 'store = 5\nprot = 1\npassword = "swordfish"\n\n[[inputs]]\nn = 1\npin = 5\n\n[[inputs]]\nn = 2\npin = 99\n'
    with pytest.raises(SetupError) as caught:
        load(Unit, write(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert [line.split(": ")[0].rsplit(":", 1)[1] for line in lines] == ["1", "11", "2"]
    assert [line.split(": ")[1] for line in lines] == ["store", "inputs.1.pin", "prot"]
    assert "swordfish" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("store = ", "not TOML"),
        ("", "store: Field required"),
        ('store = "s1"\npassword_file = "gone"', "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(SetupError, match=part):
        load(Unit, write(tmp_path, text))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="there is no such file"):
        load(Unit, tmp_path / "nowhere.toml")


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = private(tmp_path / "secret", "swordfish", 0o644)
    with pytest.raises(SetupError, match="chmod 600") as caught:
        read_secret(path)
    assert "swordfish" not in str(caught.value)
    with pytest.raises(SetupError, match="empty"):
        read_secret(private(tmp_path / "empty", "\n"))


def test_a_model_that_wants_the_file_itself_gets_its_path(tmp_path: Path) -> None:
    class Link(FileSettings):
        password_file: Path

    assert load(Link, write(tmp_path, 'password_file = "secret"\n')).password_file == Path("secret")
