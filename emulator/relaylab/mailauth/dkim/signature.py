"""A DKIM-Signature field, read and checked for what can be checked without key and content (RFC 6376 §3.5, §6.1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from relaylab.mailauth.dkim.canonical import Form
from relaylab.mailauth.dkim.tags import TagError, from_base64, from_digits, from_list, parse_tags

if TYPE_CHECKING:
    from relaylab.mailauth.fields import Field

_REQUIRED: Final = ("v", "a", "b", "bh", "d", "h", "s")
_OWN_VALUE: Final = re.compile(rb"((?:\A[^:]*:|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")
_WHITE: Final = re.compile(r"\s+", re.ASCII)


class SignatureError(ValueError):
    """A signature that cannot be verified as it stands; the message says why."""


class Algorithm(StrEnum):
    """What signatures are made with; RSA with SHA-1 is known and never verified (RFC 8301 §3.1)."""

    RSA_SHA256 = "rsa-sha256"
    ED25519_SHA256 = "ed25519-sha256"
    RSA_SHA1 = "rsa-sha1"

    @property
    def key_kind(self) -> str:
        """The kind of key it needs, as in ``k=``."""
        return self.value.partition("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature. ``signed_at`` and ``expires_at`` are seconds since 1970, None where the tag is missing.

    ``body_length`` is ``l=`` in octets, ``unsigned`` the field itself with an empty ``b=``.
    """

    algorithm: Algorithm
    domain: str
    selector: str
    identity: str
    names: tuple[str, ...]
    header_form: Form
    body_form: Form
    body_hash: bytes
    value: bytes
    body_length: int | None
    signed_at: int | None
    expires_at: int | None
    unsigned: bytes

    @property
    def key_name(self) -> str:
        """Where the public key is published (RFC 6376 §3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"


def parse_signature(field: Field) -> Signature:
    """Read a field, or raise SignatureError."""
    try:
        return _signature(field, parse_tags(field.value.decode("ascii")))
    except (TagError, UnicodeDecodeError) as error:
        raise SignatureError(str(error)) from None


def without_value(raw: bytes) -> bytes:
    """Give a signature field with its ``b=`` emptied, as it is signed (RFC 6376 §3.7)."""
    return _OWN_VALUE.sub(rb"\1", raw, count=1)


def _signature(field: Field, tags: dict[str, str]) -> Signature:
    missing = [name for name in _REQUIRED if not tags.get(name)]
    if missing:
        raise SignatureError(f"the signature lacks {'= and '.join(missing)}=")
    if tags["v"] != "1":
        raise SignatureError(f"its version is {tags['v']}, not 1")
    try:
        algorithm = Algorithm(tags["a"].lower())
        header_form, body_form = _forms(tags.get("c", "simple/simple"))
    except ValueError as error:
        raise SignatureError(str(error)) from None
    domain = _WHITE.sub("", tags["d"]).lower()
    identity = _WHITE.sub("", tags.get("i", f"@{domain}")).rpartition("@")[2].lower()
    names = tuple(name.lower() for name in from_list(tags["h"]))
    signed_at, expires_at = (from_digits(tags[name]) if name in tags else None for name in ("t", "x"))
    if identity != domain and not identity.endswith(f".{domain}"):
        raise SignatureError(f"i={identity} is not within d={domain}")
    if "from" not in names:
        raise SignatureError("it does not sign From")
    if "dns/txt" not in from_list(tags.get("q", "dns/txt").lower()):
        raise SignatureError("its key is not published in DNS")
    if signed_at is not None and expires_at is not None and expires_at < signed_at:
        raise SignatureError("it expires before it was made")
    return Signature(
        algorithm=algorithm,
        domain=domain,
        selector=_WHITE.sub("", tags["s"]).lower(),
        identity=identity,
        names=names,
        header_form=header_form,
        body_form=body_form,
        body_hash=from_base64(tags["bh"]),
        value=from_base64(tags["b"]),
        body_length=from_digits(tags["l"]) if "l" in tags else None,
        signed_at=signed_at,
        expires_at=expires_at,
        unsigned=without_value(field.raw),
    )


def _forms(text: str) -> tuple[Form, Form]:
    header, _, body = text.lower().partition("/")
    return Form(header), Form(body or Form.SIMPLE)
