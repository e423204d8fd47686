"""Pure: which push a page on the wrist answers, so that the floor can say how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST_S = 120.0
"""A page later than this after a push is not called its answer."""


@dataclass(frozen=True, slots=True)
class Push:
    button: str
    places: tuple[str, ...]
    """Words by which a pager's text may name it: label, zone. None are known of one that was unpacked here."""
    at: float


def answered_push(pushes: Sequence[Push], text: str, at: float) -> Push | None:
    """The newest push of the place that the text names. A text without words, and any text when nobody knows the
    button's names, is taken for the answer to the only button that was pushed lately. None when it is not certain: a
    wrong figure is worse than none."""
    recent = [push for push in pushes if 0.0 <= at - push.at <= LONGEST_S]
    named = [push for push in recent if _names(text, push.places)]
    if named:
        return max(named, key=lambda push: push.at)
    if len({push.button for push in recent}) != 1:
        return None
    if recent[0].places and any(sign.isalpha() for sign in text):
        return None
    return max(recent, key=lambda push: push.at)


def _names(text: str, places: Iterable[str]) -> bool:
    """A short display may cut the place: its first word, or its first six letters, are enough."""
    folded = _plain(text)
    return any(_plain(place)[:6] in folded for place in places if _plain(place))


_TWINS = str.maketrans("äöõüšž", "aoousz")


def _plain(text: str) -> str:
    return " ".join(text.casefold().translate(_TWINS).split())
