"""The figures of the model, each with its reason. They are believable, not measured: no shop has told us its own."""

from __future__ import annotations

CALLS_A_DAY = 2.05
"""Of a red button in an average place on an average day: twelve of them make some twenty-six calls."""
COUNTED_A_DAY = {"yellow": 11.0, "green": 6.0}
"""Satisfied and loyal customers who touch a face on their way out. Most walk past."""

BY_HOUR = (
    *(0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 0.9),
    *(1.4, 2.2, 3.6, 6.0, 9.5, 7.4, 4.6, 5.2),
    *(7.6, 13.0, 14.5, 11.0, 6.4, 3.0, 1.2, 0.6),
)
"""By local hour: lunch, and the way home from work. At night a customer or two, where the shop is open."""
BY_WEEKDAY = (0.82, 0.84, 0.88, 0.92, 1.14, 1.42, 1.2)
"""From Monday. Saturday is the week's shopping."""
BY_MONTH = (0.88, 0.90, 0.96, 1.0, 1.0, 0.96, 0.92, 0.96, 1.0, 1.02, 1.06, 1.28)
"""From January: summer is for the country, December for presents."""
WEEKEND_LATER_H = 1.0
"""On Saturday and Sunday the day begins so much later."""
BETTER_A_YEAR = 0.94
"""Calls of one year against the year before: a shop that is told what is wrong mends some of it."""
LOYAL_A_YEAR = 1.05
"""Green faces of one year against the year before."""
ODD_DAY = 0.16
"""Spread of a day for no reason that anybody knows: rain, pay day, a holiday."""

PATIENCE_S = 165.0
"""Half of the customers have left by then if nobody came."""
PATIENCE_SPREAD = 0.62
"""Of its logarithm: some leave after a minute, some wait for six."""
PRESSES_AGAIN = 0.3
"""So many push once more while nobody has said that somebody is coming ..."""
AGAIN_EVERY_S = (25.0, 70.0)
"""... so long after the push before."""
TAKES_BACK = 0.025
ACCIDENT = 0.03
"""A bag, a sleeve, a curious finger."""

PRANKS_A_SCHOOL_DAY = 0.45
"""Children on their way home."""
SCHOOL_OUT_H = (13.5, 16.5)
PRANK_PUSHES = (3, 14)
FLOODS_A_MONTH = 0.7
"""A child that finds every button of the shop."""
QUIET_CALLS_A_DAY = 0.1
DRILL_WEEKDAY, DRILL_H = 0, 9.25
"""One button each Monday, another one each time."""

KNOWS_HOW_IT_ENDS = {
    "service": 0.93,
    "competence": 0.84,
    "goods": 0.92,
    "delivery": 0.78,
    "queue": 0.88,
    "price": 0.74,
    "other": 0.8,
}
"""Chance that it is put right when somebody comes at once, by what it is about."""
COLDER_A_MINUTE = 0.07
"""The chance falls so much with each minute of waiting."""
APOLOGISES = 0.93
SAYS_CAUSE = 0.9
ABUSE_OF_PRANKS = 0.35
GIVES_NOTHING_AFTER_ALL = 0.5
"""Of what would be given, when it could not be put right: the customer wants nothing any more."""
FOR_THE_WAIT = 0.3
"""Chance of a coupon for a wait of more than two minutes, where nothing else is given."""
HEARD_S = (95.0, 0.5)
"""A talk with a customer: median, spread of the logarithm."""
NOBODY_THERE_S = (10.0, 25.0)
"""To look around, and to say so."""

OVERHEARS = 0.12
"""Of pages that nobody notices: gloves, a pallet, a phone at the ear."""
BREAK_MINUTES = (15.0, 30.0)
BREAKS_H = (9.5, 11.5, 13.0, 16.4, 18.2, 19.6)
"""When one of those on the floor sits down, in turns."""
ABSENT = 0.035
"""Of a shift that somebody does not come to."""
SHIFTS_BEGIN_H = (6.1, 14.1, 22.1)
"""When it shows who is not there."""
SHIFT_H = 7.8

TROUBLE_EVERY_DAYS = 28
"""Of each kind of mishap one in so many days ..."""
NOT_BEFORE_DAY = 2
"""... but not in the first days, nor in the last ones: a shop is shown on a day like others."""
