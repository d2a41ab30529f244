"""One TCP connection as the sender has it: flights out, replies in, TLS on demand, and everything written down.

Law: what is written down never holds a secret. Each secret is hidden before it is sent, and is then shown by its name
in both directions, since a server may echo what it did not understand. Decisions rest on the real bytes.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, cast

from relaylab_scenarios.answer import Answer
from relaylab_scenarios.played import Direction, WireLine

_SEGMENT: Final = 65536
_LONGEST_REPLY: Final = 1 << 20
_CLOSED: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
_REASONS: Final = (
    (_CLOSED, "the server closed the connection"),
    (TimeoutError, "the server did not answer in time"),
    (ConnectionRefusedError, "nobody listens there"),
    (ConnectionError, "the server reset the connection"),
    (socket.gaierror, "the name of the server is not known"),
    (ValueError, "the name of the server cannot be used"),
)


class WireError(Exception):
    """The connection is of no more use; the message says why, in words that are the same on every machine."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of one flight: the bytes, and what they are."""

    data: bytes
    direction: Direction = Direction.CLIENT


class Wire:
    """A connected socket with a memory."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._words: dict[bytes, bytes] = {}
        self._echoes: dict[bytes, bytes] = {}
        self._unread = b""
        self._transcript: list[WireLine] = []
        self._is_leaving = False

    @classmethod
    def connect(cls, host: str, port: int, patience: float) -> Self:
        """Open a connection.

        Raises:
            WireError: Nobody answers.
        """
        try:
            sock = socket.create_connection((host, port), patience)
            # A message goes out in several writes. By Nagle's rule the last would wait for an acknowledgement of the
            # first, which the other side delays by 40 ms: nothing that a sender's dialect says, and most of a delivery.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, UnicodeError) as trouble:
            raise WireError(_reason(trouble)) from trouble
        return cls(sock)

    @property
    def transcript(self) -> tuple[WireLine, ...]:
        """Everything so far, in the order in which the sender saw it."""
        return tuple(self._transcript)

    @property
    def local_address(self) -> str:
        """The address that this socket has on the sender's side."""
        return str(self._socket.getsockname()[0])

    @property
    def has_early_bytes(self) -> bool:
        """Whether something stands in the buffer behind the last reply."""
        return bool(self._unread)

    def hide_word(self, word: bytes, name: bytes) -> None:
        """Show a name instead of a word that is about to be sent."""
        if word:
            self._words[word] = self._echoes[word] = name

    def hide_echo(self, secret: bytes, name: bytes) -> None:
        """Show a name instead of a secret that is never sent as it is, but that a server could decode and repeat."""
        if secret:
            self._echoes[secret] = name

    def shown(self, text: str) -> str:
        """Give what the server said without the secrets in it."""
        return _hidden(text.encode("utf-8", "surrogateescape"), self._echoes).decode("utf-8", "replace")

    def discard_early_bytes(self) -> None:
        """Forget what stands in the buffer."""
        self._unread = b""

    def send(self, *pieces: Piece) -> None:
        """Send pieces in one flight: one write, whatever number of lines it has.

        Raises:
            WireError: The connection is gone.
        """
        for each in pieces:
            self._note(each.direction, each.data)
        self._write(b"".join(each.data for each in pieces))

    def send_content(self, *chunks: bytes) -> None:
        """Send the content in several writes; it is written down as one, before it leaves.

        Raises:
            WireError: The connection is gone.
        """
        self._note(Direction.MESSAGE, b"".join(chunks))
        for chunk in chunks:
            self._write(chunk)

    def answer(self) -> Answer:
        """Wait for one reply, of one or several lines.

        Raises:
            WireError: None came, or it has no end.
        """
        lines = [self._line()]
        while lines[-1][3:4] == b"-":
            lines.append(self._line())
            if sum(map(len, lines)) > _LONGEST_REPLY:
                raise WireError("the server's reply has no end")
        self._note(Direction.SERVER, b"".join(lines))
        return Answer.parse(*lines)

    def secure(self, context: ssl.SSLContext, server_name: str | None) -> None:
        """Put TLS over the connection.

        Raises:
            WireError: The handshake failed; the message has the library's reason.
        """
        try:
            secured = context.wrap_socket(self._socket, server_hostname=server_name)
        except (OSError, ValueError) as trouble:
            reason = _reason(trouble)
            self._note(Direction.TLS_FAILED, reason.encode())
            raise WireError(reason) from trouble
        self._socket = secured
        suite = secured.cipher() or ("",)
        self._note(Direction.TLS, f"{secured.version()} {suite[0]} {server_name or 'no server name'}".encode())

    def peer_names(self) -> tuple[tuple[str, str], ...]:
        """Give the alternative names in the server's certificate, as (kind, name); none without a verified one."""
        certificate = self._socket.getpeercert() if isinstance(self._socket, ssl.SSLSocket) else None
        return cast("tuple[tuple[str, str], ...]", (certificate or {}).get("subjectAltName", ()))

    def leave(self) -> None:
        """From here on a lost connection is noted as closed: how a server goes after the last word is chance."""
        self._is_leaving = True

    def close(self) -> None:
        """Close the connection from the sender's side."""
        self._note(Direction.CLIENT_CLOSED)
        self._socket.close()

    def _note(self, direction: Direction, data: bytes = b"") -> None:
        hidden = {Direction.CLIENT: self._words, Direction.SERVER: self._echoes}.get(direction, {})
        self._transcript.append(WireLine(direction, _hidden(data, hidden)))

    def _write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as trouble:
            raise self._lost(trouble) from trouble

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > _LONGEST_REPLY:
                raise WireError("the server's line has no end")
            self._unread += self._read()
        line, newline, self._unread = self._unread.partition(b"\n")
        return line + newline

    def _read(self) -> bytes:
        try:
            segment = self._socket.recv(_SEGMENT)
        except OSError as trouble:
            raise self._lost(trouble) from trouble
        if not segment:
            self._note(Direction.SERVER_CLOSED)
            raise WireError("the server closed the connection")
        return segment

    def _lost(self, trouble: OSError) -> WireError:
        match trouble:
            case TimeoutError():
                self._note(Direction.SILENCE)
            case _ if self._is_leaving or isinstance(trouble, _CLOSED):
                self._note(Direction.SERVER_CLOSED)
            case _:
                self._note(Direction.SERVER_RESET)
        return WireError(_reason(trouble))


def _hidden(data: bytes, names: Mapping[bytes, bytes]) -> bytes:
    """Replace the longest secrets first: one may be a part of another."""
    for secret in sorted(names, key=len, reverse=True):
        data = data.replace(secret, names[secret])
    return data


def _reason(trouble: OSError | ValueError) -> str:
    """Name a trouble without numbers of one operating system or line numbers of one Python."""
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"the certificate was not accepted: {trouble.verify_message}"
    for kinds, words in _REASONS:
        if isinstance(trouble, kinds):
            return words
    if isinstance(trouble, ssl.SSLError):
        return f"TLS failed: {str(trouble.reason or 'no reason given').replace('_', ' ').lower()}"
    return f"the connection failed: {type(trouble).__name__}"
