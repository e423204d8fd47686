"""What is wrong with a broker's folder: who may come in, who may read its secrets. For doctor and check-config."""

from __future__ import annotations

import stat
from pathlib import Path

WANTED = {
    "allow_anonymous": "false",
    "use_username_as_clientid": "true",
    "persistence": "true",
    "set_tcp_nodelay": "true",
}
LEAST = {"max_queued_messages": 10_000, "max_packet_size": 70_000}
NEEDED = ("listener", "password_file", "acl_file")
PRIVATE = ("mosquitto.conf", "acl", "passwords")


def problems(folder: Path) -> list[str]:
    """One line per problem, each with what to do; empty: nothing is wrong that can be seen from the files."""
    config = folder / "mosquitto.conf"
    try:
        text = config.read_text(encoding="utf-8")
    except OSError as error:
        return [f"{config}: cannot be read ({error.strerror}); start the broker once to have it written"]
    return _words(config, text) + _files(folder)


def _words(config: Path, text: str) -> list[str]:
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        word, _, value = line.strip().partition(" ")
        if word and not word.startswith("#"):
            said.setdefault(word, []).append(value.strip())
    found = [f"{config}: {word} is missing" for word in NEEDED if word not in said]
    for word, wanted in WANTED.items():
        if said.get(word, ["not set"]) != [wanted]:
            found.append(f"{config}: {word} must be {wanted}, is {', '.join(said.get(word, ['not set']))}")
    for word, least in LEAST.items():
        value = said.get(word, ["0"])[-1]
        if not value.isdigit() or int(value) < least:
            found.append(f"{config}: {word} must be at least {least}, is {value}")
    return found


def _files(folder: Path) -> list[str]:
    found = []
    mode = folder.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        found.append(f"{folder}: others may write here; run: chmod go-w {folder}")
    for name in PRIVATE:
        path = folder / name
        if not path.exists():
            found.append(f"{path}: there is no such file; start the broker once to have it written")
        elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            found.append(f"{path}: others may read or write it; run: chmod 600 {path}")
    acl = folder / "acl"
    if acl.exists():
        found += _rights(acl)
    return found


def _rights(acl: Path) -> list[str]:
    """A right outside of a user's stanza, or a pattern, holds for everybody."""
    found, user = [], False
    for number, line in enumerate(acl.read_text(encoding="utf-8").splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if word == "user":
            user = True
        elif word == "pattern":
            found.append(f"{acl}:{number}: a pattern holds for every user; name the user instead")
        elif word == "topic" and not user:
            found.append(f"{acl}:{number}: this right is for whoever comes; put it below a user")
        elif word == "topic" and rest.split(" ")[-1] == "#":
            found.append(f"{acl}:{number}: everything is open to this user; name its topics")
    return found
