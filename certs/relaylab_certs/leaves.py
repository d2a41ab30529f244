"""The leaves by name: what each certificate says, without any key or signature.

Law: a server's leaf is valid by the machine's clock, never the simulated one, because the client judges it by its own
clock. A client's leaf is judged by the simulated clock, so it is valid in every year that a simulation visits unless it
is given dates. The expired leaves are expired in every such year.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Self

# Client submission, High Volume Email (old name, new name), Azure Communication Services, Exchange administration,
# Entra; then the tenants' MX in its three forms, and the REST resources of ACS.
SERVICE_NAMES: Final = (
    "smtp.office365.com",
    "smtp-legacy.office365.com",
    "smtp-hve.office365.com",
    "smtp.hve.mx.microsoft",
    "smtp.azurecomm.net",
    "outlook.office365.com",
    "login.microsoftonline.com",
    "*.mail.protection.outlook.com",
    "*.mx.microsoft",
    "*.h-v1.mx.microsoft",
    "*.communication.azure.com",
)
LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")

MAX_COMMON_NAME: Final = 64  # RFC 5280, appendix A.1: ub-common-name
_MAX_HOST_NAME: Final = 253  # RFC 1035 §2.3.4, without the final dot


class KeyKind(StrEnum):
    """The key of a leaf and of the intermediates above it."""

    P256 = "p256"  # made in 0.03 ms
    RSA = "rsa"  # 2048 bits, some 50 ms: for devices without ECDSA
    RSA_1024 = "rsa-1024"  # too short since 2014: no client should take it

    @property
    def is_rsa(self) -> bool:
        """True for RSA of any length."""
        return self is not KeyKind.P256


class LeafUse(Enum):
    """Which side of the handshake the leaf says it is for."""

    SERVER = "server"
    CLIENT = "client"
    UNSTATED = "unstated"  # it does not say


@dataclass(frozen=True, slots=True)
class Validity:
    """From ``since`` until ``until``, both aware UTC, whole seconds."""

    since: datetime
    until: datetime

    @classmethod
    def around_now(cls) -> Self:
        """From 30 days ago to 367 days ahead by the machine's clock: 397 days, the most that strict clients take."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(now - timedelta(days=30), now + timedelta(days=367))


WIDE: Final = Validity(datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))
"""For the root, for a client's leaf, and for the leaf shown to a client that runs under a clock of its own."""

PAST: Final = Validity(datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 1, 1, tzinfo=UTC))
FUTURE: Final = Validity(datetime(2990, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a certificate is to say. ``names`` are host names, wildcards or IP addresses; the first is its subject.

    Without alternative names it says its first name as its subject only, as many a device's does; those who look at a
    server's have had to look at the alternative names since RFC 6125.

    Raises:
        ValueError: A name is neither an address nor an ASCII host name.
    """

    names: tuple[str, ...]
    validity: Validity
    key: KeyKind = KeyKind.P256
    use: LeafUse = LeafUse.SERVER
    is_trusted: bool = True
    has_alternative_names: bool = True

    def __post_init__(self) -> None:
        """Check every name at the door."""
        if not self.names:
            raise ValueError("a leaf needs at least one name")
        for name in self.names:
            parse_name(name)
        if not self.has_alternative_names and len(self.names[0]) > MAX_COMMON_NAME:
            raise ValueError(f'"{self.names[0]}" is too long for a subject; keep to {MAX_COMMON_NAME} letters')


def parse_name(name: str) -> str | IPv4Address | IPv6Address:
    """Tell an IP address from a host name, which comes back in lower case.

    Raises:
        ValueError: It is neither.
    """
    try:
        return ip_address(name)
    except ValueError:
        labels = name.lower().removeprefix("*.").split(".")
        if len(name) <= _MAX_HOST_NAME and all(_is_label(label) for label in labels):
            return name.lower()
    raise ValueError(f'"{name}" is neither an IP address nor a host name; write a non-ASCII name in its xn-- form')


def good(*lab_names: str, key: KeyKind = KeyKind.P256, validity: Validity | None = None) -> Leaf:
    """Every service name, this machine, and the lab's own host names and addresses."""
    names = tuple(dict.fromkeys((*SERVICE_NAMES, *LOCAL_NAMES, *lab_names)))
    return Leaf(names, validity or Validity.around_now(), key)


def expired(*lab_names: str, key: KeyKind = KeyKind.P256) -> Leaf:
    """The good leaf's names, valid in the year 2000 only."""
    return good(*lab_names, key=key, validity=PAST)


def wrong_host(*, key: KeyKind = KeyKind.P256) -> Leaf:
    """A trusted, current leaf for a host that nobody asked for."""
    return Leaf(("elsewhere.example",), Validity.around_now(), key)


def untrusted(*lab_names: str, key: KeyKind = KeyKind.P256) -> Leaf:
    """The good leaf's names, under a root that is thrown away and that nobody can have imported."""
    return Leaf(good(*lab_names).names, Validity.around_now(), key, is_trusted=False)


def client(domain: str, *more_domains: str, key: KeyKind = KeyKind.P256, validity: Validity | None = None) -> Leaf:
    """What a mail server shows to a tenant's MX, so that a connector finds it by subject name."""
    return Leaf((domain, *more_domains), validity or WIDE, key, LeafUse.CLIENT)


def _is_label(label: str) -> bool:
    """Letters, digits, hyphens inside (RFC 1123 §2.1); underscores too, since device names have them."""
    return label.isascii() and label.replace("-", "").replace("_", "").isalnum() and label.strip("-") == label
