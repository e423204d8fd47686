"""The composition root: the one place that knows every concrete class of the server.

`build_core` is used by the process and by the stories alike: same statements, other ports."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from broker_config import __version__, codec, machine
from broker_config.channels import CHANNELS, Role
from broker_config.errors import SetupError
from broker_config.link import Link, LinkEvent, LinkSetup, Published, Sink
from broker_config.loop import Loop
from broker_config.messages import CertificateRequest
from broker_config.paho_link import PahoLink
from broker_config.presence import link_setup
from broker_config.rights import User
from server.channels_out.channels import Channels
from server.channels_out.letter import Letter, Told
from server.channels_out.setup import build_channels
from server.clock import SteadyClock
from server.config import ServerSettings, StoreLink
from server.db.connect import Database
from server.db.engine_read import read_picture
from server.db.shape import is_current
from server.door.build import build_doors
from server.door.doors import Doors
from server.engine.core import ServerCore
from server.engine.desk import EngineDesk
from server.engine.events import Event, FromLink
from server.engine.rhythm import USUAL, Rhythm
from server.ids import Entropy, uuid7
from server.web.frame.bell import Bell

log = logging.getLogger(__name__)

GROUP = 32
"""Most events in one transaction. More would save little of the commit and let the first one wait for the last."""


def build_core(
    *,
    db: Database,
    links: Mapping[str, Link],
    own: Mapping[str, str],
    run: str,
    clock: SteadyClock,
    entropy: Entropy,
    ring: Callable[[str, int], None],
    post: Callable[[Letter], None] = lambda letter: None,
    public_url: str | None = None,
    watch: bool = True,
    rhythm: Rhythm = USUAL,
    renew: Callable[[str, str, CertificateRequest], None] = lambda store, device, asked: None,
) -> ServerCore:
    """A core that starts with what the database holds. Raises SetupError for a store that is not in it."""
    with db.reading() as session:
        try:
            picture = read_picture(session, own, clock.now())
        except LookupError as missing:
            raise SetupError(
                f"store {missing.args[0]!r} is not in the database: load its file with `redbutton shop load`"
            ) from None
    return ServerCore(
        db=db,
        picture=picture,
        links=links,
        own=own,
        run=run,
        new_id=lambda: uuid7(int(clock.now().timestamp() * 1000), entropy),
        utc=clock.utc,
        boot=clock.boot,
        ring=ring,
        post=post,
        started_at=clock.now(),
        public_url=public_url,
        watch=watch,
        rhythm=rhythm,
        renew=renew,
    )


def into(loop_put: Callable[[Event], None], store: str) -> Sink:
    """A link's sink: what it brings, with the store it came from. The broker's word on our own publishes is left
    out: whatever it lost is asked again by its row, and each word would wake the engine for nothing."""

    def sink(event: LinkEvent) -> None:
        if not isinstance(event, Published):
            loop_put(FromLink(store, event))

    return sink


@dataclass(frozen=True, slots=True)
class Engine:
    """The running half of the server that has no screens."""

    loop: Loop[Event]
    desk: EngineDesk
    bell: Bell
    clock: SteadyClock
    links: Mapping[str, Link]
    channels: Channels
    thread: threading.Thread
    doors: Doors

    def start(self, stores: Iterable[str]) -> None:
        self.thread.start()
        self.channels.start()
        self.doors.start()
        for store in stores:
            self.links[store].open(into(self.loop.put, store))

    def stop(self) -> None:
        self.doors.stop()
        for link in self.links.values():
            link.close()
        self.channels.stop()
        self.loop.stop()
        self.thread.join(timeout=5)


def build_engine(settings: ServerSettings, db: Database, died: Callable[[], None]) -> Engine:
    """Real links, real clocks, own thread. `died` is called when the engine's thread ends by an error."""
    if not is_current(db):
        raise SetupError("the database is older than this program: run `redbutton db upgrade`")
    codec.prepare(CHANNELS)
    run, boot = machine.new_run(), machine.boot_id()
    clock = SteadyClock(machine.boot_clock, lambda: datetime.now(UTC))
    links = {store.id: PahoLink(_setup(store, run, boot)) for store in settings.stores}
    bell = Bell()

    def told(word: Told) -> None:
        loop.put(word)

    channels = build_channels(
        settings.last_resort,
        told,
        clock=clock,
        monotonic=machine.boot_clock,
        wall=lambda: datetime.now(UTC),
        died=died,
    )
    core = build_core(
        db=db,
        links=links,
        own={store.id: store.device for store in settings.stores},
        run=run,
        clock=clock,
        entropy=secrets.token_bytes,
        ring=bell.ring,
        post=channels.put,
        watch=settings.watch,
        public_url=settings.public_url,
        renew=lambda store, device, asked: doors.renew(store, device, asked),
    )
    loop: Loop[Event] = Loop(core, machine.boot_clock, group=GROUP)

    def work() -> None:
        try:
            loop.run()
            core.close()
        except BaseException:
            log.critical("the engine's thread died", exc_info=True, extra={"action": "engine.dead"})
            died()

    thread = threading.Thread(target=work, name="engine", daemon=True)
    desk = EngineDesk(loop.put)
    doors = build_doors(settings, db, desk, links, clock.now, died)
    return Engine(loop, desk, bell, clock, links, channels, thread, doors)


def _setup(store: StoreLink, run: str, boot: str) -> LinkSetup:
    proof = store.credentials()
    user = User(store.id, store.device, Role.SERVER, proof.password)
    return link_setup(
        user,
        run=run,
        boot=boot,
        sw=__version__,
        host=store.broker_host,
        port=store.broker_port,
        tls=proof.tls,
    )
