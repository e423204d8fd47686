"""Words for the states and outcomes of `contract.md` section 4: said once, used by every screen."""

from __future__ import annotations

from server.rules.incidents import Outcome, State
from server.web.frame.words import Words


def state(word: str, t: Words) -> str:
    return {
        State.TRIGGERED: t.gettext("Waiting"),
        State.ACKNOWLEDGED: t.gettext("On the way"),
        State.ATTENDED: t.gettext("With the customer"),
        State.CLOSED: t.gettext("Closed"),
    }.get(State(word), word)


def outcome(word: str | None, t: Words) -> str:
    names = {
        Outcome.RECOVERED: t.gettext("Put right"),
        Outcome.RECOVERED_BY_CUSTOMER: t.gettext("Put right, says the customer"),
        Outcome.NOT_RECOVERED: t.gettext("Not put right"),
        Outcome.LEFT_BEFORE_CONTACT: t.gettext("Customer left"),
        Outcome.FALSE_PRESS: t.gettext("False press"),
        Outcome.ABUSE: t.gettext("Abuse"),
        Outcome.DRILL: t.gettext("Drill"),
        Outcome.UNANSWERED: t.gettext("Nobody answered"),
        Outcome.NOT_RECORDED: t.gettext("Not recorded"),
    }
    return names[Outcome(word)] if word in names else ""


MOODS = {
    Outcome.RECOVERED: "good",
    Outcome.RECOVERED_BY_CUSTOMER: "good",
    Outcome.NOT_RECOVERED: "bad",
    Outcome.LEFT_BEFORE_CONTACT: "bad",
    Outcome.UNANSWERED: "bad",
    Outcome.FALSE_PRESS: "plain",
    Outcome.ABUSE: "warn",
    Outcome.DRILL: "plain",
    Outcome.NOT_RECORDED: "warn",
}
STATE_MOODS = {State.TRIGGERED: "alarm", State.ACKNOWLEDGED: "warn", State.ATTENDED: "warn"}


def mood(state_word: str, outcome_word: str | None) -> str:
    """Which colour and icon: `alarm`, `warn`, `good`, `bad` or `plain`. Always shown beside a word."""
    if state_word != State.CLOSED:
        return STATE_MOODS[State(state_word)]
    return MOODS.get(Outcome(outcome_word), "plain") if outcome_word else "plain"


def purpose(word: str, t: Words) -> str:
    return {
        "call": t.gettext("Call"),
        "drill": t.gettext("Drill"),
        "canary": t.gettext("Canary"),
    }.get(word, word)


def page_state(state_word: str, proof: str, t: Words) -> str:
    """How far a page came; of a sent one what the transmitter proved, and not a word more."""
    if state_word in ("transmitted", "confirmed"):
        return {
            "accepted": t.gettext("accepted by the transmitter"),
            "on_air": t.gettext("on the air"),
            "pager": t.gettext("on the wrist"),
        }.get(proof, t.gettext("sent"))
    return {
        "queued": t.gettext("waiting to be sent"),
        "ordered": t.gettext("ordered"),
        "held": t.gettext("at the gateway"),
        "transmitting": t.gettext("being sent"),
        "failed": t.gettext("not sent"),
        "expired": t.gettext("expired"),
        "cancelled": t.gettext("withdrawn"),
        "unknown": t.gettext("unclear"),
    }.get(state_word, state_word)


PROGRESS = ("queued", "ordered", "held", "transmitting", "transmitted", "confirmed")


def furthest(calls: list[tuple[str, str]], t: Words) -> str:
    """The best that any of these pages (state, proof) reached, in words; empty without pages."""
    if not calls:
        return ""
    proofs = ("none", "accepted", "on_air", "pager")

    def rank(call: tuple[str, str]) -> tuple[int, int]:
        state_word, proof = call
        place = PROGRESS.index(state_word) if state_word in PROGRESS else -1
        return place, proofs.index(proof) if proof in proofs else 0

    best = max(calls, key=rank)
    return page_state(best[0], best[1], t)
