"""Postfix's smtp-source: C, so that small messages measure the server; the raw driver where it is not installed.

smtp-source gives up at the first reply that it did not expect, so a refusal is an error here too.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import Final

from tests.benchmarks import estates
from tests.benchmarks.drivers import raw
from tests.benchmarks.drivers.client import Refused
from tests.benchmarks.processes import read
from tests.benchmarks.servers import Running

_PROGRAM: Final = shutil.which("smtp-source") or shutil.which("smtp-source", path="/usr/sbin:/sbin")
NAME: Final = "smtp-source" if _PROGRAM else raw.NAME


def small(server: Running, messages: int, *, sessions: int, reuse: bool, octets: int = 1024) -> raw.Counted:
    """Send small messages over so many sessions at once; that it starts, 3 ms, is timed too.

    Raises:
        Refused: A message was not taken.
    """
    if _PROGRAM is None:
        return raw.small(server, messages, reuse=reuse, octets=octets)
    command = [_PROGRAM, "-s", str(sessions), "-m", str(messages), "-l", str(octets)]
    command += ["-d"] if reuse else []
    command += ["-f", estates.RELAY, "-t", estates.RECIPIENT, f"127.0.0.1:{server.plain}"]
    before = read(server.pid)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = read(server.pid)
    if done.returncode or done.stderr:
        raise Refused(f"smtp-source ended with {done.returncode}: {done.stderr.strip()}")
    return before, after
