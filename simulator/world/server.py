"""The server's process in virtual time: the production core and its link. The database outlives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from broker_config.channels import Role
from broker_config.link import Publication
from broker_config.presence import link_setup
from broker_config.rights import User
from server.app import build_core, into
from server.in_world import USUAL, Ask, Database, Event, Letter, Rhythm, ServerCore, SteadyClock
from server.requests import Answer, Request
from simulator.broker import MemoryBroker
from simulator.broker_link import MemoryLink
from simulator.clock import FakeClock, VirtualLoop


class NoAnswer(Exception):
    """The server is dead, stands still, or its database does not work."""


class Died(BaseException):
    """Raised inside of the core by whoever kills it in the middle of its work."""


class WorldServer:
    """`store` and `device` are its own; `seed` is that of its ids. `watch`: whether it looks if everything works."""

    def __init__(
        self,
        clock: FakeClock,
        db: Database,
        broker: MemoryBroker,
        *,
        store: str,
        device: str = "srv",
        password: str,
        watch: bool = False,
        seed: int = 7,
        rhythm: Rhythm = USUAL,
    ) -> None:
        self._clock, self._db, self._broker = clock, db, broker
        self._user = User(store, device, Role.SERVER, password)
        self.rhythm = rhythm
        """Of the next start."""
        self.watch = watch
        self._random = Random(seed)  # noqa: S311
        self._runs = 0
        self.rings: list[int] = []
        self.letters: list[Letter] = []
        self.post: Callable[[Letter], None] = self.letters.append
        """Where letters out of the shop go, from the next start on."""
        self.after_death: Callable[[], None] = lambda: None
        """Called when it died in the middle of its work."""
        self.says: Callable[[], None] = lambda: None
        """Called before each word that it says to the broker; may raise Died."""
        self.doomed = False
        """It says nothing more, and dies at the latest when this piece of its work is done."""
        self._frozen = False
        self._loop: VirtualLoop[Event] | None = None
        self._link: MemoryLink | None = None
        self._core: ServerCore | None = None

    @property
    def running(self) -> bool:
        """Also while it stands still."""
        return self._core is not None

    @property
    def core(self) -> ServerCore:
        """Raises NoAnswer."""
        if self._core is None or self._frozen:
            raise NoAnswer("the server is not there")
        return self._core

    @property
    def link(self) -> MemoryLink | None:
        return self._link

    @property
    def answers(self) -> bool:
        return self._core is not None and not self._frozen

    def start(self) -> None:
        """Raises RuntimeError when it runs already, and what the database raises when it cannot begin."""
        if self._core is not None:
            raise RuntimeError("the server is running")
        self._runs += 1
        run = f"{self._runs:08x}"
        store = self._user.store
        link = self._broker.link(link_setup(self._user, run=run, boot="beef", sw="world"))
        core = build_core(
            db=self._db,
            links={store: _Mouth(link, self._speak)},
            own={store: self._user.device},
            run=run,
            clock=SteadyClock(self._clock.boot, self._clock.now),
            entropy=self._random.randbytes,
            ring=lambda _, journal: self.rings.append(journal),
            post=self.post,
            watch=self.watch,
            rhythm=self.rhythm,
        )
        self._core, self._link = core, link
        self._loop = VirtualLoop(_Mortal(core, self), self._clock)
        self._loop.start()
        link.open(into(self.put, store))

    def put(self, event: Event) -> None:
        """Something reaches the core. A dead one hears nothing."""
        if self._loop is not None:
            self._loop.put(event)

    def kill(self) -> None:
        """As kill -9: the broker notices by the silence of the socket."""
        self._end(lambda link: link.vanish())

    def stop(self) -> None:
        """As SIGTERM."""
        self._end(lambda link: link.close())

    def _end(self, leave: Callable[[MemoryLink], None]) -> None:
        if self._loop is not None and self._link is not None and self._core is not None:
            self._loop.stop()
            leave(self._link)
            self._core.close()
        self._loop = self._link = self._core = None
        self._frozen = self.doomed = False

    def _speak(self) -> None:
        self.says()
        if self.doomed:
            raise Died

    def die(self) -> None:
        """In the middle of its work."""
        self.doomed = False
        self.kill()
        self.after_death()

    def reset(self) -> None:
        """Its connection breaks, and it notices at once."""
        if self._link is not None and not self._frozen:
            self._link.reconnect("reset by peer")

    def restart(self) -> None:
        self.kill()
        self.start()

    def freeze(self) -> None:
        """As SIGSTOP: its sockets stay open and nobody reads from them."""
        assert self._loop is not None
        assert self._link is not None
        self._frozen = True
        self._loop.freeze()
        self._link.freeze()

    def thaw(self) -> None:
        """It finds its tick late: it reconnects, and passes on nothing that waited in its socket."""
        assert self._loop is not None
        assert self._link is not None
        self._link.thaw()
        self._frozen = False
        self._loop.thaw()

    def cut(self) -> None:
        """The network swallows all that it says and hears, and tells nobody."""
        self._broker.cut(self._user.name)

    def mend(self) -> None:
        self._broker.mend(self._user.name)

    def ask(self, request: Request) -> Answer:
        """As a route does. Raises NoAnswer."""
        if self._loop is None or self._frozen:
            raise NoAnswer("the server is not there")
        found: list[Answer | None] = []
        self._loop.handle_now(Ask(request, found.append))
        if not found or found[0] is None:
            raise NoAnswer("not done in time")
        return found[0]


class _Mortal:
    """A core that may die in the middle of its work: whatever it had not said or written by then is gone."""

    def __init__(self, core: ServerCore, server: WorldServer) -> None:
        self._core, self._server = core, server

    def handle(self, events: Sequence[Event], now: float) -> None:
        try:
            self._core.handle(events, now)
        except Died:
            self._server.die()
        else:
            if self._server.doomed:
                self._server.die()

    def due(self) -> float | None:
        return self._core.due()


class _Mouth:
    """A link of a core that may die before its next word."""

    def __init__(self, link: MemoryLink, speak: Callable[[], None]) -> None:
        self._link, self._speak = link, speak
        self.open, self.settle, self.reconnect, self.close = (
            link.open,
            link.settle,
            link.reconnect,
            link.close,
        )

    @property
    def connected(self) -> bool:
        return self._link.connected

    def publish(self, publication: Publication) -> int | None:
        self._speak()
        return self._link.publish(publication)
