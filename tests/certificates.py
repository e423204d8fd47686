"""A certificate authority and identity folders for tests: made once, as a key pair takes its time."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.tls import AUTHORITY, CERTIFICATE, KEY

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
LIFE = timedelta(days=36_500)
"""Tests have no date of their own."""


@dataclass(frozen=True)
class Pair:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@cache
def authority(name: str = "store") -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _begun(name, name, key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return Pair(key, made.sign(key, hashes.SHA256()))


@cache
def leaf(name: str, of: str = "store") -> Pair:
    key, parent = ec.generate_private_key(ec.SECP256R1()), authority(of)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    made = _begun(name, of, key.public_key()).add_extension(names, critical=False)
    return Pair(key, made.sign(parent.key, hashes.SHA256()))


def write(folder: Path, name: str = "https", of: str = "store") -> Path:
    """An identity folder. Written over an older one it is a renewal."""
    folder.mkdir(exist_ok=True)
    pair = leaf(name, of)
    key = folder / KEY
    key.touch(0o600)
    key.write_bytes(
        pair.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / CERTIFICATE).write_bytes(pair.certificate.public_bytes(serialization.Encoding.PEM))
    (folder / AUTHORITY).write_bytes(authority(of).certificate.public_bytes(serialization.Encoding.PEM))
    return folder


def _begun(name: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGAN)
        .not_valid_after(BEGAN + LIFE)
    )
