"""The shop was changed: the engine reads it anew, and goes on with what is open."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from server.db.engine_store import read_store
from server.engine.duties import duties_after
from server.engine.work import Work
from server.requests import Answer, Refusal, RefusalReason, ShopChanged, StoreDone
from server.rules.journal import Action


def shop_changed(work: Work, request: ShopChanged, session: Session) -> Answer:
    if request.store not in work.picture.stores:
        return Refusal(None, RefusalReason.UNKNOWN)
    read_anew(work, request.store, session)
    work.say(
        Action.SHOP_CHANGED,
        store=request.store,
        account=request.account,
        what=request.what,
        name=request.name or None,
    )
    work.rang.add(request.store)
    return StoreDone(request.store, work.picture.stores[request.store].revision)


def read_anew(work: Work, store_id: str, session: Session) -> None:
    """What this very transaction changes is not in the rows yet: it is put in once more."""
    store = read_store(session, store_id, work.now)
    if store is not None:
        for change in work.duties:
            if change.store == store_id:
                store = replace(store, duties=duties_after(store, change, work.now))
        store = replace(store, revision=store.revision + (store_id in work.stores))
        work.picture.put_store(store, work.undo)
