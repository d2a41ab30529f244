"""What /proc tells of a server: processor time, memory, and whether the process that was started is the one listening.

Linux only, as everything that measures here.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
PATIENCE: Final = 30.0  # seconds that a server may take to answer; more than any needs on a loaded machine
CALM: Final = 1.5  # the load of the last minute above which figures deserve a warning
_LISTENING: Final = "0A"


class NotReady(Exception):  # noqa: N818 - it says what the server is
    """A server that was started does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A server at one moment: seconds of processor time, octets resident now and at most, and when this was."""

    cpu: float
    resident: int
    highest: int
    at: float


def read(pid: int) -> Reading:
    """Read a server's counters now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return Reading(processor_seconds(pid), _octets(status, "VmRSS:"), _octets(status, "VmHWM:"), time.perf_counter())


def processor_seconds(pid: int) -> float:
    """Give the processor time of all threads, in nanoseconds where the kernel keeps them, else in ticks."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9
    except (FileNotFoundError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def forget_highest(pid: int) -> None:
    """Have the highest resident size counted from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def load() -> float:
    """Give the load of the last minute."""
    return os.getloadavg()[0]


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def await_banner(process: subprocess.Popen[str], port: int) -> None:
    """Wait until this process itself answers on the port with a greeting.

    Raises:
        NotReady: It ended, is silent, or somebody else listens there.
    """
    until = time.monotonic() + PATIENCE
    while True:
        if process.poll() is not None:
            raise NotReady(f"{process.args!r} ended with {process.returncode} before it answered on port {port}")
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as client:
                greeting = client.recv(1024)
            break
        except OSError as error:
            if time.monotonic() > until:
                raise NotReady(f"nothing answers on port {port}: {error}") from error
            time.sleep(0.02)
    if not greeting.startswith(b"220"):
        raise NotReady(f"port {port} greets with {greeting!r}, not with 220")
    check_listener(process.pid, port)


def check_listener(pid: int, port: int) -> None:
    """Make sure that this process listens on the port: otherwise another program's speed would be measured.

    Raises:
        NotReady: It does not.
    """
    sockets = _listening_sockets(port)
    held = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()}
    if not any(f"socket:[{inode}]" in held for inode in sockets):
        raise NotReady(f"process {pid} does not listen on port {port}; another program does")


def end(process: subprocess.Popen[str]) -> None:
    """End a process that was started here, and wait for it."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _listening_sockets(port: int) -> set[str]:
    found = set[str]()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        lines = Path(table).read_text(encoding="ascii").splitlines()[1:] if Path(table).exists() else []
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def _octets(status: str, name: str) -> int:
    return int(status.partition(name)[2].split()[0]) * 1024
