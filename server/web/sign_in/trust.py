"""Why nobody signs in over plain HTTP, where the safe address is, and how a phone comes to trust it.

Anybody may see this, also in clear: an authority's certificate is no secret. It can be exchanged on its way like
everything in clear, so the screen says to compare its fingerprint with the one at the server itself."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from server.db import places
from server.tls import fingerprint
from server.web.frame.arrival import FORWARDED, way_of
from server.web.frame.guard import hostname
from server.web.frame.screens import language_of, screens_of
from server.web.services import services_of

router = APIRouter()

CERTIFICATE = "application/x-x509-ca-cert"
"""What makes a phone ask whether to install it."""


@dataclass(frozen=True, slots=True)
class Trust:
    refused: bool
    """Somebody wanted to sign in, and may not here."""
    forwarded: bool
    """A proxy that we were not told to believe brought the request."""
    address: str | None
    fingerprint: str | None
    """Of the store's authority, SHA-256 in pairs, as phones show it."""


@router.get("/trust", response_class=Response)
def trust_screen(request: Request) -> Response:
    return show_trust(request)


def show_trust(request: Request, *, refused: bool = False) -> Response:
    services, screens = services_of(request), screens_of(request)
    with services.db.reading() as session:
        stores = places.stores(session)
    words = screens.words(language_of(request, None, stores[0] if stores else None))
    file = services.settings.authority_file
    view = Trust(
        refused,
        any(name in request.headers for name in FORWARDED) and not way_of(request).private,
        safe_address(request),
        fingerprint(file) if file is not None else None,
    )
    return screens.show(request, "sign_in/trust.html", view, words, status=403 if refused else 200)


@router.get("/ca.crt", response_class=Response)
def authority(request: Request) -> Response:
    file = services_of(request).settings.authority_file
    try:
        content = b"" if file is None else file.read_bytes()
    except OSError:
        content = b""
    if not content:
        raise HTTPException(404)
    headers = {"Content-Disposition": 'attachment; filename="red-button-ca.crt"'}
    return Response(content, headers=headers, media_type=CERTIFICATE)


def safe_address(request: Request) -> str | None:
    """Where this visitor may sign in: what the config says, else our own listener by the name that was asked for."""
    settings = services_of(request).settings
    if settings.public_url is not None and settings.public_url.startswith("https:"):
        return settings.public_url
    name = hostname(request.headers.get("host", ""))
    if settings.https_port is None or name is None:
        return None
    shown = f"[{name}]" if ":" in name else name
    return f"https://{shown}" if settings.https_port == 443 else f"https://{shown}:{settings.https_port}"
