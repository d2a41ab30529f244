"""What would vouch for a sender that nothing vouches for: said with the names and the address that were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.address import DomainName

if TYPE_CHECKING:
    from relaylab.domain.authentication import AuthenticationResults, DmarcCheck

INCLUDE = "include:spf.protection.outlook.com"
ONLY_YOURS = (
    "Only where the address is yours: where nobody knows whose it is, ask that first, since somebody may forge the "
    "domain."
)


def way_to_vouch(results: AuthenticationResults | None, *, by_the_service: bool = False) -> str:
    """Give words that follow a colon; ``by_the_service`` is mail that Microsoft's own address was seen with.

    A MAIL FROM of another domain than From can pass SPF and vouches for nothing (RFC 7489 §3.1.2).
    """
    if results is None:
        return "have SPF or DKIM pass for the From domain"
    spf, author = results.spf, results.dmarc.header_from or results.spf.domain
    sign = f"have the sender sign with DKIM for {author}"
    if not _is_aligned(spf.domain, author, results.dmarc):
        return f"send with a MAIL FROM in {author}, whose SPF record allows {spf.ip}, or {sign}"
    if by_the_service:
        return f"put {INCLUDE} into the SPF record of {spf.domain}, or have Exchange Online sign for {author}"
    if spf.unheld:
        missing = spf.unheld[-1]
        return f'describe {missing} to the world ([[dns]] name = "{missing}", type = "TXT", its value), or {sign}'
    term = f"ip{spf.ip.version}:{spf.ip}"
    line = f'TXT "v=spf1 {term} {INCLUDE} ~all"'
    return f"put {term} into the SPF record of {spf.domain} ({line}, and what it holds already), or {sign}"


def _is_aligned(domain: str, author: str, dmarc: DmarcCheck) -> bool:
    if dict(dmarc.published).get("aspf") == "s":
        return domain.lower() == author.lower()
    return DomainName(domain.lower()).is_within(DomainName((dmarc.organizational_domain or author).lower()))
