"""Loads that only a driver of our own can make: signed in over TLS, in chunks, idle, one at a time."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.benchmarks import estates
from tests.benchmarks.drivers.client import Client, message
from tests.benchmarks.drivers.forked import spread
from tests.benchmarks.servers import Running

NAME: Final = "raw"
CHUNK: Final = 1 << 20
WORKERS: Final = 8
_OPENING: Final = 50  # connections that are being opened at once


def context_for(server: Running) -> ssl.SSLContext:
    """Trust the server's root, speak TLS 1.3, resume nothing."""
    context = ssl.create_default_context(cafile=server.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def small(server: Running, messages: int, *, reuse: bool, octets: int = 1024) -> None:
    """Send small messages, each over a connection of its own or all of a worker's over one."""
    content = message(octets)

    def work(_: int) -> None:
        client = Client(server.plain) if reuse else None
        for _ in range(messages // WORKERS):
            one = client or Client(server.plain)
            one.envelope()
            one.data(content)
            if not reuse:
                one.quit()
        if client:
            client.quit()

    spread(WORKERS, work)


def large(server: Running, messages: int, octets: int, *, by_chunks: bool = False, at_once: int = 1) -> None:
    """Send large messages in a row over each of ``at_once`` connections."""
    content = message(octets)

    def work(_: int) -> None:
        with Client(server.plain) as client:
            for _ in range(messages):
                client.envelope()
                if by_chunks:
                    client.chunks(content, CHUNK)
                else:
                    client.data(content)
            client.quit()

    spread(at_once, work)


def large_signed_in(server: Running, messages: int, octets: int) -> None:
    """Send large messages in a row over one connection, signed in over TLS."""
    user = estates.device(0)
    content, context = message(octets, user), context_for(server)

    def work(_: int) -> None:
        with Client.signed_in(server, context, user) as client:
            for _ in range(messages):
                client.envelope(user)
                client.data(content)
            client.quit()

    spread(1, work)


def signed_in(server: Running, sessions: int, octets: int = 10_240, first: int = 0) -> None:
    """Send one message a connection, each signed in over TLS as another device."""
    context = context_for(server)
    share = sessions // WORKERS

    def work(worker: int) -> None:
        for number in range(first + worker * share, first + (worker + 1) * share):
            user = estates.device(number)
            with Client.signed_in(server, context, user) as client:
                client.envelope(user)
                client.data(message(octets, user))
                client.quit()

    spread(WORKERS, work)


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


def latencies(server: Running, sessions: int, gap: float = 0.004) -> list[float]:
    """Send small messages one at a time, a connection each, and give what each took in seconds."""
    content, took = message(1024), []
    for _ in range(sessions):
        time.sleep(gap)
        began = time.perf_counter()
        client = Client(server.plain)
        client.envelope()
        client.data(content)
        client.quit()
        took.append(time.perf_counter() - began)
    return took
