"""Whether the sender of a message at the tenant MX is who it says: SPF, DKIM, DMARC, and what policies make of it.

Law: only mail at the MX is looked at, and of that only what is not refused anyway because it may not leave: verifying a
message of 35 MB takes about a second. Who signs in is known, and is not asked. What was found of an unsigned message
holds for the next one with the same names and address, and is remembered.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.message import Hop, HopFacts
from relaylab.mailauth import Session
from relaylab.rules.authentication import Recipients, handling, judge
from relaylab.session.skipping import judged_sender, skipping_connector

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.arrival import Arrival
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.authentication import AuthenticationResults, JudgedAddress
    from relaylab.domain.connector import InboundConnector
    from relaylab.domain.message import MessageHead
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import Recipient
    from relaylab.domain.zone import IpAddress, Zone
    from relaylab.session.head import Letter
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.transaction import Transaction

_SERVICE: Final = (".mail.protection.outlook.com", ".mx.microsoft")


class Judged(NamedTuple):
    """What was found of the sender, what the recipients' policy does with it, and whose address was looked at."""

    results: AuthenticationResults | None
    handling: Handling = Handling.DELIVER
    seen_from: JudgedAddress | None = None


def authenticated(  # noqa: PLR0913 - the message and its session
    transaction: Transaction,
    letter: Letter,
    *,
    attribution: Attribution,
    arrival: Arrival,
    party: Party,
    hello: str,
    message_id: str,
    moment: Moment,
) -> Judged:
    """Judge a complete message on arrival; recipients inside decide whether there is a composite (fact MX-HDR-04)."""
    content, head = letter.content, letter.head
    if not content or (not attribution.may_relay and any(one.is_outside for one in transaction.recipients)):
        return Judged(None)
    inside, skipping = transaction.by_names("inside", partial(_inside, transaction, arrival, attribution))
    seen_from = judged_sender(content, arrival.ip, skipping) if skipping is not None else None
    senders = transaction.sender, head.from_address
    if moment.dns is None or moment.memory.recall(("unrecorded", *senders), lambda: is_unrecorded(senders, moment)):
        return Judged(None, seen_from=seen_from)
    tenant, ip = inside[0].tenant if inside else None, seen_from.ip if seen_from else party.peer.ip
    domain = inside[0].address.domain if inside else None
    authors = letter.authors
    sender, internal = str(transaction.sender or ""), attribution.counts_as_internal
    key = ("judged", ip, hello, sender, authors, head.from_address, domain, internal)
    known = moment.memory.known(key) if seen_from is None and authors is not None else None
    if isinstance(known, Judged):
        return known
    results = judge(
        moment.dns,
        Session(
            ip=ip,
            helo=hello,
            mail_from=sender,
            receiver=party.names.host,
            now=moment.now,
        ),
        content,
        recipients=recipients_of(tenant, domain, head, ip, moment.dns) if tenant and domain else None,
        readings=moment.rulebook.readings,
        chance=party.randomness.stream("dmarc", message_id),
    )
    if seen_from is not None:
        results = replace(results, spf=replace(results.spf, because=(*seen_from.because, *results.spf.because)))
    if tenant is None or attribution.counts_as_internal:  # what is internal skips filtering (fact MX-CON-07)
        judged = Judged(results, seen_from=seen_from)
    else:
        judged = Judged(results, handling(results, tenant.anti_phish_policy), seen_from)
    if seen_from is None and authors is not None and results.is_lasting:
        moment.memory.keep(key, judged)
    return judged


def holds_for_the_next(ask: DataAsk, transaction: Transaction) -> bool:
    """Tell whether the next unsigned message with the same names and author would be found the same."""
    _, skipping = transaction.by_names("inside", partial(_inside, transaction, ask.arrival, ask.attribution))
    return skipping is None and (ask.authentication is None or ask.authentication.is_lasting)


def _inside(
    transaction: Transaction, arrival: Arrival, attribution: Attribution
) -> tuple[tuple[Recipient, ...], InboundConnector | None]:
    """Give the recipients inside, and the connector that has the client's address skipped for them."""
    inside = tuple(one for one in transaction.recipients if is_inside(one, attribution))
    return inside, skipping_connector(arrival, transaction.sender, inside, attribution)


def is_unrecorded(senders: tuple[Address | None, ...], moment: Moment) -> bool:
    """Tell whether the world's DNS says nothing of the senders, and that is read as: nobody knows."""
    if moment.rulebook.readings["unrecorded_sender"] == "judged":
        return False
    return not any(moment.world.has_records_of(sender.domain) for sender in senders if sender is not None)


def is_inside(recipient: Recipient, attribution: Attribution) -> bool:
    """Tell whether a recipient is in the tenant whose mail it is; what comes in is its recipients' own."""
    if not attribution.may_relay or attribution.tenant is None:
        return recipient.tenant is not None
    return recipient.tenant is not None and recipient.tenant.id == attribution.tenant.id


def facts(hop: Hop, results: AuthenticationResults, receiver: str = "") -> HopFacts:
    """Give results in the words of header fields; ``receiver`` is the domain that a far end judges for."""
    return facts_to_be_found(hop, lambda: results, receiver)


def facts_to_be_found(hop: Hop, find: Callable[[], AuthenticationResults], receiver: str) -> HopFacts:
    """Give such facts of results that are found when somebody reads them."""
    return HopFacts.implied(lambda: _facts(find()), hop=hop, receiver=receiver)


def _facts(results: AuthenticationResults) -> dict[str, object]:
    composite = results.composite
    return {
        "ip": str(results.spf.ip),
        "spf": str(results.spf.result),
        "dkim": tuple(f"{one.result} d={one.domain}" if one.domain else str(one.result) for one in results.dkim),
        "dmarc": str(results.dmarc.result),
        "compauth": f"{composite.result} reason={composite.reason}" if composite else "",
        "because": results.because,
    }


def recipients_of(tenant: Tenant, domain: DomainName, head: MessageHead, ip: IpAddress, zone: Zone) -> Recipients:
    """Give what the recipients' tenant knows that decides about a sender who is seen at an address."""
    author = head.from_address
    hosts = [
        value.rpartition(" ")[2].removesuffix(".").lower() for value in zone.look_up(str(domain), "MX").values("MX")
    ]
    return Recipients(
        own_from=author is not None and tenant.owns(author.domain),
        mx_points_here=not hosts or any(host.endswith(_SERVICE) for host in hosts),
        blocked_pair=author is not None and _may_not_spoof(author, ip, tenant, zone),
    )


def _may_not_spoof(author: Address, ip: IpAddress, tenant: Tenant, zone: Zone) -> bool:
    """Tell whether the tenant's list of spoofs blocks mail that is from an author and comes from an address."""
    items = [item for item in tenant.tenant_allow_block_list_spoof_items if item.names(author)]
    pointers = zone.look_up(ip.reverse_pointer, "PTR").values("PTR") if items else ()
    hosts = [pointer.removesuffix(".").lower() for pointer in pointers]
    return any(item.comes_from(ip, hosts) for item in items)
