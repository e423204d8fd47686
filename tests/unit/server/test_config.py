"""The server's file: what it takes, what it refuses, and that no secret is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from broker_config.config import load
from broker_config.credentials import Credentials
from broker_config.errors import SetupError
from server.config import LastResortSettings, ServerSettings, StoreLink
from tests.identities import device_identity

STORE = {"id": "kesklinn", "password_file": "/etc/redbutton/srv"}
GOOD: dict[str, Any] = {"database": "sqlite:////var/lib/redbutton/redbutton.db", "stores": [STORE]}


def test_the_short_file_is_enough() -> None:
    found = ServerSettings.model_validate(GOOD)
    assert (found.host, found.port, found.https_port) == ("127.0.0.1", 8080, None)
    assert found.trusted_proxies == ()
    assert (found.stores[0].device, found.stores[0].broker_port) == ("srv", 8883)


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
        {"https_port": 8443},
        {"https_identity": "/etc/redbutton/https"},
        {"trusted_proxies": ["caddy"]},
        {"trusted_proxies": ["0.0.0.0/0"]},
        {"colour": "red"},
    ],
)
def test_what_is_wrong_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ServerSettings.model_validate({**GOOD, **change})


def test_the_database_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDBUTTON_SERVER_DATABASE", "postgresql+psycopg://u:p@h/d")
    (file := tmp_path / "server.toml").write_text('[[stores]]\nid = "kesklinn"\npassword_file = "srv"\n')
    found = load(ServerSettings, file)
    assert found.database.endswith("@h/d")
    assert "u:p" not in repr(found)


def test_a_password_is_read_from_an_owner_only_file(tmp_path: Path) -> None:
    secret = tmp_path / "srv"
    found = StoreLink(id="kesklinn", password_file=secret)
    with pytest.raises(SetupError):
        found.credentials()
    secret.write_text("hush\n")
    secret.chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        found.credentials()
    secret.chmod(0o600)
    assert found.credentials() == Credentials("hush")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "is missing"),
        ({"password_file": "x", "broker_host": "broker.shop"}, "in clear to broker.shop"),
        ({"password_file": "x", "identity": "y"}, "two ways"),
        ({"ca_file": "x", "identity": "y"}, "holds its own"),
    ],
)
def test_a_store_is_reached_in_one_way_and_a_safe_one(change: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        StoreLink.model_validate({"id": "kesklinn", **change})


def test_the_servers_own_certificate(tmp_path: Path) -> None:
    folder = device_identity(tmp_path / "srv", "kesklinn.srv")
    found = StoreLink(id="kesklinn", broker_host="broker.shop", identity=folder.path)
    assert found.credentials() == Credentials(tls=folder.tls)
    with pytest.raises(SetupError, match="certificate of kesklinn"):
        StoreLink(id="narva", identity=folder.path).credentials()


def test_nothing_can_be_changed_later() -> None:
    found = ServerSettings.model_validate(GOOD)
    with pytest.raises(ValidationError):
        found.port = 1  # type: ignore[misc]


MAIL: dict[str, Any] = {"host": "mail.shop.example", "from_address": "red@shop.example"}
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def last_resort(**table: Any) -> LastResortSettings:
    found = ServerSettings.model_validate({**GOOD, "last_resort": table}).last_resort
    assert found is not None
    return found


def test_without_a_last_resort_there_is_none() -> None:
    assert ServerSettings.model_validate(GOOD).last_resort is None
    assert last_resort() == LastResortSettings()


@pytest.mark.parametrize(
    ("fields", "port"),
    [({}, 587), ({"security": "tls"}, 465), ({"security": "none"}, 25), ({"port": 2525}, 2525)],
)
def test_the_usual_ports_of_a_mail_server(fields: dict[str, Any], port: int) -> None:
    found = last_resort(mail={**MAIL, **fields}).mail
    assert found is not None
    assert found.port_used() == port


@pytest.mark.parametrize(
    "table",
    [
        {"mail": {"host": "mail.shop.example"}},
        {"mail": {**MAIL, "from_address": "red"}},
        {"mail": {**MAIL, "from_address": "red@shop.example\r\nBcc: x@y"}},
        {"mail": {**MAIL, "host": "a b"}},
        {"mail": {**MAIL, "port": 0}},
        {"mail": {**MAIL, "security": "ssl"}},
        {"mail": {**MAIL, "user": "red"}},
        {"mail": {**MAIL, "password": "hush"}},
        {"mail": {**MAIL, "user": "red", "password": "hush", "security": "none"}},
        {"webhook_secret": "hush"},
        {"ca_file": "/no/such/file"},
        {"colour": "red"},
    ],
)
def test_what_is_wrong_with_the_last_resort_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        last_resort(**table)


def test_a_password_may_travel_in_clear_on_this_machine_alone() -> None:
    clear = {**MAIL, "user": "red", "password": "hush", "security": "none", "host": "127.0.0.1"}
    found = last_resort(mail=clear, webhook_secret=KEY)
    assert "hush" not in repr(found)
    assert KEY not in repr(found)


def test_secrets_of_the_last_resort_come_from_files_beside_the_settings(tmp_path: Path) -> None:
    for name, text in (("srv", "w"), ("mail", "hush\n"), ("hook", KEY)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    file = tmp_path / "server.toml"
    file.write_text(
        'database = "sqlite:///x.db"\n[[stores]]\nid = "one"\npassword_file = "srv"\n'
        '[last_resort]\nwebhook_secret_file = "hook"\n'
        '[last_resort.mail]\nhost = "m.example"\nuser = "red"\npassword_file = "mail"\n'
        'from_address = "red@shop.example"\n'
    )
    found = load(ServerSettings, file).last_resort
    assert found is not None and found.mail is not None
    assert found.webhook_secret is not None and found.webhook_secret.get_secret_value() == KEY
    assert found.mail.password is not None and found.mail.password.get_secret_value() == "hush"
    (tmp_path / "hook").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        load(ServerSettings, file)


def test_errors_of_the_last_resort_name_their_lines(tmp_path: Path) -> None:
    """Also where `[last_resort]` itself is not written."""
    file = tmp_path / "server.toml"
    file.write_text(
        'port = 99999\ndatabase = "sqlite:///x.db"\n[[stores]]\nid = "one"\npassword_file = "srv"\n'
        '[last_resort.mail]\nhost = "a b"\nfrom_address = "red"\n'
    )
    with pytest.raises(SetupError) as caught:
        load(ServerSettings, file)
    found = {tuple(line.removeprefix(f"{file}:").split(": ")[:2]) for line in str(caught.value).splitlines()}
    assert found == {("1", "port"), ("7", "last_resort.mail.host"), ("8", "last_resort.mail.from_address")}


def test_certificates_of_the_shop_s_own(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(ValidationError):
        last_resort(ca_file=str(file))
    with pytest.raises(SetupError):
        LastResortSettings.model_construct(ca_file=file).trust()
    assert last_resort().trust().check_hostname
