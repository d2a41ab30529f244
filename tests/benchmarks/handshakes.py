"""Handshakes a second, and octets an idle connection holds: the MX, which asks for a certificate, against submission.

    python tests/benchmarks/handshakes.py [--connections 400] [--rounds 5] [--idle 300] [--gate]

One ``relaylab serve`` for each kind of key and version, and client processes that connect, say STARTTLS, shake hands in
full and hang up. Each round begins with another listener, and only ratios within one run mean anything. ``--gate`` ends
with exit code 1 when a handshake costs the MX more than twice the processor time that it costs submission. Linux only:
processor time and memory of the server are read from /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from relaylab_certs import ClientKind, KeyKind, TestAuthority, issue_client

WORKERS: Final = 3
GATE: Final = 2.0
TICKS: Final = os.sysconf("SC_CLK_TCK")
VERSIONS: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

# The listener, and whether the client has a certificate to show.
CASES: Final = (("submission", False), ("mx", False), ("mx", True))


@dataclass(frozen=True)
class Server:
    """A serving emulator."""

    pid: int
    ports: dict[str, int]
    folder: Path

    @property
    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def resident_octets(self) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def context(self, version: ssl.TLSVersion, *, shows: bool) -> ssl.SSLContext:
        """A client that trusts the root and resumes nothing."""
        context = ssl.create_default_context(cafile=self.folder / "ca" / "ca.pem")
        context.minimum_version = context.maximum_version = version
        if shows:
            context.load_cert_chain(self.folder / "client.pem", self.folder / "client-key.pem")
        return context


@contextlib.contextmanager
def serving(key: KeyKind) -> Iterator[Server]:
    """Serve the shipped world from a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = TestAuthority.open(folder / "ca")
        issue_client(authority, ClientKind.GOOD, "mail.contoso.com", key=key).write_to(folder, "client")
        command = [sys.executable, "-m", "relaylab_conformance", "serve", "contoso", "--at", "2026-12-01", "--json"]
        # Both listeners take the same versions: with this reading submission refuses old TLS in the handshake too.
        command += ["--ca", str(folder / "ca"), "--cert-key", key, "--reading", "old_tls=handshake"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            ports = {word: said["endpoints"][word]["port"] for word in ("submission", "mx")}
            try:
                yield Server(process.pid, ports, folder)
            finally:
                process.terminate()


def secured(port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Connect, and get as far as the end of the handshake."""
    plain = socket.create_connection(("127.0.0.1", port), 60)
    plain.recv(1024)
    for line, last in ((b"EHLO client.example\r\n", b"250 "), (b"STARTTLS\r\n", b"220 ")):
        plain.sendall(line)
        answer = b""
        while not answer.endswith(b"\r\n") or not answer.splitlines()[-1].startswith(last):
            answer += plain.recv(4096)
    return context.wrap_socket(plain, server_hostname="localhost")


def hammer(port: int, context: ssl.SSLContext, connections: int) -> None:
    """Shake hands, ask for one reply in TLS, so that the server has finished too, and hang up."""
    for _ in range(connections):
        with secured(port, context) as client:
            client.sendall(b"QUIT\r\n")
            answer = client.recv(1024)
            assert answer.startswith(b"221"), answer


def measure(server: Server, word: str, context: ssl.SSLContext, connections: int) -> tuple[float, float]:
    """Give handshakes a second, and microseconds of the server's processor a handshake."""
    fork = multiprocessing.get_context("fork")
    arguments = (server.ports[word], context, connections // WORKERS)
    before, began = server.processor_seconds, time.perf_counter()
    workers = [fork.Process(target=hammer, args=arguments) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    took, done = time.perf_counter() - began, WORKERS * (connections // WORKERS)
    return done / took, (server.processor_seconds - before) / done * 1e6


def idle_octets(server: Server, word: str, context: ssl.SSLContext, connections: int) -> float:
    """Give what one idle connection in TLS holds in memory."""
    hammer(server.ports[word], context, 20)  # what is made once is made now
    before = server.resident_octets
    with contextlib.ExitStack() as open_ones:
        for _ in range(connections):
            open_ones.enter_context(secured(server.ports[word], context))
        return (server.resident_octets - before) / connections


def main() -> int:
    """Measure, print a table, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=400, help="a sample; default: 400")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--idle", type=int, default=300, help="idle connections held at once; default: 300")
    parser.add_argument("--gate", action="store_true", help=f"fail when the MX costs more than {GATE} times as much")
    asked = parser.parse_args()
    worst = 0.0
    print(f"{'':29} {'per second':>10} {'us of CPU':>10} {'ratio':>6}")
    for key in (KeyKind.P256, KeyKind.RSA):
        for name, version in VERSIONS.items():
            with serving(key) as server:
                samples: dict[tuple[str, bool], list[tuple[float, float]]] = {case: [] for case in CASES}
                for number in range(asked.rounds):
                    first = number % len(CASES)
                    for word, shows in (*CASES[first:], *CASES[:first]):
                        context = server.context(version, shows=shows)
                        samples[word, shows].append(measure(server, word, context, asked.connections))
            middle = {
                case: tuple(statistics.median(column) for column in zip(*taken, strict=True))
                for case, taken in samples.items()
            }
            for case, (rate, cost) in middle.items():
                ratio = cost / middle[CASES[0]][1]
                worst = max(worst, ratio)
                label = f"{key} {name} {case[0]}{' + certificate' if case[1] else ''}"
                print(f"{label:32} {rate:7,.0f} {cost:10,.0f} {ratio:6.2f}")
    for word, shows in CASES:
        with serving(KeyKind.P256) as server:
            held = idle_octets(server, word, server.context(VERSIONS["1.3"], shows=shows), asked.idle)
        print(f"idle {word}{' + certificate' if shows else ''}: {held / 1024:.0f} KB a connection")
    print(f"one-minute load at the end: {os.getloadavg()[0]:.1f}; worst ratio {worst:.2f}")
    return int(asked.gate and worst > GATE)


if __name__ == "__main__":
    sys.exit(main())
