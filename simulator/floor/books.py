"""What the running shop says of itself, by the server's public API, as a member of staff may read it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from simulator.floor.layout import contact
from simulator.floor.staff_api import HttpStaffApi
from simulator.scenarios.ending import Books, Call, FaultSeen, Look, PageSent, Press
from simulator.staff import NotLetIn, ServerSilent

PAGE = 200
MOST_PAGES = 10
BEFORE_S = 900.0
"""Calls that were opened so long before may still ring."""


class ApiBooks:
    """Threads read one after the other. `wall_at_zero`: the epoch second at which the boot-time clock stood at zero."""

    def __init__(
        self, api: HttpStaffApi, login: str, store: str, clock: Callable[[], float], wall_at_zero: float
    ) -> None:
        self._api, self._login, self._base = api, login, f"/stores/{quote(store)}"
        self._clock, self._zero = clock, wall_at_zero
        self._lock = threading.Lock()

    def look(self) -> Look | None:
        """None: it does not answer."""
        with self._lock:
            try:
                found = self._get("/readiness")
            except (ServerSilent, NotLetIn):
                return None
        causes = frozenset(
            str(line["cause"]) for line in found["lines"] if line["mood"] == "bad" and line["cause"]
        )
        return Look(self._clock(), bool(found["covered"]), causes)

    def read(self, since: float) -> Books:
        """Everything from then on. Raises ServerSilent and NotLetIn."""
        with self._lock:
            return self._read(since)

    def is_calm(self) -> bool:
        """Whether every call is closed; nobody knows of a server that does not answer."""
        with self._lock:
            try:
                return not self._get("/incidents?state=open&limit=1")["items"]
            except (ServerSilent, NotLetIn):
                return False

    def _read(self, since: float) -> Books:
        first = since + self._zero
        presses = [one for one in self._pages("/presses", first, "pressed_at") if one["kind"] == "press"]
        numbers = {one["incident"] for one in presses} - {None}
        numbers |= {one["number"] for one in self._pages("/incidents", first - BEFORE_S, "opened_at")}
        return Books(
            tuple(
                Press(
                    contact(one["device"], one["input"]),
                    self._boot(one["pressed_at"]),
                    one["state"],
                    one["purpose"],
                    one["incident"],
                )
                for one in reversed(presses)
            ),
            tuple(self._call(number) for number in sorted(numbers)),
            tuple(
                FaultSeen(one["device"], one["kind"], self._boot(one["since"]))
                for one in self._pages("/faults", first, "told_at")
            ),
        )

    def _call(self, number: int) -> Call:
        whole = self._get(f"/incidents/{number}")
        return Call(
            number,
            whole["state"],
            whole["outcome"],
            tuple(
                PageSent(page["body"], self._boot(page["created_at"]), page["state"])
                for page in whole["pages"]
            ),
            tuple(notice["state"] for notice in whole["notices"]),
        )

    def _pages(self, path: str, first: float, moment: str) -> list[dict[str, Any]]:
        """Newest first, back to that moment."""
        found: list[dict[str, Any]] = []
        before = ""
        for _ in range(MOST_PAGES):
            answer = self._get(f"{path}?limit={PAGE}{before}")
            new = [one for one in answer["items"] if _epoch(one[moment]) >= first]
            found += new
            if len(new) < len(answer["items"]) or answer["next"] is None:
                break
            before = f"&before={quote(str(answer['next']))}"
        return found

    def _get(self, path: str) -> Any:
        return self._api.get(self._login, self._base + path)

    def _boot(self, moment: str) -> float:
        return _epoch(moment) - self._zero


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
