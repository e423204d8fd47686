"""The rows of some calls in the words of a record: presses, pages, and what people did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from broker_config.messages import PageState, PressKind
from server.db.tables import Account, Carrier, Incident, Journal, Page, Pager, PressRow, Zone
from server.replay.lines import DeedPart, PagePart, PressPart
from server.rules.journal import Action

DEEDS = (
    Action.ACKNOWLEDGED,
    Action.PASSED_ON,
    Action.HELP,
    Action.ATTENDED,
    Action.NOT_ATTENDED,
    Action.CLOSED,
    Action.NOBODY,
    Action.FALLBACK,
    Action.LAST_RESORT,
)
PRESSES = (PressKind.PRESS.value, PressKind.QUIET.value)
_REACHED = (PageState.TRANSMITTED.value, PageState.CONFIRMED.value)


@dataclass(frozen=True, slots=True)
class Names:
    """Words for the numbers of rows, also of what is not in use any more."""

    initials: Mapping[int | None, str]
    carrier_of: Mapping[int | None, int | None]
    labels: Mapping[int | None, str]
    zones: Mapping[int | None, str]

    @classmethod
    def read(cls, session: Session, store_id: str) -> Names:
        def pairs(table: type[Any], word: Any) -> dict[int | None, str]:
            return dict(session.execute(select(table.id, word).where(table.store_id == store_id)).all())

        accounts = session.execute(select(col(Account.id), col(Account.carrier_id))).all()
        return cls(
            pairs(Carrier, Carrier.initials),
            {row.id: row.carrier_id for row in accounts},
            pairs(Pager, Pager.label),
            pairs(Zone, Zone.name),
        )

    def who(self, account: int | None) -> str | None:
        return self.initials.get(self.carrier_of.get(account))


def pushes(session: Session, rows: Sequence[Incident]) -> dict[UUID, list[PressPart]]:
    """The presses of each call, the one that opened it first. Where the keeper called, or where the press itself
    never came, it counts as taken in at once: a replay is of the rules, not of a silent server."""
    press = PressRow
    found: dict[UUID, list[PressPart]] = {row.id: [] for row in rows}
    incidents = {row.id: row for row in rows}
    columns = (
        press.id,
        press.incident_id,
        press.device,
        press.input,
        press.state,
        press.pressed_at,
        press.received_at,
    )
    presses = session.execute(
        select(*(col(one) for one in columns))
        .where(col(press.incident_id).in_(list(found)), col(press.kind).in_(PRESSES))
        .order_by(col(press.received_at), col(press.seq))
    )
    for number, incident, device, place, state, pressed_at, received_at in presses:
        call = incidents[incident]
        opened = number == call.press_id
        same = (device, place) == (call.device, call.input)
        if opened and call.stood_in_at is None:
            found[incident].insert(0, PressPart(id=number, pressed_at=pressed_at, received_at=received_at))
        elif not opened and same and state != "undone":
            found[incident].append(PressPart(id=number, pressed_at=pressed_at, received_at=received_at))
    for row in rows:
        if not found[row.id] or found[row.id][0].id != row.press_id:
            first = PressPart(id=row.press_id, pressed_at=row.opened_at, received_at=row.opened_at)
            found[row.id].insert(0, first)
    return found


def pages_of(session: Session, ids: Sequence[UUID], names: Names) -> Iterator[tuple[UUID, PagePart]]:
    page = Page
    columns = (
        page.incident_id,
        page.created_at,
        page.pager_id,
        page.carrier_id,
        page.reason,
        page.step,
        page.state,
        page.members,
    )
    rows = session.execute(
        select(*(col(one) for one in columns))
        .where(col(page.incident_id).in_(ids))
        .order_by(col(page.created_at), col(page.pager_id))
    )
    for incident, at, pager, carrier, reason, step, state, members in rows:
        for number, who in members or [(pager, carrier)]:  # a group's page is one for each of them
            yield (
                incident,
                PagePart(
                    at=at,
                    pager=names.labels.get(number, "?"),
                    who=names.initials.get(who),
                    reason=reason,
                    step=step,
                    reached=state in _REACHED,
                ),
            )


def deeds_of(session: Session, ids: Sequence[UUID], names: Names) -> Iterator[tuple[UUID, DeedPart]]:
    entry = Journal
    rows = session.execute(
        select(
            col(entry.incident_id),
            col(entry.at),
            col(entry.action),
            col(entry.account_id),
            col(entry.new),
            col(entry.detail),
        )
        .where(col(entry.incident_id).in_(ids), col(entry.action).in_([one.value for one in DEEDS]))
        .order_by(col(entry.id))
    )
    for incident, at, action, account, new, detail in rows:
        by_key = action == Action.ATTENDED.value and detail.get("how") == "key"
        yield (
            incident,
            DeedPart(
                at=at,
                did=action,
                staff=account is not None or by_key,
                by=names.who(account),
                to=detail.get("to") if action == Action.PASSED_ON.value else None,
                outcome=new if action == Action.CLOSED.value else None,
            ),
        )
