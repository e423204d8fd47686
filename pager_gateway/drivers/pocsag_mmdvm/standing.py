"""How an MMDVM modem is, and who was told: health as it changes, and an answer to whoever asked. No I/O."""

from __future__ import annotations

from broker_config.messages import ResultError
from pager_gateway.errors import LineTrouble, Refused, TransmitterError
from pager_gateway.transmitter import Health, Output, Probed

PORT = "port-lost"


class Standing:
    """`trouble`: why it is dead, if it is. `out` fills."""

    def __init__(self) -> None:
        self.out: list[Output] = []
        self.trouble: TransmitterError = LineTrouble(PORT, "the port is not open yet")
        self._health = Health("unknown")
        self._asked_by: float | None = None
        """Somebody waits for an answer, until then."""

    @property
    def dead(self) -> bool:
        return self._health.state == "dead"

    def _is_well(self) -> None:
        self._tell(Health("ready"))
        self._answer(None)

    def _is_dead(self, error: TransmitterError) -> None:
        self.trouble = error
        self._tell(Health("dead", error.text))
        self._answer(error)

    def _ask_until(self, moment: float) -> None:
        """Several who ask share one answer."""
        if self._asked_by is None:
            self._asked_by = moment

    def _answer(self, error: TransmitterError | None) -> None:
        """To whoever asked whether it is there: it is (None), or why not."""
        if self._asked_by is None:
            return
        self._asked_by = None
        if error is None:
            self.out.append(Probed())
            return
        code = "refused" if isinstance(error, Refused) else "port" if error.code == PORT else "no_answer"
        self.out.append(Probed(ResultError(code=code, text=error.text, retry=True)))

    def _tell(self, health: Health) -> None:
        if health != self._health:
            self._health = health
            self.out.append(health)
