"""What sender authentication found out about one message: SPF, DKIM, DMARC and Microsoft's composite of them.

Each result carries its evidence: ``because`` holds sentences that ``explain`` prints as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address


class SpfResult(StrEnum):
    """RFC 7208 §2.6."""

    NONE = "none"  # no record, or no domain to ask for one
    NEUTRAL = "neutral"  # the domain says neither yes nor no
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"  # probably not, says the domain
    TEMPERROR = "temperror"  # DNS did not answer; a later check may succeed
    PERMERROR = "permerror"  # the record cannot be understood, or asks for too much


class SpfIdentity(StrEnum):
    """Which identity of the session was checked (RFC 7208 §2.3, §2.4)."""

    MAIL_FROM = "mailfrom"
    HELO = "helo"  # stands in when MAIL FROM is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfCheck:
    """One SPF check.

    ``term`` is the term that decided, as written in the record, and ``record_of`` the domain whose record holds it;
    both are None where no term did. ``lookups`` are the DNS questions asked, in order, each with what it gave.
    ``explanation`` is the domain's own text for a fail, already expanded. ``unheld`` are the names that were asked for
    and that no zone of the world holds.
    """

    result: SpfResult
    ip: IPv4Address | IPv6Address
    domain: str
    helo: str = ""
    identity: SpfIdentity = SpfIdentity.MAIL_FROM
    term: str | None = None
    record_of: str | None = None
    explanation: str | None = None
    lookups: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


class DkimResult(StrEnum):
    """RFC 8601 §2.7.1."""

    NONE = "none"  # not signed
    PASS = "pass"
    FAIL = "fail"  # the signature or the body hash does not verify, or the key is not there
    NEUTRAL = "neutral"  # signed, and the signature cannot be understood
    TEMPERROR = "temperror"  # DNS did not answer for the key
    PERMERROR = "permerror"  # a required tag is missing, or the key does not allow this signature


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimCheck:
    """One DKIM signature, verified; a message without any has a single check with NONE.

    ``reason`` is the text that Microsoft prints in brackets (fact MX-HDR-04), ``domain`` the signature's ``d=``.
    ``covers_whole_body`` is False where ``l=`` left some of the body unsigned.
    """

    result: DkimResult
    reason: str
    domain: str | None = None
    selector: str | None = None
    algorithm: str | None = None
    covers_whole_body: bool = True
    because: tuple[str, ...] = ()


class DmarcResult(StrEnum):
    """RFC 8601 §2.7.6 with RFC 7489 §11.2, and Microsoft's own word for a pass without a record (fact MX-HDR-06)."""

    NONE = "none"  # no record
    PASS = "pass"
    BEST_GUESS_PASS = "bestguesspass"  # no record; with one it would pass
    FAIL = "fail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class DmarcPolicy(StrEnum):
    """What the domain owner asks to be done with a message that fails (RFC 7489 §6.3)."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcCheck:
    """DMARC of the From domain.

    ``policy`` is what the record asks for this domain (``p`` or ``sp``), ``disposition`` what is left of it after the
    sampling of ``pct``; both are None without a usable record. ``record_domain`` is where the record was found.
    ``spf_aligned`` and ``dkim_aligned`` say whether a *passing* SPF or DKIM result belongs to the From domain.
    """

    result: DmarcResult
    header_from: str | None
    policy: DmarcPolicy | None = None
    disposition: DmarcPolicy | None = None
    published: tuple[tuple[str, str], ...] = ()
    record_domain: str | None = None
    organizational_domain: str | None = None
    spf_aligned: bool = False
    dkim_aligned: bool = False
    because: tuple[str, ...] = ()

    @property
    def sampled_out(self) -> bool:
        """True when the draw of ``pct`` spared this message what the policy asks for."""
        return self.policy is not self.disposition

    @property
    def fails_explicitly(self) -> bool:
        """True when the domain itself asks that this failing message be not delivered as usual."""
        strict = {DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT}
        return self.result is DmarcResult.FAIL and self.disposition in strict


@dataclass(frozen=True, slots=True)
class JudgedAddress:
    """The address that SPF judges behind a gateway, the name its Received field gives it, and why it is that one.

    Enhanced Filtering for connectors chooses it (fact MX-CON-08).
    """

    ip: IPv4Address | IPv6Address
    because: tuple[str, ...] = ()
    name: str = ""


class CompositeResult(StrEnum):
    """``compauth=`` (fact MX-HDR-05)."""

    PASS = "pass"
    SOFTPASS = "softpass"
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeCheck:
    """Microsoft's composite authentication: result, three-digit reason, and why."""

    result: CompositeResult
    reason: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationResults:
    """All that was found out about one message; ``composite`` is None for mail that is relayed out (MX-HDR-04)."""

    spf: SpfCheck
    dkim: tuple[DkimCheck, ...]
    dmarc: DmarcCheck
    composite: CompositeCheck | None = None

    @property
    def because(self) -> tuple[str, ...]:
        """The evidence, in the order in which it was gathered."""
        dkim = tuple(sentence for check in self.dkim for sentence in check.because)
        composite = self.composite.because if self.composite else ()
        return (*self.spf.because, *dkim, *self.dmarc.because, *composite)

    @property
    def is_lasting(self) -> bool:
        """True when the same names get the same results again, as long as DNS gives the same answers.

        A domain's own explanation may name the instant, ``pct`` draws anew, and DNS that fails may be there next time.
        """
        fails = self.spf.result is SpfResult.TEMPERROR or self.dmarc.result is DmarcResult.TEMPERROR
        draws = dict(self.dmarc.published).get("pct", "100") != "100"
        return self.spf.explanation is None and not fails and not draws
