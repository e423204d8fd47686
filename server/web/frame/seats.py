"""How many live streams may be open at once: each holds a connection and a place among all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from server.web.frame.access import SignedIn

PER_PERSON = 30
"""A store's wall screens may all be signed in as the same person."""
PER_ADDRESS = 100
"""A whole shop may sit behind one address."""
IN_ALL = 500
AGAIN_S = 10


@dataclass(slots=True)
class Seats:
    """Only used from the event loop."""

    people: Counter[Hashable] = field(default_factory=Counter)
    addresses: Counter[str] = field(default_factory=Counter)

    def is_full(self, person: Hashable, address: str) -> bool:
        return (
            self.people[person] >= PER_PERSON
            or self.addresses[address] >= PER_ADDRESS
            or self.people.total() >= IN_ALL
        )

    @contextmanager
    def taken(self, person: Hashable, address: str) -> Iterator[None]:
        self.people[person] += 1
        self.addresses[address] += 1
        try:
            yield
        finally:
            self.people = +(self.people - Counter([person]))
            self.addresses = +(self.addresses - Counter([address]))


@dataclass(frozen=True, slots=True)
class Seat:
    """Found free before the stream begins; taken as long as it is open."""

    seats: Seats
    person: Hashable
    address: str

    def taken(self) -> AbstractContextManager[None]:
        return self.seats.taken(self.person, self.address)


async def _seat(request: Request, visitor: SignedIn) -> Seat:
    return seat_for(request, visitor.account_id)


def seat_for(request: Request, who: Hashable) -> Seat:
    """A seat that is free for this account or tablet. Raises HTTPException 429."""
    seats: Seats = request.app.state.seats
    seat = Seat(seats, who, request.client.host if request.client else "")
    if seats.is_full(seat.person, seat.address):
        raise HTTPException(429, "too many live screens are open", {"Retry-After": str(AGAIN_S)})
    return seat


FreeSeat = Annotated[Seat, Depends(_seat)]
