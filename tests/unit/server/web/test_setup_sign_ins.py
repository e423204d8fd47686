"""Who gives which role, who is left, and the sign-ins of one's people."""

from __future__ import annotations

import re

import pytest
from sqlmodel import Session, select

from server.db import accounts, setup_write, sign_ins
from server.db.connect import Database
from server.db.tables import Account, SignIn, Store
from server.rules.rights import Role
from server.web.frame.access import LIMITS
from tests.unit.server.web.conftest import ClientFor
from tests.unit.server.web.factory import NOW, Shop
from tests.unit.server.web.setup_stage import Setup
from tests.unit.server.web.stage import FakeDesk

SECRET = re.compile(r'class="secret__word">([^<]+)')


@pytest.fixture
def as_manager(client_for: ClientFor, shop: Shop, database: Database, desk: FakeDesk) -> Setup:
    for role in Role:
        shop.account(role.value, f"The {role.value}", role=role.value, store_id=shop.store)
    return Setup(client_for("manager"), database, desk, shop)


@pytest.fixture
def as_owner(as_manager: Setup, client_for: ClientFor) -> Setup:
    return Setup(client_for("owner"), as_manager.db, as_manager.desk, as_manager.shop)


def role_of(setup: Setup, login: str) -> str:
    with setup.db.reading() as session:
        return session.exec(select(Account.role).where(Account.login == login)).one()


def offered(text: str) -> set[str]:
    found = re.search(r'name="role".*?</select>', text, re.S)
    assert found is not None
    return set(re.findall(r'<option value="(\w+)"', found[0]))


def test_the_list_says_who_may_what(as_manager: Setup) -> None:
    text = as_manager.get("/sign-ins")
    assert re.findall(r'/sign-ins/\d+">The (\w+)<', text) == [role.value for role in Role]
    assert "Installer" in text


def test_only_an_owner_makes_owners(as_manager: Setup, as_owner: Setup) -> None:
    assert offered(as_manager.get("/sign-ins/new")) == {role.value for role in Role} - {"owner"}
    assert offered(as_owner.get("/sign-ins/new")) == {role.value for role in Role}
    staff = as_manager.shop.accounts["staff"]
    as_manager.post(f"/sign-ins/{staff}/role", 403, role="owner")
    as_manager.post("/sign-ins/new", 422, name="X", login="x", role="owner")
    assert role_of(as_manager, "staff") == "staff"
    as_owner.post(f"/sign-ins/{staff}/role", role="owner")
    assert role_of(as_manager, "staff") == "owner"


@pytest.mark.parametrize("what", ["password", "off", "on", "role", "end", "end-all"])
def test_a_manager_takes_no_owner_over(as_manager: Setup, what: str) -> None:
    owner = as_manager.shop.accounts["owner"]
    assert "Only an owner can change" in as_manager.get(f"/sign-ins/{owner}")
    as_manager.post(f"/sign-ins/{owner}/{what}", 403, role="staff")
    assert role_of(as_manager, "owner") == "owner"


@pytest.mark.parametrize("role", Role)
def test_nobody_changes_their_own_role(as_owner: Setup, role: Role) -> None:
    as_owner.post(f"/sign-ins/{as_owner.shop.accounts['owner']}/role", 403, role=role.value)
    assert role_of(as_owner, "owner") == "owner"


def test_the_last_owner_stays(as_owner: Setup, client_for: ClientFor) -> None:
    """Two owners put each other out at the same moment: the second one is refused."""
    shop = as_owner.shop
    second = shop.account("second", "Second", role="owner", store_id=shop.store)

    def seen_before(session: Session) -> None:
        setup_write.set_account(session, shop.accounts["owner"], active=False)

    with as_owner.db.transaction() as session:
        assert setup_write.other_owner(session, second, shop.store)
        seen_before(session)
        assert not setup_write.other_owner(session, second, shop.store)
    assert as_owner.client.get(as_owner.url("/sign-ins")).status_code == 303


def test_an_owner_of_one_store_is_none_of_all(database: Database, shop: Shop) -> None:
    one = shop.account("one", "One", role="owner", store_id=shop.store)
    every = shop.account("every", "Every", role="owner")
    with database.reading() as session:
        assert setup_write.other_owner(session, one, shop.store)
        assert not setup_write.other_owner(session, every, None)


def test_an_owner_does_not_leave_with_their_pager(as_owner: Setup) -> None:
    shop = as_owner.shop
    shop.account("boss", "Boss", role="owner", store_id=shop.store, carrier=shop.carriers[0])
    answer = as_owner.post(f"/people/{shop.carriers[0]}/off", 409)
    assert "signs in as an owner" in answer.text


def test_a_sign_in_for_somebody_without_a_pager(as_manager: Setup) -> None:
    answer = as_manager.post("/sign-ins/new", 200, name="Helen Vaher", login="Helen", role="auditor")
    found = SECRET.search(answer.text)
    assert found is not None
    person = accounts.verify(as_manager.db, "helen", found[1])
    assert person is not None
    assert (person.role, person.store_id, person.carrier_id, person.must_change) == (
        *("auditor", as_manager.shop.store),
        *(None, True),
    )
    assert (
        'id="error-login"'
        in as_manager.post("/sign-ins/new", 422, name="H", login="helen", role="staff").text
    )
    assert 'id="error-name"' in as_manager.post("/sign-ins/new", 422, login="helen2", role="staff").text


def sign_in(setup: Setup, login: str, agent: str = "") -> None:
    with setup.db.transaction() as session:
        sign_ins.add(session, sign_ins.new_token(), setup.shop.accounts[login], NOW, LIMITS, agent)


def count(setup: Setup, login: str) -> int:
    with setup.db.reading() as session:
        mine = select(SignIn).where(SignIn.account_id == setup.shop.accounts[login])
        return len(session.exec(mine).all())


def test_managers_see_and_end_the_sign_ins_of_their_people(as_manager: Setup) -> None:
    account = as_manager.shop.accounts["staff"]
    for agent in ("Firefox/1 Linux", "curl/8", "curl/9"):
        sign_in(as_manager, "staff", agent)
    text = as_manager.get(f"/sign-ins/{account}")
    assert "Firefox on Linux" in text
    assert 'class="tag">this one' not in text
    (handle,) = re.findall(r'id="b-(\w+)">(?:(?!id="b-).)*?curl/8', text, re.S)[-1:]
    as_manager.post(f"/sign-ins/{account}/end", handle=handle)
    assert count(as_manager, "staff") == 2
    sign_in(as_manager, "auditor")
    with as_manager.db.reading() as session:
        (other,) = sign_ins.listed(session, as_manager.shop.accounts["auditor"], NOW, LIMITS)
    as_manager.post(f"/sign-ins/{account}/end", handle=other.handle)
    assert count(as_manager, "auditor") == 1, "of another account"
    as_manager.post(f"/sign-ins/{account}/end-all")
    assert count(as_manager, "staff") == 0


@pytest.mark.parametrize(
    ("what", "fields"),
    [("off", {}), ("role", {"role": "auditor"}), ("password", {}), ("role", {"role": "staff"})],
)
def test_what_ends_every_sign_in(as_manager: Setup, what: str, fields: dict[str, str]) -> None:
    sign_in(as_manager, "staff")
    status = 200 if what == "password" else 303
    as_manager.post(f"/sign-ins/{as_manager.shop.accounts['staff']}/{what}", status, **fields)
    assert count(as_manager, "staff") == 0


def test_a_password_that_a_manager_gives_must_be_changed(as_manager: Setup) -> None:
    account = as_manager.shop.accounts["staff"]
    assert SECRET.search(as_manager.post(f"/sign-ins/{account}/password", 200).text)
    with as_manager.db.reading() as session:
        assert session.exec(select(Account.must_change).where(Account.id == account)).one()


def test_accounts_of_other_stores_are_not_there(as_manager: Setup) -> None:
    with as_manager.db.transaction() as session:
        session.add(Store(id="elsewhere", name="Elsewhere"))
    far = as_manager.shop.account("far", "Faraway", role="staff", store_id="elsewhere")
    assert "Faraway" not in as_manager.get("/sign-ins")
    assert as_manager.client.get(as_manager.url(f"/sign-ins/{far}")).status_code == 404
    for what in ("password", "off", "on", "role", "end", "end-all"):
        as_manager.post(f"/sign-ins/{far}/{what}", 404, role="staff")
