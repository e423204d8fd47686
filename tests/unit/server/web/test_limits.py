"""How much a request may bring: refused early when it says so, in the middle when it does not, and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from starlette.datastructures import Headers
from starlette.types import Message

from server.web.frame.limits import LONGEST_BODY, LONGEST_QUERY, Bounded, said
from server.web.frame.seats import PER_ADDRESS, PER_PERSON, Seats
from server.web.services import Services
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import Shop

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def manager(client_for: ClientFor, shop: Shop) -> TestClient:
    shop.account("marina", "Marina Kask", role="manager")
    return client_for("marina")


def _in_pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 1_024):
        yield b"a" * 1_024


@pytest.mark.parametrize(
    ("path", "headers"), [("/sign-in", FORM), ("/preferences", FORM), ("/api/v1/sign-in", JSON)]
)
def test_a_body_that_is_too_long_is_refused(manager: TestClient, path: str, headers: dict[str, str]) -> None:
    """With its length said, and in chunks without one."""
    whole = manager.post(path, content=b"a" * (LONGEST_BODY + 1), headers=headers)
    assert whole.status_code == 413
    chunked = manager.post(path, content=_in_pieces(LONGEST_BODY + 2_048), headers=headers)
    assert chunked.status_code == 413
    kind = "application/json" if path.startswith("/api") else "text/html"
    assert whole.headers["content-type"].startswith(kind)
    assert chunked.headers["content-type"].startswith(kind)
    assert manager.post(path, content=b"a" * LONGEST_BODY, headers=headers).status_code != 413


@pytest.mark.asyncio
async def test_what_says_that_it_is_too_long_is_not_even_read() -> None:
    async def receive() -> Message:
        raise AssertionError("it was read")

    with pytest.raises(HTTPException) as refused:
        await Bounded(receive, 11, 10, 1.0)()
    assert refused.value.status_code == 413


@pytest.mark.asyncio
async def test_a_body_that_does_not_come_is_given_up() -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("it came")

    with pytest.raises(HTTPException) as refused:
        await Bounded(receive, 0, 10, 0.0)()
    assert refused.value.status_code == 408


@pytest.mark.asyncio
async def test_after_the_body_a_stream_may_wait_as_long_as_it_likes() -> None:
    """Nothing comes any more but that the browser leaves: there the deadline of the body means nothing."""
    messages: Iterator[Message] = iter(
        [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]
    )

    async def receive() -> Message:
        return next(messages)

    bounded = Bounded(receive, 0, 10, 60.0)
    await bounded()
    bounded._until = 0.0
    assert (await bounded())["type"] == "http.disconnect"


def test_a_form_of_a_thousand_fields_and_one_is_refused(manager: TestClient) -> None:
    answer = manager.post("/preferences", content=b"&".join([b"a=1"] * 1_001), headers=FORM)
    assert answer.status_code == 400
    parts = {f"a{number}": (None, "1") for number in range(1_001)}
    assert manager.post("/preferences", files=parts).status_code == 400


def test_json_that_is_too_deep_is_refused(manager: TestClient) -> None:
    answer = manager.post("/api/v1/sign-in", content=b"[" * 100_000, headers=JSON)
    assert answer.status_code in (400, 422)


def test_an_address_that_is_too_long_is_refused(manager: TestClient) -> None:
    assert manager.get(f"/sign-in?next=/{'x' * LONGEST_QUERY}").status_code == 414
    assert manager.get(f"/sign-in?next=/{'x' * 1_000}").status_code == 303


@pytest.mark.parametrize(
    ("given", "length"),
    [(None, 0), ("12", 12), ("-1", 0), ("1e9", 0), ("\u00b2", 0), ("9" * 30, 0), ("", 0)],
)
def test_what_a_request_says_of_its_length(given: str | None, length: int) -> None:
    assert said(Headers({} if given is None else {"content-length": given})) == length


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PUT", "X"])
@pytest.mark.parametrize("path", ["/sign-in", "/s/ulemiste/board", "/api/v1/sign-in", "/static/style.css"])
def test_a_method_that_nobody_offers_is_refused(manager: TestClient, method: str, path: str) -> None:
    answer = manager.request(method, path)
    assert answer.status_code == 405
    assert "Traceback" not in answer.text


def test_streams_of_one_person_and_of_one_address_are_counted() -> None:
    seats, here = Seats(), "192.168.1.9"
    with seats.taken(1, here):
        assert (seats.people[1], seats.addresses[here]) == (1, 1)
        seats.people[1] = PER_PERSON
        assert seats.is_full(1, "elsewhere")
        assert not seats.is_full(2, here)
        seats.addresses[here] = PER_ADDRESS
        assert seats.is_full(2, here)
        assert not seats.is_full(2, "elsewhere")
    seats = Seats()
    with seats.taken(1, here):
        pass
    assert not seats.people
    assert not seats.addresses, "who has left takes no memory"


@pytest.mark.parametrize("stream", ["board/stream", "me/stream"])
def test_a_stream_too_many_is_asked_to_come_later(
    manager: TestClient, shop: Shop, given: Services, one_app: FastAPI, stream: str
) -> None:
    one_app.state.services = replace(given, stopping=lambda: True)
    one_app.state.seats.people[shop.accounts["marina"]] = PER_PERSON
    answer = manager.get(f"/s/{shop.store}/{stream}")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
