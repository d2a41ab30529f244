"""The keys that Entra signs with: made per run, when first needed, and published with a certificate each.

Law: an RSA key cannot be drawn from a seed, so kids and signatures differ from run to run; no test and no report rests
on them. The certificates follow no clock: nobody judges their dates.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jwt
from joserfc.jwk import RSAKey

_NAME: Final = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "accounts.accesscontrol.windows.net")])


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key, its id and what is published of it."""

    kid: str
    key: RSAKey
    public: dict[str, Any]


class SigningKeys:
    """The keys in force, the newest first."""

    def __init__(self) -> None:
        """Make none yet: a run that never signs needs no key."""
        self._keys: list[SigningKey] = []

    def rotate(self, *, keep_old: bool = True) -> str:
        """Sign with a new key from now on and give its id; without the old ones, what they signed counts no more."""
        self._keys = [_made(), *(self._keys if keep_old else ())]
        return self._keys[0].kid

    def drop_old(self) -> None:
        """Keep only the key that signs."""
        self._keys = self._all()[:1]

    def dump(self) -> tuple[SigningKey, ...]:
        """Give the keys as they stand, the private parts included; empty where none was needed yet."""
        return tuple(self._keys)

    def load(self, keys: tuple[SigningKey, ...]) -> None:
        """Take over what ``dump`` gave; where none was needed yet, the first that was made since is the one."""
        self._keys = list(keys) or self._keys[-1:]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, that of the one that signs first."""
        return tuple(one.kid for one in self._all())

    def sign(self, claims: dict[str, Any]) -> str:
        """Give the JWT."""
        newest = self._all()[0]
        header = {"typ": "JWT", "alg": "RS256", "x5t": newest.kid, "kid": newest.kid}
        return jwt.encode(header, claims, newest.key)

    def find(self, kid: str) -> RSAKey | None:
        """Give the key of that id, where it is published."""
        return next((one.key for one in self._keys if one.kid == kid), None)

    def published(self) -> dict[str, Any]:
        """Give the JSON Web Key Set."""
        return {"keys": [one.public for one in self._all()]}

    def _all(self) -> list[SigningKey]:
        if not self._keys:
            self.rotate()
        return self._keys


def _made() -> SigningKey:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    builder = x509.CertificateBuilder(_NAME, _NAME, private.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2000, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(3000, 1, 1, tzinfo=UTC)
    )
    certificate = builder.sign(private, SHA256()).public_bytes(Encoding.DER)
    # x5t is SHA-1 by its definition (RFC 7515 §4.1.7), and names a key; nothing is protected by it.
    kid = urlsafe_b64encode(sha1(certificate, usedforsecurity=False).digest()).rstrip(b"=").decode()
    key = RSAKey.import_key(private)
    numbers = key.as_dict(private=False)
    public = {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": numbers["n"], "e": numbers["e"]}
    return SigningKey(kid, key, public | {"x5c": [b64encode(certificate).decode()]})
