"""Pure: the item of the staff on the floor page: who is at what, where, and whether they act by themselves.

    staff   {"on": true, "doing": {"anna": {"doing": "walking", "place": "Dairy", "away": false}}}

The story tells `closed_<outcome>` with `login` and `at_place`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.floor.events import AwayIs, ClosedBy, PersonIs, StaffIs

Put = Callable[[str, Mapping[str, Any]], None]
Tell = Callable[..., None]
"""at, what, and more."""


class StaffItems:
    """Part of the floor's core."""

    def __init__(self, people: Iterable[str], put: Put, tell: Tell) -> None:
        self._put, self._tell = put, tell
        self._on = False
        self._doing: dict[str, dict[str, Any]] = {
            login: {"doing": "idle", "place": "", "away": False} for login in people
        }

    def show(self) -> None:
        self._put("staff", {"on": self._on, "doing": {who: dict(one) for who, one in self._doing.items()}})

    def happened(self, event: StaffIs | PersonIs | AwayIs | ClosedBy) -> None:
        match event:
            case StaffIs():
                self._on = event.on
            case PersonIs():
                self._doing[event.login] |= {"doing": event.doing, "place": event.place}
            case AwayIs():
                self._doing[event.login] |= {"away": event.away}
            case ClosedBy():
                self._tell(event.at, what=f"closed_{event.outcome}", login=event.login, at_place=event.place)
        self.show()
