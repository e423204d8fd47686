"""The small red or green mark that stands on other screens and leads to readiness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from server.db.readiness import newest_span
from server.rules.readiness import SILENT_AFTER
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Mark:
    mood: str
    """`good` or `bad`; also the name of its icon."""
    text: str
    url: str


def readiness_mark(session: Session, store_id: str, now: datetime, t: Words) -> Mark:
    """Cheap (one row), so that it may stand on a board: what the engine wrote down at its last look."""
    newest = newest_span(session, store_id, now)
    url = f"/s/{store_id}/readiness"
    if newest is None or now - newest.ends_at > SILENT_AFTER:
        return Mark("bad", t.gettext("Nobody looks whether everything works"), url)
    if newest.ok:
        return Mark("good", t.gettext("Everything works"), url)
    return Mark("bad", needs_a_hand(max(1, len(newest.causes)), t), url)


def needs_a_hand(count: int, t: Words) -> str:
    return t.ngettext("%(n)s thing needs a hand", "%(n)s things need a hand", count)
