"""A shop that fits on a page, as rows: two zones, their buttons, four people with pagers, one policy."""

from __future__ import annotations

from datetime import time

from sqlmodel import Session, select

from server.db.tables import (
    Account,
    Button,
    Carrier,
    Device,
    Pager,
    Policy,
    PolicyStep,
    Shift,
    Store,
    Transmitter,
    Zone,
)

STORE = "s1"
DAIRY, WINE = 1, 2
ANNA, BORIS, CARMEN, DMITRI = 1, 2, 3, 4
"""Dairy, wine, shift lead, and one who is never on the floor. Account ids are the same numbers."""
ADDRESS = {ANNA: "1001", BORIS: "1002", CARMEN: "1003", DMITRI: "1004"}


def fill(
    session: Session, *, units: int = 2, inputs: int = 2, repeats: int = 2, tell_others: bool = False
) -> None:
    """Store `s1`: units b1.. with `inputs` red buttons each (odd ones in Dairy, even ones in Wine; input 16 of b1
    is green), gateway g1 with transmitter t1. Steps: zone at once, shift lead after 20 s, everybody after 20 s."""
    session.add(Store(id=STORE, name="Small shop", timezone="Europe/Tallinn"))
    session.flush()
    session.add(Zone(id=DAIRY, store_id=STORE, name="Dairy & eggs", pager_name="Dairy"))
    session.add(Zone(id=WINE, store_id=STORE, name="Wine", pager_name="Wine"))
    session.add(Transmitter(id=1, store_id=STORE, gateway="g1", name="t1"))
    for device, kind in [("g1", "g"), ("srv", "s"), *((f"b{n}", "b") for n in range(1, units + 1))]:
        session.add(Device(store_id=STORE, device=device, kind=kind))
    session.flush()
    for unit in range(1, units + 1):
        for number in range(1, inputs + 1):
            zone = DAIRY if number % 2 else WINE
            session.add(
                Button(store_id=STORE, device=f"b{unit}", input=number, zone_id=zone, label=f"Shelf {number}")
            )
    session.add(Button(store_id=STORE, device="b1", input=16, zone_id=WINE, label="Exit", colour="green"))
    people = [(ANNA, "Anna T.", "AT", "staff", DAIRY), (BORIS, "Boris K.", "BK", "staff", WINE)]
    people += [(CARMEN, "Carmen L.", "CL", "shift_lead", None), (DMITRI, "Dmitri M.", "DM", "staff", None)]  # type: ignore[list-item]
    for number, name, initials, role, _ in people:
        session.add(Carrier(id=number, store_id=STORE, name=name, initials=initials, role=role))
    session.flush()
    for number, name, _, _, zone in people:
        session.add(
            Pager(
                id=number,
                store_id=STORE,
                label=f"Pager {number}",
                carrier_id=number,
                transmitter_id=1,
                address=ADDRESS[number],
            )
        )
        session.add(
            Account(
                id=number,
                login=name.split()[0].lower(),
                name=name,
                password_hash="!",
                store_id=STORE,
                carrier_id=number,
            )
        )
        if number != DMITRI:
            for weekday in range(7):
                session.add(
                    Shift(
                        store_id=STORE,
                        carrier_id=number,
                        zone_id=zone,
                        weekday=weekday,
                        starts=time(0),
                        ends=time(0),
                    )
                )
    session.add(Policy(id=1, store_id=STORE, name="Whole shop", repeats=repeats, tell_others=tell_others))
    session.flush()
    session.add(PolicyStep(policy_id=1, position=1, after_s=0, target="zone"))
    session.add(PolicyStep(policy_id=1, position=2, after_s=20, target="role", role="shift_lead"))
    session.add(PolicyStep(policy_id=1, position=3, after_s=20, target="everybody"))


def add_standby(session: Session, gateway: str) -> None:
    """Transmitter t2 at that gateway calls the same pagers as t1 and takes over for it."""
    if session.exec(select(Device).where(Device.device == gateway)).first() is None:
        session.add(Device(store_id=STORE, device=gateway, kind="g"))
    session.add(Transmitter(id=2, store_id=STORE, gateway=gateway, name="t2", position=1))
    session.flush()
    session.get_one(Transmitter, 1).standby_id = 2
    session.get_one(Device, 1).keeper = True
