"""Who asks: the Authorization header of a request, checked against the keys of a resource (facts ACS-AUTH-01 to -04).

Law of this module: what is signed is verified as it came over the wire, octet for octet; nothing is tidied before.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final

from relaylab.domain.acs_rest import KeyProof
from relaylab.domain.secret import Secret

_SCHEME: Final = "hmac-sha256"
_DATE: Final = ("x-ms-date", "date")  # a client that may set no Date uses the first
_CONTENT: Final = "x-ms-content-sha256"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What of a request is signed: ``target`` is path and query as they came, ``headers`` have names in lower case.

    ``digest`` is the SHA-256 of the body. ``hosts`` are the names that may stand for the host: with an endpoint that
    has a path, the Python client signs host and path together in its place.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    digest: bytes
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an Authorization header shows: the proof, the date that was signed, and the token of a bearer."""

    proof: KeyProof
    date: datetime | None = None
    token: str = field(default="", repr=False)


def show(request: SignedRequest, keys: tuple[Secret, Secret] | None) -> Shown:
    """Tell what a request shows of itself; ``keys`` are the primary and the secondary, None where nobody has any."""
    header = request.headers.get("authorization", "")
    scheme, _, given = header.strip().partition(" ")
    if not header:
        return Shown(KeyProof.NOTHING)
    if scheme.lower() == "bearer" and given.strip():
        return Shown(KeyProof.TOKEN, token=given.strip())
    return _signed(request, scheme, given, keys)


def _signed(request: SignedRequest, scheme: str, given: str, keys: tuple[Secret, Secret] | None) -> Shown:
    fields = _fields(given)
    names = [name.strip().lower() for name in fields.get("signedheaders", "").split(";") if name.strip()]
    if scheme.lower() != _SCHEME or not names or not fields.get("signature"):
        return Shown(KeyProof.UNREADABLE)
    date_name = next((name for name in _DATE if name in names), None)
    if date_name is None or "host" not in names or _CONTENT not in names:
        return Shown(KeyProof.UNSIGNED)
    date = _date(request.headers.get(date_name, ""))
    if date is None:
        return Shown(KeyProof.NO_DATE)
    if not hmac.compare_digest(_octets(request.headers.get(_CONTENT, "")), request.digest):
        return Shown(KeyProof.OTHER_CONTENT, date)
    return Shown(_whose(request, names, _octets(fields["signature"]), keys), date)


def digest_of(body: bytes | bytearray) -> bytes:
    """Give the SHA-256 of a body."""
    return sha256(body).digest()


def signature(key: Secret, text: str) -> bytes | None:
    """Give the HMAC-SHA256 of a string under an access key (ACS-AUTH-02); None for a key that is no base64."""
    octets = _octets(key.reveal())
    return hmac.digest(octets, text.encode("utf-8"), "sha256") if octets else None


def _whose(request: SignedRequest, names: list[str], signed: bytes, keys: tuple[Secret, Secret] | None) -> KeyProof:
    for key, proof in zip(keys or (), (KeyProof.PRIMARY, KeyProof.SECONDARY), strict=False):
        made = (signature(key, text) for text in _texts(request, names))
        if any(one is not None and hmac.compare_digest(one, signed) for one in made):
            return proof
    return KeyProof.WRONG_KEY


def _texts(request: SignedRequest, names: list[str]) -> Iterable[str]:
    """Give the strings that may have been signed, one for each name of the host."""
    for host in request.hosts:
        values = (host if name == "host" else request.headers.get(name, "") for name in names)
        yield f"{request.method.upper()}\n{request.target}\n{';'.join(values)}"


def _fields(text: str) -> dict[str, str]:
    """Read ``SignedHeaders=...&Signature=...``: base64 may hold an equals sign, so each is split at its first."""
    pairs = (part.partition("=") for part in text.strip().split("&"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not text.rstrip().upper().endswith("GMT"):
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None


def _octets(text: str) -> bytes:
    """Read base64; what is none is nothing, which no digest equals."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
