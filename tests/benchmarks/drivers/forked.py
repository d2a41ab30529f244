"""Runs client work in several processes at once, so that one process of Python does not hold the server back.

Law: what is timed is the work. The processes are there and wait before the server's counters are read for the first
time, and end after they were read for the second.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Final

from tests.benchmarks.drivers.client import Refused
from tests.benchmarks.processes import Reading, read

_READY: Final = "ready"
_DONE: Final = ""


def spread(workers: int, work: Callable[[int], None], pid: int) -> tuple[Reading, Reading]:
    """Do ``work(0)`` to ``work(workers - 1)``, each in a process of its own; give the counters of ``pid`` around it.

    Raises:
        Refused: One of them failed; the message holds its traceback.
    """
    fork = multiprocessing.get_context("fork")
    begin, pipes = fork.Event(), [fork.Pipe(duplex=False) for _ in range(workers)]
    processes = [
        fork.Process(target=_worked, args=(work, number, begin, told)) for number, (_, told) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    for _, told in pipes:
        told.close()
    for heard, _ in pipes:
        _next_word(heard)
    before = read(pid)
    begin.set()
    failures = [failure for heard, _ in pipes if (failure := _next_word(heard))]
    after = read(pid)
    for process in processes:
        process.join()
    died = [f"a driver ended with {process.exitcode}" for process in processes if process.exitcode]
    if failures or died:
        raise Refused("\n".join((*failures, *died)))
    return before, after


def _next_word(heard: Connection) -> str:
    """Wait for what a worker says next; at its end nothing, where all went well."""
    try:
        return str(heard.recv())
    except EOFError:  # it was killed; its exit code tells
        return _DONE


def _worked(work: Callable[[int], None], number: int, begin: Event, told: Connection) -> None:
    told.send(_READY)
    begin.wait()
    try:
        work(number)
        told.send(_DONE)
    except Exception:  # noqa: BLE001 - whatever it was, the runner reports it
        told.send(traceback.format_exc())
