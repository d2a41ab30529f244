"""Mail that came over SMTP is reported on as that of REST is: event subscriptions belong to the resource.

There is no operation that a client could ask for; its id stands in the reports alone (facts ACS-SMTP-26, ACS-DLV-05).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.servers.acs_rest import reports
from relaylab.store.acs_rest import OperationRecord

if TYPE_CHECKING:
    from relaylab.servers.acs_rest.office import RestOffice
    from relaylab.session.acs_delivery import Despatch

SUCCEEDED: Final = "Succeeded"


def plan_reports(office: RestOffice, despatch: Despatch) -> None:
    """Plan the delivery reports on a message; they are due as it leaves. The lock of the house is held."""
    message = despatch.message
    record = OperationRecord(
        id=office.guid("operation"),
        resource=despatch.resource.name,
        sender=str(despatch.sender or ""),
        recipients=tuple(str(one.recipient) for one in despatch.fates),
        message=message.id,
        accepted_at=message.accepted_at,
        ends_at=message.delivered_at or message.accepted_at,
        status=SUCCEEDED,
        internet_message_id=message.head.message_id or "",
    )
    for fate in despatch.fates:
        report = reports.delivery(record, despatch.tenant, message.session, fate, office.guid("report"))
        office.state.plan(reports.over(message.endpoint, report))
