"""The seven roles in words: what one is called, and what it may."""

from __future__ import annotations

from server.rules.rights import Role
from server.web.frame.words import Words


def role_name(role: str, t: Words) -> str:
    """A word that nobody knows stays as it is."""
    words: dict[str, str] = {
        Role.OWNER: t.gettext("Owner"),
        Role.MANAGER: t.gettext("Manager"),
        Role.SHIFT_LEAD: t.gettext("Shift lead"),
        Role.STAFF: t.gettext("Staff"),
        Role.SECURITY: t.gettext("Security"),
        Role.AUDITOR: t.gettext("Auditor"),
        Role.INSTALLER: t.gettext("Installer"),
    }
    return words.get(role, role)


def role_may(role: Role, t: Words) -> str:
    return {
        Role.OWNER: t.gettext("everything, and make others owners"),
        Role.MANAGER: t.gettext("everything but make owners"),
        Role.SHIFT_LEAD: t.gettext("take calls, see the history, plan shifts, try devices"),
        Role.STAFF: t.gettext("take calls and see today"),
        Role.SECURITY: t.gettext("take calls, see the history, quiet calls and what was refused"),
        Role.AUDITOR: t.gettext("look at the history, devices and records, change nothing"),
        Role.INSTALLER: t.gettext("connect devices and set up the shop, see no history"),
    }[role]
