"""A device with an identity asks for the next one, over the connection that the old one opened."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import StringConstraints, model_validator

from broker_config.messages.base import NO_NUL, Message, Text

PemText = Annotated[str, StringConstraints(min_length=64, max_length=2_048, pattern=NO_NUL)]


class CertificateRequest(Message):
    """The topic says whose it is: nobody else may write there. A device asks again with the same id until it is
    answered, and gets the same certificate then."""

    id: UUID
    csr: PemText | None = None
    """PKCS#10 by the device's new key; its subject is not looked at. None: the device is connected with the certificate
    of this id now, and the one before it may end. Said once after the connect; not answered."""


class Certificate(Message):
    """The answer: a certificate for the new key, or why there is none. The old one stays good until the device says
    that it is connected with the new one, or until its own end."""

    id: UUID
    """Of the request."""
    certificate: PemText | None = None
    reason: Text = ""
    """Why there is none: `often`, `csr` or `revoked`. After `often` ask again in an hour."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.certificate is None) == (not self.reason):
            raise ValueError("either a certificate or a reason")
        return self
