"""Azure Communication Services Email as a sender's future: what stands against it, and what has to be done before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs import OWNER_ROLE, AcsResource, RoleAssignment, SmtpUsername
from relaylab.domain.directory import AppRegistration, object_id
from relaylab.domain.estate import Method
from relaylab.rules import milestones
from relaylab.rules.acs import limits as acs_limits
from relaylab.rules.acs.sending import could_not_be_made, is_there
from relaylab_conformance.migration.acs import AcsClient, acs_client_of, acs_resource_of
from relaylab_conformance.migration.from_entra import ACS, secret_of
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import PLACEHOLDER, Change, Preparation, both, in_tenant
from relaylab_conformance.planning.question import Question
from relaylab_scenarios import profile

if TYPE_CHECKING:
    from relaylab.domain.tenant import Tenant

_LOGIN: Final = "LOGIN with the SMTP username and the client secret"


def against(question: Question, method: Method) -> Iterator[str]:
    """Say what no step can mend."""
    sender, calendar = question.sender, question.rulebook.calendar
    closed = calendar.at(milestones.ACS_CLOSED_TO_NEW_CUSTOMERS.name)
    found = acs_resource_of(question.world, sender)
    if found is None:
        since = f"; since {closed.date()} new customers make none" if closed and closed <= question.at else ""
        yield f"ACS resource? None{since}"
    elif could_not_be_made(found[1], found[0], calendar) and closed is not None:
        yield f"ACS resource older than {closed.date()}? No: {found[1].name} is of {found[1].created.date()}"
    elif not is_there(found[1], found[0], question.at, calendar):
        yield f"ACS resource? Not yet: {found[1].name} is of {found[1].created.date()}"
    elif missing := found[1].email_domain(sender.from_address.domain).verification_states.missing:
        yield (
            f"domain verified? No: {', '.join(missing)} of {sender.from_address.domain}; publish the records that "
            "Azure shows, and plan again"
        )
    if len(sender.to) > acs_limits.RECIPIENTS:
        yield f"recipients? Too many: {len(sender.to)} in a message, and it takes {acs_limits.RECIPIENTS}"
    by_xoauth2 = method is Method.ACS_SMTP and sender.shows_a_token(method)
    if by_xoauth2 and not profile(sender.profile).sign_in.speaks_oauth:
        yield f"OAuth-capable? No: {sender.profile} has no OAuth 2.0"
    ends = calendar.at(milestones.ACS_EMAIL_ENDS.name)
    if ends is not None and ends <= question.at:
        yield f"ACS Email? Ended on {ends.date()}"


def speaks_for(question: Question) -> Iterator[str]:
    """Say what speaks for it."""
    found = acs_resource_of(question.world, question.sender)
    if found is not None:
        yield f"ACS resource? Yes: {found[1].name}, made on {found[1].created.date()}"


def preparations(question: Question, method: Method) -> Iterator[Preparation]:
    """Give the steps before it."""
    sender = question.sender
    found = acs_resource_of(question.world, sender)
    if found is None:
        return
    tenant, resource = found
    domain, address = sender.from_address.domain, sender.from_address
    if not resource.links(domain):
        yield Preparation(
            Step(
                kind=Kind.PORTAL,
                what=f"verify {domain} and link it to {resource.name}",
                lines=(
                    (
                        f"Azure portal > Email Communication Service > Provision domains: {domain}; publish the "
                        "TXT and CNAME records that it shows"
                    ),
                    f"{resource.name} > Email > Domains: Connect domain",
                ),
                source=citations.ACS_DOMAIN,
            ),
            _of(tenant, resource, lambda one: replace(one, linked_domains=(*one.linked_domains, domain))),
        )
    if address not in resource.mail_froms:
        yield Preparation(
            Step(
                kind=Kind.PORTAL,
                what=f"configure {address} as a sender",
                lines=(f"Azure portal > the e-mail domain {domain} > MailFrom addresses: Add {address.local}",),
                source=citations.ACS_DOMAIN,
            ),
            _of(tenant, resource, lambda one: replace(one, sender_usernames=(*one.sender_usernames, address))),
        )
    if method is Method.ACS_SMTP or sender.shows_a_token(method):
        yield from _client(question, tenant, resource, method)
    if sender.today is not method:
        shows_a_token = sender.shows_a_token(method)
        how = "XOAUTH2 with the SMTP username and a token" if shows_a_token else _LOGIN
        where = f"smtp.azurecomm.net, port 587, STARTTLS, AUTH {how}"
        if method is Method.ACS_REST:
            how = f"with a token for {ACS.app_scope}" if shows_a_token else "signed with the access key"
            where = f"https://{resource.host_name}/emails:send, {how}"
        yield Preparation(
            Step(
                kind=Kind.SENDER,
                what="change the sender's settings last",
                lines=(where,),
                source=citations.ACS_ENDPOINT,
            )
        )


def _client(question: Question, tenant: Tenant, resource: AcsResource, method: Method) -> Iterator[Preparation]:
    sender = question.sender
    client = acs_client_of(question.world, sender, tenant, resource)
    if client is not None and resource.lets_send(client.app.app_id) and _can_sign_in(question, client, method):
        return
    needs_a_name = method is Method.ACS_SMTP
    app_id = sender.app_id or object_id(tenant.id, "planned ACS application", sender.name)
    app = AppRegistration(app_id, client_secret=PLACEHOLDER)
    there = any(one.app_id == app_id for one in tenant.app_registrations)

    def registered(one: Tenant) -> Tenant:
        if not there:
            return replace(one, app_registrations=(*one.app_registrations, app))
        apps = tuple(
            replace(held, client_secret=PLACEHOLDER) if held.app_id == app_id and not held.is_confidential else held
            for held in one.app_registrations
        )
        return replace(one, app_registrations=apps)

    def allowed(one: AcsResource) -> AcsResource:
        name = SmtpUsername(username=str(sender.from_address), entra_application_id=app_id)
        others = tuple(held for held in one.smtp_usernames if held.username.casefold() != name.username.casefold())
        return replace(
            one,
            smtp_usernames=(*others, name) if needs_a_name else one.smtp_usernames,
            role_assignments=(*one.role_assignments, RoleAssignment(assignee=app_id)),
        )

    shown = sender.app_id or "APPLICATION-ID"
    yield Preparation(
        Step(
            kind=Kind.PORTAL,
            what="an Entra application with a client secret, a role on the resource, and an SMTP username"
            if needs_a_name
            else "an Entra application with a client secret, and a role on the resource",
            lines=(
                "Entra admin center > App registrations: New registration; Certificates & secrets: New secret",
                f'az role assignment create --assignee {shown} --role "{OWNER_ROLE}" --scope RESOURCE-ID',
                *(
                    [f"Azure portal > {resource.name} > SMTP Usernames: Add {sender.from_address}"]
                    if needs_a_name
                    else []
                ),
            ),
            source=citations.ACS_ROLE,
        ),
        both(in_tenant(tenant, registered), _of(tenant, resource, allowed)),
    )


def _can_sign_in(question: Question, client: AcsClient, method: Method) -> bool:
    """Tell whether an application has what the method wants: a secret, or for a token any credential and a name."""
    if not question.sender.shows_a_token(method):
        return secret_of(question.sender, client.app) is not None
    return client.app.is_confidential and (method is Method.ACS_REST or client.has_smtp_username)


def _of(tenant: Tenant, resource: AcsResource, change: Callable[[AcsResource], AcsResource]) -> Change:
    def changed(one: Tenant) -> Tenant:
        return replace(
            one, acs_resources=tuple(change(held) if held.name == resource.name else held for held in one.acs_resources)
        )

    return in_tenant(tenant, changed)
