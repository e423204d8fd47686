"""The server's file: what it takes, what it refuses, and that no secret is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from broker_config.errors import SetupError
from server.config import ServerSettings, StoreLink

STORE = {"id": "kesklinn", "password_file": "/etc/redbutton/srv"}
GOOD: dict[str, Any] = {"database": "sqlite:////var/lib/redbutton/redbutton.db", "stores": [STORE]}


def test_the_short_file_is_enough() -> None:
    found = ServerSettings.model_validate(GOOD)
    assert (found.host, found.port, found.secure_cookies) == ("127.0.0.1", 8080, False)
    assert (found.stores[0].device, found.stores[0].broker_port) == ("srv", 1883)


@pytest.mark.parametrize(
    "change",
    [
        {"database": "mysql://x"},
        {"port": 65_536},
        {"port": -1},
        {"host": "a b"},
        {"public_url": "shop.example"},
        {"public_url": "https://shop.example/x"},
        {"stores": []},
        {"stores": [STORE, STORE]},
        {"stores": [{**STORE, "id": "Kesk linn"}]},
        {"stores": [{**STORE, "broker_port": 0}]},
        {"stores": [{**STORE, "colour": "red"}]},
        {"log": {"level": "loud"}},
        {"colour": "red"},
    ],
)
def test_what_is_wrong_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ServerSettings.model_validate({**GOOD, **change})


def test_the_database_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDBUTTON_SERVER_DATABASE", "postgresql+psycopg://u:p@h/d")
    found = ServerSettings.model_validate({"stores": [STORE]})
    assert found.database.endswith("@h/d")
    assert "u:p" not in repr(found)


def test_a_password_is_read_from_an_owner_only_file(tmp_path: Path) -> None:
    secret = tmp_path / "srv"
    found = StoreLink(id="kesklinn", password_file=secret)
    with pytest.raises(SetupError):
        found.password()
    secret.write_text("hush\n")
    secret.chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        found.password()
    secret.chmod(0o600)
    assert found.password() == "hush"


def test_nothing_can_be_changed_later() -> None:
    found = ServerSettings.model_validate(GOOD)
    with pytest.raises(ValidationError):
        found.port = 1  # type: ignore[misc]
