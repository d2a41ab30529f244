"""A blocking SMTP client that costs little and checks every reply: a refused message is an error."""

from __future__ import annotations

import base64
import functools
import hashlib
import socket
import ssl
from types import TracebackType
from typing import Final, Self

from tests.benchmarks import estates
from tests.benchmarks.servers import Running

PATIENCE: Final = 60.0  # seconds for one reply
_HELLO: Final = b"EHLO driver.example\r\n"
_HEAD: Final = """\
From: {sender}
To: {recipient}
Subject: scan
Message-ID: <1@driver.example>
Date: Tue, 1 Dec 2026 00:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/plain

Page 1
--part
Content-Type: application/pdf; name="scan.pdf"
Content-Transfer-Encoding: base64

"""
_TAIL: Final = b"--part--\r\n"
_END: Final = b".\r\n"
_LINE: Final = 78  # octets of a line of base64 with its end, and of what it holds
_LINE_HOLDS: Final = 57


class Refused(Exception):  # noqa: N818 - it says what happened
    """A server said something else than what the workload needs."""


@functools.cache  # a driver makes what it sends before it is timed, and a large one takes longer to make than to send
def message(octets: int, sender: str = estates.RELAY) -> bytes:
    """Make a message of so many octets, less than a line short of it: a scan in base64, always the same."""
    head = _HEAD.format(sender=sender, recipient=estates.RECIPIENT).replace("\n", "\r\n").encode()
    lines = max(0, octets - len(head) - len(_TAIL)) // _LINE
    raw = hashlib.shake_256(b"scan").digest(lines * _LINE_HOLDS)
    return head + base64.encodebytes(raw).replace(b"\n", b"\r\n") + _TAIL


@functools.cache
def ended(octets: int, sender: str = estates.RELAY) -> bytes:
    """Make the same message as it goes over the wire after DATA: no line of it begins with a dot, so one ends it."""
    return message(octets, sender) + _END


class Client:
    """One connection, greeted and after EHLO."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self._expect(b"220")
        self.say(_HELLO)

    @classmethod
    def signed_in(cls, server: Running, context: ssl.SSLContext, user: str) -> Self:
        """Connect, shake hands and sign in."""
        client = cls(server.secure)
        client.start_tls(context)
        client.say(b"AUTH LOGIN\r\n", b"334")
        client.say(base64.b64encode(user.encode()) + b"\r\n", b"334")
        client.say(base64.b64encode(estates.PASSWORD.encode()) + b"\r\n", b"235")
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up without a word."""
        self._socket.close()

    def quit(self) -> None:
        """Take leave and hang up."""
        self.say(b"QUIT\r\n", b"221")
        self.close()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Say STARTTLS, shake hands, and greet again."""
        self.say(b"STARTTLS\r\n", b"220")
        self._socket = context.wrap_socket(self._socket, server_hostname="localhost")
        self.say(_HELLO)

    def say(self, line: bytes, expected: bytes = b"250") -> None:
        """Send a command line, or a message, and read its reply."""
        self._socket.sendall(line)
        self._expect(expected)

    def envelope(self, sender: str = estates.RELAY) -> None:
        """Say from whom, and to whom."""
        self.say(b"MAIL FROM:<" + sender.encode() + b">\r\n")
        self.say(b"RCPT TO:<" + estates.RECIPIENT.encode() + b">\r\n")

    def data(self, wire: bytes) -> None:
        """Send a message by DATA, with the dot that ends it."""
        self.say(b"DATA\r\n", b"354")
        self.say(wire)

    def chunks(self, content: bytes, chunk: int) -> None:
        """Send a message by BDAT, each chunk answered before the next."""
        view = memoryview(content)
        for start in range(0, len(content), chunk):
            piece = view[start : start + chunk]
            last = b" LAST" if start + chunk >= len(content) else b""
            self._socket.sendall(b"BDAT %d%b\r\n" % (len(piece), last))
            self._socket.sendall(piece)
            self._expect(b"250")

    def _expect(self, expected: bytes) -> None:
        """Read one reply, of however many lines."""
        while not _is_whole(self._received):
            more = self._socket.recv(65536)
            if not more:
                raise Refused(f"hung up after {self._received!r}, {expected.decode()} was due")
            self._received += more
        reply, self._received = self._received, b""
        if not reply.startswith(expected):
            raise Refused(f"{reply!r}, and not {expected.decode()}")


def _is_whole(received: bytes) -> bool:
    last = received[received.rfind(b"\n", 0, -1) + 1 :]
    return received.endswith(b"\n") and last[3:4] != b"-"
