"""When a device's certificate becomes a fault. Pure.

A device renews its certificate at two thirds of its life, a third of a year before its end, and asks again every hour
until it has the next one. A shop closed for a fortnight, a device in a drawer, a server that is being moved: a month
over the day is no accident any more, and worth a look while a quarter of the year is left. Two weeks before the end it
is a fault: nobody can count on a technician within days, and then the device stays outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.rules import faults as rules
from server.rules.faults import Faults, OwnFault

OVERDUE = timedelta(days=30)
ENDS_SOON = timedelta(days=14)
KINDS = (OwnFault.CERTIFICATE_LATE, OwnFault.CERTIFICATE_ENDS)


@dataclass(frozen=True, slots=True)
class Life:
    """Of the certificate that ends first, of those by which a device may come in: as long as the device does not say
    that it has the next one in use, it may have lost it."""

    renew_at: datetime
    not_after: datetime


def life(made_at: datetime, not_after: datetime) -> Life:
    return Life(not_after - (not_after - made_at) / 3, not_after)


def trouble(one: Life, now: datetime) -> OwnFault | None:
    if now >= one.not_after - ENDS_SOON:
        return OwnFault.CERTIFICATE_ENDS
    return OwnFault.CERTIFICATE_LATE if now >= one.renew_at + OVERDUE else None


def since(one: Life, kind: OwnFault) -> datetime:
    """From when on it is so: by that a screen knows the day of the end as well."""
    return one.renew_at if kind is OwnFault.CERTIFICATE_LATE else one.not_after - ENDS_SOON


def ends(fault_since: datetime) -> datetime:
    """The end of a certificate, from the beginning of its fault `CERTIFICATE_ENDS`."""
    return fault_since + ENDS_SOON


def found(faults: Faults, one: Life | None, now: datetime) -> Faults:
    """`one` None: nothing of this device runs out before long. The same faults when nothing changed."""
    kind = None if one is None else trouble(one, now)
    if one is None or kind is None:
        return rules.over(faults, *KINDS)
    begins = since(one, kind)
    before = faults.get((0, kind.value))
    other = rules.over(faults, *(a for a in KINDS if a is not kind))
    if before is not None and before.since == begins:
        return other
    return rules.found(rules.over(other, kind), kind, now, since=begins)
