"""The in-memory broker's messages: who hears what, what is retained, what a kill takes away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from broker_config import topics
from broker_config.link import Publication, Subscription
from broker_config.rights import User, read_filters, write_filters
from simulator.broker_session import Held, Session
from simulator.clock import FakeClock

AUTOSAVE_S = 5.0
MOST_QUEUED = 100_000


class Store:
    """`deliver` is called with a session and a message that has just become its own."""

    def __init__(
        self, clock: FakeClock, users: Iterable[User], deliver: Callable[[Session, Held], None]
    ) -> None:
        self.users = {user.name: user for user in users}
        self.sessions: dict[str, Session] = {}
        self.running = True
        self.paused = False
        self._clock = clock
        self._deliver = deliver
        self._retained: dict[str, Held] = {}
        self._routes: dict[str, list[tuple[Session, Subscription]]] = {}
        self._rights: dict[tuple[str, str, bool], bool] = {}
        self._disk: tuple[dict[str, Session], dict[str, Held]] = ({}, {})
        self._saving = False

    def may(self, user: str, topic: str, *, write: bool) -> bool:
        key = (user, topic, write)
        if key not in self._rights:
            filters = write_filters(self.users[user]) if write else read_filters(self.users[user])
            self._rights[key] = any(topics.matches(each, topic) for each in filters)
        return self._rights[key]

    @property
    def retained(self) -> list[str]:
        """Topics that a message is kept for."""
        return sorted(self._retained)

    def publish(self, user: str, publication: Publication) -> str:
        """Route one message. Returns the reason of the answer, in paho's words."""
        if not self.may(user, publication.topic, write=True):
            return "Not authorized"
        expiry_s = publication.expiry_s
        dies = None if expiry_s is None else self._clock.boot() + expiry_s
        held = Held(publication, dies, publication.retain, publication.qos)
        if publication.retain:
            if publication.payload:
                self._retained[publication.topic] = held
            else:
                self._retained.pop(publication.topic, None)
            self.touch()
        routes = self._route(publication.topic)
        for session, wanted in routes:
            retain = publication.retain and wanted.retain_as_published
            self._offer(session, replace(held, retain=retain, qos=min(held.qos, wanted.qos)))
        return "Success" if routes else "No matching subscribers"

    def subscribe(self, session: Session, wanted: Subscription) -> None:
        known = wanted.topic_filter in session.subscriptions
        session.subscriptions[wanted.topic_filter] = wanted
        self._routes.clear()
        self.touch()
        if wanted.retain_handling == 0 or (wanted.retain_handling == 1 and not known):
            for topic, held in list(self._retained.items()):
                if topics.matches(wanted.topic_filter, topic) and held.left(self._clock.boot()) != 0:
                    self._offer(session, replace(held, qos=min(held.qos, wanted.qos)))

    def add(self, session: Session) -> None:
        self.sessions[session.client_id] = session
        self._routes.clear()
        self.touch()

    def remove(self, client_id: str) -> None:
        self.sessions.pop(client_id, None)
        self._routes.clear()
        self.touch()

    def touch(self) -> None:
        """Something changed that an autosave would write; it comes at whole multiples of its interval."""
        if not self._saving:
            self._saving = True
            now = self._clock.boot()
            self._clock.call_at(now - now % AUTOSAVE_S + AUTOSAVE_S, self._autosave)

    def save(self) -> None:
        kept = {name: each.copy() for name, each in self.sessions.items() if each.expiry_s}
        self._disk = (kept, dict(self._retained))

    def load(self) -> None:
        """What a start finds. Sessions whose time ran out meanwhile are the broker's matter."""
        sessions, retained = self._disk
        self.sessions = {name: each.copy() for name, each in sessions.items()}
        self._retained = dict(retained)
        self._routes.clear()
        self.running = True

    def lose(self) -> None:
        """Memory is gone; the disk stays."""
        self.sessions, self._retained = {}, {}
        self._routes.clear()
        self.running = False

    def _autosave(self) -> None:
        self._saving = False
        if self.running and not self.paused:
            self.save()

    def _route(self, topic: str) -> list[tuple[Session, Subscription]]:
        found = self._routes.get(topic)
        if found is None:
            pairs = ((each, each.subscription(topic)) for each in self.sessions.values())
            found = self._routes[topic] = [(session, wanted) for session, wanted in pairs if wanted]
        return found

    def _offer(self, session: Session, held: Held) -> None:
        if not self.may(session.client_id, held.publication.topic, write=False):
            return
        if held.qos:
            if len(session.queue) >= MOST_QUEUED:
                session.dropped += 1
                return
            session.queue.append(held)
            self.touch()
        self._deliver(session, held)
