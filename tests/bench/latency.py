"""Goals 1 and 4: press accepted to first serial byte, beside the floors and the plain pipeline of the same run; what
server and gateway need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from broker_config.broker.run import Broker
from tests.bench import floors, system
from tests.bench.clock import ms, percentile
from tests.bench.results import Figure, most, none
from tests.bench.way import PASSWORD, Way

RATES = (1.0, 50.0, 500.0)
COUNTS = {1.0: 8, 50.0: 300, 500.0: 1000}
STEPS = (750.0, 1000.0, 1250.0, 1500.0, 2000.0, 2500.0)
"""Tried upwards for the highest rate held: all presses arrive and p99 stays under 100 ms."""
HELD_P99_S = 0.1
CLEAR, PRODUCT, REFERENCE = "clear", "product", "reference"
"""The product in clear; as it is, with TLS; the plain pipeline, in clear. The floors are without TLS, too."""
PRESS = f"rb/1/{system.STORE}/b/{system.DEVICES[0]}/press"


@dataclass
class Line:
    """One rate in one round. Seconds."""

    rate: float
    floor: float
    product_p50: float
    product_p99: float
    clear_p50: float
    clear_p99: float
    reference_p50: float
    reference_p99: float
    lost: int


def measure(folder: Path, out: Console, rounds: int, *, quick: bool) -> tuple[list[Figure], list[Line]]:
    lines: list[Line] = []
    highest: dict[str, list[float]] = {CLEAR: [], PRODUCT: [], REFERENCE: []}
    facts: dict[str, float] = {}
    cpu: dict[str, list[dict[str, float]]] = {CLEAR: [], PRODUCT: []}
    (folder / "tls").mkdir()
    brokers = (system.make_broker(folder, tls=False), system.make_broker(folder / "tls"))
    try:
        for broker in brokers:
            broker.start()
        for number in range(rounds):
            out.print(f"  round {number + 1} of {rounds} ...", highlight=False)
            _round(folder / str(number), brokers, quick, lines, highest, facts, cpu)
    finally:
        for broker in brokers:
            broker.stop()
    _print(out, lines, highest, facts)
    return [*_figures(lines), *_needs(facts), *_cost_of_tls(cpu)], lines


def _figures(lines: list[Line]) -> Iterator[Figure]:
    for rate in RATES:
        mine = [line for line in lines if line.rate == rate]
        floors_ms = f"F {ms(median(line.floor for line in mine)):.2f} ms"
        p50 = median(line.product_p50 / line.floor for line in mine)
        p99 = median(line.product_p99 / line.reference_p99 for line in mine)
        if rate > 1:
            yield most("1", f"p50 at {rate:.0f}/s", p50, 2.0, "F", floors_ms)
            yield most("1", f"p99 at {rate:.0f}/s", p99, 1.5, "x plain")
            clear = median(line.clear_p50 / line.floor for line in mine)
            yield Figure("1", f"p50 at {rate:.0f}/s in clear", clear, "F")
        yield none("1", f"lost at {rate:.0f}/s", sum(line.lost for line in mine))


def _cost_of_tls(cpu: dict[str, list[dict[str, float]]]) -> Iterator[Figure]:
    """Of all bursts together, in clear and with TLS, by process. Without a floor: it is what it is."""
    both = [
        {name: median(each[name] for each in rounds) * 1e6 for name in rounds[0]}
        for rounds in (cpu[CLEAR], cpu[PRODUCT])
    ]
    words = ", ".join(f"{name} {both[0][name]:.0f} -> {both[1][name]:.0f}" for name in both[0])
    more = sum(both[1].values()) - sum(both[0].values())
    yield Figure("", "processor time of one press in clear -> with TLS: more by", more, "us", words)


def _needs(facts: dict[str, float]) -> Iterator[Figure]:
    yield most("4", "server resident after a burst", facts["server_mib"], 110, "MiB")
    yield most("4", "gateway resident after a burst", facts["gateway_mib"], 60, "MiB")
    yield most("4", "server start", facts["server_start_s"], 2.0, "s")
    yield Figure("4", "gateway start", facts["gateway_start_s"], "s")


def _round(
    folder: Path,
    brokers: tuple[Broker, Broker],
    quick: bool,
    lines: list[Line],
    highest: dict[str, list[float]],
    facts: dict[str, float],
    cpu: dict[str, list[dict[str, float]]],
) -> None:
    folder.mkdir()
    in_clear, in_tls = brokers
    port = in_clear.port
    button, server = (f"{system.STORE}.{name}" for name in (system.DEVICES[0], "srv"))
    floor = {
        rate: floors.measure(folder, port, button, server, PASSWORD, PRESS, max(rate, 50.0), 300).total
        for rate in RATES
    }
    found: dict[str, dict[float, list[float]]] = {}
    counts = {rate: COUNTS[rate] // 4 if quick else COUNTS[rate] for rate in RATES}
    for what, broker in ((REFERENCE, in_clear), (CLEAR, in_clear), (PRODUCT, in_tls)):
        (folder / what).mkdir()
        pipeline = (
            system.reference(folder / what, port)
            if what == REFERENCE
            else system.product(folder / what, Way.to(broker))
        )
        try:
            pipeline.burst(50, 50.0)  # warm: logged on, caches filled
            before = _cpu(pipeline, broker)
            found[what] = {rate: pipeline.burst(counts[rate], rate) for rate in RATES}
            if what in cpu:
                after, made = _cpu(pipeline, broker), sum(counts.values())
                cpu[what].append({name: (after[name] - before[name]) / made for name in after})
            highest[what].append(_highest(pipeline))
            if what == PRODUCT:
                for name, child in (*pipeline.children.items(), ("sender", pipeline.sender)):
                    facts[f"{name}_mib"] = round(child.resident_mib(), 1)
                for name, seconds in pipeline.start_s.items():
                    facts[f"{name}_start_s"] = round(seconds, 2)
        finally:
            pipeline.stop()
    for rate in RATES:
        ours, clear, theirs = (found[what][rate] for what in (PRODUCT, CLEAR, REFERENCE))
        lines.append(
            Line(
                rate,
                floor[rate],
                percentile(ours, 0.5),
                percentile(ours, 0.99),
                percentile(clear, 0.5),
                percentile(clear, 0.99),
                percentile(theirs, 0.5),
                percentile(theirs, 0.99),
                2 * counts[rate] - len(ours) - len(clear),
            )
        )


def _cpu(pipeline: system.Pipeline, broker: Broker) -> dict[str, float]:
    assert broker.pid is not None
    return {**pipeline.cpu_s(), "broker": system.cpu_s(broker.pid)}


def _highest(pipeline: system.Pipeline) -> float:
    held = RATES[-1]
    for rate in STEPS:
        took = pipeline.burst(system.PRESSES, rate)
        if len(took) < system.PRESSES or percentile(took, 0.99) > HELD_P99_S:
            break
        held = rate
    return held


def _print(out: Console, lines: list[Line], highest: dict[str, list[float]], facts: dict[str, float]) -> None:
    table = Table(title="press accepted to first serial byte, medians over rounds")
    for head in (
        "presses/s",
        "F ms",
        "p50 ms",
        "p50 / F",
        "p99 ms",
        "clear p50",
        "clear p99",
        "plain p50",
        "plain p99",
        "p99 / plain",
        "lost",
    ):
        table.add_column(head, justify="right")
    for rate in RATES:
        mine = [line for line in lines if line.rate == rate]
        table.add_row(
            f"{rate:.0f}",
            f"{ms(median(line.floor for line in mine)):.2f}",
            f"{ms(median(line.product_p50 for line in mine)):.2f}",
            f"{median(line.product_p50 / line.floor for line in mine):.2f}",
            f"{ms(median(line.product_p99 for line in mine)):.1f}",
            f"{ms(median(line.clear_p50 for line in mine)):.2f}",
            f"{ms(median(line.clear_p99 for line in mine)):.1f}",
            f"{ms(median(line.reference_p50 for line in mine)):.2f}",
            f"{ms(median(line.reference_p99 for line in mine)):.1f}",
            f"{median(line.product_p99 / line.reference_p99 for line in mine):.2f}",
            str(sum(line.lost for line in mine)),
        )
    out.print(table)
    for what, rates in highest.items():
        out.print(
            f"highest rate held, {what}: {median(rates):.0f}/s (p99 under 100 ms, tried up to {STEPS[-1]:.0f}/s)"
        )
    out.print(", ".join(f"{name} {value}" for name, value in facts.items()))
