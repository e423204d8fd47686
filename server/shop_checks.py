"""What the parts of a shop file say about each other: unknown names, things that stand in it twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

USES = {"call": "calls in", "closed": "closed hours in", "quiet": "quiet calls in"}
FIRST_OWNER = "manager"
"""The login that a shop begins with."""
Parts = Mapping[str, Mapping[int, Any]]
"""Section -> index -> part, only those that are well-formed."""


def check(parts: Parts, table: Mapping[str, Any]) -> list[str]:
    """One line per mistake; `table` is the file as it was, for names of parts that have other mistakes."""
    return [
        *_doubled(parts),
        *_unknown(parts, table),
        *_rings(parts),
        *_devices(parts, table),
        *_addresses(parts, table),
    ]


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
    yield from twice("accounts", keys("accounts", "login"), "the login {!r}")
    worn = [(index, key) for index, key in keys("accounts", "carrier") if key]
    yield from twice("accounts", worn, "the account of {!r}")
    for index, login in keys("accounts", "login"):
        if login == FIRST_OWNER:
            yield f"accounts[{index + 1}]: {FIRST_OWNER!r} is the owner that every shop begins with: another login"
    yield from twice("pagers", keys("pagers", "label"), "the label {!r}")
    yield from twice("policies", keys("policies", "name"), "the name {!r}")
    scopes = [
        (index, f"{USES[one.use]} {repr(one.zone) if one.zone else 'every zone without its own'}")
        for index, one in parts["policies"].items()
        if not one.hours
    ]
    yield from twice("policies", scopes, "a policy without hours for {}")
    yield from twice("rotations", keys("rotations", "name"), "the name {!r}")
    for field in ("code", "name"):
        given = [(index, key) for index, key in keys("causes", field) if key]
        yield from twice("causes", given, "the " + field + " {!r}")
    yield from twice("special_days", keys("special_days", "day"), "the day {}")
    targets = [(index, f"{one.kind} {one.to!r}") for index, one in parts["last_resort"].items()]
    yield from twice("last_resort", targets, "{}")
    places = [(index, f"{one.device}, input {one.input}") for index, one in parts["buttons"].items()]
    yield from twice("buttons", places, "{}")
    watched = [
        (
            index,
            f"{one.device}, input {one.input}" if one.device else "what is for buttons that nobody set up",
        )
        for index, one in parts["watch_codes"].items()
    ]
    yield from twice("watch_codes", watched, "{}")
    codes = [
        (index, code) for index, one in parts["watch_codes"].items() for code in sorted({*one.codes.values()})
    ]
    yield from twice("watch_codes", codes, "the code {}")
    lines = [(index, f"{one.gateway}/{one.name}") for index, one in parts["transmitters"].items()]
    yield from twice("transmitters", lines, "{}")


def _unknown(parts: Parts, table: Mapping[str, Any]) -> Iterator[str]:
    zones, carriers = _declared(table, "zones", "name"), _declared(table, "carriers", "initials")
    gateways, pagers = _declared(table, "gateways", "id"), _declared(table, "pagers", "label")
    rotations = _declared(table, "rotations", "name")
    causes = _declared(table, "causes", "code") | _declared(table, "causes", "name")

    def missing(place: str, what: str, name: str | None, known: set[str], section: str) -> Iterator[str]:
        if name is not None and name not in known:
            yield f"{place}: there is no {what} {name!r} in {section}"

    for index, zone in parts["zones"].items():
        yield from missing(f"zones[{index + 1}].parent", "zone", zone.parent, zones, "zones")
    inputs = {f"{one.device}, input {one.input}" for one in parts["buttons"].values()}
    for index, code in parts["watch_codes"].items():
        if code.device is not None:
            place = f"{code.device}, input {code.input}"
            yield from missing(f"watch_codes[{index + 1}]", "button", place, inputs, "buttons")
    for index, cause in parts["causes"].items():
        yield from missing(f"causes[{index + 1}].parent", "cause", cause.parent, causes, "causes")
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
    for index, rotation in parts["rotations"].items():
        for who in rotation.carriers:
            yield from missing(f"rotations[{index + 1}].carriers", "person", who, carriers, "carriers")
    for index, shift in parts["shifts"].items():
        place = f"shifts[{index + 1}]"
        yield from missing(f"{place}.rotation", "rotation", shift.rotation, rotations, "rotations")
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
            yield from missing(f"{place}.steps[{number}].pager", "pager", step.pager, pagers, "pagers")


def _rings(parts: Parts) -> Iterator[str]:
    """A zone, or a cause, that would be a part of itself. Each ring is told once."""
    trees = (
        ("zones", "name", {one.name: one.parent for one in parts["zones"].values()}),
        ("causes", "key", _causes(parts)),
    )
    for section, field, above in trees:
        told: set[str] = set()
        for index, one in parts[section].items():
            ring = _ring(getattr(one, field), above)
            if ring and told.isdisjoint(ring):
                told.update(ring)
                words = " in ".join(repr(name) for name in (*ring, ring[0]))
                yield f"{section}[{index + 1}].parent: {words} goes round in a ring"


def _ring(name: str, above: Mapping[str, str | None]) -> list[str]:
    """The names from `name` upwards, if that comes back to `name`."""
    walked = [name]
    while (up := above.get(walked[-1])) is not None and up != name:
        if up in walked:
            return []
        walked.append(up)
    return walked if up == name else []


def _causes(parts: Parts) -> dict[str, str | None]:
    """Key -> key of the cause above. A parent may be named by its code or by its name."""
    keys = {one.name: one.key for one in parts["causes"].values() if one.name}
    return {one.key: keys.get(one.parent or "", one.parent) for one in parts["causes"].values()}


def _devices(parts: Parts, table: Mapping[str, Any]) -> Iterator[str]:
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
    working = _declared(table, "transmitters", "gateway")
    keepers = [(index, one.id) for index, one in parts["gateways"].items() if one.keeper]
    for index, device in keepers:
        if device != keepers[0][1]:
            yield f"gateways[{index + 1}].keeper: {keepers[0][1]!r} is the keeper already, and there is one only"
        elif device not in working:
            yield f"gateways[{index + 1}].keeper: no transmitter hangs on {device!r}"


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
