"""A compact JWS taken apart before anybody believes it."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError

LARGEST: Final = 65_536  # octets of a token that is read at all; what Entra issues has a few thousand
_PARTS: Final = 3


class _Roomy(jws.JWSRegistry):
    """Takes headers with a whole certificate (``x5c``), which are longer than joserfc expects."""

    max_header_length = max_payload_length = max_signature_length = LARGEST


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token claims, before its signature was looked at."""

    header: dict[str, Any]
    claims: dict[str, Any]

    def text(self, name: str) -> str:
        """Give a claim that is text, or nothing."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""

    def instant(self, name: str) -> datetime | None:
        """Give a claim that is a number of seconds since 1970, or None."""
        value = self.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def words(self, name: str) -> tuple[str, ...]:
        """Give a claim that is a list of texts, or one text with blanks."""
        value = self.claims.get(name)
        if isinstance(value, str):
            return tuple(value.split())
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def take_apart(token: str) -> Unverified | None:
    """Give header and claims; None for what is no compact JWS with two JSON objects."""
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > LARGEST:
        return None
    header, claims = _object(parts[0]), _object(parts[1])
    return None if header is None or claims is None else Unverified(header, claims)


def is_signed_by(token: str, key: Any, algorithms: list[str]) -> bool:  # noqa: ANN401 - any kind of joserfc's keys
    """Tell whether the signature is that of ``key``."""
    try:
        jws.deserialize_compact(token, key, registry=_Roomy(algorithms=algorithms, strict_check_header=False))
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def _object(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
