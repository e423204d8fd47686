"""What goes wrong where: queues at tills, goods at the counters, advice at the wine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    words: tuple[str, ...]
    """Of a zone's or a button's name, in any of our languages."""
    weight: float
    """Calls against an average place."""
    peak: float
    """How much of them falls on the busy hours."""
    patience: float
    causes: Mapping[str, float]


TILLS = Kind(
    ("till", "checkout", "kassa", "касс"),
    *(1.5, 1.25, 0.75),
    {"queue": 0.62, "service": 0.16, "price": 0.14, "competence": 0.04, "other": 0.04},
)
COUNTERS = Kind(
    ("fish", "deli", "dairy", "bakery", "fruit", "meat", "kala", "piim", "leib", "рыб", "молоч", "хлеб"),
    *(1.05, 1.0, 1.0),
    {"goods": 0.55, "service": 0.17, "queue": 0.12, "price": 0.1, "competence": 0.06},
)
ADVICE = Kind(
    ("wine", "household", "vein", "вин", "хоз"),
    *(0.7, 0.85, 1.15),
    {"competence": 0.32, "goods": 0.26, "service": 0.24, "price": 0.18},
)
ARRIVING = Kind(
    ("parking", "delivery", "desk", "parkla", "парков"),
    *(0.6, 1.0, 1.1),
    {"delivery": 0.42, "price": 0.26, "service": 0.2, "other": 0.12},
)
ANYWHERE = Kind((), 0.7, 1.0, 1.0, {"service": 0.36, "other": 0.26, "goods": 0.2, "price": 0.18})
UNUSED = Kind(("spare", "varu", "запас"), 0.0, 1.0, 1.0, {"other": 1.0})
"""Buttons that hang in no shop yet."""
KINDS = (UNUSED, TILLS, COUNTERS, ADVICE, ARRIVING)


def kind_of(label: str, zone: str) -> Kind:
    """By the button's own name if that says something, else by its zone."""
    for name in (label, zone):
        folded = name.casefold()
        for kind in KINDS:
            if any(word in folded for word in kind.words):
                return kind
    return ANYWHERE
