"""Results of authentication as literals."""

from __future__ import annotations

from ipaddress import ip_address

from relaylab.domain.authentication import (
    AuthenticationResults,
    CompositeCheck,
    DkimCheck,
    DkimResult,
    DmarcCheck,
    DmarcPolicy,
    DmarcResult,
    SpfCheck,
    SpfResult,
)

SITE_IP = "164.130.1.60"
NOT_SIGNED = DkimCheck(result=DkimResult.NONE, reason="message not signed")


def an_spf_check(
    result: SpfResult = SpfResult.FAIL, *, domain: str = "foss.st.com", ip: str = SITE_IP, helo: str = "smtpO365.st.com"
) -> SpfCheck:
    return SpfCheck(result=result, ip=ip_address(ip), domain=domain, helo=helo)


def a_dmarc_check(
    result: DmarcResult = DmarcResult.FAIL,
    policy: DmarcPolicy | None = DmarcPolicy.NONE,
    *,
    disposition: DmarcPolicy | None = None,
    header_from: str = "foss.st.com",
) -> DmarcCheck:
    published = (("p", str(policy)), ("sp", str(policy)), ("pct", "100")) if policy else ()
    return DmarcCheck(
        result=result,
        header_from=header_from,
        policy=policy,
        disposition=disposition or policy,
        published=published,
        record_domain=header_from if policy else None,
    )


def results(
    spf: SpfCheck | None = None,
    dmarc: DmarcCheck | None = None,
    *dkim: DkimCheck,
    composite: CompositeCheck | None = None,
) -> AuthenticationResults:
    return AuthenticationResults(
        spf=spf or an_spf_check(), dkim=dkim or (NOT_SIGNED,), dmarc=dmarc or a_dmarc_check(), composite=composite
    )


def lines(*expected: str) -> str:
    """A folded field."""
    return "\r\n".join(expected)
