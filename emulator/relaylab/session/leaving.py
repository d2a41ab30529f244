"""A message on its way out: from which host, under which sender, signed by whom, and how its recipient judges it.

Two hops, two checks (fact COR-03). The site's address matters on arrival only; outside, SPF is asked for Microsoft's.
What the far end judges may be another tenant of the same world, which its mail reaches as everybody's does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.address import Address
from relaylab.domain.authentication import DkimResult, SpfResult
from relaylab.mailauth import Session, seal, sign
from relaylab.rules.authentication import arc_results, judge
from relaylab.rules.dns.addresses import RELAY_POOL, outbound_host
from relaylab.rules.dns.hosts import ARC_DOMAIN, ARC_SELECTOR

if TYPE_CHECKING:
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.authentication import AuthenticationResults
    from relaylab.domain.randomness import Random
    from relaylab.domain.tenant import Tenant
    from relaylab.mailauth import SigningKey
    from relaylab.rules.authentication import Recipients
    from relaylab.rules.dns.addresses import OutboundHost
    from relaylab.session.moment import MailDns, Moment

_SELECTORS: Final = ("selector1", "selector2")
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_HASH: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Departure:
    """The host that a message leaves from, the envelope's sender that it leaves under, and why these."""

    host: OutboundHost
    mail_from: Address | None
    because: tuple[str, ...]


def departure(ask: DataAsk, home: Tenant | None, forwarder: Address | None, chance: Random) -> Departure:
    """Give how a message leaves its tenant; ``forwarder`` is the address inside that leads to the recipient.

    Mail of a sender whom nobody vouches for goes through the relay pool under the sender that it has (fact MX-RLY-04).
    That of a foreign sender who is vouched for is rewritten (sources.SENDER_REWRITING); what the hash in the address is
    made of is not public, and is drawn here.
    """
    sender = ask.envelope.mail_from
    is_own = home is not None and sender is not None and home.owns(sender.domain)
    found = ask.authentication
    is_vouched_for = found is not None and (
        found.spf.result is SpfResult.PASS or any(one.result is DkimResult.PASS for one in found.dkim)
    )
    host = outbound_host(is_own=is_own, is_vouched_for=is_vouched_for)
    if host is RELAY_POOL:
        why = (
            f"leaves through the relay pool, from {host.address}: MAIL FROM is in no accepted domain, and neither SPF "
            "nor DKIM passed on arrival"
        )
        return Departure(host, sender, (why,))
    why = f"leaves from {host.address}"
    if is_own or home is None or sender is None:
        return Departure(host, sender, (why,))
    rewritten = _rewritten(sender, home, forwarder, chance)
    return Departure(host, rewritten, (why, f"MAIL FROM {sender} is rewritten to {rewritten} (SRS)"))


class Keys(NamedTuple):
    """What a message is signed and sealed with on its way out; None where the service has no key, or does not."""

    dkim: SigningKey | None
    arc: SigningKey | None


def keys_for(ask: DataAsk, home: Tenant | None, dns: MailDns) -> Keys:
    """Give the keys for a message that leaves."""
    arc = dns.signing_key(ARC_SELECTOR, ARC_DOMAIN) if ask.authentication is not None else None
    return Keys(_dkim_key(ask, home, dns), arc)


def _dkim_key(ask: DataAsk, home: Tenant | None, dns: MailDns) -> SigningKey | None:
    """Give the key of the From domain where that domain's DNS shows the service's, else of the tenant's initial domain.

    What is only passed on for somebody outside is not signed.
    """
    author = ask.head.from_address
    if home is None:
        return None
    if author is not None and home.owns(author.domain):
        domain = str(author.domain)
        for selector in _SELECTORS:
            if dns.look_up(f"{selector}._domainkey.{domain}", "TXT").values("TXT"):
                return dns.signing_key(selector, domain)
    if not ask.attribution.may_relay:
        return None
    return dns.signing_key(_SELECTORS[0], str(home.initial_domain))


def signature(content: bytes, keys: Keys) -> str | None:
    """Give the DKIM-Signature that the service puts on a message that leaves."""
    return None if keys.dkim is None else sign(content, keys.dkim)


def sealed(content: bytes, found: AuthenticationResults, receiver: str, keys: Keys) -> tuple[str, ...]:
    """Give the ARC set of the service, the first of a chain (fact MX-HDR-11)."""
    return () if keys.arc is None else seal(content, arc_results(found, receiver), keys.arc)


def seen_at_the_far_end(  # noqa: PLR0913 - the message, how it left, and who looks at it
    leaves: Departure,
    content: bytes,
    *,
    receiver: str,
    recipients: Recipients | None,
    chance: Random,
    dns: MailDns,
    moment: Moment,
) -> AuthenticationResults:
    """Judge a message as its recipient does; ``content`` is what leaves, signed.

    ``recipients`` is what another tenant knows, which judges as the service does; None is anybody outside.
    """
    session = Session(
        ip=leaves.host.address,
        helo=leaves.host.name,
        mail_from=str(leaves.mail_from or ""),
        receiver=receiver,
        now=moment.now,
    )
    return judge(dns, session, content, recipients=recipients, readings=moment.rulebook.readings, chance=chance)


def _rewritten(sender: Address, home: Tenant, forwarder: Address | None, chance: Random) -> Address:
    """Rewrite a foreign sender, as public mail shows it: ``bounces+SRS=HnE87=C7@contoso.com`` for what is relayed."""
    mark = "".join(chance.choice(_HASH) for _ in range(5))
    day = "".join(chance.choice(_BASE32) for _ in range(2))
    if forwarder is not None:
        return Address(f"{forwarder.local}+SRS={mark}={day}={sender.domain}={sender.local}", forwarder.domain)
    default = next((one.name for one in home.accepted_domains if one.default), home.initial_domain)
    return Address(f"bounces+SRS={mark}={day}", default)
