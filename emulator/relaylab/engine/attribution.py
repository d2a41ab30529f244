"""Whose message is it? The documented order of the tenant MX, with evidence (facts MX-ATTR-01 to MX-ATTR-13).

A pure function of the world, the client and the sender: certificate first, then the address together with the sender's
domain; what neither makes originating is incoming, and belongs to the tenant of its recipients. A certificate wins over
an address (fact MX-GAP-13). Cost: a few look-ups, however many tenants there are; sentences are written when read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.address import DomainName
from relaylab.domain.attribution import Attribution, Basis, Direction, Risk, RiskKind
from relaylab.engine.remedy import accepting_the_name
from relaylab.engine.testimony import Testimony

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.address import Address
    from relaylab.domain.arrival import Arrival
    from relaylab.domain.connector import InboundConnector
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import Owned, World


def attribute(
    world: World, arrival: Arrival, mail_from: Address | None, header_from: Address | None = None
) -> Attribution:
    """Attribute a message: originating when an OnPremises connector knows the client and a domain is the tenant's.

    That domain is the certificate's or MAIL FROM's (fact MX-ATTR-02). ``header_from`` is handed in only while the From
    header still counts as well, which it did until 2023-11-01 (fact MX-ATTR-03).
    """
    senders = (("MAIL FROM", mail_from), ("From", header_from))
    claims = tuple(
        _Claim(header, sender, world.tenant_of(sender.domain)) for header, sender in senders if sender is not None
    )
    return _Case(world, arrival, mail_from, claims).attribution()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sender that may make a message a tenant's, where it is written, and the tenant that owns its domain.

    A subdomain that one tenant has by itself is not also another's, whose domain above it matches subdomains.
    """

    header: str
    sender: Address
    owner: Tenant | None

    def belongs_to(self, owned: Owned) -> bool:
        """Tell whether its domain is one of the tenant's that the connector serves."""
        domain = self.owner.accepted_domain(self.sender.domain) if self.owner else None
        return self.owner == owned.tenant and domain is not None and owned.connector.serves(domain.name)

    def __str__(self) -> str:
        return f"the {self.header} domain {self.sender.domain} is an accepted domain of that tenant"


@dataclass(frozen=True, slots=True)
class _Found:
    """The connector that makes a message originating, and by what."""

    owned: Owned
    basis: Basis
    because: tuple[str, ...]
    risks: tuple[Risk, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """One message before the world's connectors."""

    world: World
    arrival: Arrival
    mail_from: Address | None
    claims: tuple[_Claim, ...]

    def attribution(self) -> Attribution:
        """Go through the documented order."""
        named, listed = tuple(self._named()), tuple(self._listed())
        found = self._by_certificate(named) or self._by_address(listed)
        if found is None:
            owners = {owned.tenant.id for owned in (*(one for one, _ in named), *listed)}
            sender = self.world.tenant_of(self.mail_from.domain) if self.mail_from else None
            return Attribution(
                Direction.INCOMING,
                matches_the_client=bool(owners),
                lacks_the_sender=bool(owners) and (sender is None or sender.id in owners),
                witness=Testimony(self.world, self.arrival, self.mail_from),
            )
        tenant, connector = found.owned.tenant, found.owned.connector
        is_own = self.mail_from is not None and tenant.owns(self.mail_from.domain)
        return Attribution(
            Direction.ORIGINATING,
            tenant,
            connector,
            (*found.because, *_without_effect(connector)),
            matches_the_client=True,
            basis=found.basis,
            risks=found.risks,
            counts_as_internal=connector.treat_messages_as_internal and is_own,
            witness=Testimony(self.world, self.arrival, self.mail_from, found.owned, found.because, found.basis),
        )

    def _named(self) -> Iterator[tuple[Owned, str]]:
        """Give the OnPremises connectors in use that the certificate's names match, with each name that does."""
        for name in self.arrival.identities:
            for owned in self.world.connectors_naming(name):
                if _relays(owned):
                    yield owned, name

    def _listed(self) -> Iterator[Owned]:
        return (owned for owned in self.world.connectors_listing(self.arrival.ip) if _relays(owned))

    def _by_certificate(self, named: tuple[tuple[Owned, str], ...]) -> _Found | None:
        """Take the most specific accepted domain (MX-ATTR-05); else a sender of the connector's tenant (MX-GAP-12).

        Of accepted domains that fit equally well, the one of the sender's tenant: MAIL FROM is the second criterion
        (COR-07).
        """
        several = tuple(_several(named))
        accepted = [(owned, name) for owned, name in named if owned.has_its_certificate_accepted]
        if accepted:
            owned, name = max(accepted, key=self._fitness)
            because = (
                _matches(owned, name),
                f"{owned.connector.certificate_domain} is an accepted domain of that tenant",
            )
            return _Found(owned, Basis.CERTIFICATE, because, several)
        for claim in self.claims:
            for owned, name in named:
                if claim.belongs_to(owned):
                    domain = owned.connector.certificate_domain
                    risk = Risk(
                        RiskKind.CERTIFICATE_DOMAIN_NOT_ACCEPTED,
                        f"the certificate's domain {domain} is not an accepted domain of tenant {owned.tenant.name}: "
                        "this works through the sender's domain, and may stop after an internal move; to end that, "
                        f"{accepting_the_name(owned)}",
                    )
                    return _Found(owned, Basis.CERTIFICATE, (_matches(owned, name), str(claim)), (risk, *several))
        return None

    def _fitness(self, one: tuple[Owned, str]) -> tuple[int, bool, int, bool, int]:
        """Tell how well a connector fits, what decides between tenants first; the first of the world wins a tie."""
        owned, name = one
        by_domain, labels, is_exact = _specificity(owned, name)
        return by_domain, any(claim.belongs_to(owned) for claim in self.claims), labels, is_exact, -owned.place

    def _by_address(self, listed: tuple[Owned, ...]) -> _Found | None:
        """Take the connector of the one tenant that has the sender's domain (MX-ATTR-06)."""
        for claim in self.claims:
            for owned in listed:
                if claim.belongs_to(owned):
                    on = f"{self.arrival.ip} is on connector {owned.connector.name!r} of tenant {owned.tenant.name}"
                    return _Found(owned, Basis.ADDRESS, (on, str(claim)), tuple(self._shared(listed, owned)))
        return None

    def _shared(self, listed: tuple[Owned, ...], mine: Owned) -> Iterator[Risk]:
        others = dict.fromkeys(owned.tenant.name for owned in listed if owned.tenant.id != mine.tenant.id)
        if others:
            yield Risk(
                RiskKind.SHARED_ADDRESS,
                f"{self.arrival.ip} is also on a connector of tenant {', '.join(others)}: this works through the "
                "sender's domain, and may stop after an internal move",
            )


def _several(named: tuple[tuple[Owned, str], ...]) -> Iterator[Risk]:
    """Warn of a certificate that connectors of several tenants take for theirs."""
    names: dict[str, dict[str, None]] = {}
    for owned, name in named:
        names.setdefault(owned.tenant.name, {})[name] = None
    if len(names) > 1:
        whose = " and ".join(f"of tenant {tenant} ({', '.join(shown)})" for tenant, shown in names.items())
        yield Risk(
            RiskKind.CERTIFICATE_OF_SEVERAL_TENANTS,
            f"the certificate's names fit connectors {whose}: Microsoft advises one for each tenant, and this may "
            "stop after an internal move",
        )


def _without_effect(connector: InboundConnector) -> Iterator[str]:
    """Say what of the connector that decided counts in the service, and changes no answer here (fact MX-CON-07)."""
    if connector.cloud_services_mail_enabled:
        yield (
            f"connector {connector.name!r} has CloudServicesMailEnabled: the service keeps the headers of an "
            "on-premises Exchange then and may take its mail for internal; here no answer depends on it"
        )


def _relays(owned: Owned) -> bool:
    return owned.connector.enabled and owned.connector.is_on_premises


def _specificity(owned: Owned, name: str) -> tuple[int, int, bool]:
    """Tell how closely a tenant's accepted domain fits a name of the certificate, then how closely the connector does.

    It is the accepted domain that decides between tenants (fact MX-ATTR-05), not the name that the connector wants; a
    tenant's own connectors are told apart by that name, exact before wildcard.
    """
    named = DomainName(name.removeprefix("*."))
    fitting = [
        domain.name
        for domain in owned.tenant.domains
        if owned.connector.serves(domain.name) and named.is_within(domain.name)
    ]
    wanted = owned.connector.tls_sender_certificate_name or ""
    return max(map(_labels, fitting), default=0), wanted.removeprefix("*.").count("."), not wanted.startswith("*.")


def _labels(domain: DomainName) -> int:
    return domain.name.count(".") + 1


def _matches(owned: Owned, name: str) -> str:
    wanted = owned.connector.tls_sender_certificate_name
    return (
        f"the certificate for {name} matches {wanted} on connector {owned.connector.name!r} "
        f"of tenant {owned.tenant.name}"
    )
