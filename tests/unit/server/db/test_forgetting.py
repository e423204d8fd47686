"""Every column that can name or point at a person has a decision, and forgetting carries it out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, insert, select
from sqlmodel import Session, SQLModel

from server.db import audit
from server.db.connect import Database
from server.db.privacy.forget import forget
from server.db.privacy.person import SORTS, held
from server.db.privacy.traces import NAMED_AFTER, REFERENCES, Fate
from server.db.tables import Account, AuditEntry, Carrier, Journal, Pager
from server.rules.audit import Action, Actor, Target
from server.rules.audit import Kind as Who
from tests.unit.server.db.test_retention import NAME, SHORT, in_silence, left, planted, rows, words
from tests.unit.server.web.factory import NOW

WORD = "Former colleague"
OWN = {"carrier", "account"}
"""Their own rows: they stay for the figures' sake, and say nothing any more. An account still points to its person."""
POINTS_STILL = {
    "incident.acknowledged_by_id": "figures of calls",
    "incident.attended_by_id": "figures of calls",
    "incident.closed_by_id": "figures of calls",
    "incident.passed_ids": "figures of calls",
    "journal.account_id": "figures of calls",
    "page.carrier_id": "figures of calls",
    "page.members": "figures of calls: numbers of pagers and people",
    "policystep.carrier_id": "of a policy that is switched off: a step that calls nobody",
    "canary.account_id": "without it the schedule would have asked; goes after 30 days",
    "identity.made_by_id": "without it the device would have come with the shop",
    "audit_entry.who_id": "a number: the log's chain holds by it, and the words are wiped",
    "audit_entry.target_id": "the same",
}
"""To rows that have lost their names."""
WORDS_GO = {
    "audit_entry.who_name",
    "audit_entry.address",
    "audit_entry.target_name",
    "audit_entry.changes",
    "audit_entry.salt",
    "journal.detail",
    "page.body",
    "refused.detail",
    "refused.sample",
}
SAYS_NOTHING: dict[str, str] = {
    "audit_end": "first_before last_hash store_id",
    "audit_entry": "action before hash outcome sealed store_id target_kind who_kind",
    "button": "colour device language skill",
    "canary": "cause device gateway state transmitter",
    "cause": "code",
    "claim": "address code_hash csr device figures has_inputs kind state sw ticket_hash",
    "coverage": "causes",
    "device": "boot counter device kind run state sw telemetry",
    "device_command": "args device name state text",
    "device_sample": "clock device",
    "device_settings": "answer_errors device wanted",
    "duty": "kind",
    "fault": "device kind text",
    "identity": "certificate device key_print password_hash role serial state way",
    "incident": "attended_how device outcome purpose remedy state",
    "journal": "action new old",
    "last_resort": "kind",
    "notice": "error kind state",
    "page": "address charset error_code error_text format gateway others proof purpose reason state transmitter ways",
    "pager": "address charset format language members",
    "pin": "pin_hash",
    "policy": "use",
    "policystep": "role target",
    "press": "boot device kind purpose run state via",
    "refused": "device reason store_id topic",
    "retention": "kind",
    "sign_in": "agent token_hash",
    "stand_in_report": "gateway reason",
    "store": "file_hash id language name timezone",
    "tablet": "agent number secret_hash",
    "transmitter": "cause charsets driver formats gateway heard name state",
    "watch_code": "device learned own reason",
}
"""Ids of things, words of ours, what devices say, hashes. Rows that go with the person say nothing afterwards."""
FOR_A_MANAGER = {
    "button.label": "a place, as it goes on the air",
    "claim.inputs": "the same, of a device that is to be let in",
    "cause.name": "a cause",
    "last_resort.target": "an address of the shop: to take it out by itself would silence a channel",
    "notice.target": "the same; letters have their own time",
    "policy.name": "a policy",
    "zone.name": "a place",
    "zone.pager_name": "a place, as it goes on the air",
}
"""What a manager typed and only a manager can judge: the screen says so."""


def can_tell(column: Column[Any]) -> bool:
    """Whether a column of this shape could name or point at somebody."""
    if column.foreign_keys:
        return any(key.column.table.name in OWN for key in column.foreign_keys)
    kind = getattr(column.type, "impl_instance", column.type).python_type
    if kind not in (int, float, bool, datetime, date, time, UUID):
        return True
    named = re.search(r"(^|_)(by|who|account|carrier|person|member|colleague|ids?)(_|$)", column.name)
    return named is not None and not column.primary_key and kind is int


def test_every_column_that_could_tell_of_somebody_has_a_decision() -> None:
    """A new column fails here: say in `server.db.privacy.traces` what forgetting does with it, or here why nothing."""
    found = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if table.name not in OWN and can_tell(column)
    }
    nothing = {f"{table}.{name}" for table, names in SAYS_NOTHING.items() for name in names.split()}
    decided = [set(REFERENCES), set(NAMED_AFTER), set(POINTS_STILL), WORDS_GO, nothing, set(FOR_A_MANAGER)]
    union = set().union(*decided)
    assert found - union == set(), "without a decision"
    assert union - found == set(), "decided, and not there (any more)"
    assert sum(map(len, decided)) == len(union), "decided twice"


def test_nothing_of_their_own_rows_is_left_out() -> None:
    """A new column of `account` or `carrier` fails here: does it say who it was?"""
    columns = {name: set(SQLModel.metadata.tables[name].columns.keys()) for name in OWN}
    wiped = {
        "account": {"login", "name", "password_hash", "language"},
        "carrier": {"name", "initials", "languages", "skills"},
    }
    plain = {
        "account": {"id", "role", "store_id", "carrier_id", "active", "must_change"},
        "carrier": {"id", "role", "store_id", "active"},
    }
    for name, known in columns.items():
        assert known == wiped[name] | plain[name], name


def test_a_key_to_a_person_is_never_taken_for_a_thing() -> None:
    keys = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name in OWN for key in column.foreign_keys)
    }
    assert keys - {"account.carrier_id"} == (set(REFERENCES) | set(POINTS_STILL)) & keys


def everywhere(db: Database, store: str, carrier: int, account: int) -> None:
    """A row of every table that can point at somebody, pointing at this one by every such column."""
    at, later = NOW - timedelta(days=2), NOW + timedelta(days=2)
    some: dict[str, dict[str, Any]] = {
        "sign_in": {"token_hash": "t", "created_at": at, "used_at": at, "expires_at": later, "agent": NAME},
        "tablet": {
            "id": 9,
            "secret_hash": "s",
            "agent": "",
            "asked_at": at,
            "store_id": store,
            "name": f"Tablet of {NAME}",
            "enrolled_at": at,
            "used_at": at,
            "revoked_at": at,
        },
        "pin": {"pin_hash": "$argon2", "set_at": at},
        "pin_tries": {"tablet_id": 9, "wrong": 3, "last_at": at},
        "tablet_door": {"store_id": store, "until": later},
        "claim": {
            "store_id": store,
            "device": "c1",
            "kind": "b",
            "name": f"{NAME}: desk",
            "inputs": [],
            "has_inputs": [],
            "replaces": False,
            "state": "open",
            "code_hash": "c",
            "made_at": at,
            "expires_at": at,
            "address": "",
            "sw": "",
            "csr": "",
            "figures": "",
        },
        "identity": {
            "store_id": store,
            "device": "c1",
            "role": "button",
            "way": "certificate",
            "key_print": "",
            "certificate": "",
            "password_hash": "",
            "state": "revoked",
            "made_at": at,
        },
        "device_settings": {"store_id": store, "device": "c1", "rev": 1, "wanted": {}, "answer_errors": {}},
        "device_command": {
            "id": uuid4(),
            "store_id": store,
            "device": "c1",
            "name": "identify",
            "args": {},
            "asked_at": at,
            "state": "done",
            "text": "",
        },
        "canary": {
            "id": uuid4(),
            "store_id": store,
            "device": "c1",
            "input": 1,
            "asked_at": at,
            "state": "good",
            "dialogue": True,
            "radio": True,
        },
        "duty": {"store_id": store, "kind": "break", "starts_at": at, "ends_at": later},
        "shift": {"store_id": store, "weekday": 1, "starts": time(8), "ends": time(16)},
        "rotation_member": {"rotation_id": 9, "position": 0},
        "policystep": {"policy_id": 1, "position": 7, "after_s": 0, "target": "carrier"},
    }
    with db.transaction() as session:
        connection = session.connection()
        rotation = {"store_id": store, "name": f"{NAME} and others", "starts_on": date(2026, 1, 1), "days": 7}
        connection.execute(insert(SQLModel.metadata.tables["rotation"]).values(id=9, **rotation))
        for name, values in some.items():
            table = SQLModel.metadata.tables[name]
            people = {
                column.name: account if key.column.table.name == "account" else carrier
                for column in table.columns
                for key in column.foreign_keys
                if key.column.table.name in OWN
            }
            assert people, name
            connection.execute(insert(table).values({**values, **people}))


def pointing(db: Database, carrier: int, account: int) -> set[str]:
    """Columns that point at this person now."""
    found = set()
    with db.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                for key in column.foreign_keys:
                    if key.column.table.name in OWN:
                        who = account if key.column.table.name == "account" else carrier
                        if session.connection().execute(select(column).where(column == who)).first():
                            found.add(f"{table.name}.{column.name}")
    return found


def test_what_pointed_at_who_is_forgotten_does_what_was_decided(db: Database) -> None:
    shop, carrier = planted(db)
    account = shop.accounts["zephyrine"]
    everywhere(db, shop.store, carrier, account)
    keys = {"account.carrier_id", *REFERENCES, *POINTS_STILL} - {
        "audit_entry.who_id",
        "audit_entry.target_id",
        "incident.passed_ids",
        "page.members",
    }
    assert pointing(db, carrier, account) == keys, "planted whole"
    before = counts(db)
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    assert pointing(db, carrier, account) == keys - set(REFERENCES)
    after = counts(db)
    gone = {name.partition(".")[0] for name, fate in REFERENCES.items() if fate is Fate.REMOVED}
    for name, count in before.items():
        if name == "rotation":  # nobody is left to take turns
            assert after[name] == 0
        elif name in gone:
            assert after[name] < count, name
        else:
            assert after[name] == count, name
    text = words(db)
    for one in (NAME, SHORT, "zephyrine"):
        assert one not in text, one


def counts(db: Database) -> dict[str, int]:
    with db.reading() as session:
        return {
            table.name: len(session.connection().execute(select(table)).all())
            for table in SQLModel.metadata.sorted_tables
        }


def test_somebody_else_keeps_everything(db: Database) -> None:
    shop, carrier = planted(db)
    other = shop.account("olga", "Olga Smirnova", carrier=shop.carriers[1], store_id=shop.store)
    everywhere(db, shop.store, shop.carriers[1], other)
    before = pointing(db, shop.carriers[1], other)
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    assert pointing(db, shop.carriers[1], other) == before
    assert "Olga Smirnova" in words(db)


@pytest.mark.parametrize(
    "name", ["Жанна Щукина-Ёлкина", "Õnne Žürii", 'Ann "Ace" O\'Neil', "100%_Sure \\ Kask"]
)
def test_names_of_every_sort_are_found(db: Database, name: str) -> None:
    shop, carrier = planted(db)
    with db.transaction() as session:
        person, account = session.get(Carrier, carrier), session.get(Account, shop.accounts["zephyrine"])
        assert person is not None
        assert account is not None
        person.name = account.name = name
        pager = session.get(Pager, shop.pagers[0])
        assert pager is not None
        pager.label = f"({name})"[:40]
        session.add(_said(shop.store, {"what": "person", "name": name}))
        chief, about = Actor(Who.ACCOUNT, 999, "Chief"), Target("pager", "1", f"Pager of {name}")
        audit.note(session, NOW, chief, Action.CHANGED, store=shop.store, target=about)
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    with db.reading() as session:
        everything = _texts(session)
    assert [one for one in everything if name in one] == []
    assert audit_is_whole(db, shop.store)


def _said(store: str, detail: dict[str, Any]) -> Journal:
    return Journal(at=NOW, store_id=store, action="shop_changed", detail=detail)


def _texts(session: Session) -> list[str]:
    """Every text of every row, also within JSON."""

    def flat(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for one in value.values() for text in flat(one)]
        if isinstance(value, list):
            return [text for one in value for text in flat(one)]
        return [value] if isinstance(value, str) else []

    return [
        text
        for table in SQLModel.metadata.sorted_tables
        for row in session.connection().execute(select(table))
        for value in row
        for text in flat(value)
    ]


def audit_is_whole(db: Database, store: str) -> bool:
    with db.reading() as session:
        return not audit.check(session, store).faults


def test_initials_go_wherever_the_timeline_writes_them(db: Database) -> None:
    shop, carrier = planted(db)
    details: list[dict[str, Any]] = [
        {"step": 1, "who": [[SHORT, "zone"], ["OS", "zone"]], "called": 2},
        {"step": 2, "left": [[SHORT, "break"]]},
        {"to": "Floor", "members": ["OS", SHORT, "Pager 3"]},
    ]
    with db.transaction() as session:
        session.add_all([_said(shop.store, detail) for detail in details])
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    assert SHORT not in words(db)
    found = [one.detail for one in rows(db, Journal)]
    assert {"step": 1, "who": [["–", "zone"], ["OS", "zone"]], "called": 2} in found
    assert {"to": "Floor", "members": ["OS", "–", "Pager 3"]} in found


def test_initials_of_two_keep_the_initials_and_lose_the_name(db: Database) -> None:
    shop, carrier = planted(db)
    with db.transaction() as session:
        session.add(Carrier(store_id=shop.store, name="Zoe Quill Xavier", initials=SHORT))
        session.add(_said(shop.store, {"what": "person", "name": NAME}))
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    assert NAME not in words(db)
    assert {"to": SHORT} in [one.detail for one in rows(db, Journal)]


def test_a_name_of_before_goes_too(db: Database) -> None:
    """Somebody married: what was written before names them still."""
    shop, carrier = planted(db)
    chief = Actor(Who.ACCOUNT, 999, "Chief")
    person = Target("person", str(carrier), "Maiden Oldname")
    worn: Any = {"carrier_id": (None, f"Maiden Oldname (#{carrier})")}
    with db.transaction() as session:
        session.add(_said(shop.store, {"what": "person", "name": "Maiden Oldname"}))
        audit.note(session, NOW, chief, Action.ADDED, store=shop.store, target=person)
        pager = Target("pager", "1", "Pager 1")
        audit.note(session, NOW, chief, Action.CHANGED, store=shop.store, target=pager, changes=worn)
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    assert "Oldname" not in words(db)
    assert audit_is_whole(db, shop.store)


def test_who_was_forgotten_is_forgotten_again_without_harm_to_others(db: Database) -> None:
    """The word that stands for everybody who left names nobody."""
    shop, carrier = planted(db)
    chief, about = Actor(Who.ACCOUNT, 999, "Chief"), Target("person", "77", WORD)
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    with db.transaction() as session:
        audit.note(session, NOW, chief, Action.CHANGED, store=shop.store, target=about)
    forget(db, shop.store, carrier, WORD, in_silence)
    assert WORD in [one.target_name for one in rows(db, AuditEntry)]


def test_parts_of_other_words_stay(db: Database) -> None:
    shop, carrier = planted(db)
    with db.transaction() as session:
        person = session.get(Carrier, carrier)
        assert person is not None
        person.name = "Ann"
        for number, label in enumerate(("Annex", "Ann: spare", "Joann")):
            pager = session.get(Pager, shop.pagers[number])
            assert pager is not None
            pager.label = label
    left(db, carrier)
    forget(db, shop.store, carrier, WORD, in_silence)
    assert sorted(one.label for one in rows(db, Pager)) == ["Annex", "Joann", "–: spare"]


def test_what_is_held_is_told_of_every_table_that_can_point_at_somebody(db: Database) -> None:
    shop, carrier = planted(db)
    everywhere(db, shop.store, carrier, shop.accounts["zephyrine"])
    with db.reading() as session:
        found = held(session, shop.store, carrier, datetime(2026, 11, 22, tzinfo=UTC))
    assert set(SORTS.values()) >= {name.partition(".")[0] for name in {*REFERENCES, *POINTS_STILL}}
    for title in SORTS:
        assert found[title], title
    for secret in ("pin_hash", "secret_hash", "token_hash", "code_hash", "ticket_hash", "$argon2"):
        assert secret not in repr(found), secret
