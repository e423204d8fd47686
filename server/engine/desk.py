"""Where web threads hand in what people ask, and wait for the engine's answer."""

from __future__ import annotations

import queue
from collections.abc import Callable

from server.engine.events import Ask
from server.requests import Answer, DeskClosed, Request

PATIENCE_S = 5.0


class EngineDesk:
    """`put` hands an event to the engine's thread. Blocks the calling thread until the change is committed."""

    def __init__(self, put: Callable[[Ask], None]) -> None:
        self._put = put

    def ask(self, request: Request) -> Answer:
        reply: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        try:
            self._put(Ask(request, reply.put))
            answer = reply.get(timeout=PATIENCE_S)
        except (queue.Full, queue.Empty):
            answer = None
        if answer is None:
            raise DeskClosed("the engine did not answer")
        return answer
