"""The key that the service signs mail with by DKIM (RFC 6376), kept beside the root like it: made once, then read.

A published key thus stays the same from run to run, as a resolver or a verifier expects.
"""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization

from relaylab_certs.issuer import key_to_pem
from relaylab_certs.leaves import KeyKind
from relaylab_certs.root import kept_key


@dataclass(frozen=True, slots=True)
class DkimKey:
    """An RSA key of 2,048 bits; ``private_pem`` signs, ``public_key`` is what DNS says after ``p=``, in base64."""

    selector: str
    public_key: str
    private_pem: bytes = field(repr=False)

    @classmethod
    def open(cls, directory: Path, selector: str) -> Self:
        """Read the key of a selector, and make it first where there is none.

        Raises:
            AuthorityError: The directory cannot be used, or the file is damaged.
        """
        key = kept_key(directory / f"dkim-{selector}-key.pem", KeyKind.RSA)
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(selector, base64.b64encode(public).decode("ascii"), key_to_pem(key))
