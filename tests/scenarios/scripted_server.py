"""Plays the server's side of a captured session to any client, and writes down what the client did, in the same form.

The script is the capture itself: what the server sent then it sends now, where it read it reads, and where the client
does something else than then, the record differs and the session ends.
"""

import os
import socket
import ssl
import struct
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from relaylab_certs import TestAuthority, leaves
from tests.scenarios.capture import Event, Session

PATIENCE = 10.0
END_OF_DATA = b"\r\n.\r\n"
NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Certificates:
    """A trusted root, and a server context for each behaviour that differs in its certificate or version."""

    ca_file: Path
    contexts: dict[str, ssl.SSLContext]

    @classmethod
    def made_in(cls, folder: Path) -> Self:
        authority = TestAuthority.open(folder / "ca")
        chosen = {
            "good": leaves.good(),
            "selfsigned": leaves.untrusted(),
            "wrongname": leaves.wrong_host(),
            "tls10": leaves.good(),
        }
        contexts = {}
        for behaviour, leaf in chosen.items():
            files = authority.issue(leaf).write_to(folder, behaviour)
            contexts[behaviour] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            contexts[behaviour].load_cert_chain(files.chain, files.key)
        _only_tls_1_0(contexts["tls10"])
        return cls(authority.ca_file, contexts)

    def context(self, behaviour: str) -> ssl.SSLContext:
        return self.contexts.get(behaviour, self.contexts["good"])


def _only_tls_1_0(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")


class _GoneError(Exception):
    """The client closed the connection, or never said what the script waits for."""


class ScriptedServer:
    """One session on a port of its own; ``record`` is complete when the block ends."""

    def __init__(self, script: Session, context: ssl.SSLContext) -> None:
        self.record: list[Event] = []
        self._script = script
        self._context = context
        self._unread = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join(PATIENCE)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        with suppress(TimeoutError):
            self._socket, _ = self._listener.accept()
            self._socket.settimeout(PATIENCE)
            with suppress(_GoneError):
                for event in self._script:
                    self._do(event)
            self._socket.close()

    def _do(self, event: Event) -> None:
        match event.kind:
            case "S":
                self._note("S", event.data)
                with suppress(OSError):
                    self._socket.sendall(event.data.encode())
            case "C":
                self._note("C", self._until(b"\n").decode())
                if self._unread:
                    self._note("PIPELINED", len(self._unread))
            case "MSG":
                self._note("MSG", self._until(END_OF_DATA).decode())
            case "TLS" | "TLSFAIL":
                self._handshake()
            case "RST":
                self._receive()
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                self._note("RST")
            case "CLOSE":
                self._note("CLOSE")
            case "EOF":
                self._note("C", self._until(b"\n").decode())
            case "RECV" | "PIPELINED" | "MSGSTAT":
                pass  # noted where they happen, or derived
            case _:
                raise AssertionError(event)

    def _note(self, kind: str, data: object = "") -> None:
        self.record.append(Event(kind, data))

    def _until(self, end: bytes) -> bytes:
        while end not in self._unread:
            self._receive()
        wanted, _, self._unread = self._unread.partition(end)
        return wanted + end

    def _receive(self) -> None:
        try:
            segment = self._socket.recv(65536)
        except OSError as trouble:
            self._note("SILENCE" if isinstance(trouble, TimeoutError) else "EOF")
            raise _GoneError from trouble
        if not segment:
            self._note("EOF")
            raise _GoneError
        self._note("RECV", len(segment))
        self._unread += segment

    def _handshake(self) -> None:
        names: list[str | None] = []
        self._context.sni_callback = lambda _socket, name, _context: names.append(name)
        try:
            self._socket = secured = self._context.wrap_socket(self._socket, server_side=True)
        except OSError as trouble:
            self._note("TLSFAIL", [repr(trouble), names])
            raise _GoneError from trouble
        self._note("TLS", [secured.version(), (secured.cipher() or [None])[0], names])
