"""A relayed message on its way out: signed, sent from one of the service's addresses, judged by the outside recipient.

Two hops, two checks (fact COR-03). The site's address matters on arrival only; outside, SPF is asked for Microsoft's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.authentication import DkimResult, SpfResult
from relaylab.mailauth import Discovery, Session, authenticate, sign
from relaylab.rules.dns.addresses import OUTBOUND, RELAY_POOL

if TYPE_CHECKING:
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.authentication import AuthenticationResults
    from relaylab.domain.randomness import Random
    from relaylab.mailauth import SigningKey
    from relaylab.rules.dns.addresses import OutboundHost
    from relaylab.session.moment import MailDns, Moment

_SELECTORS: Final = ("selector1", "selector2")


def signature(ask: DataAsk, content: bytes, moment: Moment) -> str | None:
    """Give the DKIM-Signature that the service puts on a message that leaves; None where it has no key.

    It signs for the From domain where that domain's DNS shows the service's key, else for the tenant's initial domain.
    """
    tenant, dns = ask.attribution.tenant, moment.dns
    if tenant is None or dns is None:
        return None
    author = ask.head.from_address
    if author is not None and tenant.owns(author.domain):
        domain = str(author.domain)
        for selector in _SELECTORS:
            if dns.look_up(f"{selector}._domainkey.{domain}", "TXT").values("TXT"):
                return _signed(content, dns.signing_key(selector, domain))
    return _signed(content, _initial_key(dns, str(tenant.initial_domain)))


def outbound_host(ask: DataAsk) -> OutboundHost:
    """Give the host that a relayed message leaves from: the relay pool for a sender nobody vouches for (MX-RLY-04)."""
    tenant, sender, results = ask.attribution.tenant, ask.envelope.mail_from, ask.authentication
    is_own = tenant is not None and sender is not None and tenant.owns(sender.domain)
    is_vouched_for = results is not None and (
        results.spf.result is SpfResult.PASS or any(one.result is DkimResult.PASS for one in results.dkim)
    )
    return OUTBOUND if is_own or is_vouched_for else RELAY_POOL


def seen_outside(
    ask: DataAsk, content: bytes, *, receiver: str, chance: Random, moment: Moment
) -> AuthenticationResults | None:
    """Judge a message as the outside recipient does; ``content`` is what leaves, signed. None where nobody looks."""
    if moment.dns is None:
        return None
    host = outbound_host(ask)
    session = Session(
        ip=host.address,
        helo=host.name,
        mail_from=str(ask.envelope.mail_from or ""),
        receiver=receiver,
        now=moment.now,
    )
    discovery = Discovery(moment.rulebook.readings["dmarc_discovery"])
    return authenticate(moment.dns, session, content, chance=chance, discovery=discovery)


def _signed(content: bytes, key: SigningKey | None) -> str | None:
    return None if key is None else sign(content, key)


def _initial_key(dns: MailDns, domain: str) -> SigningKey | None:
    return dns.signing_key(_SELECTORS[0], domain)
