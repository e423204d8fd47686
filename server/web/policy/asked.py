"""The question of a try-out: which button, which day, what time. Odd values fall back to something sensible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from server.db import policies as rows
from server.rules.facts import Button, Policy, Store
from server.rules.try_out import CALLS, try_out
from server.web.frame.place import Place
from server.web.policy.timeline import Forecast, forecast
from server.web.roster.fields import day_of
from server.web.roster.lists import Option, options


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the question, as they are shown again."""

    buttons: tuple[Option, ...]
    button: Button | None
    """None: the store has no button yet."""
    at: datetime
    day: str
    time: str


def asked(place: Place, shop: Store, button: str, day: str, clock: str) -> Asked:
    """`button`: device/input. Without a moment: now."""
    now = place.words.local(place.services.now())
    chosen_day = day_of(day) or now.date()
    try:
        chosen_time = time.fromisoformat(clock).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        chosen_time = now.time().replace(second=0, microsecond=0)
    listed = sorted(shop.buttons.values(), key=lambda one: (one.colour != CALLS, label(one, shop).casefold()))
    known = {key(one): one for one in listed}
    chosen = known.get(button) or next(iter(listed), None)
    return Asked(
        buttons=options(
            [(key(one), label(one, shop)) for one in listed], key(chosen) if chosen is not None else ""
        ),
        button=chosen,
        at=datetime.combine(chosen_day, chosen_time, shop.zone).astimezone(UTC),
        day=chosen_day.isoformat(),
        time=chosen_time.strftime("%H:%M"),
    )


def answer(place: Place, shop: Store, question: Asked, policy: Policy | None = None) -> Forecast | None:
    """What would happen; with `policy` under that one, kept or not. None: there is no button to press."""
    if question.button is None:
        return None
    with place.services.db.reading() as session:
        last_paged = rows.last_paged(session, shop.id, place.services.now())
    found = try_out(shop, question.button, question.at, last_paged=last_paged, policy=policy)
    return forecast(found, shop, label(question.button, shop), place.words)


def key(button: Button) -> str:
    return f"{button.device}/{button.input}"


def label(button: Button, shop: Store) -> str:
    zone = shop.zones.get(button.zone_id) if button.zone_id is not None else None
    return f"{zone.name if zone else button.place} \u00b7 {button.label or key(button)}"
