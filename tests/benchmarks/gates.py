"""What is aimed at, as ratios within one run, and how a run stands to it.

A gate holds a measure of one server under one load against another's, or against a size. What has no such counterpart
(octets a connection, decisions a second) depends on the machine: it is context, shown and never failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.results import Run
from tests.benchmarks.servers import BARE, EMULATOR, EMULATOR_ASYNCIO, MAILDEV, NPM, SINK
from tests.benchmarks.workloads import SCAN

Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A bound on ``measure`` of a load and server, divided by that of another, or by ``per``."""

    of: Place
    measure: str
    to: Place | None = None
    per: float = 1.0
    least: float | None = None
    most: float | None = None
    stretch: float | None = None
    is_context: bool = False

    @property
    def bound(self) -> str:
        """The bound as a person writes it."""
        sign, value = ("≥", self.least) if self.least is not None else ("≤", self.most)
        return f"{sign} {value:,g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A gate and what a run has for it; no value where one of the two was not measured."""

    gate: Gate
    value: float | None

    @property
    def passes(self) -> bool | None:
        """Whether the bound is kept."""
        if self.value is None:
            return None
        gate = self.gate
        return (gate.least is None or self.value >= gate.least) and (gate.most is None or self.value <= gate.most)

    @property
    def reaches(self) -> bool | None:
        """Whether the further aim is reached as well."""
        if self.value is None or self.gate.stretch is None:
            return None
        return self.value >= self.gate.stretch if self.gate.least is not None else self.value <= self.gate.stretch

    def as_dict(self) -> dict[str, object]:
        """Give the row of a result file."""
        gate = self.gate
        return {
            "workload": gate.of[0],
            "of": gate.of[1],
            "to": " ".join(gate.to) if gate.to else None,
            "measure": gate.measure,
            "value": None if self.value is None else round(self.value, 4),
            "gate": gate.bound,
            "stretch": gate.stretch,
            "context": gate.is_context,
            "pass": self.passes,
        }


def _rates(workload: str, bounds: Mapping[str, tuple[float, float]], server: str = EMULATOR) -> Iterable[Gate]:
    """Give gates on rates, each with its further aim."""
    for peer, (least, stretch) in bounds.items():
        yield Gate(of=(workload, server), to=(workload, peer), measure="rate", least=least, stretch=stretch)


def _held(workload: str, server: str, most: float, stretch: float | None = None) -> Gate:
    return Gate(of=(workload, server), measure="held", most=most, stretch=stretch, is_context=True)


GATES: Final = (
    *_rates("T1", {BARE: (4, 5.5), SINK: (0.65, 0.85), MAILDEV: (6, 9)}),
    *_rates("T2", {BARE: (4, 5), SINK: (0.5, 0.7), MAILDEV: (6, 8)}),
    *_rates("T3", {BARE: (6, 8.5), SINK: (1.0, 1.2), MAILDEV: (6, 8)}),
    Gate(of=("T3", EMULATOR), measure="rate", least=300, stretch=400, is_context=True),
    Gate(of=("T4", EMULATOR), to=("T3", EMULATOR), measure="rate", least=1.8, stretch=2.5),
    *_rates("T5", {BARE: (5, 7), NPM: (0.9, 1.25)}),
    Gate(of=("T6", EMULATOR), to=("T6", BARE), measure="cpu", most=0.55, stretch=0.45),
    _held("T7", EMULATOR, 4096, 2048),
    _held("T7-tls", EMULATOR, 32768, 25600),
    _held("T7-tls", EMULATOR_ASYNCIO, 65536),
    Gate(of=("T8", EMULATOR), measure="growth", per=SCAN, most=1.3, stretch=1.1),
    Gate(of=("T8-8", EMULATOR), measure="growth", per=8 * SCAN, most=1.0),
    Gate(of=("T9", EMULATOR), to=("T9", SINK), measure="p50", most=2.0, stretch=1.3),
    Gate(of=("T9", EMULATOR), to=("T9", SINK), measure="p99", most=2.5),
    Gate(of=("T1", EMULATOR_ASYNCIO), to=("T1", BARE), measure="rate", least=1.8, stretch=2.3),
    Gate(of=("T2", EMULATOR_ASYNCIO), to=("T2", BARE), measure="rate", least=1.8, stretch=2.2),
    *_rates("T3", {BARE: (6, 8.5), SINK: (1.0, 1.2), MAILDEV: (6, 8)}, EMULATOR_ASYNCIO),
    Gate(of=("G60", EMULATOR), to=("G1", EMULATOR), measure="cpu", most=1.25),
    Gate(of=("G10000", EMULATOR), to=("G1", EMULATOR), measure="cpu", most=1.25),
    Gate(of=("K100000", EMULATOR), to=("K10", EMULATOR), measure="cpu", most=1.25),
    Gate(of=("O5000", EMULATOR), to=("O0", EMULATOR), measure="cpu", most=1.25),
)

# Figures of the pieces: context, since they are of one machine.
PIECES: Final = (
    ("T10", "decide", "verdict with trace, decisions a second", 250_000, 400_000),
    ("T11", "replay", "exact even, events per second", 1_500_000, None),
    ("T11", "replay", "numba even, events per second", 5_000_000, 8_000_000),
)


def judged(run: Run) -> list[Judged]:
    """Hold a run against every gate whose load and server it measured."""
    there = set(run.measured())
    return [Judged(gate=gate, value=_value(run, gate)) for gate in GATES if gate.of in there]


def judged_pieces(run: Run) -> list[dict[str, object]]:
    """Give rows of a result file for the pieces that have an aim."""
    rows: list[dict[str, object]] = []
    for load, micro, figure, least, stretch in PIECES:
        value = run.micro.get(micro, {}).get("figures", {}).get(figure)
        if value is not None:
            row: dict[str, object] = {"workload": load, "of": f"{micro}: {figure}", "to": None, "measure": "figure"}
            row |= {
                "value": value,
                "gate": f"≥ {least:,}",
                "stretch": stretch,
                "context": True,
                "pass": value >= least,
            }
            rows.append(row)
    return rows


def summary(run: Run) -> list[dict[str, object]]:
    """Give the medians of each load and server, and between which rates they lie."""
    rows: list[dict[str, object]] = []
    for workload, server in run.measured():
        rates = run.values(workload, server, "rate").values()
        row: dict[str, object] = {"workload": workload, "server": server, "rounds": len(rates)}
        row |= {"rate": _digits(run.middle(workload, server, "rate"))}
        row |= {"min": _digits(min(rates)), "max": _digits(max(rates))}
        row |= {"cpu_us_per_unit": _digits(run.middle(workload, server, "cpu"))}
        ratio = run.ratio((workload, server), (workload, BARE), "cpu")
        row["cpu_to_bare"] = None if server == BARE else _digits(ratio)
        for measure in ("growth", "held", "p50", "p99"):
            row[measure] = _digits(run.middle(workload, server, measure))
        rows.append(row)
    return rows


def cpu_ratios(run: Run) -> dict[str, float]:
    """Give what a baseline keeps: each emulator's processor time a unit against bare aiosmtpd's beside it."""
    found = {
        f"{workload} {server}": run.ratio((workload, server), (workload, BARE), "cpu")
        for workload, server in run.measured()
        if server in {EMULATOR, EMULATOR_ASYNCIO}
    }
    return {name: round(ratio, 4) for name, ratio in found.items() if ratio is not None}


def _value(run: Run, gate: Gate) -> float | None:
    if gate.to is not None:
        return run.ratio(gate.of, gate.to, gate.measure)
    value = run.middle(*gate.of, gate.measure)
    return None if value is None else value / gate.per


def _digits(value: float | None) -> float | None:
    """Four digits: what a median of a few rounds is worth."""
    return None if value is None else float(f"{value:.4g}")
