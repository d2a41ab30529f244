"""TLS that asks for a client certificate, takes any, and requires none: the tenant MX (facts MX-TLS-05, MX-GAP-10).

Python's ``ssl`` aborts the handshake at an issuer that it does not know; a verify callback of pyOpenSSL does not. That
the client holds the key of its certificate is proved by the handshake all the same.

Law of this module: no session is ever resumed, because a resumed one shows no chain.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL, crypto

from relaylab.domain.peer import TlsFacts
from relaylab.servers.tls import RECORD, TlsError

if TYPE_CHECKING:
    from relaylab.servers.chains import ChainJudge
    from relaylab.servers.tls import TlsVersion

_VERSIONS: Final[dict[TlsVersion, int]] = {
    "TLSv1": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}
_TAKEN: Final = 65_536  # octets for the wire taken at a time


class AskingTls:
    """A certificate chain with its key, and a judge of what clients show; one context for all connections.

    ``chain`` and ``key`` are PEM. TLS 1.2 and 1.3 are taken, with the cipher suites of the other listeners, unless a
    fault has it otherwise; ``ciphers`` is OpenSSL's list of the suites up to TLS 1.2.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        chain: bytes,
        key: bytes,
        judge: ChainJudge,
        *,
        minimum: TlsVersion = "TLSv1.2",
        maximum: TlsVersion | None = None,
        ciphers: str | None = None,
    ) -> None:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(_VERSIONS[minimum])
        if maximum is not None:
            context.set_max_proto_version(_VERSIONS[maximum])
        context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_mode(SSL.MODE_RELEASE_BUFFERS)
        context.set_verify(SSL.VERIFY_PEER, _take_any)
        leaf, *above = x509.load_pem_x509_certificates(chain)
        context.use_certificate(leaf)
        for certificate in above:
            context.add_extra_chain_cert(certificate)
        private = load_pem_private_key(key, None)
        if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise TypeError("the key of a listener is RSA or of an elliptic curve")
        context.use_privatekey(private)
        context.set_cipher_list((ciphers or _suites()).encode())  # last: pyOpenSSL tries it with a connection
        self._context = context
        self._judge = judge

    def accept(self) -> AskingEngine:
        """Begin the server's end of a connection."""
        return AskingEngine(self._context, self._judge)


class AskingEngine:
    """pyOpenSSL's connection over two memory BIOs."""

    __slots__ = ("_judge", "_tls")

    def __init__(self, context: SSL.Context, judge: ChainJudge) -> None:
        self._judge = judge
        self._tls = SSL.Connection(context, None)
        self._tls.set_accept_state()

    def feed(self, cipher: bytes | memoryview) -> None:
        """Take octets that came from the wire."""
        if cipher:
            self._tls.bio_write(cipher)

    def take(self) -> bytes:
        """Give the octets that are to go out on the wire."""
        taken = b""
        with suppress(SSL.WantReadError):  # how pyOpenSSL says that there are none
            while len(taken) % _TAKEN == 0:  # a part that is not full is the last
                taken += self._tls.bio_read(_TAKEN)
        return taken

    def handshake(self) -> bool:
        """Go on with the handshake as far as the octets allow."""
        try:
            self._tls.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as error:
            raise _failure(error) from None
        return True

    def read(self) -> bytes | None:
        """Give the clear octets of one record."""
        try:
            return self._tls.recv(RECORD)
        except SSL.WantReadError:
            return None
        except SSL.ZeroReturnError:
            return b""
        except SSL.Error as error:
            raise _failure(error) from None

    def write(self, clear: bytes) -> None:
        """Encrypt all of ``clear``."""
        written = 0
        while written < len(clear):
            written += self._tls.send(clear[written : written + RECORD])

    def close(self) -> None:
        """Put close_notify among the octets for the wire; what the client still sends does not matter."""
        with suppress(SSL.Error):
            self._tls.shutdown()

    def facts(self) -> TlsFacts:
        """Tell what the finished handshake agreed on, and what the client's certificate is worth."""
        sent = self._sent()
        name = self._tls.get_servername()
        return TlsFacts(
            version=self._tls.get_protocol_version_name(),
            cipher=self._tls.get_cipher_name() or "",
            sni=name.decode("ascii", "replace") if name else None,
            client_certificate=self._judge.judge(sent) if sent else None,
        )

    def _sent(self) -> list[bytes]:
        """Give the client's certificates, its own first: OpenSSL's list at a server is of those above it only."""
        own = self._tls.get_peer_certificate()
        above = self._tls.get_peer_cert_chain() or []
        return [crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in (own, *above) if one is not None]


def _take_any(*_: object) -> bool:
    """Go on with the handshake, whatever OpenSSL thinks of the certificate: the rules judge it."""
    return True


def _suites() -> str:
    """Name the suites up to TLS 1.2 that Python's ``ssl`` has by default; those of TLS 1.3 are alike everywhere."""
    listed = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).get_ciphers()
    return ":".join(suite["name"] for suite in listed if not suite["name"].startswith("TLS_"))


def _failure(error: SSL.Error) -> TlsError:
    """Say in OpenSSL's words, without its library and function, what went wrong."""
    first = error.args[0] if error.args else ()
    reason = first[0][2] if isinstance(first, list) and first else ""
    return TlsError(reason.replace("_", " ").lower() or "protocol error")
