"""`redbutton up` from its first word to its last."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import time
from collections.abc import Callable

from broker_config.errors import SetupError
from server.supervise import parts, prepare, render
from server.supervise.child import Child, Part
from server.supervise.errors import Failed, Refused, UpError
from server.supervise.family import LOOK_S, Family
from server.supervise.folder import Folder
from server.supervise.prepare import Wish
from server.supervise.read_shop import read_shop
from server.supervise.render import Place
from server.supervise.shop import Shop
from server.supervise.stop import Stop
from server.supervise.welcome import welcome

__all__ = ["Wish", "run"]

SETUP_S = 120.0


def run(wish: Wish, say: Callable[[str], None] | None = None) -> int:
    """Everything, until Ctrl-C (130) or SIGTERM (0). 2: a person must change something first; 1: a part failed."""
    say = say or _say
    folder = Folder(wish.data, secrets.choice)
    with Stop() as stop:
        try:
            return _up(wish, folder, stop, say)
        except (UpError, SetupError) as error:
            say(str(error))
            return error.exit_code if isinstance(error, UpError) else 2
        finally:
            folder.close()


def _up(wish: Wish, folder: Folder, stop: Stop, say: Callable[[str], None]) -> int:
    lock = folder.open(stop.wait)
    source = prepare.shop_file(wish, folder)
    shop = read_shop(source)
    if not wish.simulate and (names := render.without_port(shop.lines)):
        raise Refused(
            f"the shop file does not say on which port the transmitter {', '.join(names)} is: "
            'add url = "/dev/serial/by-id/..." to it, or start with --simulate'
        )
    folder.keep(source, "shop.toml")  # only one that is whole: a bad file never replaces a good one
    where = prepare.place(wish, folder, stop.wait)
    family = Family(time.monotonic, stop.wait, say, [lock])
    stop.at_second = family.kill
    began = time.monotonic()
    try:
        prepare.write_files(shop, where, folder, simulate=wish.simulate)
        say(f"Starting {shop.name} in {folder.path}")
        if _set_up(folder, stop, lock, say) and _start(family, wish, shop, where):
            say(welcome(shop, where, folder, simulate=wish.simulate, seconds=time.monotonic() - began))
            family.watch()
        if stop.by is not None:
            say("\nEnding everything ...")
    finally:
        family.end()
        shutil.rmtree(where.sockets, ignore_errors=True)
    say(f"Everything has ended; what happened is kept in {folder.path}")
    return 130 if stop.by is signal.SIGINT else 0


def _set_up(folder: Folder, stop: Stop, lock: int, say: Callable[[str], None]) -> bool:
    """Database, shop and accounts in a child process. False: the end was asked for."""
    if prepare.is_set_up(folder):
        return True
    say("Preparing the database")
    log = folder / "logs" / "setup.log"
    child = Child(Part("setup", prepare.setup_command(folder), log), time.monotonic, [lock])
    child.start()
    while child.exit_code() is None:
        if stop.wait(LOOK_S / 2) or time.monotonic() - child.started_at > SETUP_S:
            child.kill()
            child.wait(5.0)
            if stop.by is None:
                raise Failed(f"the database was not ready within {SETUP_S:.0f} s; its words: {log}")
            return False
    if (code := child.exit_code()) != 0:
        words = "\n".join(child.last_lines()) or f"exit code {code}, and it said nothing"
        raise (Refused if code == 2 else Failed)(f"the database could not be prepared:\n{words}")
    prepare.keep(folder, set_up=prepare.setup_mark(folder))
    return True


def _start(family: Family, wish: Wish, shop: Shop, where: Place) -> bool:
    broker = (where.near, where.ports["broker"])
    return all(
        family.start(*group) for group in parts.groups(shop, where.folder, broker, simulate=wish.simulate)
    )


def _say(words: str) -> None:
    """Whole lines, at once, to a person or a log. Nobody there to read is no reason to end the shop."""
    with contextlib.suppress(OSError, ValueError):
        print(words, flush=True)  # noqa: T201
