"""The store's certificate authority: it signs what its devices and its servers are, and says what no longer counts."""

from __future__ import annotations

import ipaddress
import secrets
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from broker_config.errors import IdentityError
from broker_config.files import write_private, write_whole
from broker_config.identity import keys
from broker_config.identity.certificate import (
    AUTHORITY_LIFE,
    BACK_DATED,
    BROWSERS_BACK_DATED,
    LEAF_LIFE,
    facts,
)

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

CERTIFICATE, KEY = "ca.crt", "ca.key"
LONGEST_NAME = 64
"""Of a common name, by X.509."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that no longer counts."""

    serial: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Authority:
    """Ready to sign: certificate and key in PEM."""

    certificate: str
    key: str = field(repr=False)

    def device(self, csr: str, name: str, *, now: datetime, serial: int, life: timedelta = LEAF_LIFE) -> str:
        """A certificate for a client of the broker, `name` being its client id. It can be no server."""
        return self._sign(keys.requested(csr), name, (), now=now, serial=serial, life=life)

    def server(
        self,
        csr: str,
        name: str,
        hosts: Sequence[str],
        *,
        now: datetime,
        serial: int,
        life: timedelta = LEAF_LIFE,
        browsers: bool = False,
    ) -> str:
        """A certificate for the broker or the server's HTTPS, called by one of `hosts` (names, addresses).
        `browsers`: they see it, and take none that counts too long."""
        if not hosts:
            raise IdentityError(f"{name}: a server's certificate needs the names that it is called by")
        back = BROWSERS_BACK_DATED if browsers else BACK_DATED
        return self._sign(keys.requested(csr), name, hosts, now=now, serial=serial, life=life, back=back)

    def revocation_list(self, revoked: Iterable[Revoked], *, now: datetime, number: int) -> str:
        """All that was revoked. It counts as long as the authority: the broker lets nobody in by a list that is
        too old, and ours is as new as the last revocation."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization

        authority, key = self._loaded(), keys.private_key(self.key)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.subject)
            .last_update(_whole(now) - BACK_DATED)
            .next_update(authority.not_valid_after_utc)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
        )
        for each in revoked:
            made = made.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(each.serial)
                .revocation_date(_whole(each.at))
                .build()
            )
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def write(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / KEY, self.key)
        write_whole(folder / CERTIFICATE, self.certificate, 0o644)

    def _sign(
        self,
        public: EllipticCurvePublicKey,
        name: str,
        hosts: Sequence[str],
        *,
        now: datetime,
        serial: int,
        life: timedelta,
        back: timedelta = BACK_DATED,
    ) -> str:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.x509.oid import ExtendedKeyUsageOID

        authority, key = self._loaded(), keys.private_key(self.key)
        now = _whole(now)
        if now >= authority.not_valid_after_utc:
            raise IdentityError("the store's certificate authority has run out: it signs nothing more")
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(authority.subject)
            .public_key(public)
            .serial_number(serial)
            .not_valid_before(max(now - back, authority.not_valid_before_utc))
            .not_valid_after(min(now + life, authority.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage(
                    [ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH]
                ),
                critical=False,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
        )
        if hosts:
            names = x509.SubjectAlternativeName([_host(each) for each in dict.fromkeys(hosts)])
            made = made.add_extension(names, critical=False)
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def _loaded(self) -> x509.Certificate:
        from cryptography import x509

        try:
            return x509.load_pem_x509_certificate(self.certificate.encode())
        except ValueError as error:
            raise IdentityError("the authority's certificate cannot be read") from error


def make(store: str, *, now: datetime, serial: int) -> Authority:
    """A new authority for one store, with a key of its own."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    pem = keys.new_key()
    key = keys.private_key(pem)
    public, name, now = key.public_key(), _named(f"Red Button {store}"), _whole(now)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(now - BACK_DATED)
        .not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(made.public_bytes(serialization.Encoding.PEM).decode(), pem)


def read(folder: Path) -> Authority:
    """Raises IdentityError that says what to do."""
    key = folder / KEY
    try:
        made = Authority((folder / CERTIFICATE).read_text(), key.read_text())
        mode = key.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise IdentityError(
            f"{folder}: the store's certificate authority cannot be read: {type(error).__name__}"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise IdentityError(f"{key}: others may read this key; run: chmod 600 {key}")
    facts(made.certificate)
    return made


def new_serial() -> int:
    """158 random bits: unlike every other, and positive."""
    return secrets.randbits(158) + 1


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _named(name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    if not 0 < len(name.encode()) <= LONGEST_NAME:
        raise IdentityError(f"the name in a certificate has 1 to {LONGEST_NAME} signs: {name[:80]}")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs: bool) -> x509.KeyUsage:
    """An authority signs certificates and lists; everybody else proves in a handshake who he is."""
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
