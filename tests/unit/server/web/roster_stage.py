"""A day in a shop with a roster: shifts, a rotation, a break, an extra shift, policies with steps and hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlmodel import select

from server.db.tables import (
    Button,
    Carrier,
    Duty,
    Pager,
    Policy,
    PolicyHours,
    PolicyStep,
    Rotation,
    RotationMember,
    Shift,
    Zone,
)
from tests.unit.server.web.factory import Shop

TEAM: tuple[tuple[str, str, str, list[str], list[str]], ...] = (
    ("Kadri Mets", "KM", "shift_lead", ["et", "en"], []),
    ("Sergei Volkov", "SV", "staff", ["ru"], ["fish"]),
    ("Liis Pärn", "LP", "staff", ["et"], []),
    ("Tanel Rebane", "TR", "security", ["et", "ru"], []),
)
JAAN, OLGA, MARINA, KADRI, SERGEI, LIIS, TANEL = range(7)
"""Places in `Shop.carriers`: the first three are the factory's own people."""


def signed_up(shop: Shop) -> Shop:
    """Accounts of the factory's people; Marina is the manager."""
    shop.account("jaan", "Jaan Tamm", carrier=shop.carriers[JAAN])
    shop.account("olga", "Olga Smirnova", carrier=shop.carriers[OLGA])
    shop.account("marina", "Marina Kask", role="manager", carrier=shop.carriers[MARINA])
    return shop


def staffed(shop: Shop) -> Shop:
    """Saturday 14:07: Jaan in Dairy until 18, Olga on a break until 14:15, Kadri leads, Sergei at the fish counter
    has no pager, Liis is away, Tanel's turn begins at 15; Marina has no shift."""
    with shop.db.transaction() as session:
        for name, initials, role, languages, skills in TEAM:
            carrier = Carrier(
                store_id=shop.store,
                name=name,
                initials=initials,
                role=role,
                languages=languages,
                skills=skills,
            )
            session.add(carrier)
            session.flush()
            assert carrier.id is not None
            shop.carriers.append(carrier.id)
            if name != "Sergei Volkov":
                session.add(_pager(shop, f"Pager {len(shop.carriers)}", carrier.id))
        session.add(_pager(shop, "Crew", None))
        fish = session.exec(select(Zone).where(Zone.name == "Fish counter")).one()
        fish.parent_id = shop.zones[0]
        button = session.exec(select(Button).where(Button.zone_id == fish.id)).one()
        button.skill, button.language = "fish", "ru"
        rotation = Rotation(store_id=shop.store, name="Evening guard", starts_on=date(2026, 11, 16))
        session.add(rotation)
        session.flush()
        assert rotation.id is not None
        for position, who in enumerate((TANEL, MARINA), start=1):
            session.add(
                RotationMember(rotation_id=rotation.id, position=position, carrier_id=shop.carriers[who])
            )
        for weekday in range(7):
            for who, zone, first, last in (
                (JAAN, shop.zones[0], time(9), time(18)),
                (OLGA, shop.zones[2], time(9), time(18)),
                (KADRI, None, time(8), time(20)),
                (SERGEI, fish.id, time(10), time(19)),
                (LIIS, None, time(12), time(21)),
            ):
                session.add(_shift(shop, shop.carriers[who], zone, weekday, first, last))
            session.add(_shift(shop, None, None, weekday, time(15), time(23), rotation.id))
        now = shop.now.replace(second=0)
        for who, kind, begins, ends in (
            (OLGA, "break", now - timedelta(minutes=7), now + timedelta(minutes=8)),
            (LIIS, "away", now - timedelta(hours=5), now + timedelta(hours=9)),
            (MARINA, "work", now + timedelta(days=1), now + timedelta(days=1, hours=8)),
        ):
            session.add(_duty(shop, shop.carriers[who], kind, begins, ends))
        policy = session.get(Policy, 1)
        assert policy is not None
        evening = Policy(store_id=shop.store, name="Saturday evening", zone_id=shop.zones[0])
        session.add(evening)
        session.flush()
        for number, (after, target, asked, most) in enumerate(
            ((0, "zone", None, 2), (20, "role", "shift_lead", None), (20, "everybody", None, None)), start=1
        ):
            for owner in (policy, evening):
                session.add(
                    PolicyStep(
                        policy_id=owner.id or 0,
                        position=number,
                        after_s=after,
                        target=target,
                        role=asked,
                        most=most,
                    )
                )
        session.add(PolicyHours(policy_id=evening.id or 0, weekday=5, starts=time(17), ends=time(21)))
        session.add(Policy(store_id=shop.store, name="Old one", active=False))
    return shop


def _pager(shop: Shop, label: str, carrier: int | None) -> Pager:
    address = f"99{len(shop.carriers)}{carrier or 0}"
    return Pager(store_id=shop.store, label=label, carrier_id=carrier, transmitter_id=1, address=address)


def _shift(
    shop: Shop,
    carrier: int | None,
    zone: int | None,
    weekday: int,
    first: time,
    last: time,
    rotation: int | None = None,
) -> Shift:
    return Shift(
        store_id=shop.store,
        carrier_id=carrier,
        rotation_id=rotation,
        zone_id=zone,
        weekday=weekday,
        starts=first,
        ends=last,
    )


def _duty(shop: Shop, carrier: int, kind: str, first: datetime, last: datetime) -> Duty:
    return Duty(store_id=shop.store, carrier_id=carrier, kind=kind, starts_at=first, ends_at=last)
