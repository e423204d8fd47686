"""Whatever somebody typed or a device said is shown, and never does anything: on screens, in streams, JSON, mail and
on pagers. Screens and forms are found by following links, so a new one is tried without being named here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import AutoString, SQLModel, select

from server.channels_out.letter import Letter
from server.channels_out.mail_text import mail_of
from server.db.connect import Database
from server.db.tables import Device, Journal
from server.rules import wording
from server.rules.facts import Button, Pager
from server.web.services import Services
from tests.unit.server.web import crawl
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.device_rows import ailing
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.roster_stage import staffed
from tests.unit.server.web.stage import busy_day

TEMPLATE = "{{7**9}}"
DONE = "40353607"
"""What would stand there if a template had been made of it; too long for a mark or a code to be it by chance."""
MARKUP = (f"\"'><xss onxss=1>{TEMPLATE}", "'\"><xss onxss=1>", "<xss>&lt;", "<xss>", "<xs>", "<")
"""The longest that goes into a column is written there."""
TYPED = {
    "markup": f"'\"><xss onxss=1>{TEMPLATE}",
    "link": "javascript:alert(1)//" + "xss",
    "turned": "a\u202eb\u2066c\u200bd\ufeff",
    "steering": "nul\x00 esc\x1b[2J cr\rlf\nstx\x02etx\x03 nel\x85 ls\u2028",
    "long": "<xss>" * 400,
}
KEPT = {
    "zone.name",
    "button.label",
    "carrier.name",
    "pager.label",
    "cause.name",
    "policy.name",
    "rotation.name",
}
"""What a form must have taken, or nothing was tried."""
OURS = frozenset(
    """action attended_how boot charset clock colour device file_hash format gateway kind language login new old outcome
    password_hash proof purpose remedy role run state store_id timezone transmitter use via""".split()  # noqa: SIM905
)
"""Columns whose words are out of a list of ours, or checked where they come in: nobody writes anything else there."""
OUR_WORDS = frozenset({"refused.reason", "page.reason", "device_command.name", "policystep.target"})
TYPED_INTO = ("text", "textarea", "search", "email", "password", "url", "tel")
SAID = frozenset({"to", "who", "left", "carrier", "name", "what", "error", "gateway"})
"""In the journal's detail: what somebody is called, and what a transmitter answered."""
SUSPECT = re.compile(rf"<xs|onxss|javascript:|data:|vbscript:|{DONE}|<script(?![^>]*\ssrc=)")
NEVER = ("javascript:", "data:", "vbscript:")


def problems(text: str) -> list[str]:
    """What a browser would have made of it, that nobody wanted. Most answers need no reading for that."""
    if not SUSPECT.search(text):
        return []
    screen = crawl.read_text(text)
    found = [f"<{tag}>" for tag in screen.tags if tag.startswith("xs")]
    found += [f"{tag} {name}" for tag, name, _ in screen.attributes if name.startswith("onxss")]
    found += [
        f"{tag} {name}={value}"
        for tag, name, value in screen.attributes
        if name in crawl.HREFS and value.strip().lower().startswith(NEVER)
    ]
    found += ["a script"] if screen.inline else []
    found += ["a template"] if DONE in text else []
    return found


def harmless(answer: Response) -> bool:
    """A screen as it was meant; anything else is no screen and is not taken for one."""
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert problems(answer.text) == []
    return answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def manager(client_for: ClientFor, shop: Shop) -> TestClient:
    busy_day(shop)
    ailing(shop)
    staffed(shop)
    return client_for("marina")


@pytest.fixture
def poisoned(manager: TestClient, shop: Shop) -> Counter[str]:
    """Every text of every row that is not ours is markup; how often each column was."""
    return poison(shop.db)


def poison(db: Database) -> Counter[str]:
    written: Counter[str] = Counter()
    with db.transaction() as session:
        for mapper in SQLModel._sa_registry.mappers:
            table = mapper.local_table
            free = [
                column
                for column in table.columns
                if isinstance(column.type, AutoString)
                and not (column.foreign_keys or column.primary_key or column.name in OURS)
                and f"{table.name}.{column.name}" not in OUR_WORDS  # type: ignore[attr-defined]
            ]
            for number, row in enumerate(session.exec(select(mapper.class_)).all()):
                for column in free:
                    if getattr(row, column.name) is not None:
                        setattr(row, column.name, _fitting(getattr(column.type, "length", None), number))
                        written[f"{table.name}.{column.name}"] += 1  # type: ignore[attr-defined]
        for entry in session.exec(select(Journal)).all():
            entry.detail = {
                key: _markup(value) if key in SAID else value for key, value in entry.detail.items()
            }
        for device in session.exec(select(Device)).all():
            device.telemetry = _markup(device.telemetry)
    return written


def _fitting(longest: int | None, number: int) -> str:
    chosen = next(one for one in MARKUP if longest is None or len(one) <= longest)
    return (chosen + f"{number:02}")[: longest or 100]


def _markup(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _markup(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_markup(one) for one in value]
    return MARKUP[0] if isinstance(value, str) else value


def test_no_screen_does_what_a_row_says(poisoned: Counter[str], manager: TestClient, shop: Shop) -> None:
    assert {"zone.name", "button.label", "carrier.name", "fault.text", "refused.sample"} <= set(poisoned)
    shown = 0
    for url, answer in crawl.walk(manager, [f"/s/{shop.store}/board"], 1):
        assert answer.status_code < 400, url
        assert harmless(answer), url
        shown += "&lt;xs" in answer.text
    assert shown > 15, "hardly any screen shows what was written into the rows"


def test_no_stream_carries_it_out(
    poisoned: Counter[str], manager: TestClient, shop: Shop, given: Services, one_app: FastAPI
) -> None:
    """One event of each stream, as it goes over the line."""
    for path in ("board/stream", "me/stream"):
        looks = iter([False, True])
        one_app.state.services = replace(given, stopping=partial(next, looks, True))
        answer = manager.get(f"/s/{shop.store}/{path}")
        lines = answer.text.splitlines()
        assert all(line.partition(":")[0] in ("", "data", "event", "id", "retry") for line in lines)
        html = "\n".join(line.removeprefix("data: ") for line in lines if line.startswith("data: "))
        assert "&lt;xs" in html
        assert problems(html) == []


def test_json_stays_json(poisoned: Counter[str], manager: TestClient, shop: Shop) -> None:
    api = f"/api/v1/stores/{shop.store}"
    for noun in ("incidents", "incidents/1", "presses", "devices", "refused", "roster", "causes"):
        answer = manager.get(f"{api}/{noun}")
        if answer.status_code == 404:
            continue
        assert answer.headers["content-type"] == "application/json", noun
        assert answer.headers["x-content-type-options"] == "nosniff"
        answer.json()


def test_no_form_keeps_it_so_that_it_does_anything(manager: TestClient, shop: Shop) -> None:
    """Every form, with this in every field that somebody can type into; then every screen again."""
    known: dict[tuple[str, ...], tuple[str, crawl.Form]] = {}
    start = f"/s/{shop.store}/board"
    for url, answer in crawl.walk(manager, [start], 1):
        if answer.headers.get("content-type", "").startswith("text/html"):
            for form in crawl.read(answer).forms:
                form.action = form.action or url
                if form.method == "post" and "sign-out" not in form.action:
                    known.setdefault(form.shape, (url, form))
    assert len(known) > 15, "the forms are not found any more"
    for url, form in known.values():
        typed = {one.name for one in form.fields if one.kind in TYPED_INTO}
        wishes = [{key: [text] for key in typed} for text in TYPED.values() if typed]
        wishes += [{key: [TYPED[kind]] for key in form.filled()} for kind in ("markup", "steering")]
        for wish in wishes:
            answer = manager.post(form.action, data={**form.filled(), **wish})
            assert answer.status_code < 500, (form, wish)
            assert problems(answer.text) == [], (form, wish)
        for name in sorted(typed):  # alone: a form with good words in all other fields keeps it
            again = next((one for one in forms_of(manager, url) if one.shape == form.shape), form)
            answer = manager.post(form.action, data={**again.filled(), name: [TYPED["markup"]]})
            assert problems(answer.text) == [], (form, name)
    assert hidden_signs(shop.db) == []
    assert kept(shop.db, TYPED["markup"]) >= KEPT
    for url, answer in crawl.walk(manager, [start], 1):
        assert answer.status_code < 400, url
        assert harmless(answer), url


def forms_of(manager: TestClient, url: str) -> list[crawl.Form]:
    found = crawl.read(manager.get(url)).forms
    for form in found:
        form.action = form.action or url
    return found


def hidden_signs(db: Database) -> list[str]:
    """Where a sign got in that nobody sees."""
    return [where for where, value in texts(db) if not value.replace("\u00a0", " ").isprintable()]


def kept(db: Database, text: str) -> set[str]:
    """The columns that hold this now."""
    return {where for where, value in texts(db) if value == text}


def texts(db: Database) -> Iterator[tuple[str, str]]:
    with db.reading() as session:
        for mapper in SQLModel._sa_registry.mappers:
            for row in session.exec(select(mapper.class_)).all():
                for name, value in row.model_dump().items():
                    if isinstance(value, str):
                        yield f"{mapper.local_table.name}.{name}", value  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", TYPED)
def test_no_header_of_a_letter_is_made_of_it(kind: str) -> None:
    letter = Letter(
        UUID(int=1), "mail", "boss@shop.example", NOW, f"No answer: {TYPED[kind]}", TYPED[kind], {}
    )
    sent = message_from_bytes(mail_of(letter, "red@shop.example"))
    assert set(sent.keys()) == {
        *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "From", "To", "Subject", "Date"),
        *("Message-ID", "Auto-Submitted"),
    }
    subject = str(make_header(decode_header(sent["Subject"])))
    assert subject.replace("\r\n ", " ").isprintable(), "more than a folded line"
    assert sent.get_content_type() == "text/plain"


@pytest.mark.parametrize("charset", ["ascii", "cp1251", "utf-8"])
@pytest.mark.parametrize("kind", TYPED)
def test_no_sign_that_steers_goes_on_a_pager(kind: str, charset: str) -> None:
    text = TYPED[kind]
    button = Button(1, "hall", 1, 1, text, text, "red")
    pager = Pager(1, text, 1, "gw", "roof", "1234000", "text", charset, 240, 1, "en")
    for reason in (*wording.CALLS, "taken"):
        for quiet in (False, True):
            body = wording.page_body(button, pager, reason, drill=True, quiet=quiet, who=text[:4])
            assert body.isprintable(), (reason, body)
            assert len(body) <= pager.longest
