"""When a call last rang at somebody, alone or with a group: the burden is shared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from broker_config.messages import Purpose
from server.db.tables import Incident, Page
from server.rules.pages import TELLS


def last_paged(session: Session, *incidents: Any) -> dict[int, datetime]:
    """Carrier -> when, of real calls; `incidents`: conditions on their rows."""
    calls = (*incidents, col(Incident.purpose) == Purpose.CALL.value, col(Page.reason).not_in(TELLS))
    of_calls = (Incident, col(Incident.id) == col(Page.incident_id))
    alone = session.execute(
        select(col(Page.carrier_id), func.max(col(Page.created_at)))
        .join(*of_calls)
        .where(*calls, col(Page.carrier_id).is_not(None))
        .group_by(col(Page.carrier_id))
    )
    found: dict[int, datetime] = {carrier: at for carrier, at in alone if carrier is not None}
    groups = session.execute(
        select(col(Page.members), col(Page.created_at)).join(*of_calls).where(*calls, col(Page.heads) > 0)
    )
    for members, at in groups:
        for carrier in (carrier for _, carrier in members if carrier is not None):
            found[carrier] = max(at, found.get(carrier, at))
    return found
