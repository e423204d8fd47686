"""What a process that runs for years must not have loaded: each name is some MiB, or a part of its start."""

from __future__ import annotations

import subprocess
import sys

import pytest

EVERYWHERE = ("cryptography", "typer", "rich", "pydantic_settings")
"""`cryptography` takes 15 MiB: only what signs or makes a key may need it, and only then."""
DEVICE = ("asyncio", "argparse", "sqlalchemy", "fastapi", "jinja2")
PROCESSES = {
    "firmware_bridge.__main__": (*DEVICE, "serial", "lgpio", "firmware_bridge.claim"),
    "pager_gateway.__main__": (*DEVICE, "gpiozero"),
    "server.__main__": (
        "sqlalchemy.dialects.postgresql",
        "psycopg",
        "alembic",
        "segno",
        "zxcvbn",
        "smtplib",
        "serial",
        "gpiozero",
    ),
    "server.supervise.up": ("asyncio", "sqlalchemy", "fastapi"),
}
OF_IDENTITIES = "broker_config.identity.authority, broker_config.identity.folder, broker_config.identity.keys"


@pytest.mark.parametrize("process", PROCESSES)
def test_what_a_process_has_not_loaded(process: str) -> None:
    code = f"import {process}, {OF_IDENTITIES}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert process in loaded
    assert loaded.isdisjoint({*EVERYWHERE, *PROCESSES[process]})
