"""On what a run was made: facts for the reader of its figures, none of which is a gate."""

from __future__ import annotations

import os
import platform
import ssl
from collections.abc import Iterable

from relaylab.servers.clocks import SystemClock
from tests.benchmarks.processes import CALM, load
from tests.benchmarks.servers import Launcher


def described(launchers: Iterable[Launcher]) -> dict[str, object]:
    """Describe this machine and the versions of what is measured."""
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION.split()[1],
        "load_before": load(),
        "versions": {launcher.name: launcher.version() for launcher in launchers},
    }


def now() -> str:
    """Give the instant of a run."""
    return SystemClock().now().isoformat(timespec="seconds")


def warning() -> str | None:
    """Say that the machine is busy, where it is."""
    busy = load()
    if busy <= CALM:
        return None
    return f"the load is {busy:.1f}: figures will be noisy; ratios of processor time stand it best. Wait, or read on."
