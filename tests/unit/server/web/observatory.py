"""Points of an answer by the public rules of MDN's HTTP Observatory: what we send, and every slip we could make.

From 100 down; from 90 on what is better than asked for is added. `https://developer.mozilla.org/observatory`, as of
November 2026. Preloading and integrity of scripts from elsewhere are left out: we have neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from httpx2 import Response

from tests.unit.server.web.crawl import read

BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*"}
INLINE = {"'unsafe-inline'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
SESSION = re.compile(r"session|token|auth|sign|redbutton", re.IGNORECASE)
HALF_A_YEAR = 15_768_000
ENOUGH_FOR_MORE = 90
Rules = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Points:
    """By test: what it takes away or adds."""

    by_test: Mapping[str, int]

    @property
    def total(self) -> int:
        basis = 100 + sum(points for points in self.by_test.values() if points < 0)
        if basis < ENOUGH_FOR_MORE:
            return max(0, basis)
        return basis + sum(points for points in self.by_test.values() if points > 0)


def points(answer: Response, plain: Response | None = None) -> Points:
    """`plain`: what the same address answers without HTTPS; None: nothing."""
    policy = csp(answer.headers.get("content-security-policy", ""))
    return Points(
        {
            "content-security-policy": _policy(policy),
            "cookies": _cookies(answer),
            "cross-origin-resource-sharing": _sharing(answer),
            "redirection": _redirection(answer, plain),
            "referrer-policy": _referrer(answer),
            "strict-transport-security": _only_https(answer),
            "subresource-integrity": _scripts(answer),
            "x-content-type-options": 0 if answer.headers.get("x-content-type-options") == "nosniff" else -5,
            "x-frame-options": _frames(answer, policy),
            "cross-origin-resource-policy": _resource_policy(answer),
        }
    )


def csp(header: str) -> Rules:
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(str.strip, header.split(";")):
        name, *sources = part.split()
        found.setdefault(name.lower(), tuple(sources))
    return found


def _policy(policy: Rules) -> int:
    if not policy:
        return -25
    usual = policy.get("default-src", ("*",))
    script, style, objects = (set(policy.get(f"{kind}-src", usual)) for kind in ("script", "style", "object"))
    everything = {source for sources in policy.values() for source in sources}
    if script & (BROAD | INLINE) or objects & BROAD:
        return -20
    if any(source.startswith(("http:", "ftp:")) for source in everything):
        return -20
    if "'unsafe-eval'" in script | style:
        return -10
    if style & (BROAD | INLINE):
        return 0
    return 10 if usual == ("'none'",) and policy.get("form-action") in (("'none'",), ("'self'",)) else 5


def _cookies(answer: Response) -> int:
    said = answer.headers.get_list("set-cookie")
    if not said:
        return 0
    worst = 5
    for cookie in said:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        of_session = bool(SESSION.search(cookie.partition("=")[0]))
        if "secure" not in flags:
            worst = min(worst, -40 if of_session else -20)
        if of_session and "httponly" not in flags:
            worst = min(worst, -30)
        sites = [flag for flag in flags if flag.startswith("samesite")]
        if not sites:
            worst = min(worst, 0)
        elif sites[0] not in ("samesite=lax", "samesite=strict"):
            worst = min(worst, -20)
    return worst


def _sharing(answer: Response) -> int:
    allowed = answer.headers.get("access-control-allow-origin")
    credentials = answer.headers.get("access-control-allow-credentials") == "true"
    return -50 if allowed and credentials else 0


def _redirection(answer: Response, plain: Response | None) -> int:
    if plain is None:
        return 0
    here, there = urlsplit(str(answer.url)), urlsplit(plain.headers.get("location", ""))
    if not plain.is_redirect or there.scheme != "https":
        return -20
    return 0 if there.hostname == here.hostname else -5


def _referrer(answer: Response) -> int:
    said = answer.headers.get("referrer-policy")
    return 0 if said is None else 5 if said in PRIVATE else -5


def _only_https(answer: Response) -> int:
    found = re.search(r"max-age=(\d+)", answer.headers.get("strict-transport-security", ""))
    return -20 if found is None else 0 if int(found[1]) >= HALF_A_YEAR else -10


def _scripts(answer: Response) -> int:
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return 0
    sources = [urlsplit(script.get("src", "")) for script in read(answer).scripts]
    foreign = [source for source in sources if source.netloc]
    return 0 if not foreign else -5 if all(source.scheme == "https" for source in foreign) else -50


def _frames(answer: Response, policy: Rules) -> int:
    ancestors = policy.get("frame-ancestors")
    if ancestors is not None and not set(ancestors) & BROAD:
        return 5
    return 0 if answer.headers.get("x-frame-options", "").upper() in ("DENY", "SAMEORIGIN") else -20


def _resource_policy(answer: Response) -> int:
    said = answer.headers.get("cross-origin-resource-policy")
    return {None: 0, "same-origin": 10, "same-site": 10, "cross-origin": 0}.get(said, -5)
