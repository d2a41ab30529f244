"""An inbound connector is one that New-InboundConnector could make, and that can tell who it is for.

The texts are ours: those of the cmdlets are not public (fact MX-GAP-15).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.estate import Site
from relaylab.domain.world import DEFAULT_PUBLIC_IP


def a_connector_identifies_somebody(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An OnPremises connector knows its sender by IP address or certificate, or is for another organisation."""
    for entry in draft.fine(InboundConnector):
        connector = entry.noun
        by_something = (
            connector.sender_ip_addresses or connector.tls_sender_certificate_name or connector.trusted_organizations
        )
        if connector.connector_type is ConnectorType.ON_PREMISES and not by_something:
            key = "sender_ip_addresses"
            seen = "is empty" if key in entry.written else "is missing"
            way_out = "name the site's public IP there, or its certificate in tls_sender_certificate_name"
            yield Fault(entry.place / key, None, seen, way_out)


def internal_treatment_is_for_on_premises(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """TreatMessagesAsInternal goes neither with Partner nor with CloudServicesMailEnabled (fact MX-CON-07)."""
    for entry in draft.of(InboundConnector):
        connector, place = entry.noun, entry.place / "treat_messages_as_internal"
        if not connector.treat_messages_as_internal:
            continue
        if connector.connector_type is ConnectorType.PARTNER:
            yield Fault(place, "true", "is not possible on a Partner connector", "leave it out, or make it OnPremises")
        if connector.cloud_services_mail_enabled:
            yield Fault(place, "true", "is not possible with cloud_services_mail_enabled", "leave one of them out")


def restrictions_have_something_to_restrict_to(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """RestrictDomainsToIPAddresses needs addresses, RestrictDomainsToCertificate a certificate's name."""
    for entry in draft.fine(InboundConnector):
        connector = entry.noun
        for flag, needed in (
            ("restrict_domains_to_ip_addresses", "sender_ip_addresses"),
            ("restrict_domains_to_certificate", "tls_sender_certificate_name"),
        ):
            if getattr(connector, flag) and not getattr(connector, needed) and not connector.is_on_premises:
                yield Fault(entry.place / flag, "true", f"needs {needed}", f"add {needed}, or leave {flag} out")


def trusted_organizations_stand_alone(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """TrustedOrganizations works alone, from tenant to tenant (fact MX-CON-09)."""
    for entry in draft.of(InboundConnector):
        connector = entry.noun
        by_another = connector.sender_ip_addresses or connector.tls_sender_certificate_name
        if connector.trusted_organizations and by_another:
            seen = "goes with no address and no certificate"
            yield Fault(entry.place / "trusted_organizations", None, seen, "make a connector of its own for them")


def nobody_claims_the_default_address(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """The address of traffic that comes from no site is on no connector, and no site has it."""
    way_out = "that is where traffic of no site comes from: choose an address of 198.51.100.0/24 or 203.0.113.0/24"
    for entry in draft.of(InboundConnector):
        for index, network in enumerate(entry.noun.sender_ip_addresses):
            if DEFAULT_PUBLIC_IP in network:
                place = entry.place / "sender_ip_addresses" / index
                yield Fault(place, shown(str(network)), f"holds {DEFAULT_PUBLIC_IP}", way_out)
    for site in draft.of(Site):
        if site.noun.public_ip == DEFAULT_PUBLIC_IP:
            yield Fault(site.place / "public_ip", shown(str(site.noun.public_ip)), "is no site's address", way_out)


CHECKS: Final = (
    a_connector_identifies_somebody,
    internal_treatment_is_for_on_premises,
    restrictions_have_something_to_restrict_to,
    trusted_organizations_stand_alone,
    nobody_claims_the_default_address,
)
