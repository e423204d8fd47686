"""What is wrong with a broker's folder: who may come in, who may read its secrets, until when its certificates count.

Asked before a broker is started (which is refused then), by doctor and by check-config."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from broker_config.broker.render import Paths
from broker_config.credentials import is_loopback
from broker_config.errors import IdentityError
from broker_config.identity.certificate import facts

ONCE = {"allow_anonymous": "false", "set_tcp_nodelay": "true"}
LEAST = {"max_queued_messages": 10_000, "max_packet_size": 70_000}
NEEDED = ("password_file", "acl_file", "persistence_location")
TLS = ("cafile", "certfile", "keyfile")
PRIVATE = ("mosquitto.conf", "acl", "passwords")
REMAKE = "have the store's authority sign a new one"
SOON = timedelta(days=30)


def problems(folder: Path, *, now: datetime, soon: timedelta = SOON) -> list[str]:
    """One line per problem, each with what to do; empty: nothing is wrong that can be seen from the files. `soon`:
    what will have run out so long after `now` is said already."""
    config = folder / "mosquitto.conf"
    try:
        text = config.read_text(encoding="utf-8")
    except OSError as error:
        return [f"{config}: cannot be read ({error.strerror}); start the broker once to have it written"]
    read = _read(text)
    found = [*_words(config, read), *_files(folder)]
    for one in read.listeners:
        found += _door(config, one)
    if any("certfile" in one.words for one in read.listeners):
        found += _identity(Paths(folder), now, soon)
    return found


@dataclass(slots=True)
class _Listener:
    port: str
    host: str
    words: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Config:
    words: dict[str, list[str]] = field(default_factory=dict)
    listeners: list[_Listener] = field(default_factory=list)


_OF_LISTENER = {
    "use_username_as_clientid",
    "use_identity_as_username",
    "require_certificate",
    "crlfile",
    "tls_version",
    "max_connections",
    *TLS,
}


def _read(text: str) -> _Config:
    """A word of a listener belongs to the one above it, as Mosquitto reads it."""
    made = _Config()
    for line in text.splitlines():
        word, _, value = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "listener":
            port, _, host = value.strip().partition(" ")
            made.listeners.append(_Listener(port, host.strip()))
        elif word in _OF_LISTENER and made.listeners:
            made.listeners[-1].words[word] = value.strip()
        else:
            made.words.setdefault(word, []).append(value.strip())
    return made


_KNOWN = {
    *ONCE,
    *LEAST,
    *NEEDED,
    "persistence",
    "global_plugin",
    "plugin_opt_sync",
    "plugin_opt_flush_period",
    "autosave_interval",
    "persistent_client_expiration",
    "max_inflight_messages",
    "max_keepalive",
    "sys_interval",
    "pid_file",
    "log_dest",
    "log_type",
    "log_timestamp_format",
    "user",
}


def _words(config: Path, read: _Config) -> Iterator[str]:
    for word in read.words.keys() - _KNOWN:
        yield f"{config}: {word} is not known here: it could open another door; take it out"
    if not read.listeners:
        yield f"{config}: listener is missing"
    for word in NEEDED:
        if word not in read.words:
            yield f"{config}: {word} is missing"
    for word, wanted in ONCE.items():
        said = read.words.get(word, ["not set"])
        if said != [wanted]:
            yield f"{config}: {word} must be {wanted}, is {', '.join(said)}"
    if read.words.get("persistence") != ["true"] and "global_plugin" not in read.words:
        yield f"{config}: persistence must be true: what is retained would be gone after a restart"
    for word, least in LEAST.items():
        value = read.words.get(word, ["0"])[-1]
        if not value.isdigit() or int(value) < least:
            yield f"{config}: {word} must be at least {least}, is {value}"


def _door(config: Path, one: _Listener) -> Iterator[str]:
    """Each listener by itself: one that is open lets everybody in, however tight the others are."""
    where = f"{config}: listener {one.port}"
    if one.words.get("use_username_as_clientid") != "true":
        yield f"{where}: use_username_as_clientid must be true: a client could take another's place"
    if "certfile" not in one.words:
        if not one.host or not is_loopback(one.host):
            yield f"{where}: passwords would travel in clear to {one.host or 'everywhere'}; give it TLS, or 127.0.0.1"
        return
    for word in TLS:
        if word not in one.words:
            yield f"{where}: {word} is missing"
    if one.words.get("tls_version") not in ("tlsv1.2", "tlsv1.3"):
        yield f"{where}: tls_version must be tlsv1.2, which means that or newer"
    if one.words.get("require_certificate") == "true":
        if one.words.get("use_identity_as_username") != "true":
            yield f"{where}: use_identity_as_username must be true: the certificate has to say who it is"
        if "crlfile" not in one.words:
            yield f"{where}: crlfile is missing: a certificate that was revoked would still be let in"
    elif one.words.get("use_identity_as_username", "false") != "false":
        yield f"{where}: require_certificate must be true where certificates say who it is"


def _identity(paths: Paths, now: datetime, soon: timedelta) -> Iterator[str]:
    try:
        mine = paths.identity.read(advice=REMAKE)
        authority = facts(paths.identity.authority.read_text())
    except IdentityError as error:
        yield str(error)
        return
    for path, until in (
        (paths.identity.certificate, mine.not_after),
        (paths.identity.authority, authority.not_after),
    ):
        if until <= now:
            yield f"{path}: it ran out on {until:%Y-%m-%d}; nobody comes in"
        elif until <= now + soon:
            yield f"{path}: it runs out on {until:%Y-%m-%d}"
    if not paths.revoked.exists():
        yield f"{paths.revoked}: there is no such file; without it the broker does not start"


def _files(folder: Path) -> Iterator[str]:
    mode = folder.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield f"{folder}: others may write here; run: chmod go-w {folder}"
    for name in PRIVATE:
        path = folder / name
        if not path.exists():
            yield f"{path}: there is no such file; start the broker once to have it written"
        elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{path}: others may read or write it; run: chmod 600 {path}"
    acl = folder / "acl"
    if acl.exists():
        yield from _rights(acl)


def _rights(acl: Path) -> Iterator[str]:
    """A right outside of a user's stanza, or a pattern, holds for everybody."""
    user = False
    for number, line in enumerate(acl.read_text(encoding="utf-8").splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if word == "user":
            user = True
        elif word == "pattern":
            yield f"{acl}:{number}: a pattern holds for every user; name the user instead"
        elif word == "topic" and not user:
            yield f"{acl}:{number}: this right is for whoever comes; put it below a user"
        elif word == "topic" and rest.split(" ")[-1] == "#":
            yield f"{acl}:{number}: everything is open to this user; name its topics"
