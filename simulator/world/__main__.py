"""Random shop days from seeds: `python -m simulator.world --seed N`, or `--seeds 1-500`.

One line per run; exit code 1 and the command that repeats it when anything was not as it must be."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from simulator.world.run import MINUTES, NOT_MODELLED, Outcome, run
from simulator.world.shrink import shrink
from simulator.world.sometimes import STATES


def main(arguments: list[str]) -> int:
    """0: all as it must be; 1: a miss, or a state that a long run never reached."""
    asked = _parser().parse_args(arguments)
    seeds = [asked.seed] if asked.seed is not None else _range(asked.seeds)
    only = None if asked.only is None else [int(one) for one in asked.only.split(",") if one]
    among = [] if asked.lines is None else asked.lines.split(",")
    sometimes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    presses, failed = 0, 0
    began = time.perf_counter()
    for seed in seeds:
        out = run(seed, asked.minutes, only, among)
        sometimes += out.sometimes
        faults += out.faults
        presses += out.presses
        failed += bool(out.misses)
        if out.misses or not asked.quiet:
            say(line(out))
        if out.misses or asked.story:
            tell(out, story=asked.story, shrinks=asked.shrink and only is None)
    took = time.perf_counter() - began
    missed = [one for one in STATES if not sometimes[one]]
    hours = len(seeds) * asked.minutes / 60
    say(
        f"{len(seeds)} seeds, {presses} presses, {faults.total() - faults['second']} faults of "
        f"{len([one for one in faults if faults[one]])} kinds, {failed} failed; {took:.1f} s, "
        f"{hours / took * 3600:.0f} virtual hours an hour"
    )
    say(f"not modelled: {NOT_MODELLED}")
    if len(seeds) > 1:
        say("sometimes: " + ", ".join(f"{state} {sometimes[state]}" for state in STATES))
    if asked.every and missed:
        say("NEVER REACHED: " + ", ".join(missed))
    return 1 if failed or (asked.every and missed) else 0


def line(out: Outcome) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(out.faults.items()) if count)
    word = "ok" if not out.misses else f"{len(out.misses)} MISSES"
    lines = ", ".join(f"{name} {kind}" for name, kind in out.lines.items())
    return (
        f"seed {out.seed}: {word}, {lines}; {out.presses} presses, {out.pages} pages, faults: {kinds or 'none'}; "
        f"{out.trace}"
    )


def tell(out: Outcome, *, story: bool, shrinks: bool) -> None:
    for miss in out.misses:
        say(f"  {miss}")
    if story:
        for name, kind in out.lines.items():
            say(f"    line {name}: {kind}")
        for words in out.story:
            say(f"    {words}")
    if not out.misses:
        return
    say(f"  repeat it: {out.command}")
    if shrinks:
        kept, smaller = shrink(out)
        say(f"  {len(kept)} of {len(out.schedule)} faults are enough for {smaller.misses[0]!r}:")
        for number in kept:
            say(f"    {out.schedule[number]}")
        say(f"  repeat it: {out.command} --only {','.join(map(str, kept)) or ','} --story")


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def _range(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m simulator.world", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seed", type=int)
    which.add_argument("--seeds", default="1-20", help="A-B, both in it")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of each shop day, virtual")
    parser.add_argument("--only", help="numbers of the faults that happen, with commas")
    parser.add_argument("--lines", help="drivers or kinds of lines, with commas: no others are in the shops")
    parser.add_argument("--shrink", action="store_true", help="find the fewest faults that still fail")
    parser.add_argument("--story", action="store_true", help="print what happened")
    parser.add_argument("--every", action="store_true", help="fail when a rare state was never reached")
    parser.add_argument("--quiet", action="store_true", help="only what went wrong")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
