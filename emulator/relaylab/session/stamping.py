"""The header fields that the service puts above a message at the tenant MX (facts MX-HDR-01 to MX-HDR-11).

The content stays as the client sent it: the fields are kept beside it, those of each side of the recipients for
themselves. What only Microsoft knows (the build, an inner address, a message's number in the directory) is drawn from
the session's seed, in the shape of public messages. Results of sender authentication are stamped only where somebody
was judged (reading ``unrecorded_sender``); everything else always is.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final, TypedDict
from uuid import UUID

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.message import Side
from relaylab.domain.peer import TlsFacts
from relaylab.rules.authentication import (
    AntispamReport,
    Attributed,
    antispam_report,
    attributed,
    authentication_results,
    received,
    received_spf,
    skip_listed,
)
from relaylab.rules.authentication import Hop as HandOver

if TYPE_CHECKING:
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.authentication import AuthenticationResults
    from relaylab.domain.randomness import Random
    from relaylab.domain.reply import SessionNames
    from relaylab.domain.tenant import Tenant
    from relaylab.session.leaving import Departure
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party

_BUILD: Final = "15.20.9611.8"  # as in a public message of 2026-02 (MX-HDR-01)
_INNER: Final = int(IPv4Address("10.167.0.0"))
_INNER_IPV6: Final = int(IPv6Address("2603:10a6:10::"))  # as in public messages; which one a host has is drawn
_TLS: Final = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", None)
_SPAM_LEVEL: Final = 5


def stamps_on_arrival(  # noqa: PLR0913 - the message and its session
    ask: DataAsk,
    results: AuthenticationResults | None,
    *,
    side: Side,
    home: Tenant | None,
    party: Party,
    hello: str,
    message_id: str,
    moment: Moment,
) -> tuple[str, ...]:
    """Give the fields that the tenant's own servers put above a message, from the top."""
    chance = party.randomness.stream("stamps", message_id)
    relays, sender = ask.attribution.may_relay, ask.envelope.mail_from
    leaves = side is not Side.INSIDE
    front = HandOver(
        sender=hello or "unknown",
        sender_ip=ask.peer.ip,
        receiver=party.names.host,
        receiver_ip=IPv4Address(_INNER + chance.randrange(1 << 16)),
        tls=ask.tls,
        build=_BUILD,
        at=ask.now,
    )
    given = Attributed(
        tenant_id=home.id if home else "",
        message_id=str(UUID(int=chance.getrandbits(128), version=4)),
        ip=ask.peer.ip,
        helo=hello,
        arrived=ask.now,
        site=party.names.site,
        mailbox_server=party.names.mailbox_server.partition(".")[0],
        from_entity="HybridOnPrem" if relays else "Internet",
        originator=str(sender.domain) if relays and sender else None,
        auth_as="Internal" if ask.attribution.counts_as_internal else "Anonymous",
    )
    seen_from = ask.seen_from
    report = AntispamReport(
        ip=seen_from.ip if seen_from else ask.peer.ip,
        helo=(seen_from.name if seen_from else "") or hello,
        direction="OUT" if leaves else "INB",
        ptr=_pointer(seen_from.ip if seen_from else ask.peer.ip, moment),
        **_spam(ask.handling if not leaves else Handling.DELIVER, results),
    )
    skipped = skip_listed(seen_from) if seen_from and seen_from.ip != ask.peer.ip else ()
    return (
        *_inner_hops(party.names, chance, ask),
        *_results(results, leaves=leaves),
        received(front),
        *skipped,
        *attributed(given),
        antispam_report(report),
    )


def stamps_of_another_tenant(  # noqa: PLR0913 - the message, how it left, and who takes it in
    ask: DataAsk,
    below: tuple[str, ...],
    leaves: Departure,
    found: AuthenticationResults | None,
    handled: Handling,
    *,
    tenant: Tenant,
    names: SessionNames,
    chance: Random,
) -> tuple[str, ...]:
    """Give the fields of a message that one tenant sent to another: those of both, the receiver's on top.

    What a message says of another tenant's attribution is stripped where it comes in, and stamped anew.
    """
    front = HandOver(
        sender=leaves.host.name,
        sender_ip=leaves.host.address,
        receiver=names.host,
        receiver_ip=IPv4Address(_INNER + chance.randrange(1 << 16)),
        tls=_TLS,
        build=_BUILD,
        at=ask.now,
    )
    given = Attributed(
        tenant_id=tenant.id,
        message_id=str(UUID(int=chance.getrandbits(128), version=4)),
        ip=leaves.host.address,
        helo=leaves.host.name,
        arrived=ask.now,
        site=names.site,
        mailbox_server=names.mailbox_server.partition(".")[0],
        from_entity="Internet",
    )
    report = AntispamReport(
        ip=leaves.host.address,
        helo=leaves.host.name,
        direction="INB",
        ptr=leaves.host.name,
        **_spam(handled, found),
    )
    anew = (*attributed(given), antispam_report(report))
    names_anew = {_name(field) for field in anew}
    return (
        *_inner_hops(names, chance, ask),
        *_results(found, leaves=False),
        received(front),
        *anew,
        *(field for field in below if _name(field) not in names_anew),
    )


def _results(results: AuthenticationResults | None, *, leaves: bool) -> tuple[str, ...]:
    """Give what was found of the sender; under which name, and with which composite, is the side's (MX-HDR-04)."""
    if results is None:
        return ()
    shown = replace(results, composite=None) if leaves else results
    return (authentication_results(shown), received_spf(results.spf))


def _inner_hops(names: SessionNames, chance: Random, ask: DataAsk) -> tuple[str, str]:
    """Give the two hops behind the front end: its proxy, then the mailbox server (fact MX-HDR-02)."""
    proxy, _, domain = names.proxy.partition(".")
    first, second, third = (IPv6Address(_INNER_IPV6 + chance.getrandbits(32)) for _ in range(3))
    by_proxy = HandOver(
        sender=names.site,
        sender_ip=first,
        receiver=f"{proxy}.outlook.office365.com",
        receiver_ip=second,
        tls=_TLS,
        build=_BUILD,
        at=ask.now,
    )
    by_mailbox = replace(
        by_proxy,
        sender=f"{proxy}.{domain}",
        sender_ip=second,
        receiver=names.mailbox_server,
        receiver_ip=third,
        via_frontend=False,
    )
    return received(by_mailbox), received(by_proxy)


def _pointer(ip: IPv4Address | IPv6Address, moment: Moment) -> str | None:
    pointers = moment.dns.look_up(ip.reverse_pointer, "PTR").values("PTR") if moment.dns else ()
    return pointers[0].removesuffix(".") if pointers else None


class _Spam(TypedDict):
    level: int
    verdict: str
    category: str


def _spam(handled: Handling, results: AuthenticationResults | None) -> _Spam:
    if handled is Handling.DELIVER or results is None:
        return {"level": 1, "verdict": "NSPM", "category": "NONE"}
    return {"level": _SPAM_LEVEL, "verdict": "SPM", "category": "SPOOF"}


def _name(field: str) -> str:
    return field.partition(":")[0].lower()
