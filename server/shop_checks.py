"""What the parts of a shop file say about each other: unknown names, things that stand in it twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Parts = Mapping[str, Mapping[int, Any]]
"""Section -> index -> part, only those that are well-formed."""


def check(parts: Parts, table: Mapping[str, Any]) -> list[str]:
    """One line per mistake; `table` is the file as it was, for names of parts that have other mistakes."""
    return [*_doubled(parts), *_unknown(parts, table), *_devices(parts), *_addresses(parts, table)]


def _doubled(parts: Parts) -> Iterator[str]:
    def twice(section: str, keys: Iterable[tuple[int, object]], words: str) -> Iterator[str]:
        seen: dict[object, int] = {}
        for index, key in keys:
            if key in seen:
                yield f"{section}[{index + 1}]: {words.format(key)} stands in {section}[{seen[key] + 1}] already"
            seen.setdefault(key, index)

    def keys(section: str, field: str) -> list[tuple[int, object]]:
        return [(index, getattr(part, field)) for index, part in parts[section].items()]

    yield from twice("zones", keys("zones", "name"), "the name {!r}")
    yield from twice("carriers", keys("carriers", "initials"), "the initials {!r}")
    yield from twice("carriers", keys("carriers", "name"), "the name {!r}")
    yield from twice("pagers", keys("pagers", "label"), "the label {!r}")
    yield from twice("policies", keys("policies", "name"), "the name {!r}")
    scopes = [
        (index, f"the zone {one.zone!r}" if one.zone else "every zone without its own")
        for index, one in parts["policies"].items()
    ]
    yield from twice("policies", scopes, "a policy for {}")
    places = [(index, f"{one.device}, input {one.input}") for index, one in parts["buttons"].items()]
    yield from twice("buttons", places, "{}")
    lines = [(index, f"{one.gateway}/{one.name}") for index, one in parts["transmitters"].items()]
    yield from twice("transmitters", lines, "{}")


def _unknown(parts: Parts, table: Mapping[str, Any]) -> Iterator[str]:
    zones, carriers = _declared(table, "zones", "name"), _declared(table, "carriers", "initials")
    gateways = _declared(table, "gateways", "id")

    def missing(place: str, what: str, name: str | None, known: set[str], section: str) -> Iterator[str]:
        if name is not None and name not in known:
            yield f"{place}: there is no {what} {name!r} in {section}"

    for index, button in parts["buttons"].items():
        yield from missing(f"buttons[{index + 1}].zone", "zone", button.zone, zones, "zones")
    for index, line in parts["transmitters"].items():
        yield from missing(
            f"transmitters[{index + 1}].gateway", "gateway", line.gateway, gateways, "gateways"
        )
    for index, pager in parts["pagers"].items():
        place = f"pagers[{index + 1}]"
        yield from missing(f"{place}.carrier", "person", pager.carrier, carriers, "carriers")
        found = _lines(table, pager.transmitter)
        if not found:
            yield f"{place}.transmitter: there is no transmitter {pager.transmitter!r} in transmitters"
        elif len(found) > 1:
            yield f"{place}.transmitter: {pager.transmitter!r} could be {' or '.join(sorted(found))}"
    for index, shift in parts["shifts"].items():
        for who in shift.carrier:
            yield from missing(f"shifts[{index + 1}].carrier", "person", who, carriers, "carriers")
        for zone in shift.zone:
            yield from missing(f"shifts[{index + 1}].zone", "zone", zone, zones, "zones")
    for index, policy in parts["policies"].items():
        place = f"policies[{index + 1}]"
        yield from missing(f"{place}.zone", "zone", policy.zone, zones, "zones")
        for number, step in enumerate(policy.steps, start=1):
            yield from missing(
                f"{place}.steps[{number}].carrier", "person", step.carrier, carriers, "carriers"
            )


def _devices(parts: Parts) -> Iterator[str]:
    """A device id is unique in its store across kinds: it is a name at the broker."""
    kinds: dict[str, str] = {}
    claims = [
        *((one.server, "the server") for one in parts["store"].values()),
        *((one.id, "a gateway") for one in parts["gateways"].values()),
        *((one.id, "a button unit") for one in parts["button_units"].values()),
        *((one.device, "a button unit") for one in parts["buttons"].values()),
    ]
    told: set[str] = set()
    for device, kind in claims:
        if kinds.setdefault(device, kind) != kind and device not in told:
            told.add(device)
            yield f"the device id {device!r} is used for {kinds[device]} and for {kind}: choose another one"
    for section in ("gateways", "button_units"):
        seen: set[str] = set()
        for index, one in parts[section].items():
            if one.id in seen:
                yield f"{section}[{index + 1}]: the device id {one.id!r} stands there twice"
            seen.add(one.id)


def _addresses(parts: Parts, table: Mapping[str, Any]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for index, pager in parts["pagers"].items():
        lines = _lines(table, pager.transmitter)
        key = min(lines, default=pager.transmitter), pager.address
        if key in seen:
            yield (
                f"pagers[{index + 1}].address: {pager.address} on transmitter {key[0]} "
                f"belongs to the pager {seen[key]!r} already"
            )
        seen.setdefault(key, pager.label)


def _declared(table: Mapping[str, Any], section: str, field: str) -> set[str]:
    return {str(row[field]).strip() for row in _rows(table, section) if field in row}


def _lines(table: Mapping[str, Any], wanted: str) -> set[str]:
    """The transmitters that this name may mean, as gateway/name."""
    known = {(str(row.get("gateway")), str(row.get("name"))) for row in _rows(table, "transmitters")}
    gateway, _, name = wanted.rpartition("/")
    return {f"{one}/{other}" for one, other in known if other == name and gateway in ("", one)}


def _rows(table: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    rows = table.get(section, [])
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
