"""Makes a database ready for a shop: newest shape, the shop's file, the accounts. Safe to repeat.

    python -m server.setup SERVER.toml SHOP.toml ACCOUNTS.toml

is what `redbutton up` runs as a child before the first start, and after an upgrade; `redbutton shop load`, `shop
export` and `account add` use the same steps one by one. Exit code 2: a person must correct a file, the words say
which."""

from __future__ import annotations

import hashlib
import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from broker_config.config import load
from broker_config.errors import SetupError
from server.config import ServerSettings
from server.db import accounts, audit, pins, shape, upgrade
from server.db.connect import Database
from server.db.rows import Summary
from server.db.shop import load_shop
from server.db.shop_export import export_text
from server.db.tables import Account, Carrier, Store
from server.rules.audit import SYSTEM, Action, Actor, Changes, Target
from server.rules.passwords import weakness
from server.shop_file import ShopFile, read_shop

NO_SHOP = "there is no shop in the database yet: redbutton shop load SHOP.toml --config SERVER.toml"


def main(arguments: list[str]) -> int:
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    config, shop_file, accounts_file = (Path(one) for one in arguments)
    try:
        settings = load(ServerSettings, config)
        database = Database(settings.database)
        try:
            upgrade.upgrade(database)
            load_new_shop_file(database, shop_file)
            add_accounts(database, accounts_file)
        finally:
            database.close()
    except SetupError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except SQLAlchemyError as error:
        print(f"the database failed: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def load_shop_file(database: Database, file: Path, by: Actor = SYSTEM) -> Summary:
    """Bring the shop to what the file says, whatever people changed on screens. All of it or nothing. Raises
    SetupError, also when the database must be upgraded first."""
    shop = read_shop(file)
    need_newest(database)
    with database.transaction() as session:
        return _load(session, shop, by)


def load_new_shop_file(database: Database, file: Path) -> Summary | None:
    """As `load_shop_file`, but None and nothing done for the file that was loaded in this way last: what people
    changed on screens since then survives a restart and an upgrade."""
    shop = read_shop(file)
    file_hash = hashlib.sha256(file.read_bytes()).hexdigest()
    with database.transaction() as session:
        store = session.get(Store, shop.store.id)
        if store is not None and store.file_hash == file_hash:
            return None
        return _load(session, shop, SYSTEM, file_hash=file_hash)


def _load(session: Session, shop: ShopFile, by: Actor, *, file_hash: str | None = None) -> Summary:
    summary = load_shop(session, shop, file_hash=file_hash)
    if summary:
        told = {"added": summary.added, "changed": summary.changed, "gone": summary.gone}
        changes: Changes = {
            name: (None, ", ".join(f"{count} {sort}" for sort, count in counts.items()))
            for name, counts in told.items()
            if counts
        }
        store = shop.store.id
        audit.note(
            session, _now(), by, Action.LOADED, store=store, target=Target("store", store), changes=changes
        )
    return summary


def export_shop(database: Database, store: str | None = None, by: Actor = SYSTEM) -> str:
    """The shop as a file; `store` may be left out where there is only one. Raises SetupError."""
    need_newest(database)
    with database.reading() as session:
        known = sorted(session.exec(select(Store.id)))
        if store is None and len(known) != 1:
            raise SetupError(f"say which store: --store {' or --store '.join(known)}" if known else NO_SHOP)
        text = export_text(session, store or known[0])
    with database.transaction() as session:
        about = Target("store", store or known[0])
        audit.note(session, _now(), by, Action.EXPORTED_SHOP, store=about.id, target=about)
    return text


def add_accounts(database: Database, file: Path) -> list[str]:
    """Logins that are new; who has one keeps it, with the password that may have been changed since."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    store = str(table["store"])
    added = []
    for row in table["accounts"]:
        password = Path(row["password_file"]).read_text(encoding="utf-8").strip()
        with database.reading() as session:
            there = accounts.find(session, row["login"]) is not None
            carrier = session.exec(
                select(Carrier.id).where(col(Carrier.store_id) == store, col(Carrier.name) == row["name"])
            ).first()
        if not there:
            add_account(database, {**row, "store_id": store, "carrier_id": carrier, "password": password})
            added.append(str(row["login"]))
        if "pin_file" in row:
            _give_pin(database, str(row["login"]), Path(row["pin_file"]))
    return added


def _give_pin(database: Database, login: str, file: Path) -> None:
    """A first PIN for a shared tablet; who has one keeps it."""
    with database.reading() as session:
        account = accounts.find(session, login)
        has_one = account is None or pins.set_at(session, account.id or 0) is not None
    if account is not None and not has_one:
        pins.choose(database, account.id or 0, file.read_text(encoding="utf-8").strip(), datetime.now(UTC))


def add_account(database: Database, fields: Mapping[str, object], by: Actor = SYSTEM) -> None:
    """`fields` as in `accounts.NewAccount`; others are ignored. Raises SetupError with one line per mistake."""
    need_newest(database)
    known = {name: value for name, value in fields.items() if name in accounts.NewAccount.model_fields}
    try:
        new = accounts.NewAccount.model_validate(known)
        accounts.create(database, new, note=lambda session, account: _added(session, by, new, account))
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise SetupError("\n".join(["this account cannot be made:", *lines])) from None
    except accounts.LoginTaken:
        raise SetupError(f"the login {known['login']!r} is taken: choose another one") from None


def _added(session: Session, by: Actor, new: accounts.NewAccount, account: int) -> None:
    target = Target("account", str(account), new.name)
    changes: Changes = {"role": (None, new.role)}
    store = new.store_id or ""
    audit.note(session, _now(), by, Action.ACCOUNT_ADDED, store=store, target=target, changes=changes)


def _now() -> datetime:
    return datetime.now(UTC)


def change_password(database: Database, login: str, password: str, by: Actor = SYSTEM) -> None:
    """Raises SetupError with what is wrong."""
    need_newest(database)
    with database.reading() as session:
        found = accounts.find(session, login)
        number = None if found is None else found.id
        names = () if number is None else accounts.names_of(session, number)
    if number is None:
        raise SetupError(f"nobody signs in as {login!r}")
    wrong = weakness(password, names)
    if wrong is not None:
        raise SetupError(f"this password is not taken: {accounts.WHY_NOT[wrong]}")

    def noted(session: Session, account: int) -> None:
        row = session.get_one(Account, account)
        target, store = Target("account", str(account), row.name), row.store_id or ""
        audit.note(session, _now(), by, Action.PASSWORD_SET, store=store, target=target)

    accounts.change_password(database, number, password, must_change=False, note=noted)


def need_newest(database: Database) -> None:
    if not shape.is_current(database):
        raise SetupError("the database has an older shape or none: redbutton db upgrade --config SERVER.toml")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
