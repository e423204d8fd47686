"""Every kind of gap: what it means, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GapKind(StrEnum):
    # numbers of a unit
    LOST = "lost"
    STUCK = "stuck"
    AWAY = "away"
    COUNTED_AGAIN = "counted_again"
    UNIT_LOST = "unit_lost"
    # presses
    UNCALLED = "uncalled"
    MERGED_INTO_NOTHING = "merged_into_nothing"
    INCIDENT_GONE = "incident_gone"
    UNDO_IGNORED = "undo_ignored"
    UNDO_OF_NOTHING = "undo_of_nothing"
    UNDONE_BY_NOBODY = "undone_by_nobody"
    STRANGE_PRESS = "strange_press"
    # incidents
    CALL_GONE = "call_gone"
    ASLEEP = "asleep"
    NOT_TOLD = "not_told"
    NO_OUTCOME = "no_outcome"
    CONTRADICTS = "contradicts"
    PRESS_GONE = "press_gone"
    PRESSES_DIFFER = "presses_differ"
    CALLED_UNTRUE = "called_untrue"
    UNDONE_OPEN = "undone_open"
    # pages
    NO_FINAL_STATE = "no_final_state"
    PAGE_CONTRADICTS = "page_contradicts"
    STALE = "stale"
    DOUBLED = "doubled"
    NOT_REPEATED = "not_repeated"
    # the stand-in and slow channels
    REPORT_OF_NOTHING = "report_of_nothing"
    PRESS_NEVER_CAME = "press_never_came"
    LETTER_STUCK = "letter_stuck"
    # against what is known from outside
    PUSHED_AND_LOST = "pushed_and_lost"
    NEVER_PUSHED = "never_pushed"
    RANG_UNTOLD = "rang_untold"
    NEVER_RANG = "never_rang"


WORDS: dict[GapKind, tuple[str, str]] = {
    GapKind.LOST: (
        "the unit gave this number to a press, and the press is not here",
        "look at the unit's faults and disk of that time; a customer may have waited for nobody",
    ),
    GapKind.STUCK: (
        "the unit is connected and does not get rid of presses that it keeps",
        "look at the unit's own log, and at the refused messages",
    ),
    GapKind.AWAY: (
        "the unit went away with presses that have not come yet",
        "bring it back with its own disk: it sends them, as history",
    ),
    GapKind.COUNTED_AGAIN: (
        "the unit's counter began anew: its memory was lost or replaced by an older one",
        "what waited in it then is lost without a trace; look at its disk or SD card",
    ),
    GapKind.UNIT_LOST: (
        "the unit itself says that it lost presses",
        "look at its disk or SD card",
    ),
    GapKind.UNCALLED: (
        "a press of a calling button opened no call, and nobody said why",
        "was the button of another colour then? If not, look at the server's log of that moment",
    ),
    GapKind.MERGED_INTO_NOTHING: (
        "a press that joined a call names none",
        "look at the server's log of that moment",
    ),
    GapKind.INCIDENT_GONE: (
        "the call of this press is not here any more",
        "somebody deleted it, or the database is damaged: look at a backup",
    ),
    GapKind.UNDO_IGNORED: (
        "the customer took this press back and it still counts",
        "look at the server's log of that moment",
    ),
    GapKind.UNDO_OF_NOTHING: (
        "a press was taken back that never came",
        "the unit may still keep it; if it does not, it is lost",
    ),
    GapKind.UNDONE_BY_NOBODY: (
        "a press counts as taken back and nobody took it back",
        "somebody changed it, or the database is damaged: look at a backup",
    ),
    GapKind.STRANGE_PRESS: (
        "a press in a state that does not exist",
        "somebody changed it, or the database is damaged: look at a backup",
    ),
    GapKind.CALL_GONE: (
        "numbers of calls have a hole: these calls are not here",
        "somebody deleted them, or the database is damaged: look at a backup",
    ),
    GapKind.ASLEEP: (
        "something was due to happen with this call and did not",
        "does the server run? If it does, restart it and look at its log",
    ),
    GapKind.NOT_TOLD: (
        "nobody's pager rang for this call, and nobody was told so",
        "look at the gateway and the server's log of that time",
    ),
    GapKind.NO_OUTCOME: (
        "a closed call does not say how or when it ended",
        "somebody changed it, or the database is damaged: look at a backup",
    ),
    GapKind.CONTRADICTS: (
        "the state of this call and its times contradict each other",
        "somebody changed it, or the database is damaged: look at a backup",
    ),
    GapKind.PRESS_GONE: (
        "the press that opened this call is not here",
        "somebody deleted it, or the database is damaged: look at a backup",
    ),
    GapKind.PRESSES_DIFFER: (
        "this call counts other presses than there are",
        "a press is gone or belongs elsewhere: look at a backup",
    ),
    GapKind.CALLED_UNTRUE: (
        "the light said that somebody was called, and no page of this call rang",
        "look at the results of its pages",
    ),
    GapKind.UNDONE_OPEN: (
        "every press of this call was taken back and it is still open",
        "close it as a false press; look at the server's log",
    ),
    GapKind.NO_FINAL_STATE: (
        "nobody knows what became of this page, and nobody waits for it any more",
        "does the server run? Look at the gateway too",
    ),
    GapKind.PAGE_CONTRADICTS: (
        "the state of this page and its times contradict each other",
        "somebody changed it, or the database is damaged: look at a backup",
    ),
    GapKind.STALE: (
        "an alarm that was too old rang all the same",
        "whoever ran came too late: look at the gateway's log and clock",
    ),
    GapKind.DOUBLED: (
        "a pager rang twice for one call, and the second time was not marked as a repeat",
        "look at the gateway's log: which of the two was not needed",
    ),
    GapKind.NOT_REPEATED: (
        "it is not known whether this page rang, and it was not sent again",
        "look at the server's log of that moment",
    ),
    GapKind.REPORT_OF_NOTHING: (
        "the stand-in called for a press, and no call was opened for it",
        "look at the server's log of that moment",
    ),
    GapKind.PRESS_NEVER_CAME: (
        "the stand-in called for a press that never came itself",
        "the unit may still keep it: is it on?",
    ),
    GapKind.LETTER_STUCK: (
        "a letter by a slow channel was neither sent nor given up",
        "does the server run? Look at its mail settings",
    ),
    GapKind.PUSHED_AND_LOST: (
        "hands pushed more often than presses are accounted for",
        "this must never happen: keep the data and find out why",
    ),
    GapKind.NEVER_PUSHED: (
        "more presses are here than hands pushed",
        "forged or doubled: keep the data and find out why",
    ),
    GapKind.RANG_UNTOLD: (
        "a pager rang more often than pages say",
        "forged or doubled: keep the data and find out why",
    ),
    GapKind.NEVER_RANG: (
        "pages say that a pager rang more often than it did",
        "something claims more than it knows: keep the data and find out why",
    ),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that cannot be explained, in words that show no customer's word and no name."""

    kind: GapKind
    device: str
    """Unit or gateway; empty when there is none."""
    what: str
    """Its number or numbers: `press 17`, `call 42`, `page ...`."""
    at: datetime | None
    detail: str = ""
    count: int = 1
    """Presses, pages or calls that it is about."""

    @property
    def meaning(self) -> str:
        return WORDS[self.kind][0]

    @property
    def advice(self) -> str:
        return WORDS[self.kind][1]
