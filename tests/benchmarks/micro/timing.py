"""Times pieces of code against a yardstick: the same plain Python each time, so that ratios outlive a machine."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

ROUNDS: Final = 5
_STEPS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """What is timed: ``work`` does so many ``units``, or so many octets, at once."""

    work: Callable[[], None]
    units: float
    unit: str


def _step(number: int, seen: dict[int, int]) -> int:
    return seen.get(number & 63, number)


def yardstick() -> None:
    """Call a small function, look something up, add: what an interpreter does all day."""
    seen = dict.fromkeys(range(32), 1)
    total = 0
    for number in range(_STEPS):
        total += _step(number, seen)


def processor_seconds(work: Callable[[], None]) -> float:
    """Give the processor time of a piece."""
    before = time.process_time()
    work()
    return time.process_time() - before


def timed(pieces: Mapping[str, Piece], rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """Give units a second, and the cost of a unit in steps of the yardstick: the medians of interleaved rounds."""
    rates: dict[str, list[float]] = {name: [] for name in pieces}
    steps: dict[str, list[float]] = {name: [] for name in pieces}
    for piece in pieces.values():
        piece.work()
    for _ in range(rounds):
        for name, piece in pieces.items():
            one_step = processor_seconds(yardstick) / _STEPS
            seconds = processor_seconds(piece.work)
            rates[name].append(piece.units / seconds)
            steps[name].append(seconds / piece.units / one_step)
    return {
        "figures": {f"{name}, {piece.unit}s a second": median(rates[name]) for name, piece in pieces.items()},
        "ratios": {name: median(steps[name]) for name in pieces},
    }


def told(pieces: Mapping[str, Piece], description: str) -> None:
    """Time the pieces and print what came out: a table, or one JSON object."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    asked = parser.parse_args()
    found = timed(pieces, asked.rounds)
    if asked.json:
        print(json.dumps(found))
        return
    for (label, rate), steps in zip(found["figures"].items(), found["ratios"].values(), strict=True):
        print(f"{label:55} {rate:14,.1f}   {steps:10.4f} steps of plain Python each")
