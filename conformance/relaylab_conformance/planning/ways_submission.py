"""SMTP AUTH with OAuth 2.0 as a sender's future: what stands against it, and what has to be done before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.directory import SEND_AS_APP, MailboxPermission, ServicePrincipal
from relaylab.domain.estate import Method
from relaylab.domain.powershell import argument
from relaylab.domain.tenant import RecipientPermission
from relaylab.rules import limits, sources
from relaylab_conformance.migration.approach import Approach, approach
from relaylab_conformance.migration.from_entra import FromEntra, application_of
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.application import ENTERPRISE, Application, own_application, permitted
from relaylab_conformance.planning.conditional_access import application_let_through, user_let_through
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import Preparation, in_mailbox, in_sender, in_tenant
from relaylab_conformance.planning.question import Question

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Mailbox, Tenant

_MOST_RECIPIENTS: Final = 1_000  # what Set-Mailbox -RecipientLimits takes (fact ADM-MB-02)


def against(question: Question) -> Iterator[str]:
    """Say what no step can mend."""
    sender = question.sender
    if question.lacks_oauth:
        yield question.lacks_oauth
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


def alternatives(question: Question) -> Iterator[tuple[Preparation, ...]]:
    """Give the steps before it: with the token that the sender gets as things stand, else as an application of its own.

    Which of them is enough, only a message shows.
    """
    found = question.world.mailbox(question.sender.signs_in_as)
    if found is None:
        yield ()
        return
    tenant, mailbox = found
    as_it_is = approach(question.world, question.sender, Method.SMTP_AUTH_OAUTH)
    if isinstance(as_it_is, Approach):
        yield (*_as_it_is(question, tenant, mailbox, as_it_is), *_of_mailbox(question, tenant, mailbox))
    app = own_application(question, tenant, "planned application")
    yield (
        *permitted(question, tenant, app, SEND_AS_APP, citations.SEND_AS_APP),
        *_access(tenant, app, mailbox),
        *_as_primary(question.sender, mailbox),
        *_of_mailbox(question, tenant, mailbox),
    )


def _as_it_is(question: Question, tenant: Tenant, mailbox: Mailbox, way: Approach) -> Iterator[Preparation]:
    """What lacks a sender that holds a token, or gets one from Entra, for itself or for a user."""
    asked, app = way.sign_in, application_of(question.world, question.sender)
    if not isinstance(asked, FromEntra) or app is None:
        return
    yield from _as_primary(question.sender, mailbox)
    if not asked.asks_for_a_user:
        yield from application_let_through(tenant, app.app_id, app.display_name)
        if SEND_AS_APP in app.permissions:
            yield from _access(tenant, Application(app.app_id, app.app_id, app), mailbox)
        return
    login = question.world.mailbox(question.sender.sign_in_user or mailbox.address)
    if login is None:
        return
    yield from user_let_through(*login)
    user = login[1].address
    if user != mailbox.address and not tenant.full_access_grants(user, mailbox, question.at):
        grant = MailboxPermission(mailbox.address, user)
        yield Preparation(
            Step(
                kind=Kind.CMDLET,
                what=f"the token is of {user}, who is to open {mailbox.address}",
                lines=(
                    (
                        f"Add-MailboxPermission -Identity {argument(mailbox.address)} -User {argument(user)} "
                        "-AccessRights FullAccess"
                    ),
                ),
                source=citations.ADD_MAILBOX_PERMISSION,
            ),
            in_tenant(tenant, lambda one: replace(one, mailbox_permissions=(*one.mailbox_permissions, grant))),
        )


def _access(tenant: Tenant, app: Application, mailbox: Mailbox) -> Iterator[Preparation]:
    """Exchange Online must know the application, by its right object id, and let it into the mailbox."""
    principal = tenant.service_principal(app.app_id)
    own_id = app.object_id_in(tenant)
    is_right = principal is not None and own_id in {None, principal.object_id}
    if principal is not None and is_right and mailbox.address in principal.full_access:
        return
    whose = own_id or (principal.object_id if principal else ENTERPRISE)
    lines = [
        f"Add-MailboxPermission -Identity {argument(mailbox.address)} -User {argument(whose)} -AccessRights FullAccess"
    ]
    if not is_right:
        lines.insert(0, f"New-ServicePrincipal -AppId {argument(app.shown)} -ObjectId {argument(whose)}")
    if principal is not None and not is_right:
        lines.insert(0, f"Remove-ServicePrincipal -Identity {argument(principal.object_id)}")
    yield Preparation(
        Step(
            kind=Kind.CMDLET,
            what="tell Exchange Online of the application; the object id is that of the enterprise application",
            lines=tuple(lines),
            source=citations.ADD_MAILBOX_PERMISSION if is_right else citations.NEW_SERVICE_PRINCIPAL,
        ),
        in_tenant(tenant, lambda one: _with_access(one, app.app_id, mailbox)),
    )


def _with_access(tenant: Tenant, app_id: str, mailbox: Mailbox) -> Tenant:
    old = tenant.service_principal(app_id)
    held = old.full_access if old else ()
    new = replace(
        old or ServicePrincipal(app_id, tenant.app_object_id(app_id)),
        object_id=tenant.app_object_id(app_id),
        full_access=tuple(dict.fromkeys((*held, mailbox.address))),
    )
    kept = tuple(new if one is old else one for one in tenant.service_principals)
    return replace(tenant, service_principals=kept if old else (*kept, new))


def _as_primary(sender: Sender, mailbox: Mailbox) -> Iterator[Preparation]:
    """A token opens a mailbox by its primary address, not by another that it has."""
    if sender.signs_in_as == mailbox.address:
        return
    yield Preparation(
        Step(
            kind=Kind.SENDER,
            what=f"{sender.signs_in_as} is no mailbox's primary address, and a token opens none by another",
            lines=(f"sign in as {mailbox.address}",),
            source=sources.OAUTH_ALIAS,
        ),
        in_sender(sender, lambda one: replace(one, sign_in=mailbox.address)),
    )


def _of_mailbox(question: Question, tenant: Tenant, mailbox: Mailbox) -> Iterator[Preparation]:
    """What the mailbox lacks, whoever signs in, and the sender's own settings behind it."""
    sender = question.sender
    if not mailbox.licensed:
        yield Preparation(
            Step(
                kind=Kind.PORTAL,
                what=f"{mailbox.address} has no licence with Exchange Online, and so no mailbox to sign in to",
                lines=(f"Microsoft 365 admin center > Users > Active users > {mailbox.address} > Licenses and apps",),
                source=sources.NO_MAILBOX,
            ),
            in_mailbox(tenant, mailbox, lambda box: replace(box, licensed=True)),
        )
    disabled = mailbox.smtp_client_authentication_disabled
    if tenant.smtp_auth_is_disabled if disabled is None else disabled:
        yield Preparation(
            Step(
                kind=Kind.CMDLET,
                what=f"SMTP AUTH is off for {mailbox.address}; the switch stops tokens as well as passwords",
                lines=(
                    f"Set-CASMailbox -Identity {argument(mailbox.address)} -SmtpClientAuthenticationDisabled $false",
                ),
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
                lines=(f"Set-Mailbox -Identity {argument(mailbox.address)} -RecipientLimits {wanted}",),
                source=citations.SET_MAILBOX,
            ),
            in_mailbox(tenant, mailbox, lambda box: replace(box, recipient_limits=wanted)),
        )
    if sender.today is not Method.SMTP_AUTH_OAUTH:
        yield Preparation(
            Step(
                kind=Kind.SENDER,
                what="change the sender's settings last",
                lines=(f"smtp.office365.com, port 587, STARTTLS, XOAUTH2 as {mailbox.address}",),
                source=citations.SUBMISSION_ENDPOINT,
            )
        )


def _send_as(tenant: Tenant, mailbox: Mailbox, sender: Sender) -> Preparation:
    grant = RecipientPermission(sender.from_address, mailbox.address)
    return Preparation(
        Step(
            kind=Kind.CMDLET,
            what=f"it signs in as {mailbox.address} and sends as {sender.from_address}",
            lines=(
                (
                    f"Add-RecipientPermission -Identity {argument(sender.from_address)} "
                    f"-Trustee {argument(mailbox.address)} -AccessRights SendAs -Confirm:$false"
                ),
            ),
            source=citations.ADD_RECIPIENT_PERMISSION,
        ),
        in_tenant(tenant, lambda one: replace(one, recipient_permissions=(*one.recipient_permissions, grant))),
    )
