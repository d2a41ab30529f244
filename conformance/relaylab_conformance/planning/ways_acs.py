"""Azure Communication Services Email as a sender's future: what stands against it, and what has to be done before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs import OWNER_ROLE, AcsResource, RoleAssignment, SmtpUsername, VerificationStatus
from relaylab.domain.directory import AppRegistration
from relaylab.domain.estate import Method
from relaylab.domain.powershell import argument
from relaylab.rules import milestones
from relaylab.rules.acs import limits as acs_limits
from relaylab.rules.acs import sources as acs_sources
from relaylab.rules.acs.sending import could_not_be_made, is_there
from relaylab_conformance.migration.acs import AcsClient, acs_client_of, acs_resource_of
from relaylab_conformance.migration.from_entra import ACS, secret_of
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.application import has_good_credential, own_application, permitted
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import Change, Preparation, in_tenant
from relaylab_conformance.planning.question import Question
from relaylab_conformance.planning.spf_record import mended, spf_of, txt, with_spf

if TYPE_CHECKING:
    from datetime import date, datetime

    from relaylab.domain.address import DomainName
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World

_DAY: Final = timedelta(days=1)
_LOGIN: Final = "LOGIN with the SMTP username and the client secret"
_DOMAINS: Final = "Azure portal > Email Communication Service > Provision domains"
_SELECTOR: Final = "selector{}-azurecomm-prod-net._domainkey"
_RECORDS: Final = {
    "Domain": '{domain}. TXT "ms-domain-verification=GUID-THAT-AZURE-SHOWS"',
    **{
        name: f"{_SELECTOR.format(number)}.{{domain}}. CNAME {_SELECTOR.format(number)}.azurecomm.net."
        for number, name in ((1, "DKIM"), (2, "DKIM2"))
    },
}
_GOOD: Final = dict.fromkeys(("domain", "spf", "dkim", "dkim2"), VerificationStatus.VERIFIED)


def against(question: Question, method: Method) -> Iterator[str]:
    """Say what no step can mend."""
    sender, calendar = question.sender, question.rulebook.calendar
    closed = calendar.at(milestones.ACS_CLOSED_TO_NEW_CUSTOMERS.name)
    found = acs_resource_of(question.world, sender)
    if found is None:
        yield from _cannot_be_made(question, closed)
    elif could_not_be_made(found[1], found[0], calendar) and closed is not None:
        yield f"ACS resource older than {closed.date()}? No: {found[1].name} is of {found[1].created.date()}"
    elif not is_there(found[1], found[0], question.at, calendar):
        yield f"ACS resource? Not yet: {found[1].name} is of {found[1].created.date()}"
    if len(sender.to) > acs_limits.RECIPIENTS:
        yield f"recipients? Too many: {len(sender.to)} in a message, and it takes {acs_limits.RECIPIENTS}"
    by_xoauth2 = method is Method.ACS_SMTP and sender.shows_a_token(method)
    if by_xoauth2 and question.lacks_oauth:
        yield question.lacks_oauth
    ends = calendar.at(milestones.ACS_EMAIL_ENDS.name)
    if ends is not None and ends <= question.at:
        yield f"ACS Email? Ended on {ends.date()}"


def _cannot_be_made(question: Question, closed: datetime | None) -> Iterator[str]:
    """Say why nobody makes the resource that is missing: it is too late (fact ACS-LIFE-02), or nobody's."""
    if closed is not None and closed <= question.at:
        yield f"ACS resource? None; since {closed.date()} new customers make none"
    elif question.tenant is None:
        yield f"ACS resource? None: {question.sender.from_address.domain} is no accepted domain of a tenant described"


def speaks_for(question: Question) -> Iterator[str]:
    """Say what speaks for it."""
    found = acs_resource_of(question.world, question.sender)
    if found is not None:
        yield f"ACS resource? Yes: {found[1].name}, made on {found[1].created.date()}"
    else:
        yield f"ACS resource? None yet, and one can still be made{_by(question)}"


def preparations(question: Question, method: Method) -> Iterator[Preparation]:
    """Give the steps before it."""
    sender = question.sender
    found = acs_resource_of(question.world, sender)
    if found is not None:
        tenant, resource = found
    elif question.tenant is not None:
        tenant, resource = question.tenant, _new_resource(question, question.tenant)
        yield _made(question, tenant, resource)
    else:
        return
    domain, address = sender.from_address.domain, sender.from_address
    if missing := resource.email_domain(domain).verification_states.missing:
        yield _published(question, domain, missing)
        yield _verified(tenant, resource, domain, missing)
    if not resource.links(domain):
        is_described = any(one.name == domain for one in resource.domains)
        if not is_described:
            yield _published(question, domain, ("Domain", "SPF", "DKIM", "DKIM2"))
        added = f"{_DOMAINS} > Add domain: {domain}; Verify each"
        yield Preparation(
            Step(
                kind=Kind.PORTAL,
                what=f"link {domain} to {resource.name}" if is_described else f"verify {domain}, and link it",
                lines=(
                    *(() if is_described else (added,)),
                    f"Azure portal > {resource.name} > Email > Domains > Connect domain: {domain}",
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


def _new_resource(question: Question, tenant: Tenant) -> AcsResource:
    """Give the resource that is to be made on the day of the plan, with a name that no other has."""
    taken = {one.name.casefold() for home in question.world.tenants for one in home.acs_resources}
    names = (f"{tenant.name}-acs", *(f"{tenant.name}-acs-{number}" for number in range(2, 1000)))
    created = question.at.replace(hour=0, minute=0, second=0, microsecond=0)
    return AcsResource(next(one for one in names if one.casefold() not in taken), created)


def _made(question: Question, tenant: Tenant, resource: AcsResource) -> Preparation:
    """A resource made before the service closes to new customers carries on (fact ACS-LIFE-02)."""
    return Preparation(
        Step(
            kind=Kind.PORTAL,
            what=f"make the resource{_by(question)}",
            lines=(
                f"Azure portal > Create a resource > Communication Services: {resource.name}",
                f"Azure portal > Create a resource > Email Communication Services: {resource.name}-email",
            ),
            source=acs_sources.CLOSED_TO_NEW_CUSTOMERS,
        ),
        in_tenant(tenant, lambda one: replace(one, acs_resources=(*one.acs_resources, resource))),
        last_day=_last_day(question),
    )


def _last_day(question: Question) -> date | None:
    """Give the last day on which a new customer makes a resource."""
    closed = question.rulebook.calendar.at(milestones.ACS_CLOSED_TO_NEW_CUSTOMERS.name)
    return (closed - _DAY).date() if closed else None


def _by(question: Question) -> str:
    last = _last_day(question)
    return f" by {last}: from {last + _DAY} on new customers make none" if last else ""


def _published(question: Question, domain: DomainName, missing: tuple[str, ...]) -> Preparation:
    """The records that a domain is verified by; of these the world file has a word for SPF."""
    record = mended(spf_of(question.world, domain), [], end="-all")
    published = {name: one.format(domain=domain) for name, one in _RECORDS.items()}
    published["SPF"] = f"{domain}. TXT {txt(record)}"
    is_told = question.world.has_records_of(domain) and "SPF" in missing

    def changed(world: World) -> World:
        return with_spf(world, domain, mended(spf_of(world, domain), [], end="-all"))

    return Preparation(
        Step(
            kind=Kind.DNS,
            what=f"{domain} is verified by: {', '.join(missing)}; an SPF record that ends in ~all is not verified",
            lines=tuple(published[one] for one in missing),
            source=citations.ACS_RECORDS,
        ),
        changed if is_told else None,
    )


def _verified(tenant: Tenant, resource: AcsResource, domain: DomainName, missing: tuple[str, ...]) -> Preparation:
    def changed(one: AcsResource) -> AcsResource:
        domains = tuple(
            replace(held, verification_states=replace(held.verification_states, **_GOOD))
            if held.name == domain
            else held
            for held in one.domains
        )
        return replace(one, domains=domains)

    return Preparation(
        Step(
            kind=Kind.PORTAL,
            what=f"have Azure look at the records of {domain}; a domain that is not verified sends nothing",
            lines=(f"{_DOMAINS} > {domain}: Verify {', '.join(missing)}",),
            source=citations.ACS_VERIFICATION,
        ),
        _of(tenant, resource, changed),
    )


def _client(question: Question, tenant: Tenant, resource: AcsResource, method: Method) -> Iterator[Preparation]:
    sender = question.sender
    client = acs_client_of(question.world, sender, tenant, resource)
    if client is not None and _suffices(question, client, method) and resource.lets_send(client.app.app_id):
        return
    needs_a_name = method is Method.ACS_SMTP
    app = own_application(question, tenant, "planned ACS application")
    app_id = app.app_id
    if app.known is None or not _can_sign_in(question, app.known, method):
        yield from permitted(question, tenant, app, "", citations.ACS_ROLE)

    def allowed(one: AcsResource) -> AcsResource:
        name = SmtpUsername(username=str(sender.from_address), entra_application_id=app_id)
        others = tuple(held for held in one.smtp_usernames if held.username.casefold() != name.username.casefold())
        return replace(
            one,
            smtp_usernames=(*others, name) if needs_a_name else one.smtp_usernames,
            role_assignments=(*one.role_assignments, RoleAssignment(assignee=app_id)),
        )

    yield Preparation(
        Step(
            kind=Kind.PORTAL,
            what="a role on the resource for the application" + (", and an SMTP username" if needs_a_name else ""),
            lines=(
                f'az role assignment create --assignee {argument(app.shown)} --role "{OWNER_ROLE}" --scope RESOURCE-ID',
                *(
                    [f"Azure portal > {resource.name} > SMTP Usernames: Add {sender.from_address}"]
                    if needs_a_name
                    else []
                ),
            ),
            source=citations.ACS_ROLE,
        ),
        _of(tenant, resource, allowed),
    )


def _suffices(question: Question, client: AcsClient, method: Method) -> bool:
    """Tell whether a sender can sign in with what there is; over SMTP a token goes with an SMTP username."""
    is_named = client.has_smtp_username or method is Method.ACS_REST or not question.sender.shows_a_token(method)
    return is_named and _can_sign_in(question, client.app, method)


def _can_sign_in(question: Question, app: AppRegistration, method: Method) -> bool:
    """Tell whether a sender has what the method wants: a good client secret, or for a token any good credential."""
    if not app.account_enabled or not has_good_credential(question.sender, app, question.until):
        return False
    return question.sender.shows_a_token(method) or secret_of(question.sender, app) is not None


def _of(tenant: Tenant, resource: AcsResource, change: Callable[[AcsResource], AcsResource]) -> Change:
    def changed(one: Tenant) -> Tenant:
        return replace(
            one, acs_resources=tuple(change(held) if held.name == resource.name else held for held in one.acs_resources)
        )

    return in_tenant(tenant, changed)
