"""A tenant's directory holds together: domains are its own, addresses lie in them, references lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from relaylab.app.world_file.address_book import AddressBook, kind_name
from relaylab.app.world_file.draft import Draft, Entry
from relaylab.app.world_file.errors import Fault, Place, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.address import Address, DomainName
from relaylab.domain.connector import InboundConnector
from relaylab.domain.directory import (
    AppRegistration,
    MailboxPermission,
    ManagementRoleAssignment,
    ServicePrincipal,
)
from relaylab.domain.hve import HveAccount
from relaylab.domain.recipients import DynamicDistributionGroup, MailUser
from relaylab.domain.tenant import (
    AcceptedDomain,
    AuthenticationPolicy,
    ConditionalAccessPolicy,
    DistributionGroup,
    FixedToken,
    Mailbox,
    MailContact,
    OrganizationConfig,
    RecipientPermission,
    Tenant,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A key that names somebody: who it may be, whether by primary address only, and whether outsiders may be named."""

    table: type
    key: str
    kinds: tuple[type, ...]
    by_primary: bool = True
    outside_too: bool = False


_ANYBODY: Final = (Mailbox, DistributionGroup, DynamicDistributionGroup, MailUser, MailContact, HveAccount)
_ACCOUNTS: Final = (Mailbox, HveAccount)
_CLOSED: Final = (Mailbox, DistributionGroup, DynamicDistributionGroup, MailUser, MailContact)
REFERENCES: Final = (
    Reference(RecipientPermission, "identity", _ANYBODY, by_primary=False),
    Reference(RecipientPermission, "trustee", _ACCOUNTS),
    Reference(AuthenticationPolicy, "users", _ACCOUNTS),
    Reference(ConditionalAccessPolicy, "exclude_users", _ACCOUNTS),
    Reference(DistributionGroup, "members", _ANYBODY, by_primary=False, outside_too=True),
    Reference(DynamicDistributionGroup, "members", _ANYBODY, by_primary=False, outside_too=True),
    *(Reference(kind, "accept_messages_only_from", _ANYBODY, by_primary=False) for kind in _CLOSED),
    Reference(InboundConnector, "ef_users", (Mailbox, MailUser), by_primary=False),
    Reference(ServicePrincipal, "full_access", (Mailbox,)),
    Reference(ServicePrincipal, "send_as", _ANYBODY, by_primary=False),
    Reference(MailboxPermission, "identity", (Mailbox,)),
    Reference(MailboxPermission, "user", (Mailbox,)),
    Reference(ManagementRoleAssignment, "custom_resource_scope", (Mailbox,)),
    Reference(FixedToken, "user", _ACCOUNTS),
)


def domains_have_one_tenant(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An accepted domain belongs to one tenant, and is listed once; the onmicrosoft.com domain is its tenant's."""
    first = {entry.noun.initial_domain: (entry.place, entry.place / "name") for entry in reversed(draft.of(Tenant))}
    listed: set[tuple[Place, DomainName]] = set()
    for entry in draft.of(AcceptedDomain):
        name, place = entry.noun.name, entry.place / "name"
        owner, earlier = first.setdefault(name, (entry.scope, place))
        if owner != entry.scope:
            way_out = "a domain belongs to one tenant: leave one out"
            yield Fault(place, shown(str(name)), f"is the domain of another tenant ({earlier})", way_out)
        elif (entry.scope, name) in listed:
            yield Fault(place, shown(str(name)), "is listed twice", "leave one out")
        listed.add((entry.scope, name))


def one_domain_is_the_default(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A tenant has one default domain."""
    first: dict[Place, Place] = {}
    for entry in draft.of(AcceptedDomain):
        place = entry.place / "default"
        if entry.noun.default and (earlier := first.setdefault(entry.scope, place)) != place:
            yield Fault(place, "true", f"makes a second default domain (the first: {earlier})", "leave one out")


def addresses_are_used_once(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Two objects of a directory share no address."""
    for book in _books(draft).values():
        for holding in book.holdings:
            first = book.holder(holding.address)
            if first is not None and first.owner != holding.owner:
                seen, taken = shown(str(holding.address)), f"is taken by {kind_name(first.kind)} {first.place}"
                yield Fault(holding.place, seen, taken, "an address belongs to one object: leave one out")


def addresses_lie_in_accepted_domains(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """What a directory calls its own lies in one of the tenant's accepted domains."""
    for book in _books(draft).values():
        for holding in book.holdings:
            if holding.is_own and book.has_all_domains and not book.holds(holding.address.domain):
                yield _outside(book, holding.place, str(holding.address), holding.address.domain)
    for entry in draft.of(InboundConnector):
        book = AddressBook.of(draft, entry.scope)
        for index, domain in enumerate(entry.noun.associated_accepted_domains):
            if book.has_all_domains and domain not in book.domains:
                yield _outside(book, entry.place / "associated_accepted_domains" / index, str(domain), domain)


def references_lead_somewhere(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Whoever is named in a tenant exists there."""
    books = _books(draft)
    for reference in REFERENCES:
        entries: list[Entry[Any]] = draft.of(reference.table)
        for entry in entries:
            book = books[entry.scope]
            for place, address in _addresses(entry, reference.key):
                yield from _follow(reference, book, place, address)


def groups_have_members(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A distribution group has somebody in it."""
    for entry in draft.fine(DistributionGroup):
        if not entry.noun.members:
            seen = "is empty" if "members" in entry.written else "is missing"
            yield Fault(entry.place / "members", None, seen, f'write members = ["desk@{entry.noun.address.domain}"]')


def policies_are_one_a_user(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A user has one authentication policy."""
    first: dict[tuple[Place, Address], Place] = {}
    for entry in draft.of(AuthenticationPolicy):
        for place, user in _addresses(entry, "users"):
            if (earlier := first.setdefault((entry.scope, user), place)) != place:
                way_out = "a user has one authentication policy: leave one out"
                yield Fault(place, shown(str(user)), f"has a policy already ({earlier})", way_out)


def the_default_policy_exists(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """DefaultAuthenticationPolicy names a policy of the tenant."""
    for entry in draft.of(OrganizationConfig):
        name = entry.noun.default_authentication_policy
        names = [policy.noun.name for policy in draft.of(AuthenticationPolicy, entry.scope)]
        if name is not None and name not in names and draft.is_whole(AuthenticationPolicy, entry.scope):
            way_out = did_you_mean(name, names, "add it as [[tenant.authentication_policy]]")
            place = entry.place / "default_authentication_policy"
            yield Fault(place, shown(name), "is not an authentication policy of this tenant", way_out)


def applications_are_registered(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A service principal or a token belongs to an application that some tenant registered."""
    registered = [entry.noun.app_id for entry in draft.of(AppRegistration)]
    entries: list[Entry[Any]] = [*draft.of(ServicePrincipal), *draft.of(FixedToken)]
    for entry in entries:
        app_id = entry.noun.app_id
        if app_id is not None and app_id not in registered and draft.is_whole(AppRegistration):
            way_out = did_you_mean(app_id, registered, "add it as [[tenant.app_registration]]")
            yield Fault(entry.place / "app_id", shown(app_id), "is not a registered application", way_out)


def _books(draft: Draft) -> dict[Place, AddressBook]:
    return {scope: AddressBook.of(draft, scope) for scope in draft.tenants()}


def _addresses(entry: Entry[Any], key: str) -> Iterator[tuple[Place, Address]]:
    value = getattr(entry.noun, key)
    if isinstance(value, Address):
        yield entry.place / key, value
    else:
        yield from ((entry.place / key / index, address) for index, address in enumerate(value))


def _follow(reference: Reference, book: AddressBook, place: Place, address: Address) -> Iterator[Fault]:
    holder = book.holder(address)
    seen = shown(str(address))
    if holder is not None:
        if holder.kind not in reference.kinds:
            wanted = " or ".join(map(kind_name, reference.kinds))
            yield Fault(place, seen, f"is the address of a {kind_name(holder.kind)}", f"name a {wanted}")
        elif reference.by_primary and address != holder.primary:
            yield Fault(place, seen, "is a proxy address", f'write the primary address, "{holder.primary}"')
    elif book.has_all_objects and not (reference.outside_too and book.may_be_outside(address)):
        wanted = "an address" if reference.kinds == _ANYBODY else f"a {kind_name(reference.kinds[0])}"
        choices = book.addresses(reference.kinds, by_primary=reference.by_primary)
        way_out = did_you_mean(str(address), choices, "add it to the tenant, or leave it out here")
        yield Fault(place, seen, f"is not {wanted} of this tenant", way_out)


def _outside(book: AddressBook, place: Place, value: str, domain: DomainName) -> Fault:
    domains = sorted(map(str, book.domains))
    way_out = did_you_mean(str(domain), domains, f'add [[tenant.accepted_domain]] with name = "{domain}" first')
    return Fault(place, shown(value), f"is outside the tenant's accepted domains ({', '.join(domains)})", way_out)


CHECKS: Final = (
    domains_have_one_tenant,
    one_domain_is_the_default,
    addresses_are_used_once,
    addresses_lie_in_accepted_domains,
    references_lead_somewhere,
    groups_have_members,
    policies_are_one_a_user,
    the_default_policy_exists,
    applications_are_registered,
)
