"""A shop file as the rules know a shop, without a database: ids count up in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from server.replay.lines import DutyPart
from server.rules import facts
from server.shop_file import ShopFile
from server.shop_times import HoursPart, PolicyPart, StepPart


def store_of(shop: ShopFile, duties: Iterable[DutyPart] = ()) -> facts.Store:
    """What `load_shop` and `read_store` would give, but for the numbers of the rows and for accounts: there are none.

    `duties` of people whom the shop does not have are left out; in a zone that it does not have they hold anywhere."""
    zones = _numbers(part.name for part in shop.zones)
    people = _numbers(part.initials for part in shop.carriers)
    pagers = _numbers(part.label for part in shop.pagers)
    turns = _numbers(part.name for part in shop.rotations)
    tree = {
        zones[part.name]: facts.Zone(
            zones[part.name], zones[part.parent] if part.parent else None, part.name, part.pager_name
        )
        for part in shop.zones
    }
    return facts.Store(
        id=shop.store.id,
        zone=ZoneInfo(shop.store.timezone),
        buttons={
            (part.device, part.input): facts.Button(
                number,
                part.device,
                part.input,
                zones[part.zone],
                tree[zones[part.zone]].pager_name,
                part.label,
                part.colour,
                part.skill,
                part.language,
                number=number,
            )
            for number, part in enumerate(shop.buttons, start=1)
        },
        carriers={
            people[part.initials]: facts.Carrier(
                people[part.initials], part.initials, part.role, part.name, part.languages, part.skills
            )
            for part in shop.carriers
        },
        shifts=_shifts(shop, zones, people, turns),
        pagers=_pagers(shop, people),
        devices=shop.devices(),
        accounts={},
        name=shop.store.name,
        language=shop.store.language,
        zones=tree,
        policies={
            number: _policy(number, part, zones, people, pagers)
            for number, part in enumerate(shop.policies, start=1)
        },
        rotations={
            turns[part.name]: facts.Rotation(
                turns[part.name],
                part.name,
                part.starts_on,
                part.days,
                tuple(people[who] for who in part.carriers),
            )
            for part in shop.rotations
        },
        duties=tuple(
            facts.Duty(people[one.who], one.kind, zones.get(one.zone or ""), one.starts_at, one.ends_at)
            for one in duties
            if one.who in people
        ),
        opening=_spans(shop.opening),
        special_days=tuple(facts.SpecialDay(part.day, part.opens, part.closes) for part in shop.special_days),
        last_resorts=tuple(
            facts.LastResort(number, part.kind, part.to)
            for number, part in enumerate(shop.last_resort, start=1)
        ),
        keeper=shop.keeper(),
    )


def _shifts(
    shop: ShopFile, zones: Mapping[str, int], people: Mapping[str, int], turns: Mapping[str, int]
) -> tuple[facts.Shift, ...]:
    nobody: list[int | None] = [None]
    found = [
        facts.Shift(who, place, day, part.starts, part.ends, turns[part.rotation] if part.rotation else None)
        for part in shop.shifts
        for who in ([people[one] for one in part.carrier] or nobody)
        for place in ([zones[one] for one in part.zone] or nobody)
        for day in part.days
    ]
    return tuple(dict.fromkeys(found))


def _pagers(shop: ShopFile, people: Mapping[str, int]) -> tuple[facts.Pager, ...]:
    found = []
    for number, part in enumerate(shop.pagers, start=1):
        line = shop.transmitter(part.transmitter)
        same = part.model_dump(
            include={"label", "address", "format", "charset", "longest", "alert", "language", "fallback"}
        )
        who = people[part.carrier] if part.carrier else None
        found.append(facts.Pager(number, carrier_id=who, gateway=line.gateway, transmitter=line.name, **same))
    return tuple(found)


def _policy(
    number: int,
    part: PolicyPart,
    zones: Mapping[str, int],
    people: Mapping[str, int],
    pagers: Mapping[str, int],
) -> facts.Policy:
    same: dict[str, Any] = part.model_dump(
        include={
            "ttl_s",
            "exit_s",
            "attend_s",
            "patience_s",
            "repeat_s",
            "repeats",
            "name",
            "priority",
            "tell_others",
        }
    )
    return facts.Policy(
        id=number,
        steps=tuple(_step(at, one, people, pagers) for at, one in enumerate(part.steps, start=1)),
        zone_id=zones[part.zone] if part.zone else None,
        use=facts.PolicyUse(part.use),
        hours=_spans(part.hours),
        **same,
    )


def _step(at: int, part: StepPart, people: Mapping[str, int], pagers: Mapping[str, int]) -> facts.Step:
    return facts.Step(
        at,
        part.after_s,
        part.target,
        part.role,
        people[part.carrier] if part.carrier else None,
        pagers[part.pager] if part.pager else None,
        part.most,
        part.alert,
    )


def _spans(parts: Iterable[HoursPart]) -> tuple[facts.Span, ...]:
    return tuple(facts.Span(day, part.starts, part.ends) for part in parts for day in part.days)


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names, start=1)}
