"""What can be wrong with a TLS handshake, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TlsVersion(StrEnum):
    """A protocol version in OpenSSL's words."""

    TLS1_0 = "TLSv1"
    TLS1_1 = "TLSv1.1"
    TLS1_2 = "TLSv1.2"
    TLS1_3 = "TLSv1.3"


class Certificate(StrEnum):
    """What is wrong with the certificate that a handshake shows."""

    GOOD = "good"
    UNTRUSTED = "untrusted"
    OTHER_NAME = "other name"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    NAME_IN_SUBJECT_ONLY = "name in the subject only"
    WEAK_KEY = "weak key"


class Chain(StrEnum):
    """What a server sends with its leaf."""

    NORMAL = "normal"
    LONG = "long"  # five certificates
    LEAF_ONLY = "leaf only"
    ANOTHER_ORDER = "another order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """How a handshake departs from the listener's own; ``name`` is the name on a certificate of another name."""

    certificate: Certificate = Certificate.GOOD
    name: str = ""
    chain: Chain = Chain.NORMAL
    minimum: TlsVersion | None = None
    maximum: TlsVersion | None = None
    service_suites_only: bool = False
    ends_with_alert: bool = False
