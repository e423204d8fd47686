"""The key of a device, which never leaves it, and the request for a certificate, which does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broker_config.errors import IdentityError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

MOST_BYTES = 8_192


def new_key() -> str:
    """EC P-256, in PEM: 32 random bytes of this machine."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def request(key: str) -> str:
    """A PKCS#10 request, signed by this key. It names nobody: who it is for, the signer decides."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return made.sign(private_key(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def private_key(key: str) -> EllipticCurvePrivateKey:
    """Raises IdentityError, in which nothing of the key stands."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        read = serialization.load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError):
        raise IdentityError("this key cannot be read") from None
    if not isinstance(read, ec.EllipticCurvePrivateKey) or not isinstance(read.curve, ec.SECP256R1):
        raise IdentityError("this key is of another kind than EC P-256")
    return read


def public_key(csr: str) -> bytes:
    """The key (DER) that a request is for, after the request's own signature was checked. Raises IdentityError."""
    from cryptography.hazmat.primitives import serialization

    return requested(csr).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def requested(csr: str) -> EllipticCurvePublicKey:
    """As `public_key`, for whoever signs. Of a request nothing else counts: no subject, no extension."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(csr) > MOST_BYTES:
        raise IdentityError("this request for a certificate is too long")
    try:
        read = x509.load_pem_x509_csr(csr.encode())
        key = read.public_key()
        genuine = read.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise IdentityError("this is no request for a certificate") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise IdentityError("a request must be for an EC P-256 key")
    if not genuine:
        raise IdentityError("this request was not signed by the key that it is for")
    return key
