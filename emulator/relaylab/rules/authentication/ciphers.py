"""Cipher suites as Exchange writes them in Received: the IANA name behind OpenSSL's (fact MX-HDR-01)."""

from __future__ import annotations

import re
from typing import Final

_CIPHER: Final = re.compile(
    r"(?P<exchange>(?:(?:ECDHE|DHE)-)?(?:(?:RSA|ECDSA|DSS)-)?)"
    r"(?P<cipher>AES128|AES256|CAMELLIA128|CAMELLIA256|ARIA128|ARIA256|CHACHA20|DES-CBC3)"
    r"(?:-(?P<mode>GCM|CCM8?|POLY1305))?(?:-(?P<hash>SHA(?:256|384)?))?"
)
_SPELT: Final = {"CHACHA20": "CHACHA20_POLY1305", "DES-CBC3": "3DES_EDE_CBC"}


def iana_name(openssl: str) -> str:
    """Give the IANA name of a suite; the names of TLS 1.3 are that already, and an unknown one stays as it is."""
    found = _CIPHER.fullmatch(openssl)
    if openssl.startswith("TLS_") or found is None:
        return openssl
    exchange = found["exchange"].strip("-").replace("-", "_")
    exchange = {"": "RSA", "ECDHE": "ECDHE_RSA"}.get(exchange, exchange)  # OpenSSL leaves RSA out in these
    cipher, mode, digest = found["cipher"], found["mode"], found["hash"]
    if cipher in _SPELT:
        spelt = _SPELT[cipher]
    else:
        name, bits = cipher[:-3], cipher[-3:]
        spelt = f"{name}_{bits}_{'CCM_8' if mode == 'CCM8' else mode or 'CBC'}"
    if mode == "POLY1305":
        digest = "SHA256"
    if mode in {"CCM", "CCM8"}:
        digest = None
    return f"TLS_{exchange}_WITH_{spelt}" + (f"_{digest}" if digest else "")
