"""An admitted message becomes an operation: its end is decided, each copy is judged, and the message is kept.

What happens later is decided at once and told when its instant comes, as with mail that waits for its minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_rest import OutcomeAsk, RestDeliveryAsk, RestError
from relaylab.domain.acs_settings import RestFaultKind
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Kept
from relaylab.domain.message import Copy, Envelope, KeptMessage, Placement
from relaylab.domain.world import Standing
from relaylab.rules.acs import suppression
from relaylab.servers.acs_rest import reports
from relaylab.servers.acs_rest.mime import message_id_of, write_message
from relaylab.session.delivery import expand
from relaylab.session.head import parse_head
from relaylab.store.acs_rest import OperationRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.acs import AcsResource
    from relaylab.domain.acs_settings import RestFault
    from relaylab.domain.address import Address
    from relaylab.domain.charge import Charge
    from relaylab.domain.decision import Decision
    from relaylab.domain.peer import Peer
    from relaylab.domain.rest_message import EmailMessage
    from relaylab.domain.tenant import Tenant
    from relaylab.engine.verdict import Verdict
    from relaylab.servers.acs_rest.office import RestOffice

SUCCEEDED: Final = "Succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that nothing stands in the way of."""

    tenant: Tenant
    resource: AcsResource
    message: EmailMessage
    operation_id: str
    label: str
    peer: Peer
    fault: RestFault | None = None


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of one recipient: the verdict on its copy, in words of a delivery report."""

    recipient: Address
    status: str
    said: str
    code: str = ""


def accept(
    office: RestOffice, wanted: Accepted, verdict: Verdict, what: str, charges: tuple[Charge, ...]
) -> OperationRecord:
    """Keep a message, and give its operation; the lock of the house is held."""
    now, message = verdict.at, wanted.message
    ends_at = now + wanted.resource.rest.time_to_send
    lists = {one: _list(office, wanted, one, now) for one in message.recipients}
    outcome = office.house.holder.rulebook.judge(
        OutcomeAsk(
            endpoint=Endpoint.ACS_REST,
            now=now,
            peer=wanted.peer,
            resource=wanted.resource,
            operation_id=wanted.operation_id,
            sender=message.sender_address,
            recipients=len(message.recipients),
            suppressed=sum(map(bool, lists.values())),
            fault=wanted.fault,
        )
    )
    message_id = message_id_of(message) or f"<{office.guid('message-id')}@{message.sender_address.domain}>"
    copies, fates, bounced = _place(office, wanted, lists, outcome, now)
    kept = _kept(office, wanted, message_id, copies, outcome, verdict, ends_at)
    template = outcome.reply.template if outcome.reply else None
    failed = not outcome.admits and isinstance(template, RestError)
    record = OperationRecord(
        id=wanted.operation_id,
        resource=wanted.resource.name,
        sender=str(message.sender_address),
        recipients=tuple(str(one) for one in message.recipients),
        message=kept.id,
        accepted_at=now,
        ends_at=ends_at,
        status=_status(outcome, wanted),
        error=template.error if failed and isinstance(template, RestError) else "",
        said=outcome.reply.text if failed and outcome.reply else "",
        internet_message_id=message_id,
        is_tracked=_is_tracked(wanted),
    )
    leases = tuple(_leases(fates, lists, now, ends_at))
    office.log(verdict, wanted.label, what, charges=(*charges, *leases), kept=(kept,))
    office.house.store.apply(events=(_kept_event(kept, wanted.label),))
    for one in (outcome, *bounced):
        if not one.admits:
            office.log(one, wanted.label, f"operation {wanted.operation_id}")
    office.state.keep_operation(record)
    office.state.use_message_id(wanted.resource.name, message_id)
    office.state.plan(reports.ended(record, wanted.tenant, wanted.label, office.guid("report")))
    if outcome.admits or wanted.fault is None or not wanted.fault.kind.ends_badly:
        for fate in fates:
            told = reports.Told(str(fate.recipient), fate.status, fate.said)
            office.state.plan(reports.delivery(record, wanted.tenant, wanted.label, told, office.guid("report")))
    return record


def _list(office: RestOffice, wanted: Accepted, recipient: Address, now: datetime) -> str:
    """Name the suppression list that holds a recipient, if one does."""
    if wanted.resource.suppresses(wanted.message.sender_address, recipient):
        return f"the suppression list of {wanted.message.sender_address.domain}"
    until = suppression.listed_until(office.house.store.counters, recipient, now)
    return f"the managed suppression list until {until:%Y-%m-%d %H:%M} UTC" if until else ""


def _place(
    office: RestOffice, wanted: Accepted, lists: dict[Address, str], outcome: Verdict, now: datetime
) -> tuple[tuple[Copy, ...], list[_Fate], list[Verdict]]:
    """Judge each recipient, and place what gets through; give the verdicts on what does not, too."""
    snapshot = office.house.holder.current
    copies: list[Copy] = []
    fates: list[_Fate] = []
    bounced: list[Verdict] = []
    stopped = outcome.decision() if _stops_everything(outcome, wanted) else None
    for through in wanted.message.recipients:
        recipient = snapshot.world.recipient(through)
        ask = RestDeliveryAsk(
            endpoint=Endpoint.ACS_REST,
            now=now,
            peer=wanted.peer,
            recipient=recipient,
            sender=wanted.message.sender_address,
            suppressed_by=lists[through],
        )
        verdict = snapshot.rulebook.judge(ask)
        reply = verdict.reply
        if stopped is not None or reply is not None:
            copies.append(Copy(through, through, Placement.NONE, stopped or verdict.decision()))
            bounced += [verdict] if stopped is None else []
            code = str(reply.enhanced) if reply is not None and reply.enhanced else ""
            fates.append(
                _Fate(through, "Suppressed" if lists[through] else "Bounced", reply.line if reply else "", code)
            )
            continue
        fates.append(_Fate(through, "Delivered", "No error."))
        for final in expand(snapshot.world, recipient):
            lost = final.standing is Standing.UNKNOWN
            outside = final.standing in {Standing.OUTSIDE, Standing.RELAYED}
            placed = Placement.NONE if lost else Placement.OUTSIDE if outside else Placement.INBOX
            copies.append(Copy(final.address, through, placed))
    return tuple(copies), fates, bounced


def _stops_everything(outcome: Verdict, wanted: Accepted) -> bool:
    return not outcome.admits and wanted.fault is not None and wanted.fault.kind.ends_badly


def _status(outcome: Verdict, wanted: Accepted) -> str:
    if outcome.admits:
        return SUCCEEDED
    is_canceled = wanted.fault is not None and wanted.fault.kind is RestFaultKind.CANCELED
    return "Canceled" if is_canceled else "Failed"


def _is_tracked(wanted: Accepted) -> bool:
    """Tell whether views and clicks are tracked: for the domain, and for this message, which must be HTML."""
    tracking = wanted.resource.email_domain(wanted.message.sender_address.domain).user_engagement_tracking
    return tracking == "Enabled" and not wanted.message.user_engagement_tracking_disabled and bool(wanted.message.html)


def _kept(  # noqa: PLR0913, PLR0917 - each is a fact of its own
    office: RestOffice,
    wanted: Accepted,
    message_id: str,
    copies: tuple[Copy, ...],
    outcome: Verdict,
    verdict: Verdict,
    ends_at: datetime,
) -> KeptMessage:
    message = wanted.message
    raw = write_message(message, message_id=message_id, now=verdict.at, chance=office.dice("boundary"))
    decision: Decision = verdict.decision() if outcome.effect.kind is EffectKind.ADMIT else outcome.decision()
    return KeptMessage(
        id=f"{wanted.label}-1",
        endpoint=Endpoint.ACS_REST,
        tenant=wanted.tenant.name,
        site=wanted.peer.site,
        session=wanted.label,
        accepted_at=verdict.at,
        delivered_at=ends_at,
        envelope=Envelope(message.sender_address, message.recipients),
        shown_from=str(message.sender_address),
        head=parse_head(raw),
        size=len(raw),
        raw=raw,
        copies=copies,
        decision=decision,
    )


def _kept_event(kept: KeptMessage, label: str) -> Kept:
    return Kept(
        at=kept.accepted_at,
        session=label,
        endpoint=Endpoint.ACS_REST,
        message=kept.id,
        mail_from=str(kept.envelope.mail_from),
        recipients=tuple(str(one) for one in kept.envelope.recipients),
        size=kept.size,
    )


def _leases(fates: list[_Fate], lists: dict[Address, str], now: datetime, ends_at: datetime) -> Iterator[Charge]:
    """Give what the managed suppression list remembers: hard bounces, and sends to who is on it."""
    for fate in fates:
        if fate.status == "Bounced" and fate.code:
            yield suppression.charge(fate.recipient, ends_at)
        elif lists[fate.recipient].startswith("the managed"):
            yield suppression.charge(fate.recipient, now)
