"""The shop was changed: the engine reads it anew, and goes on with what is open."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from server.db.connect import Database
from server.db.engine_store import read_store
from server.db.setup_write import lock
from server.db.watch_codes import provide
from server.engine.duties import duties_after
from server.engine.work import Work
from server.requests import Answer, Refusal, RefusalReason, ShopChanged, StoreDone
from server.rules.journal import Action
from server.rules.watch_codes import lacking


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


def provide_codes(work: Work, store_id: str, db: Database) -> None:
    """Codes for watches are made with the pager or the button that needs them. Where rows came by another way (a shop
    file, an older program) they are made here, in a transaction of their own, before anybody is called by them."""
    store = work.picture.stores.get(store_id)
    if store is None or not lacking(store):
        return
    with db.transaction() as session:
        lock(session, store_id)
        made = provide(session, store_id)
    if made:
        with db.reading() as session:
            read_anew(work, store_id, session)
