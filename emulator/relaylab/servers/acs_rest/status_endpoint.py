"""``GET /emails/operations/{id}``: how an operation stands at this instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from relaylab.domain.acs_rest import StatusAsk
from relaylab.domain.acs_settings import RestFaultKind, RestOperation
from relaylab.domain.address import Address
from relaylab.domain.entra import shown
from relaylab.rules.acs_rest.conditions import FIRST_PREVIEW, versions_at
from relaylab.servers.acs_rest import first_preview
from relaylab.servers.acs_rest.office import RestOffice
from relaylab.servers.acs_rest.visit import Answer, Visit

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.charge import Charge
    from relaylab.store.acs_rest import OperationRecord

_WHAT: Final = "GET /emails/operations"


class StatusEndpoint:
    """The endpoint that clients poll."""

    def __init__(self, office: RestOffice) -> None:
        """Work in this office."""
        self._office = office

    def answer(self, visit: Visit, operation_id: str, *, is_first: bool = False) -> Answer:
        """Answer one request, or one of the first preview, which has a path of its own; the house's lock is held."""
        office, now = self._office, self._office.now
        versions = tuple(one for one in versions_at(now) if (one == FIRST_PREVIEW) is is_first)
        caller, label = office.caller(visit, now, versions), office.label()
        record = office.state.operation(caller.resource.name, operation_id) if caller.resource else None
        sender = Address.parse(record.sender) if record else None
        account = office.account(caller, sender, now)
        name, fault = office.fault(caller.resource, RestOperation.STATUS, sender)
        ask = StatusAsk(
            **caller.common,
            fault=fault,
            quota=account.asking(office.house.store.counters, now) if account is not None else None,
            operation_id=shown(operation_id),
            is_known=record is not None,
        )
        verdict = office.house.holder.rulebook.judge(ask)
        if fault is not None and (verdict.admits or fault.kind.refuses):
            office.state.meet(name)
        by_rate = verdict.rule is not None and verdict.rule.id.endswith(".rate_is_used_up")
        charges: tuple[Charge, ...] = ()
        if account is not None and (verdict.admits or by_rate):
            charges = account.charge_a_question(now)
        office.log(verdict, label, _WHAT, charges=charges)
        if not verdict.admits or record is None or caller.resource is None:
            return office.error(verdict, ask.retry_after)
        headers = {}
        if not record.has_ended(now) and caller.resource.rest.retry_after:
            headers["Retry-After"] = str(caller.resource.rest.retry_after)
        delay = float(fault.seconds) if fault is not None and fault.kind is RestFaultKind.SLOW else 0.0
        write = first_preview.status_document if is_first else status_document
        return Answer(status=200, document=write(record, now), headers=headers, delay=delay)


def status_document(record: OperationRecord, now: datetime) -> dict[str, Any]:
    """Write how an operation stands (facts ACS-REST-21 and ACS-REST-24)."""
    if not record.has_ended(now):
        return {"id": record.id, "status": "Running", "error": None}
    error = None
    if record.error:
        error = {
            "code": record.error,
            "message": record.said,
            "target": None,
            "details": None,
            "additionalInfo": None,
        }
    return {"id": record.id, "status": record.status, "error": error}
