"""From a shop file to what `up` must know of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from server import shop_file
from server.shop_checks import FIRST_OWNER
from server.shop_file import ShopFile
from server.supervise.shop import Input, Line, Pager, Person, Shop, Unit


def read_shop(path: Path) -> Shop:
    """Raises SetupError with one line per mistake."""
    return shop_of(shop_file.read_shop(path))


def shop_of(file: ShopFile) -> Shop:
    names = {one.initials: one.name for one in file.carriers}

    pagers = tuple(
        Pager(
            transmitter=file.transmitter(one.transmitter).name,
            address=one.address,
            label=one.label,
            holder=names.get(one.carrier or ""),
            initials=one.carrier or "",
            format=one.format,
            longest=one.longest,
        )
        for one in file.pagers
    )
    worn = {pager.initials: pager.address for pager in reversed(pagers) if pager.initials}
    own = {one.carrier: one for one in file.accounts if one.carrier is not None}
    logins = distinct_logins(
        (one.name for one in file.carriers if one.initials not in own),
        taken=[FIRST_OWNER, *(one.login for one in file.accounts)],
    )
    others = [one for one in file.carriers if one.initials not in own]
    by_initials = {one.initials: login for one, login in zip(others, logins, strict=True)}
    by_initials |= {initials: one.login for initials, one in own.items()}
    return Shop(
        store=file.store.id,
        name=file.store.name,
        server=file.store.server,
        language=file.store.language,
        units=_units(file),
        lines=tuple(
            Line(one.gateway, one.name, one.driver, one.url, one.baudrate, one.settings)
            for one in file.transmitters
        ),
        pagers=pagers,
        people=tuple(
            Person(
                by_initials[one.initials],
                one.name,
                own[one.initials].role if one.initials in own else one.role,
                worn.get(one.initials),
                _zones(file, one.initials),
            )
            for one in file.carriers
        )
        + tuple(Person(one.login, one.name, one.role) for one in file.accounts if one.name is not None),
        keeper=file.keeper(),
    )


def _zones(file: ShopFile, initials: str) -> tuple[str, ...]:
    """Where somebody works, by the shifts that name the person."""
    named = [zone for shift in file.shifts if initials in shift.carrier for zone in shift.zone]
    return tuple(dict.fromkeys(named))


def _units(file: ShopFile) -> tuple[Unit, ...]:
    """Every unit that has a button, in the order of the file."""
    found: dict[str, list[Input]] = {}
    for one in file.buttons:
        found.setdefault(one.device, []).append(Input(one.input, one.colour, one.label, one.zone))
    return tuple(
        Unit(device, tuple(sorted(inputs, key=lambda one: one.n))) for device, inputs in found.items()
    )


def distinct_logins(names: Iterable[str], taken: Iterable[str] = (FIRST_OWNER,)) -> list[str]:
    """First names, as they are typed without accents; a number tells namesakes apart."""
    taken = set(taken)
    found = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name.split()[0].lower())
        stem = "".join(sign for sign in plain if sign.isalnum()) or "staff"
        login = next(
            tried
            for number in range(1, len(taken) + 2)
            if (tried := stem + str(number) * (number > 1)) not in taken
        )
        taken.add(login)
        found.append(login)
    return found
