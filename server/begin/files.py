"""The files of a new shop: its shop file, the service of this machine, and what to do next."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from broker_config.errors import SetupError
from broker_config.files import write_private
from server.begin.answers import Answers
from server.supervise import toml
from server.supervise.read_shop import read_shop

SHOP, SERVICE = "shop.toml", "redbutton-up.service"
PATTERN = Path(__file__).parents[1] / "service" / SERVICE
HEADING = "Written by `redbutton setup`. What is changed on screens lives in the database: see `redbutton shop export`."
GATEWAY, TRANSMITTER = "gw-1", "t1"


def shop_text(answers: Answers) -> str:
    """One zone, the owner, and the gateway of this machine if it has a transmitter. The rest is done on the screens."""
    zone = {"en": "Shop", "ru": "Магазин", "et": "Pood"}[answers.language]
    table: dict[str, Any] = {
        "store": {
            "id": answers.store,
            "name": answers.name,
            "timezone": answers.timezone,
            "language": answers.language,
        },
        "zones": [{"name": zone, "pager_name": "SHOP"}],
        "carriers": [{"name": answers.owner, "initials": answers.initials, "role": "manager"}],
    }
    if answers.line is not None:
        table["gateways"] = [{"id": GATEWAY, "keeper": True}]
        table["transmitters"] = [
            {"gateway": GATEWAY, "name": TRANSMITTER, "driver": answers.driver, "url": answers.line}
        ]
    return toml.dump(table, HEADING)


def service_text(data: Path, user: str) -> str:
    """The hardened unit of `server/service`, for this program and this folder."""
    program = Path(sys.executable).with_name("redbutton")
    command = f"ExecStart={program} up {data / SHOP} --data {data} --host 0.0.0.0"
    text = PATTERN.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^ExecStart=.*$", lambda _: command, text)
    text = re.sub(r"(?m)^User=.*$", lambda _: f"User={user}", text)
    lines = [line for line in text.splitlines() if not line.startswith(("StateDirectory", "# First start"))]
    place = lines.index("[Service]") + 1
    lines.insert(place, f"ReadWritePaths={data}")
    return "\n".join(lines).replace("ProtectHome=yes", _home(data)) + "\n"


def _home(data: Path) -> str:
    """A folder below somebody's home must stay in sight of the service."""
    return (
        "ProtectHome=no"
        if data.is_relative_to("/home") or data.is_relative_to("/root")
        else "ProtectHome=yes"
    )


def free(data: Path) -> None:
    """Raises SetupError when a shop lives in this folder already."""
    if (shop := data.absolute() / SHOP).exists():
        raise SetupError(
            f"{shop} is there already: a shop lives in this folder; choose another one with --data"
        )


def write(answers: Answers, data: Path, user: str) -> None:
    """Nothing that is there already is written over. Raises SetupError."""
    free(data)
    data = data.absolute()
    shop = data / SHOP
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        write_private(shop, shop_text(answers))
        write_private(data / SERVICE, service_text(data, user))
    except OSError as error:
        raise SetupError(
            f"cannot write into {data}: {error.strerror}; choose another folder with --data"
        ) from error
    read_shop(shop)


def next_steps(answers: Answers, data: Path) -> str:
    data = data.absolute()
    secret = data / "secrets" / "login-manager"
    lines = [
        "",
        f"{answers.name} is set up in {data}. What comes next:",
        "",
        f"  try it now        redbutton up --data {data} --host 0.0.0.0",
        f"  from every start  sudo cp {data / SERVICE} /etc/systemd/system/",
        "                    sudo systemctl enable --now redbutton-up",
        f"  sign in           as manager; after the first start the password is in {secret}",
        "  devices           Devices, then Add a device: each button unit and each further gateway makes its own key",
        "  the rest          Setup on the screens: zones, buttons, people, pagers, hours",
    ]
    if answers.line is None:
        lines.append("  transmitter       none yet, so nobody can be paged: enrol a gateway that has one")
    return "\n".join(lines)
