"""What hostile or broken devices put on the wire, and the reason under which the refused list must count it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from tests.live.brokers import GATEWAY, STORE

CODEC_LIMIT = 2_048
PACKET_LIMIT = 70_000


@dataclass(frozen=True, slots=True)
class Bad:
    """One message. `reason` None: the broker itself stops it, and the server must never hear of it."""

    topic: str
    payload: bytes
    reason: str | None
    retain: bool = False


def topic(device: str, tail: str = "press", kind: str = "b") -> str:
    return f"rb/1/{STORE}/{kind}/{device}/{tail}"


def press(random: Random, **fields: Any) -> dict[str, Any]:
    """A press that a server would take, unless `fields` spoil it."""
    made = {
        "v": 1,
        "id": str(UUID(int=random.getrandbits(128), version=4)),
        "run": "ab12cd34",
        "boot": "12ab34cd",
        "seq": 1,
        "input": 1,
        "age_ms": 5,
        "ttl_s": 120,
        "exp_s": 120,
        "sw": "hostile",
    }
    return {**made, **fields}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _noise(random: Random) -> bytes:
    """Never valid UTF-8, never empty."""
    return b"\xff" + random.randbytes(random.randint(0, 200))


def _spoiled(random: Random) -> bytes:
    field, value = random.choice(
        [
            ("id", "not-an-id"),
            ("seq", -1),
            ("seq", 2**63),
            ("seq", "1"),
            ("input", 0),
            ("input", 17),
            ("input", None),
            ("age_ms", -5),
            ("age_ms", 1e300),
            ("ttl_s", 0),
            ("exp_s", 10**9),
            ("kind", "shout"),
            ("purpose", "fun"),
            ("sw", ""),
            ("sw", "x" * 33),
            ("sw", {"a": []}),
            ("via", "\u0000"),
            ("run", "../../etc"),
            ("wall", "yesterday"),
            ("wall", "2026-03-02T12:00:00"),
            ("ref", "b9c5d7f0-0000-4000-8000-000000000001"),
            ("kind", "undo"),
            ("try", 0),
        ]
    )
    return _json(press(random, **{field: value}))


def _not_json(random: Random) -> bytes:
    whole = _json(press(random))
    return random.choice(
        [
            b"",
            b"{",
            b"null null",
            whole[: random.randrange(1, len(whole) - 1)],
            whole + whole,
            b"[" * 2_000,
            b'{"a":' * 300 + b"1" + b"}" * 299,
            b"'; DROP TABLE press; --",
            b"<script>alert(1)</script>",
            b'{"v": NaN, "id": Infinit',
        ]
    )


def _deep(random: Random) -> bytes:
    """JSON as deep as two KiB allow, beside fields that are all in order: too deep for the reader, or ignored."""
    return _json(press(random))[:-1] + b', "more": ' + b"[" * 700 + b"]" * 700 + b"}"


def _not_a_message(random: Random) -> bytes:
    return _json(random.choice([[], 7, "press", None, True, [press(random)], {}, {"v": 1}]))


FROM_A_BUTTON: Mapping[str, Callable[[Random, str], Bad]] = {
    "noise": lambda random, me: Bad(topic(me), _noise(random), "encoding"),
    "not json": lambda random, me: Bad(topic(me), _not_json(random), "json"),
    "deep": lambda random, me: Bad(topic(me), _deep(random), "json"),
    "not a message": lambda random, me: Bad(topic(me), _not_a_message(random), "fields"),
    "spoiled": lambda random, me: Bad(topic(me), _spoiled(random), "fields"),
    "another version": lambda random, me: Bad(
        topic(me), _json(press(random, v=random.choice([0, 2, "1", None, [1]]))), "version"
    ),
    "too long": lambda random, me: Bad(
        topic(me), _json(press(random, more="x" * random.choice([CODEC_LIMIT, 20_000, 60_000]))), "oversize"
    ),
    "retained": lambda random, me: Bad(topic(me), _json(press(random)), "retained", retain=True),
    "status": lambda random, me: Bad(topic(me, "status"), _not_a_message(random), "fields", retain=True),
    "telemetry": lambda random, me: Bad(topic(me, "telemetry"), _noise(random), "encoding"),
    "answers": lambda random, me: Bad(
        topic(me, random.choice(["cfg/state", "cmd/answer"])), _noise(random), "encoding"
    ),
    "a sibling's topic": lambda random, me: Bad(topic("b1"), _json(press(random)), None),
    "a gateway's topic": lambda random, me: Bad(topic(GATEWAY, "order", "g"), _noise(random), None),
    "its own receipt": lambda random, me: Bad(topic(me, "receipt"), _noise(random), None),
    "another store": lambda random, me: Bad(f"rb/1/s2/b/{me}/press", _json(press(random)), None),
    "no topic of ours": lambda random, me: Bad(f"rb/2/{STORE}/b/{me}/press/x", _noise(random), None),
    "too long for the broker": lambda random, me: Bad(topic(me), b"x" * (PACKET_LIMIT + 1), None),
}
DROPS_THE_LINE = "too long for the broker"

FROM_A_STRANGER: Mapping[str, Callable[[Random, str], Bad]] = {
    "press": lambda random, me: Bad(topic(me), _json(press(random)), "foreign"),
    "noise": lambda random, me: Bad(topic(me), _noise(random), "encoding"),
}
"""It may talk to the broker, and no store has a device of this name."""

FROM_AN_IMPOSTOR: Mapping[str, Callable[[Random, str], Bad]] = {
    "press": lambda random, me: Bad(topic(me), _json(press(random)), "kind"),
}
"""The store knows this name as a gateway's, and it speaks as a button."""

FROM_A_GATEWAY: Mapping[str, Callable[[Random, str], Bad]] = {
    "result": lambda random, me: Bad(topic(me, "result", "g"), _not_json(random), "json"),
    "spoiled result": lambda random, me: Bad(topic(me, "result", "g"), _not_a_message(random), "fields"),
    "abilities": lambda random, me: Bad(topic(me, "abilities", "g"), b"x" * 65_600, "oversize", retain=True),
    "report": lambda random, me: Bad(topic(me, "plan/report", "g"), _noise(random), "encoding"),
    "order": lambda random, me: Bad(topic(me, "order", "g"), _noise(random), None),
}


def garbage(random: Random) -> bytes:
    """For whoever reads what a server says: none of it is a message."""
    return random.choice([_noise, _not_json, _not_a_message])(random)
