"""Asks of the REST interface that are in order: name what matters to the test, leave the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from relaylab.domain.acs import AcsResource, Allowance, RoleAssignment, Sending, SendingQuota
from relaylab.domain.acs_asks import AcsDeliveryAsk
from relaylab.domain.acs_rest import KeyProof, OutcomeAsk, RequestAsk, RestAsk, SendAsk, StatusAsk
from relaylab.domain.acs_settings import RestFault, RestFaultKind
from relaylab.domain.address import Address, DomainName
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.token import ACS_AUDIENCE, TokenFacts
from relaylab.domain.world import Recipient
from relaylab.rules.acs_rest.conditions import API_VERSIONS
from tests.builders import TODAY, a_peer, a_recipient, a_tenant, at
from tests.entra_asks import APP_ID, a_token

ORDERS: Final = Address.parse("orders@contoso.com")
RESOURCE: Final = AcsResource(
    "contoso-mail",
    at("2025-02-01"),
    linked_domains=(DomainName("contoso.com"),),
    sender_usernames=(ORDERS,),
    role_assignments=(RoleAssignment(assignee=APP_ID),),
)
ROOM: Final = SendingQuota(Allowance(0, 30), Allowance(0, 100))
FULL: Final = SendingQuota(Allowance(30, 30, at("2026-12-01T00:01:00Z")), Allowance(30, 100))
SENDING: Final = Sending(resource=RESOURCE, senders=(ORDERS,), recipients=1, size=2_000, quota=ROOM)
OPERATION: Final = "0e000000-0000-4000-8000-000000000001"


def a_rest_token(**changes: object) -> TokenFacts:
    """A token for Azure Communication Services."""
    return a_token(**{"audience": ACS_AUDIENCE, "roles": (), **changes})


def _common() -> dict[str, Any]:
    return {
        "endpoint": Endpoint.ACS_REST,
        "now": at(TODAY),
        "peer": a_peer(),
        "resource_name": RESOURCE.name,
        "tenant": a_tenant(acs_resources=(RESOURCE,)),
        "resource": RESOURCE,
        "api_version": "2025-09-01",
        "versions": API_VERSIONS,
        "proof": KeyProof.PRIMARY,
    }


def a_send_ask(**changes: object) -> SendAsk:
    """A message from a configured sender to one recipient, signed with the primary key."""
    ask = SendAsk(**_common(), quota=ROOM, size=2_000, sending=SENDING, operation_id=OPERATION)
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_status_ask(**changes: object) -> StatusAsk:
    """A question about an operation that there is, signed with the primary key."""
    ask = StatusAsk(**_common(), quota=ROOM, operation_id=OPERATION, is_known=True)
    return replace(ask, **changes)  # type: ignore[arg-type]


def with_a_token(ask: RestAsk, **changes: object) -> RestAsk:
    """The same request with a token in place of a signature."""
    has_role = bool(changes.pop("has_role", True))
    return replace(ask, proof=KeyProof.TOKEN, token=a_rest_token(**changes), has_role=has_role)


def a_request_ask(**changes: object) -> RequestAsk:
    """A request to send."""
    ask = RequestAsk(
        endpoint=Endpoint.ACS_REST, now=at(TODAY), peer=a_peer(), method="POST", path="/emails:send", allowed="POST"
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def an_outcome_ask(**changes: object) -> OutcomeAsk:
    """A message to one recipient, whom nothing keeps from getting it."""
    ask = OutcomeAsk(
        endpoint=Endpoint.ACS_REST,
        now=at(TODAY),
        peer=a_peer(),
        resource=RESOURCE,
        operation_id=OPERATION,
        sender=ORDERS,
        recipients=1,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_rest_delivery_ask(recipient: str | Recipient = "scanner@contoso.com", **changes: object) -> AcsDeliveryAsk:
    """A copy for a mailbox of contoso."""
    ask = AcsDeliveryAsk(
        endpoint=Endpoint.ACS_REST,
        now=at(TODAY),
        peer=a_peer(),
        resource=RESOURCE,
        recipient=recipient if isinstance(recipient, Recipient) else a_recipient(recipient),
        sender=ORDERS,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_fault(kind: RestFaultKind, **changes: object) -> RestFault:
    """A bad day."""
    return replace(RestFault(kind=kind), **changes)  # type: ignore[arg-type]
