"""Hold a run against a baseline: next to bare aiosmtpd in the same run, nothing may cost more than before.

    python -m tests.benchmarks.compare BASE NEW [--gate] [--tolerance 0.25]
    python -m tests.benchmarks.compare --keep BASE NEW

The second form makes NEW, a result of tests.benchmarks.run, the baseline: ratios only, nothing of the machine. BASE and
NEW may be results or baselines. With --gate the exit code is 1 when a ratio is worse than in BASE by more than the
tolerance: 25 % for a smoke run, 10 % for a full one. Loads that only one of the two has are named and not judged.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.gates import cpu_ratios
from tests.benchmarks.results import SCHEMA, Run

TOLERANCE: Final = {"smoke": 0.25, "full": 0.10, "growth": 0.25}


@dataclass(frozen=True, slots=True)
class Ratios:
    """The ratios of a suite, by name, and when they were measured."""

    suite: str
    when: str
    ratios: dict[str, float]

    def as_dict(self) -> dict[str, object]:
        """Give what a baseline's file holds."""
        return {"schema": SCHEMA, "suite": self.suite, "when": self.when, "ratios": self.ratios}


@dataclass(frozen=True, slots=True)
class Change:
    """One ratio, before and after."""

    name: str
    before: float
    after: float
    tolerance: float

    @property
    def is_worse(self) -> bool:
        """Whether it grew by more than the tolerance."""
        return self.after > self.before * (1 + self.tolerance)


def ratios_of(run: Run) -> Ratios:
    """Give the ratios of a run."""
    micro = {
        f"{name}: {piece}": round(ratio, 2)
        for name, told in run.micro.items()
        for piece, ratio in told.get("ratios", {}).items()
    }
    return Ratios(run.suite, run.when, cpu_ratios(run) | micro)


def read(file: Path) -> Ratios:
    """Read a result or a baseline.

    Raises:
        ValueError: It is neither.
    """
    said = json.loads(file.read_text(encoding="utf-8"))
    if isinstance(said, dict) and said.get("schema") == SCHEMA and isinstance(said.get("ratios"), dict):
        return Ratios(said["suite"], said["when"], said["ratios"])
    return ratios_of(Run.read(file))


def changes(base: Ratios, new: Ratios, tolerance: float) -> list[Change]:
    """Give the ratios that both have."""
    return [
        Change(name, before, new.ratios[name], tolerance) for name, before in base.ratios.items() if name in new.ratios
    ]


def print_changes(found: list[Change], base: Ratios, new: Ratios) -> None:
    """Print a line a ratio, and what could not be compared."""
    print(f"{'ratio of processor time':45} {base.when[:10]:>10} {new.when[:10]:>10}  change")
    for one in found:
        word = f"WORSE, {one.tolerance:.0%} is tolerated" if one.is_worse else ""
        print(f"{one.name:45} {one.before:10.3f} {one.after:10.3f} {one.after / one.before - 1:+7.1%} {word}")
    for name in sorted(set(base.ratios) ^ set(new.ratios)):
        print(f"{name:45} only in {'the baseline' if name in base.ratios else 'the new run'}: not judged")


def main() -> int:
    """Compare, or keep a baseline; 1 with --gate where something is worse, 2 on files that cannot be compared."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--gate", action="store_true", help="fail where a ratio got worse")
    parser.add_argument("--tolerance", type=float, help="default: 0.25 of a smoke run, 0.10 of a full one")
    parser.add_argument("--keep", action="store_true", help="make NEW the baseline BASE")
    asked = parser.parse_args()
    try:
        new = read(asked.new)
        if asked.keep:
            asked.base.write_text(json.dumps(new.as_dict(), indent=1) + "\n", encoding="utf-8")
            return 0
        base = read(asked.base)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    tolerance = TOLERANCE[new.suite] if asked.tolerance is None else asked.tolerance
    found = changes(base, new, tolerance)
    print_changes(found, base, new)
    if not found:
        print(
            f"{asked.base} and {asked.new} have no ratio in common: measure the same suite and servers", file=sys.stderr
        )
        return 2
    return 1 if asked.gate and any(one.is_worse for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
