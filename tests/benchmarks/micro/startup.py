"""How long relaylab takes to begin: to write its help, and to serve; each beside what Python takes to do nothing.

    python tests/benchmarks/micro/startup.py [--json] [--rounds N]

``serve`` begins with the shipped world ``default`` and a root that is there already, and is ready when it has said
where it answers: everything listens then. Milliseconds of the wall clock, the median of interleaved rounds, and how
often ``python -c pass`` would have begun and ended meanwhile. No figure is a gate.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

ROUNDS: Final = 7
NOTHING: Final = "python -c pass"
_RELAYLAB: Final = (sys.executable, "-m", "relaylab_conformance")


def seconds_of(*command: str) -> float:
    """Run a command to its end."""
    before = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - before


def seconds_until_it_serves(ca: Path) -> float:
    """Start ``serve``, and stop the clock when it has said where it answers."""
    command = [*_RELAYLAB, "serve", "default", "--json", "--at", "2026-12-01", "--ca", str(ca)]
    before = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        taken = time.perf_counter() - before
        process.terminate()
    if not told:
        raise SystemExit(f"relaylab serve ended with {process.returncode} before it answered")
    return taken


def measured(rounds: int) -> dict[str, dict[str, float]]:
    """Time each by turns, after one turn that does not count: files are read and compiled in it, the root is made."""
    with TemporaryDirectory() as folder:
        began: dict[str, Callable[[], float]] = {
            NOTHING: lambda: seconds_of(sys.executable, "-c", "pass"),
            "relaylab --help": lambda: seconds_of(*_RELAYLAB, "--help"),
            "relaylab serve, until it is ready": lambda: seconds_until_it_serves(Path(folder, "ca")),
        }
        taken: dict[str, list[float]] = {name: [] for name in began}
        for turn in range(rounds + 1):
            for name, once in began.items():
                seconds = once()
                if turn:
                    taken[name].append(seconds)
    middle = {name: median(times) for name, times in taken.items()}
    return {
        "figures": {f"{name}, ms": round(seconds * 1000, 1) for name, seconds in middle.items()},
        "ratios": {name: seconds / middle[NOTHING] for name, seconds in middle.items() if name != NOTHING},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    asked = parser.parse_args()
    found = measured(asked.rounds)
    if asked.json:
        print(json.dumps(found))
        return
    for label, figure in found["figures"].items():
        ratio = found["ratios"].get(label.removesuffix(", ms"))
        print(f"{label:45} {figure:8.1f}" + (f"   {ratio:5.1f} times {NOTHING}" if ratio else ""))


if __name__ == "__main__":
    main()
