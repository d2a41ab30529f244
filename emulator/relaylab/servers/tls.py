"""TLS without a socket: an engine takes octets of the wire and gives clear ones, and the other way round.

The stream pumps; it knows an engine only by the protocol below, so that another library's connection can take the place
of ``ssl.SSLObject``. Contexts are built once, never per connection.
"""

from __future__ import annotations

import ssl
import warnings
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, Protocol

from relaylab.domain.peer import TlsFacts
from relaylab.servers.handshakes import in_words

RECORD: Final = 16_384  # octets of clear text in one TLS record at most (RFC 8446 §5.1)

TlsVersion = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]

_VERSIONS: Final[dict[TlsVersion, ssl.TLSVersion]] = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
OUTDATED: Final = frozenset({"TLSv1", "TLSv1.1"})


class TlsError(Exception):
    """TLS cannot go on; the text says why, in OpenSSL's words. An alert for the peer may wait in the engine."""


class TlsEngine(Protocol):
    """The server's end of one TLS connection, between two heaps of octets."""

    def feed(self, cipher: bytes | memoryview) -> None:
        """Take octets that came from the wire."""
        ...

    def take(self) -> bytes:
        """Give the octets that are to go out on the wire, empty when there are none."""
        ...

    def handshake(self) -> bool:
        """Go on with the handshake as far as the octets allow; True once it is finished.

        Raises:
            TlsError: The handshake failed.
        """
        ...

    def read(self) -> bytes | None:
        """Give some clear octets; None if there are none yet, empty once the peer has closed TLS.

        Raises:
            TlsError: The peer sent an alert, or what is no TLS.
        """
        ...

    def write(self, clear: bytes) -> None:
        """Encrypt all of ``clear``."""
        ...

    def close(self) -> None:
        """Say that nothing more will be written (close_notify)."""
        ...

    def facts(self) -> TlsFacts:
        """Tell what the finished handshake agreed on."""
        ...


class TlsServer(Protocol):
    """Whoever can begin the server's end of a TLS connection."""

    def accept(self) -> TlsEngine:
        """Begin, before the first octet of the client."""
        ...


class _Connection(ssl.SSLObject):
    """An SSL object that remembers the name its own client asked for."""

    sni: str | None = None


class SslEngine:
    """``ssl.SSLObject`` over two memory BIOs; about 20 KB when idle."""

    __slots__ = ("_incoming", "_is_open", "_outgoing", "_ssl")

    def __init__(self, context: ssl.SSLContext) -> None:
        self._is_open = True  # neither side has closed TLS
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def feed(self, cipher: bytes | memoryview) -> None:
        """Take octets that came from the wire."""
        self._incoming.write(cipher)

    def take(self) -> bytes:
        """Give the octets that are to go out on the wire."""
        return self._outgoing.read()

    def handshake(self) -> bool:
        """Go on with the handshake as far as the octets allow."""
        try:
            self._ssl.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise _failure(error) from None
        return True

    def read(self) -> bytes | None:
        """Give the clear octets of one record."""
        # Asked where nothing waits, OpenSSL says so by an error, which takes longer than to decrypt a command. It holds
        # nothing back itself, since each record was read whole.
        if self._is_open and not self._incoming.pending:
            return None
        try:
            return self._ssl.read(RECORD)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            self._is_open = False
            return b""
        except ssl.SSLError as error:
            raise _failure(error) from None

    def write(self, clear: bytes) -> None:
        """Encrypt all of ``clear``."""
        written = 0
        while written < len(clear):
            written += self._ssl.write(clear[written : written + RECORD])

    def close(self) -> None:
        """Put close_notify among the octets for the wire; what the client still sends does not matter."""
        self._is_open = False
        with suppress(ssl.SSLError):
            self._ssl.unwrap()

    def facts(self) -> TlsFacts:
        """Tell what the finished handshake agreed on."""
        cipher = self._ssl.cipher()
        sni = self._ssl.sni if isinstance(self._ssl, _Connection) else None
        return _facts(self._ssl.version() or "", cipher[0] if cipher else "", sni)


class ServerTls:
    """A certificate chain with its key and the versions that a listener takes; one context for all its connections.

    ``chain`` and ``key`` are PEM, as a file or as octets; without ``key`` the chain holds it too. With a ``minimum``
    below TLS 1.2 the old handshakes are taken as well, with the cipher suites and signatures they need. ``ciphers`` are
    OpenSSL's names of suites up to TLS 1.2.
    """

    def __init__(
        self,
        chain: Path | bytes,
        key: Path | bytes | None = None,
        *,
        minimum: TlsVersion = "TLSv1.2",
        maximum: TlsVersion | None = None,
        ciphers: str | None = None,
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
        context.num_tickets = 1
        context.sslobject_class = _Connection
        context.sni_callback = _remember_name
        if ciphers is None and minimum in OUTDATED:
            ciphers = "DEFAULT:@SECLEVEL=0"
        if ciphers is not None:
            context.set_ciphers(ciphers)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the old versions are the point of some listeners
            context.minimum_version = _VERSIONS[minimum]
            if maximum is not None:
                context.maximum_version = _VERSIONS[maximum]
        _load(context, chain, key)
        self._context = context

    def accept(self) -> SslEngine:
        """Begin the server's end of a connection."""
        return SslEngine(self._context)


@lru_cache(256)  # clients agree on the same few, and what is the same object is compared at once
def _facts(version: str, cipher: str, sni: str | None) -> TlsFacts:
    return TlsFacts(version=version, cipher=cipher, sni=sni)


def _remember_name(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
    """Note the name from the ClientHello on the connection it came with, and on nothing else."""
    if isinstance(connection, _Connection):
        connection.sni = name


def _load(context: ssl.SSLContext, chain: Path | bytes, key: Path | bytes | None) -> None:
    """Load chain and key; octets take the way over a private file, the only one that OpenSSL's context knows."""
    with TemporaryDirectory() as directory:

        def as_file(pem: Path | bytes, name: str) -> Path:
            if isinstance(pem, Path):
                return pem
            file = Path(directory, name)
            file.write_bytes(pem)
            return file

        context.load_cert_chain(as_file(chain, "chain.pem"), None if key is None else as_file(key, "key.pem"))


def _failure(error: ssl.SSLError) -> TlsError:
    """Say in OpenSSL's words, without its file and line, what went wrong."""
    return TlsError(in_words(error))
