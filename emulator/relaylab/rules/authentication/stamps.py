"""The header fields that Exchange Online stamps, from typed values to lines folded as it folds them.

Every function gives whole fields without the last line end; a field of several lines holds CRLF. Names of servers,
ids and instants are arguments. The shapes are those of public messages up to 2026-02-12 (facts MX-HDR-01 to -11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Final, assert_never

from relaylab.domain.authentication import (
    AuthenticationResults,
    DkimCheck,
    DkimResult,
    DmarcResult,
    JudgedAddress,
    SpfCheck,
    SpfResult,
)
from relaylab.domain.peer import TlsFacts
from relaylab.mailauth.folding import fold, fold_after_name
from relaylab.rules.authentication.ciphers import iana_name
from relaylab.rules.authentication.composite import dmarc_action

_RECEIVER: Final = "protection.outlook.com"
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Exchange's own fields are folded one column earlier than Received: "(UTC)" would end in column 78, and stands below.
_WIDTH_OF_OWN: Final = 77


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hand-over: from whom to whom, how, and when.

    ``build`` is the server's version such as ``15.20.9611.8``; ``tls`` is None in clear text; ``via_frontend`` is
    False for the mailbox server behind the front ends.
    """

    sender: str
    sender_ip: IPv4Address | IPv6Address
    receiver: str
    receiver_ip: IPv4Address | IPv6Address
    tls: TlsFacts | None
    build: str
    at: datetime
    via_frontend: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AntispamReport:
    """``X-Forefront-Antispam-Report`` (fact MX-HDR-07); ``ptr`` None means that the address has no name.

    ``direction`` is INB, OUT or INT; ``verdict`` the SFV, ``category`` the CAT, ``ip_verdict`` the IPV value.
    ``rules`` are the numbers between SFS brackets, which only Microsoft can read.
    """

    ip: IPv4Address | IPv6Address
    helo: str
    direction: str
    country: str = ""
    language: str = "en"
    ptr: str | None = None
    level: int = 1
    verdict: str = "NSPM"
    category: str = "NONE"
    ip_verdict: str = "NLI"
    rules: tuple[int, ...] = ()
    policy: int = 1101


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """What the tenant that a message was attributed to leaves in its header (facts MX-HDR-08 to MX-HDR-10).

    ``site`` is the front end as AuthSource names it, ``mailbox_server`` the label of the server behind it,
    ``from_entity`` ``HybridOnPrem`` or ``Internet``, ``auth_as`` ``Anonymous`` or ``Internal``.
    """

    tenant_id: str
    message_id: str
    ip: IPv4Address | IPv6Address
    helo: str
    arrived: datetime
    site: str
    mailbox_server: str
    from_entity: str
    auth_as: str = "Anonymous"
    originator: str | None = None


def received(hop: Hop) -> str:
    """Give a Received field (MX-HDR-01, MX-HDR-02)."""
    tls = ""
    if hop.tls is not None:
        version = hop.tls.version.replace("TLSv", "TLS").replace(".", "_")
        version = version if "_" in version else f"{version}_0"
        tls = f" (version={version}, cipher={iana_name(hop.tls.cipher)})"
    via = " via Frontend Transport" if hop.via_frontend else ""
    return fold(
        "Received",
        f"from {hop.sender} ({hop.sender_ip}) by {hop.receiver} ({hop.receiver_ip})"
        f" with Microsoft SMTP Server{tls} id {hop.build}{via}; {_date(hop.at)}",
    )


def received_spf(spf: SpfCheck) -> str:
    """Give the Received-SPF field (MX-HDR-03)."""
    domain, ip, where = spf.domain, spf.ip, f"receiver={_RECEIVER}; client-ip={spf.ip}; helo={spf.helo};"
    match spf.result:
        case SpfResult.PASS:
            said = f"Pass ({_RECEIVER}: domain of {domain} designates {ip} as permitted sender) {where} pr=C"
        case SpfResult.FAIL:
            said = f"Fail ({_RECEIVER}: domain of {domain} does not designate {ip} as permitted sender) {where}"
        case SpfResult.SOFTFAIL:
            said = (
                f"SoftFail ({_RECEIVER}: domain of transitioning {domain} discourages use of {ip} as permitted sender)"
            )
        case SpfResult.NEUTRAL:
            said = f"Neutral ({_RECEIVER}: {ip} is neither permitted nor denied by domain of {domain})"
        case SpfResult.NONE:
            said = f"None ({_RECEIVER}: {domain} does not designate permitted sender hosts)"
        case SpfResult.TEMPERROR:
            why = f"{spf.unheld[-1]} is not in this world's DNS" if spf.unheld else "DNS Timeout"
            said = f"TempError ({_RECEIVER}: error in processing during lookup of {domain}: {why})"
        case SpfResult.PERMERROR:
            said = f"PermError ({_RECEIVER}: domain of {domain} used an invalid SPF mechanism)"
        case _:
            assert_never(spf.result)
    return fold("Received-SPF", said)


def authentication_results(results: AuthenticationResults) -> str:
    """Give the results of an incoming message, or, without a composite, those of a relayed one (MX-HDR-04)."""
    spf, dmarc, composite = results.spf, results.dmarc, results.composite
    dkim = "".join(f"dkim={_dkim(check)} header.d={check.domain or 'none'};" for check in results.dkim)
    author = dmarc.header_from or "none"
    said = (
        f"spf={spf.result} (sender IP is {spf.ip}) smtp.mailfrom={spf.domain}; {dkim}"
        f"dmarc={dmarc.result} action={dmarc_action(dmarc)} header.from={author};"
    )
    if composite is None:
        return fold("X-MS-Exchange-Authentication-Results", said)
    return fold("Authentication-Results", f"{said}compauth={composite.result} reason={composite.reason}")


def arc_results(results: AuthenticationResults, recipient_domain: str) -> str:
    """Give the value of ARC-Authentication-Results behind its instance, for the first hop of a chain (MX-HDR-11)."""
    spf, dmarc = results.spf, results.dmarc
    published = ""
    if dmarc.result in {DmarcResult.PASS, DmarcResult.FAIL} and dmarc.published:
        published = f" ({' '.join(f'{name}={value}' for name, value in dmarc.published)})"
    dkim = "".join(
        f"dkim={_dkim(check)}{f' header.d={check.domain}' if check.domain else ''}; " for check in results.dkim
    )
    return (
        f"mx.microsoft.com 1; spf={spf.result} (sender ip is {spf.ip}) smtp.rcpttodomain={recipient_domain}"
        f" smtp.mailfrom={spf.domain}; dmarc={dmarc.result}{published} action={dmarc_action(dmarc)}"
        f" header.from={dmarc.header_from or 'none'}; {dkim}arc=none (0)"
    )


def skip_listed(seen_from: JudgedAddress) -> tuple[str, ...]:
    """Give the fields that show whose address counts behind a gateway (fact MX-CON-08, sources.SKIP_LISTED)."""
    value = f"ip=[{seen_from.ip}];domain={seen_from.name}"
    names = ("X-MS-Exchange-SkipListedInternetSender", "X-MS-Exchange-ExternalOriginalInternetSender")
    return tuple(fold_after_name(name, value) for name in names)


def antispam_report(report: AntispamReport) -> str:
    """Give the X-Forefront-Antispam-Report field (MX-HDR-07)."""
    rules = "".join(f"({number})" for number in report.rules)
    value = (
        f"CIP:{report.ip};CTRY:{report.country};LANG:{report.language};SCL:{report.level};SRV:;IPV:{report.ip_verdict};"
        f"SFV:{report.verdict};H:{report.helo};PTR:{report.ptr or 'InfoDomainNonexistent'};CAT:{report.category};"
        f"SFS:{rules};DIR:{report.direction};SFP:{report.policy};"
    )
    return fold_after_name("X-Forefront-Antispam-Report", value)


def attributed(given: Attributed) -> tuple[str, ...]:
    """Give the fields that show attribution, in the order in which Exchange writes them (MX-HDR-08, MX-HDR-09)."""
    cross = "X-MS-Exchange-CrossTenant"
    label = given.site.partition(".")[0]
    arrived = given.arrived.astimezone(UTC)
    moment = f"{_day(arrived)} {arrived:%H:%M:%S}.{arrived.microsecond // 100:04}"
    return (
        "X-EOPAttributedMessage: 0",
        "X-MS-PublicTrafficType: Email",
        f"X-MS-TrafficTypeDiagnostic: {label}:EE_|{given.mailbox_server}:EE_",
        f"X-MS-Office365-Filtering-Correlation-Id: {given.message_id}",
        "X-MS-Exchange-SenderADCheck: 1",
        "X-MS-Exchange-AntiSpam-Relay: 0",
        fold_after_name("X-Microsoft-Antispam", "BCL:0;"),
        *((f"X-OriginatorOrg: {given.originator}",) if given.originator else ()),
        fold(f"{cross}-OriginalArrivalTime", f"{moment} (UTC)", width=_WIDTH_OF_OWN),
        f"{cross}-Network-Message-Id: {given.message_id}",
        f"{cross}-Id: {given.tenant_id}",
        f"{cross}-OriginalAttributedTenantConnectingIp: TenantId={given.tenant_id};Ip=[{given.ip}];Helo=[{given.helo}]",
        fold_after_name(f"{cross}-AuthSource", given.site, width=_WIDTH_OF_OWN),
        f"{cross}-AuthAs: {given.auth_as}",
        f"{cross}-FromEntityHeader: {given.from_entity}",
        f"X-MS-Exchange-Transport-CrossTenantHeadersStamped: {given.mailbox_server}",
    )


def _dkim(check: DkimCheck) -> str:
    """Give result and reason in Exchange's words, which know pass, fail, none and, for a silent DNS, timeout."""
    match check.result:
        case DkimResult.PASS | DkimResult.NONE | DkimResult.FAIL:
            word = str(check.result)
        case DkimResult.TEMPERROR:
            word = "timeout"
        case DkimResult.PERMERROR | DkimResult.NEUTRAL:
            word = "fail"
        case _:
            assert_never(check.result)
    return f"{word} ({check.reason})"


def _date(at: datetime) -> str:
    moment = at.astimezone(UTC)
    return f"{_DAYS[moment.weekday()]}, {_day(moment)} {moment:%H:%M:%S} +0000"


def _day(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
