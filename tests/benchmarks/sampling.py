"""The relaylab command, sampled: in which room the processor is, from one SIGUSR1 to the next.

    python -m tests.benchmarks.sampling FILE serve ...

FILE gets a JSON object of the samples by room, and of the processor time: "user" and "kernel", in seconds. A sample is
taken where the interpreter stands when a timer of processor time goes off; what C code does meanwhile counts for the
room that called it, and before a callback of the loop for the loop.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final

INTERVAL: Final = 0.001
LOOP: Final = "loop and sockets"
TRANSPORT: Final = "transport"
OTHER: Final = "other"

# The room of a module is that of the longest name here that it is within; who has none works for whoever called it.
ROOMS: Final[Mapping[str, str]] = {
    "asyncio": LOOP,
    "relaylab.servers": TRANSPORT,
    "relaylab.servers.tls": "TLS",
    "ssl": "TLS",
    "relaylab.session": "session",
    "relaylab.session.authenticating": "sender authentication",
    "relaylab.mailauth": "sender authentication",
    "relaylab.session.delivery": "delivery",
    "relaylab.session.leaving": "delivery",
    "relaylab.session.stamping": "delivery",
    "relaylab.session.versions": "delivery",
    "relaylab.engine": "rules",
    "relaylab.rules": "rules",
    "relaylab.servers.house": "store and events",
    "relaylab.store": "store and events",
    "relaylab.domain.event": "store and events",
}


@cache
def room_of(module: str) -> str | None:
    """Give the room of a module, None of one that works for its callers."""
    names = module.split(".")
    within = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next((ROOMS[name] for name in within if name in ROOMS), None)


def room_at(frame: FrameType | None) -> str:
    """Give the room in which the interpreter stands."""
    innermost = frame
    while frame is not None:
        if room := room_of(frame.f_globals.get("__name__", "")):
            is_entered = frame is innermost and frame.f_lineno == frame.f_code.co_firstlineno
            return LOOP if is_entered and room == TRANSPORT else room
        frame = frame.f_back
    return OTHER


class Sampler:
    """Counts samples between two signals."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._counts: Counter[str] | None = None
        self._before = resource.getrusage(resource.RUSAGE_SELF)

    def attach(self) -> None:
        """Wait for the first signal."""
        signal.signal(signal.SIGUSR1, lambda *_: self._turn())
        signal.signal(signal.SIGPROF, self._sample)

    def _turn(self) -> None:
        now = resource.getrusage(resource.RUSAGE_SELF)
        if self._counts is None:
            self._counts, self._before = Counter(), now
            signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
            return
        signal.setitimer(signal.ITIMER_PROF, 0)
        times = {"user": now.ru_utime - self._before.ru_utime, "kernel": now.ru_stime - self._before.ru_stime}
        written = self._file.with_suffix(".part")
        written.write_text(json.dumps({"rooms": self._counts, **times}), encoding="ascii")
        written.rename(self._file)
        self._counts = None

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        if self._counts is not None:
            self._counts[room_at(frame)] += 1


if __name__ == "__main__":
    from relaylab_conformance.cli import main

    Sampler(Path(sys.argv.pop(1))).attach()
    main(prog_name="relaylab")
