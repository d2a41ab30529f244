"""A client that is no more than a socket: it says what a test tells it to, in the segments a test tells it to."""

from __future__ import annotations

import socket
import ssl
import struct
from base64 import b64encode
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

PATIENCE = 60.0
MESSAGE = b"From: <scanner@contoso.com>\r\nSubject: Scan\r\n\r\nthe end.\r\n"
RESET = struct.pack("ii", 1, 0)  # linger for no time: close() sends RST


class Door(Protocol):
    """Where something listens."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


class Wire:
    """A connection whose greeting has been read; a ``with`` block closes it."""

    def __init__(self, where: Door, *, source: str | None = None) -> None:
        came_from = (source, 0) if source else None
        self.socket: socket.socket = socket.create_connection((where.host, where.port), PATIENCE, came_from)
        self._received = b""
        self.greeting = self.reply()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def reply(self) -> str:
        """Read one reply, all lines of it, without the CRLF of the last; empty when there is none any more."""
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            line = self._line()
            if not line:
                break
            lines.append(line)
        return "\n".join(lines)

    def say(self, line: str) -> str:
        """Send a line and give the reply to it."""
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def rest(self) -> bytes:
        """Give what comes until the server closes."""
        received = self._received
        try:
            while more := self.socket.recv(65_536):
                received += more
        except ConnectionResetError:
            pass
        self._received = b""
        return received

    def start_tls(self, ca_file: Path) -> None:
        """STARTTLS, the handshake, and EHLO inside."""
        self.say("EHLO client.example")
        assert self.say("STARTTLS").startswith("220")
        self.socket = ssl.create_default_context(cafile=ca_file).wrap_socket(self.socket, server_hostname="localhost")
        self.say("EHLO client.example")

    def log_in(self, user: str, password: str) -> str:
        """AUTH LOGIN; give the verdict."""
        self.say("AUTH LOGIN")
        self.say(b64encode(user.encode()).decode())
        return self.say(b64encode(password.encode()).decode())

    def begin_message(self, sender: str, *recipients: str) -> str:
        """MAIL, RCPT and DATA; give the answer to DATA."""
        self.say(f"MAIL FROM:<{sender}>")
        for recipient in recipients:
            self.say(f"RCPT TO:<{recipient}>")
        return self.say("DATA")

    def cut_off(self) -> None:
        """Reset the connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()

    def _line(self) -> str:
        while b"\r\n" not in self._received:
            more = self.socket.recv(65_536)
            if not more:
                assert not self._received, f"half a reply: {self._received!r}"
                return ""
            self._received += more
        line, _, self._received = self._received.partition(b"\r\n")
        return line.decode()


def signed_in(where: Door, ca_file: Path, user: str = "scanner@contoso.com", password: str = "fake tray 2") -> Wire:
    """A connection to client submission that may send."""
    wire = Wire(where)
    wire.start_tls(ca_file)
    assert wire.log_in(user, password).startswith("235")
    return wire


def send_directly(where: Door, *, source: str | None = None) -> str:
    """Send a message to a mailbox of Contoso through the tenant MX; give all that was said."""
    with Wire(where, source=source) as wire:
        said = [wire.greeting, wire.say("EHLO client.example")]
        said.append(wire.begin_message("a@fabrikam.com", "helpdesk@contoso.com"))
        wire.send(MESSAGE)
        said += [wire.say("."), wire.say("QUIT")]
    return "\n".join(said)


def refuses_connections(where: Door) -> bool:
    try:
        socket.create_connection((where.host, where.port)).close()
    except ConnectionRefusedError:
        return True
    return False
