"""The events of Event Grid about a message: what they say, and their form (facts ACS-DLV-01 to ACS-DLV-05)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from relaylab.domain.acs_settings import DELIVERY_REPORT, ENGAGEMENT_REPORT
from relaylab.domain.clock import iso
from relaylab.store.acs_rest import OperationRecord, Report

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.message import Fate
    from relaylab.domain.tenant import Tenant

OPERATION_ENDED: Final = "operation"
VALIDATION: Final = "Microsoft.EventGrid.SubscriptionValidationEvent"


def ended(record: OperationRecord, tenant: Tenant, session: str, name: str) -> Report:
    """Plan the end of an operation, which the log alone hears of."""
    return _report(record, tenant, session, name, OPERATION_ENDED, {})


def delivery(record: OperationRecord, tenant: Tenant, session: str, fate: Fate, name: str) -> Report:
    """Plan a delivery report on one recipient."""
    data = {
        "sender": record.sender,
        "recipient": str(fate.recipient),
        "internetMessageId": record.internet_message_id,
        "messageId": record.id,
        "status": fate.status.value,
        "deliveryStatusDetails": {"statusMessage": fate.said},
        "deliveryAttemptTimeStamp": iso(record.ends_at),
    }
    return _report(record, tenant, session, name, DELIVERY_REPORT, data)


def over(endpoint: Endpoint, report: Report) -> Report:
    """Give a report on a message that came in by an endpoint."""
    return replace(report, endpoint=endpoint)


def engagement(  # noqa: PLR0913 - each is a fact of its own
    record: OperationRecord,
    tenant: Tenant,
    *,
    at: datetime,
    kind: str,
    url: str,
    user_agent: str,
    session: str,
    name: str,
) -> Report:
    """Plan a report on a view or a click; ``url`` is the link that was clicked."""
    data: dict[str, Any] = {
        "sender": record.sender,
        "messageId": record.id,
        "userActionTimeStamp": iso(at),
        "engagementContext": url,
        "userAgent": user_agent,
        "engagementType": kind,
    }
    report = _report(record, tenant, session, name, ENGAGEMENT_REPORT, data)
    return replace(report, due=at)


def as_event(report: Report, resource: AcsResource | None) -> dict[str, Any]:
    """Write an event as Event Grid does (Event Grid schema)."""
    return {
        "id": report.id,
        "topic": topic(report.tenant, report.resource, resource),
        "subject": report.subject,
        "data": dict(report.data),
        "eventType": report.type,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": iso(report.due),
    }


def topic(tenant: str, name: str, resource: AcsResource | None) -> str:
    """Give the ARM id of a resource."""
    subscription = resource.subscription_id if resource and resource.subscription_id else tenant
    group = "/resourceGroups/relaylab/providers/Microsoft.Communication/communicationServices/"
    return f"/subscriptions/{subscription}{group}{name}"


def _report(  # noqa: PLR0913, PLR0917 - each is a fact of its own
    record: OperationRecord, tenant: Tenant, session: str, name: str, kind: str, data: dict[str, Any]
) -> Report:
    return Report(
        due=record.ends_at,
        id=name,
        type=kind,
        tenant=tenant.id,
        resource=record.resource,
        operation=record.id,
        session=session,
        subject=f"sender/{record.sender}/message/{record.id}",
        data=data,
    )
