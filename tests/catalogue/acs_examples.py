"""For each rule of Azure Communication Services over SMTP an ask that it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from relaylab.domain.acs import (
    AcsResource,
    Allowance,
    EmailDomain,
    RoleAssignment,
    Sending,
    SendingQuota,
    SmtpUsername,
    VerificationStates,
    VerificationStatus,
)
from relaylab.domain.acs_asks import AcsDeliveryAsk, AcsSignInAsk, SecretShape
from relaylab.domain.asks import Ask, DataAsk
from relaylab.domain.directory import AppRegistration
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import Proof
from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.token import ACS_AUDIENCE, TokenFacts, TokenFlaw
from relaylab.domain.world import Recipient
from tests.builders import (
    TLS,
    TODAY,
    a_data_ask,
    a_domain,
    a_hello_ask,
    a_mail_ask,
    a_mailbox,
    a_mechanism_ask,
    a_peer,
    a_rcpt_ask,
    a_recipient,
    a_tenant,
    a_world,
    an_address,
    at,
)

ACS: Final = Endpoint.ACS_SMTP
APP_ID: Final = "a0000000-0000-4000-8000-0000000000ac"
SENDER: Final = an_address("orders@contoso.com")
RESOURCE: Final = AcsResource(
    "contoso-mail",
    at("2025-02-01"),
    linked_domains=(a_domain("contoso.com"),),
    sender_usernames=(SENDER,),
    smtp_usernames=(SmtpUsername(username="printers", entra_application_id=APP_ID),),
    role_assignments=(RoleAssignment(assignee=APP_ID),),
)
TENANT: Final = a_tenant(app_registrations=(AppRegistration(APP_ID),), acs_resources=(RESOURCE,))
ROOM: Final = SendingQuota(Allowance(0, 30), Allowance(0, 100))
FULL: Final = Allowance(30, 30, at(TODAY))
TOKEN: Final = TokenFacts(
    id="uti",
    audience=ACS_AUDIENCE,
    tenant_id=TENANT.id,
    expires=at("2100-01-01"),
    app_id=APP_ID,
)
IN_PARTS: Final = {"smtp_username": None, "has_three_parts": True, "resource_name": "contoso-mail"}


def an_acs_sign_in_ask(**changes: object) -> AcsSignInAsk:
    """The right client secret by LOGIN, under the name of an SMTP username."""
    ask = AcsSignInAsk(
        endpoint=ACS,
        now=at(TODAY),
        peer=a_peer(),
        tls=TLS,
        mechanism=Mechanism.LOGIN,
        user="printers",
        smtp_username=RESOURCE.smtp_usernames[0],
        resource_name=RESOURCE.name,
        app_id=APP_ID,
        directory_id=TENANT.id,
        resource=RESOURCE,
        tenant=TENANT,
        directory=TENANT,
        app=TENANT.app_registrations[0],
        proof=Proof.SECRET,
        role=RESOURCE.role_assignments[0].role,
        lets_send=True,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def an_acs_token_ask(**claims: object) -> AcsSignInAsk:
    """The right token by XOAUTH2, under the name of an SMTP username."""
    token = replace(TOKEN, **claims)  # type: ignore[arg-type]
    return an_acs_sign_in_ask(mechanism=Mechanism.XOAUTH2, proof=Proof.NONE, token=token)


def an_acs_data_ask(**changes: object) -> DataAsk:
    """A small message of the configured sender to somebody outside; ``changes`` are those of its sending."""
    sending = Sending(resource=RESOURCE, senders=(SENDER,), recipients=1, size=2_000, quota=ROOM)
    return a_data_ask(
        "desk@fabrikam.com",
        mail_from=str(SENDER),
        endpoint=ACS,
        tenant=TENANT,
        sending=replace(sending, **changes),  # type: ignore[arg-type]
    )


def an_acs_delivery_ask(recipient: str | Recipient = "desk@fabrikam.com", **changes: object) -> AcsDeliveryAsk:
    """The only copy of a message of the configured sender, for somebody outside."""
    ask = AcsDeliveryAsk(
        endpoint=ACS,
        now=at(TODAY),
        peer=a_peer(),
        resource=RESOURCE,
        sender=SENDER,
        recipient=recipient if isinstance(recipient, Recipient) else a_recipient(recipient),
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


_UNVERIFIED: Final = EmailDomain(
    name=a_domain("contoso.com"), verification_states=VerificationStates(spf=VerificationStatus.FAILED)
)
_INSIDE_ONLY: Final = a_mailbox("helpdesk@contoso.com", require_sender_authentication_enabled=True)

ACS_SMTP_EXAMPLES: Final[Mapping[str, Ask]] = {
    "acs_smtp.connect.service_has_ended": a_hello_ask(endpoint=ACS),
    "acs_smtp.connect.name_is_malformed": a_hello_ask("MacBook..", endpoint=ACS),
    "acs_smtp.auth.tls_comes_first": a_mechanism_ask(tls=None, endpoint=ACS),
    "acs_smtp.auth.mechanism_is_not_offered": a_mechanism_ask("PLAIN", endpoint=ACS),
    "acs_smtp.auth.xoauth2_is_not_offered_yet": a_mechanism_ask("XOAUTH2", endpoint=ACS),
    "acs_smtp.auth.service_does_not_exist_yet": an_acs_sign_in_ask(),
    "acs_smtp.auth.service_has_ended": an_acs_sign_in_ask(),
    "acs_smtp.auth.client_cancelled": an_acs_sign_in_ask(problem=Credential.CANCELLED),
    "acs_smtp.auth.login_response_is_malformed": an_acs_sign_in_ask(problem=Credential.MALFORMED),
    "acs_smtp.auth.xoauth2_response_is_malformed": an_acs_sign_in_ask(
        mechanism=Mechanism.XOAUTH2, problem=Credential.MALFORMED
    ),
    "acs_smtp.auth.connection_string_does_not_sign_in": an_acs_sign_in_ask(shape=SecretShape.CONNECTION_STRING),
    "acs_smtp.auth.access_key_does_not_sign_in": an_acs_sign_in_ask(shape=SecretShape.ACCESS_KEY),
    "acs_smtp.auth.name_has_no_form": an_acs_sign_in_ask(
        user="orders@contoso.com", smtp_username=None, resource=None, tenant=None, directory=None, app=None, app_id=""
    ),
    "acs_smtp.auth.smtp_usernames_do_not_exist_yet": an_acs_sign_in_ask(),
    "acs_smtp.auth.xoauth2_wants_an_smtp_username": replace(an_acs_token_ask(), **IN_PARTS),  # type: ignore[arg-type]
    "acs_smtp.auth.resource_is_unknown": an_acs_sign_in_ask(**IN_PARTS | {"resource": None, "tenant": None}),
    "acs_smtp.auth.resource_is_of_a_new_customer": an_acs_sign_in_ask(resource_could_be_made=False),
    "acs_smtp.auth.resource_is_not_made_yet": an_acs_sign_in_ask(resource_is_there=False),
    "acs_smtp.auth.directory_is_unknown": an_acs_sign_in_ask(**IN_PARTS | {"directory": None, "app": None}),
    "acs_smtp.auth.token_is_unreadable": an_acs_token_ask(flaw=TokenFlaw.UNREADABLE),
    "acs_smtp.auth.token_signature_does_not_count": an_acs_token_ask(flaw=TokenFlaw.BAD_SIGNATURE),
    "acs_smtp.auth.token_is_not_valid_yet": an_acs_token_ask(not_before=at("2099-01-01")),
    "acs_smtp.auth.token_has_expired": an_acs_token_ask(expires=None),
    "acs_smtp.auth.token_is_for_another_service": an_acs_token_ask(audience="https://outlook.office365.com"),
    "acs_smtp.auth.token_is_of_another_application": an_acs_token_ask(app_id="another"),
    "acs_smtp.auth.application_is_unknown": an_acs_sign_in_ask(app=None, proof=Proof.NONE),
    "acs_smtp.auth.secret_has_expired": an_acs_sign_in_ask(proof=Proof.EXPIRED_SECRET),
    "acs_smtp.auth.secret_is_wrong": an_acs_sign_in_ask(proof=Proof.WRONG_SECRET),
    "acs_smtp.auth.entra_gives_no_token": an_acs_sign_in_ask(entra_refusal="AADSTS7000112: it is disabled."),
    "acs_smtp.auth.application_has_no_role": an_acs_sign_in_ask(role="", lets_send=False),
    "acs_smtp.auth.role_is_not_enough": an_acs_sign_in_ask(role="Reader", lets_send=False),
    "acs_smtp.mail.starttls_is_required": a_mail_ask(str(SENDER), endpoint=ACS, tls=None),
    "acs_smtp.mail.sender_is_anonymous": a_mail_ask(str(SENDER), endpoint=ACS),
    "acs_smtp.mail.service_has_ended": a_mail_ask(str(SENDER), endpoint=ACS, acs=RESOURCE),
    "acs_smtp.mail.declared_size_is_too_large": a_mail_ask(
        str(SENDER), endpoint=ACS, acs=RESOURCE, declared_size=10_485_761
    ),
    "acs_smtp.mail.domain_is_not_linked": a_mail_ask("orders@fabrikam.com", endpoint=ACS, acs=RESOURCE),
    "acs_smtp.mail.sender_username_is_unknown": a_mail_ask("boss@contoso.com", endpoint=ACS, acs=RESOURCE),
    "acs_smtp.rcpt.transaction_has_its_fifty_recipients": a_rcpt_ask(endpoint=ACS, recipients=50),
    "acs_smtp.data.nobody_sends": an_acs_data_ask(senders=()),
    "acs_smtp.data.domain_is_not_linked": an_acs_data_ask(senders=(an_address("orders@fabrikam.com"),)),
    "acs_smtp.data.domain_is_not_verified": an_acs_data_ask(resource=replace(RESOURCE, domains=(_UNVERIFIED,))),
    "acs_smtp.data.sender_username_is_unknown": an_acs_data_ask(senders=(an_address("boss@contoso.com"),)),
    "acs_smtp.data.message_has_too_many_recipients": an_acs_data_ask(recipients=51),
    "acs_smtp.data.message_is_too_large": an_acs_data_ask(size=10_485_761),
    "acs_smtp.data.minute_is_used_up": an_acs_data_ask(quota=replace(ROOM, minute=FULL)),
    "acs_smtp.data.hour_is_used_up": an_acs_data_ask(quota=replace(ROOM, hour=FULL)),
    "acs_smtp.delivery.recipient_is_on_a_list": an_acs_delivery_ask(is_on_a_list=True),
    "acs_smtp.delivery.recipient_is_suppressed": an_acs_delivery_ask(listed_until=at("2026-12-02")),
    "acs_smtp.delivery.recipient_is_unknown": an_acs_delivery_ask("nobody@contoso.com"),
    "acs_smtp.delivery.recipient_takes_mail_from_inside_only": an_acs_delivery_ask(
        a_recipient("helpdesk@contoso.com", a_world(a_tenant(mailboxes=(_INSIDE_ONLY,))))
    ),
}
