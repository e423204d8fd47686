"""What this machine may be called by: the names and addresses that stand in its server certificates."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path

SIOCGIFADDR = 0x8915
ALWAYS = ("127.0.0.1", "::1", "localhost")


def own_names() -> list[str]:
    """Loopback first, then the host's name (also as other machines of the network ask for it), then addresses."""
    host = socket.gethostname().strip(".").lower()
    short = host.partition(".")[0]
    names = [host, short, f"{short}.local"] if short and host.isascii() else []
    return list(dict.fromkeys([*ALWAYS, *names, *_addresses(), *_addresses_6()]))


def _addresses() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # no address of this kind
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _addresses_6(table: Path = Path("/proc/net/if_inet6")) -> list[str]:
    """Link-local ones are left out: nobody can be called by them without naming an interface."""
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return []
    found = (ipaddress.IPv6Address(int(line.split()[0], 16)) for line in lines if line.strip())
    return [str(each) for each in found if not each.is_link_local]
