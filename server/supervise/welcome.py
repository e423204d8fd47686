"""The words after a start: where to look, and how to sign in."""

from __future__ import annotations

from server.supervise.folder import Folder
from server.supervise.prepare import own_names
from server.supervise.render import Place
from server.supervise.shop import Shop
from server.tls import AUTHORITY, fingerprint


def welcome(shop: Shop, where: Place, folder: Folder, *, simulate: bool, seconds: float) -> str:
    """In a simulated shop the passwords themselves; in a real one only where they lie, as logs are read by many."""
    secret = folder.password_file("login-manager")
    lines = [
        f"{shop.name} is open (after {seconds:.1f} s).",
        "",
        f"  board    {where.address('board')}   (only here: others sign in by HTTPS)",
        f"           {safe_address(where)}",
    ]
    if mark := fingerprint(where.https_identity / AUTHORITY):
        lines.append(f"           the store's certificate (SHA-256): {mark}")
    if simulate:
        lines += [
            f"  floor    {where.address('floor')}",
            f"  sign in  manager    {secret.read_text().strip()}",
        ]
        for person in shop.people[:1]:
            lines += [
                f"           {person.login:<10} {folder.password(f'login-{person.login}')}   (staff)",
                f"  tablet   {where.address('board')}/tablet, once a manager let it in; "
                f"PIN of {person.login}: {folder.pin(f'pin-{person.login}')}",
            ]
    else:
        lines += [
            f"  sign in  manager, with the first password in {secret}",
            f"  broker   port {where.ports['broker']}, TLS only: a button unit comes in once it is enrolled",
        ]
    return "\n".join([*lines, "", "Ctrl-C ends everything."])


def safe_address(where: Place) -> str:
    """By a name that a phone of the shop can ask for, where there is one."""
    names = own_names(where.host)
    name = next((one for one in names if one.endswith(".local")), where.near)
    return f"https://{f'[{name}]' if ':' in name else name}:{where.ports['https']}"
