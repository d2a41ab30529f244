"""Proves that listeners answer: a real connection to each, its greeting read, and TLS begun where it is offered.

DNS is asked over UDP and over TCP.

Law: a listener that has no entry in ``_PROBES`` is not ready. A probe is not numbered, logged or charged, so that who
asks changes nothing for who sends.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from relaylab.domain.codes import ReplyCode
from relaylab.servers.proxy_header import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from relaylab.servers.fleet import Announced, Listening
    from relaylab.servers.house import House

PATIENCE: Final = 5.0  # real seconds that a listener has to answer
_PREFIX: Final = 2  # octets that say how long a message is over TCP (RFC 1035 §4.2.2)
_LARGEST_ANSWER: Final = 4_096  # octets


@dataclass(frozen=True, slots=True)
class Probed:
    """What a listener said: its greeting and the TLS version agreed on; ``why`` it is not ready, empty when it is.

    ``faults`` are those that stand where it is not ready, as people are told of them.
    """

    listener: Announced
    greeting: str
    tls: str | None
    why: str = ""
    faults: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it answered as it should."""
        return not self.why


async def probe(listeners: Iterable[Announced], house: House, ca_file: Path) -> list[Probed]:
    """Ask every listener, all at once."""
    trust = ssl.create_default_context(cafile=ca_file)
    asked = await asyncio.gather(*(_probe(one, house, trust) for one in listeners))
    return [one if one.is_ready else _with_faults(one, house) for one in asked]


def _with_faults(probed: Probed, house: House) -> Probed:
    """Name the faults that stand at a listener which is not ready: they are the first to be suspected."""
    now, where = house.clock.now(), probed.listener
    standing = tuple(
        str(fault)
        for fault in house.store.faults.faults
        if fault.scope.listener in {None, where.key} and fault.scope.site in {None, where.site} and now in fault.window
    )
    if not standing:
        return probed
    return replace(probed, why=f"{probed.why}; {', '.join(standing)} stands there", faults=standing)


async def _probe(listener: Announced, house: House, trust: ssl.SSLContext) -> Probed:
    ask = _PROBES.get(listener.key)
    heard = _Heard()
    if ask is None:
        return Probed(listener, "", None, "nobody has written how to ask it; add it to servers/probes.py")
    try:
        async with asyncio.timeout(PATIENCE):
            await ask(listener.where, house, trust, heard)
    except TimeoutError:
        why = f"it took longer than {PATIENCE:g} seconds"
    except (OSError, ssl.SSLError, dns.exception.DNSException, _UnexpectedError) as error:
        why = str(error) or f"the connection broke off ({type(error).__name__})"
    else:
        why = ""
    return Probed(listener, heard.greeting, heard.tls, why)


class _UnexpectedError(Exception):
    """An answer that is none of those a listener should give."""


@dataclass(slots=True)
class _Heard:
    """What was heard so far."""

    greeting: str = ""
    tls: str | None = None


async def _probe_smtp(where: Listening, house: House, trust: ssl.SSLContext, heard: _Heard) -> None:
    """Read the greeting, say EHLO, begin TLS where it is offered, and leave."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.setblocking(False)  # noqa: FBT003 - socket's signature
        client.bind((where.host, 0))
        ours: tuple[str, int] = client.getsockname()[:2]
        house.probes.add(ours)
        try:
            await asyncio.get_running_loop().sock_connect(client, (where.host, where.port))
            reader, writer = await asyncio.open_connection(sock=client)
            try:
                if house.proxied:
                    writer.write(UNKNOWN)
                await _converse(reader, writer, trust, heard)
            finally:
                writer.close()
                with suppress(OSError, ssl.SSLError):
                    await writer.wait_closed()
        finally:
            house.probes.discard(ours)


async def _probe_dns(where: Listening, house: House, _: ssl.SSLContext, heard: _Heard) -> None:
    """Ask over UDP, then over TCP, for what every world has: where the reverse tree begins."""
    question = dns.message.make_query("in-addr.arpa", dns.rdatatype.SOA, id=0)
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as client:
            client.setblocking(False)  # noqa: FBT003 - socket's signature
            client.bind((where.host, 0))
            ours: tuple[str, int] = client.getsockname()[:2]
            house.probes.add(ours)
            try:
                answer = await _ask(client, (where.host, where.port), question.to_wire())
            finally:
                house.probes.discard(ours)
        heard.greeting = dns.rcode.to_text(dns.message.from_wire(answer).rcode())
        if heard.greeting != "NOERROR":
            raise _UnexpectedError(f"it said {heard.greeting!r} where a NOERROR was due")


async def _ask(client: socket.socket, place: tuple[str, int], question: bytes) -> bytes:
    """Send one question and read the answer, over whichever of UDP and TCP the socket speaks."""
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, place)
    if client.type == socket.SOCK_DGRAM:
        await loop.sock_sendall(client, question)
        return await loop.sock_recv(client, _LARGEST_ANSWER)
    await loop.sock_sendall(client, len(question).to_bytes(_PREFIX, "big") + question)
    said = b""
    while len(said) < _PREFIX or len(said) < _PREFIX + int.from_bytes(said[:_PREFIX], "big"):
        part = await loop.sock_recv(client, _LARGEST_ANSWER)
        if not part:
            raise _UnexpectedError("it closed where an answer was due")
        said += part
    return said[_PREFIX:]


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trust: ssl.SSLContext, heard: _Heard
) -> None:
    heard.greeting = (await _expect(reader, ReplyCode.READY))[0]
    writer.write(b"EHLO localhost\r\n")
    offers = await _expect(reader, ReplyCode.OK)
    if any(line[4:].upper() == "STARTTLS" for line in offers):
        writer.write(b"STARTTLS\r\n")
        await _expect(reader, ReplyCode.READY)
        await writer.start_tls(trust, server_hostname="localhost")
        heard.tls = writer.get_extra_info("ssl_object").version()
    writer.write(b"QUIT\r\n")
    await _expect(reader, ReplyCode.CLOSING)


async def _expect(reader: asyncio.StreamReader, code: ReplyCode) -> list[str]:
    """Read one reply, all its lines; raise _UnexpectedError for another than the expected one."""
    lines: list[str] = []
    while not lines or lines[-1][3:4] == "-":
        line = await reader.readline()
        if not line.endswith(b"\n"):
            raise _UnexpectedError(f"it closed where a {code:d} was due")
        lines.append(line.decode("ascii", "backslashreplace").rstrip("\r\n"))
    if not lines[-1].startswith(f"{code:d}"):
        raise _UnexpectedError(f"it said {lines[-1]!r} where a {code:d} was due")
    return lines


async def _probe_https(where: Listening, house: House, trust: ssl.SSLContext, heard: _Heard) -> None:
    """Begin TLS as login.microsoftonline.com, and read the page of an error: no rule is asked, nothing is logged."""
    del house
    name = str(where.name)
    reader, writer = await asyncio.open_connection(where.host, where.port, ssl=trust, server_hostname=name)
    try:
        heard.tls = writer.get_extra_info("ssl_object").version()
        asked = f"GET /error?code=90002 HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
        writer.write(asked.encode("ascii"))
        heard.greeting = (await reader.readline()).decode("ascii", "backslashreplace").rstrip("\r\n")
        if " 200 " not in f"{heard.greeting} ":
            raise _UnexpectedError(f"it said {heard.greeting!r} where a page was due")
        await reader.read()
    finally:
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


_PROBES: Final[Mapping[str, Callable[[Listening, House, ssl.SSLContext, _Heard], Awaitable[None]]]] = {
    "submission": _probe_smtp,
    "mx": _probe_smtp,
    "hve": _probe_smtp,
    "submission_legacy": _probe_smtp,
    "acs_smtp": _probe_smtp,
    "https": _probe_https,
    "dns": _probe_dns,
}
