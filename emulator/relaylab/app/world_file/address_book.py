"""Every address that a tenant's directory holds, with the object behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Place
from relaylab.domain.address import Address, DomainName
from relaylab.domain.hve import HveAccount
from relaylab.domain.recipients import DynamicDistributionGroup, MailUser
from relaylab.domain.tenant import AcceptedDomain, DistributionGroup, Mailbox, MailContact, Tenant

_KIND_NAMES: Final = {
    Mailbox: "mailbox",
    DistributionGroup: "distribution group",
    DynamicDistributionGroup: "dynamic distribution group",
    MailUser: "mail user",
    MailContact: "mail contact",
    HveAccount: "High Volume Email account",
}


def kind_name(kind: type) -> str:
    """Name a kind of directory object as an administrator does."""
    return _KIND_NAMES[kind]


@dataclass(frozen=True, slots=True)
class Holding:
    """One address of one directory object; ``is_own`` is false for the outside target of a mail contact."""

    address: Address
    place: Place
    kind: type
    owner: Place
    primary: Address
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The addresses and domains of one tenant, and whether all of them could be read.

    ``wide_domains`` are those that take their subdomains in.
    """

    holdings: tuple[Holding, ...]
    domains: frozenset[DomainName]
    wide_domains: frozenset[DomainName]
    has_all_objects: bool
    has_all_domains: bool
    _first: dict[Address, Holding]

    @classmethod
    def of(cls, draft: Draft, scope: Place) -> Self:
        """Collect what the tenant at ``scope`` holds."""
        holdings = tuple(_holdings(draft, scope))
        tenant = draft.at(Tenant, scope)
        initial = [tenant.noun.initial_domain] if tenant else []
        listed = (entry.noun.name for entry in draft.of(AcceptedDomain, scope))
        return cls(
            holdings=holdings,
            domains=frozenset([*listed, *initial]),
            wide_domains=frozenset(
                entry.noun.name for entry in draft.of(AcceptedDomain, scope) if entry.noun.match_sub_domains
            ),
            has_all_objects=all(draft.is_whole(kind, scope) for kind in _KIND_NAMES),
            has_all_domains=tenant is not None and draft.is_whole(AcceptedDomain, scope),
            _first={holding.address: holding for holding in reversed(holdings)},
        )

    def holder(self, address: Address) -> Holding | None:
        """Give the first object that holds ``address``."""
        return self._first.get(address)

    def addresses(self, kinds: Sequence[type], *, by_primary: bool) -> list[str]:
        """Give the addresses, or only the primary ones, of objects of these kinds."""
        held = [holding for holding in self.holdings if holding.kind in kinds]
        return [str(holding.address) for holding in held if not by_primary or holding.address == holding.primary]

    def may_be_outside(self, address: Address) -> bool:
        """Tell whether ``address`` is, or may be, in no domain of this tenant."""
        return not self.has_all_domains or not self.holds(address.domain)

    def holds(self, domain: DomainName) -> bool:
        """Tell whether ``domain`` is the tenant's own, or below one that matches subdomains."""
        return domain in self.domains or not self.wide_domains.isdisjoint(domain.parents())


def _holdings(draft: Draft, scope: Place) -> Iterator[Holding]:
    for box in draft.of(Mailbox, scope):
        yield Holding(box.noun.address, box.place / "address", Mailbox, box.place, box.noun.address)
        for index, proxy in enumerate(box.noun.proxy_addresses):
            yield Holding(proxy, box.place / "proxy_addresses" / index, Mailbox, box.place, box.noun.address)
    for group in draft.of(DistributionGroup, scope):
        yield Holding(group.noun.address, group.place / "address", DistributionGroup, group.place, group.noun.address)
    for dynamic in draft.of(DynamicDistributionGroup, scope):
        own = dynamic.noun.address
        yield Holding(own, dynamic.place / "address", DynamicDistributionGroup, dynamic.place, own)
    for user in draft.of(MailUser, scope):
        yield Holding(user.noun.address, user.place / "address", MailUser, user.place, user.noun.address)
        for index, proxy in enumerate(user.noun.proxy_addresses):
            yield Holding(proxy, user.place / "proxy_addresses" / index, MailUser, user.place, user.noun.address)
    yield from _of_accounts(draft, scope)
    for contact in draft.of(MailContact, scope):
        target = contact.noun.external_email_address
        place = contact.place / "external_email_address"
        yield Holding(target, place, MailContact, contact.place, target, is_own=False)
        for index, proxy in enumerate(contact.noun.proxy_addresses):
            yield Holding(proxy, contact.place / "proxy_addresses" / index, MailContact, contact.place, target)


def _of_accounts(draft: Draft, scope: Place) -> Iterator[Holding]:
    for account in draft.of(HveAccount, scope):
        own = account.noun.address
        yield Holding(own, account.place / "address", HveAccount, account.place, own)
        for index, proxy in enumerate(account.noun.proxy_addresses):
            yield Holding(proxy, account.place / "proxy_addresses" / index, HveAccount, account.place, own)
