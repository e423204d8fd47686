"""Faults of devices in the words of a technician in the shop: what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker_config.messages.device import FaultKind
from server.db.devices import InputLine
from server.db.faults import Fault
from server.rules import certificates
from server.rules.faults import OwnFault
from server.web.devices import words
from server.web.frame.words import Words
from server.web.readiness.words import certificate_ends

ONLY_A_HINT = frozenset(
    {
        FaultKind.CHATTER,
        FaultKind.FLOOD,
        FaultKind.SPOOL_REPLACED,
        FaultKind.UNDERVOLT,
        FaultKind.THROTTLED,
        OwnFault.SETTINGS_REFUSED,
        OwnFault.CLOCK,
        OwnFault.CERTIFICATE_LATE,
    }
)
"""A call still comes through; of any other kind that is not sure."""
SAYS_MORE = frozenset(
    {
        FaultKind.DISK_FULL,
        FaultKind.DISK_READ_ONLY,
        FaultKind.DISK_FAILED,
        FaultKind.SPOOL_REPLACED,
        FaultKind.PRESSES_LOST,
        FaultKind.TAKEN_OVER,
        OwnFault.GAP,
        OwnFault.COUNTER_BACK,
        OwnFault.SETTINGS_REFUSED,
    }
)
"""Its own words tell more than ours; of other kinds that we know they say the same in English."""
KNOWN = frozenset({kind.value for kind in FaultKind} | {kind.value for kind in OwnFault})
PRESENCE = frozenset({OwnFault.DEAD, OwnFault.SILENT})


@dataclass(frozen=True, slots=True)
class FaultLine:
    key: str
    mood: str
    where: str
    """Which input; empty: the whole device."""
    what: str
    said: str
    """What the device itself says, in its own words."""
    advice: str


def fault_line(fault: Fault, inputs: tuple[InputLine, ...], now: datetime, t: Words) -> FaultLine:
    return FaultLine(
        key=f"fault-{fault.id}",
        mood=mood(fault.kind),
        where=words.input_name(fault.input, inputs, t) if fault.input is not None else "",
        what=what(fault, now, t),
        said=said(fault),
        advice=advice(fault.kind, t),
    )


def said(fault: Fault) -> str:
    return words.cut(fault.text) if fault.kind in SAYS_MORE or fault.kind not in KNOWN else ""


def mood(kind: str) -> str:
    return "warn" if kind in ONLY_A_HINT else "bad"


def name(kind: str, t: Words) -> str:
    """Short, for the table of a day; of a kind that only a newer device knows its own word."""
    names = {
        FaultKind.STUCK: t.gettext("Contact stays closed"),
        FaultKind.CHATTER: t.gettext("Contact chatters"),
        FaultKind.FLOOD: t.gettext("Pushed again and again"),
        FaultKind.DISK_FULL: t.gettext("Disk is full"),
        FaultKind.DISK_READ_ONLY: t.gettext("Disk takes no writes"),
        FaultKind.DISK_FAILED: t.gettext("Disk does not work"),
        FaultKind.SPOOL_REPLACED: t.gettext("Kept presses were damaged"),
        FaultKind.PRESSES_LOST: t.gettext("Presses lost on the device"),
        FaultKind.UNDERVOLT: t.gettext("Too little voltage"),
        FaultKind.THROTTLED: t.gettext("Slowed down"),
        FaultKind.TAKEN_OVER: t.gettext("Another device has its name"),
        OwnFault.GAP: t.gettext("Presses never came"),
        OwnFault.COUNTER_BACK: t.gettext("Counter began anew"),
        OwnFault.DEAD: t.gettext("No connection"),
        OwnFault.SILENT: t.gettext("Hangs"),
        OwnFault.SETTINGS_REFUSED: t.gettext("Settings refused"),
        OwnFault.CLOCK: t.gettext("Clock is not set"),
        OwnFault.CERTIFICATE_LATE: t.gettext("Certificate not renewed"),
        OwnFault.CERTIFICATE_ENDS: t.gettext("Certificate ends"),
    }
    found: dict[str, str] = {str(kind): text for kind, text in names.items()}
    return found.get(kind, words.cut(kind))


def what(fault: Fault, now: datetime, t: Words) -> str:
    """What is wrong, with its figures."""
    time = words.lasting((fault.ended_at or now) - fault.since, t)
    n = fault.count
    match fault.kind:
        case FaultKind.STUCK:
            return t.gettext("The contact has been closed for %(time)s.", time=time)
        case FaultKind.CHATTER:
            return t.ngettext(
                "The contact opens and closes without a finger: %(n)s change in %(time)s.",
                "The contact opens and closes without a finger: %(n)s changes in %(time)s.",
                n,
                time=time,
            )
        case FaultKind.FLOOD:
            return t.ngettext(
                "Pushed again and again: %(n)s push stands behind one press.",
                "Pushed again and again: %(n)s pushes stand behind one press.",
                n,
            )
        case FaultKind.DISK_FULL:
            return t.gettext("Its disk has been full for %(time)s.", time=time) + _in_memory(n, t)
        case FaultKind.DISK_READ_ONLY:
            return t.gettext("Its disk has taken no writes for %(time)s.", time=time) + _in_memory(n, t)
        case FaultKind.DISK_FAILED:
            return t.gettext("Its disk has not worked for %(time)s.", time=time) + _in_memory(n, t)
        case FaultKind.SPOOL_REPLACED:
            return t.gettext("The file with its presses was damaged, and it began a new one.")
        case FaultKind.PRESSES_LOST:
            return t.ngettext(
                "%(n)s press is lost: neither its disk nor its memory took it.",
                "%(n)s presses are lost: neither its disk nor its memory took them.",
                n,
            )
        case FaultKind.UNDERVOLT:
            return t.gettext("It has had too little voltage for %(time)s.", time=time)
        case FaultKind.THROTTLED:
            return t.gettext("Heat or low voltage has slowed it down for %(time)s.", time=time)
        case FaultKind.TAKEN_OVER:
            return t.ngettext(
                "Another device connects by its name: %(n)s time so far.",
                "Another device connects by its name: %(n)s times so far.",
                max(1, n),
            )
        case OwnFault.GAP:
            return t.ngettext(
                "%(n)s press that it counted never came.",
                "%(n)s presses that it counted never came.",
                max(1, n),
            )
        case OwnFault.COUNTER_BACK:
            return t.gettext("Its counter of presses began anew.")
        case OwnFault.DEAD:
            return t.gettext("No connection for %(time)s.", time=time)
        case OwnFault.SILENT:
            return t.gettext("It is connected and has said nothing for %(time)s: it hangs.", time=time)
        case OwnFault.SETTINGS_REFUSED:
            return t.gettext("It refuses its settings and works by the ones before.")
        case OwnFault.CLOCK:
            return t.gettext("Nobody has set its clock for %(time)s.", time=time)
        case OwnFault.CERTIFICATE_LATE:
            return t.gettext("It should have renewed its certificate %(time)s ago.", time=time)
        case OwnFault.CERTIFICATE_ENDS:
            return certificate_ends(certificates.ends(fault.since), fault.ended_at or now, t)
        case _:
            return t.gettext("It reports “%(kind)s” for %(time)s.", kind=words.cut(fault.kind), time=time)


def figure(fault: Fault, t: Words) -> str:
    """For a table: how many of what; empty where there is nothing to count."""
    n = fault.count
    match fault.kind:
        case _ if not n:
            return ""
        case FaultKind.CHATTER:
            return t.ngettext("%(n)s change", "%(n)s changes", n)
        case FaultKind.FLOOD:
            return t.ngettext("%(n)s push", "%(n)s pushes", n)
        case FaultKind.TAKEN_OVER:
            return t.ngettext("%(n)s time", "%(n)s times", n)
        case (
            OwnFault.GAP
            | FaultKind.PRESSES_LOST
            | FaultKind.DISK_FULL
            | FaultKind.DISK_READ_ONLY
            | FaultKind.DISK_FAILED
        ):
            return t.ngettext("%(n)s press", "%(n)s presses", n)
        case _:
            return ""


def advice(kind: str, t: Words) -> str:
    match kind:
        case FaultKind.STUCK:
            return t.gettext("Look whether something leans on the button, then whether its cable is wet.")
        case FaultKind.CHATTER:
            return t.gettext("Look for a worn button, a wet plug, or a cable that runs beside mains.")
        case FaultKind.FLOOD:
            return t.gettext("Mostly a child at play. If nobody is there, look at the button itself.")
        case FaultKind.DISK_FULL:
            return t.gettext("Presses still go out, but a power cut would lose them. Change the memory card.")
        case FaultKind.DISK_READ_ONLY:
            return t.gettext("Restart it. If that does not help, the memory card is worn out: change it.")
        case FaultKind.DISK_FAILED:
            return t.gettext("Presses still go out, but a power cut would lose them. Change the memory card.")
        case FaultKind.SPOOL_REPLACED:
            return t.gettext("The old file is kept on it. If this comes again, change the memory card.")
        case FaultKind.PRESSES_LOST:
            return t.gettext("Change its memory card now, and look why it was without a network so long.")
        case FaultKind.UNDERVOLT:
            return t.gettext("Take another power supply, or a shorter and thicker cable.")
        case FaultKind.THROTTLED:
            return t.gettext("Give it air, out of the sun. Then look at its power supply.")
        case FaultKind.TAKEN_OVER:
            return t.gettext(
                "Was a memory card copied? Give one of the two a name and a password of its own."
            )
        case OwnFault.GAP:
            return t.gettext("Look what happened to it then. If this comes again, change the memory card.")
        case OwnFault.COUNTER_BACK:
            return t.gettext("Was its memory card changed? If not, change it now.")
        case OwnFault.DEAD:
            return t.gettext("Is it switched on, and is the network there?")
        case OwnFault.SILENT:
            return t.gettext("Switch it off and on. If this comes again, change the device.")
        case OwnFault.SETTINGS_REFUSED:
            return t.gettext("Open its settings: what it says stands at the fields.")
        case OwnFault.CLOCK:
            return t.gettext(
                "Does its network let it reach a time server? Until then it keeps no night hours."
            )
        case OwnFault.CERTIFICATE_LATE:
            return t.gettext(
                "It does so by itself while it is connected. Is its clock right? Then switch it off and on."
            )
        case OwnFault.CERTIFICATE_ENDS:
            return t.gettext(
                "Let it in anew, under “Who may come in”. If it is connected, try off and on first."
            )
        case _:
            return t.gettext("Ask whoever looks after the devices what this means.")


def _in_memory(count: int, t: Words) -> str:
    """Presses that nothing but the memory of the unit holds."""
    if not count:
        return ""
    return " " + t.ngettext(
        "%(n)s press is in its memory alone.", "%(n)s presses are in its memory alone.", count
    )
