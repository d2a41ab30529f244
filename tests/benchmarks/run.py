"""Measure servers side by side: every server under every load, in a random order each round.

    python -m tests.benchmarks.run [--suite smoke|full|growth] [--rounds N] [--servers NAME,...] [--workloads NAME,...]
                                   [--out FILE] [--seed N]

Run it in the root of the repository, with the product and its tools installed (python3 lab.py test does that). smoke is
T1, T2, T3 and T10 against bare aiosmtpd in about a minute; full is T1 to T11 against every peer that is installed;
growth is the emulator against itself with more tenants, more kept mail and more open connections.
Exit code 1: a load was refused, or a server did not start. Linux only: counters are read from /proc.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from relaylab.domain.randomness import Randomness
from tests.benchmarks import environment
from tests.benchmarks.gates import judged, judged_pieces, summary
from tests.benchmarks.growth import GROWTH
from tests.benchmarks.measuring import raise_descriptors, samples
from tests.benchmarks.micros import told_by
from tests.benchmarks.results import Failure, Run
from tests.benchmarks.servers import BARE, EMULATOR, EMULATOR_ASYNCIO, LAUNCHERS, SINK, Launcher
from tests.benchmarks.workloads import WORKLOADS, Workload

ROUNDS: Final = {"smoke": 3, "full": 5, "growth": 3}
MICRO: Final = {"smoke": ("decide",), "full": ("decide", "scan", "replay", "startup"), "growth": ()}


def main() -> int:
    """Measure, write, print; 1 where something failed."""
    asked = arguments()
    raise_descriptors()
    launchers, absent = present(asked.servers)
    for name, why in absent.items():
        print(f"absent: {name}: {why}", file=sys.stderr)
    if busy := environment.warning():
        print(f"warning: {busy}", file=sys.stderr)
    run = Run(suite=asked.suite, when=environment.now(), env=environment.described(launchers), absent=absent)
    try:
        measure_pieces(run, asked.micro)
        measure(run, launchers, asked.workloads, asked.rounds, Randomness(asked.seed))
    except KeyboardInterrupt:
        print("interrupted: what was measured so far is kept", file=sys.stderr)
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        found = {"summary": summary(run), "ratios": [one.as_dict() for one in judged(run)] + judged_pieces(run)}
        asked.out.write_text(json.dumps(run.as_dict() | found, indent=1) + "\n", encoding="utf-8")
    print_medians(run)
    print_gates(run)
    for name, told in run.micro.items():
        for label, figure in told.get("figures", {}).items():
            print(f"{f'{name}: {label}':60} {figure:10,.0f}")
    for failure in run.failures:
        print(f"FAILED: {failure.workload} {failure.server} round {failure.round}: {failure.why}", file=sys.stderr)
    return 1 if run.failures else 0


def measure(
    run: Run, launchers: Sequence[Launcher], workloads: Sequence[Workload], rounds: int, dice: Randomness
) -> None:
    """Take all samples, load by load within a round, so that what is compared was measured within seconds."""
    for number in range(rounds):
        for workload in workloads:
            able = [launcher for launcher in launchers if launcher.name in workload.servers]
            amount = workload.smoke if run.suite == "smoke" else workload.amount
            print(f"round {number + 1}: {workload.name} {', '.join(one.name for one in able)}", file=sys.stderr)
            for taken in samples(able, workload, amount, number, dice):
                if isinstance(taken, Failure):
                    run.failures.append(taken)
                else:
                    run.samples.append(taken)


def measure_pieces(run: Run, names: Sequence[str]) -> None:
    """Run the micro benchmarks of these names."""
    for name in names:
        print(f"micro: {name}", file=sys.stderr)
        told = told_by(name)
        if isinstance(told, Failure):
            run.failures.append(told)
        else:
            run.micro[name] = told


def present(names: Sequence[str]) -> tuple[list[Launcher], dict[str, str]]:
    """Give the launchers of these servers that can start, and why the others cannot."""
    wanted = [launcher for launcher in LAUNCHERS if launcher.name in names]
    absent = {launcher.name: why for launcher in wanted if (why := launcher.missing())}
    return [launcher for launcher in wanted if launcher.name not in absent], absent


def print_medians(run: Run) -> None:
    """Print a line a load and server."""
    print(f"{'load':7} {'server':17} {'rate':>9} {'us of CPU':>10} {'grew MB':>8} {'held B':>8} {'to bare':>8}")
    for workload, server in run.measured():
        rate, cpu, growth, held = (run.middle(workload, server, one) for one in ("rate", "cpu", "growth", "held"))
        ratio = run.ratio((workload, server), (workload, BARE), "cpu")
        print(
            f"{workload:7} {server:17} {rate or 0:9.1f} {cpu or 0:10.1f} {(growth or 0) / 1e6:8.1f} "
            f"{held or 0:8.0f} {f'{ratio:8.3f}' if ratio else '':>8}"
        )


def print_gates(run: Run) -> None:
    """Print a line a gate that this run has figures for."""
    for one in judged(run):
        if one.value is not None:
            against = f" to that of {' '.join(one.gate.to)}" if one.gate.to else ""
            stands = "context" if one.gate.is_context else "pass" if one.passes else "MISSED"
            label = f"{one.gate.measure} of {' '.join(one.gate.of)}{against}"
            print(f"{label:60} {one.value:10.3f} {one.gate.bound:>9} {stands}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", choices=ROUNDS, default="smoke", help="default: smoke")
    parser.add_argument("--rounds", type=int, help="default: 3 of smoke, 5 of full")
    parser.add_argument("--servers", help="comma-separated; default: those of the suite")
    parser.add_argument("--workloads", help="comma-separated; default: those of the suite")
    parser.add_argument("--seed", type=int, default=0, help="of the random order; default: 0")
    parser.add_argument("--out", type=Path, help="the file to write, JSON")
    asked = parser.parse_args()
    is_smoke = asked.suite == "smoke"
    every = {launcher.name: launcher for launcher in LAUNCHERS}
    ours = EMULATOR_ASYNCIO if every[EMULATOR].missing() else EMULATOR
    usual = {"smoke": [ours, BARE, SINK], "full": list(every), "growth": [ours]}[asked.suite]
    asked.servers = chosen(parser, "server", asked.servers, every) or usual
    there = GROWTH if asked.suite == "growth" else [one for one in WORKLOADS if one.smoke or not is_smoke]
    loads: dict[str, Workload | str] = {one.name: one for one in there} | {name: name for name in MICRO[asked.suite]}
    wanted = [loads[name] for name in chosen(parser, "workload", asked.workloads, loads) or loads]
    asked.workloads = [one for one in wanted if isinstance(one, Workload)]
    asked.micro = [one for one in wanted if isinstance(one, str)]
    asked.rounds = asked.rounds or ROUNDS[asked.suite]
    return asked


def chosen(parser: argparse.ArgumentParser, what: str, said: str | None, there: Iterable[str]) -> list[str]:
    """Give the names of a comma-separated list, each of which must be there."""
    names = [name.strip() for name in said.split(",")] if said else []
    for name in names:
        if name not in there:
            parser.error(f'"{name}" is not a {what} of this suite; there are: {", ".join(there)}')
    return names


if __name__ == "__main__":
    sys.exit(main())
