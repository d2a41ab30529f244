"""After the 250: groups are expanded, each copy is judged and placed, and reports are written for what bounced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address, DomainName
from relaylab.domain.anti_spoof import Handling
from relaylab.domain.asks import DataAsk, DeliveryAsk
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.message import Copy, Envelope, KeptMessage, Placement
from relaylab.domain.world import Recipient, Standing
from relaylab.rules import limits
from relaylab.session.authenticating import is_inside
from relaylab.session.head import parse_head
from relaylab.session.hve import reports_go_to
from relaylab.session.report import Failure, write_report
from relaylab.session.stamping import stamped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relaylab.domain.decision import Decision
    from relaylab.domain.reply import Reply
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.verdict import Verdict
    from relaylab.session.moment import Moment
    from relaylab.session.notice import MessageNotice, Notices, RecipientNotice
    from relaylab.session.party import Party

_MOERA: Final = DomainName("onmicrosoft.com")
# Rejected is only what no fault let through, so where it is kept all the same nobody's policy has been asked.
_INSIDE: Final = {
    Handling.DELIVER: Placement.INBOX,
    Handling.JUNK: Placement.JUNK,
    Handling.QUARANTINE: Placement.QUARANTINE,
    Handling.REJECT: Placement.INBOX,
}
_RATE_WINDOW: Final = timedelta(minutes=1)
# A queue is never longer: 10,000 messages take five and a half hours. What lies further ahead was charged before
# somebody moved the clock back.
_LONGEST_QUEUE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Bounced:
    """A copy that came back: whose, the verdict on it with its reply, and what was asked about reports on it."""

    recipient: Address
    verdict: Verdict
    reply: Reply
    notice: RecipientNotice


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of an accepted message: itself, the report if any and on whom, its cost, what bounced."""

    message: KeptMessage
    report: KeptMessage | None
    reported: tuple[Address, ...]
    charges: tuple[Charge, ...]
    bounced: tuple[Bounced, ...] = ()


def deliver(  # noqa: PLR0913 - the message, its verdict, and where both are
    ask: DataAsk,
    decision: Decision | None,
    raw: bytes | bytearray,
    *,
    asked: Notices,
    message_id: str,
    hello: str,
    party: Party,
    moment: Moment,
) -> Delivered:
    """Place every copy of an accepted message, and report on those that bounced as was asked.

    ``decision`` is None where a fault accepted it.
    """
    sender_tenant = ask.tenant or (ask.attribution.tenant if ask.attribution.may_relay else None)
    delivered_at = delivery_instant(ask, moment)
    copies, bounced, external = _place(ask, asked, sender_tenant, moment)
    stamps = stamped(ask, raw, party=party, hello=hello, message_id=message_id, moment=moment)
    message = KeptMessage(
        id=message_id,
        endpoint=ask.endpoint,
        tenant=_owner(ask, sender_tenant, moment),
        site=ask.peer.site,
        session=party.label,
        accepted_at=moment.now,
        delivered_at=delivered_at,
        envelope=ask.envelope,
        shown_from=str(_shown_sender(ask) or ""),
        head=ask.head,
        size=ask.size,
        raw=raw,
        copies=tuple(copies),
        decision=decision,
        headers=stamps.headers,
        authentication=stamps.authentication,
    )
    told = [Failure(one.recipient, one.reply, one.notice.original) for one in bounced if one.notice.of_failure]
    report = _report(message, _report_goes_to(ask, moment), told, asked.message, party, moment) if told else None
    reported = tuple(failure.recipient for failure in told) if report else ()
    return Delivered(message, report, reported, tuple(_charges(ask, sender_tenant, message, external)), tuple(bounced))


def delivery_instant(ask: DataAsk, moment: Moment) -> datetime:
    """Give when an accepted message is delivered: at once, or when the minute of its mailbox has room (CS-LIM-04)."""
    if ask.principal is None:
        return moment.now
    rate = limits.MESSAGES_PER_MINUTE
    earlier = moment.usage.nth_newest(Meter.DELIVERIES, ask.principal.address.key, rate)
    if earlier is None or earlier - moment.now > _LONGEST_QUEUE:
        return moment.now
    return max(moment.now, earlier + _RATE_WINDOW)


def charged_recipients(recipients: tuple[Address, ...]) -> int:
    """Count recipients as the daily limit does: those of the envelope, so that a group counts once (CS-LIM-07)."""
    return len(recipients)


def expand(
    world: World, recipient: Recipient, lets_in: Callable[[Recipient], bool] = lambda _: True
) -> Iterator[Recipient]:
    """Give the final recipients behind one, each once: members of groups, targets of contacts, itself otherwise.

    What does not let the message in is final as well: it is the one that sends it back. That mail to a contact leaves
    for its target is inferred: sources.CONTACTS.
    """
    waiting, seen = [recipient], set[str]()
    while waiting:
        one = waiting.pop()
        holder = one.mailbox.address if one.mailbox else one.address
        if holder.key in seen:
            continue
        seen.add(holder.key)
        if not lets_in(one):
            yield one
        elif one.group is not None:
            waiting.extend(world.recipient(member) for member in reversed(one.group.members))
        elif one.contact is not None:
            waiting.append(world.recipient(one.contact.external_email_address))
        else:
            yield one


def _place(
    ask: DataAsk, asked: Notices, sender_tenant: Tenant | None, moment: Moment
) -> tuple[list[Copy], list[Bounced], int]:
    """Judge and place each copy; give them, those that bounced, and how many count as external (COR-40)."""
    calendar, usage = moment.rulebook.calendar, moment.usage
    tenant_id = sender_tenant.id if sender_tenant else ""
    external_today = usage.total(Meter.EXTERNAL, tenant_id, moment.now) if sender_tenant else 0
    moera_today = usage.total(Meter.MOERA_EXTERNAL, tenant_id, moment.now) if sender_tenant else 0
    quota = limits.external_quota(sender_tenant, moment.now, calendar) if sender_tenant else None
    uses_moera = sender_tenant is not None and _uses_moera(ask, sender_tenant)
    moera_quota = limits.moera_quota(sender_tenant, moment.now, calendar) if sender_tenant and uses_moera else None
    external = 0
    copies: list[Copy] = []
    bounced: list[Bounced] = []
    envelope = zip(ask.envelope.recipients, asked.recipients, strict=True)
    for place, (through, notice) in enumerate(envelope):
        written_to = moment.world.recipient(through)
        for recipient in expand(moment.world, written_to, partial(_is_let_in, ask)):
            copy_ask = DeliveryAsk(
                endpoint=ask.endpoint,
                now=moment.now,
                peer=ask.peer,
                tls=ask.tls,
                recipient=recipient,
                mail_from=ask.envelope.mail_from,
                size=ask.size,
                recipients=len(ask.envelope.recipients),
                principal=ask.principal,
                hve=ask.hve,
                tenant=sender_tenant,
                attribution=ask.attribution,
                external_today=external_today + external,
                external_quota=quota,
                moera_today=moera_today + external,
                moera_quota=moera_quota,
                recipients_today=ask.recipients_today + place + 1,
                written_to=written_to,
            )
            verdict = moment.rulebook.judge(copy_ask)
            reply = verdict.reply
            if reply is not None:
                bounced.append(Bounced(recipient.address, verdict, reply, notice))
                copies.append(Copy(recipient.address, through, Placement.NONE, verdict.decision()))
                continue
            external += copy_ask.is_external
            copies.append(Copy(recipient.address, through, _placed(ask, recipient)))
    return copies, bounced, external


def _placed(ask: DataAsk, recipient: Recipient) -> Placement:
    """Give where a copy goes: outside, or where the policy of the tenant whose mail it is wants it."""
    if recipient.standing in {Standing.OUTSIDE, Standing.RELAYED}:
        return Placement.OUTSIDE
    return _INSIDE[ask.handling] if is_inside(recipient, ask.attribution) else Placement.INBOX


def _is_let_in(ask: DataAsk, recipient: Recipient) -> bool:
    """Tell whether a directory object is open to this sender (fact MX-RCP-05)."""
    authenticated = ask.principal is not None or ask.hve is not None or ask.attribution.counts_as_internal
    known = authenticated or not recipient.wants_authenticated_senders
    return known and recipient.takes_from(ask.envelope.mail_from)


def _uses_moera(ask: DataAsk, tenant: Tenant) -> bool:
    """Tell whether the message leaves under one of the tenant's ``onmicrosoft.com`` domains (CS-LIM-30)."""
    sender = _shown_sender(ask)
    return sender is not None and sender.domain.is_within(_MOERA) and tenant.owns(sender.domain)


def _shown_sender(ask: DataAsk) -> Address | None:
    """Give the sender that recipients see: an alias becomes the primary address unless it may stay (CS-SA-07)."""
    sender = ask.sender
    if ask.principal is None or ask.tenant is None or ask.tenant.organization_config.send_from_alias_enabled:
        return sender
    return ask.principal.address if sender is not None and ask.principal.owns(sender) else sender


def _owner(ask: DataAsk, sender_tenant: Tenant | None, moment: Moment) -> str | None:
    if sender_tenant is not None:
        return sender_tenant.name
    tenants = (moment.world.recipient(address).tenant for address in ask.envelope.recipients)
    return next((tenant.name for tenant in tenants if tenant), None)


def _charges(ask: DataAsk, sender_tenant: Tenant | None, message: KeptMessage, external: int) -> Iterator[Charge]:
    now = message.accepted_at
    if ask.principal is not None:
        yield Charge(Meter.RECIPIENTS, ask.principal.address.key, ask.charge, now)
        yield Charge(Meter.DELIVERIES, ask.principal.address.key, 1, message.delivered_at)
    if ask.hve is not None and sender_tenant is not None:
        yield Charge(Meter.HVE_RECIPIENTS, sender_tenant.id, ask.charge, now)
        yield Charge(Meter.HVE_OUTSIDE, sender_tenant.id, len(ask.leaving), now)
    if sender_tenant is not None and external and ask.hve is None:
        yield Charge(Meter.EXTERNAL, sender_tenant.id, external, now)
        if _uses_moera(ask, sender_tenant):
            yield Charge(Meter.MOERA_EXTERNAL, sender_tenant.id, external, now)


def _report_goes_to(ask: DataAsk, moment: Moment) -> Address | None:
    """Give whom a report is for: the account that submitted, at the MX the reverse path (RFC 5321 §4.5.5)."""
    if ask.hve is not None:
        return reports_go_to(ask.hve, moment)
    return ask.principal.address if ask.principal else ask.envelope.mail_from


def _report(  # noqa: PLR0913, PLR0917 - the message, what failed of it, and where both are
    message: KeptMessage,
    sender: Address | None,
    failures: list[Failure],
    notice: MessageNotice,
    party: Party,
    moment: Moment,
) -> KeptMessage | None:
    """Write the report; an empty reverse path gets none (RFC 5321 §4.5.5)."""
    if sender is None:
        return None
    raw = write_report(
        to=sender,
        domain=sender.domain,
        subject=message.head.subject,
        original=message.raw,
        notice=notice,
        failures=failures,
        names=party.names,
        now=moment.now,
        chance=party.chance,
    )
    recipient = moment.world.recipient(sender)
    placed = Placement.INBOX if recipient.mailbox else Placement.OUTSIDE if recipient.is_outside else Placement.NONE
    holder = recipient.mailbox.address if recipient.mailbox else sender
    return KeptMessage(
        id=f"{message.id}-ndr",
        endpoint=message.endpoint,
        tenant=recipient.tenant.name if recipient.tenant else None,
        site=None,
        session=message.session,
        accepted_at=moment.now,
        delivered_at=message.delivered_at,
        envelope=Envelope(None, (holder,)),
        shown_from="",
        head=parse_head(raw),
        size=len(raw),
        raw=raw,
        copies=(Copy(holder, holder, placed),),
        decision=None,
        report_of=message.id,
    )
