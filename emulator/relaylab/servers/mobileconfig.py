"""The test root as a configuration profile, the form in which iPhones, iPads and Macs import it."""

from __future__ import annotations

import plistlib
from typing import Final
from uuid import NAMESPACE_URL, uuid5

_IDENTIFIER: Final = "relaylab.test-root"


def mobileconfig(der: bytes, fingerprint: str) -> bytes:
    """Write an unsigned profile with one trusted root; the same root gives the same octets, so it replaces itself."""
    root = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{_IDENTIFIER}.certificate",
        "PayloadUUID": _uuid("certificate", fingerprint),
        "PayloadDisplayName": "relaylab test root",
        "PayloadCertificateFileName": "relaylab-ca.cer",
        "PayloadContent": der,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": _IDENTIFIER,
        "PayloadUUID": _uuid("profile", fingerprint),
        "PayloadDisplayName": "relaylab test root",
        "PayloadDescription": "Trust in a test lab's certificates. Remove it when the test is over.",
        "PayloadContent": [root],
    }
    return plistlib.dumps(profile)


def _uuid(what: str, fingerprint: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{_IDENTIFIER}/{what}/{fingerprint}")).upper()
