"""Keys, the zone that publishes them, and messages that signatures find hard."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from relaylab.mailauth.dkim import SigningKey
from tests.mailauth.zones import LiteralZone, a_zone

DOMAIN = "contoso.com"
SELECTOR = "selector1"
KEY_NAME = f"{SELECTOR}._domainkey.{DOMAIN}"
HEADER = (
    b"From: Scanner <scanner@contoso.com>\r\nTo: Clerk <clerk@fabrikam.com>\r\n"
    b"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nSubject: a scan\r\n"
)

MESSAGES = {
    "plain": HEADER + b"\r\nHello\r\n",
    "empty body": HEADER + b"\r\n",
    "no final line end": HEADER + b"\r\nHello",
    "empty lines at the end": HEADER + b"\r\nHello\r\n\r\n\r\n\r\n",
    "only empty lines": HEADER + b"\r\n\r\n\r\n\r\n",
    "spaces at line ends": HEADER + b"\r\nHello \t \r\n \t\r\nagain\t\r\n \r\n",
    "folded and spaced fields": HEADER.replace(b"Subject: a scan", b"Subject: a\r\n\tscan \t of\r\n   many   lines\t")
    + b"\r\nHello\r\n",
    "two spaces after the colon": HEADER.replace(b"Subject: ", b"Subject:  ") + b"\r\nHello\r\n",
    "fields in odd case": HEADER.replace(b"Subject:", b"sUBJECT:").replace(b"To:", b"TO:") + b"\r\nHello\r\n",
    "twice the same field": HEADER + b"Comments: one\r\nComments: two\r\n\r\nHello\r\n",
    "eight bits": HEADER.replace(b"a scan", "ein Büro".encode()) + "\r\nGrüße\r\n".encode("latin-1"),
    "dots": HEADER + b"\r\n.\r\n..\r\n. \r\n",
}


@cache
def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    """One RSA key for all tests of a length."""
    return generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ed25519_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def pem(key: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    """A private key as opendkim and dkimpy read it."""
    form = PrivateFormat.TraditionalOpenSSL if isinstance(key, RSAPrivateKey) else PrivateFormat.PKCS8
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


def signing_key(key: RSAPrivateKey | Ed25519PrivateKey | None = None) -> SigningKey:
    return SigningKey.from_pem(pem(key or rsa_key()), domain=DOMAIN, selector=SELECTOR)


def key_record(key: RSAPrivateKey | Ed25519PrivateKey | None = None, *, tags: str = "") -> str:
    """The TXT record of a key's public half; ``tags`` come before ``p=``."""
    private = key or rsa_key()
    if isinstance(private, RSAPrivateKey):
        kind, public = "rsa", private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        kind, public = "ed25519", private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k={kind}; {tags}p={b64encode(public).decode()}"


def key_zone(record: str | None = None) -> LiteralZone:
    return a_zone({KEY_NAME: [("TXT", record or key_record())]})


def put_on_top(line: str | bytes, message: bytes) -> bytes:
    """Prepend a header field to a message."""
    field = line.encode() if isinstance(line, str) else line
    return field.removesuffix(b"\r\n") + b"\r\n" + message
