"""Every route that changes something leaves an entry in the audit log. Two nets: this walk over all routes, and below
every test of a route `audit_net`, which looks at what its transactions really did."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session

from server.db import audit
from server.requests import ChangeSettings, CommandDevice, Looked, RunCanaries, SendCode, SetDuty
from server.web.frame.guard import SAFE
from tests.unit.server.web.audit_net import Marked, NotNoted
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop

WRITERS = (
    *(audit.note, audit.note_hourly),
    *(
        SetDuty,
        RunCanaries,
        ChangeSettings,
        CommandDevice,
        Looked,
        SendCode,
    ),  # by the engine: tests/stories/test_audit.py
)

OF_A_CALL = "in the journal of its call, with name and moment, and on the call's screen"
ELSEWHERE = {
    **{
        f"POST {base}/incidents/{{number}}/{verb}": OF_A_CALL
        for base in ("/s/{store}", "/api/v1/stores/{store}")
        for verb in ("acknowledge", "pass", "help", "arrive", "close")
    },
    "POST /s/{store}/incidents/{number}/false-press": OF_A_CALL,
    "POST /preferences": "one's own language and colours",
    "POST /tablet/ask": "a tablet shows a number; letting it in is told",
    "POST /tablet/calls/{number}/do": f"{OF_A_CALL}, with the tablet's name",
    "POST /s/{store}/setup/tablets/open": "nothing comes in by that alone; letting a tablet in is told",
    "POST /s/{store}/setup/tablets/close": "the same",
    "POST /enrol/v1/fetch": "changes nothing",
    "POST /enrol/v1/pressed": "counts for nothing before somebody confirms it, and that is noted",
}
"""Routes that change nothing which the audit log tells of, each with the reason."""


def unsafe(app: FastAPI) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for route in every(app.routes):
        found |= {f"{method} {route.path}": route.endpoint for method in (route.methods or set()) - SAFE}
    return found


def every(routes: Iterable[Any]) -> Iterator[Any]:
    """FastAPI works included routers out late: a route of one knows its whole path only there."""
    for route in routes:
        contexts = getattr(route, "effective_route_contexts", None)
        yield from contexts() if contexts is not None else (route,)


def noting(start: Any) -> bool:
    """Whether a function comes to the one writer of the log, by the names in its code and in the code of whatever of
    ours it names."""
    seen: set[Any] = set()
    left = [start]
    while left:
        one = left.pop()
        if any(one is writer for writer in WRITERS):
            return True
        if not isinstance(one, types.FunctionType) or one in seen:
            continue
        seen.add(one)
        left += named(one)
    return False


def named(function: types.FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        yield cell.cell_contents
    names: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        names |= {*code.co_names}
        codes += [one for one in code.co_consts if isinstance(one, types.CodeType)]
    for name in names:
        found = function.__globals__.get(name)
        if isinstance(found, types.ModuleType) and found.__name__.startswith("server."):
            yield from (vars(found)[one] for one in names if one in vars(found))
        elif getattr(found, "__module__", "").startswith("server."):
            yield getattr(found, "__wrapped__", found)  # of a context manager: what it wraps


def test_every_route_that_changes_something_notes_it_or_says_why_not(one_app: FastAPI) -> None:
    found = unsafe(one_app)
    assert len(found) >= 45
    missing = [route for route, endpoint in found.items() if not noting(endpoint) and route not in ELSEWHERE]
    assert missing == [], "these change something and leave no entry in the audit log"
    assert ELSEWHERE.keys() <= found.keys(), "these are not there any more"


def test_the_walk_can_fail() -> None:
    def forgetful(place: Any) -> None:
        with place.services.db.transaction() as session:
            session.execute("DELETE FROM zone")

    def careful(place: Any, session: Session) -> None:
        def do() -> None:
            audit.note(session, place.now, place.by, place.action)

        do()

    assert not noting(forgetful)
    assert noting(careful)


@pytest.mark.asyncio
async def test_a_transaction_of_a_request_that_notes_nothing_fails(shop: Shop) -> None:
    async def forgetful(scope: Any, receive: Any, send: Any) -> None:
        with shop.db.transaction() as session:
            session.connection().exec_driver_sql("UPDATE zone SET name = 'x'")

    with pytest.raises(NotNoted, match="UPDATE zone SET name"):
        await Marked(forgetful)({"type": "http"}, None, None)  # type: ignore[arg-type]


def test_the_net_hangs_below_the_tests_of_routes(client_for: ClientFor) -> None:
    assert isinstance(client_for().app, Marked)
