"""Handing a wish about a call to the engine, and the words when nothing came of it: the same on every screen."""

from __future__ import annotations

from collections.abc import Callable

from server.db import places
from server.requests import AboutIncident, Answer, DeskClosed, Refusal
from server.web.frame.words import Words
from server.web.incident.refusals import why
from server.web.services import Services


def ask(services: Services, request: AboutIncident) -> Answer | None:
    """None: no answer in time."""
    try:
        return services.desk.ask(request)
    except DeskClosed:
        return None


def refused(
    services: Services, refusal: Refusal, t: Words, named: Callable[[str], str] = lambda name: name
) -> str:
    """`named`: how much of a name may be shown here."""
    with services.db.reading() as session:
        person = places.people(session, [refusal.by]).get(refusal.by or 0)
    return why(refusal, named(person.name) if person else None, t)


def busy(t: Words) -> str:
    return t.gettext("The server did not answer in time. Please try again.")


def not_there(t: Words) -> str:
    return t.gettext("Something that you chose is not there any more. Please choose again.")
