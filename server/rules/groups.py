"""One page for many: a capcode that a group of pagers listens to instead of one page for each of them.

A group rings all its members and knows no exceptions. So it is taken only when every one of them is to be called now
with the same text: nobody on a break, nobody who passed the call on, nobody for whom a page waits already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from server.rules.facts import Pager, Worn

LEAST = 2
"""For one pager alone its own capcode is as good."""
Face = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Ring:
    """One page to be: its pager, and whom that rings when it is a group's."""

    pager: Pager
    members: tuple[Worn, ...] = ()

    @property
    def count(self) -> int:
        return len(self.members) or 1


def face(pager: Pager) -> Face:
    """What it can show: pagers with the same face show the same text."""
    return (pager.format, pager.charset, pager.longest, pager.language)


def rings(
    called: Sequence[Pager],
    known: Collection[Pager],
    usable: Callable[[Pager], bool] = lambda pager: True,
) -> list[Ring]:
    """The pages for these pagers, in their order: the largest groups first, each member once. `known`: every pager
    of the store; `usable`: whether a group's transmitter works."""
    by_id = {one.id: one for one in known}
    wanted = {one.id: one for one in called if not one.members}
    taken: dict[int, Ring] = {}
    groups = [one for one in known if one.members]
    for group in sorted(groups, key=lambda one: (-len(one.members), one.id)):
        members = [wanted.get(member) for member in group.members]
        fits = len(members) >= LEAST and all(
            one is not None and one.id not in taken and face(one) == face(group) for one in members
        )
        if fits and usable(group):
            ring = ring_of(group, by_id)
            taken |= dict.fromkeys(group.members, ring)
    found: list[Ring] = []
    for pager in called:
        ring = taken.get(pager.id) or ring_of(pager, by_id)
        if ring not in found:
            found.append(ring)
    return found


def ring_of(pager: Pager, known: dict[int, Pager]) -> Ring:
    """A group that is called by name rings whoever wears its members, there or not."""
    members = [known[member] for member in pager.members if member in known]
    return Ring(pager, tuple((one.id, one.carrier_id) for one in members))
