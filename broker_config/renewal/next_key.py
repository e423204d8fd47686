"""Put the next key beside the present one and say the request by it: `python -m broker_config.renewal.next_key FOLDER`.

The key goes to the disk and nowhere else; only the request comes out."""

from __future__ import annotations

import sys
from pathlib import Path

from broker_config.identity import keys
from broker_config.identity.folder import IdentityFolder


def main(arguments: list[str]) -> int:
    key = keys.new_key()
    try:
        IdentityFolder(Path(arguments[0])).keep_key(key)
    except OSError as error:
        print(f"{arguments[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    sys.stdout.write(keys.request(key))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
