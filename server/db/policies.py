"""Rows of policies as people change them: the policy, its hours, its steps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from server.db.engine_read import OPENED_WITHIN
from server.db.last_paged import last_paged as all_last_paged
from server.db.roster import changed
from server.db.tables import Incident, Policy, PolicyHours, PolicyStep
from server.rules import facts

COLUMNS = (
    *("name", "zone_id", "priority", "tell_others"),
    *("ttl_s", "exit_s", "attend_s", "patience_s", "repeat_s", "repeats"),
)


def save(session: Session, store_id: str, policy: facts.Policy) -> int | None:
    """The id under which it is kept, a new one for a policy without; None: it is gone. Calls that are open go on
    under the new steps."""
    if policy.id is None:
        row = Policy(store_id=store_id, name=policy.name)
    else:
        found = session.exec(
            select(Policy).where(Policy.id == policy.id, Policy.store_id == store_id)
        ).one_or_none()
        if found is None:
            return None
        row = found
    for name in COLUMNS:
        setattr(row, name, getattr(policy, name))
    row.use, row.active = policy.use.value, True
    session.add(row)
    session.flush()
    assert row.id is not None
    session.execute(delete(PolicyHours).where(col(PolicyHours.policy_id) == row.id))
    session.execute(delete(PolicyStep).where(col(PolicyStep.policy_id) == row.id))
    session.add_all(_hours(row.id, policy))
    session.add_all(_steps(row.id, policy))
    changed(session, store_id)
    return row.id


def switch(session: Session, store_id: str, policy_id: int, *, active: bool) -> bool:
    """Off: no press finds it any more, calls of old still name it. False: no such policy."""
    done = session.execute(
        update(Policy)
        .where(col(Policy.id) == policy_id, col(Policy.store_id) == store_id)
        .values(active=active)
    ).rowcount  # type: ignore[attr-defined]
    if done:
        changed(session, store_id)
    return bool(done)


def switched_off(session: Session, store_id: str) -> tuple[tuple[int, str], ...]:
    """(id, name) of those that no press finds any more."""
    rows = session.exec(
        select(Policy)
        .where(Policy.store_id == store_id, col(Policy.active).is_(False))
        .order_by(col(Policy.name), col(Policy.id))
    )
    return tuple((row.id, row.name) for row in rows if row.id is not None)


def _hours(policy_id: int, policy: facts.Policy) -> list[PolicyHours]:
    return [
        PolicyHours(policy_id=policy_id, weekday=one.weekday, starts=one.starts, ends=one.ends)
        for one in policy.hours
    ]


def _steps(policy_id: int, policy: facts.Policy) -> list[PolicyStep]:
    return [
        PolicyStep(
            policy_id=policy_id,
            position=position,
            after_s=one.after_s,
            target=one.target,
            role=one.role,
            carrier_id=one.carrier_id,
            pager_id=one.pager_id,
            most=one.most,
            alert=one.alert,
        )
        for position, one in enumerate(policy.steps, start=1)
    ]


def last_paged(session: Session, store_id: str, now: datetime) -> dict[int, datetime]:
    """Carrier -> when a call last rang there, as the engine remembers it."""
    return all_last_paged(
        session,
        col(Incident.store_id) == store_id,
        col(Incident.opened_at) > now - OPENED_WITHIN,
        col(Incident.quiet).is_(False),
    )
