"""The first screen of the setup: what is set up, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.db.setup_book import Book
from server.rules.rights import Right
from server.web.frame.words import Words
from server.web.setup import sayings
from server.web.setup.people import worn

MOST_NAMES = 3
OTHERS = {
    "/setup/people": Right.CHANGE_PEOPLE,
    "/setup/sign-ins": Right.GIVE_SIGN_INS,
    "/setup/policies": Right.CHANGE_POLICY,
    "/roster/": Right.PLAN_SHIFTS,
    "/setup/tablets": Right.GIVE_SIGN_INS,
    "/setup/privacy": Right.KEEP_PRIVACY,
}
"""Where the hub's own right is not enough."""


@dataclass(frozen=True, slots=True)
class Missing:
    text: str
    url: str
    label: str
    mood: str
    """`warn`: somebody may not be called; `plain`: good to know."""


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class HubView:
    missing: tuple[Missing, ...]
    cards: tuple[Card, ...]


def hub_view(
    book: Book,
    t: Words,
    url: str,
    store_url: str,
    may: Callable[[Right], bool],
    *,
    watches: bool = False,
) -> HubView:
    """`url`: of the setup. Working times live with the roster. What the visitor may not open is not told, nor are
    `watches` in a store that has none."""
    zones = sum(zone.active for zone in book.zones)
    buttons = sum(button.active for button in book.buttons)
    people = [person for person in book.people if person.active]
    pagers = sum(pager.active for pager in book.pagers)
    working = sum(("person", person.id) in book.working for person in people)
    channels = sum(channel.active for channel in book.channels)
    days = len({one.weekday for one in book.hours})
    cards = (
        Card(t.gettext("Zones"), t.ngettext("%(n)s zone", "%(n)s zones", zones), f"{url}/zones"),
        Card(t.gettext("Buttons"), t.ngettext("%(n)s button", "%(n)s buttons", buttons), f"{url}/buttons"),
        Card(t.gettext("People"), t.ngettext("%(n)s person", "%(n)s people", len(people)), f"{url}/people"),
        Card(t.gettext("Pagers"), t.ngettext("%(n)s pager", "%(n)s pagers", pagers), f"{url}/pagers"),
        *(
            [Card(t.gettext("Watches"), t.gettext("teach them their codes"), f"{url}/watches")]
            if watches
            else []
        ),
        Card(
            t.gettext("Working times"),
            t.ngettext("%(n)s person has working times", "%(n)s people have working times", working),
            f"{store_url}/roster/shifts",
        ),
        Card(
            t.gettext("Policies"),
            t.ngettext("%(n)s policy", "%(n)s policies", len(book.policies)),
            f"{url}/policies",
        ),
        Card(
            t.gettext("Opening hours"),
            t.ngettext("open on %(n)s day a week", "open on %(n)s days a week", days)
            if book.hours
            else t.gettext("always open"),
            f"{url}/hours",
        ),
        Card(
            t.gettext("Causes"),
            t.ngettext("%(n)s cause", "%(n)s causes", sum(cause.active for cause in book.causes)),
            f"{url}/causes",
        ),
        Card(
            t.gettext("Sign-ins"),
            t.ngettext("%(n)s may sign in", "%(n)s may sign in", sum(one.active for one in book.accounts)),
            f"{url}/sign-ins",
        ),
        Card(
            t.gettext("Slow channels"),
            t.ngettext("%(n)s channel", "%(n)s channels", channels) if channels else t.gettext("none"),
            f"{url}/channels",
        ),
        Card(t.gettext("Shared tablets"), t.gettext("tablets of the shop, and PINs"), f"{url}/tablets"),
        Card(t.gettext("Privacy"), t.gettext("how long data is kept"), f"{url}/privacy"),
    )
    return HubView(
        tuple(one for one in missing(book, t, url, store_url) if may(needs(one.url))),
        tuple(card for card in cards if may(needs(card.url))),
    )


def needs(url: str) -> Right:
    """Of a screen that the hub leads to."""
    return next((right for path, right in OTHERS.items() if path in url), Right.CHANGE_SHOP)


def missing(book: Book, t: Words, url: str, store_url: str) -> tuple[Missing, ...]:
    """In the order in which one sets things up: the first one is what to do next."""
    found: list[Missing] = []

    def tell(text: str, path: str, label: str, mood: str = "warn") -> None:
        found.append(Missing(text, path, label, mood))

    people = [person for person in book.people if person.active]
    pressed = [one for one in book.pressed if any(unit.device == one.device for unit in book.units)]
    if not any(zone.active for zone in book.zones):
        tell(t.gettext("No zone yet."), f"{url}/zones/new", t.gettext("Add a zone"))
    if pressed:
        words = t.ngettext(
            "%(n)s button was pressed that nobody set up.",
            "%(n)s buttons were pressed that nobody set up.",
            len(pressed),
        )
        tell(words, f"{url}/buttons", t.gettext("Set it up"))
    elif not any(button.active for button in book.buttons):
        tell(t.gettext("No button is set up yet."), f"{url}/buttons", t.gettext("Set up a button"))
    if not people:
        tell(t.gettext("Nobody can be called yet."), f"{url}/people/new", t.gettext("Add a person"))
    bare = [person.name for person in people if not worn(book, person.id)]
    if bare:
        tell(_bare(bare, t), f"{url}/people", t.gettext("Give out pagers"))
    idle = sum(("person", person.id) not in book.working for person in people)
    if people and idle == len(people):
        tell(
            t.gettext("Nobody has working times yet."), f"{store_url}/roster/shifts", t.gettext("Plan shifts")
        )
    elif idle:
        words = t.ngettext("%(n)s person has no working times.", "%(n)s people have no working times.", idle)
        tell(words, f"{store_url}/roster/shifts", t.gettext("Plan shifts"), "plain")
    if not book.policies:
        words = t.gettext("No policy yet: the zone is called first, then the shift lead, then everybody.")
        tell(words, f"{url}/policies", t.gettext("Write a policy"))
    if not any(pager.active and pager.fallback for pager in book.pagers):
        words = t.gettext("No pager rings when nobody at all can be called.")
        tell(words, f"{url}/pagers", t.gettext("Choose one"))
    drawer = sum(
        pager.active
        and pager.carrier_id is None
        and not pager.fallback
        and book.policy_of("pager", pager.id) is None
        for pager in book.pagers
    )
    if drawer:
        words = t.ngettext("%(n)s pager lies in the drawer.", "%(n)s pagers lie in the drawer.", drawer)
        tell(words, f"{url}/pagers", t.gettext("Look"), "plain")
    return tuple(found)


def _bare(names: list[str], t: Words) -> str:
    if len(names) == 1:
        return t.gettext("%(name)s has no pager.", name=names[0])
    if len(names) <= MOST_NAMES:
        return t.gettext("These people have no pager: %(names)s.", names=sayings.listed(names))
    return t.ngettext("%(n)s person has no pager.", "%(n)s people have no pager.", len(names))
