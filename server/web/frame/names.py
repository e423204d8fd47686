"""Words for the states and outcomes of `contract.md` section 4: said once, used by every screen."""

from __future__ import annotations

from server.rules.incidents import Outcome, State
from server.rules.remedies import Remedy
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


def cause(code: str | None, name: str, t: Words) -> str:
    """A store's own name as it is; a built-in one that nobody renamed in the language of the screen."""
    if name:
        return name
    return {
        "service": t.gettext("Service"),
        "competence": t.gettext("Competence"),
        "goods": t.gettext("Goods"),
        "delivery": t.gettext("Delivery"),
        "queue": t.gettext("Queue"),
        "price": t.gettext("Price"),
        "other": t.gettext("Something else"),
    }.get(code or "", code or "")


def remedy(word: str | None, t: Words) -> str:
    return {
        Remedy.NONE.value: t.gettext("Nothing"),
        Remedy.COUPON.value: t.gettext("Coupon"),
        Remedy.GIFT.value: t.gettext("Gift"),
        Remedy.REFUND.value: t.gettext("Money back"),
        Remedy.FREE_SERVICE.value: t.gettext("Free service"),
        Remedy.REPLACEMENT.value: t.gettext("Replacement"),
        Remedy.OTHER.value: t.gettext("Something else"),
    }.get(word or "", word or "")


def reason(word: str, t: Words) -> str:
    """Why a page was sent; nothing for the first call of a step."""
    return {
        "step": "",
        "repeat": t.gettext("nobody answered yet"),
        "again": t.gettext("again here"),
        "joined": t.gettext("pressed again"),
        "not_attended": t.gettext("nobody has arrived"),
        "unknown": t.gettext("the page before may be lost"),
        "pass": t.gettext("passed on"),
        "help": t.gettext("help needed"),
        "taken": t.gettext("told that somebody goes"),
        "undone": t.gettext("told that it was taken back"),
        "fallback": t.gettext("nobody else could be called"),
        "stand_in": t.gettext("while the server was silent"),
        "quiet": t.gettext("quiet call"),
    }.get(word, word)


def taken_over(word: str, t: Words) -> str:
    """Why another gateway took a page over. `held` and `transmitting` stand in old journals only."""
    no_answer, waited = t.gettext("the gateway did not answer"), t.gettext("it waited there for too long")
    return {
        "ordered": no_answer,
        "silent": no_answer,
        "away": t.gettext("the gateway was away"),
        "dead": t.gettext("the transmitter there was dead"),
        "waited": waited,
        "held": waited,
        "transmitting": waited,
        "stuck": t.gettext("the transmitter there did not get done with it"),
        "failed": t.gettext("it could not be sent there"),
    }.get(word, "")


def why(word: str, t: Words) -> str:
    """Why somebody was called, or was not."""
    return {
        "shift": t.gettext("on shift"),
        "rotation": t.gettext("by rotation"),
        "work": t.gettext("extra shift"),
        "here": t.gettext("said \u201cI am here\u201d"),
        "break": t.gettext("on a break"),
        "away": t.gettext("away"),
        "no_shift": t.gettext("not on shift"),
        "passed": t.gettext("had passed it on"),
    }.get(word, word)


def target(word: object, t: Words) -> str:
    """Whom a step of a policy calls."""
    return {
        "zone": t.gettext("the people of the zone"),
        "role": t.gettext("a role"),
        "carrier": t.gettext("one person"),
        "group": t.gettext("a group"),
        "everybody": t.gettext("everybody"),
        "staff": t.gettext("staff"),
        "shift_lead": t.gettext("the shift lead"),
        "manager": t.gettext("the manager"),
        "security": t.gettext("security"),
    }.get(str(word), str(word))


def channel(word: object, t: Words) -> str:
    return {"mail": t.gettext("E-mail"), "webhook": t.gettext("Webhook")}.get(str(word), str(word))


def notice_state(word: object, t: Words) -> str:
    return {
        "queued": t.gettext("on its way"),
        "sent": t.gettext("handed over"),
        "failed": t.gettext("not sent"),
    }.get(str(word), str(word))


def duty(word: str | None, t: Words) -> str:
    """What somebody said about being here; None: as the roster says."""
    return {
        "here": t.gettext("I am here"),
        "break": t.gettext("On a break"),
        "away": t.gettext("Away"),
        "work": t.gettext("Extra shift"),
        None: t.gettext("As the roster says"),
    }.get(word, word or "")
