"""Makes and renews the identities of one machine's own parts, and the store's authority when there is none yet.

    python -m server.identities IDENTITIES.toml

is what `redbutton up` runs as a child when something is missing or two thirds of a certificate's life are over. Devices
elsewhere in the shop are enrolled and renew by themselves. Exit code 2: a person must put something right first."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from broker_config.broker.render import Paths
from broker_config.errors import SetupError
from broker_config.files import write_private
from broker_config.identity import authority
from broker_config.identity.authority import Authority
from broker_config.identity.wanted import Wanted


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    try:
        made = make(tomllib.loads(Path(arguments[0]).read_text(encoding="utf-8")), datetime.now(UTC))
    except SetupError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    print("identities made:", ", ".join(made) or "none was due")  # noqa: T201
    return 0


def make(table: Mapping[str, Any], now: datetime) -> list[str]:
    """Names of those that were due. Raises SetupError."""
    broker = Paths(Path(table["broker"]))
    broker.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = the_authority(Path(table["authority"]), table["store"], now)
    made = []
    for row in table["wanted"]:
        wanted = Wanted(
            Path(row["folder"]), row["name"], tuple(row.get("hosts", ())), row.get("browsers", False)
        )
        if wanted.is_due(signer.certificate, now):
            wanted.make(signer, now, authority.new_serial())
            made.append(wanted.name)
    if not broker.revoked.exists():
        write_private(broker.revoked, signer.revocation_list((), now=now, number=1))
    return made


def the_authority(folder: Path, store: str, now: datetime) -> Authority:
    """A new one only where there is no trace of an older one: all devices would have to be enrolled again."""
    if any((folder / name).exists() for name in (authority.CERTIFICATE, authority.KEY)):
        return authority.read(folder)
    made = authority.make(store, now=now, serial=authority.new_serial())
    made.write(folder)
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
