"""The words after a start: where to look, and how to sign in."""

from __future__ import annotations

from server.supervise.folder import Folder
from server.supervise.render import Place
from server.supervise.shop import Shop


def welcome(shop: Shop, where: Place, folder: Folder, *, simulate: bool, seconds: float) -> str:
    """In a simulated shop the passwords themselves; in a real one only where they lie, as logs are read by many."""
    secret = folder.password_file("login-manager")
    lines = [f"{shop.name} is open (after {seconds:.1f} s).", "", f"  board    {where.address('board')}"]
    if simulate:
        lines += [
            f"  floor    {where.address('floor')}",
            f"  sign in  manager    {secret.read_text().strip()}",
        ]
        for person in shop.people[:1]:
            lines.append(
                f"           {person.login:<10} {folder.password(f'login-{person.login}')}   (staff)"
            )
    else:
        lines += [
            f"  sign in  manager, with the first password in {secret}",
            f"  broker   port {where.ports['broker']}; passwords of the button units in {folder / 'secrets'}",
        ]
    return "\n".join([*lines, "", "Ctrl-C ends everything."])
