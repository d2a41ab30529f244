"""``relaylab serve`` in a process of its own, as a script would start it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where something listens."""

    host: str
    port: int


class Served:
    """The running command; a ``with`` block kills it if it still runs. Its first line has been read when it is made."""

    def __init__(self, *words: str, environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "relaylab_conformance", "serve", *words]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | dict(environment or {}),
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        if not self.first_line:
            _, told = self.process.communicate(timeout=PATIENCE)
            raise AssertionError(f"exit code {self.process.returncode}: {told}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    @property
    def told(self) -> dict[str, Any]:
        """What ``--json`` printed."""
        said: dict[str, Any] = json.loads(self.first_line)
        return said

    @property
    def ca_file(self) -> Path:
        return Path(self.told["ca_file"])

    def door(self, endpoint: str, site: str | None = None) -> Place:
        doors = self.told["sites"][site] if site else self.told["endpoints"]
        return Place(doors[endpoint]["host"], doors[endpoint]["port"])

    def line(self) -> str:
        """The next line of its standard output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def introduction(self) -> list[str]:
        """What a person is told before the first verdict."""
        lines = [self.first_line.rstrip("\n")]
        while not lines[-1].startswith("Nothing is delivered"):
            lines.append(self.line())
        return lines

    def get(self, path: str) -> httpx.Response:
        """Ask the control plane."""
        control = self.told["endpoints"]["control"]
        headers = {"Authorization": f"Bearer {control['token']}"}
        return httpx.get(control["url"] + path, headers=headers, timeout=PATIENCE, trust_env=False)

    def end(self, by: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; give the exit code and the rest of both outputs."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


def place_in(introduction: list[str], endpoint: str) -> Place:
    """Where a person is told that an endpoint's own port is."""
    words = next(line.split() for line in introduction if line.split()[0] == endpoint)
    host, _, port = words[1].partition(":")
    return Place(host, int(port))


def free_port_bases(ports: int) -> Iterator[int]:
    """Bases of that many ports in a row that were free a moment ago, below those that the kernel gives away."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for base in range(20_000 + 1_000 * (worker % 10), 30_000, 100):
        if all(_is_free(port) for port in range(base, base + ports)):
            yield base


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
