"""What the rules say about presses and staff, told once more in the fewest words: no line of the server's is used.

A press joins the open incident of its button while that is triggered, or acknowledged less than 60 s ago (then
its owner is called again); otherwise it opens its own, which is one page."""

from __future__ import annotations

from dataclasses import dataclass, field

Place = tuple[str, int]
MERGES_S = 60.0
MARGIN_S = 15.0
"""No press of a test comes so near to that limit that a slow machine could decide."""


@dataclass
class Expected:
    """One incident. `pages`: calls that the rules make by themselves."""

    place: Place
    state: str = "triggered"
    presses: int = 1
    pages: int = 1
    acknowledged: float = 0.0


@dataclass
class Model:
    """Moments are seconds of any one clock. Incidents stand in the order in which each button opened them."""

    incidents: list[Expected] = field(default_factory=list)

    def open_at(self, place: Place) -> list[Expected]:
        return [one for one in self.incidents if one.place == place and one.state != "closed"]

    def press(self, place: Place, now: float) -> None:
        for one in self.open_at(place):
            if one.state == "triggered" or (one.state == "acknowledged" and self._recent(one, now)):
                one.presses += 1
                one.pages += one.state == "acknowledged"
                return
        self.incidents.append(Expected(place))

    def choices(self, one: Expected, now: float) -> list[str]:
        """What staff may do; an acknowledged one is not left until merging would be a matter of luck."""
        waited = one.state == "acknowledged" and now - one.acknowledged > 1
        leave = [] if waited else ["leave"]
        acknowledge = ["acknowledge"] if one.state == "triggered" else []
        arrive = ["arrive"] if one.state in ("triggered", "acknowledged") else []
        return [*leave, *acknowledge, *arrive, "close", "close"]

    def act(self, one: Expected, verb: str, now: float) -> None:
        after = {"acknowledge": "acknowledged", "arrive": "attended", "close": "closed"}
        one.state = after.get(verb, one.state)
        if verb == "acknowledge":
            one.acknowledged = now

    def _recent(self, one: Expected, now: float) -> bool:
        waited = now - one.acknowledged
        assert abs(waited - MERGES_S) > MARGIN_S, "this machine is too slow for the rhythm of the test"
        return waited < MERGES_S
