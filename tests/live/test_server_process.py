"""The server's own process: it stops when asked, says so to the shop, and leaves a database that is closed."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPSConnection

import pytest
from sqlmodel import Session, select

from server.db.tables import Device
from tests import certificates
from tests.live.processes import wait_until
from tests.live.whole_shop import WholeShop

pytestmark = pytest.mark.live


@pytest.fixture
def shop() -> Iterator[WholeShop]:
    made = WholeShop({"b1": 1})
    yield made
    made.server.kill()
    made.close()


def test_a_stop_signal_ends_it_with_everything_closed(shop: WholeShop) -> None:
    config = shop.folder / "server.toml"
    folder = certificates.write(shop.folder / "https")
    private = f'port = 0\nhttps_port = 0\nhttps_identity = "{folder}"\n'
    config.write_text(config.read_text().replace("port = 0\n", private, 1))
    shop.server.start()
    wait_until(lambda: "serving on https://" in shop.server.text(), "it has its second listener")
    port = int(shop.server.text().partition("serving on https://127.0.0.1:")[2].split()[0])
    trust = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    https = HTTPSConnection("127.0.0.1", port, context=trust, timeout=30)
    https.request("GET", "/healthz")
    assert https.getresponse().status == 200
    https.close()
    shop.db.close()  # our own look at the file must not keep it open
    assert shop.server.stop() == 0
    left = {path.name for path in shop.folder.glob("server.sqlite*")}
    assert left == {"server.sqlite"}, "a -wal file means that a connection was not closed"
    assert shop.server.troubles() == []


def test_after_a_kill_it_starts_on_the_same_data(shop: WholeShop) -> None:
    shop.server.start()
    shop.server.kill()
    shop.server.start()
    wait_until(lambda: "online" in _states(shop), "the server sees itself online")
    assert shop.server.stop() == 0


def test_a_taken_port_is_said_and_the_exit_code_is_two(
    shop: WholeShop,
) -> None:
    shop.server.start()
    address = shop.server.ready.read_text().strip()
    config = shop.folder / "server.toml"
    port = address.rsplit(":", 1)[1]
    config.write_text(config.read_text().replace("port = 0\n", f"port = {port}\n", 1))
    second = subprocess.run(
        [sys.executable, "-m", "server", str(config)], capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 2
    assert f"127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_database_that_is_not_there_is_said_and_the_exit_code_is_two(shop: WholeShop) -> None:
    """The service is started again until it is: see `redbutton-server.service`."""
    config = shop.folder / "server.toml"
    nowhere = f"postgresql+psycopg://postgres:secret@/shop?host={shop.folder}"
    config.write_text(config.read_text().replace(str(shop.db.url), nowhere, 1))
    ended = subprocess.run(
        [sys.executable, "-m", "server", str(config)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "the database does not answer: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr


def _states(shop: WholeShop) -> set[str]:
    with Session(shop.db.read_engine) as session:
        return {row.state for row in session.exec(select(Device).where(Device.kind == "s"))}
