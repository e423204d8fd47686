"""Certificates read without cryptography: the same as with it, and never an exception of another kind."""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config import enrolment
from broker_config.errors import IdentityError
from broker_config.identity import authority, keys
from broker_config.identity.certificate import der_of, facts
from tests.identities import shop_authority

NOW = datetime(2026, 11, 28, tzinfo=UTC)
KEY = keys.new_key()


@pytest.mark.parametrize(
    ("name", "serial", "now"),
    [
        ("s1.b1", 1, NOW),
        ("s1.b1", 0x80, NOW),
        ("магазин.b1", 2**158, NOW),
        ("s" * 64, 255, datetime(2031, 2, 28, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_facts_are_those_of_the_certificate(name: str, serial: int, now: datetime) -> None:
    pem = shop_authority().device(keys.request(KEY), name, now=now, serial=serial)
    found, other = facts(pem), x509.load_pem_x509_certificate(pem.encode())
    assert (found.name, found.serial) == (name, serial)
    assert found.not_before == other.not_valid_before_utc
    assert found.not_after == other.not_valid_after_utc
    der = other.public_bytes(serialization.Encoding.DER)
    assert found.fingerprint == enrolment.fingerprint(der)
    assert der_of("words before\n" + pem + shop_authority().certificate) == der


def test_a_server_says_what_it_may_be_called_by() -> None:
    hosts = ("127.0.0.1", "::1", "localhost", "shop.local", "fd00::1")
    pem = shop_authority().server(keys.request(KEY), "broker", hosts, now=NOW, serial=1)
    assert facts(pem).hosts == hosts
    assert facts(shop_authority().certificate).hosts == ()


def test_a_year_after_2049_is_written_in_four_figures() -> None:
    pem = shop_authority().certificate
    assert facts(pem).not_after == x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    late = authority.make("s1", now=datetime(2045, 1, 1, tzinfo=UTC), serial=1)
    assert facts(late.certificate).not_after == datetime(2045, 1, 1, tzinfo=UTC) + timedelta(days=3650)


def test_what_is_no_certificate_is_told() -> None:
    for text in ("", "nonsense", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"):
        with pytest.raises(IdentityError):
            facts(text)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2_000), st.integers(0, 255), st.integers(0, 2_000))
def test_bytes_of_anybody_raise_nothing_else(at: int, value: int, end: int) -> None:
    der = bytearray(der_of(shop_authority().certificate))
    der[at % len(der)] = value
    text = base64.b64encode(bytes(der[: max(1, len(der) - end % 40)])).decode()
    with contextlib.suppress(IdentityError):
        facts(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
