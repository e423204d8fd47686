"""What a fact means and what to do about it. Pure: no file, clock or network."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from server.rules.certificates import Life
from server.rules.certificates import trouble as trouble_of
from server.rules.faults import OwnFault

MEBI = 1024 * 1024
LITTLE_ROOM, NO_ROOM = 1024 * MEBI, 200 * MEBI


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    what: str
    level: Level
    words: str
    action: str = ""
    """One thing to do; empty when all is well."""


def ok(what: str, words: str) -> Finding:
    return Finding(what, Level.OK, words)


def warn(what: str, words: str, action: str) -> Finding:
    return Finding(what, Level.WARN, words, action)


def fault(what: str, words: str, action: str) -> Finding:
    return Finding(what, Level.FAULT, words, action)


def python(version: tuple[int, int, int]) -> Finding:
    words = ".".join(map(str, version))
    if version < (3, 11, 0):
        return fault("python", f"{words} is too old", "install Python 3.11 or newer")
    return ok("python", words)


EXTRAS: dict[str, tuple[str, ...]] = {
    "server": ("fastapi", "sqlmodel", "alembic", "uvicorn", "jinja2", "babel", "pwdlib", "multipart"),
    "gateway": ("serial",),
    "button": ("gpiozero",),
    "postgres": ("psycopg",),
}
"""Modules by which an installed extra is known."""


def extras(installed: Collection[str], needed: Collection[str]) -> Finding:
    """`installed`: those modules of EXTRAS that can be imported."""
    there = [name for name, modules in EXTRAS.items() if set(modules) <= set(installed)]
    missing = [name for name in EXTRAS if name in needed and name not in there]
    if missing:
        return fault(
            "extras", f"missing: {', '.join(missing)}", f"pip install 'redbutton[{','.join(missing)}]'"
        )
    return ok("extras", ", ".join(there) or "none")


def mosquitto(path: str | None, version: str) -> Finding:
    """`version` as Mosquitto says it, like 2.0.11; empty when it did not."""
    if path is None:
        return warn(
            "mosquitto",
            "not on this machine (needed where `redbutton up` runs)",
            "sudo apt-get install mosquitto",
        )
    found = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if not found:
        return warn("mosquitto", f"{path} does not say its version", f"run {path} -h and look")
    if found < (2, 0, 0):
        return fault(
            "mosquitto", f"{version} knows no MQTT 5 as we need it", "install Mosquitto 2.0 or newer"
        )
    if found < (2, 1, 0):
        return warn(
            "mosquitto",
            f"{version} saves what it holds every 5 s only; a power cut may take the rest "
            "(no press is lost: buttons keep theirs until the server has it)",
            "use Mosquitto 2.1 with its SQLite store where it can be had",
        )
    return ok("mosquitto", version)


def folder(path: str, mode: int | None, mine: bool, writable: bool) -> Finding:
    """`mode`: permission bits; None when there is no such folder."""
    if mode is None:
        return warn("data folder", f"{path} is not there yet", f"start once: redbutton up --data {path}")
    if not mine or not writable:
        return fault("data folder", f"this user cannot write in {path}", "run as the user that owns it")
    if mode & 0o077:
        return fault("data folder", f"others may look into {path}", f"chmod 700 {path}")
    return ok("data folder", path)


def configs(answers: Mapping[str, tuple[int, str]]) -> list[Finding]:
    """File -> exit code and words of its check."""
    found = [
        fault("config", words, f"put {file} right, then: redbutton check-config {file}")
        for file, (code, words) in answers.items()
        if code
    ]
    return found or ([ok("config", f"{len(answers)} files are fine")] if answers else [])


BrokerState = Literal["in use", "accepts", "refuses", "silent"]


def broker(address: str, state: BrokerState, words: str = "") -> Finding:
    """`in use`: our server holds the connection now and is not disturbed for a test. `words`: why it refuses."""
    if state == "silent":
        return warn(
            "broker", f"nobody answers at {address}", "start it (redbutton up, or the broker of the store)"
        )
    if state == "refuses":
        return fault(
            "broker",
            f"{address} does not let the server in: {words}",
            "compare the server's identity with the broker's, or start again: redbutton up makes what is missing",
        )
    return ok(
        "broker", f"{address}, {'the running server is connected' if state == 'in use' else 'lets us in'}"
    )


def certificate(
    what: str, now: datetime, trouble: str, until: datetime | None, renew_at: datetime | None
) -> Finding:
    """`trouble`: why its folder cannot be used, in words. `renew_at` None: it is not renewed by itself."""
    name = f"certificate {what}"
    if trouble or until is None:
        return fault(name, trouble, "enrol the device again; parts of this machine: redbutton up makes them")
    day = f"{until:%Y-%m-%d}"
    if until <= now:
        return fault(name, f"ran out on {day}", "is this clock right? Then have a new one made: redbutton up")
    found = None if renew_at is None else trouble_of(Life(renew_at, until), now)
    if found is OwnFault.CERTIFICATE_ENDS:
        return fault(
            name,
            f"ends on {day}, and was not renewed since {renew_at:%Y-%m-%d}",
            "look into its log why; then a new one: enrol the device, for parts of this machine redbutton up",
        )
    if found is not None:
        return warn(name, f"until {day}, and not renewed since {renew_at:%Y-%m-%d}", "look into its log why")
    if renew_at is None and until - now < timedelta(days=365):
        return warn(
            name, f"until {day}: then nobody comes in", "make a new authority, and enrol all devices again"
        )
    return ok(name, f"until {day}")


def devices(ending: Mapping[str, Life], now: datetime) -> list[Finding]:
    """Devices elsewhere in the shop, as the database knows them: those whose certificate ends before long."""
    found = []
    for device, life in sorted(ending.items()):
        name, day = f"certificate {device}", f"{life.not_after:%Y-%m-%d}"
        match trouble_of(life, now):
            case OwnFault.CERTIFICATE_ENDS:
                words = f"ran out on {day}" if life.not_after <= now else f"ends on {day}"
                found.append(fault(name, f"{words}: it cannot connect then", LET_IN))
            case OwnFault.CERTIFICATE_LATE:
                words = f"until {day}, and should have been renewed on {life.renew_at:%Y-%m-%d}"
                found.append(warn(name, words, "is its clock right? Then switch it off and on"))
    return found or [ok("certificates", "no device's ends before long")]


LET_IN = "let it in anew: the screen of devices, Who may come in"


def broker_files(troubles: Collection[str]) -> list[Finding]:
    """Each trouble says itself what to do."""
    found = [fault("broker files", words, "then start again: redbutton up") for words in troubles]
    return found or [ok("broker files", "only for their owner, and nobody comes in unknown")]


DatabaseState = Literal["current", "old", "none", "closed"]


def database(where: str, state: DatabaseState, words: str = "") -> Finding:
    if state == "closed":
        return fault(
            "database", f"cannot open {where}: {words}", "start it, or correct `database` in the file"
        )
    if state == "none":
        return warn("database", f"{where} is empty", "redbutton db upgrade --config SERVER.toml")
    if state == "old":
        return fault(
            "database", f"{where} has an older shape ({words})", "redbutton db upgrade --config SERVER.toml"
        )
    return ok("database", where)


def serial_port(name: str, port: str, exists: bool, usable: bool) -> Finding:
    what = f"transmitter {name}"
    if not exists:
        return fault(what, f"{port} is not there", "plug the cable in, or correct the port in the file")
    if not usable:
        return fault(
            what, f"this user may not open {port}", "sudo usermod -aG dialout USER, then sign in again"
        )
    return ok(what, port)


def clock(synced: bool | None) -> Finding:
    if synced is None:
        return warn("clock", "this system does not say whether its clock is right", "look at: timedatectl")
    if not synced:
        return warn(
            "clock",
            "nobody vouches for it (times in the history may be wrong; paging does not need it)",
            "sudo timedatectl set-ntp true",
        )
    return ok("clock", "synchronised")


PortState = Literal["ours", "free", "taken"]


def port(number: int, state: PortState) -> Finding:
    if state == "taken":
        return fault("port", f"{number} is taken by another program", "stop that one, or choose another port")
    return ok("port", f"{number} is {'free' if state == 'free' else 'answered by our server'}")


def disk(where: str, free_bytes: int) -> Finding:
    words = f"{free_bytes // MEBI} MiB free at {where}"
    if free_bytes < NO_ROOM:
        return fault("disk", words, "make room: without it no press can be kept")
    return warn("disk", words, "make room soon") if free_bytes < LITTLE_ROOM else ok("disk", words)


def worst(findings: Collection[Finding]) -> Level:
    order = (Level.FAULT, Level.WARN, Level.OK)
    return next((level for level in order if any(one.level is level for one in findings)), Level.OK)
