"""An admitted message becomes an operation: its end is decided, each copy is judged, and the message is kept.

What happens later is decided at once and told when its instant comes, as with mail that waits for its minute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_asks import DeliveryStatus
from relaylab.domain.acs_rest import OutcomeAsk, RestError
from relaylab.domain.acs_settings import RestFaultKind
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Kept
from relaylab.domain.message import Copy, Envelope, Fate, KeptMessage, Placement
from relaylab.servers.acs_rest import reports
from relaylab.servers.acs_rest.mime import message_id_of, write_message
from relaylab.session.acs_delivery import PlacedCopies, Posting, place_copies
from relaylab.session.copy_faults import CopyFaults
from relaylab.session.head import parse_head
from relaylab.store.acs_rest import OperationRecord

if TYPE_CHECKING:
    from datetime import datetime

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


def accept(
    office: RestOffice, wanted: Accepted, verdict: Verdict, what: str, charges: tuple[Charge, ...]
) -> OperationRecord:
    """Keep a message, and give its operation; the lock of the house is held."""
    now, message = verdict.at, wanted.message
    ends_at = now + wanted.resource.rest.time_to_send
    moment = replace(office.house.moment(), now=now)
    posting = Posting(
        resource=wanted.resource,
        sender=message.sender_address,
        endpoint=Endpoint.ACS_REST,
        peer=wanted.peer,
        lands_at=ends_at,
    )
    outcome = office.house.holder.rulebook.judge(
        OutcomeAsk(
            endpoint=Endpoint.ACS_REST,
            now=now,
            peer=wanted.peer,
            resource=wanted.resource,
            operation_id=wanted.operation_id,
            sender=message.sender_address,
            recipients=len(message.recipients),
            suppressed=sum(posting.suppressed(one, moment) for one in message.recipients),
            fault=wanted.fault,
        )
    )
    message_id = message_id_of(message) or f"<{office.guid('message-id')}@{message.sender_address.domain}>"
    faults = CopyFaults.of_rest(
        Endpoint.ACS_REST,
        peer=wanted.peer,
        label=wanted.label,
        host=wanted.resource.host_name,
        sender=message.sender_address,
        moment=moment,
        randomness=office.house.randomness,
    )
    placed = (
        _none_leaves(message.recipients, outcome, wanted)
        if _stops_everything(outcome, wanted)
        else place_copies(posting, message.recipients, moment, faults)
    )
    kept = _kept(office, wanted, message_id, placed, outcome, verdict, ends_at)
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
    office.log(verdict, wanted.label, what, charges=(*charges, *placed.charges), kept=(kept,))
    office.house.store.apply(
        events=(_kept_event(kept, wanted.label), *(one.event for one in placed.faulted)),
        uses=tuple(one.use for one in placed.faulted),
    )
    if not outcome.admits:
        office.log(outcome, wanted.label, f"operation {wanted.operation_id}")
    for recipient, stopped in placed.stopped:
        office.log(stopped, wanted.label, f"delivery to {recipient}")
    office.state.keep_operation(record)
    office.state.use_message_id(wanted.resource.name, message_id)
    office.state.plan(reports.ended(record, wanted.tenant, wanted.label, office.guid("report")))
    for fate in placed.fates:
        office.state.plan(reports.delivery(record, wanted.tenant, wanted.label, fate, office.guid("report")))
    return record


def _none_leaves(recipients: tuple[Address, ...], outcome: Verdict, wanted: Accepted) -> PlacedCopies:
    """Give the copies of a message that the service itself did not send.

    What was dropped after attempts to deliver is reported as Failed (fact ACS-DLV-03); of what was canceled no attempt
    was made, so there is nothing to report.
    """
    decision = outcome.decision()
    copies = tuple(Copy(one, one, Placement.NONE, decision) for one in recipients)
    is_dropped = wanted.fault is not None and wanted.fault.kind is RestFaultKind.DROPPED
    said = outcome.reply.text if outcome.reply else ""
    fates = tuple(Fate(one, DeliveryStatus.FAILED, said) for one in recipients) if is_dropped else ()
    return PlacedCopies(copies, (), (), fates)


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
    placed: PlacedCopies,
    outcome: Verdict,
    verdict: Verdict,
    ends_at: datetime,
) -> KeptMessage:
    message = wanted.message
    raw = write_message(
        message,
        message_id=message_id,
        now=verdict.at,
        chance=office.dice("boundary"),
        takes_sender_headers=office.takes_sender_headers,
    )
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
        copies=placed.copies,
        decision=decision,
        reported=placed.fates,
        operation=wanted.operation_id,
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
