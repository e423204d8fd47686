"""Asking the engine for a screen: what was done, or one sentence why not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from sqlmodel import Session

from server.db import setup_write
from server.db.engine_store import read_store
from server.requests import DeskClosed, Refusal, RefusalReason, SetDuty, ShopChanged
from server.rules.facts import Store
from server.web.frame.audited import noting
from server.web.frame.place import Place

T = TypeVar("T")


def ask(place: Place, request: SetDuty) -> str | None:
    """None: it is done. Otherwise what to tell people."""
    t = place.words
    try:
        answer = place.services.desk.ask(replace(request, by=place.visitor.actor))
    except DeskClosed:
        return t.gettext("The server did not answer in time. Please try again.")
    if not isinstance(answer, Refusal):
        return None
    if answer.reason is RefusalReason.BAD_VALUE:
        return t.gettext("These times do not fit together.")
    return t.gettext("This person is not in the roster any more.")


def change(place: Place, what: str, name: str, do: Callable[[Session], T]) -> T:
    """Change rows of the shop in one transaction, then tell the engine. Should it not answer, it finds the new
    revision by itself within seconds."""
    with place.services.db.transaction() as session:
        setup_write.lock(session, place.store.id)
        with noting(place, session, what) as noted:
            done = do(session)
            noted.saved, noted.name = bool(done), name
    if done:
        with suppress(DeskClosed):
            place.services.desk.ask(ShopChanged(place.store.id, place.visitor.account_id, what, name))
    return done


def facts(place: Place) -> Store:
    """The shop as the rules know it now."""
    with place.services.db.reading() as session:
        found = read_store(session, place.store.id, place.services.now())
    assert found is not None
    return found
