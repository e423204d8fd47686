"""Who may import whom: read from the import statements of every file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("broker_config", "firmware_bridge", "pager_gateway", "server", "simulator", "tests")
ALLOWED = {
    "broker_config": set(),
    "firmware_bridge": {"broker_config"},
    "pager_gateway": {"broker_config"},
    "server": {"broker_config"},
    "simulator": {"broker_config", "firmware_bridge", "pager_gateway"},
    "tests": set(OURS),
}
WORLD_MAY = ("server.app", "server.requests", "server.rules.account", "server.in_world")
"""What the simulated world may see of the server: the core, what people ask of it, the account, and its books."""
PAHO = {f"broker_config/paho_{part}.py" for part in ("link", "thread", "setup")}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, those inside of functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                inside = path.relative_to(ROOT).parts[: -node.level]
                yield node.lineno, ".".join((*inside, node.module or ""))
            elif node.module:
                yield node.lineno, node.module
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def wrong(place: str, name: str) -> bool:
    """Whether the file `place` must not import `name`."""
    package, target = place.split("/")[0], name.split(".")[0]
    if target == "paho":
        return package != "tests" and place not in PAHO
    if target not in OURS or target == package or target in ALLOWED[package]:
        return False
    world = place.startswith("simulator/world/") or place == "simulator/history.py"
    known = any(name == one or name.startswith(f"{one}.") for one in WORLD_MAY)
    return not (world and (name in ("server", "server.rules") or known))


@pytest.mark.parametrize("package", OURS)
def test_imports_follow_the_arrows(package: str) -> None:
    found = []
    for path in files(package):
        place = path.relative_to(ROOT).as_posix()
        found += [f"{place}:{line} imports {name}" for line, name in imported(path) if wrong(place, name)]
    assert not found
    assert files(package)


def test_the_check_can_fail() -> None:
    assert wrong("firmware_bridge/bridge.py", "server.intake")
    assert wrong("broker_config/codec.py", "simulator.clock")
    assert wrong("simulator/people.py", "server.app")
    assert wrong("simulator/world/shop.py", "server.intake")
    assert wrong("server/intake.py", "tests.shop")
    assert wrong("pager_gateway/gateway.py", "paho.mqtt.client")
    assert wrong("simulator/world/shop.py", "server.rules.dedup")
    assert wrong("simulator/world/shop.py", "server.application")
    assert not wrong("simulator/world/shop.py", "server.app")
    assert not wrong("simulator/world/shop.py", "server.app.build_core")
    assert not wrong("simulator/world/shop.py", "server")  # from server import app
    assert not wrong("server/intake.py", "broker_config.codec")


def test_the_reader_of_imports_sees_every_form() -> None:
    names = {name for _, name in imported(ROOT / "tests" / "contract" / "import_forms.py")}
    assert {
        "json",
        "server.app",
        "server",
        "tests.contract.examples",
        "broker_config.link",
        "broker_config",
    } <= names
