"""A shop made of rows, for screens: what the engine would have written, without the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session, select

from server.db.connect import Database
from server.db.tables import (
    Account,
    Button,
    Carrier,
    Cause,
    Device,
    Incident,
    Journal,
    Page,
    Pager,
    Policy,
    PressRow,
    Refused,
    Shift,
    Store,
    Transmitter,
    Zone,
)
from server.rules.incidents import State
from server.rules.journal import Action

NOW = datetime(2026, 11, 21, 12, 7, 31, tzinfo=UTC)
"""A Saturday, 14:07:31 in Tallinn."""
PLACES = ("Dairy & Eggs", "Fitting rooms", "Self-checkout", "Wine", "Bakery", "Toys", "Fish counter", "Deli")


@dataclass
class Shop:
    """Every method writes rows and returns what a test needs of them."""

    db: Database
    now: datetime = NOW
    store: str = "ulemiste"
    zones: list[int] = field(default_factory=list)
    buttons: list[int] = field(default_factory=list)
    pagers: list[int] = field(default_factory=list)
    carriers: list[int] = field(default_factory=list)
    accounts: dict[str, int] = field(default_factory=dict)
    numbers: int = 0
    journal_id: int = 0

    def build(self) -> Shop:
        with self.db.transaction() as session:
            session.add(Store(id=self.store, name="Store 14 \u00b7 Tallinn \u00dclemiste"))
            session.flush()
            session.add(Policy(id=1, store_id=self.store, name="Everywhere"))
            session.add(Transmitter(id=1, store_id=self.store, gateway="gw", name="roof", state="ready"))
            for place, name in enumerate(PLACES):
                zone = Zone(store_id=self.store, name=name, pager_name=name[:12].upper(), position=place)
                session.add(zone)
                session.flush()
                button = Button(
                    store_id=self.store,
                    device="hall",
                    input=place + 1,
                    zone_id=_id(zone),
                    label=f"Button {place + 1:02}",
                )
                session.add(button)
                session.flush()
                self.zones.append(_id(zone))
                self.buttons.append(_id(button))
            for name, initials in (("Jaan Tamm", "JT"), ("Olga Smirnova", "OS"), ("Marina Kask", "MK")):
                carrier = Carrier(store_id=self.store, name=name, initials=initials)
                session.add(carrier)
                session.flush()
                pager = Pager(
                    store_id=self.store,
                    label=f"Pager {len(self.pagers) + 1}",
                    carrier_id=carrier.id,
                    transmitter_id=1,
                    address=f"123400{len(self.pagers)}",
                )
                session.add(pager)
                session.flush()
                self.carriers.append(_id(carrier))
                self.pagers.append(_id(pager))
            for device, kind, name in (
                ("hall", "b", "Hall buttons"),
                ("gw", "g", "Gateway"),
                ("srv", "s", "Server"),
            ):
                session.add(Device(store_id=self.store, device=device, kind=kind, name=name, state="online"))
        return self

    def account(
        self, login: str, name: str, *, role: str = "staff", carrier: int | None = None, **more: Any
    ) -> int:
        with self.db.transaction() as session:
            row = Account(
                login=login,
                name=name,
                password_hash=more.pop("password_hash", "!"),
                role=role,
                carrier_id=carrier,
                **more,
            )
            session.add(row)
            session.flush()
            self.accounts[login] = _id(row)
            return _id(row)

    def device_lost(self, device: str, at: datetime) -> None:
        with self.db.transaction() as session:
            found = session.exec(select(Device).where(Device.device == device)).one()
            found.state, found.changed_at = "offline", at

    def incident(
        self,
        place: int,
        ago: float,
        *,
        state: State = State.TRIGGERED,
        steps: int = 1,
        answered: float | None = None,
        attended: float | None = None,
        closed: float | None = None,
        outcome: str | None = None,
        by: str | None = None,
        purpose: str = "call",
        due: float | None = 20.0,
        nobody: bool = False,
        presses: int = 1,
        again: bool = False,
        pages: bool = True,
        exit_s: float = 90.0,
    ) -> int:
        """An incident whose press was `ago` seconds before now; other times in seconds after the press. Its number."""
        opened = self.now - timedelta(seconds=ago)
        self.numbers += 1
        account = self.accounts.get(by or "")

        def after(seconds: float | None) -> datetime | None:
            return None if seconds is None else opened + timedelta(seconds=seconds)

        incident = Incident(
            id=uuid4(),
            store_id=self.store,
            number=self.numbers,
            button_id=self.buttons[place],
            zone_id=self.zones[place],
            policy_id=1,
            device="hall",
            input=place + 1,
            press_id=uuid4(),
            purpose=purpose,
            state=state.value,
            presses=presses,
            again=again,
            opened_at=opened,
            triggered_at=opened,
            step=0 if nobody else steps,
            due_at=self.now + timedelta(seconds=due)
            if due is not None and state is State.TRIGGERED
            else None,
            exit_at=opened + timedelta(seconds=exit_s),
            nobody_at=after(0.3) if nobody else None,
            called_at=after(0.9) if pages and not nobody else None,
            acknowledged_at=after(answered),
            acknowledged_by_id=account if answered is not None else None,
            attended_at=after(attended),
            attended_by_id=account if attended is not None else None,
            attended_how="screen" if attended is not None else None,
            closed_at=after(closed),
            closed_by_id=account if closed is not None else None,
            outcome=outcome,
        )
        with self.db.transaction() as session:
            session.add(incident)
            session.flush()
            self._press(session, incident, place)
            if nobody:
                self._say(session, incident, Action.STEP_SKIPPED, 0.3, step=1, target="zone")
                self._say(session, incident, Action.NOBODY, 0.3)
            elif pages:
                for step in range(1, steps + 1):
                    self._step(session, incident, step, place)
            if answered is not None:
                self._say(
                    session,
                    incident,
                    Action.ACKNOWLEDGED,
                    answered,
                    account,
                    old="triggered",
                    new="acknowledged",
                )
            if attended is not None:
                self._say(session, incident, Action.ATTENDED, attended, account, how="screen")
            if closed is not None:
                self._say(session, incident, Action.CLOSED, closed, account, new=outcome)
        return self.numbers

    def _press(self, session: Session, incident: Incident, place: int) -> None:
        session.add(
            PressRow(
                id=incident.press_id,
                store_id=self.store,
                device="hall",
                input=place + 1,
                button_id=self.buttons[place],
                incident_id=incident.id,
                run="r",
                boot="b",
                seq=self.numbers,
                kind="press",
                purpose=incident.purpose,
                state="stored",
                pressed_at=incident.opened_at,
                received_at=incident.opened_at + timedelta(milliseconds=41),
                age_ms=38,
                age_known=True,
                tries=1,
            )
        )
        self._say(
            session,
            incident,
            Action.PRESS_RECEIVED,
            0.041,
            press=incident.press_id,
            age_ms=38,
            tries=1,
            seq=7,
        )
        self._say(
            session, incident, Action.OPENED, 0.041, new="triggered", number=incident.number, again=False
        )

    def _step(self, session: Session, incident: Incident, step: int, place: int) -> None:
        begin = 0.05 + 20.0 * (step - 1)
        who = (place + step - 1) % len(self.pagers)
        self._say(
            session,
            incident,
            Action.STEP,
            begin,
            step=step,
            target="zone" if step == 1 else "shift_lead",
            called=1,
        )
        page = Page(
            id=uuid4(),
            store_id=self.store,
            incident_id=incident.id,
            press_id=incident.press_id,
            step=step,
            reason="step",
            pager_id=self.pagers[who],
            carrier_id=self.carriers[who],
            gateway="gw",
            transmitter="roof",
            address=f"123400{who}",
            format="text",
            charset="ascii",
            body=f"{PLACES[place].upper()} 14:06",
            alert=1,
            priority=2,
            purpose=incident.purpose,
            state="transmitted",
            proof="accepted",
            created_at=incident.opened_at + timedelta(seconds=begin),
            deadline_at=incident.opened_at + timedelta(seconds=120),
            ordered_at=incident.opened_at + timedelta(seconds=begin + 0.01),
            held_at=incident.opened_at + timedelta(seconds=begin + 0.06),
            final_at=incident.opened_at + timedelta(seconds=begin + 0.85),
            tx_ms=31,
        )
        session.add(page)
        session.flush()
        to = ("JT", "OS", "MK")[who]
        states = ("queued", "ordered", "held", "transmitting", "transmitted")
        old = None
        for word, later in zip(states, (0.0, 0.01, 0.06, 0.1, 0.85), strict=True):
            proof = "accepted" if word == "transmitted" else None
            self._say(
                session,
                incident,
                Action.PAGE,
                begin + later,
                page=page.id,
                old=old,
                new=word,
                to=to,
                reason="step",
                gateway="gw",
                transmitter="roof",
                proof=proof,
            )
            old = word

    def _say(
        self,
        session: Session,
        incident: Incident,
        action: Action,
        after: float,
        account: int | None = None,
        *,
        press: UUID | None = None,
        page: UUID | None = None,
        old: str | None = None,
        new: str | None = None,
        **detail: Any,
    ) -> None:
        entry = Journal(
            at=incident.opened_at + timedelta(seconds=after),
            store_id=self.store,
            incident_id=incident.id,
            press_id=press,
            page_id=page,
            account_id=account,
            action=action.value,
            old=old,
            new=new,
            detail={name: value for name, value in detail.items() if value is not None},
        )
        session.add(entry)
        session.flush()
        self.journal_id = _id(entry)

    def change(self, number: int, **columns: Any) -> None:
        """What the engine would have set on an incident."""
        with self.db.transaction() as session:
            row = self._row(session, number)
            for name, value in columns.items():
                setattr(row, name, value)

    def say(self, number: int, action: Action, after: float, by: str | None = None, **more: Any) -> None:
        """An entry of the journal, `after` seconds after the press."""
        with self.db.transaction() as session:
            account = self.accounts[by] if by is not None else None
            self._say(session, self._row(session, number), action, after, account, **more)

    def page(
        self,
        number: int,
        who: int,
        after: float,
        *,
        reason: str = "step",
        state: str = "transmitted",
        worn: bool = True,
    ) -> None:
        """One page to the pager of the carrier at this place; `worn` False: the pager is nobody's alone."""
        with self.db.transaction() as session:
            row = self._row(session, number)
            at = row.opened_at + timedelta(seconds=after)
            session.add(
                Page(
                    id=uuid4(),
                    store_id=self.store,
                    incident_id=row.id,
                    press_id=row.press_id,
                    step=1,
                    reason=reason,
                    pager_id=self.pagers[who],
                    carrier_id=self.carriers[who] if worn else None,
                    gateway="gw",
                    transmitter="roof",
                    address=f"123400{who}",
                    format="text",
                    charset="ascii",
                    body="DAIRY CALL",
                    alert=1,
                    priority=2,
                    purpose=row.purpose,
                    state=state,
                    proof="accepted" if state == "transmitted" else "none",
                    created_at=at,
                    deadline_at=at + timedelta(seconds=120),
                    final_at=at + timedelta(seconds=0.8),
                )
            )

    def cause(self, code: str | None = None, name: str = "", parent: int | None = None, **more: Any) -> int:
        with self.db.transaction() as session:
            row = Cause(store_id=self.store, code=code, name=name, parent_id=parent, **more)
            session.add(row)
            session.flush()
            return _id(row)

    def on_shift(self, who: int, zone: int | None = None) -> None:
        """All day, every day."""
        with self.db.transaction() as session:
            for weekday in range(7):
                session.add(
                    Shift(
                        store_id=self.store,
                        carrier_id=self.carriers[who],
                        zone_id=None if zone is None else self.zones[zone],
                        weekday=weekday,
                        starts=time(0),
                        ends=time(0),
                    )
                )

    def _row(self, session: Session, number: int) -> Incident:
        return session.exec(
            select(Incident).where(Incident.store_id == self.store, Incident.number == number)
        ).one()

    def refused(self, reason: str, count: int, ago: float, device: str = "hall") -> None:
        at = self.now - timedelta(seconds=ago)
        with self.db.transaction() as session:
            session.add(
                Refused(
                    store_id=self.store,
                    device=device,
                    reason=reason,
                    count=count,
                    hour=at.replace(minute=0, second=0, microsecond=0),
                    first_at=at,
                    last_at=at,
                    topic=f"rb/1/{self.store}/b/{device}/press",
                    detail="input must be at most 16",
                    sample='{"v":1,"id":"7d1f","input":99}',
                )
            )


def _id(row: Any) -> int:
    assert row.id is not None
    number: int = row.id
    return number
