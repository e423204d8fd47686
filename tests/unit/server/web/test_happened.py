"""Every action and every reason that the journal knows has words, in every language."""

from __future__ import annotations

from typing import Any

import pytest

from server.db.tables import Journal
from server.rules.incidents import Outcome
from server.rules.journal import Action
from server.rules.pages import TAKEN
from server.rules.remedies import Remedy
from server.rules.roster import Why
from server.rules.wording import CALLS
from server.web.frame import names
from server.web.frame.words import LANGUAGES, Words, read_catalogues
from server.web.incident.happened import HAPPENED
from tests.unit.server.web.factory import NOW

CATALOGUES = read_catalogues()
REASONS = sorted({*CALLS, TAKEN, "fallback", "stand_in", "quiet", "pass", "help"})


def words(language: str) -> Words:
    return Words(language, CATALOGUES, "Europe/Tallinn")


def line(action: Action, new: str | None = None, name: str = "", **detail: Any) -> str:
    row = Journal(at=NOW, store_id="s", action=action.value, new=new, detail=detail)
    made = HAPPENED[action](name, row, words("en"))
    return f"{made.title} | {made.note}".replace("\u00a0", " ")


def test_nothing_is_left_out() -> None:
    assert set(HAPPENED) == set(Action) - {Action.PAGE}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_a_page_has_words(reason: str, language: str) -> None:
    said = names.reason(reason, words(language))
    assert said != reason
    assert bool(said) == (reason != "step"), "only the first call of a step needs no reason"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_word_of_the_rules_has_words(language: str) -> None:
    t = words(language)
    for why in [*Why, "passed"]:
        assert names.why(why, t) not in ("", why.value if isinstance(why, Why) else why)
    for remedy in Remedy:
        assert names.remedy(remedy, t)
    for outcome in Outcome:
        assert names.outcome(outcome, t)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (line(Action.FALLBACK, called=2), "The fallback group rings | 2 pagers called"),
        (line(Action.DAMPED, false_presses=3), "Fewer people are called | 3 false presses here in 30 min"),
        (line(Action.LAST_RESORT, channels=2), "The last resort is tried | 2 slow channels"),
        (line(Action.NOTICE, "failed", channel="mail", error="451"), "E-mail (slow): not sent | 451"),
        (line(Action.PASSED_ON, name="Jaan", to="OS"), "Passed on to OS | Jaan"),
        (line(Action.PASSED_ON, name="Jaan"), "Passed on to whoever is next | Jaan"),
        (line(Action.HELP, name="Jaan", called=1), "Asked for help | Jaan · 1 pager called"),
        (line(Action.TOLD_OTHERS, called=3), "The others are told that somebody goes | 3 pagers"),
        (line(Action.LOOKED, name="Boss"), "Looked at | Boss"),
        (
            line(Action.CLOSED, "recovered", apology=True, remedy="gift"),
            "Closed: Put right | apologised · Gift",
        ),
        (line(Action.CLOSED, "recovered", apology=False, remedy="none"), "Closed: Put right | "),
        (
            line(Action.STOOD_IN, gateway="gw", called=2, reason="silent"),
            "The gateway called by itself: the server was silent | gw · 2 pagers called",
        ),
        (
            line(Action.STEP, step=1, target="zone", called=2, who=[["AT", "shift"], ["BK", "here"]]),
            "Step 1: the people of the zone | 2 pagers called · AT on shift, BK said “I am here”",
        ),
        (
            line(Action.STEP_SKIPPED, step=1, target="zone", left=[["AT", "break"]]),
            "Step 1 skipped: the people of the zone | AT on a break",
        ),
        (line(Action.DUTY, "break", carrier="AT"), "On a break | AT"),
        (line(Action.SHOP_CHANGED, what="zone", name="Dairy"), "The shop was changed | zone · Dairy"),
        (line(Action.CANARY, "bad", device="b1"), "The whole path does not work | b1"),
        (line(Action.COVERAGE, "covered"), "Every call would be heard | "),
    ],
)
def test_in_words(said: str, expected: str) -> None:
    assert said == expected


def test_a_store_s_own_cause_is_never_translated() -> None:
    t = words("ru")
    assert names.cause(None, "Kassa järjekord", t) == "Kassa järjekord"
    assert names.cause("queue", "", t) == "Очередь"
    assert names.cause("queue", "Kassa", t) == "Kassa"
