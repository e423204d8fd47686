"""What the audit log tells: who did what to which thing, and how its rows hang together. Pure.

Each row carries the hash of the row before it, so one that was altered or taken out is found. The words of a row
(names, address, before and after) go into its hash as a sealed sum with a salt of its own: when somebody must be
forgotten, words and salt are wiped, and the chain still holds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

Value: TypeAlias = str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"] | None
Changes: TypeAlias = Mapping[str, tuple[Value, Value]]
"""Field -> (before, after)."""

SECRET = re.compile(r"(^|_)(password|secret|token|pin|hash|salt)(_|$)")
"""Of such a field it is told that it changed, never what it was."""
HIDDEN = "•••"
MOST_FIELDS = 60
LONGEST_VALUE = 300
START = "0" * 64
"""Stands for the row before the first one."""


class Action(StrEnum):
    """Every one has a sentence on the screen of changes: `server.web.audit.words`."""

    # signing in
    SIGNED_IN = "sign_in.in"
    SIGNED_OUT = "sign_in.out"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_IN_GUESSING = "sign_in.guessing"
    """So many failures that no more of them are written down in this hour."""
    SESSION_ENDED = "session.ended"
    """Somebody ended the sign-in of another browser, their own or another person's."""
    # accounts
    ACCOUNT_ADDED = "account.added"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_OFF = "account.off"
    ACCOUNT_ON = "account.on"
    PASSWORD_SET = "password.set"
    # shared tablets
    TABLET_ADDED = "tablet.added"
    TABLET_REVOKED = "tablet.revoked"
    PIN_SET = "pin.set"
    PIN_TAKEN = "pin.taken"
    PIN_LOCKED = "pin.locked"
    # identities of devices
    CLAIM_OPENED = "claim.opened"
    CLAIM_CLOSED = "claim.closed"
    CLAIM_ASKED = "claim.asked"
    IDENTITY_GIVEN = "identity.given"
    IDENTITY_RENEWED = "identity.renewed"
    IDENTITY_REVOKED = "identity.revoked"
    # rows of the shop: zones, buttons, people, policies, shifts ...
    ADDED = "shop.added"
    CHANGED = "shop.changed"
    ORDERED = "shop.ordered"
    SWITCHED_OFF = "shop.off"
    SWITCHED_ON = "shop.on"
    REMOVED = "shop.removed"
    LOADED = "shop.loaded"
    """By the command line, from a file."""
    EXPORTED_SHOP = "shop.exported"
    # people at work, devices, readiness
    DUTY = "duty.set"
    DEVICE_SETTINGS = "device.settings"
    DEVICE_COMMAND = "device.command"
    TRIED = "readiness.tried"
    # what was looked at and carried out
    LOOKED_QUIET = "look.quiet"
    LOOKED_WORDS = "look.words"
    EXPORTED_AUDIT = "audit.exported"
    EXPORTED_HISTORY = "history.exported"
    EXPORTED_PERSON = "person.exported"
    # privacy
    PERSON_FORGOTTEN = "person.forgotten"
    RETENTION_SET = "retention.set"
    RETENTION_DONE = "retention.done"
    """What was deleted because it was old: counts by kind."""


class Kind(StrEnum):
    """By which way somebody acted."""

    ACCOUNT = "account"
    TABLET = "tablet"
    """Somebody with a PIN at a shared tablet."""
    CLI = "cli"
    SYSTEM = "system"
    NOBODY = "nobody"
    """A stranger: somebody who is not signed in."""


class Outcome(StrEnum):
    OK = "ok"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. The name as it is now: it stays in the row when the person is renamed."""

    kind: Kind
    id: int | None = None
    """Of the account."""
    name: str = ""
    address: str = ""
    """Where the request came from."""


SYSTEM = Actor(Kind.SYSTEM)


@dataclass(frozen=True, slots=True)
class Target:
    """What it was done to. `kind`: zone, button, person, account, device, incident ..."""

    kind: str = ""
    id: str = ""
    name: str = ""


NOTHING = Target()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, as far as its hash goes."""

    store: str
    number: int
    at: datetime
    who_kind: str
    who_id: int | None
    action: str
    target_kind: str
    target_id: str
    outcome: str
    who_name: str
    address: str
    target_name: str
    changes: Mapping[str, Any]
    salt: str
    """Empty: the words were wiped on purpose."""
    sealed: str
    before: str
    hash: str


def seal(salt: str, who_name: str, address: str, target_name: str, changes: Mapping[str, Any]) -> str:
    return _sum([salt, who_name, address, target_name, changes])


def hash_of(
    store: str,
    number: int,
    at: datetime,
    who: tuple[str, int | None],
    action: str,
    target: tuple[str, str],
    outcome: str,
    sealed: str,
    before: str,
) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return _sum([store, number, moment, *who, action, *target, outcome, sealed, before])


def is_whole(entry: Entry) -> bool:
    """Whether the row is as it was written, or as it was after its words were wiped."""
    words = (entry.who_name, entry.address, entry.target_name, entry.changes)
    told = not any(words) if not entry.salt else seal(entry.salt, *words) == entry.sealed
    return told and entry.hash == hash_of(
        entry.store,
        entry.number,
        entry.at,
        (entry.who_kind, entry.who_id),
        entry.action,
        (entry.target_kind, entry.target_id),
        entry.outcome,
        entry.sealed,
        entry.before,
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Value, Value]]:
    """Fields that are not the same any more; nested ones by their path: `night.volume`."""
    old, new = _flat(before), _flat(after)
    names = sorted(old.keys() | new.keys())
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def _flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat


def tidy_changes(changes: Changes) -> dict[str, list[Any]]:
    """As it is kept: no secret, nothing endless, no sign that acts."""
    kept: dict[str, list[Any]] = {}
    for name, (before, after) in list(changes.items())[:MOST_FIELDS]:
        hidden = SECRET.search(name) is not None
        kept[tidy(name, 60)] = [HIDDEN, HIDDEN] if hidden else [_value(before), _value(after)]
    return kept


def tidy(text: str, longest: int) -> str:
    """Printable and short."""
    safe = "".join(letter if letter.isprintable() else " " for letter in text)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def _value(value: Value) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return tidy(value, LONGEST_VALUE)
    return tidy(json.dumps(value, ensure_ascii=False, default=str), LONGEST_VALUE)


def _sum(parts: Sequence[Any]) -> str:
    canonical = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
