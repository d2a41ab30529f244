"""The facts of High Volume Email whose change can let a refused ask pass; ``rules.changes`` has them in its order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from relaylab.domain.address import Address
from relaylab.domain.asks import DataAsk, DeliveryAsk, MailAsk, RcptAsk, SignInAsk
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.hve import BillingPolicyStatus, HveAccount, HveSender
from relaylab.domain.identity import Credential
from relaylab.domain.tenant import Mailbox
from relaylab.domain.world import Standing
from relaylab.engine.passage import AnyChange, Change

if TYPE_CHECKING:
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import Recipient

_SOMEBODY: Final = Address.parse("account@domain.example")

A = TypeVar("A", SignInAsk, MailAsk, DataAsk, DeliveryAsk)


def _with_sender(ask: A, **facts: object) -> A:
    return replace(ask, hve=replace(ask.hve, **facts)) if ask.hve else ask  # type: ignore[arg-type]


def _with_account(ask: A, **facts: object) -> A:
    return _with_sender(ask, account=replace(ask.hve.account, **facts)) if ask.hve else ask  # type: ignore[arg-type]


def _an_account(address: Address | None) -> HveSender | None:
    return HveSender(account=HveAccount(address=address)) if address else None


def _signed_in_to_send(ask: MailAsk) -> MailAsk:
    if ask.endpoint is not Endpoint.HVE or ask.hve is not None:
        return ask
    return replace(ask, hve=_an_account(ask.mail_from), principal=None, sign_in_failure=None)


def _sent_by_an_account(ask: DataAsk) -> DataAsk:
    if ask.endpoint is not Endpoint.HVE or ask.hve is not None:
        return ask
    return replace(ask, hve=_an_account(ask.envelope.mail_from), principal=None)


def _as_the_account(ask: DataAsk) -> DataAsk:
    if ask.hve is None:
        return ask
    own = ask.hve.account.address
    return replace(ask, envelope=replace(ask.envelope, mail_from=own), head=replace(ask.head, from_address=own))


def _inside(recipient: Recipient, tenant: Tenant | None) -> Recipient:
    if tenant is None or (recipient.is_of(tenant) and not recipient.leads_outside):
        return recipient
    mailbox = Mailbox(address=recipient.address)
    return replace(recipient, tenant=tenant, standing=Standing.MAILBOX, mailbox=mailbox)


def _under_an_address(ask: SignInAsk) -> SignInAsk:
    if ask.endpoint is not Endpoint.HVE or Address.is_one(ask.user):
        return ask
    return replace(ask, user=str(_SOMEBODY), hve=_an_account(_SOMEBODY), credential=Credential.MATCHES)


def _elsewhere(ask: SignInAsk) -> SignInAsk:
    if ask.endpoint is not Endpoint.HVE:
        return ask
    return replace(ask, endpoint=Endpoint.SUBMISSION, hve=None, credential=Credential.MATCHES)


_BILLED: Final = "a valid billing policy for {mailbox} (its status is {billing})"

SIGN_IN: Final[tuple[AnyChange, ...]] = (
    Change(SignInAsk, "the address of a High Volume Email account behind user=", _under_an_address),
    Change(SignInAsk, "a token with more time left", lambda ask: _with_sender(ask, expires=None)),
    Change(SignInAsk, "Mail.Send for application {app_id}", lambda ask: _with_sender(ask, registration=None)),
    Change(SignInAsk, "sign-in enabled for {mailbox}", lambda ask: _with_account(ask, account_enabled=True)),
)
ELSEWHERE: Final[tuple[AnyChange, ...]] = (
    Change(SignInAsk, "a mailbox at smtp.office365.com in place of High Volume Email", _elsewhere),
)
SENDER: Final[tuple[AnyChange, ...]] = (
    Change(MailAsk, "a sign-in with a High Volume Email account before MAIL", _signed_in_to_send),
    Change(
        MailAsk,
        "application {app} on the Allowed Apps of {mailbox}",
        lambda ask: _with_sender(ask, app_object_id=None),
    ),
    Change(
        MailAsk,
        _BILLED,
        lambda ask: _with_account(ask, billing_policy_status=BillingPolicyStatus.VALID),
    ),
    Change(MailAsk, "a new session with a new token", lambda ask: _with_sender(ask, expires=None)),
    Change(
        MailAsk,
        "MAIL FROM:<{mailbox}>",
        lambda ask: replace(ask, mail_from=ask.hve.account.address) if ask.hve else ask,
    ),
)
RECIPIENT: Final[tuple[AnyChange, ...]] = (
    Change(
        RcptAsk,
        "{recipient} a mailbox of the account's own tenant",
        lambda ask: replace(ask, recipient=_inside(ask.recipient, ask.tenant)) if ask.hve else ask,
    ),
    Change(
        RcptAsk,
        "fewer recipients of High Volume Email in the last day",
        lambda ask: replace(ask, tenant_today=0, tenant_outside_today=0),
    ),
)
MESSAGE: Final[tuple[AnyChange, ...]] = (
    Change(DataAsk, "a sign-in with a High Volume Email account", _sent_by_an_account),
    Change(
        DataAsk,
        "application {app} on the Allowed Apps of {mailbox}",
        lambda ask: _with_sender(ask, app_object_id=None),
    ),
    Change(DataAsk, "{mailbox} in MAIL FROM and From", _as_the_account),
    Change(DataAsk, "no mail contact and no guest among the recipients", lambda ask: replace(ask, leading_outside=())),
)
COPY: Final[tuple[AnyChange, ...]] = (
    Change(
        DeliveryAsk,
        _BILLED,
        lambda ask: _with_account(ask, billing_policy_status=BillingPolicyStatus.VALID),
    ),
    Change(
        DeliveryAsk,
        "{recipient} a mailbox of the account's own tenant, and written to itself",
        lambda ask: replace(ask, recipient=_inside(ask.recipient, ask.tenant), written_to=None) if ask.hve else ask,
    ),
)
