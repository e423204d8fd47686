"""Who may do what: seven roles, what each of them may, and nothing else. Pure.

A screen or a route names the one right that it needs; what is not granted here is refused. Rights hold in the stores
of the account only. Quiet calls are a right of their own, since others must not even learn that there was one."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Of an account. Not what a pager's carrier is called for: a policy asks for that."""

    OWNER = "owner"
    MANAGER = "manager"
    SHIFT_LEAD = "shift_lead"
    STAFF = "staff"
    SECURITY = "security"
    AUDITOR = "auditor"
    INSTALLER = "installer"


class Right(StrEnum):
    SEE_BOARD = "see_board"
    """Who waits now, one incident of today without quiet calls, and whether everything works."""
    ANSWER = "answer"
    """Acknowledge, pass on, arrive, close, note; also who is here, one's own breaks and "I am here"."""
    SEE_HISTORY = "see_history"
    SEE_WORDS = "see_words"
    """What was written about a customer: notes, and later a customer's own words and contact."""
    SEE_QUIET = "see_quiet"
    SEE_REFUSED = "see_refused"
    """What the broker's devices said that was refused."""
    PLAN_SHIFTS = "plan_shifts"
    SEE_DEVICES = "see_devices"
    COMMAND_DEVICES = "command_devices"
    """Ask a device for something, change its settings, ring a drill, try the shop out."""
    ENROL = "enrol"
    """Open claiming, confirm a device, take its rights away."""
    CHANGE_SHOP = "change_shop"
    """Zones, buttons, pagers, causes, hours, slow channels."""
    CHANGE_POLICY = "change_policy"
    CHANGE_PEOPLE = "change_people"
    GIVE_SIGN_INS = "give_sign_ins"
    """Accounts of others, their sign-ins and tablets."""
    EXPORT = "export"
    SEE_AUDIT = "see_audit"
    KEEP_PRIVACY = "keep_privacy"
    """Retention rules, and what is held about a person."""


_WATCH = frozenset({Right.SEE_BOARD})
_STAFF = _WATCH | {Right.ANSWER}
_LEAD = _STAFF | {
    Right.SEE_HISTORY,
    Right.SEE_WORDS,
    Right.PLAN_SHIFTS,
    Right.SEE_DEVICES,
    Right.COMMAND_DEVICES,
}
_EVERYTHING = frozenset(Right)

GRANTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: _EVERYTHING,
    Role.MANAGER: _EVERYTHING,
    Role.SHIFT_LEAD: _LEAD,
    Role.STAFF: _STAFF,
    # What is forged or replayed shows as a fault of its device, and the way to the refused list is from there.
    Role.SECURITY: _STAFF | {Right.SEE_HISTORY, Right.SEE_QUIET, Right.SEE_REFUSED, Right.SEE_DEVICES},
    Role.AUDITOR: _WATCH
    | {
        Right.SEE_HISTORY,
        Right.SEE_WORDS,
        Right.SEE_REFUSED,
        Right.SEE_DEVICES,
        Right.EXPORT,
        Right.SEE_AUDIT,
    },
    # The board too: who wires a shop proves it there, by a drill that arrives.
    Role.INSTALLER: _WATCH
    | frozenset(
        {Right.SEE_DEVICES, Right.COMMAND_DEVICES, Right.ENROL, Right.CHANGE_SHOP, Right.SEE_REFUSED}
    ),
}


def may(role: str, right: Right) -> bool:
    """A role that nobody knows may nothing."""
    try:
        return right in GRANTS[Role(role)]
    except ValueError:
        return False


def may_give(giver: str, role: str) -> bool:
    """Whether one who gives sign-ins may make somebody this: only an owner makes owners."""
    if role not in set(Role) or not may(giver, Right.GIVE_SIGN_INS):
        return False
    return Role(role) is not Role.OWNER or giver == Role.OWNER
