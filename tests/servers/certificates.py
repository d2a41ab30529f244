"""Certificates that no authority of ours would make: what devices and strangers show."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from relaylab.domain.peer import TlsFacts
from relaylab.servers.tls import TlsEngine

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Extensions = Sequence[tuple[x509.ExtensionType, bool]]

SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
AN_AUTHORITY: Extensions = ((x509.BasicConstraints(ca=True, path_length=None), True),)


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @classmethod
    def by_itself(cls, name: str = "root", extensions: Extensions = AN_AUTHORITY) -> Self:
        """Make a certificate that is its own issuer."""
        key = a_key()
        return cls(a_certificate(name, key, extensions).issuer_name(named(name)).sign(key, hashes.SHA256()), key)

    def issue(
        self,
        name: str,
        extensions: Extensions = (),
        *,
        since: datetime = SINCE,
        until: datetime = UNTIL,
        key: Key | None = None,
    ) -> Made:
        """Make a certificate under this one, whatever this one may do."""
        own = key or a_key()
        unsigned = a_certificate(name, own, extensions, since, until).issuer_name(self.certificate.subject)
        return Made(unsigned.sign(self.key, hashes.SHA256()), own)

    def write_to(self, folder: Path, *above: Made) -> tuple[Path, Path]:
        """Write chain and key as a client loads them."""
        chain, key = folder / "shown.pem", folder / "shown-key.pem"
        chain.write_bytes(b"".join(one.pem for one in (self, *above)))
        key.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return chain, key


def a_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def a_certificate(
    name: str, key: Key, extensions: Extensions, since: datetime = SINCE, until: datetime = UNTIL
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, is_critical)
    return builder


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class ClientEnd:
    """A client's end of TLS, joined to an engine octet for octet."""

    def __init__(
        self,
        engine: TlsEngine,
        context: ssl.SSLContext,
        name: str | None = "localhost",
        session: ssl.SSLSession | None = None,
    ) -> None:
        self.engine = engine
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name, session=session)

    def shake_hands(self) -> TlsFacts:
        """Finish the handshake, and take what the server sends after it."""
        is_done = False
        while not is_done:
            with suppress(ssl.SSLWantReadError):
                self.tls.do_handshake()
            self.engine.feed(self.outgoing.read())
            is_done = self.engine.handshake()
            self.incoming.write(self.engine.take())
        self.tls.do_handshake()
        with suppress(ssl.SSLWantReadError):
            self.tls.read()
        return self.engine.facts()
