"""The account of a period: what became of every press, page and incident, and every gap in that.

Pure and the same for a real shop, the chaos run and the world. Facts come from `server.db.account`; whoever knows
from outside what hands and transmitters did (a test, the world) hands that in as `Truth`."""

from server.rules.account.draw_up import Account, Totals, draw_up
from server.rules.account.facts import (
    Double,
    Facts,
    Incident,
    IncidentTally,
    Letter,
    Page,
    PageTally,
    Press,
    PressTally,
    Report,
    Truth,
    UnitTrouble,
)
from server.rules.account.kinds import Gap, GapKind
from server.rules.account.numbers import Hole, RefusedPresses, Unit

__all__ = [
    "Account",
    "Double",
    "Facts",
    "Gap",
    "GapKind",
    "Hole",
    "Incident",
    "IncidentTally",
    "Letter",
    "Page",
    "PageTally",
    "Press",
    "PressTally",
    "RefusedPresses",
    "Report",
    "Totals",
    "Truth",
    "Unit",
    "UnitTrouble",
    "draw_up",
]
