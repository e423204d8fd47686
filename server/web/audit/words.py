"""The audit log in words: a sentence for every action, names of things and of their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.rules.audit import Action, Kind
from server.web.frame.words import Words

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

GROUPS: Mapping[str, tuple[Action, ...]] = {
    "signing_in": (
        Action.SIGNED_IN,
        Action.SIGNED_OUT,
        Action.SIGN_IN_FAILED,
        Action.SIGN_IN_GUESSING,
        Action.SESSION_ENDED,
    ),
    "accounts": (
        Action.ACCOUNT_ADDED,
        Action.ACCOUNT_CHANGED,
        Action.ACCOUNT_OFF,
        Action.ACCOUNT_ON,
        Action.PASSWORD_SET,
        Action.TABLET_ADDED,
        Action.TABLET_REVOKED,
        Action.PIN_SET,
        Action.PIN_TAKEN,
        Action.PIN_LOCKED,
    ),
    "shop": (
        Action.ADDED,
        Action.CHANGED,
        Action.ORDERED,
        Action.SWITCHED_OFF,
        Action.SWITCHED_ON,
        Action.REMOVED,
        Action.LOADED,
        Action.DUTY,
    ),
    "devices": (
        Action.DEVICE_SETTINGS,
        Action.DEVICE_COMMAND,
        Action.TRIED,
        Action.CLAIM_OPENED,
        Action.CLAIM_CLOSED,
        Action.CLAIM_ASKED,
        Action.IDENTITY_GIVEN,
        Action.IDENTITY_RENEWED,
        Action.IDENTITY_REVOKED,
    ),
    "looks": (
        Action.LOOKED_QUIET,
        Action.LOOKED_WORDS,
        Action.EXPORTED_SHOP,
        Action.EXPORTED_AUDIT,
        Action.EXPORTED_HISTORY,
        Action.EXPORTED_PERSON,
    ),
    "privacy": (Action.PERSON_FORGOTTEN, Action.RETENTION_SET, Action.RETENTION_DONE),
}


def groups(t: Words) -> list[tuple[str, str]]:
    return [
        ("signing_in", t.gettext("Signing in and out")),
        ("accounts", t.gettext("Sign-ins, tablets and PINs")),
        ("shop", t.gettext("The shop and its roster")),
        ("devices", t.gettext("Devices and their identities")),
        ("looks", t.gettext("Looks and exports")),
        ("privacy", t.gettext("Privacy")),
    ]


def sentence(action: str, thing: str, t: Words) -> str:
    """`thing`: what it was done to, as `thing` below says it; may be empty."""
    said = {
        Action.SIGNED_IN: t.gettext("Signed in"),
        Action.SIGNED_OUT: t.gettext("Signed out"),
        Action.SIGN_IN_FAILED: t.gettext(
            "Failed to sign in: %(thing)s", thing=thing or t.gettext("unknown name")
        ),
        Action.SIGN_IN_GUESSING: t.gettext(
            "Fails to sign in again and again: %(thing)s. Further tries of this hour are not listed.",
            thing=thing or t.gettext("unknown name"),
        ),
        Action.SESSION_ENDED: t.gettext("Ended a sign-in of another browser: %(thing)s", thing=thing),
        Action.ACCOUNT_ADDED: t.gettext("Gave a sign-in: %(thing)s", thing=thing),
        Action.ACCOUNT_CHANGED: t.gettext("Changed a sign-in: %(thing)s", thing=thing),
        Action.ACCOUNT_OFF: t.gettext("Took a sign-in away: %(thing)s", thing=thing),
        Action.ACCOUNT_ON: t.gettext("Allowed a sign-in again: %(thing)s", thing=thing),
        Action.PASSWORD_SET: t.gettext("Set a new password: %(thing)s", thing=thing),
        Action.TABLET_ADDED: t.gettext("Let a shared tablet in: %(thing)s", thing=thing),
        Action.TABLET_REVOKED: t.gettext("Shut a shared tablet out: %(thing)s", thing=thing),
        Action.PIN_SET: t.gettext("Set a PIN: %(thing)s", thing=thing),
        Action.PIN_TAKEN: t.gettext("Took a PIN away: %(thing)s", thing=thing),
        Action.PIN_LOCKED: t.gettext("Too many wrong PINs: %(thing)s is locked for a while", thing=thing),
        Action.CLAIM_OPENED: t.gettext("Opened the door for new devices: %(thing)s", thing=thing),
        Action.CLAIM_CLOSED: t.gettext("Closed the door for new devices: %(thing)s", thing=thing),
        Action.CLAIM_ASKED: t.gettext("A device asks to be let in: %(thing)s", thing=thing),
        Action.IDENTITY_GIVEN: t.gettext("Gave an identity: %(thing)s", thing=thing),
        Action.IDENTITY_RENEWED: t.gettext("Renewed an identity: %(thing)s", thing=thing),
        Action.IDENTITY_REVOKED: t.gettext("Took an identity away: %(thing)s", thing=thing),
        Action.ADDED: t.gettext("Added: %(thing)s", thing=thing),
        Action.CHANGED: t.gettext("Changed: %(thing)s", thing=thing),
        Action.ORDERED: t.gettext("Put in another order: %(thing)s", thing=thing),
        Action.SWITCHED_OFF: t.gettext("Switched off: %(thing)s", thing=thing),
        Action.SWITCHED_ON: t.gettext("Switched on: %(thing)s", thing=thing),
        Action.REMOVED: t.gettext("Removed: %(thing)s", thing=thing),
        Action.LOADED: t.gettext("Loaded the shop from a file"),
        Action.EXPORTED_SHOP: t.gettext("Exported the shop as a file"),
        Action.DUTY: t.gettext("Said who is here, on a break or away: %(thing)s", thing=thing),
        Action.DEVICE_SETTINGS: t.gettext("Changed settings of a device: %(thing)s", thing=thing),
        Action.DEVICE_COMMAND: t.gettext("Told a device what to do: %(thing)s", thing=thing),
        Action.TRIED: t.gettext("Tried in silence: %(thing)s", thing=thing or t.gettext("everything")),
        Action.LOOKED_QUIET: t.gettext("Looked at a quiet call: %(thing)s", thing=thing),
        Action.LOOKED_WORDS: t.gettext("Looked at words about a customer: %(thing)s", thing=thing),
        Action.EXPORTED_AUDIT: t.gettext("Exported this list"),
        Action.EXPORTED_HISTORY: t.gettext("Exported the history"),
        Action.EXPORTED_PERSON: t.gettext("Exported what is held about a person: %(thing)s", thing=thing),
        Action.PERSON_FORGOTTEN: t.gettext("Forgot a person who left: %(thing)s", thing=thing),
        Action.RETENTION_SET: t.gettext("Changed how long data is kept"),
        Action.RETENTION_DONE: t.gettext("Deleted what was too old"),
    }
    return said.get(action, action)  # type: ignore[call-overload,no-any-return]


def thing(kind: str, name: str, key: str, t: Words) -> str:
    said = {
        "zone": t.gettext("zone"),
        "button": t.gettext("button"),
        "person": t.gettext("person"),
        "pager": t.gettext("pager"),
        "cause": t.gettext("cause"),
        "last_resort": t.gettext("slow channel"),
        "opening": t.gettext("opening hours"),
        "special_day": t.gettext("special day"),
        "policy": t.gettext("policy"),
        "shift": t.gettext("working time"),
        "rotation": t.gettext("rotation"),
        "duty": t.gettext("exception in the roster"),
        "account": t.gettext("sign-in"),
        "device": t.gettext("device"),
        "tablet": t.gettext("tablet"),
        "incident": t.gettext("call"),
        "claim": t.gettext("claim"),
        "identity": t.gettext("identity"),
        "session": t.gettext("browser"),
        "store": t.gettext("shop"),
        "watch_code": t.gettext("codes of watches for"),
    }.get(kind, kind.replace("_", " "))
    return " ".join(part for part in (said, f"“{name}”" if name else key) if part)


def by_what(kind: str, t: Words) -> str:
    """For whoever is no account."""
    said = {
        Kind.CLI: t.gettext("at the shop's machine"),
        Kind.SYSTEM: t.gettext("the server itself"),
        Kind.NOBODY: t.gettext("a stranger"),
        Kind.TABLET: t.gettext("at a shared tablet"),
    }
    return said.get(kind, "")  # type: ignore[call-overload,no-any-return]


def field(name: str, t: Words) -> str:
    said = {
        "name": t.gettext("name"),
        "label": t.gettext("label"),
        "pager_name": t.gettext("name on pagers"),
        "initials": t.gettext("initials"),
        "position": t.gettext("place in the order"),
        "active": t.gettext("in use"),
        "zone_id": t.gettext("zone"),
        "zone": t.gettext("zone"),
        "parent_id": t.gettext("inside of"),
        "carrier_id": t.gettext("person"),
        "pager_id": t.gettext("pager"),
        "rotation_id": t.gettext("rotation"),
        "transmitter_id": t.gettext("transmitter"),
        "account_id": t.gettext("put in by"),
        "role": t.gettext("role"),
        "login": t.gettext("name to sign in with"),
        "language": t.gettext("language"),
        "languages": t.gettext("languages"),
        "skills": t.gettext("skills"),
        "skill": t.gettext("skill"),
        "colour": t.gettext("colour"),
        "device": t.gettext("device"),
        "input": t.gettext("input"),
        "address": t.gettext("address"),
        "weekday": t.gettext("weekday (0: Monday)"),
        "starts": t.gettext("from"),
        "starts_at": t.gettext("from"),
        "opens": t.gettext("from"),
        "ends": t.gettext("until"),
        "ends_at": t.gettext("until"),
        "until": t.gettext("until"),
        "closes": t.gettext("until"),
        "kind": t.gettext("kind"),
        "command": t.gettext("command"),
        "pager": t.gettext("pager"),
        "shift": t.gettext("working time"),
        "account": t.gettext("sign-in"),
        "carrier": t.gettext("person"),
        "policystep": t.gettext("steps"),
        "policy_hours": t.gettext("hours of the policy"),
        "rotation_member": t.gettext("people who take turns"),
        "added": t.gettext("added"),
        "changed": t.gettext("changed"),
        "gone": t.gettext("gone"),
    }
    return said.get(name, name.replace("_", " "))


def value(found: Any, t: Words) -> str:
    if found is None or found == "":
        return "–"
    if isinstance(found, bool):
        return t.gettext("yes") if found else t.gettext("no")
    if isinstance(found, str) and MOMENT.match(found) and (moment := _moment(found)) is not None:
        return f"{t.day_short(t.local(moment))} {t.clock(moment)}"
    return str(found)


def _moment(text: str) -> datetime | None:
    """None: it only looks like one, or it is of no zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 1 < moment.year < 9999 else None
