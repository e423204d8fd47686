"""A net below every test of a route: a transaction that changes rows in a request writes into the audit log too.

What may change without that stands here, each with its reason."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from starlette.types import ASGIApp, Receive, Scope, Send

from server.db.connect import Database

CHANGE = re.compile(
    r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?(?:\s+SET\s+"?(\w+)"?\s*=)?', re.IGNORECASE
)
QUIET = {
    "UPDATE sign_in SET used_at": "when a browser was last here, every five minutes",
    "UPDATE account SET language": "one's own language",
    "UPDATE claim SET pressed_input": "counts for nothing before somebody confirms it, and that is noted",
    "UPDATE claim SET pressed_at": "the same",
    "UPDATE claim SET ticket_hash": "the same device asks again after a restart: that it asked is noted",
    "UPDATE journal SET detail": "somebody is forgotten: wiped first, a few rows at a time, then noted",
    "UPDATE page SET body": "the same",
    "UPDATE refused SET detail": "the same",
    "UPDATE account SET password_hash": "the same password hashed anew, stronger, at a sign-in",
}
QUIET |= {
    "INSERT INTO pin_tries": "a try of a PIN is counted before it is looked at; a lock is told",
    "UPDATE pin_tries SET wrong": "the same",
    "DELETE FROM pin_tries": "a right one was said",
    "UPDATE tablet SET free_at": "the same, of the whole tablet",
    "UPDATE tablet SET used_at": "when a tablet was last here",
    "INSERT INTO tablet_door": "a manager waits for a tablet; which one is let in is told",
    "UPDATE tablet_door SET until": "the same",
    "DELETE FROM tablet_door": "and waits no longer",
    "INSERT INTO tablet": "a stranger's tablet shows a number meanwhile",
    "DELETE FROM tablet": "of a stranger that nobody let in",
}
LOG = {"audit_entry", "audit_end"}

_in_request: ContextVar[bool] = ContextVar("in_request", default=False)


class NotNoted(AssertionError):
    """Call `server.web.frame.audited.note` (or `server.db.audit.note`) at the end of this transaction."""


class Marked:
    """The app, as one whose requests are watched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _in_request.set(True)
        try:
            await self._app(scope, receive, send)
        finally:
            _in_request.reset(token)


def spread(db: Database) -> None:
    """Once per database."""
    event.listen(db.write_engine, "after_cursor_execute", _seen)
    event.listen(db.write_engine, "commit", _checked)
    event.listen(db.write_engine, "rollback", lambda connection: connection.info.pop("changed", None))


def _seen(connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
    found = CHANGE.match(statement)
    if found is not None and cursor.rowcount and _in_request.get():
        verb, table, column = found.groups()
        connection.info.setdefault("changed", set()).add(
            (table, f"{verb.upper()} {table}" + (f" SET {column}" if column else ""))
        )


def _checked(connection: Any) -> None:
    changed = connection.info.pop("changed", set())
    loud = sorted(what for table, what in changed if what not in QUIET and table not in LOG)
    if loud and not any(table in LOG for table, _ in changed):
        raise NotNoted(f"changed without an entry in the audit log: {', '.join(loud)}")
