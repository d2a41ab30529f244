"""After the 250: groups are expanded, each copy is judged and placed, and reports are written for what bounced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.address import Address, DomainName
from relaylab.domain.asks import DataAsk, DeliveryAsk
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.decision import EffectKind
from relaylab.domain.message import Copy, Envelope, KeptMessage, Placement
from relaylab.domain.world import Recipient, Standing
from relaylab.rules import limits
from relaylab.session.envelopes import MOST_RECIPIENTS
from relaylab.session.head import parse_head
from relaylab.session.hve import reports_go_to
from relaylab.session.parting import Onward, home_of, parts_within
from relaylab.session.report import Failure, write_report
from relaylab.session.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from relaylab.domain.decision import Decision
    from relaylab.domain.reply import Reply
    from relaylab.domain.reputation import SenderState
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.verdict import Verdict
    from relaylab.session.acs_delivery import Despatch
    from relaylab.session.copy_faults import CopyAct
    from relaylab.session.moment import Moment
    from relaylab.session.notice import MessageNotice, RecipientNotice
    from relaylab.session.parting import Part
    from relaylab.session.party import Party
    from relaylab.session.transaction import Transaction
    from relaylab.session.versions import Split

_RECIPIENTS: Final = Meter.RECIPIENTS  # Python 3.11 takes a call to find a name of an enum
_DELIVERIES: Final = Meter.DELIVERIES
_MOERA: Final = DomainName("onmicrosoft.com")
_PLACED: Final = {EffectKind.JUNK: Placement.JUNK, EffectKind.QUARANTINE: Placement.QUARANTINE}


@dataclass(frozen=True, slots=True)
class Bounced:
    """A copy that came back: whose, the verdict on it with its reply, and what was asked about reports on it."""

    recipient: Address
    verdict: Verdict
    reply: Reply
    notice: RecipientNotice


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of an accepted message: itself, the report if any and on whom, its cost, what bounced.

    ``despatch`` is what delivery reports of Azure Communication Services are written from, ``faulted`` what faults made
    of its copies there. ``way`` is where it went by its names.
    """

    message: KeptMessage
    report: KeptMessage | None
    reported: tuple[Address, ...]
    charges: tuple[Charge, ...]
    bounced: tuple[Bounced, ...] = ()
    despatch: Despatch | None = None
    faulted: tuple[CopyAct, ...] = ()
    way: Way | None = None


def deliver(  # noqa: PLR0913 - the message, its verdict, and where both are
    ask: DataAsk,
    decision: Decision | None,
    raw: bytes | bytearray,
    *,
    transaction: Transaction,
    message_id: str,
    hello: str,
    party: Party,
    moment: Moment,
) -> Delivered:
    """Place every copy of an accepted message, and report on those that bounced as its transaction asked.

    ``decision`` is None where a fault accepted it.
    """
    sender_tenant = ask.tenant or (ask.attribution.tenant if ask.attribution.may_relay else None)
    delivered_at = delivery_instant(ask, moment)
    way = transaction.by_names("way", partial(_way, ask, moment), lambda way: len(way.finals) <= MOST_RECIPIENTS)
    home = way.home
    split = versions(
        ask,
        raw,
        way.onward,
        home=home,
        party=party,
        hello=hello,
        message_id=message_id,
        moment=moment,
        within=way.within,
    )
    copies, bounced, external = _place(ask, way, split, transaction.notices, sender_tenant, moment)
    kept = split if not bounced else split.for_those_who(frozenset(one.recipient for one in copies if one.is_placed))
    message = KeptMessage(
        id=message_id,
        endpoint=ask.endpoint,
        tenant=home.name if home else None,
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
        versions=kept.versions,
        authentication=kept.authentication,
    )
    told = [Failure(one.recipient, one.reply, one.notice.original) for one in bounced if one.notice.of_failure]
    notice = transaction.mail.notice
    report = _report(message, _report_goes_to(ask, moment), told, notice, party, moment) if told else None
    reported = tuple(failure.recipient for failure in told) if report else ()
    charges = tuple(_charges(ask, sender_tenant, delivered_at, external))
    return Delivered(message, report, reported, charges, tuple(bounced), way=way)


def delivery_instant(ask: DataAsk, moment: Moment) -> datetime:
    """Give when an accepted message is delivered: at once, or when the minute of its mailbox has room (CS-LIM-04)."""
    if ask.principal is None:
        return moment.now
    rate = limits.MESSAGES_PER_MINUTE
    earlier = moment.usage.nth_newest(_DELIVERIES, ask.principal.address.key, rate)
    if earlier is None or earlier - moment.now > limits.LONGEST_QUEUE:
        return moment.now
    return max(moment.now, earlier + limits.MESSAGE_WINDOW)


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
        if _holder(one) in seen:
            continue
        seen.add(_holder(one))
        if not lets_in(one):
            yield one
        elif one.group is not None:
            waiting.extend(world.recipient(member) for member in reversed(one.group.members))
        elif one.contact is not None:
            waiting.append(world.recipient(one.contact.external_email_address))
        else:
            yield one


def _holder(recipient: Recipient) -> str:
    return (recipient.mailbox.address if recipient.mailbox else recipient.address).key


class Goal(NamedTuple):
    """A final recipient, as a copy for it is judged.

    ``place`` is the number of the recipient of the envelope that it was reached through, ``written_to`` who that is;
    ``state`` is what stands against mail to the final one.
    """

    recipient: Recipient
    written_to: Recipient
    place: int
    state: SenderState


@dataclass(frozen=True, slots=True)
class Way:
    """Where a message goes by its names: whose it is, and its final recipients.

    ``within`` is its only part, where all of these are inside.
    """

    home: Tenant | None
    finals: tuple[Goal, ...]
    onward: tuple[Onward, ...]
    within: Part | None


def _way(ask: DataAsk, moment: Moment) -> Way:
    """Find where a message goes."""
    home, finals = home_of(ask, moment.world), _finals(ask, moment)
    onward = tuple(Onward(one.recipient, one.written_to.address) for one in finals)
    return Way(home, finals, onward, parts_within(onward, home))


def _finals(ask: DataAsk, moment: Moment) -> tuple[Goal, ...]:
    """Give the final recipients behind those of the envelope.

    Whoever is met twice gets one copy, as the one written to where the envelope names them. That Exchange drops the
    other after it has expanded groups is inferred: no sheet tells of a second copy.
    """
    finals: list[Goal] = []
    direct = [moment.world.recipient(through) for through in ask.envelope.recipients]
    named, met = {_holder(one) for one in direct}, set[str]()
    for place, one in enumerate(direct):
        for recipient in expand(moment.world, one, partial(_is_let_in, ask)):
            holder = _holder(recipient)
            if holder in met or (holder in named and holder != _holder(one)):
                continue
            met.add(holder)
            state = moment.world.state_of_recipient(recipient.address)
            finals.append(Goal(recipient, one, place, state))
    return tuple(finals)


def _place(  # noqa: PLR0913, PLR0917 - the message, its recipients, and where both are
    ask: DataAsk,
    way: Way,
    split: Split,
    notices: Sequence[RecipientNotice],
    sender_tenant: Tenant | None,
    moment: Moment,
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
    for final in way.finals:
        recipient, through, place = final.recipient, final.written_to.address, final.place
        judged = split.judged(recipient)
        asked = copy_ask(ask, final, sender_tenant)(
            now=moment.now,
            size=ask.size,
            external_today=external_today + external,
            external_quota=quota,
            moera_today=moera_today + external,
            moera_quota=moera_quota,
            recipients_today=ask.recipients_today + place + 1,
            authentication=judged.results,
            handling=judged.handling,
        )
        verdict = moment.rulebook.judge(asked)
        reply = verdict.reply
        if reply is not None:
            bounced.append(Bounced(recipient.address, verdict, reply, notices[place]))
            copies.append(Copy(recipient.address, through, Placement.NONE, verdict.decision()))
            continue
        external += asked.is_external
        if verdict.rule is not None:
            copies.append(Copy(recipient.address, through, _PLACED[verdict.effect.kind], verdict.decision()))
        else:
            leaves = recipient.standing in {Standing.OUTSIDE, Standing.RELAYED}
            copies.append(Copy(recipient.address, through, Placement.OUTSIDE if leaves else Placement.INBOX))
    return copies, bounced, external


def copy_ask(ask: DataAsk, final: Goal, sender_tenant: Tenant | None) -> partial[DeliveryAsk]:
    """Give the ask about a copy of a message, but for its instant and size, what is counted and what senders are."""
    return partial(
        DeliveryAsk,
        endpoint=ask.endpoint,
        peer=ask.peer,
        tls=ask.tls,
        recipient=final.recipient,
        mail_from=ask.envelope.mail_from,
        recipients=len(ask.envelope.recipients),
        principal=ask.principal,
        hve=ask.hve,
        tenant=sender_tenant,
        attribution=ask.attribution,
        written_to=final.written_to,
        recipient_state=final.state,
    )


def _is_let_in(ask: DataAsk, recipient: Recipient) -> bool:
    """Tell whether a directory object is open to this sender (fact MX-RCP-05)."""
    sender = ask.tenant or ask.attribution.tenant
    is_own = sender is None or recipient.tenant is None or recipient.tenant.id == sender.id
    signed_in = ask.principal is not None or ask.hve is not None
    authenticated = signed_in or (ask.attribution.counts_as_internal and is_own)
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


def charges_of_mailbox(ask: DataAsk, delivered_at: datetime) -> tuple[Charge, ...]:
    """Give what an accepted message costs the mailbox that is signed in, if one is."""
    if ask.principal is None:
        return ()
    owner = ask.principal.address.key
    return Charge(_RECIPIENTS, owner, ask.charge, ask.now), Charge(_DELIVERIES, owner, 1, delivered_at)


def _charges(ask: DataAsk, sender_tenant: Tenant | None, delivered_at: datetime, external: int) -> Iterator[Charge]:
    now = ask.now
    yield from charges_of_mailbox(ask, delivered_at)
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
