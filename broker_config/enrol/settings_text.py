"""Pure: who a device is, written into its TOML text. Everything else of the text, comments too, stays as it was."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import TypeAlias

from broker_config.enrolment import Grant
from broker_config.errors import SetupError

Value: TypeAlias = str | int | bool

OTHER_WAYS = ("password", "password_file", "ca_file")
"""By which a device can prove itself without a certificate: not beside one."""


def values_of(grant: Grant, identity: str) -> dict[str, Value]:
    """What every kind of device must know of its store."""
    return {
        "store": grant.store,
        "device": grant.device,
        "host": grant.broker_host,
        "port": grant.broker_port,
        "identity": identity,
    }


def enrolled(text: str, values: Mapping[str, Value], drop: tuple[str, ...] = OTHER_WAYS) -> str:
    """`values` in place of whatever stood there under these names, `drop` gone. Raises SetupError when the text is
    written in a way that this cannot be done without harm."""
    before = _parse(text)
    lines = text.splitlines(keepends=True)
    top = next((n for n, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    left, head = dict(values), []
    for line in lines[:top]:
        found = re.match(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=", line)
        name = found[1] if found else ""
        if name in left:
            head.append(_line(name, left.pop(name)))
        elif name not in drop and name not in values:
            head.append(line)
    made = "".join((*(_line(name, value) for name, value in left.items()), *head, *lines[top:]))
    wanted = {name: value for name, value in before.items() if name not in drop} | dict(values)
    try:
        if tomllib.loads(made) == wanted:
            return made
    except tomllib.TOMLDecodeError:
        pass
    raise SetupError(
        "\n".join(["the file is written in an unusual way: put this into it by hand", *_said(values)])
    )


def _said(values: Mapping[str, Value]) -> list[str]:
    return [_line(name, value).rstrip() for name, value in values.items()]


def _line(name: str, value: Value) -> str:
    return f"{name} = {json.dumps(value, ensure_ascii=False)}\n"


def _parse(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"not TOML: {error}") from None
