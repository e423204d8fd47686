"""ESPA 4.4.4 in the conformance suite: both roles, 7 and 8 bits, and the simplified systems of the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.pager import Air
from simulator.transmitters.espa444 import EspaFaults, EspaHabits, EspaPagingSystem
from tests.conformance.rig import Rig


def _box(**habits: Any) -> Callable[[Air], EspaPagingSystem]:
    return lambda air: EspaPagingSystem(EspaHabits(**habits), EspaFaults(), knows=air.knows, seed=1)


def _rig(settings: dict[str, Any], **habits: Any) -> Rig:
    return Rig("espa444", settings, _box(**habits), most_copies=2, noise=b"\x00\x7f~ xyz")


RIGS: dict[str, Callable[[], Rig]] = {
    "espa444": lambda: _rig({"status": "never"}, status="never"),
    "espa444-statuses": lambda: _rig({}, answers=True),
    "espa444-asks": lambda: _rig({"status": "request"}, status="request"),
    "espa444-polled": lambda: _rig({"role": "polled"}, polls_every_s=0.7),
    "espa444-8-bit": lambda: _rig({"bits": 8, "text": "latin1"}, bits=8),
    "espa444-parity": lambda: _rig({}, parity=True),
    "espa444-extra-rs": lambda: _rig({"extra_rs": True, "cr_after": True}, extra_rs=True, cr_after=True),
    "espa444-2-wire": lambda: _rig({"echo": True}, echo=True),
    "espa444-fixed-sequence": lambda: _rig(
        {"receiver": "fixed-sequence", "status": "never", "tone_text": " "},
        knows_only="fixed",
        status="never",
    ),
    "espa444-acks-everything": lambda: _rig(
        {"receiver": "acks-everything", "status": "never"}, knows_only="acks", status="never"
    ),
    "espa444-select-only": lambda: _rig({"supervise": "select", "status": "never"}, status="never"),
    "espa444-batch": lambda: _rig({"batch": 8, "regain": "always"}),
}
