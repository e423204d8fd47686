"""Words about what pagers show: sets of letters, why a capcode is no good, what digits and beeps mean."""

from __future__ import annotations

from broker_config.capcodes import HIGHEST_RIC, Trouble
from server.rules.pager_codes import Tone
from server.web.frame import names
from server.web.frame.words import Words


def charset(word: str, t: Words) -> str:
    return {
        "ascii": t.gettext("Latin letters only"),
        "de": t.gettext("Latin with ä ö ü ß (German)"),
        "se": t.gettext("Latin with ä ö å (Swedish, Finnish)"),
        "koi7": t.gettext("Russian, no Latin letters (Advisor in Russian, Scriptor LX1)"),
        "linguist": t.gettext("Russian and Latin capitals (Linguist, NEC, Optima, Truly)"),
        "philips": t.gettext("Russian and Latin capitals (Philips)"),
    }.get(word, word)


def capcode(trouble: Trouble, t: Words) -> str:
    """Why its transmitter cannot call this capcode, and what to do."""
    return {
        Trouble.NOT_A_RIC: t.gettext(
            "This transmitter calls capcodes of up to seven digits, perhaps with a letter A to D after them."
        ),
        Trouble.TOO_HIGH: t.gettext("No capcode is above %(highest)s.", highest=HIGHEST_RIC),
        Trouble.IDLE: t.gettext(
            "On the air this capcode looks like an idle channel, and its calls get lost. The pager needs another one."
        ),
        Trouble.SYNC: t.gettext(
            "On the air this capcode looks like the beat that pagers listen for, and its calls get lost. "
            "The pager needs another one."
        ),
        Trouble.LOW: t.gettext(
            "Capcodes from 0 to 7 are easily taken for noise. The pager needs a higher one."
        ),
        Trouble.NOT_DIGITS: t.gettext("This transmitter calls by digits alone."),
        Trouble.TOO_LONG: t.gettext("This capcode is too long for its transmitter."),
        Trouble.NOT_A_CODE: t.gettext("A code has six digits 0 to 9 or letters A to F."),
        Trouble.NO_CODE: t.gettext("The codes 000000 and FFFFFF cannot be sent."),
    }[trouble]


def reason(word: str, t: Words) -> str:
    """Why a pager rings, as a heading of its own."""
    more = {"step": t.gettext("somebody calls"), "drill": t.gettext("a drill")}
    return more.get(word) or names.reason(word, t)


def digit(number: int, t: Words) -> str:
    """What the digit after the button's number means."""
    return (
        t.gettext("no need to go any more"),
        t.gettext("somebody calls"),
        t.gettext("still waiting"),
        t.gettext("pressed again"),
        t.gettext("nobody has arrived"),
        t.gettext("passed on to you"),
        t.gettext("help needed"),
        t.gettext("quiet call"),
        t.gettext("nobody else could be called"),
        t.gettext("a drill: the next digit says what for"),
    )[number]


def tone(pattern: Tone, t: Words) -> str:
    return {
        Tone.COME: t.gettext("somebody calls"),
        Tone.HURRY: t.gettext("hurry: still waiting, help needed, or a quiet call"),
        Tone.OVER: t.gettext("no need to go any more"),
        Tone.DRILL: t.gettext("a drill"),
    }[pattern]
