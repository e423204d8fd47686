"""The bench as HTML: a card for each kind of transmitter, a form, three pagers, and the panel of each line."""

from __future__ import annotations

from simulator.config import Language, SimulateSettings
from simulator.floor.bench import ADDRESSES, CODES
from simulator.floor.bench_items import LONGEST
from simulator.floor.line_cards import fault_words, line_card
from simulator.floor.paper import as_data, environment, script_words
from simulator.floor.screen import PagerCard
from simulator.floor.words import LANGUAGES, NAMES, catalogue
from simulator.transmitters.kinds import KINDS, SLOW_LINE


class BenchScreen:
    def __init__(self, settings: SimulateSettings) -> None:
        self._settings = settings
        self._environment = environment()

    def render(self, language: Language) -> str:
        words = catalogue(language)
        names = {str(n): words["bench_wearer"].format(n=n) for n in range(1, len(ADDRESSES) + 1)}
        return self._environment.get_template("bench.html").render(
            t=words,
            language=language,
            languages=[(one, NAMES[one]) for one in LANGUAGES],
            where="bench",
            store_name=self._settings.store_name,
            board_url=self._settings.board_url,
            kinds=[
                (line_card(driver, driver), [one.value for one in kind.formats])
                for driver, kind in KINDS.items()
            ],
            slow_line=SLOW_LINE,
            pagers=[
                PagerCard(number, name, name, number, "text", LONGEST, "bench")
                for number, name in names.items()
            ],
            script=as_data(
                {
                    "language": language,
                    "stream": "/transmitters/live",
                    "words": script_words(language),
                    "pagers": {
                        **names,
                        **{
                            called: names[str(n)]
                            for some in (ADDRESSES, CODES)
                            for n, called in enumerate(some, 1)
                        },
                    },
                    "people": {},
                    "faults": fault_words(language),
                }
            ),
        )
