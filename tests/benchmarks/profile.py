"""Where a served emulator's processor time goes, room by room: writes the table of docs/performance-profile.md.

    python -m tests.benchmarks.profile [--workloads T1,...] [--seconds N]

Each load is repeated until the server has used so many seconds of processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks import environment
from tests.benchmarks.measuring import raise_descriptors
from tests.benchmarks.processes import load, processor_seconds
from tests.benchmarks.sampling import ROOMS
from tests.benchmarks.servers import EMULATOR, HERE, Running, emulator
from tests.benchmarks.workloads import WORKLOADS, Workload

PAGE: Final = HERE.parents[1] / "docs" / "performance-profile.md"
BEGIN: Final = "<!-- Written by python -m tests.benchmarks.profile; do not edit. -->\n"
END: Final = "<!-- End of what is written. -->\n"
USUAL: Final = ("T1", "T2", "T3", "T4", "T5", "T6")
_PATIENCE: Final = 10.0  # seconds until the counts must be there


@dataclass(frozen=True, slots=True)
class Shares:
    """Of one load: samples by room, and seconds of processor time of our own and of the kernel's."""

    workload: str
    rooms: Mapping[str, int]
    user: float
    kernel: float


def profiled(workload: Workload, seconds: float) -> Shares:
    """Put a load on a sampled server."""
    with tempfile.TemporaryDirectory() as name:
        told = Path(name) / "shares.json"
        start = emulator(EMULATOR, ("-m", "tests.benchmarks.sampling", str(told)))
        with start(Path(name), workload.tenants) as server:
            (workload.warm or workload.work)(server, workload.warm_up)
            os.kill(server.pid, signal.SIGUSR1)
            until = processor_seconds(server.pid) + seconds
            while processor_seconds(server.pid) < until:
                workload.work(server, workload.amount)
            os.kill(server.pid, signal.SIGUSR1)
            _await(told, server)
        said = json.loads(told.read_text(encoding="ascii"))
    return Shares(workload.name, said["rooms"], said["user"], said["kernel"])


def _await(file: Path, server: Running) -> None:
    until = time.monotonic() + _PATIENCE
    while not file.exists():
        if time.monotonic() > until:
            raise SystemExit(f"process {server.pid} did not write {file}; is it a sampled one?")
        time.sleep(0.02)  # the server writes it, and nothing tells us when


def table(found: list[Shares], of_what: str) -> str:
    """Write the shares of each load, in per cent, the room that takes the most of all first."""
    named = dict.fromkeys((*ROOMS.values(), *(room for one in found for room in one.rooms)))
    order = sorted(named, key=lambda room: -sum(_share(one, room) for one in found))
    lines = [f"Shares of the processor time in per cent. {of_what}", ""]
    lines += [f"| room | {' | '.join(one.workload for one in found)} |", f"|---|{'--:|' * len(found)}"]
    lines += [f"| {room} | {' | '.join(f'{_share(one, room):.0f}' for one in found)} |" for room in order]
    kernel = (100 * one.kernel / ((one.user + one.kernel) or 1) for one in found)
    lines += [f"| of all this in the kernel | {' | '.join(f'{share:.0f}' for share in kernel)} |"]
    return "\n".join((*lines, ""))


def _share(one: Shares, room: str) -> float:
    return 100 * one.rooms.get(room, 0) / (sum(one.rooms.values()) or 1)


def replaced(page: str, written: str) -> str:
    """Give the page with another table between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, behind = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{PAGE.name} lacks the line {(BEGIN if not begin else END).strip()}; put it back")
    return f"{before}{BEGIN}\n{written}\n{END}{behind}"


def main() -> int:
    """Profile the loads and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", default=",".join(USUAL), help="comma-separated; default: %(default)s")
    parser.add_argument("--seconds", type=float, default=2.0, help="of processor time for each; default: %(default)s")
    asked = parser.parse_args()
    there = {one.name: one for one in WORKLOADS}
    names = asked.workloads.split(",")
    if unknown := [name for name in names if name not in there]:
        parser.error(f'"{unknown[0]}" is not a workload; there are: {", ".join(there)}')
    raise_descriptors()
    found = [profiled(there[name], asked.seconds) for name in names]
    of_what = f"{environment.now()[:10]}, {EMULATOR}, load of the last minute {load():.1f}."
    written = table(found, of_what)
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), written), encoding="utf-8")
    print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
