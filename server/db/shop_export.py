"""The shop of the database as a shop file: what people changed on screens, to keep, to read, or to take elsewhere."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlmodel import Session, col, select

from broker_config.errors import SetupError
from server.db import tables
from server.db.shop_accounts import account_parts
from server.db.shop_plain import Table, clock, distinct, fields, hours, some
from server.db.shop_policies import FIELDS
from server.db.watch_codes import read_codes
from server.rules.watch_codes import ELSEWHERE
from server.shop_file import parse_shop
from server.shop_words import days_words
from server.supervise.toml import dump

HEADING = (
    "The shop {name}, as it stands in the database.\n"
    "On which port a transmitter hangs (url, baudrate) and its driver's settings are known to its gateway alone: add\n"
    "them before `redbutton up` takes it.\n"
    "[[accounts]] says who signs in here, without passwords: `redbutton up` gives each one of its own, in a file of\n"
    "its data folder. Whoever manages several stores is not of this one, the first owner is made anyway, and PINs are\n"
    "chosen anew."
)


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
        names = self._line_names()
        return {
            "store": {**fields(self._store, "id", "name", "timezone", "language"), "server": server},
            "opening": hours((row.weekday, row.opens, row.closes) for row in self._of(tables.Opening)),
            "special_days": [
                some({"day": row.day.isoformat(), "from": clock(row.opens), "to": clock(row.closes)})
                for row in sorted(self._of(tables.SpecialDay), key=lambda row: row.day)
            ],
            "zones": self._zones(),
            "button_units": [
                some({"id": row.device, "name": row.name or None}) for row in self.devices if row.kind == "b"
            ],
            "buttons": [
                some(
                    {
                        "zone": self.zone_names[row.zone_id],
                        **fields(row, "device", "input", "colour", "label", "skill", "language"),
                    }
                )
                for row in self._of(tables.Button)
                if row.active and row.zone_id in self.zone_names
            ],
            "gateways": [
                some({"id": row.device, "name": row.name or None, "keeper": row.keeper or None})
                for row in self.devices
                if row.kind == "g"
            ],
            "transmitters": [
                some({**fields(row, "gateway", "name", "driver"), "standby": names.get(row.standby_id)})
                for row in self.lines
            ],
            "carriers": [
                fields(row, "name", "initials", "role", "languages", "skills") for row in self.carriers
            ],
            "accounts": account_parts(self._of(tables.Account), self.initials),
            "pagers": self._pagers(),
            "rotations": self._rotations(),
            "shifts": self._shifts(),
            "policies": self._policies(),
            "last_resort": [
                {"kind": row.kind, "to": row.target} for row in self._of(tables.LastResort) if row.active
            ],
            "watch_codes": self._watch_codes(),
            "causes": self._causes(),
        }

    def _zones(self) -> list[Table]:
        return [
            some({**fields(row, "name", "pager_name"), "parent": self.zone_names.get(row.parent_id)})
            for row in self.zones
        ]

    def _line_names(self) -> dict[int | None, str]:
        names = [row.name for row in self.lines]
        return {
            row.id: row.name if names.count(row.name) == 1 else f"{row.gateway}/{row.name}"
            for row in self.lines
        }

    def _pagers(self) -> list[Table]:
        lines = self._line_names()
        kept = (
            *("label", "address", "format", "charset", "longest", "visible", "alert", "language", "fallback"),
        )
        return [
            some(
                {
                    **fields(row, *kept),
                    "transmitter": lines.get(row.transmitter_id, "?"),
                    "carrier": self.initials.get(row.carrier_id),
                    "members": [self.labels[one] for one in row.members if one in self.labels] or None,
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
                name = distinct(row.name, self.rotation_names.values())
                self.rotation_names[row.id] = name
                starts = row.starts_on.isoformat()
                found.append({"name": name, "starts_on": starts, "days": row.days, "carriers": carriers})
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
            some(
                {
                    kind: who,
                    "days": words,
                    "from": clock(starts),
                    "to": clock(ends),
                    "zone": places or None,
                }
            )
            for (kind, who, starts, ends, _, words), places in zones.items()
        ]

    def _policies(self) -> list[Table]:
        """Without those that never hold, since an older one without hours is for the same calls: a file has one."""
        found: list[Table] = []
        for row in self._of(tables.Policy):
            if row.active and (row.zone_id is None or row.zone_id in self.zone_names):
                part = self._policy(row)
                scope = (part.get("zone"), part["use"])
                if part["hours"] or scope not in {
                    (one.get("zone"), one["use"]) for one in found if not one["hours"]
                }:
                    found.append({**part, "name": distinct(row.name, [one["name"] for one in found])})
        return found

    def _policy(self, policy: tables.Policy) -> Table:
        steps = self._session.exec(
            select(tables.PolicyStep)
            .where(tables.PolicyStep.policy_id == policy.id)
            .order_by(col(tables.PolicyStep.position))
        )
        spans = self._session.exec(
            select(tables.PolicyHours).where(tables.PolicyHours.policy_id == policy.id)
        )
        return some(
            {
                "zone": self.zone_names.get(policy.zone_id),
                **fields(policy, *sorted(FIELDS)),
                "hours": hours((row.weekday, row.starts, row.ends) for row in spans),
                "steps": [
                    some(
                        {
                            **fields(row, "after_s", "target", "role", "most", "alert"),
                            "carrier": self.initials.get(row.carrier_id),
                            "pager": self.labels.get(row.pager_id),
                        }
                    )
                    for row in steps
                    if self._calls_somebody(row)
                ],
            }
        )

    def _calls_somebody(self, step: tables.PolicyStep) -> bool:
        """Not one for a person or a pager that is switched off: a file cannot name them."""
        return (step.target != "carrier" or step.carrier_id in self.initials) and (
            step.target != "group" or step.pager_id in self.labels
        )

    def _watch_codes(self) -> list[Table]:
        """What watches know is nowhere else. A button that is switched off is in no file, nor are its codes."""
        here = {(row.device, row.input) for row in self._of(tables.Button) if row.active}
        found = read_codes(self._session, self._store.id)
        return [
            {**({} if place == ELSEWHERE else {"device": place[0], "input": place[1]}), **codes}
            for place, codes in sorted(found.items())
            if place in here or place == ELSEWHERE
        ]

    def _causes(self) -> list[Table]:
        rows = self._placed(tables.Cause)
        keys = {row.id: row.code or row.name for row in rows}
        return [
            some({"name": row.name or None, "code": row.code, "parent": keys.get(row.parent_id)})
            for row in rows
        ]

    def _of(self, table: type[Any]) -> list[Any]:
        found = self._session.exec(select(table).where(table.store_id == self._store.id).order_by(table.id))
        return list(found)

    def _placed(self, table: type[Any]) -> list[Any]:
        """In the order that people chose."""
        rows = [row for row in self._of(table) if getattr(row, "active", True)]
        return sorted(rows, key=lambda row: (row.position, row.id))
