"""Which language a screen speaks: the person's setting, then the cookie, then the browser, then the store."""

from __future__ import annotations

from server.web.frame.words import LANGUAGES

COOKIE = "language"


def choose(setting: str | None, cookie: str | None, accept: str, store: str | None) -> str:
    """`accept` is the Accept-Language header as it came. English when nothing fits."""
    for wanted in (setting, cookie, *accepted(accept), store):
        if wanted in LANGUAGES:
            return wanted
    return LANGUAGES[0]


def accepted(header: str) -> list[str]:
    """Primary tags by falling weight; what cannot be read is left out."""
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        primary = tag.strip().split("-")[0].lower()
        if primary and quality > 0:
            found.append((-quality, place, primary))
    return [primary for _, _, primary in sorted(found)]
