"""What the doctor makes of facts, and that its collectors find the facts of a machine made for them."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.config import ServerSettings, StoreLink
from server.doctor import collect, judge, report
from server.doctor.judge import Finding, Level
from server.rules.certificates import Life
from tests.identities import device_identity, shop_authority

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DAY = timedelta(days=1)
SOON = Life(datetime(2026, 8, 30, tzinfo=UTC), datetime(2026, 12, 12, tzinfo=UTC))
YEAR = NOW + DAY * 365
ALL_MODULES = {name for names in judge.EXTRAS.values() for name in names}


@pytest.mark.parametrize(
    ("finding", "level", "words"),
    [
        (judge.python((3, 10, 12)), Level.FAULT, "3.10.12 is too old"),
        (judge.python((3, 11, 2)), Level.OK, "3.11.2"),
        (judge.extras(ALL_MODULES - {"serial"}, {"gateway"}), Level.FAULT, "missing: gateway"),
        (judge.extras(ALL_MODULES - {"serial"}, {"server"}), Level.OK, "server, button, postgres"),
        (judge.extras(ALL_MODULES - {"babel"}, {"server"}), Level.FAULT, "missing: server"),
        (judge.mosquitto(None, ""), Level.WARN, "not on this machine"),
        (judge.mosquitto("/usr/sbin/mosquitto", "1.6.9"), Level.FAULT, "1.6.9"),
        (judge.mosquitto("/usr/sbin/mosquitto", "2.0.11"), Level.WARN, "every 5 s"),
        (judge.mosquitto("/usr/sbin/mosquitto", "2.1.2"), Level.OK, "2.1.2"),
        (judge.mosquitto("/usr/sbin/mosquitto", ""), Level.WARN, "does not say"),
        (judge.folder("/d", None, False, False), Level.WARN, "not there yet"),
        (judge.folder("/d", 0o700, False, True), Level.FAULT, "cannot write"),
        (judge.folder("/d", 0o700, True, False), Level.FAULT, "cannot write"),
        (judge.folder("/d", 0o750, True, True), Level.FAULT, "others may look"),
        (judge.folder("/d", 0o700, True, True), Level.OK, "/d"),
        (judge.broker("h:1", "silent"), Level.WARN, "nobody answers"),
        (judge.broker("h:1", "refuses", "why"), Level.FAULT, "does not let the server in: why"),
        (judge.broker("h:1", "accepts"), Level.OK, "lets us in"),
        (judge.broker("h:1", "in use"), Level.OK, "running server"),
        (judge.certificate("b1", NOW, "no such folder", None, None), Level.FAULT, "no such folder"),
        (judge.certificate("b1", NOW, "", NOW, NOW), Level.FAULT, "ran out on 2026-11-28"),
        (judge.certificate("b1", NOW, "", YEAR, NOW - DAY * 30), Level.WARN, "not renewed since 2026-10-29"),
        (judge.certificate("b1", NOW, "", YEAR, NOW - DAY * 29), Level.OK, "until 2027-11-28"),
        (judge.certificate("b1", NOW, "", NOW + DAY * 14, NOW - DAY * 90), Level.FAULT, "ends on 2026-12-12"),
        (judge.devices({}, NOW)[0], Level.OK, "no device's"),
        (judge.devices({"s1.b1": SOON}, NOW)[0], Level.FAULT, "ends on 2026-12-12"),
        (judge.devices({"s1.b1": SOON}, NOW + DAY * 14)[0], Level.FAULT, "ran out on 2026-12-12"),
        (judge.devices({"s1.b1": SOON}, NOW - DAY)[0], Level.WARN, "should have been renewed on 2026-08-30"),
        (judge.devices({"s1.b1": SOON}, NOW - DAY * 61)[0], Level.OK, "no device's"),
        (judge.certificate("ca", NOW, "", NOW + DAY * 364, None), Level.WARN, "nobody comes in"),
        (judge.certificate("ca", NOW, "", YEAR, None), Level.OK, "until 2027-11-28"),
        (judge.broker_files(["acl is open"])[0], Level.FAULT, "acl is open"),
        (judge.broker_files([])[0], Level.OK, "nobody comes in unknown"),
        (judge.database("x", "closed", "no route"), Level.FAULT, "no route"),
        (judge.database("x", "none"), Level.WARN, "empty"),
        (judge.database("x", "old", "1"), Level.FAULT, "older shape"),
        (judge.database("x", "current"), Level.OK, "x"),
        (judge.serial_port("tx", "/dev/x", False, False), Level.FAULT, "not there"),
        (judge.serial_port("tx", "/dev/x", True, False), Level.FAULT, "may not open"),
        (judge.serial_port("tx", "/dev/x", True, True), Level.OK, "/dev/x"),
        (judge.clock(None), Level.WARN, "does not say"),
        (judge.clock(False), Level.WARN, "nobody vouches"),
        (judge.clock(True), Level.OK, "synchronised"),
        (judge.port(80, "taken"), Level.FAULT, "taken"),
        (judge.port(80, "free"), Level.OK, "free"),
        (judge.port(80, "ours"), Level.OK, "our server"),
        (judge.disk("/", 100 * judge.MEBI), Level.FAULT, "100 MiB"),
        (judge.disk("/", 500 * judge.MEBI), Level.WARN, "500 MiB"),
        (judge.disk("/", 5_000 * judge.MEBI), Level.OK, "5000 MiB"),
    ],
)
def test_each_fact_has_its_level_and_its_action(finding: Finding, level: Level, words: str) -> None:
    assert finding.level is level
    assert words in finding.words
    assert bool(finding.action) == (level is not Level.OK)


def test_every_wrong_file_is_a_finding_of_its_own() -> None:
    found = judge.configs(
        {"a.toml": (0, "fine"), "b.toml": (2, "b.toml: port"), "c.toml": (2, "c.toml: host")}
    )
    assert [one.words for one in found] == ["b.toml: port", "c.toml: host"]
    assert [one.level for one in judge.configs({"a.toml": (0, "fine")})] == [Level.OK]
    assert judge.configs({}) == []


def test_the_worst_finding_decides() -> None:
    good, bad, wrong = judge.clock(True), judge.clock(False), judge.port(1, "taken")
    assert judge.worst([]) is Level.OK
    assert judge.worst([good, bad]) is Level.WARN
    assert judge.worst([good, wrong, bad]) is Level.FAULT


def settings(tmp_path: Path, port: int = 0, broker_port: int = 1) -> ServerSettings:
    secret = tmp_path / "srv"
    secret.write_text("hush")
    secret.chmod(0o600)
    return ServerSettings(
        database=f"sqlite:///{tmp_path}/redbutton.db",
        port=port,
        ready_file=tmp_path / "server.ready",
        stores=(StoreLink(id="one", broker_port=broker_port, password_file=secret),),
    )


def test_a_foreign_listener_is_told_from_our_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        one = settings(tmp_path, port)
        assert not collect.server_runs(one)
        assert collect.port(one, False) == "taken"
        assert one.ready_file is not None
        one.ready_file.write_text(f"http://127.0.0.1:{port}\n")
        assert collect.server_runs(one)
        assert collect.port(one, True) == "ours"
    assert not collect.server_runs(one)
    assert collect.port(one, False) == "free"


def test_a_broker_that_the_server_uses_is_not_disturbed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = settings(tmp_path, broker_port=listener.getsockname()[1])
        assert collect.broker(one.stores[0], in_use=True) == ("in use", "")
    assert collect.broker(one.stores[0], in_use=True) == ("silent", "")


def test_the_database_is_looked_at_and_not_made(tmp_path: Path) -> None:
    where, state, _ = collect.database(settings(tmp_path))
    assert state == "none"
    assert where.endswith("redbutton.db")
    assert not (tmp_path / "redbutton.db").exists()


def test_a_database_of_the_newest_shape_is_current(tmp_path: Path) -> None:
    from server.db import upgrade
    from server.db.connect import Database

    one = settings(tmp_path)
    base = Database(one.database)
    upgrade.upgrade(base)
    base.close()
    assert collect.database(one)[1] == "current"
    base = Database(one.database)
    upgrade.downgrade(base, "base")
    base.close()
    assert collect.database(one)[1] == "none"


def test_serial_ports_are_looked_for(tmp_path: Path) -> None:
    there = tmp_path / "ttyUSB0"
    there.touch()
    file = tmp_path / "gw.toml"
    rows = [("a", str(there)), ("b", str(tmp_path / "gone")), ("c", "socket://127.0.0.1:1")]
    file.write_text("".join(f'[[transmitters]]\nname = "{name}"\nport = "{port}"\n' for name, port in rows))
    found = [(name, exists, usable) for name, _, exists, usable in collect.serial_ports(file)]
    assert found == [("a", True, True), ("b", False, False)]


def test_facts_of_folder_and_disk(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert collect.folder(tmp_path) == (0o750, True, True)
    assert collect.folder(tmp_path / "none") == (None, False, False)
    assert collect.free_bytes(tmp_path / "none" / "deeper") > 0


def test_the_report_for_a_script_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.chmod(tmp_path, 0o700)
    (tmp_path / "odd.toml").write_text("x = [\n")
    assert report.run(tmp_path, None, as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert {
        "what": "python",
        "level": "ok",
        "words": ".".join(map(str, sys.version_info[:3])),
        "action": "",
    } in found
    (wrong,) = [one for one in found if one["what"] == "config"]
    assert "not TOML" in wrong["words"]
    assert "check-config" in wrong["action"]


def test_the_report_for_people_is_plain_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report.show([judge.python((3, 10, 0)), judge.clock(True)])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert [line.split()[0] for line in out.splitlines()] == ["FAULT", "→", "ok"]


def test_certificates_of_all_parts_and_of_the_store_are_looked_at(tmp_path: Path) -> None:
    good = device_identity(tmp_path / "b1", "s1.b1")
    shop_authority().write(tmp_path / "ca")
    unit, gateway, server = (tmp_path / f"{name}.toml" for name in ("b1", "g1", "server"))
    unit.write_text(f'identity = "{good.path}"\n')
    gateway.write_text(f'identity = "{tmp_path / "nowhere"}"\n')
    server.write_text(f'[[stores]]\nidentity = "{good.path}"\n')
    found = list(collect.certificates([unit, gateway, server, tmp_path / "none.toml"], tmp_path))
    assert [whose for whose, _, _ in found] == ["s1.b1", "g1", "s1.b1", collect.AUTHORITY]
    assert [bool(trouble) for _, trouble, _ in found] == [False, True, False, False]
    (tmp_path / "ca" / "ca.key").chmod(0o644)
    assert "chmod 600" in next(iter(collect.certificates([], tmp_path)))[1]
    assert collect.broker_troubles(tmp_path, NOW) is None
    (tmp_path / "broker").mkdir()
    assert "cannot be read" in (collect.broker_troubles(tmp_path, NOW) or [""])[0]


def test_a_broker_that_is_none_of_this_store_is_told_without_disturbing_the_server(tmp_path: Path) -> None:
    mine = device_identity(tmp_path / "srv", "one.srv")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        store = StoreLink(id="one", broker_port=listener.getsockname()[1], identity=mine.path)
        peer = threading.Thread(target=_say, args=(listener, b"SSH-2.0-nonsense\r\n" * 20))
        peer.start()
        assert collect.broker(store, in_use=True) == ("refuses", "no TLS is spoken on this port")
        peer.join()
    store = StoreLink(id="one", broker_port=store.broker_port, identity=tmp_path / "none")
    with socket.create_server(("127.0.0.1", store.broker_port)):
        assert "no such folder" in collect.broker(store, in_use=True)[1]


def _say(listener: socket.socket, words: bytes) -> None:
    for _ in range(2):  # the first one only asks whether anybody answers
        with listener.accept()[0] as taken:
            taken.sendall(words)
