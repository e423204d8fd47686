"""Pure: which addresses a letter may go to, and how an address may stand in a log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

LONGEST = 2_000
MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class WebTarget:
    """A URL taken apart. `host` is a name or an address without brackets, `authority` what the Host header says."""

    secure: bool
    host: str
    port: int
    authority: str
    path: str
    """With the query, without the fragment."""


def web_target(url: str) -> WebTarget:
    """Raises ValueError with words for the person who wrote the URL."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("write the URL in plain ASCII without spaces, other signs as %xx")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("this is not a URL: check its host and port") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("a URL begins with https:// and a host")
    if "@" in parts.netloc:
        raise ValueError("no user name or password in a URL: the signature says who we are")
    if port == 0:
        raise ValueError("port 0 is none")
    secure = parts.scheme == "https"
    path = parts.path or "/"
    return WebTarget(
        secure=secure,
        host=host,
        port=port or (443 if secure else 80),
        authority=parts.netloc,
        path=f"{path}?{parts.query}" if parts.query else path,
    )


def check_mail(address: str) -> None:
    """Raises ValueError. Only what every mail server takes: no quoted local part, nothing outside of ASCII."""
    if not MAIL.fullmatch(address) or ".." in address:
        raise ValueError("write the e-mail address as name@shop.example, in plain ASCII")


def is_near(address: str) -> bool:
    """Whether a numeric address lies on this machine or in a private network, where plain HTTP may pass.

    Link-local does not count: that is where clouds keep their machines' secrets."""
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_loopback or (
        found.is_private and not (found.is_link_local or found.is_unspecified or found.is_reserved)
    )


def shown(target: str) -> str:
    """For logs: a person's name and a URL's path, which may hold a secret, are cut off."""
    if "://" in target:
        try:
            parts = urlsplit(target)
            host = parts.hostname
        except ValueError:
            host = None
        return f"{parts.scheme}://{host}/..." if host else "a URL"
    return f"...@{target.rpartition('@')[2]}" if "@" in target else "an address"
