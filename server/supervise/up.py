"""`redbutton up` from its first word to its last."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import time
from collections.abc import Callable

from broker_config.errors import SetupError
from server.supervise import parts, ports, prepare, render
from server.supervise.child import Child, Part
from server.supervise.errors import Failed, Refused, UpError
from server.supervise.family import LOOK_S, Family
from server.supervise.folder import Folder
from server.supervise.identities import Identities, Renewals
from server.supervise.prepare import Wish
from server.supervise.read_shop import read_shop
from server.supervise.render import Place
from server.supervise.shop import Shop
from server.supervise.stop import Stop
from server.supervise.switchboard import Switchboard
from server.supervise.welcome import welcome

__all__ = ["Wish", "run"]

SETUP_S = 120.0
HISTORY_S = 180.0
PASTS = {1: "a day", 7: "a week", 30: "a month", 365: "a year"}


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
    networks = prepare.parts_with_network(shop) if wish.simulate else ()
    boxes = prepare.boxes_in_network(shop) if wish.simulate else ()
    where = prepare.place(wish, folder, stop.wait, networks, boxes)
    held = ports.hold("127.0.0.1", where.ways.values())
    switches: list[Switchboard] = []
    renewals: list[Renewals] = []

    def wait(seconds: float) -> bool:
        for each in switches:
            each.hear()
        for renewal in renewals:
            renewal.look()
        return stop.wait(seconds)

    family = Family(time.monotonic, wait, say, [lock])
    switches += switchboards(wish, where, family)
    stop.at_second = family.kill
    began = time.monotonic()
    try:
        prepare.write_files(shop, where, folder, simulate=wish.simulate)
        say(f"Starting {shop.name} in {folder.path}")
        identities = Identities(shop, where, prepare.parts_here(shop, simulate=wish.simulate))
        ready = _identify(identities, folder, stop, lock)
        if wish.simulate and wish.history_days and not (folder / "redbutton.db").exists():
            prepare.keep(folder, past="wanted")
        if ready:
            prepare.write_broker(shop, where, folder)
            ready = _set_up(folder, stop, lock, say)
        if ready and wish.simulate and prepare.read_kept(folder).get("past") == "wanted":
            ready = _live_through(folder, wish.history_days, stop, lock, say)
        if ready and _start(family, wish, shop, where):
            say(welcome(shop, where, folder, simulate=wish.simulate, seconds=time.monotonic() - began))
            renewals.append(Renewals(identities, folder.config, say, time.monotonic, (lock,)))
            family.watch()
        if stop.by is not None:
            say("\nEnding everything ...")
    finally:
        for each in switches:
            each.close()
        family.end()
        for port in held:
            port.close()
        shutil.rmtree(where.sockets, ignore_errors=True)
    say(f"Everything has ended; what happened is kept in {folder.path}")
    return 130 if stop.by is signal.SIGINT else 0


def switchboards(wish: Wish, where: Place, family: Family) -> list[Switchboard]:
    """One in a simulated shop. A real one has no socket at which anybody could stop its parts."""
    return [Switchboard(where.switchboard, family)] if wish.simulate else []


def _identify(identities: Identities, folder: Folder, stop: Stop, lock: int) -> bool:
    """Certificates of all parts here, by a child process when one is due. False: the end was asked for."""
    if not identities.are_due():
        return True
    folder.config(identities.file.name, identities.text())
    child = Child(identities.part(), time.monotonic, [lock])
    if not _ends(child, stop, SETUP_S):
        if stop.by is None:
            raise Failed(f"the certificates were not made within {SETUP_S:.0f} s; more in {identities.log}")
        return False
    if (code := child.exit_code()) != 0:
        words = "\n".join(child.last_lines()) or f"exit code {code}, and it said nothing"
        raise (Refused if code == 2 else Failed)(f"the certificates could not be made:\n{words}")
    return True


def _set_up(folder: Folder, stop: Stop, lock: int, say: Callable[[str], None]) -> bool:
    """Database, shop and accounts in a child process. False: the end was asked for."""
    if prepare.is_set_up(folder):
        return True
    say("Preparing the database")
    log = folder / "logs" / "setup.log"
    child = Child(Part("setup", prepare.setup_command(folder), log), time.monotonic, [lock])
    if not _ends(child, stop, SETUP_S):
        if stop.by is None:
            raise Failed(f"the database was not ready within {SETUP_S:.0f} s; its words: {log}")
        return False
    if (code := child.exit_code()) != 0:
        words = "\n".join(child.last_lines()) or f"exit code {code}, and it said nothing"
        raise (Refused if code == 2 else Failed)(f"the database could not be prepared:\n{words}")
    prepare.keep(folder, set_up=prepare.setup_mark(folder))
    return True


def _live_through(folder: Folder, days: int, stop: Stop, lock: int, say: Callable[[str], None]) -> bool:
    """A past of so many days, in a child process. Without it the shop is empty, and opens all the same. False: the
    end was asked for."""
    say(f"Making {PASTS.get(days, f'{days} days')} of business, once ...")
    log = folder / "logs" / "history.log"
    child = Child(Part("history", prepare.history_command(folder, days), log), time.monotonic, [lock])
    in_time = _ends(child, stop, HISTORY_S)
    last = child.last_lines()
    if in_time and child.exit_code() == 0:
        say(last[-1] if last else "It is made")
        prepare.keep(folder, past="made")
    elif stop.by is None:
        prepare.keep(folder, past="failed")
        why = (last[-1] if last else f"exit code {child.exit_code()}") if in_time else "it took too long"
        say(f"There is no past, the shop begins empty: {why}; more in {log}")
    return stop.by is None


def _ends(child: Child, stop: Stop, within_s: float) -> bool:
    """Start it and wait. False: it was killed, as it took too long or the end was asked for."""
    child.start()
    while child.exit_code() is None:
        if stop.wait(LOOK_S / 2) or time.monotonic() - child.started_at > within_s:
            child.kill()
            child.wait(5.0)
            return False
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
