"""Checks and zones for DMARC, a line each."""

from __future__ import annotations

from ipaddress import ip_address

from relaylab.domain.authentication import DkimCheck, DkimResult, DmarcCheck, SpfCheck, SpfResult
from relaylab.domain.randomness import Randomness
from relaylab.mailauth.dmarc import Discovery, check_dmarc
from tests.mailauth.zones import LiteralZone, a_zone


def spf(domain: str = "fabrikam.com", result: SpfResult = SpfResult.PASS) -> SpfCheck:
    return SpfCheck(result=result, ip=ip_address("203.0.113.9"), domain=domain)


def dkim(domain: str = "fabrikam.com", result: DkimResult = DkimResult.PASS) -> DkimCheck:
    return DkimCheck(result=result, reason="", domain=domain, selector="s")


NO_SPF = spf(result=SpfResult.FAIL)
NO_DKIM = DkimCheck(result=DkimResult.NONE, reason="message not signed")


def dmarc_zone(**records: str) -> LiteralZone:
    """A zone of records; names have underscores for dots, so ``contoso_com`` stands for _dmarc.contoso.com."""
    return a_zone({f"_dmarc.{name.replace('_', '.')}": [("TXT", record)] for name, record in records.items()})


def checked(
    zone: LiteralZone,
    author: str | tuple[str, ...] = "contoso.com",
    by_spf: SpfCheck = NO_SPF,
    *by_dkim: DkimCheck,
    seed: int = 1,
    discovery: Discovery = Discovery.SUFFIX_LIST,
) -> DmarcCheck:
    authors = (author,) if isinstance(author, str) else author
    chance = Randomness(seed).stream("dmarc")
    return check_dmarc(zone, authors, by_spf, by_dkim or (NO_DKIM,), chance=chance, discovery=discovery)
