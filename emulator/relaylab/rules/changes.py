"""The facts whose change can let a refused ask pass: one a line, those first that an owner changes most easily.

``engine.passage`` tries them; what is tried changes no rule and no world. Each has the words that a failed test prints.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address
from relaylab.domain.asks import DataAsk, DeliveryAsk, MailAsk, MechanismAsk, RcptAsk, SignInAsk
from relaylab.domain.attribution import Attribution, Direction
from relaylab.domain.directory import UserType
from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.peer import TlsFacts
from relaylab.domain.tenant import Mailbox, Switch
from relaylab.domain.world import Standing
from relaylab.engine.passage import AnyChange, Change
from relaylab.rules.acs_rest import changes as acs_rest
from relaylab.rules.acs_smtp import changes as acs
from relaylab.rules.hve import changes as hve
from relaylab.rules.mx import changes as mx

if TYPE_CHECKING:
    from relaylab.domain.tenant import Tenant

_TLS: Final = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", None)


# A sign-in -----------------------------------------------------------------------------------------------------------


def _with_mailbox(ask: SignInAsk, **facts: bool | None) -> SignInAsk:
    return replace(ask, mailbox=replace(ask.mailbox, **facts)) if ask.mailbox else ask  # type: ignore[arg-type]


def _re_enabled(ask: SignInAsk) -> SignInAsk:
    return replace(ask, tenant=replace(ask.tenant, basic_auth_smtp=Switch.ON)) if ask.tenant else ask


def _without_security_defaults(ask: SignInAsk) -> SignInAsk:
    return replace(ask, tenant=replace(ask.tenant, security_defaults=False)) if ask.tenant else ask


def _excluded(ask: SignInAsk) -> SignInAsk:
    return replace(ask, tenant=replace(ask.tenant, conditional_access_policies=())) if ask.tenant else ask


def _with_old_tls(ask: SignInAsk) -> SignInAsk:
    if ask.tenant is None:
        return ask
    config = replace(ask.tenant.transport_config, allow_legacy_tls_clients=True)
    return replace(ask, tenant=replace(ask.tenant, transport_config=config))


def _with_good_token(ask: SignInAsk) -> SignInAsk:
    return replace(ask, token=None, credential=Credential.MATCHES) if ask.token else ask


def _as_member(ask: SignInAsk) -> SignInAsk:
    return replace(ask, mailbox=replace(ask.mailbox, user_type=UserType.MEMBER)) if ask.mailbox else ask


_SIGN_IN: Final[tuple[AnyChange, ...]] = (
    Change(SignInAsk, "the right password or token", lambda ask: replace(ask, credential=Credential.MATCHES)),
    Change(
        SignInAsk,
        "a good token for Exchange Online, of {user} or of an application that may send as {user}",
        _with_good_token,
    ),
    *hve.SIGN_IN,
    Change(SignInAsk, "{mailbox} a member of tenant {tenant}, not a guest", _as_member),
    Change(SignInAsk, "no wrong passwords before it", lambda ask: replace(ask, recent_failures=0)),
    Change(SignInAsk, "{mailbox} unlocked", lambda ask: _with_mailbox(ask, account_locked=False)),
    Change(SignInAsk, "no second factor asked of {mailbox}", lambda ask: _with_mailbox(ask, mfa_required=False)),
    Change(SignInAsk, "sign-in enabled for {mailbox}", lambda ask: _with_mailbox(ask, account_enabled=True)),
    Change(SignInAsk, "a licence for {mailbox}", lambda ask: _with_mailbox(ask, licensed=True)),
    Change(
        SignInAsk,
        "smtp_client_authentication_disabled = false for {mailbox}",
        lambda ask: _with_mailbox(ask, smtp_client_authentication_disabled=False),
    ),
    Change(SignInAsk, 'basic_auth_smtp = "on" for tenant {tenant}', _re_enabled),
    Change(SignInAsk, "{mailbox} not under the policy {policy}", lambda ask: replace(ask, policy=None)),
    Change(SignInAsk, "security defaults off in tenant {tenant}", _without_security_defaults),
    Change(SignInAsk, "{mailbox} excluded from Conditional Access", _excluded),
    Change(SignInAsk, "TLS 1.2 or newer", lambda ask: replace(ask, tls=_TLS)),
    Change(SignInAsk, "old TLS allowed in tenant {tenant}", _with_old_tls),
    Change(
        SignInAsk,
        "OAuth 2.0 (XOAUTH2 with a valid token)",
        lambda ask: replace(ask, mechanism=Mechanism.XOAUTH2, credential=Credential.MATCHES),
    ),
    *hve.ELSEWHERE,
)

# Before it -----------------------------------------------------------------------------------------------------------


def _named(mechanism: Mechanism) -> Change[MechanismAsk]:
    return Change(
        MechanismAsk, f"AUTH {mechanism}", lambda ask: replace(ask, mechanism=mechanism, mechanism_name=mechanism.value)
    )


_OPENING: Final[tuple[AnyChange, ...]] = (
    *mx.HELLO,
    Change(MechanismAsk, "STARTTLS before AUTH", lambda ask: replace(ask, tls=_TLS)),
    _named(Mechanism.LOGIN),
    _named(Mechanism.XOAUTH2),
    Change(MechanismAsk, "no sign-in at all", lambda ask: replace(ask, mechanism_name="")),
)

# The envelope --------------------------------------------------------------------------------------------------------


def _signed_in(ask: MailAsk) -> MailAsk:
    if ask.principal is not None or ask.mail_from is None:
        return ask
    return replace(ask, principal=Mailbox(address=ask.mail_from), sign_in_failure=None)


def _as_oneself(ask: MailAsk) -> MailAsk:
    return replace(ask, mail_from=ask.principal.address) if ask.principal else ask


def _relaying_for(tenant: Tenant | None) -> Attribution:
    return Attribution(Direction.ORIGINATING, tenant, matches_the_client=True)


def _without_reject(ask: RcptAsk) -> RcptAsk:
    tenant = ask.recipient.tenant
    if tenant is None:
        return ask
    config = replace(tenant.organization_config, reject_direct_send=False)
    return replace(ask, recipient=replace(ask.recipient, tenant=replace(tenant, organization_config=config)))


def _at_the_mx(ask: RcptAsk) -> RcptAsk:
    return ask if ask.attribution.may_relay else replace(ask, attribution=_relaying_for(ask.recipient.tenant))


def _existing(ask: RcptAsk) -> RcptAsk:
    recipient = ask.recipient
    if recipient.standing is not Standing.UNKNOWN:
        return ask
    mailbox = Mailbox(address=recipient.address)
    return replace(ask, recipient=replace(recipient, standing=Standing.MAILBOX, mailbox=mailbox))


_ENVELOPE: Final[tuple[AnyChange, ...]] = (
    Change(MailAsk, "STARTTLS before MAIL", lambda ask: replace(ask, tls=_TLS)),
    Change(MailAsk, "a sign-in before MAIL", _signed_in),
    Change(MailAsk, "MAIL FROM:<{mailbox}>", _as_oneself),
    Change(MailAsk, "no SMTPUTF8", lambda ask: replace(ask, wants_smtputf8=False)),
    Change(MailAsk, "a smaller message", lambda ask: replace(ask, declared_size=None)),
    *mx.SENDER,
    *hve.SENDER,
    Change(RcptAsk, "fewer recipients of one domain", lambda ask: replace(ask, same_domain=0)),
    Change(RcptAsk, "fewer recipients", lambda ask: replace(ask, recipients=0)),
    *mx.RECIPIENT,
    *hve.RECIPIENT,
    Change(RcptAsk, "{recipient} in the directory of tenant {tenant}", _existing),
    Change(RcptAsk, "reject_direct_send = false in tenant {tenant}", _without_reject),
    Change(RcptAsk, "the sender's IPv4 address on a connector, and MAIL FROM in its tenant", _at_the_mx),
)

# The message ---------------------------------------------------------------------------------------------------------


def _with_principal(ask: DataAsk, **facts: int) -> DataAsk:
    return replace(ask, principal=replace(ask.principal, **facts)) if ask.principal else ask  # type: ignore[arg-type]


def _sent_as(ask: DataAsk, sender: Address | None) -> DataAsk:
    return replace(ask, sender=sender, may_send_as=True)


def _owns(ask: DataAsk) -> bool:
    return ask.tenant is not None and ask.sender is not None and ask.tenant.owns(ask.sender.domain)


_MESSAGE: Final[tuple[AnyChange, ...]] = (
    Change(DataAsk, "a smaller message", lambda ask: replace(ask, size=0)),
    *mx.MESSAGE,
    *hve.MESSAGE,
    Change(DataAsk, "no other submission of {mailbox} open", lambda ask: replace(ask, open_before=0)),
    Change(DataAsk, "room in the mailbox {mailbox}", lambda ask: _with_principal(ask, send_quota_exceeded=False)),
    Change(DataAsk, "fewer recipients of {mailbox} in the last day", lambda ask: replace(ask, recipients_today=0)),
    Change(DataAsk, "SendAs for {mailbox} on {sender}", lambda ask: _sent_as(ask, ask.sender) if _owns(ask) else ask),
    Change(
        DataAsk,
        "{mailbox} as the sender",
        lambda ask: _sent_as(ask, ask.principal.address) if ask.principal and not ask.may_send_as else ask,
    ),
    Change(
        DataAsk,
        "the sender's IPv4 address on a connector, and MAIL FROM in its tenant",
        lambda ask: ask if ask.attribution.may_relay else replace(ask, attribution=_relaying_for(ask.tenant)),
    ),
    Change(
        DataAsk,
        "FullAccess on {mailbox} for who signed in (an application: by the object id of its service principal)",
        lambda ask: replace(ask, may_log_on=True),
    ),
    Change(
        DataAsk,
        "recipients inside only",
        lambda ask: replace(ask, outside=(), leaving=(), leading_outside=(), contacts=()),
    ),
)

# A copy --------------------------------------------------------------------------------------------------------------


def _unrestricted(ask: DeliveryAsk) -> DeliveryAsk:
    return replace(ask, principal=replace(ask.principal, restricted_sender=False)) if ask.principal else ask


def _found(ask: DeliveryAsk) -> DeliveryAsk:
    recipient = ask.recipient
    if recipient.standing is not Standing.UNKNOWN:
        return ask
    mailbox = Mailbox(address=recipient.address)
    return replace(ask, recipient=replace(recipient, standing=Standing.MAILBOX, mailbox=mailbox))


_DELIVERY: Final[tuple[AnyChange, ...]] = (
    Change(DeliveryAsk, "{mailbox} no longer restricted", _unrestricted),
    Change(DeliveryAsk, "fewer recipients in the message", lambda ask: replace(ask, recipients=1)),
    Change(DeliveryAsk, "a smaller message", lambda ask: replace(ask, size=0)),
    Change(DeliveryAsk, "fewer recipients of {mailbox} in the last day", lambda ask: replace(ask, recipients_today=0)),
    Change(DeliveryAsk, "{recipient} in the directory of tenant {tenant}", _found),
    *mx.COPY,
    *hve.COPY,
    Change(DeliveryAsk, "fewer recipients outside in the last day", lambda ask: replace(ask, external_today=0)),
    Change(DeliveryAsk, "a sender in a domain of your own", lambda ask: replace(ask, moera_quota=None)),
)

_ACS: Final[tuple[AnyChange, ...]] = (*acs.SIGN_IN, *acs.SENDER, *acs.MESSAGE, *acs.COPY)

CHANGES: Final[tuple[AnyChange, ...]] = (
    *_OPENING,
    *_SIGN_IN,
    *_ENVELOPE,
    *_MESSAGE,
    *_DELIVERY,
    *_ACS,
    *acs_rest.CHANGES,
)
