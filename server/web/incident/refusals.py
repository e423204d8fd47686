"""Plain words for "nothing changed": who was faster, whose it is, what is not possible any more."""

from __future__ import annotations

from server.requests import Refusal, RefusalReason
from server.rules.incidents import State
from server.web.frame import names
from server.web.frame.words import Words


def why(refusal: Refusal, by: str | None, t: Words) -> str:
    """`by`: the name of whoever deals with it, if somebody does."""
    match refusal.reason:
        case RefusalReason.NOBODY:
            return t.gettext("Nobody else can be called now. The call stays where it is.")
        case RefusalReason.BAD_VALUE:
            return t.gettext("Something that you chose is not there any more. Please choose again.")
        case RefusalReason.NOT_YOURS if by is not None:
            return t.gettext("%(name)s is dealing with this call.", name=by)
        case RefusalReason.NOT_YOURS:
            return t.gettext("This is not yours to do.")
        case _:
            pass
    if refusal.state is State.CLOSED:
        return t.gettext("This call is closed already.")
    if by is not None and refusal.state is not None:
        parts = {"name": by, "state": names.state(refusal.state, t)}
        return t.gettext("%(name)s was faster. The call is now: %(state)s.", **parts)
    if refusal.state is not None:
        return t.gettext(
            "Not possible any more. The call is now: %(state)s.", state=names.state(refusal.state, t)
        )
    return t.gettext("This call is not there any more.")
