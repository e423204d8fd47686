"""Every route x every role x own store, other store, not signed in: the gate of each route is tried for real, and what
lies behind it is not run. A route that is not in the table fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import fastapi.routing
import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from server.db import sign_ins
from server.db.tables import Account, Store
from server.rules.rights import GRANTS, Right, Role
from server.web.app import create_app, furnish
from server.web.frame.access import LIMITS
from server.web.frame.screens import Screens
from tests.unit.server.web.factory import NOW
from tests.unit.server.web.route_table import TABLE, Needed, Open
from tests.unit.server.web.stage import HERE, memory, services

OWN, OTHER = "own", "other"
ROLES = (*Role, "nobody-knows-this-role")
GIVEN = "given"
"""An owner of everything whose password is somebody else's word."""
REACHED = 299
PARTS = {"store": OWN, "device": "hall"}
"""Of an address; every other part is a number."""
ROUTES = [(method, path) for path, methods in sorted(TABLE.items()) for method in sorted(methods)]


def served(routes: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """(method, path) of whatever the app answers to, in included routers too."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from served(route.effective_candidates())
        else:
            for method in set(route.methods) - {"HEAD"}:
                yield method, route.path


def test_the_table_holds_every_route_and_no_other(one_app: FastAPI) -> None:
    assert set(served(one_app.routes)) == set(ROUTES)


@dataclass(frozen=True, slots=True)
class Gates:
    client: TestClient
    tokens: dict[str, str]

    def ask(self, method: str, path: str, role: str | None, store: str) -> Any:
        address = re.sub(r"{(\w+)[^}]*}", lambda part: {**PARTS, "store": store}.get(part[1], "1"), path)
        headers = {"Origin": "http://testserver"}
        if role is not None:
            headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return self.client.request(method, address, headers=headers)


@pytest.fixture(scope="module")
def gates(screens: Screens) -> Iterator[Gates]:
    """An account of each role in one of two stores. Endpoints are not run, but say that they were reached; streams
    cannot be stopped so, and end at once."""
    db, tokens = memory(), {}
    with db.transaction() as session:
        session.add_all([Store(id=OWN, name="Own"), Store(id=OTHER, name="Other")])
        session.flush()
        for role in ROLES:
            account = Account(login=role, name=role, password_hash="!", role=role, store_id=OWN)
            session.add(account)
            session.flush()
            tokens[role] = sign_ins.new_token()
            sign_ins.add(session, tokens[role], account.id or 0, NOW, LIMITS)
        given = Account(login=GIVEN, name="x", password_hash="!", role="owner", must_change=True)
        session.add(given)
        session.flush()
        tokens[GIVEN] = sign_ins.new_token()
        sign_ins.add(session, tokens[GIVEN], given.id or 0, NOW, LIMITS)
    served_by = services(db, stopping=lambda: True, now=NOW + timedelta(minutes=1))
    app = create_app(served_by, screens)
    furnish(app, served_by, screens)

    async def reached(**_more: object) -> Response:
        return Response(status_code=REACHED)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fastapi.routing, "run_endpoint_function", reached)
        with TestClient(app, base_url="http://testserver", follow_redirects=False, client=HERE) as client:
            yield Gates(client, tokens)
    db.close()


def allows(role: str, needed: Needed) -> bool:
    if needed is Open.QUIET:
        needed = Right.SEE_QUIET
    return isinstance(needed, Open) or (role in set(Role) and needed in GRANTS[Role(role)])


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_who_gets_through(gates: Gates, method: str, path: str) -> None:
    needed = TABLE[path][method]
    if needed is Open.TABLET:
        for someone in (None, *ROLES):
            answer = gates.ask(method, path, someone, OWN)
            assert answer.status_code in (303, 401), someone
            assert answer.headers.get("location", "/tablet") == "/tablet"
        return
    refused = 404 if needed is Open.QUIET else 403
    for role in ROLES:
        status = gates.ask(method, path, role, OWN).status_code
        if allows(role, needed):
            assert status in (REACHED, 200, 422), role  # 200: a stream; 422: a form that is not filled in
        else:
            assert status == refused, role
        if "{store}" in path:
            assert gates.ask(method, path, role, OTHER).status_code == 404, role
    given = gates.ask(method, path, GIVEN, OWN)
    if needed in (Open.ANYBODY, Open.AT_ALL):
        assert given.status_code in (REACHED, 200, 422)
    elif path.startswith("/api/"):
        assert given.status_code == 403
    else:
        assert (given.status_code, given.headers["location"]) == (303, "/password")
    stranger = gates.ask(method, path, None, OWN)
    if needed is Open.ANYBODY:
        assert stranger.status_code in (REACHED, 200, 422)
    elif path.startswith("/api/"):
        assert stranger.status_code == 401
    else:
        assert stranger.status_code == 303
        assert stranger.headers["location"].startswith("/sign-in")
