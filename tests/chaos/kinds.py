"""Pure: what each kind of transmitter promises, so that the judge of a run holds it to that. The rest
is said by its rig of the conformance suite: settings, the box, what that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from broker_config.lines import KINDS, TCP
from simulator.pager import Air
from simulator.transmitters.base import Trouble as Common
from tests.chaos.plan import LINES, Kind
from tests.conformance.rig import Rig
from tests.conformance.rigs import RIGS

ANY = "any"
RIG = {"tap": "tap-warm", "pocsag-mmdvm": "mmdvm-1"}
"""Kind -> its rig, where that has another name."""
CODES = frozenset({"rf-bridge"})
"""Kinds that call watches by codes: they have no pager in common with others."""
COMMON: Mapping[Kind, Common] = {
    Kind.SILENT: Common.SILENT,
    Kind.SLOW: Common.SLOW,
    Kind.REFUSE: Common.REFUSE,
    Kind.LOSE_REPLY: Common.LOSE_REPLY,
    Kind.BABBLE: Common.GARBAGE,
    Kind.DAMAGED: Common.CHECKSUM,
    Kind.RESET: Common.RESET,
    Kind.BUSY: Common.BUSY,
}
"""Troubles that boxes make by themselves."""
SENT_WHOLE_S = 8.0
"""A transmission that had begun in time is heard to its end: the gateway's `most_air_s`."""


@dataclass(frozen=True, slots=True)
class Promise:
    """`proves`: a page is `transmitted` because the box said so, not because its bytes are out. `whole`: what a line
    damaged is never taken for good. `batch`: pages that it has in hand at most. `air_s`: so long after its last moment
    a page may still be heard. `doubts`: troubles that leave what is in hand in doubt, a batch each time. `can`: all
    troubles that its line and box can have."""

    proves: bool
    whole: bool
    batch: int
    air_s: float
    doubts: frozenset[Kind]
    can: frozenset[Kind]
    codes: bool


UNSUMMED = frozenset({"comp2", "scope", "waveware", "rf-bridge"})
"""Kinds whose frames have no sum."""
ASKS_AGAIN = frozenset({"tap"})
"""Kinds that repeat a page whose answer is missing: it rings twice, and nobody is in doubt."""


def rig_of(kind: str) -> Rig:
    return RIGS[RIG.get(kind, kind)]()


@cache
def promise_of(kind: str) -> Promise:
    rig = rig_of(kind)
    driver, box = rig.create(), rig.box(Air())
    own = {mine for mine, common in COMMON.items() if common in box.troubles}
    line = {Kind.PULL} if kind in TCP else {Kind.PULL, Kind.GARBLE}
    cuts = {Kind.PULL, Kind.RESET}
    if kind not in ASKS_AGAIN:
        cuts |= {Kind.LOSE_REPLY, Kind.SILENT}
    return Promise(
        proves=rig.receipts,
        whole=kind not in UNSUMMED,
        batch=driver.batch,
        air_s=SENT_WHOLE_S if rig.air_time else 0.0,
        doubts=frozenset(cuts),
        can=frozenset(own | line),
        codes=kind in CODES,
    )


def promises(kinds: Sequence[str]) -> dict[str, Promise]:
    """By the name of the transmitter."""
    return {name: promise_of(kind) for name, kind in zip(LINES, kinds, strict=False)}


def chosen(words: str, seed: int) -> tuple[str, ...]:
    """The kinds of `--transmitters`: one or two with a comma between, or `any`: the seed chooses. Raises ValueError."""
    if words == ANY:
        random = Random(f"{seed} transmitters")
        first = random.choice(KINDS)
        return (first, *random.sample(partners(first), random.choice((0, 1, 1))))
    kinds = tuple(words.split(","))
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise ValueError(f"no such kind of transmitter: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    if len(kinds) > len(LINES):
        raise ValueError(f"at most {len(LINES)} transmitters")
    if kinds[-1] not in partners(kinds[0]):
        raise ValueError(f"no pager hears both {kinds[0]} and {kinds[-1]}")
    return kinds


def partners(kind: str) -> Sequence[str]:
    """Kinds that reach the same pagers."""
    return [other for other in KINDS if (other in CODES) == (kind in CODES)]
