"""SPF of the senders that go to a tenant MX, looked up at each hop for the address that is seen there (fact COR-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.authentication import SpfResult
from relaylab.domain.estate import Method
from relaylab.domain.randomness import Randomness
from relaylab.mailauth import Session, check_spf
from relaylab.rules.dns.addresses import RELAY_POOL, outbound_host
from relaylab.rules.dns.catalogue import zones_of
from relaylab_conformance.migration.approach import Approach, approach, goes_over_ipv6
from relaylab_conformance.migration.judge import peer_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab.domain.zone import IpAddress, Zone
    from relaylab.engine.rulebook import Rulebook

_MX: Final = frozenset({Method.CONNECTOR_RELAY, Method.DIRECT_SEND})
_NO_KEY: Final = ""  # SPF asks for no key


def spf_failures(world: World, rulebook: Rulebook, at: datetime) -> Iterator[tuple[str, str]]:
    """Give for each sender and each hop at which SPF does not pass the sender's name and a sentence.

    Of a domain that the world's DNS says nothing of, nothing is said either, nor of the arrival of a sender without a
    site: nobody knows the address that it sends from.
    """
    zone = zones_of(world, rulebook, Randomness(0), lambda _: _NO_KEY).at(at)
    for sender in spf_senders(world):
        if not world.has_records_of(sender.from_address.domain):
            continue
        methods = _MX & {sender.today, sender.target}
        if sender.site is None and world.tenant_of(sender.from_address.domain) is None:
            continue  # whether it leaves under a rewritten sender, its arrival decides
        address = _address(world, rulebook, sender, at)
        arrival = _result(zone, sender, address, at)
        if arrival is not SpfResult.PASS and sender.site is not None:
            hop = f"on arrival at Exchange Online, for the site's address {address}"
            yield sender.name, _told(sender, arrival, hop, f"lacks ip{address.version}:{address}")
        if Method.CONNECTOR_RELAY in methods and any(world.recipient(to).is_outside for to in sender.to):
            yield from _outside(world, zone, sender, at, is_vouched_for=arrival is SpfResult.PASS)


def _outside(
    world: World, zone: Zone, sender: Sender, at: datetime, *, is_vouched_for: bool
) -> Iterator[tuple[str, str]]:
    """Look at the outside recipient's hop, for the host that the message leaves from (fact MX-RLY-04)."""
    is_own = world.tenant_of(sender.from_address.domain) is not None
    if is_vouched_for and not is_own:
        return  # it leaves under a rewritten sender, whose record is another's
    host = outbound_host(is_own=is_own, is_vouched_for=is_vouched_for)
    result = _result(zone, sender, host.address, at)
    if result is SpfResult.PASS:
        return
    if host is RELAY_POOL:
        hop = f"at the outside recipient, for Microsoft's relay pool {host.address}"
        lacks = "cannot hold that address: send from an accepted domain, or have SPF or DKIM pass on arrival"
    else:
        hop = f"at the outside recipient, for Microsoft's address {host.address}"
        lacks = "lacks include:spf.protection.outlook.com"
    yield sender.name, _told(sender, result, hop, lacks)


def spf_senders(world: World) -> tuple[Sender, ...]:
    """Give the senders whose mail goes to a tenant MX, today or by their plan."""
    return tuple(sender for sender in world.senders if _MX & {sender.today, sender.target})


def _told(sender: Sender, result: SpfResult, hop: str, lacks: str) -> str:
    domain = sender.from_address.domain
    match result:
        case SpfResult.NONE:
            why = f"{domain} has no SPF record"
        case SpfResult.PERMERROR:
            why = f"the record of {domain}, or one that it includes, cannot be read"
        case SpfResult.TEMPERROR:
            why = f"DNS did not answer for {domain}, or for what its record includes"
        case _:
            why = f"the record of {domain} {lacks}"
    return f"{sender.name}: spf={result} {hop}; {why}"


def _address(world: World, rulebook: Rulebook, sender: Sender, at: datetime) -> IpAddress:
    way = approach(world, sender, Method.DIRECT_SEND)
    over_ipv6 = isinstance(way, Approach) and goes_over_ipv6(world, rulebook, sender, way, at)
    return peer_of(world, sender, over_ipv6=over_ipv6).ip


def _result(zone: Zone, sender: Sender, ip: IpAddress, at: datetime) -> SpfResult:
    session = Session(ip=ip, helo=sender.name, mail_from=str(sender.from_address), receiver="relaylab", now=at)
    return check_spf(zone, session).result
