"""Loads that only a driver of our own can make: signed in over TLS, in chunks, idle, one at a time.

Law: what is sent is made before the server's counters are read for the first time; each load gives them from around
the sending.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.benchmarks import estates
from tests.benchmarks.drivers.client import Client, ended, message
from tests.benchmarks.drivers.forked import spread
from tests.benchmarks.processes import Reading, read
from tests.benchmarks.servers import Running

Counted = tuple[Reading, Reading]  # of the server, before and after

NAME: Final = "raw"
CHUNK: Final = 1 << 20
WORKERS: Final = 8
_OPENING: Final = 50  # connections that are being opened at once


def context_for(server: Running) -> ssl.SSLContext:
    """Trust the server's root, speak TLS 1.3, resume nothing."""
    context = ssl.create_default_context(cafile=server.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def small(server: Running, messages: int, *, reuse: bool, octets: int = 1024) -> Counted:
    """Send small messages, each over a connection of its own or all of a worker's over one."""
    wire = ended(octets)

    def work(_: int) -> None:
        client = Client(server.plain) if reuse else None
        for _ in range(messages // WORKERS):
            one = client or Client(server.plain)
            one.envelope()
            one.data(wire)
            if not reuse:
                one.quit()
        if client:
            client.quit()

    return spread(WORKERS, work, server.pid)


def large(server: Running, messages: int, octets: int, *, by_chunks: bool = False, at_once: int = 1) -> Counted:
    """Send large messages in a row over each of ``at_once`` connections."""
    content = message(octets) if by_chunks else ended(octets)

    def work(_: int) -> None:
        with Client(server.plain) as client:
            for _ in range(messages):
                client.envelope()
                if by_chunks:
                    client.chunks(content, CHUNK)
                else:
                    client.data(content)
            client.quit()

    return spread(at_once, work, server.pid)


def large_signed_in(server: Running, messages: int, octets: int) -> Counted:
    """Send large messages in a row over one connection, signed in over TLS."""
    user = estates.device(0)
    wire, context = ended(octets, user), context_for(server)

    def work(_: int) -> None:
        with Client.signed_in(server, context, user) as client:
            for _ in range(messages):
                client.envelope(user)
                client.data(wire)
            client.quit()

    return spread(1, work, server.pid)


def signed_in(server: Running, sessions: int, octets: int = 10_240) -> Counted:
    """Send one message a connection, each signed in over TLS as another device."""
    context, share = context_for(server), sessions // WORKERS
    wires = {user: ended(octets, user) for user in map(estates.device, range(share * WORKERS))}

    def work(worker: int) -> None:
        for user in map(estates.device, range(worker * share, (worker + 1) * share)):
            with Client.signed_in(server, context, user) as client:
                client.envelope(user)
                client.data(wires[user])
                client.quit()

    return spread(WORKERS, work, server.pid)


@contextlib.contextmanager
def idle(server: Running, connections: int, *, tls: bool) -> Iterator[None]:
    """Hold connections open after EHLO, in TLS where asked; many are opened at once, since some servers greet late."""
    context = context_for(server)

    def opened(_: int) -> Client:
        client = Client(server.secure if tls else server.plain)
        if tls:
            client.start_tls(context)
        return client

    with contextlib.ExitStack() as held, ThreadPoolExecutor(_OPENING) as pool:
        for client in pool.map(opened, range(connections)):
            held.enter_context(client)
        yield


def latencies(server: Running, sessions: int, gap: float = 0.004) -> tuple[Counted, list[float]]:
    """Send small messages one at a time, a connection each, and give what each took in seconds."""
    wire, took = ended(1024), []
    before = read(server.pid)
    for _ in range(sessions):
        time.sleep(gap)
        began = time.perf_counter()
        client = Client(server.plain)
        client.envelope()
        client.data(wire)
        client.quit()
        took.append(time.perf_counter() - began)
    return (before, read(server.pid)), took
