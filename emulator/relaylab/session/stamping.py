"""The header fields that the service puts above a message at the tenant MX (facts MX-HDR-01 to MX-HDR-11).

The content stays as the client sent it: the fields are kept beside it. What only Microsoft knows (the build, an inner
address, a message's number in the directory) is drawn from the session's seed, in the shape of public messages.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.message import Hop, HopFacts
from relaylab.rules.authentication import (
    AntispamReport,
    Attributed,
    antispam_report,
    attributed,
    authentication_results,
    received,
    received_spf,
)
from relaylab.rules.authentication import Hop as HandOver
from relaylab.session.authenticating import facts, is_inside
from relaylab.session.hve import settings_of
from relaylab.session.leaving import seen_outside, signature

if TYPE_CHECKING:
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.authentication import AuthenticationResults
    from relaylab.domain.randomness import Random
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party

_BUILD: Final = "15.20.9611.8"  # as in a public message of 2026-02 (MX-HDR-01)
_INNER: Final = int(IPv4Address("10.167.0.0"))
_SPAM_LEVEL: Final = 5
_MOST_SIGNED: Final = 36 * 1024 * 1024  # octets: a larger message is kept without a far end's view, as too dear to sign


class Stamped(NamedTuple):
    """The fields, from the top, and what each judge of the sender found."""

    headers: tuple[str, ...] = ()
    authentication: tuple[HopFacts, ...] = ()


def stamped(  # noqa: PLR0913 - the message and its session
    ask: DataAsk, raw: bytes | bytearray, *, party: Party, hello: str, message_id: str, moment: Moment
) -> Stamped:
    """Give what is kept beside an accepted message at the MX; elsewhere what the account's settings ask for."""
    results = ask.authentication
    if results is None:
        return Stamped(settings_of(ask, moment))
    recipients = [moment.world.recipient(address) for address in ask.envelope.recipients]
    outside = [one.address for one in recipients if not is_inside(one, ask.attribution)]
    leaves = bool(outside)
    judged = replace(results, composite=None) if leaves else results
    chance = party.randomness.stream("stamps", message_id)
    headers = (
        authentication_results(judged),
        *(() if leaves else (received_spf(judged.spf),)),
        received(_hand_over(ask, party, hello, chance)),
        *attributed(_attributed(ask, party, hello, chance, moment)),
        antispam_report(_report(ask, results, hello, moment, leaves=leaves)),
    )
    seen = (facts(Hop.ARRIVAL, results),)
    if not leaves or ask.size > _MOST_SIGNED:
        return Stamped(headers, seen)
    content = b"".join(f"{field}\r\n".encode("utf-8", "replace") for field in headers) + bytes(raw)
    field = signature(ask, content, moment)
    if field is not None:
        headers, content = (field, *headers), f"{field}\r\n".encode() + content
    chance = party.randomness.stream("dmarc", message_id, "far end")
    found = seen_outside(ask, content, receiver=str(outside[0].domain), chance=chance, moment=moment)
    return Stamped(headers, (*seen, facts(Hop.FAR_END, found)) if found is not None else seen)


def _hand_over(ask: DataAsk, party: Party, hello: str, chance: Random) -> HandOver:
    return HandOver(
        sender=hello or "unknown",
        sender_ip=ask.peer.ip,
        receiver=party.names.host,
        receiver_ip=IPv4Address(_INNER + chance.randrange(1 << 16)),
        tls=ask.tls,
        build=_BUILD,
        at=ask.now,
    )


def _attributed(ask: DataAsk, party: Party, hello: str, chance: Random, moment: Moment) -> Attributed:
    relays, sender = ask.attribution.may_relay, ask.envelope.mail_from
    tenants = (moment.world.recipient(one).tenant for one in ask.envelope.recipients)
    tenant = ask.attribution.tenant or next((one for one in tenants if one is not None), None)
    return Attributed(
        tenant_id=tenant.id if tenant else "",
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


def _report(
    ask: DataAsk, results: AuthenticationResults, hello: str, moment: Moment, *, leaves: bool
) -> AntispamReport:
    pointers = moment.dns.look_up(ask.peer.ip.reverse_pointer, "PTR").values("PTR") if moment.dns else ()
    is_spoof = not leaves and ask.handling is not Handling.DELIVER
    return AntispamReport(
        ip=ask.peer.ip,
        helo=hello,
        direction="OUT" if leaves else "INB",
        ptr=pointers[0].removesuffix(".") if pointers else None,
        level=_SPAM_LEVEL if is_spoof else 1,
        verdict="SPM" if is_spoof else "NSPM",
        category="SPOOF" if is_spoof and results.composite is not None else "NONE",
    )
