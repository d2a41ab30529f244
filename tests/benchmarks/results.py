"""What was measured, as values: samples, their medians, and the file that holds a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Final, Self

SCHEMA: Final = 1

Micro = dict[str, dict[str, float]]  # under "figures" and "ratios": a number by its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One server under one load, once. Octets are of the server; ``held`` are those that one unit holds.

    Samples of one load with the same ``round`` were taken one after the other: a turn, where a load has turns.
    """

    workload: str
    server: str
    round: int
    units: float
    wall_s: float
    cpu_s: float
    hwm_bytes: int
    base_bytes: int
    load1: float
    driver: str
    p50_us: float | None = None
    p99_us: float | None = None
    held_bytes: float | None = None

    def of(self, measure: str) -> float | None:
        """Give a measure by its name: rate, cpu (microseconds a unit), growth (octets), held, p50 or p99."""
        match measure:
            case "rate":
                return self.units / self.wall_s
            case "cpu":
                return self.cpu_s / self.units * 1e6
            case "growth":
                return float(self.hwm_bytes - self.base_bytes)
            case "held":
                return self.held_bytes
            case "p50":
                return self.p50_us
            case "p99":
                return self.p99_us
            case _:
                raise ValueError(f'"{measure}" is not one of rate, cpu, growth, held, p50, p99')


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A sample that could not be taken, and why."""

    workload: str
    server: str
    round: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything of one run; ``absent`` says of each server that is not here how to get it."""

    suite: str
    when: str
    env: dict[str, object]
    absent: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    micro: dict[str, Micro] = field(default_factory=dict)

    def values(self, workload: str, server: str, measure: str) -> dict[int, float]:
        """Give a measure of each round."""
        return {
            sample.round: value
            for sample in self.samples
            if (sample.workload, sample.server) == (workload, server) and (value := sample.of(measure)) is not None
        }

    def middle(self, workload: str, server: str, measure: str) -> float | None:
        """Give the median of a measure over all rounds."""
        return median_of(self.values(workload, server, measure).values())

    def ratio(self, of: tuple[str, str], to: tuple[str, str], measure: str) -> float | None:
        """Give the median of the ratios of each round: what both have in one was measured one after the other."""
        ours, theirs = self.values(*of, measure), self.values(*to, measure)
        return median_of(ours[number] / theirs[number] for number in ours if theirs.get(number))

    def measured(self) -> Iterator[tuple[str, str]]:
        """Give each workload and server of which there are samples, in the order in which they came first."""
        return iter(dict.fromkeys((sample.workload, sample.server) for sample in self.samples))

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a run from its file.

        Raises:
            ValueError: The file is not one of a run.
        """
        said = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(said, dict) or said.get("schema") != SCHEMA or "samples" not in said:
            raise ValueError(f"{file} is no result of schema {SCHEMA}; python -m tests.benchmarks.run --out writes one")
        return cls(
            suite=said["suite"],
            when=said["when"],
            env=said["env"],
            absent=said["absent"],
            samples=[Sample(**one) for one in said["samples"]],
            failures=[Failure(**one) for one in said["failures"]],
            micro=said["micro"],
        )

    def as_dict(self) -> dict[str, object]:
        """Give what was measured, for the file of a run."""
        return {"schema": SCHEMA} | asdict(self)


def median_of(values: Iterable[float]) -> float | None:
    """Give the median, or None of nothing."""
    there = list(values)
    return median(there) if there else None
