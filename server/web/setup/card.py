"""The card for staff: what digits and beeps of their pagers mean, and which button has which number. To be printed."""

from __future__ import annotations

from dataclasses import dataclass

from server.db.setup_book import Book
from server.rules.pager_codes import IN_ORDER, Tone, numbered
from server.web.frame.words import Words
from server.web.setup import pager_words


@dataclass(frozen=True, slots=True)
class Meaning:
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    heading: str
    rows: tuple[Meaning, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class CardView:
    title: str
    back: str
    back_label: str
    help: str
    cards: tuple[Card, ...]


def card_view(book: Book, t: Words, url: str) -> CardView:
    zones = {zone.id: zone.name for zone in book.zones}
    numbers = numbered(button.id for button in book.buttons)
    calling = (one for one in book.buttons if one.active and one.colour == "red")
    buttons = sorted(calling, key=lambda one: numbers[one.id])
    last = numbers[buttons[-1].id] if buttons else 1
    return CardView(
        title=t.gettext("What pagers without letters say"),
        back=f"{url}/pagers",
        back_label=t.gettext("Pagers"),
        help=t.gettext("To be printed and hung up where only staff pass by."),
        cards=(
            Card(
                t.gettext("On a pager of digits"),
                t.gettext("Digit"),
                tuple(Meaning(f"-{one}", pager_words.digit(one, t)) for one in IN_ORDER),
                t.gettext(
                    "First the number of the button, then why: %(code)s is button %(number)s, %(why)s.",
                    code=f"{last}-1",
                    number=last,
                    why=pager_words.digit(1, t),
                ),
            ),
            Card(
                t.gettext("On a pager that only beeps"),
                t.gettext("Pattern"),
                tuple(Meaning(str(one.value), pager_words.tone(one, t)) for one in Tone),
            ),
            Card(
                t.gettext("Buttons"),
                t.gettext("Number"),
                tuple(
                    Meaning(str(numbers[one.id]), f"{zones.get(one.zone_id, '?')} \u00b7 {one.label}")
                    for one in buttons
                ),
                t.gettext("0 is a button that nobody has set up yet."),
            ),
        ),
    )
