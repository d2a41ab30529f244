"""DMARC: does the domain that people see in From vouch for the message (RFC 7489 §6.6.2)?

Law of this module: a check always ends in one result and never raises.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.authentication import DkimResult, DmarcCheck, DmarcPolicy, DmarcResult, SpfResult
from relaylab.domain.zone import Rcode
from relaylab.mailauth.dmarc.discovery import Discovery, DnsError, Found, discover, organizational_domain

if TYPE_CHECKING:
    from relaylab.domain.authentication import DkimCheck, SpfCheck
    from relaylab.domain.randomness import Random
    from relaylab.domain.zone import Zone
    from relaylab.mailauth.dmarc.record import Record

# Of several author domains the strictest failing one decides (RFC 7489 §6.6.1), then whatever is no pass.
_WORST_FIRST: Final = (
    DmarcResult.FAIL,
    DmarcResult.PERMERROR,
    DmarcResult.TEMPERROR,
    DmarcResult.NONE,
    DmarcResult.BEST_GUESS_PASS,
    DmarcResult.PASS,
)
_STRICTEST_FIRST: Final = (DmarcPolicy.REJECT, DmarcPolicy.QUARANTINE, DmarcPolicy.NONE, None)
MOST_AUTHORS: Final = 10


def check_dmarc(  # noqa: PLR0913 - the message's authors, what was found out before, and how to go on
    zone: Zone,
    authors: tuple[str, ...],
    spf: SpfCheck,
    dkim: tuple[DkimCheck, ...],
    *,
    chance: Random,
    discovery: Discovery = Discovery.SUFFIX_LIST,
) -> DmarcCheck:
    """Check every author domain, and give the check that counts; ``chance`` draws for ``pct``."""
    if not authors:
        because = ("DMARC: From names no domain, so nothing can be checked",)
        return DmarcCheck(result=DmarcResult.PERMERROR, header_from=None, because=because)
    checks = [_check(zone, author, spf, dkim, discovery) for author in authors[:MOST_AUTHORS]]
    worst = min(checks, key=lambda one: (_WORST_FIRST.index(one.result), _STRICTEST_FIRST.index(one.policy)))
    if len(authors) > 1:
        said = f"DMARC: From names {len(authors)} domains; {worst.header_from} decides (RFC 7489 §6.6.1)"
        worst = replace(worst, because=(said, *worst.because))
    return _sampled(worst, chance)


def _check(zone: Zone, author: str, spf: SpfCheck, dkim: tuple[DkimCheck, ...], discovery: Discovery) -> DmarcCheck:
    try:
        found = discover(zone, author, discovery)
    except DnsError as error:
        return DmarcCheck(result=DmarcResult.TEMPERROR, header_from=author, because=(f"DMARC: {error}",))
    alignment = _Alignment(zone, author, found, discovery)
    spf_aligned = spf.result is SpfResult.PASS and alignment.spf(spf.domain)
    dkim_aligned = any(one.result is DkimResult.PASS and alignment.dkim(one.domain) for one in dkim)
    undecided = (spf.result is SpfResult.TEMPERROR and alignment.spf(spf.domain)) or any(
        one.result is DkimResult.TEMPERROR and alignment.dkim(one.domain) for one in dkim
    )
    result = _result(found, aligned=spf_aligned or dkim_aligned, undecided=undecided)
    policy = _policy(zone, author, found)
    return DmarcCheck(
        result=result,
        header_from=author,
        policy=policy,
        disposition=policy,
        published=found.record.published if found.record else (),
        record_domain=found.record_domain,
        organizational_domain=found.organization,
        spf_aligned=spf_aligned,
        dkim_aligned=dkim_aligned,
        because=(
            _about_the_record(author, found, policy),
            _about_spf(author, spf, aligned=spf_aligned),
            _about_dkim(author, dkim, aligned=dkim_aligned),
            f"DMARC of {author}: {result}",
        ),
    )


def _result(found: Found, *, aligned: bool, undecided: bool) -> DmarcResult:
    if found.record is None:
        if found.record_domain is not None:
            return DmarcResult.PERMERROR
        return DmarcResult.BEST_GUESS_PASS if aligned else DmarcResult.NONE
    if aligned:
        return DmarcResult.PASS
    # RFC 7489 §5.6.2: with a temporary error below, nobody can say that the message failed.
    return DmarcResult.TEMPERROR if undecided else DmarcResult.FAIL


def _policy(zone: Zone, author: str, found: Found) -> DmarcPolicy | None:
    record = found.record
    if record is None:
        return None
    policy = record.policy if found.speaks_for(author) else record.subdomains or record.policy
    if record.missing is not None and not found.speaks_for(author) and _is_missing(zone, author):
        policy = record.missing
    return policy


def _is_missing(zone: Zone, author: str) -> bool:
    return zone.look_up(author, "A").rcode is Rcode.NXDOMAIN


def _sampled(check: DmarcCheck, chance: Random) -> DmarcCheck:
    """Draw for ``pct``: who is spared is delivered as if the domain asked for nothing (fact MX-HDR-06)."""
    percent = int(dict(check.published).get("pct", "100"))
    if check.result is not DmarcResult.FAIL or check.policy in {None, DmarcPolicy.NONE} or percent == 100:
        return check
    if chance.randrange(100) < percent:
        return check
    because = f"DMARC: pct={percent}, and the draw spares this message"
    return replace(check, disposition=DmarcPolicy.NONE, because=(*check.because, because))


class _Alignment:
    """Whether other domains belong to the author's (RFC 7489 §3.1)."""

    def __init__(self, zone: Zone, author: str, found: Found, discovery: Discovery) -> None:
        self._zone = zone
        self._author = author
        self._organization = found.organization
        self._record: Record | None = found.record
        self._discovery = discovery

    def spf(self, domain: str) -> bool:
        return self._aligned(domain, strict=self._record is not None and self._record.strict_spf)

    def dkim(self, domain: str | None) -> bool:
        return domain is not None and self._aligned(
            domain, strict=self._record is not None and self._record.strict_dkim
        )

    def _aligned(self, domain: str, *, strict: bool) -> bool:
        name = domain.lower().removesuffix(".")
        if strict or name == self._author or not name:
            return name == self._author
        try:
            return organizational_domain(self._zone, name, self._discovery) == self._organization
        except DnsError:
            return False


def _about_the_record(author: str, found: Found, policy: DmarcPolicy | None) -> str:
    if found.error is not None:
        return f"DMARC: {found.error}"
    if found.record is None:
        return f"DMARC: neither {author} nor {found.organization} has a record"
    return f"DMARC: the record of _dmarc.{found.record_domain} asks for p={policy} here"


def _about_spf(author: str, spf: SpfCheck, *, aligned: bool) -> str:
    if aligned:
        return f"DMARC: SPF passed for {spf.domain}, which belongs to {author}"
    if spf.result is SpfResult.PASS:
        return f"DMARC: SPF passed for {spf.domain}, which does not belong to {author}"
    return f"DMARC: SPF did not pass ({spf.result} for {spf.domain})"


def _about_dkim(author: str, dkim: tuple[DkimCheck, ...], *, aligned: bool) -> str:
    passed = [one.domain for one in dkim if one.result is DkimResult.PASS]
    if aligned:
        return f"DMARC: a signature that belongs to {author} verifies"
    if passed:
        return f"DMARC: the signatures that verify, of {', '.join(map(str, passed))}, do not belong to {author}"
    return "DMARC: no signature verifies"
