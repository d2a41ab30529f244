"""Public and private keys of DKIM: the only module of the core that computes with ``cryptography``.

RSA with SHA-256 (RFC 8301) and Ed25519 (RFC 8463). Both signatures are deterministic: nothing here draws dice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from relaylab.mailauth.dkim.tags import TagError, from_base64, from_list, parse_tags

LEAST_BITS: Final = 1024  # RFC 8301 §3.2


class KeyRecordError(ValueError):
    """A key record that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as published: ``kind`` is ``rsa`` or ``ed25519``.

    ``hashes`` are the algorithms it allows (empty: any), ``strict`` wants ``i=`` to be exactly ``d=``.
    """

    kind: str
    hashes: tuple[str, ...]
    strict: bool
    testing: bool
    _key: RSAPublicKey | Ed25519PublicKey

    @property
    def bits(self) -> int:
        """The length of the key."""
        return self._key.key_size if isinstance(self._key, RSAPublicKey) else 256

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        """Tell whether ``signature`` was made over ``signed`` with the private half."""
        try:
            if isinstance(self._key, RSAPublicKey):
                self._key.verify(signature, signed, PKCS1v15(), SHA256())
            else:
                self._key.verify(signature, hashlib.sha256(signed).digest())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name under which its public half is published."""

    domain: str
    selector: str
    _key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: bytes, *, domain: str, selector: str) -> SigningKey:
        """Read a private key; raise ValueError when it is neither RSA nor Ed25519."""
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise ValueError("a DKIM key is RSA or Ed25519; make one with: openssl genrsa 2048")  # noqa: TRY004
        return cls(domain, selector, key)

    @property
    def algorithm(self) -> str:
        """The name for ``a=``."""
        return "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"

    def sign(self, content: bytes) -> bytes:
        """Sign octets."""
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(content, PKCS1v15(), SHA256())
        return self._key.sign(hashlib.sha256(content).digest())


def parse_key(text: str) -> PublicKey:
    """Read a key record (RFC 6376 §3.6.1), or raise KeyRecordError."""
    try:
        tags = parse_tags(text)
        if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
            raise KeyRecordError("its version is not DKIM1")
        if not {"*", "email"} & set(from_list(tags.get("s", "*"))):
            raise KeyRecordError("it is not for e-mail")
        if "p" not in tags:
            raise KeyRecordError("it holds no key")
        if not tags["p"]:
            raise KeyRecordError("it was revoked")
        kind = tags.get("k", "rsa").lower()
        flags = from_list(tags.get("t", ""))
        return PublicKey(
            kind=kind,
            hashes=tuple(filter(None, from_list(tags.get("h", "")))),
            strict="s" in flags,
            testing="y" in flags,
            _key=_load(kind, from_base64(tags["p"])),
        )
    except TagError as error:
        raise KeyRecordError(str(error)) from None


def _load(kind: str, der: bytes) -> RSAPublicKey | Ed25519PublicKey:
    try:
        match kind:
            case "rsa":
                key = load_der_public_key(der)
                if isinstance(key, RSAPublicKey):
                    return key
                raise KeyRecordError("it says RSA and holds another kind of key")
            case "ed25519":
                return Ed25519PublicKey.from_public_bytes(der)
            case _:
                raise KeyRecordError(f"nobody verifies with a key of kind {kind!r}")
    except (ValueError, UnsupportedAlgorithm) as error:
        raise (error if isinstance(error, KeyRecordError) else KeyRecordError("its key cannot be read")) from None
