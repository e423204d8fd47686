"""One PIN tried on a tablet: right, or words for what is wrong and how long to wait."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from server.db import audit, pins
from server.db.pins import Holder
from server.rules.audit import Action, Actor, Kind, Outcome, Target
from server.rules.pins import is_pin
from server.web.frame.access import address_of
from server.web.frame.words import Words
from server.web.tablet.access import TabletPlace


@dataclass(frozen=True, slots=True)
class Wrong:
    words: str
    status: int
    wait_s: int = 0


def try_pin(place: TabletPlace, holder: Holder, pin: str) -> Wrong | None:
    """None: it is this person. Slow (hashing): only from a `def` route."""
    services, t = place.services, place.words
    if not is_pin(pin):
        return Wrong(t.gettext("A PIN has six figures."), 422)
    tried = pins.check(services.db, place.tablet.id, holder.account_id, pin, services.now())
    if tried.right:
        return None
    if tried.wait:
        words = _wait(tried.wait, t, whole=tried.whole_tablet)
        return Wrong(words, 429, math.ceil(tried.wait.total_seconds()))
    wrong = t.gettext("This PIN is not right.")
    if not tried.locked:
        return Wrong(wrong, 422)
    with services.db.transaction() as session:
        audit.note(
            session,
            services.now(),
            Actor(Kind.TABLET, name=place.tablet.name, address=address_of(place.request)),
            Action.PIN_LOCKED,
            store=place.store.id,
            target=Target("account", str(holder.account_id), holder.name),
            outcome=Outcome.REFUSED,
        )
    return Wrong(f"{wrong} {_wait(tried.locked, t, whole=False)}", 422)


def _wait(wait: timedelta, t: Words, *, whole: bool) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    if whole:
        return t.ngettext(
            "Too many wrong PINs on this tablet. Please use your phone, or wait %(n)s minute.",
            "Too many wrong PINs on this tablet. Please use your phone, or wait %(n)s minutes.",
            minutes,
        )
    return t.ngettext(
        "Too many wrong PINs. Please use your phone, or wait %(n)s minute.",
        "Too many wrong PINs. Please use your phone, or wait %(n)s minutes.",
        minutes,
    )
