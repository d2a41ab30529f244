"""The facts of Azure Communication Services over SMTP whose change can let a refused ask pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from relaylab.domain.acs import AcsResource, Allowance, EmailDomain, SendingQuota, SmtpUsername
from relaylab.domain.acs_asks import AcsDeliveryAsk, AcsSignInAsk, SecretShape
from relaylab.domain.address import Address
from relaylab.domain.asks import DataAsk, MailAsk
from relaylab.domain.directory import AppRegistration
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import Proof
from relaylab.domain.identity import Mechanism
from relaylab.domain.tenant import Mailbox, Tenant
from relaylab.domain.world import Standing
from relaylab.engine.passage import AnyChange, Change

if TYPE_CHECKING:
    from relaylab.domain.acs import Sending

_NO_GUID: Final = "00000000-0000-0000-0000-000000000000"
_MADE: Final = datetime(2023, 1, 1, tzinfo=UTC)  # some resource of long ago; no answer changes on this day
_A_RESOURCE: Final = AcsResource("resource", _MADE)
_A_TENANT: Final = Tenant(name="tenant", id=_NO_GUID)
_A_SENDER: Final = Address.parse("sender@domain.example")
_AN_APP: Final = AppRegistration(_NO_GUID)


# A sign-in -----------------------------------------------------------------------------------------------------------


def _naming_a_resource(ask: AcsSignInAsk) -> AcsSignInAsk:
    if ask.names_somebody and ask.resource is not None:
        return ask
    name = ask.smtp_username or SmtpUsername(username=ask.user, entra_application_id=ask.app_id)
    return replace(ask, smtp_username=name, resource=ask.resource or _A_RESOURCE, resource_is_there=True)


def _as_an_smtp_username(ask: AcsSignInAsk) -> AcsSignInAsk:
    if ask.smtp_username is not None or ask.mechanism is not Mechanism.XOAUTH2:
        return ask
    return replace(ask, smtp_username=SmtpUsername(username=ask.user, entra_application_id=ask.app_id))


def _as_three_parts(ask: AcsSignInAsk) -> AcsSignInAsk:
    return replace(ask, smtp_username=None, has_three_parts=True) if ask.resource is not None else ask


def _by_the_secret(ask: AcsSignInAsk) -> AcsSignInAsk:
    return replace(
        ask,
        shape=SecretShape.ANY,
        directory=ask.directory or _A_TENANT,
        app=ask.app or _AN_APP,
        proof=Proof.SECRET,
        entra_refusal="",
        token=None,
    )


def _by_a_good_token(ask: AcsSignInAsk) -> AcsSignInAsk:
    return replace(ask, token=None, app=ask.app or _AN_APP, proof=Proof.SECRET, entra_refusal="") if ask.token else ask


SIGN_IN: Final[tuple[AnyChange, ...]] = (
    Change(AcsSignInAsk, "a well-formed response of the client", lambda ask: replace(ask, problem=None)),
    Change(AcsSignInAsk, "a token of application {app_id} for https://communication.azure.com", _by_a_good_token),
    Change(
        AcsSignInAsk,
        "a role on resource {resource} that is enough, for application {app_id}",
        lambda ask: replace(ask, lets_send=True),
    ),
    Change(AcsSignInAsk, "an SMTP username behind user=", _as_an_smtp_username),
    Change(AcsSignInAsk, "{resource}.{app_id}.{directory} as the user name", _as_three_parts),
    Change(AcsSignInAsk, "a valid client secret of application {app_id}, registered in its directory", _by_the_secret),
    Change(AcsSignInAsk, "the resource made before now", lambda ask: replace(ask, resource_is_there=True)),
    Change(
        AcsSignInAsk,
        "a resource that tenant {tenant} had before the service closed to new customers",
        lambda ask: replace(ask, resource_could_be_made=True),
    ),
    Change(AcsSignInAsk, "a user name that leads to a resource that exists", _naming_a_resource),
)


# The envelope and the message ----------------------------------------------------------------------------------------


def _able_to_send_as(resource: AcsResource, *senders: Address) -> AcsResource:
    return replace(
        resource,
        linked_domains=tuple(dict.fromkeys((*resource.linked_domains, *(one.domain for one in senders)))),
        sender_usernames=tuple(dict.fromkeys((*resource.sender_usernames, *senders))),
    )


def _signed_in(ask: MailAsk) -> MailAsk:
    if ask.endpoint is not Endpoint.ACS_SMTP or ask.acs is not None:
        return ask
    return replace(ask, acs=_able_to_send_as(_A_RESOURCE, *((ask.mail_from,) if ask.mail_from else ())))


def _configured_at_mail(ask: MailAsk) -> MailAsk:
    if ask.acs is None or ask.mail_from is None:
        return ask
    return replace(ask, acs=_able_to_send_as(ask.acs, ask.mail_from))


SENDER: Final[tuple[AnyChange, ...]] = (
    Change(MailAsk, "a sign-in of an ACS resource before MAIL", _signed_in),
    Change(MailAsk, "{acs_sender} among the MailFrom addresses of resource {resource}", _configured_at_mail),
)

_OfSending: TypeAlias = Callable[["Sending"], "Sending"]


def _with(change: _OfSending) -> Callable[[DataAsk], DataAsk]:
    return lambda ask: replace(ask, sending=change(ask.sending)) if ask.sending is not None else ask


def _verified(sending: Sending) -> Sending:
    anew = tuple(EmailDomain(name=one.name) for one in sending.resource.domains)
    return replace(sending, resource=replace(sending.resource, domains=anew))


def _configured(sending: Sending) -> Sending:
    return replace(sending, resource=_able_to_send_as(sending.resource, *sending.senders))


def _idle(sending: Sending) -> Sending:
    minute, hour = sending.quota.minute, sending.quota.hour
    return replace(sending, quota=SendingQuota(Allowance(0, minute.allowed), Allowance(0, hour.allowed)))


def _with_a_sender(sending: Sending) -> Sending:
    if sending.senders:
        return sending
    return _configured(replace(sending, senders=(_A_SENDER,)))


MESSAGE: Final[tuple[AnyChange, ...]] = (
    Change(DataAsk, "a sender that is a MailFrom address of resource {resource}", _with(_with_a_sender)),
    Change(DataAsk, "a message of less than 10 MB", _with(lambda sending: replace(sending, size=0))),
    Change(DataAsk, "fewer recipients in the message", _with(lambda sending: replace(sending, recipients=1))),
    Change(DataAsk, "fewer messages in the last minute and hour", _with(_idle)),
    Change(DataAsk, "the domain {acs_domain} verified", _with(_verified)),
    Change(DataAsk, "{acs_sender} among the MailFrom addresses of resource {resource}", _with(_configured)),
)


# A copy --------------------------------------------------------------------------------------------------------------


def _found(ask: AcsDeliveryAsk) -> AcsDeliveryAsk:
    recipient = ask.recipient
    if recipient.standing is not Standing.UNKNOWN:
        return ask
    mailbox = Mailbox(address=recipient.address)
    return replace(ask, recipient=replace(recipient, standing=Standing.MAILBOX, mailbox=mailbox))


def _open_to_outsiders(ask: AcsDeliveryAsk) -> AcsDeliveryAsk:
    if ask.recipient.standing is Standing.UNKNOWN:
        return ask
    anybody = Mailbox(address=ask.recipient.address)
    return replace(ask, recipient=replace(ask.recipient, mailbox=anybody, group=None, contact=None))


COPY: Final[tuple[AnyChange, ...]] = (
    Change(AcsDeliveryAsk, "{recipient} on no suppression list", lambda ask: replace(ask, is_on_a_list=False)),
    Change(AcsDeliveryAsk, "no send to {recipient} until {until}", lambda ask: replace(ask, listed_until=None)),
    Change(AcsDeliveryAsk, "{recipient} in the directory of tenant {tenant}", _found),
    Change(AcsDeliveryAsk, "a recipient that takes mail of everybody", _open_to_outsiders),
)
