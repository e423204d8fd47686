"""The policies of a shop file with their steps and hours, as rows."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from server.db.rows import Rows
from server.db.tables import Policy, PolicyHours, PolicyStep
from server.shop_file import ShopFile
from server.shop_times import PolicyPart

FIELDS = {"name", "use", "priority", "tell_others", "ttl_s", "exit_s", "attend_s", "patience_s"} | {
    "repeat_s",
    "repeats",
}
STEP = ("position", "after_s", "target", "role", "carrier_id", "pager_id", "most", "alert")


def policies(
    rows: Rows, shop: ShopFile, zones: dict[str, int], people: dict[str, int], pagers: dict[str, int]
) -> None:
    """Names are the keys. One that is not in the file any more is switched off: incidents of old name it."""
    wanted = {
        part.name: {
            "store_id": shop.store.id,
            "zone_id": zones[part.zone] if part.zone else None,
            **part.model_dump(include=FIELDS),
        }
        for part in shop.policies
    }
    found = rows.put(Policy, rows.of(Policy, "name"), wanted)
    for part in shop.policies:
        _steps(rows, found[part.name], part, people, pagers)
        _hours(rows, found[part.name], part)


def _steps(
    rows: Rows, policy: Policy, part: PolicyPart, people: dict[str, int], pagers: dict[str, int]
) -> None:
    wanted: list[tuple[Any, ...]] = [
        (
            at,
            step.after_s,
            step.target,
            step.role,
            people[step.carrier] if step.carrier else None,
            pagers[step.pager] if step.pager else None,
            step.most,
            step.alert,
        )
        for at, step in enumerate(part.steps, start=1)
    ]
    had = rows.session.exec(
        select(PolicyStep).where(PolicyStep.policy_id == policy.id).order_by(col(PolicyStep.position))
    ).all()
    if [tuple(getattr(row, name) for name in STEP) for row in had] == wanted:
        return
    rows.remove("step", had)
    for values in wanted:
        rows.session.add(PolicyStep(policy_id=_id(policy), **dict(zip(STEP, values, strict=True))))
    rows.summary.count(rows.summary.added, "step", len(wanted))


def _hours(rows: Rows, policy: Policy, part: PolicyPart) -> None:
    wanted = {(day, span.starts, span.ends) for span in part.hours for day in span.days}
    had = rows.session.exec(select(PolicyHours).where(PolicyHours.policy_id == policy.id)).all()
    rows.remove("hours", (row for row in had if (row.weekday, row.starts, row.ends) not in wanted))
    new = wanted - {(row.weekday, row.starts, row.ends) for row in had}
    for weekday, starts, ends in sorted(new):
        rows.session.add(PolicyHours(policy_id=_id(policy), weekday=weekday, starts=starts, ends=ends))
    rows.summary.count(rows.summary.added, "hours", len(new))


def _id(policy: Policy) -> int:
    assert policy.id is not None
    return policy.id
