"""The ARC set that Exchange Online puts on what it relays: the first of a chain (RFC 8617; fact MX-HDR-11).

A message that carries a set already gets none: this room seals, and validates no chain.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

from relaylab.mailauth.dkim.canonical import Form, canonical_field
from relaylab.mailauth.dkim.sign import SIGNED_FIELDS, present, signed_field
from relaylab.mailauth.fields import split_message
from relaylab.mailauth.folding import fold

if TYPE_CHECKING:
    from relaylab.mailauth.dkim.keys import SigningKey

_ARC: Final = frozenset({"arc-seal", "arc-message-signature", "arc-authentication-results"})


def seal(content: bytes | bytearray, results: str, key: SigningKey) -> tuple[str, ...]:
    """Give seal, message signature and results, from the top, each without line end; nothing where a set is there.

    ``results`` is the value of ARC-Authentication-Results after its instance, starting with the sealer's name.
    """
    message = split_message(content)
    if any(field.name in _ARC for field in message.fields):
        return ()
    authentication = fold("ARC-Authentication-Results", f"i=1; {results}")
    common = f"i=1; a={key.algorithm}; c=relaxed/relaxed; d={key.domain}; s={key.selector}"
    names = tuple(name for name in SIGNED_FIELDS if not name.startswith("X-MS-Exchange-SenderADCheck"))
    signature = signed_field("ARC-Message-Signature", common, message, key, present(message, names))
    tags = f"i=1; a={key.algorithm}; s={key.selector}; d={key.domain}; cv=none; b="
    sealed = (authentication, signature, f"ARC-Seal: {tags}")
    covered = b"\r\n".join(canonical_field(line.encode(), Form.RELAXED) for line in sealed)
    return (fold("ARC-Seal", tags + b64encode(key.sign(covered)).decode()), signature, authentication)
