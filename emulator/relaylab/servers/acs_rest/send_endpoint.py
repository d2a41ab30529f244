"""``POST /emails:send``: from the request to the ask, and from an admitted ask to an operation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from relaylab.domain.acs import Sending
from relaylab.domain.acs_rest import SendAsk
from relaylab.domain.acs_settings import RestFaultKind, RestOperation
from relaylab.domain.entra import shown
from relaylab.domain.rest_message import BodyFlaw, EmailMessage
from relaylab.rules.acs import limits
from relaylab.rules.acs_rest.conditions import INLINE_SINCE, versions_at
from relaylab.servers.acs_rest import first_preview
from relaylab.servers.acs_rest.accepting import Accepted, accept
from relaylab.servers.acs_rest.body import read_body
from relaylab.servers.acs_rest.mime import ignored_headers
from relaylab.servers.acs_rest.office import Caller, RestOffice
from relaylab.servers.acs_rest.visit import Answer, Visit

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.charge import Charge
    from relaylab.engine.verdict import Verdict
    from relaylab.store.acs_rest import OperationRecord

_WHAT: Final = "POST /emails:send"


class SendEndpoint:
    """The endpoint that takes messages."""

    def __init__(self, office: RestOffice) -> None:
        """Work in this office."""
        self._office = office

    def answer(self, visit: Visit) -> Answer:
        """Answer one request; the lock of the house is held."""
        office, now = self._office, self._office.now
        caller, label = office.caller(visit, now, versions_at(now)), office.label()
        read = self._read(visit, caller.resource)
        message = read if isinstance(read, EmailMessage) else None
        asked_id = visit.headers.get("operation-id", "")
        operation_id = _guid(asked_id)
        again = visit.headers.get(first_preview.REQUEST_ID, "") if first_preview.speaks(visit) else ""
        repeated = office.state.repeated(caller.resource.name, again) if caller.resource and again else None
        by_operation = (
            office.state.operation(caller.resource.name, operation_id) if caller.resource and operation_id else None
        )
        account = office.account(caller, message.sender_address if message else None, now)
        usage = office.house.store.counters
        window = account.sending(usage, now) if account is not None and message is not None else None
        name, fault = office.fault(caller.resource, RestOperation.SEND, message.sender_address if message else None)
        ask = SendAsk(
            **caller.common,
            attempt=office.state.times_throttled(visit.request_id) + 1 if visit.request_id else 1,
            fault=fault,
            quota=window,
            size=visit.size,
            flaw=read if isinstance(read, BodyFlaw) else None,
            sending=None
            if message is None or caller.resource is None or window is None
            else Sending(
                resource=caller.resource,
                senders=(message.sender_address,),
                recipients=len(message.to) + len(message.cc) + len(message.bcc),
                size=visit.size,
                quota=window,
            ),
            operation_id=operation_id or shown(asked_id),
            operation_id_is_malformed=bool(asked_id) and not operation_id,
            is_repeated=by_operation is not None,
            ignored_headers=()
            if message is None
            else ignored_headers(message, takes_sender_headers=office.takes_sender_headers),
            overlooked=message.overlooked if message is not None else (),
            lacks_repeatability=first_preview.lacks_repeatability(visit),
        )
        verdict = office.house.holder.rulebook.judge(ask)
        if fault is not None and (verdict.admits or fault.kind.refuses):
            office.state.meet(name)
        charges: tuple[Charge, ...] = ()
        if account is not None and (verdict.admits or _is_for_the_rate(verdict)):
            charges = account.charge_a_send(now)
        delay = float(fault.seconds) if fault is not None and fault.kind is RestFaultKind.SLOW else 0.0
        if not verdict.admits:
            office.log(verdict, label, _WHAT, charges=charges)
            answer = office.error(verdict, ask.retry_after)
            if answer.status == 429 and visit.request_id:
                office.state.throttle(visit.request_id)
            return answer
        earlier = repeated or by_operation
        if earlier is not None:
            office.log(verdict, label, _WHAT, charges=charges)
            return _accepted(earlier, visit, caller, delay)
        if message is None or caller.resource is None or caller.tenant is None:
            msg = "the rules admit no request without message and resource"
            raise AssertionError(msg)
        wanted = Accepted(
            tenant=caller.tenant,
            resource=caller.resource,
            message=message,
            operation_id=operation_id or office.guid("operation"),
            label=label,
            peer=ask.peer,
            fault=fault,
        )
        record = accept(office, wanted, verdict, _WHAT, charges)
        if again:
            office.state.keep_repeatable(caller.resource.name, again, record.id)
        return _accepted(record, visit, caller, delay)

    def _read(self, visit: Visit, resource: AcsResource | None) -> EmailMessage | BodyFlaw | None:
        """Read the body, unless it was too long to keep."""
        if visit.size > limits.MESSAGE_SIZE:
            return None
        name = resource.name if resource else ""
        is_first = first_preview.speaks(visit)
        read = read_body(
            visit.body,
            knows_content_id=visit.api_version >= INLINE_SINCE,
            is_used=lambda message_id: self._office.state.is_message_id_used(name, message_id),
            translate=first_preview.translated if is_first else None,
        )
        return (
            replace(read, at=first_preview.in_its_words(read.at)) if isinstance(read, BodyFlaw) and is_first else read
        )


def _is_for_the_rate(verdict: Verdict) -> bool:
    """Tell whether the rate, which is asked last, stood in the way: such a send counts (fact ACS-LIM-08)."""
    return verdict.rule is not None and verdict.rule.id.endswith(".rate_is_used_up")


def _guid(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""


def _accepted(record: OperationRecord, visit: Visit, caller: Caller, delay: float) -> Answer:
    """Write the answer to an accepted send (fact ACS-REST-20)."""
    if first_preview.speaks(visit):
        return _accepted_in_the_first_preview(record, visit, caller, delay)
    headers = {"Operation-Location": f"{visit.base}/emails/operations/{record.id}?api-version={visit.api_version}"}
    document: dict[str, Any] = {"id": record.id, "status": "Running", "error": None}
    headers |= _come_again(caller)
    return Answer(status=202, document=document, headers=headers, delay=delay)


def _accepted_in_the_first_preview(record: OperationRecord, visit: Visit, caller: Caller, delay: float) -> Answer:
    """Write that answer as the first preview does: without a body (fact ACS-REST-09)."""
    headers = {
        "Operation-Location": f"{visit.base}/emails/{record.id}/status?api-version={visit.api_version}",
        "Repeatability-Result": "accepted",
        "x-ms-request-id": record.id,
    }
    return Answer(status=202, document=None, headers=headers | _come_again(caller), delay=delay)


def _come_again(caller: Caller) -> dict[str, str]:
    """Tell the client when to ask: every 202 says Running, whatever has become of its operation by then."""
    seconds = caller.resource.rest.retry_after if caller.resource is not None else 0
    return {"Retry-After": str(seconds)} if seconds else {}
