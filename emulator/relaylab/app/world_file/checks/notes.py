"""What is accepted and yet worth a word: settings without effect, and steps that a real tenant needs besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault, shown
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.estate import Method, Sender, Site
from relaylab.domain.tenant import FixedToken
from relaylab.domain.world import DEFAULT_PUBLIC_IP, DnsRecord
from relaylab.domain.zone import Rcode
from relaylab.engine.zone import RecordZone
from relaylab.rules.dns.catalogue import APEXES

_PARTNER_ONLY: Final = ("require_tls", "restrict_domains_to_ip_addresses", "restrict_domains_to_certificate")
_ANY_DOMAIN: Final = 'add -SenderDomains "*"'
_OF_THE_PARTNER: Final = "write the domains of the partner, or export the connector again if an export lost them"
_OAUTH: Final = frozenset({Method.SMTP_AUTH_OAUTH, Method.HVE_OAUTH})
_LEADING: Final = re.compile(r"(?:[+?~-]?include:|redirect=)(?P<name>\S+)", re.IGNORECASE)  # RFC 7208 §5.2, §6.1
_PRIVATE: Final = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))


def flags_of_partner_connectors(draft: Draft) -> Iterator[Fault]:
    """RequireTls and the Restrict flags do nothing on an OnPremises connector (fact MX-CON-04)."""
    for entry in draft.of(InboundConnector):
        if entry.noun.connector_type is ConnectorType.ON_PREMISES:
            for key in _PARTNER_ONLY:
                if entry.written.get(key) is True:
                    way_out = "only a Partner connector enforces it"
                    yield Fault(
                        entry.place / key, "true", "is accepted and without effect on an OnPremises connector", way_out
                    )


def partner_connectors_by_two_things(draft: Draft) -> Iterator[Fault]:
    """Addresses and a certificate are not combined in one Partner connector (fact MX-CON-06)."""
    for entry in draft.of(InboundConnector):
        connector = entry.noun
        if not connector.is_on_premises and connector.sender_ip_addresses and connector.tls_sender_certificate_name:
            seen = "stands beside sender_ip_addresses, which is advised against on a Partner connector"
            place = entry.place / "tls_sender_certificate_name"
            yield Fault(place, shown(connector.tls_sender_certificate_name), seen, "make a connector for each")


def skipped_addresses_beside_the_last(draft: Draft) -> Iterator[Fault]:
    """EFSkipIPs counts only while EFSkipLastIP is off (fact MX-CON-08)."""
    for entry in draft.of(InboundConnector):
        if entry.noun.ef_skip_last_ip and entry.noun.ef_skip_ips:
            seen = "is accepted and without effect beside ef_skip_last_ip"
            yield Fault(entry.place / "ef_skip_ips", None, seen, "leave one of them out")


def connectors_without_sender_domains(draft: Draft) -> Iterator[Fault]:
    """New-InboundConnector asks for SenderDomains, whatever the type (fact COR-47); "*" is no partner's domain."""
    for entry in draft.of(InboundConnector):
        if "sender_domains" not in entry.written:
            add = _ANY_DOMAIN if entry.noun.is_on_premises else _OF_THE_PARTNER
            way_out = f"New-InboundConnector does not run without it: {add}"
            yield Fault(entry.place / "sender_domains", None, "is left out", way_out)


def properties_that_change_no_answer(draft: Draft) -> Iterator[Fault]:
    """CloudServicesMailEnabled and TrustedOrganizations are about other servers (facts MX-CON-07, MX-CON-09)."""
    for entry in draft.of(InboundConnector):
        if entry.noun.cloud_services_mail_enabled:
            seen = "is accepted and changes no answer here: headers of an on-premises Exchange are not promoted"
            way_out = "expect X-MS-Exchange-Organization headers of a hybrid to count in the service only"
            yield Fault(entry.place / "cloud_services_mail_enabled", "true", seen, way_out)
        if entry.noun.trusted_organizations:
            seen = "is accepted and changes no answer here: it takes mail from tenant to tenant, never a device's"
            way_out = "name the site's public IP or its certificate in a connector of its own"
            yield Fault(entry.place / "trusted_organizations", None, seen, way_out)


def relays_over_two_families(draft: Draft) -> Iterator[Fault]:
    """A device on a dual-stack line may connect over IPv6, which no connector holds (fact COR-02)."""
    dual = {entry.noun.name for entry in draft.of(Site) if entry.noun.public_ipv6 is not None}
    for entry in draft.of(Sender):
        if entry.noun.site in dual and Method.CONNECTOR_RELAY in (entry.noun.today, entry.noun.target):
            seen = "is dual-stack: over IPv6 its senders match no connector by address, since those hold IPv4 only"
            way_out = "match by certificate, keep the senders on IPv4, or Disable-IPv6ForAcceptedDomain"
            yield Fault(entry.place / "site", shown(entry.noun.site), seen, way_out)


def private_addresses(draft: Draft) -> Iterator[Fault]:
    """Exchange Online never sees an address that is private to an office."""
    for entry in draft.of(InboundConnector):
        for index, network in enumerate(entry.noun.sender_ip_addresses):
            if any(network.subnet_of(private) for private in _PRIVATE):
                place = entry.place / "sender_ip_addresses" / index
                yield Fault(
                    place, shown(str(network)), "is private to an office", "the service sees the office's public IP"
                )
    for site in draft.of(Site):
        if any(site.noun.public_ip in private for private in _PRIVATE):
            place = site.place / "public_ip"
            yield Fault(
                place,
                shown(str(site.noun.public_ip)),
                "is private to an office",
                "write the address that its router shows",
            )


def oauth_senders_without_a_token(draft: Draft) -> Iterator[Fault]:
    """A sender by OAuth needs an application to ask with, or a token that the world knows."""
    holders = {entry.noun.user for entry in draft.of(FixedToken)}
    for entry in draft.of(Sender):
        sender, methods = entry.noun, {entry.noun.today, entry.noun.target}
        user = sender.hve_account if Method.HVE_OAUTH in methods and sender.hve_account else sender.signs_in_as
        if methods & _OAUTH and sender.app_id is None and user not in holders:
            way_out = f"name its app_id, or add a [[tenant.token]] for {user}"
            yield Fault(entry.place / "app_id", None, "is left out, and no token is known for its user", way_out)


def spf_records_that_lead_out_of_the_world(draft: Draft) -> Iterator[Fault]:
    """Nobody outside the world is asked: a name that it does not describe leaves SPF without a result."""
    entries = draft.of(DnsRecord)
    zone = RecordZone.of([entry.noun for entry in entries], APEXES)
    for entry in entries:
        for name in _leads_to(entry.noun):
            if zone.look_up(name, "TXT").rcode is Rcode.REFUSED:
                seen = f"leads to {name}, which the world does not describe: SPF has no result where it is asked for"
                way_out = f'add a [[dns]] with name = "{name}", type = "TXT" and its record'
                yield Fault(entry.place / "value", shown(entry.noun.value), seen, way_out)


def _leads_to(record: DnsRecord) -> Iterator[str]:
    """Give the names that an SPF record includes or hands over to; one that a macro makes is known only in a check."""
    if record.type == "TXT" and record.value.lower().split(" ")[0] == "v=spf1":
        for term in record.value.split():
            found = _LEADING.fullmatch(term)
            if found and "%" not in found["name"]:
                yield found["name"].lower().removesuffix(".")


def relays_without_a_site(draft: Draft) -> Iterator[Fault]:
    """A sender without a site can match no connector by IP address."""
    for entry in draft.of(Sender):
        if Method.CONNECTOR_RELAY in (entry.noun.today, entry.noun.target) and entry.noun.site is None:
            seen = f"is left out: its traffic comes from {DEFAULT_PUBLIC_IP}, which is on no connector"
            yield Fault(entry.place / "site", None, seen, "name the [[site]] it stands in")


NOTES: Final = (
    flags_of_partner_connectors,
    partner_connectors_by_two_things,
    skipped_addresses_beside_the_last,
    connectors_without_sender_domains,
    properties_that_change_no_answer,
    relays_over_two_families,
    private_addresses,
    oauth_senders_without_a_token,
    relays_without_a_site,
    spf_records_that_lead_out_of_the_world,
)
