"""Which open calls are somebody's own: taken by them, or paged to them and not taken by anybody yet."""

from __future__ import annotations

from server.db.open_incidents import OpenIncident
from server.rules.incidents import State
from server.rules.journal import Action


def is_mine(incident: OpenIncident, account: int, carrier: int | None) -> bool:
    owner = owner_of(incident)
    if owner is not None:
        return owner == account or needs_me(incident, carrier)
    return paged_to(incident, account, carrier)


def owner_of(incident: OpenIncident) -> int | None:
    """The account that deals with it; nobody while it waits, nor when somebody unknown used the staff key."""
    if incident.state == State.TRIGGERED:
        return None
    if incident.state == State.ATTENDED and incident.attended_by_id is not None:
        return incident.attended_by_id
    return incident.acknowledged_by_id


def paged_to(incident: OpenIncident, account: int, carrier: int | None) -> bool:
    """Whoever passed it on is free of it until a pager rings there for it again."""
    if carrier is None:
        return False
    passed = [
        note.at for note in incident.notes if note.action == Action.PASSED_ON and note.account_id == account
    ]
    since = max(passed, default=None)
    return any(
        call.carrier_id == carrier and (since is None or call.created_at > since) for call in incident.calls
    )


def needs_me(incident: OpenIncident, carrier: int | None) -> bool:
    """Somebody else deals with it, asked for help, and this pager rang for that."""
    return carrier is not None and any(
        call.carrier_id == carrier and call.reason == "help" for call in incident.calls
    )
