"""Who comes, goes and takes a break, by their own word or a manager's: a row, and the roster knows at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from server.engine.work import DutyChange, Work
from server.requests import Answer, Refusal, RefusalReason, SetDuty, StoreDone
from server.rules.audit import Action as Audited
from server.rules.audit import Target
from server.rules.facts import Duty, DutyKind, Store
from server.rules.journal import Action

LONGEST = timedelta(days=366)
_ENDS = {
    # what a new word ends, if it begins now
    None: (DutyKind.BREAK, DutyKind.AWAY),
    DutyKind.BREAK: (DutyKind.BREAK, DutyKind.AWAY),
    DutyKind.AWAY: (DutyKind.BREAK, DutyKind.AWAY, DutyKind.HERE),
    DutyKind.HERE: (DutyKind.BREAK, DutyKind.AWAY, DutyKind.HERE),
    DutyKind.WORK: (),
}


def set_duty(work: Work, request: SetDuty) -> Answer:
    store = work.picture.stores.get(request.store)
    if store is None or request.account not in store.accounts or request.carrier not in store.carriers:
        return Refusal(None, RefusalReason.UNKNOWN)
    now = work.now.replace(microsecond=0)  # the roster is looked up by whole seconds
    starts_at = request.starts_at or now
    later = starts_at > now
    new = None
    if request.kind is not None:
        ends_at = request.until
        if ends_at is None or starts_at > now + LONGEST:
            return Refusal(None, RefusalReason.BAD_VALUE)
        if not starts_at < ends_at <= starts_at + LONGEST or ends_at <= now:
            return Refusal(None, RefusalReason.BAD_VALUE)
        if request.zone is not None and request.zone not in store.zones:
            return Refusal(None, RefusalReason.BAD_VALUE)
        new = Duty(request.carrier, request.kind, request.zone, starts_at, ends_at)
    elif later:  # what is over later has its own end
        return Refusal(None, RefusalReason.BAD_VALUE)
    ended = () if later else _ENDS[request.kind]
    change = DutyChange(store.id, request.carrier, ended, new, request.account)
    work.duties.append(change)
    counted = store.id in work.stores
    changed = replace(
        store,
        duties=duties_after(store, change, work.now),
        revision=store.revision + (not counted),
    )
    work.stores.add(store.id)
    work.picture.put_store(changed, work.undo)
    work.rang.add(store.id)
    work.say(
        Action.DUTY,
        store=store.id,
        account=request.account,
        new=request.kind.value if request.kind else None,
        carrier=store.carriers[request.carrier].initials,
        until=new.ends_at.isoformat() if new else None,
    )
    person = store.carriers[request.carrier]
    said = {
        "kind": request.kind.value if request.kind else None,
        "starts_at": starts_at.isoformat(),
        "until": new.ends_at.isoformat() if new else None,
        "zone": request.zone,
    }
    changes = {name: (None, value) for name, value in said.items() if value is not None}
    work.note(request, Audited.DUTY, store.id, Target("person", str(person.id), person.name), changes)
    return StoreDone(store.id, changed.revision)


def duties_after(store: Store, change: DutyChange, now: datetime) -> tuple[Duty, ...]:
    """The store's exceptions as the rows will hold them once this change is written; ended ones are left out."""
    kept = [
        one
        for one in store.duties
        if one.ends_at > now
        and not (one.carrier_id == change.carrier and one.kind in change.ended and one.starts_at <= now)
    ]
    return (*kept, *((change.new,) if change.new is not None else ()))
