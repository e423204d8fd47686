"""Who is here and why, in the words of a phone: one line per person."""

from __future__ import annotations

from server.rules.roster import Standing
from server.web.frame import names
from server.web.frame.words import Words


def standing_words(one: Standing | None, t: Words) -> str:
    """`on shift until 18:00`; nothing for somebody whom the store does not know."""
    if one is None:
        return ""
    word = names.why(one.why.value, t)
    if one.until is None:
        return word
    return t.gettext("%(why)s until %(time)s", why=word, time=t.clock(one.until))
