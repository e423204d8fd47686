"""The in-memory broker: connections in virtual time, with physical verbs. Its messages are broker_store's.

It keeps what Mosquitto keeps and loses what Mosquitto loses; tests/conformance holds it to that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from broker_config.link import LinkSetup, Publication, Subscription
from broker_config.rights import User
from simulator.broker_link import MemoryLink
from simulator.broker_place import Place, dropper
from simulator.broker_session import Held, Session
from simulator.broker_store import Store
from simulator.clock import FakeClock
from simulator.wire import Wire


class MemoryBroker:
    """`hop_s` is the way between a client and the broker, one direction: or `delay` one client."""

    def __init__(
        self,
        clock: FakeClock,
        users: Iterable[User],
        *,
        hop_s: float = 0.000_25,
        jitter: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self.clock = clock
        self._store = Store(clock, users, self._deliver)
        self._hop_s = hop_s
        self._jitter = jitter
        self._freezes = 0
        self._cuts: dict[tuple[str, str], int] = {}
        """(client, why) -> number of the cut."""
        self._cut_count = 0
        self._delays: dict[str, float] = {}
        self._places: dict[str, Place] = {}
        self._by_wire: dict[Wire, Place] = {}
        self._wires: list[tuple[Wire, MemoryLink]] = []

    def link(self, setup: LinkSetup) -> MemoryLink:
        return MemoryLink(self, setup, self._jitter)

    @property
    def running(self) -> bool:
        return self._store.running

    def set_password(self, user: str, password: str) -> None:
        """For connections from now on; who is connected stays."""
        self._store.users[user] = replace(self._store.users[user], password=password)

    @property
    def retained(self) -> list[str]:
        """Topics that it keeps a message for."""
        return self._store.retained

    # -- physical verbs

    def kill(self) -> None:
        """As `kill -9`: what came since the last autosave is gone, and no will is sent."""
        self._store.paused = False
        self._store.lose()
        self._places.clear()
        self._by_wire.clear()
        for wire, _ in self._wires:
            wire.broker_open = False
        for wire, link in self._live():
            self._down(wire, link, dropper(wire, link, "connection reset"))

    def stop(self) -> None:
        """As SIGTERM: wills go out, then everything is saved."""
        for place in list(self._places.values()):
            self._remove(place, will=True)
        self._store.save()
        self.kill()

    def start(self) -> None:
        """On what the disk holds."""
        self._store.load()
        for session in self._store.sessions.values():
            self._expire_later(session)

    def freeze(self) -> None:
        """Sockets stay open and nothing is read from them."""
        self._store.paused = True
        self._freezes += 1
        number = self._freezes
        for wire, link in self._live():
            self._client_notices(wire, link, lambda: self._store.paused and self._freezes == number)

    def thaw(self) -> None:
        self._store.paused = False
        for wire, _ in list(self._wires):
            wire.up.flush()

    def cut(self, client_id: str, why: str = "network") -> None:
        """The network swallows everything of this client, and neither end is told. Each reason is mended by itself."""
        self._cut_count += 1
        key = (client_id, why)
        number = self._cuts[key] = self._cut_count
        for wire, link in self._live():
            if link.setup.client_id == client_id:
                self._client_notices(wire, link, lambda: self._cuts.get(key) == number)
                self._broker_notices(wire, link, lambda: self._cuts.get(key) == number)

    def mend(self, client_id: str, why: str = "network") -> None:
        """What waited on the way arrives now, unless its connection has been given up meanwhile."""
        self._cuts.pop((client_id, why), None)
        if self.is_cut(client_id):
            return
        for wire, link in list(self._wires):
            if link.setup.client_id == client_id:
                wire.flush()
                if not wire.broker_open:
                    self._down(wire, link, dropper(wire, link, "connection reset"))

    def delay(self, client_id: str, hop_s: float | None) -> None:
        """Another way for one client, one direction, in seconds; None: the ordinary one."""
        self._delays[client_id] = self._hop_s if hop_s is None else hop_s

    def forget(self, client_id: str) -> None:
        """Lose the session of an absent client, as a broker does whose disk was replaced."""
        self._store.remove(client_id)

    # -- the links' end

    def hop_s(self, client_id: str) -> float:
        return self._delays.get(client_id, self._hop_s)

    def is_cut(self, client_id: str) -> bool:
        return any(client == client_id for client, _ in self._cuts)

    def dial(self, link: MemoryLink) -> Wire | None:
        if not self._store.running:
            return None
        client_id = link.setup.client_id
        wire = Wire(self.clock, lambda: self.is_cut(client_id), lambda: self._store.paused)
        self._wires = [pair for pair in self._wires if pair[0].client_open or pair[0].broker_open]
        self._wires.append((wire, link))
        return wire

    def connect(self, wire: Wire, link: MemoryLink) -> None:
        setup, store = link.setup, self._store
        user = store.users.get(setup.username)
        if (
            user is None
            or user.password != setup.password
            or (setup.will is not None and not store.may(user.name, setup.will.topic, write=True))
        ):
            wire.broker_open = False
            self._down(wire, link, dropper(wire, link, "Not authorized"))
            return
        other = self._places.get(user.name)
        if other is not None:
            self._take_over(other)
        session = None if setup.clean_start else store.sessions.get(user.name)
        present = session is not None
        if session is None:
            session = Session(user.name)
        session.expiry_s = setup.session_expiry_s
        session.receive_maximum = setup.receive_maximum
        session.connects += 1
        store.add(session)
        place = Place(wire, link, session, setup.will)
        self._places[user.name] = self._by_wire[wire] = place
        self._down(wire, link, lambda: link.accepted(wire, present))
        for token, held in list(session.inflight.items()):
            self._hand_over(place, token, held, dup=True)
        self._pump(place)

    def subscribe(self, wire: Wire, subscriptions: list[Subscription]) -> None:
        place = self._by_wire.get(wire)
        if place is not None:
            for wanted in subscriptions:
                self._store.subscribe(place.session, wanted)

    def receive(self, wire: Wire, publication: Publication, answer: Callable[[bool, str], None]) -> None:
        place = self._by_wire.get(wire)
        if place is None:
            return
        reason = self._store.publish(place.session.client_id, publication)
        if publication.qos:
            self._down(wire, place.link, lambda: answer(reason == "Success", reason))

    def settle(self, wire: Wire, token: int) -> None:
        place = self._by_wire.get(wire)
        if place is not None:
            place.session.inflight.pop(token, None)
            self._store.touch()
            self._pump(place)

    def hang_up(self, wire: Wire, *, will: bool) -> None:
        place = self._by_wire.get(wire)
        wire.broker_open = False
        if place is not None:
            self._remove(place, will=will)

    # -- inside

    def _deliver(self, session: Session, held: Held) -> None:
        place = self._places.get(session.client_id)
        if place is None:
            return
        if held.qos:
            self._pump(place)
        else:
            self._hand_over(place, 0, held, dup=False)

    def _pump(self, place: Place) -> None:
        session = place.session
        while session.queue and len(session.inflight) < session.receive_maximum:
            held = session.queue.popleft()
            if held.left(self.clock.boot()) != 0:
                token = session.next_token()
                session.inflight[token] = held
                self._hand_over(place, token, held, dup=False)

    def _hand_over(self, place: Place, token: int, held: Held, *, dup: bool) -> None:
        left, link = held.told(self.clock.boot()), place.link
        if left == 0:
            place.session.inflight.pop(token, None)
            return
        publication = replace(held.publication, qos=held.qos)
        self._down(place.wire, link, lambda: link.delivered(publication, held.retain, dup, left, token))

    def _down(self, wire: Wire, link: MemoryLink, call: Callable[[], None]) -> None:
        wire.down.send(call, self.hop_s(link.setup.client_id))

    def _live(self) -> list[tuple[Wire, MemoryLink]]:
        return [(wire, link) for wire, link in self._wires if wire.client_open]

    def _client_notices(self, wire: Wire, link: MemoryLink, still: Callable[[], bool]) -> None:
        """After two keepalives without an answer to a ping, as paho does."""
        drop = dropper(wire, link, "Keep alive timeout")
        self.clock.call_later(2 * link.setup.keepalive_s, lambda: drop() if still() else None)

    def _broker_notices(self, wire: Wire, link: MemoryLink, still: Callable[[], bool]) -> None:
        """After one and a half keepalives of silence."""

        def hang_up() -> None:
            if still() and not self._store.paused:
                self.hang_up(wire, will=True)

        self.clock.call_later(1.5 * link.setup.keepalive_s, hang_up)

    def _take_over(self, place: Place) -> None:
        place.wire.broker_open = False
        self._remove(place, will=True)
        self._down(place.wire, place.link, dropper(place.wire, place.link, "Unspecified error"))

    def _remove(self, place: Place, *, will: bool) -> None:
        session = place.session
        del self._places[session.client_id]
        del self._by_wire[place.wire]
        if session.expiry_s == 0:
            self._store.remove(session.client_id)
        else:
            self._expire_later(session)
        if will and place.will is not None:
            self._store.publish(session.client_id, place.will)

    def _expire_later(self, session: Session) -> None:
        connects = session.connects

        def expire() -> None:
            now = self._store.sessions.get(session.client_id)
            if now is not None and now.connects == connects and session.client_id not in self._places:
                self._store.remove(session.client_id)

        self.clock.call_later(session.expiry_s, expire)
