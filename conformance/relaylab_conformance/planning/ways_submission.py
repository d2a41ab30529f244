"""SMTP AUTH with OAuth 2.0 as a sender's future: what stands against it, and what has to be done before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.directory import SEND_AS_APP, AppRegistration, ServicePrincipal, object_id
from relaylab.domain.estate import Method
from relaylab.domain.tenant import RecipientPermission
from relaylab.rules import limits
from relaylab_conformance.migration.approach import Approach as Tried
from relaylab_conformance.migration.approach import approach
from relaylab_conformance.migration.from_entra import application_of
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import (
    PLACEHOLDER,
    Preparation,
    both,
    in_mailbox,
    in_sender,
    in_tenant,
)
from relaylab_conformance.planning.question import Question
from relaylab_scenarios import profile

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Mailbox, Tenant

_MOST_RECIPIENTS: Final = 1_000  # what Set-Mailbox -RecipientLimits takes (fact ADM-MB-02)


def against(question: Question) -> Iterator[str]:
    """Say what no step can mend."""
    sender = question.sender
    if not profile(sender.profile).sign_in.speaks_oauth:
        yield f"OAuth-capable? No: {sender.profile} has no OAuth 2.0"
    found = question.world.mailbox(sender.signs_in_as)
    if found is None:
        yield f"mailbox? No: {sender.signs_in_as} is no mailbox of a tenant that is described, so nobody can sign in"
    recipients = sender.messages_per_day * len(sender.to)
    if recipients > limits.RECIPIENTS_PER_DAY:
        yield (
            f"volume? Too much: {recipients:,} recipients a day, and a mailbox reaches {limits.RECIPIENTS_PER_DAY:,}"
        )
    if len(sender.to) > _MOST_RECIPIENTS:
        yield f"recipients? Too many: {len(sender.to):,} in a message, and a mailbox takes {_MOST_RECIPIENTS:,} at most"


def speaks_for(question: Question) -> Iterator[str]:
    """Say what speaks for it."""
    yield f"OAuth-capable? Yes: {question.sender.profile} speaks XOAUTH2; the code or settings change once"
    recipients = question.sender.messages_per_day * len(question.sender.to)
    yield f"volume? {recipients:,} recipients a day, of {limits.RECIPIENTS_PER_DAY:,} that a mailbox reaches"


def preparations(question: Question) -> Iterator[Preparation]:
    """Give the steps before it."""
    sender = question.sender
    found = question.world.mailbox(sender.signs_in_as)
    if found is None:
        return
    tenant, mailbox = found
    yield from _application(question, tenant, mailbox)
    disabled = mailbox.smtp_client_authentication_disabled
    if tenant.smtp_auth_is_disabled if disabled is None else disabled:
        yield Preparation(
            Step(
                kind=Kind.CMDLET,
                what=f"SMTP AUTH is off for {mailbox.address}; the switch stops tokens as well as passwords",
                lines=(f"Set-CASMailbox -Identity {mailbox.address} -SmtpClientAuthenticationDisabled $false",),
                source=citations.SET_CAS_MAILBOX,
            ),
            in_mailbox(tenant, mailbox, lambda box: replace(box, smtp_client_authentication_disabled=False)),
        )
    if not tenant.may_send_as(mailbox, sender.from_address, question.at):
        yield _send_as(tenant, mailbox, sender)
    if len(sender.to) > mailbox.recipient_limits:
        wanted = len(sender.to)
        yield Preparation(
            Step(
                kind=Kind.CMDLET,
                what=f"its messages go to {wanted} recipients, and the mailbox takes {mailbox.recipient_limits}",
                lines=(f"Set-Mailbox -Identity {mailbox.address} -RecipientLimits {wanted}",),
                source=citations.SET_MAILBOX,
            ),
            in_mailbox(tenant, mailbox, lambda box: replace(box, recipient_limits=wanted)),
        )
    if question.sender.today is not Method.SMTP_AUTH_OAUTH:
        yield Preparation(
            Step(
                kind=Kind.SENDER,
                what="change the sender's settings last",
                lines=(f"smtp.office365.com, port 587, STARTTLS, XOAUTH2 as {sender.signs_in_as}",),
                source=citations.SUBMISSION_ENDPOINT,
            )
        )


def _application(question: Question, tenant: Tenant, mailbox: Mailbox) -> Iterator[Preparation]:
    """An application that may send for the mailbox, unless the sender gets its token some other way."""
    sender = question.sender
    app = application_of(question.world, sender)
    if app is None and isinstance(approach(question.world, sender, Method.SMTP_AUTH_OAUTH), Tried):
        return  # it holds a token that was given to it
    at_home = app if app and any(one.app_id == app.app_id for one in tenant.app_registrations) else None
    is_own = at_home is not None and at_home.is_confidential and _is_own(at_home)
    if app is not None and not is_own and isinstance(approach(question.world, sender, Method.SMTP_AUTH_OAUTH), Tried):
        return  # a user's token, or an application of another tenant: tried as it is
    app_id = sender.app_id or object_id(tenant.id, "planned application", sender.name)
    shown = sender.app_id or "APPLICATION-ID"
    if not is_own:
        yield Preparation(
            Step(
                kind=Kind.PORTAL,
                what="register an application with a client secret, and let an administrator consent",
                lines=(
                    "Entra admin center > App registrations: New registration; Certificates & secrets: New secret",
                    (
                        f"API permissions > Office 365 Exchange Online > Application permissions: {SEND_AS_APP}; "
                        "Grant admin consent"
                    ),
                ),
                source=citations.SEND_AS_APP,
            ),
            both(
                in_tenant(tenant, lambda one: _registered(one, app_id)),
                in_sender(sender, lambda one: replace(one, app_id=app_id)),
            ),
        )
    principal = tenant.service_principal(app_id)
    if principal is None or mailbox.address not in principal.full_access:
        lines = [f"Add-MailboxPermission -Identity {mailbox.address} -User {{}} -AccessRights FullAccess"]
        if principal is None:
            lines.insert(0, f"New-ServicePrincipal -AppId {shown} -ObjectId {{}}")
        whose = principal.object_id if principal else "ENTERPRISE-APPLICATION-OBJECT-ID"
        yield Preparation(
            Step(
                kind=Kind.CMDLET,
                what="tell Exchange Online of the application; the object id is that of the enterprise application",
                lines=tuple(line.format(whose) for line in lines),
                source=citations.ADD_MAILBOX_PERMISSION if principal else citations.NEW_SERVICE_PRINCIPAL,
            ),
            in_tenant(tenant, lambda one: _with_access(one, app_id, mailbox)),
        )


def _is_own(app: AppRegistration) -> bool:
    return SEND_AS_APP in app.roles and app.admin_consent and app.account_enabled


def _registered(tenant: Tenant, app_id: str) -> Tenant:
    old = next((one for one in tenant.app_registrations if one.app_id == app_id), AppRegistration(app_id))
    new = replace(
        old,
        client_secret=old.client_secret if old.is_confidential else PLACEHOLDER,
        roles=tuple(dict.fromkeys((*old.roles, SEND_AS_APP))),
        admin_consent=True,
        account_enabled=True,
    )
    others = tuple(one for one in tenant.app_registrations if one.app_id != app_id)
    return replace(tenant, app_registrations=(*others, new))


def _with_access(tenant: Tenant, app_id: str, mailbox: Mailbox) -> Tenant:
    old = tenant.service_principal(app_id) or ServicePrincipal(app_id, tenant.app_object_id(app_id))
    new = replace(old, full_access=tuple(dict.fromkeys((*old.full_access, mailbox.address))))
    others = tuple(one for one in tenant.service_principals if one.app_id != app_id)
    return replace(tenant, service_principals=(*others, new))


def _send_as(tenant: Tenant, mailbox: Mailbox, sender: Sender) -> Preparation:
    grant = RecipientPermission(sender.from_address, mailbox.address)
    return Preparation(
        Step(
            kind=Kind.CMDLET,
            what=f"it signs in as {mailbox.address} and sends as {sender.from_address}",
            lines=(
                (
                    f"Add-RecipientPermission -Identity {sender.from_address} -Trustee {mailbox.address} "
                    "-AccessRights SendAs -Confirm:$false"
                ),
            ),
            source=citations.ADD_RECIPIENT_PERMISSION,
        ),
        in_tenant(tenant, lambda one: replace(one, recipient_permissions=(*one.recipient_permissions, grant))),
    )
