"""Runs client work in several processes at once, so that one process of Python does not hold the server back."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

from tests.benchmarks.drivers.client import Refused


def spread(workers: int, work: Callable[[int], None]) -> None:
    """Do ``work(0)`` to ``work(workers - 1)``, each in a process of its own.

    Raises:
        Refused: One of them failed; the message holds its traceback.
    """
    fork = multiprocessing.get_context("fork")
    pipes = [fork.Pipe(duplex=False) for _ in range(workers)]
    processes = [fork.Process(target=_worked, args=(work, number, told)) for number, (_, told) in enumerate(pipes)]
    for process in processes:
        process.start()
    for _, told in pipes:
        told.close()
    failures = [failure for heard, _ in pipes if (failure := _last_word(heard))]
    for process in processes:
        process.join()
    died = [f"a driver ended with {process.exitcode}" for process in processes if process.exitcode]
    if failures or died:
        raise Refused("\n".join((*failures, *died)))


def _last_word(heard: Connection) -> str:
    """Wait for what a worker says at its end: nothing where all went well."""
    try:
        return str(heard.recv())
    except EOFError:  # it was killed; its exit code tells
        return ""


def _worked(work: Callable[[int], None], number: int, told: Connection) -> None:
    try:
        work(number)
        told.send("")
    except Exception:  # noqa: BLE001 - whatever it was, the runner reports it
        told.send(traceback.format_exc())
