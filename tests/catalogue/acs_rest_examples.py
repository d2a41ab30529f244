"""For each rule of Azure Communication Services over REST, an ask that it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from relaylab.domain.acs import EmailDomain, VerificationStates, VerificationStatus
from relaylab.domain.acs_rest import KeyProof, RestAsk
from relaylab.domain.acs_settings import RestFaultKind
from relaylab.domain.address import Address, DomainName
from relaylab.domain.asks import Ask
from relaylab.domain.rest_message import BodyFlaw, FlawKind
from relaylab.rules.acs_rest.conditions import versions_at
from tests.acs_rest_asks import (
    FULL,
    RESOURCE,
    SENDING,
    a_fault,
    a_request_ask,
    a_rest_delivery_ask,
    a_send_ask,
    a_status_ask,
    an_outcome_ask,
    with_a_token,
)
from tests.builders import a_mailbox, a_recipient, a_tenant, a_world, at

_FAILED: Final = EmailDomain(
    name=DomainName("contoso.com"), verification_states=VerificationStates(spf=VerificationStatus.FAILED)
)

_INSIDE_ONLY: Final = a_mailbox("helpdesk@contoso.com", require_sender_authentication_enabled=True)


def _flaw(kind: FlawKind, at: str) -> dict[str, object]:
    return {"flaw": BodyFlaw(kind, at), "sending": None}


def _shared(stage: str, ask: Callable[..., RestAsk]) -> dict[str, Ask]:
    """Give the asks of what every request can get wrong."""
    return {
        f"acs_rest.{stage}.{rule}": one
        for rule, one in {
            "service_has_ended": ask(),
            "service_is_unavailable": ask(fault=a_fault(RestFaultKind.UNAVAILABLE)),
            "service_fails": ask(fault=a_fault(RestFaultKind.ERROR)),
            "service_is_busy": ask(fault=a_fault(RestFaultKind.THROTTLED)),
            "version_is_missing": ask(api_version=""),
            "only_previews_exist_yet": ask(api_version="2023-03-31", versions=versions_at(at("2023-03-30"))),
            "version_is_unknown": ask(api_version="2022-01-01"),
            "resource_is_unknown": ask(resource=None, tenant=None),
            "resource_is_of_a_new_customer": ask(is_too_late=True),
            "date_is_too_far_off": ask(skew=timedelta(minutes=5, microseconds=1)),
            "nothing_proves_who_asks": ask(proof=KeyProof.WRONG_KEY),
            "token_does_not_count": with_a_token(ask(), audience="https://graph.microsoft.com"),
            "application_lacks_the_role": with_a_token(ask(), has_role=False),
            "rate_is_used_up": ask(quota=FULL),
        }.items()
    }


ACS_REST_EXAMPLES: Final[Mapping[str, Ask]] = (
    _shared("send", a_send_ask)
    | {
        "acs_rest.connect.request_is_too_large_to_read": a_request_ask(size=33_554_433),
        "acs_rest.connect.path_is_unknown": a_request_ask(allowed=""),
        "acs_rest.connect.method_is_not_allowed": a_request_ask(method="PUT"),
        "acs_rest.send.body_is_no_json": a_send_ask(**_flaw(FlawKind.NOT_JSON, "body")),
        "acs_rest.send.address_is_malformed": a_send_ask(**_flaw(FlawKind.ADDRESS, "recipients.to[0].address")),
        "acs_rest.send.nobody_is_written_to": a_send_ask(**_flaw(FlawKind.NO_RECIPIENT, "recipients.to")),
        "acs_rest.send.reserved_header_makes_it_wrong": a_send_ask(
            **_flaw(FlawKind.CONTENT_ID, "attachments[1].contentId")
        ),
        "acs_rest.send.property_is_wrong": a_send_ask(**_flaw(FlawKind.PROPERTY, "attachments[0].contentType")),
        "acs_rest.send.repeatability_is_missing": a_send_ask(lacks_repeatability=True),
        "acs_rest.send.operation_id_is_malformed": a_send_ask(operation_id_is_malformed=True),
        "acs_rest.send.domain_is_not_linked": a_send_ask(
            sending=replace(SENDING, senders=(Address.parse("orders@fabrikam.com"),))
        ),
        "acs_rest.send.domain_is_not_verified": a_send_ask(
            sending=replace(SENDING, resource=replace(RESOURCE, domains=(_FAILED,)))
        ),
        "acs_rest.send.sender_username_is_unknown": a_send_ask(
            sending=replace(SENDING, senders=(Address.parse("billing@contoso.com"),))
        ),
        "acs_rest.send.recipients_are_too_many": a_send_ask(sending=replace(SENDING, recipients=51)),
        "acs_rest.send.request_is_too_large": a_send_ask(size=10_485_761, sending=None),
        "acs_rest.send.operation_is_repeated": a_send_ask(is_repeated=True),
    }
    | _shared("status", a_status_ask)
    | {
        "acs_rest.status.operation_is_unknown": a_status_ask(is_known=False),
        "acs_rest.outcome.operation_is_canceled": an_outcome_ask(fault=a_fault(RestFaultKind.CANCELED)),
        "acs_rest.outcome.message_is_dropped": an_outcome_ask(fault=a_fault(RestFaultKind.DROPPED)),
        "acs_rest.outcome.all_recipients_are_suppressed": an_outcome_ask(suppressed=1),
        "acs_rest.delivery.recipient_is_on_a_list": a_rest_delivery_ask(is_on_a_list=True),
        "acs_rest.delivery.recipient_is_suppressed": a_rest_delivery_ask(listed_until=at("2026-12-02")),
        "acs_rest.delivery.recipient_is_unknown": a_rest_delivery_ask("nobody@contoso.com"),
        "acs_rest.delivery.recipient_takes_mail_from_inside_only": a_rest_delivery_ask(
            a_recipient("helpdesk@contoso.com", a_world(a_tenant(mailboxes=(_INSIDE_ONLY,))))
        ),
    }
)
