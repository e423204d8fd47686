"""The rows of the whole shop: four zones, each with a person and a pager, and as many buttons as a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from sqlmodel import Session

from server.db.tables import (
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
from tests.live.brokers import GATEWAY, SERVER, STORE

ZONES = 4
OTHER_SERVER, OTHER_GATEWAY, IMPOSTOR = "srv2", "g2", "b39"
"""The first has the rights of a server and is none: for what a server gone mad would say. The second is a gateway
that calls nobody. The third is a gateway in the server's eyes and a button in the broker's."""


def address_of(zone: int) -> str:
    return f"{1000 + zone}"


def label(device: str, number: int) -> str:
    """One of its kind: so the text on a wrist tells which button it was."""
    return f"{device.upper()}-{number}"


def places(units: dict[str, int]) -> Iterator[tuple[str, int]]:
    return ((device, number) for device, inputs in units.items() for number in range(1, inputs + 1))


def zone_of(index: int) -> int:
    return index % ZONES + 1


def fill(session: Session, units: dict[str, int], ttl_s: int) -> None:
    session.add(Store(id=STORE, name="Whole shop", timezone="Europe/Tallinn"))
    session.flush()
    session.add(Transmitter(id=1, store_id=STORE, gateway=GATEWAY, name="t1"))
    zones = range(1, ZONES + 1)
    session.add_all(Zone(id=n, store_id=STORE, name=f"Zone {n}", pager_name=f"Z{n}") for n in zones)
    kinds = dict.fromkeys((GATEWAY, OTHER_GATEWAY, IMPOSTOR), "g") | dict.fromkeys(
        (SERVER, OTHER_SERVER), "s"
    )
    kinds |= dict.fromkeys(units, "b")
    session.add_all(
        Device(store_id=STORE, device=name, kind=kind, keeper=name == GATEWAY) for name, kind in kinds.items()
    )
    session.add_all(Carrier(id=n, store_id=STORE, name=f"Person {n}", initials=f"P{n}") for n in zones)
    session.flush()
    for zone in zones:
        session.add(
            Pager(
                id=zone,
                store_id=STORE,
                label=f"Pager {zone}",
                carrier_id=zone,
                transmitter_id=1,
                address=address_of(zone),
            )
        )
        session.add_all(
            Shift(store_id=STORE, carrier_id=zone, zone_id=zone, weekday=day, starts=time(0), ends=time(0))
            for day in range(7)
        )
    for index, (device, number) in enumerate(places(units)):
        session.add(
            Button(
                store_id=STORE,
                device=device,
                input=number,
                zone_id=zone_of(index),
                label=label(device, number),
            )
        )
    session.add(
        Policy(
            id=1,
            store_id=STORE,
            name="One step",
            repeats=1,
            repeat_s=3_600,  # never within a test: a press after the last repeat would ring once more
            ttl_s=ttl_s,
            exit_s=600,
            attend_s=600,
            tell_others=False,
        )
    )
    session.flush()
    session.add(PolicyStep(policy_id=1, position=1, after_s=0, target="zone"))
