"""How a device proves who it is: one way, and never in clear to another machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker_config.credentials import Credentials, credentials, is_loopback
from broker_config.errors import SetupError
from broker_config.link import LinkSetup, Tls
from broker_config.paho_link import PahoLink
from tests.identities import device_identity

CA = Path("ca.crt")


def test_an_identity_needs_nothing_else(tmp_path: Path) -> None:
    folder = device_identity(tmp_path / "b1", "s1.b1")
    found = credentials("broker", name="s1.b1", identity=folder.path, password=None, ca_file=None)
    assert found == Credentials(tls=folder.tls)
    with pytest.raises(SetupError, match=r"certificate of s1\.b1, not of s1\.b2"):
        credentials("broker", name="s1.b2", identity=folder.path, password=None, ca_file=None)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_a_password_alone_stays_on_this_machine(host: str) -> None:
    assert credentials(host, name="s1.b1", identity=None, password="x", ca_file=None) == Credentials("x")
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "shop.local", "localhost.evil", "0.0.0.0", "::"])
def test_and_goes_nowhere_else_without_tls(host: str) -> None:
    with pytest.raises(SetupError, match="in clear"):
        credentials(host, name="s1.b1", identity=None, password="x", ca_file=None)
    found = credentials(host, name="s1.b1", identity=None, password="x", ca_file=CA)
    assert found == Credentials("x", Tls(CA))
    with pytest.raises(SetupError, match="in clear"):
        PahoLink(LinkSetup("s1.b1", "s1.b1", "x", host=host))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"identity": None, "password": None, "ca_file": None}, "is missing"),
        ({"identity": None, "password": None, "ca_file": CA}, "is missing"),
        ({"identity": Path("x"), "password": "x", "ca_file": None}, "two ways"),
        ({"identity": Path("x"), "password": None, "ca_file": CA}, "holds its own"),
        ({"identity": Path("nowhere"), "password": None, "ca_file": None}, "enrol this device again"),
    ],
)
def test_what_is_neither_one_way_nor_the_other_is_told(given: dict[str, object], said: str) -> None:
    with pytest.raises(SetupError, match=said):
        credentials("127.0.0.1", name="s1.b1", **given)  # type: ignore[arg-type]


def test_a_password_is_in_no_repr() -> None:
    assert "secret" not in repr(Credentials("secret"))
