"""What the store's authority signs, and what it refuses to."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from broker_config.errors import IdentityError
from broker_config.identity import authority, keys
from broker_config.identity.authority import Authority, Revoked
from broker_config.identity.certificate import facts

NOW = datetime(2026, 11, 28, 9, 30, 0, 250_000, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop() -> Authority:
    return authority.make("s1", now=NOW, serial=7)


@pytest.fixture(scope="module")
def key() -> str:
    return keys.new_key()


def parsed(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def other_request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str = "s1.srv") -> str:
    """What somebody else than our devices may send: with a name and rights of its own wishes."""
    made = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.local")]), critical=False)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_a_device_is_what_the_signer_says_and_not_what_it_asked_for(shop: Authority) -> None:
    csr = other_request(ec.generate_private_key(ec.SECP256R1()))
    made = parsed(shop.device(csr, "s1.b1", now=NOW, serial=4711))
    assert made.subject.rfc4514_string() == "CN=s1.b1"
    assert made.serial_number == 4711
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    with pytest.raises(x509.ExtensionNotFound):
        made.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    made.verify_directly_issued_by(parsed(shop.certificate))


def test_certificates_count_from_two_years_before_they_were_made(shop: Authority, key: str) -> None:
    found = facts(shop.device(keys.request(key), "s1.b1", now=NOW, serial=1))
    made = NOW.replace(microsecond=0)
    assert found.not_before == made - timedelta(days=730)
    assert found.not_after == made + timedelta(days=365)
    assert found.renew_at == found.not_after - timedelta(days=365) / 3
    root = facts(shop.certificate)
    assert (root.not_before, root.not_after) == (made - timedelta(days=730), made + timedelta(days=3650))


def test_nothing_outlives_the_authority_and_nothing_is_signed_after_its_end(
    shop: Authority, key: str
) -> None:
    end = facts(shop.certificate).not_after
    late = facts(shop.device(keys.request(key), "s1.b1", now=end - timedelta(days=30), serial=1))
    assert late.not_after == end
    with pytest.raises(IdentityError, match="run out"):
        shop.device(keys.request(key), "s1.b1", now=end, serial=1)


def test_a_server_is_known_by_its_names_and_addresses(shop: Authority, key: str) -> None:
    hosts = ["127.0.0.1", "::1", "shop.local", "shop.local"]
    made = parsed(shop.server(keys.request(key), "broker", hosts, now=NOW, serial=1))
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["shop.local"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]
    builder = PolicyBuilder().store(Store([parsed(shop.certificate)])).time(NOW)
    builder.build_server_verifier(x509.DNSName("shop.local")).verify(made, [])
    with pytest.raises(x509.verification.VerificationError):
        builder.build_client_verifier().verify(made, [])
    with pytest.raises(IdentityError, match="names"):
        shop.server(keys.request(key), "broker", [], now=NOW, serial=1)


def test_requests_that_prove_nothing_are_refused(shop: Authority, key: str) -> None:
    csr = keys.request(key)
    der = bytearray(x509.load_pem_x509_csr(csr.encode()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    forged = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM).decode()
    for wrong, said in [
        ("nonsense", "no request"),
        (csr.replace("A", "B"), "request"),
        (forged, "not signed by the key"),
        (other_request(rsa.generate_private_key(65_537, 2_048)), "EC P-256"),
        (other_request(ec.generate_private_key(ec.SECP384R1())), "EC P-256"),
        (csr + " " * keys.MOST_BYTES, "too long"),
    ]:
        with pytest.raises(IdentityError, match=said):
            shop.device(wrong, "s1.b1", now=NOW, serial=1)
        with pytest.raises(IdentityError, match=said):
            keys.public_key(wrong)


def test_a_name_that_is_no_name_is_refused(shop: Authority, key: str) -> None:
    for name in ("", "s" * 65):
        with pytest.raises(IdentityError, match="1 to 64"):
            shop.device(keys.request(key), name, now=NOW, serial=1)


def test_the_key_of_a_request_is_the_one_that_was_certified(shop: Authority, key: str) -> None:
    made = parsed(shop.device(keys.request(key), "s1.b1", now=NOW, serial=1))
    assert keys.public_key(keys.request(key)) == made.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_the_revocation_list_names_serials_and_lasts(shop: Authority) -> None:
    pem = shop.revocation_list([Revoked(5, NOW), Revoked(9, NOW)], now=NOW, number=3)
    made = x509.load_pem_x509_crl(pem.encode())
    assert [each.serial_number for each in made] == [5, 9]
    root = parsed(shop.certificate)
    assert made.is_signature_valid(root.public_key())  # type: ignore[arg-type]
    assert made.next_update_utc == root.not_valid_after_utc
    assert made.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 3
    assert len(x509.load_pem_x509_crl(shop.revocation_list([], now=NOW, number=1).encode())) == 0


def test_an_authority_is_kept_and_read_with_its_key_for_its_owner_only(
    shop: Authority, tmp_path: Path
) -> None:
    shop.write(tmp_path / "ca")
    assert authority.read(tmp_path / "ca") == shop
    key = tmp_path / "ca" / authority.KEY
    assert key.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in repr(shop)
    key.chmod(0o640)
    with pytest.raises(IdentityError, match="chmod 600"):
        authority.read(tmp_path / "ca")
    key.unlink()
    with pytest.raises(IdentityError, match="cannot be read"):
        authority.read(tmp_path / "ca")


def test_a_broken_key_is_told_without_its_content() -> None:
    secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    with pytest.raises(IdentityError) as told:
        keys.private_key(secret)
    assert "c2VjcmV0" not in str(told.value)
    p384 = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(IdentityError, match="another kind"):
        keys.private_key(p384.decode())


def test_serials_are_positive_and_differ() -> None:
    made = {authority.new_serial() for _ in range(100)}
    assert len(made) == 100
    assert all(0 < each < 2**159 for each in made)
