"""The shop of the database as a shop file: what people changed on screens, to keep, to read, or to take elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from sqlmodel import Session, col, select

from broker_config.errors import SetupError
from server.db import tables
from server.db.shop_policies import FIELDS
from server.shop_file import parse_shop
from server.shop_words import days_words
from server.supervise.toml import dump

HEADING = (
    "The shop {name}, as it stands in the database.\n"
    "On which port a transmitter hangs (url) is known to its gateway alone: add it before `redbutton up` takes it."
)
Table = dict[str, Any]


def export_text(session: Session, store_id: str) -> str:
    """A shop file; loading it changes nothing. Raises SetupError: no such store, or one that no file can describe."""
    table = export_table(session, store_id)
    parse_shop(table, f"the store {store_id} in the database")
    full = {section: rows for section, rows in table.items() if rows}
    return dump(full, HEADING.format(name=table["store"]["name"]))


def export_table(session: Session, store_id: str) -> Table:
    """As `export_text`, as plain values and not checked."""
    store = session.get(tables.Store, store_id)
    if store is None:
        known = sorted(session.exec(select(tables.Store.id)))
        raise SetupError(
            f"there is no store {store_id!r} in the database, only: {', '.join(known) or 'none'}"
        )
    return _Export(session, store).table()


class _Export:
    """Everything of one store, read once; what is switched off stays out."""

    def __init__(self, session: Session, store: tables.Store) -> None:
        self._session, self._store = session, store
        self.zones = self._placed(tables.Zone)
        self.zone_names = {row.id: row.name for row in self.zones}
        self.carriers = [row for row in self._of(tables.Carrier) if row.active]
        self.initials = {row.id: row.initials for row in self.carriers}
        self.pagers = [row for row in self._of(tables.Pager) if row.active]
        self.labels = {row.id: row.label for row in self.pagers}
        self.devices = self._of(tables.Device)
        known = {row.device for row in self.devices}
        self.lines = [row for row in self._placed(tables.Transmitter) if row.gateway in known]

    def table(self) -> Table:
        server = next((row.device for row in self.devices if row.kind == "s"), "srv")
        return {
            "store": {**_fields(self._store, "id", "name", "timezone", "language"), "server": server},
            "opening": _hours((row.weekday, row.opens, row.closes) for row in self._of(tables.Opening)),
            "special_days": [
                _some({"day": row.day.isoformat(), "from": _clock(row.opens), "to": _clock(row.closes)})
                for row in sorted(self._of(tables.SpecialDay), key=lambda row: row.day)
            ],
            "zones": self._zones(),
            "button_units": [
                _some({"id": row.device, "name": row.name or None}) for row in self.devices if row.kind == "b"
            ],
            "buttons": [
                _some(
                    {
                        "zone": self.zone_names[row.zone_id],
                        **_fields(row, "device", "input", "colour", "label", "skill", "language"),
                    }
                )
                for row in self._of(tables.Button)
                if row.active and row.zone_id in self.zone_names
            ],
            "gateways": [
                _some({"id": row.device, "name": row.name or None, "keeper": row.keeper or None})
                for row in self.devices
                if row.kind == "g"
            ],
            "transmitters": [_fields(row, "gateway", "name", "driver") for row in self.lines],
            "carriers": [
                _fields(row, "name", "initials", "role", "languages", "skills") for row in self.carriers
            ],
            "pagers": self._pagers(),
            "rotations": self._rotations(),
            "shifts": self._shifts(),
            "policies": [self._policy(row) for row in self._of(tables.Policy) if row.active],
            "last_resort": [
                {"kind": row.kind, "to": row.target} for row in self._of(tables.LastResort) if row.active
            ],
            "causes": self._causes(),
        }

    def _zones(self) -> list[Table]:
        return [
            _some({**_fields(row, "name", "pager_name"), "parent": self.zone_names.get(row.parent_id)})
            for row in self.zones
        ]

    def _pagers(self) -> list[Table]:
        names = [row.name for row in self.lines]
        lines = {
            row.id: row.name if names.count(row.name) == 1 else f"{row.gateway}/{row.name}"
            for row in self.lines
        }
        kept = ("label", "address", "format", "charset", "longest", "alert", "language", "fallback")
        return [
            _some(
                {
                    **_fields(row, *kept),
                    "transmitter": lines.get(row.transmitter_id, "?"),
                    "carrier": self.initials.get(row.carrier_id),
                }
            )
            for row in self.pagers
        ]

    def _rotations(self) -> list[Table]:
        self.rotation_names: dict[int | None, str] = {}
        found = []
        for row in self._of(tables.Rotation):
            members = self._session.exec(
                select(tables.RotationMember)
                .where(tables.RotationMember.rotation_id == row.id)
                .order_by(col(tables.RotationMember.position))
            )
            carriers = [self.initials[one.carrier_id] for one in members if one.carrier_id in self.initials]
            if carriers:
                self.rotation_names[row.id] = row.name
                starts = row.starts_on.isoformat()
                found.append({"name": row.name, "starts_on": starts, "days": row.days, "carriers": carriers})
        return found

    def _shifts(self) -> list[Table]:
        """One part for everything that differs in its days or zones alone."""
        days: dict[tuple[str, str, time, time, str | None], set[int]] = {}
        for row in self._of(tables.Shift):
            kind, names = (
                ("rotation", self.rotation_names)
                if row.rotation_id is not None
                else ("carrier", self.initials)
            )
            who = names.get(row.rotation_id if row.rotation_id is not None else row.carrier_id)
            if who is not None and (row.zone_id is None or row.zone_id in self.zone_names):
                zone = self.zone_names.get(row.zone_id)
                days.setdefault((kind, who, row.starts, row.ends, zone), set()).add(row.weekday)
        zones: dict[tuple[str, str, time, time, bool, str], list[str]] = {}
        for (kind, who, starts, ends, zone), found in days.items():
            key = (kind, who, starts, ends, zone is None, days_words(found))
            zones.setdefault(key, []).extend([zone] if zone else [])
        return [
            _some(
                {
                    kind: who,
                    "days": words,
                    "from": _clock(starts),
                    "to": _clock(ends),
                    "zone": places or None,
                }
            )
            for (kind, who, starts, ends, _, words), places in zones.items()
        ]

    def _policy(self, policy: tables.Policy) -> Table:
        steps = self._session.exec(
            select(tables.PolicyStep)
            .where(tables.PolicyStep.policy_id == policy.id)
            .order_by(col(tables.PolicyStep.position))
        )
        hours = self._session.exec(
            select(tables.PolicyHours).where(tables.PolicyHours.policy_id == policy.id)
        )
        return _some(
            {
                "zone": self.zone_names.get(policy.zone_id),
                **_fields(policy, *sorted(FIELDS)),
                "hours": _hours((row.weekday, row.starts, row.ends) for row in hours),
                "steps": [
                    _some(
                        {
                            **_fields(row, "after_s", "target", "role", "most", "alert"),
                            "carrier": self.initials.get(row.carrier_id),
                            "pager": self.labels.get(row.pager_id),
                        }
                    )
                    for row in steps
                ],
            }
        )

    def _causes(self) -> list[Table]:
        rows = self._placed(tables.Cause)
        keys = {row.id: row.code or row.name for row in rows}
        return [
            _some({"name": row.name or None, "code": row.code, "parent": keys.get(row.parent_id)})
            for row in rows
        ]

    def _of(self, table: type[Any]) -> list[Any]:
        found = self._session.exec(select(table).where(table.store_id == self._store.id).order_by(table.id))
        return list(found)

    def _placed(self, table: type[Any]) -> list[Any]:
        """In the order that people chose."""
        rows = [row for row in self._of(table) if getattr(row, "active", True)]
        return sorted(rows, key=lambda row: (row.position, row.id))


def _fields(row: Any, *names: str) -> Table:
    return {name: getattr(row, name) for name in names}


def _some(table: Table) -> Table:
    """Without what is not set."""
    return {key: value for key, value in table.items() if value is not None}


def _clock(value: time | None) -> str | None:
    return None if value is None else value.isoformat("seconds" if value.second else "minutes")


def _hours(spans: Iterable[tuple[int, time, time]]) -> list[Table]:
    found: dict[tuple[time, time], set[int]] = {}
    for weekday, starts, ends in spans:
        found.setdefault((starts, ends), set()).add(weekday)
    return [
        {"days": days_words(on), "from": _clock(starts), "to": _clock(ends)}
        for (starts, ends), on in sorted(found.items())
    ]
