"""What a client's certificate chain is worth: read once per handshake, judged for every instant at once.

The handshake takes any chain (``asking_tls``); here it becomes a value of the core. cryptography's verifier judges, and
leaves the leaf's extensions alone: real devices hold certificates with a common name only, or for servers only.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from relaylab.domain.certificate import ChainFault, ClientCertificate
from relaylab.domain.clock import Window

_MOST_SENT: Final = 16  # certificates of a chain that are looked at; a real one has two or three
_REMEMBERED: Final = 128  # chains: a site shows the same one at every connection
_SECOND: Final = timedelta(seconds=1)  # a certificate is valid through the second it names (RFC 5280 §4.1.2.5)
UNREADABLE: Final = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises, sooner or later, when a certificate breaks the rules of its format."""

_END_OF_CALENDAR: Final = datetime.max.replace(tzinfo=UTC)


class ChainJudge:
    """Judges chains against trusted roots, which do not change: another world has another judge."""

    def __init__(self, roots: Iterable[x509.Certificate]) -> None:
        """Trust ``roots``; there must be one at least."""
        self._roots = tuple(dict.fromkeys(roots))
        self._policy = (
            PolicyBuilder()
            .store(Store(list(self._roots)))
            .extension_policies(ca_policy=_authorities(), ee_policy=ExtensionPolicy.permit_all())
        )
        self._remembered = lru_cache(_REMEMBERED)(self._judge)

    @classmethod
    def of_pem(cls, *roots: bytes) -> Self:
        """Trust the authorities of some PEM texts.

        Raises:
            ValueError: One of them holds no certificate.
        """
        with lenient_reading():
            return cls([certificate for pem in roots for certificate in x509.load_pem_x509_certificates(pem)])

    def judge(self, sent: Sequence[bytes]) -> ClientCertificate:
        """Judge what a client sent: DER, the client's own certificate first."""
        return self._remembered(tuple(sent[:_MOST_SENT]))

    def _judge(self, sent: tuple[bytes, ...]) -> ClientCertificate:
        fingerprint = sha256(sent[0]).digest().hex(":").upper()
        leaf = _read(sent[0])
        if leaf is None:
            return _unreadable(fingerprint)
        read = [_read(der) for der in sent[1:]]
        others = self._relevant(leaf, [certificate for certificate in read if certificate is not None])
        names = _dns_names(leaf)
        trusted = None if names is None else self._trusted(leaf, others)
        defect = None
        if trusted is None:
            is_readable = names is not None and None not in read
            defect = self._defect(leaf, others) if is_readable else ChainFault.UNREADABLE
        return ClientCertificate(
            subject=_common_name(leaf),
            names=names or (),
            issuer=leaf.issuer.rfc4514_string(),
            not_before=leaf.not_valid_before_utc,
            not_after=leaf.not_valid_after_utc,
            fingerprint=fingerprint,
            trusted=trusted,
            defect=defect,
        )

    def _relevant(self, leaf: x509.Certificate, sent: list[x509.Certificate]) -> tuple[x509.Certificate, ...]:
        """Leave out what is above nobody: its dates do not matter."""
        above: dict[x509.Certificate, None] = {}
        wanted = [leaf]
        while wanted:
            step = wanted.pop()
            found = [one for one in sent if one.subject == step.issuer and one not in above and one != leaf]
            above.update(dict.fromkeys(found))
            wanted += found
        return tuple(above)

    def _trusted(self, leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> Window | None:
        """Give the window in which the chain leads to a root; where it has a gap, the later part.

        Trust can change only where a certificate's validity begins or ends, so it is enough to look at those instants.
        """
        since, until = leaf.not_valid_before_utc, _end(leaf)
        issuers = {leaf.issuer, *(one.issuer for one in others)}
        above = [*others, *(root for root in self._roots if root.subject in issuers)]
        edges = {edge for one in above for edge in (one.not_valid_before_utc, _end(one)) if since < edge < until}
        window: Window | None = None
        for start, end in pairwise([since, *sorted(edges), until] if since < until else []):
            if self._refusal(leaf, others, start) is None:
                joins = window is not None and window.until == start
                window = Window(window.since if window and joins else start, end)
        if window is not None and window.until == _END_OF_CALENDAR:
            return Window(window.since)
        return window

    def _refusal(self, leaf: x509.Certificate, others: Sequence[x509.Certificate], at: datetime) -> str | None:
        """Give the verifier's complaint at an instant, or None when it finds a way to a root."""
        try:
            self._policy.time(at).build_client_verifier().verify(leaf, list(others))
        except VerificationError as error:
            return str(error)
        return None

    def _defect(self, leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> ChainFault:
        """Say why the chain leads to no root at any instant: climb it, and see where it ends."""
        step = leaf
        for _ in range(_MOST_SENT):
            named = [one for one in (*self._roots, *others) if one.subject == step.issuer]
            signers = [one for one in named if _signed(step, one)]
            if any(one in self._roots for one in signers):
                return ChainFault.UNSUITABLE
            if step.subject == step.issuer:
                return ChainFault.SELF_SIGNED if step is leaf else ChainFault.UNTRUSTED_ROOT
            if not signers:
                if named:
                    return ChainFault.BAD_SIGNATURE
                return ChainFault.INCOMPLETE_CHAIN if step is leaf else ChainFault.UNTRUSTED_ROOT
            step = signers[0]
        return ChainFault.UNSUITABLE


@contextmanager
def lenient_reading() -> Iterator[None]:
    """Take what cryptography only warns of, such as the serial number 0 of many a company's own root, in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _authorities() -> ExtensionPolicy:
    """Ask of an authority only that it is one: many companies' own roots carry little more than that."""

    def may_sign(_: Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
        if usage is not None and not usage.key_cert_sign:
            raise ValueError("an authority whose key usage is not to sign certificates")

    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, may_sign)
    )


def _end(certificate: x509.Certificate) -> datetime:
    """Give the first instant at which a certificate is no longer valid."""
    last = certificate.not_valid_after_utc
    return last + _SECOND if last < _END_OF_CALENDAR - _SECOND else _END_OF_CALENDAR


def _signed(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    """Tell whether an issuer signed; a signature of a kind that cannot be checked counts as good here."""
    try:
        certificate.verify_directly_issued_by(by)
    except (InvalidSignature, ValueError, TypeError):
        return False
    except UnsupportedAlgorithm:
        return True
    return True


def _read(der: bytes) -> x509.Certificate | None:
    """Read a certificate as far as everything here needs it; None when it breaks the rules of its format."""
    try:
        with lenient_reading():
            certificate = x509.load_der_x509_certificate(der)
            _ = certificate.subject, certificate.issuer
            _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except UNREADABLE:
        return None
    return certificate


def _dns_names(certificate: x509.Certificate) -> tuple[str, ...] | None:
    """Give the DNS names of the subject alternative name; None when the extensions cannot be read."""
    try:
        with lenient_reading():
            alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    except UNREADABLE:
        return None
    return tuple(alternative.value.get_values_for_type(x509.DNSName))


def _common_name(certificate: x509.Certificate) -> str | None:
    """Give the last common name, the most specific one (RFC 6125 §2.3.1)."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[-1].value) if found else None


def _unreadable(fingerprint: str) -> ClientCertificate:
    return ClientCertificate(
        subject=None,
        issuer="",
        not_before=None,
        not_after=None,
        fingerprint=fingerprint,
        defect=ChainFault.UNREADABLE,
    )
