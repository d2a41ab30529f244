"""A client's certificate as the service sees it: what it says, and what its chain is worth at an instant.

Law of this module: nothing here reads a certificate. An adapter does, once per handshake, and hands over this value,
which answers for every instant, so that an open session follows a clock that is moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from relaylab.domain.clock import Window, iso


class ChainFault(StrEnum):
    """Why a chain does not prove who the client is; the first two depend on the instant, the others never change."""

    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    SELF_SIGNED = "self_signed"  # the certificate is its own issuer
    UNTRUSTED_ROOT = "untrusted_root"  # the authorities were sent, and lead to a root that is not trusted
    INCOMPLETE_CHAIN = "incomplete_chain"  # the certificate came alone, and no trusted root issued it
    BAD_SIGNATURE = "bad_signature"  # an issuer of the right name is there, and it did not sign
    UNSUITABLE = "unsuitable"  # it leads to a trusted root by a step that no verifier takes, as a weak signature
    UNREADABLE = "unreadable"  # a certificate in it breaks the rules of its own format


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """The certificate that a client presented; the handshake has proved that it holds the key.

    ``subject`` is the common name and ``names`` are the DNS names of the subject alternative name, as they are written;
    ``issuer`` is the issuer's whole name, ``fingerprint`` the certificate's SHA-256 as ``A1:B2:...``. It is valid from
    ``not_before`` through ``not_after``, both aware UTC (None: unreadable).

    ``trusted`` is the window in which the chain leads to a trusted root, every step of it valid then; it is None with a
    ``defect``, which holds at every instant.
    """

    subject: str | None
    names: tuple[str, ...] = ()
    issuer: str
    not_before: datetime | None
    not_after: datetime | None
    fingerprint: str
    trusted: Window | None = None
    defect: ChainFault | None = None

    def __post_init__(self) -> None:
        """Make sure that it is either trusted at some time or defective."""
        if (self.trusted is None) == (self.defect is None):
            raise ValueError("a certificate has either a window in which it is trusted or a defect")

    @property
    def identities(self) -> tuple[str, ...]:
        """The names that a connector may be matched with: common name and DNS names, in lower case, each once."""
        written = (self.subject, *self.names)
        return tuple(dict.fromkeys(name.lower().rstrip(".") for name in written if name))

    def fault_at(self, now: datetime) -> ChainFault | None:
        """Say why the chain is not trusted at ``now``; None where it is."""
        if self.trusted is None or now in self.trusted:
            return self.defect
        early = self.trusted.since is not None and now < self.trusted.since
        return ChainFault.NOT_YET_VALID if early else ChainFault.EXPIRED

    def is_trusted_at(self, now: datetime) -> bool:
        """Tell whether the chain leads to a trusted root at ``now``."""
        return self.fault_at(now) is None

    def standing_at(self, now: datetime) -> str:
        """Say in a sentence without a subject what the chain is worth at ``now``."""
        fault = self.fault_at(now)
        return "is trusted" if fault is None else f"is not trusted: {self._because(fault)}"

    def _because(self, fault: ChainFault) -> str:  # noqa: PLR0911 - one line a fault
        window = self.trusted or Window()
        match fault:
            case ChainFault.NOT_YET_VALID:
                return f"its chain is valid only from {_edge(window.since)} on"
            case ChainFault.EXPIRED:
                return f"its chain was valid only before {_edge(window.until)}"
            case ChainFault.SELF_SIGNED:
                return "it is its own issuer, and no trusted root"
            case ChainFault.UNTRUSTED_ROOT:
                return "its chain ends in a root that is not trusted"
            case ChainFault.INCOMPLETE_CHAIN:
                return f"it came without the certificate of its issuer, {self.issuer}, which is no trusted root"
            case ChainFault.BAD_SIGNATURE:
                return "a certificate of its chain was not signed by the issuer that it names"
            case ChainFault.UNSUITABLE:
                return "its chain has a step that no verifier takes, though it leads to a trusted root"
            case ChainFault.UNREADABLE:
                return "a certificate of its chain breaks the rules of its format"
            case _:
                assert_never(fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """A client's certificate as the event log tells it: what it says, and what it was worth when it was shown."""

    subject: str | None
    names: tuple[str, ...]
    issuer: str
    not_before: datetime | None
    not_after: datetime | None
    fingerprint: str
    trusted: bool
    fault: ChainFault | None
    standing: str

    @classmethod
    def of(cls, shown: ClientCertificate, now: datetime) -> CertificateFacts:
        """Tell of a certificate that was shown at ``now``."""
        fault = shown.fault_at(now)
        return cls(
            subject=shown.subject,
            names=shown.names,
            issuer=shown.issuer,
            not_before=shown.not_before,
            not_after=shown.not_after,
            fingerprint=shown.fingerprint,
            trusted=fault is None,
            fault=fault,
            standing=shown.standing_at(now),
        )


def _edge(instant: datetime | None) -> str:
    return iso(instant) if instant is not None else "an instant outside the calendar"
