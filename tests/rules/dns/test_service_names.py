"""What the service's names answer, at which date, in the world and in a lab."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from relaylab.domain.acs import AcsResource
from relaylab.domain.randomness import Randomness
from relaylab.domain.tenant import Switch
from relaylab.domain.zone import Door, Lab, Rcode
from relaylab.engine.publication import Publishing
from relaylab.rules.catalogue import rulebook
from relaylab.rules.dns.addresses import OUTBOUND_HOSTS, RELAY_POOL
from relaylab.rules.dns.hosts import mail_hosts
from tests.builders import TODAY, a_world, at, just_before
from tests.rules.dns.publishing import a_domain_of, a_record, a_tenant_with, addresses, dns_of

CONTOSO = "contoso-com.mail.protection.outlook.com"
HERE = Lab((ip_address("127.0.0.1"),))
SERVICE_HOSTS = (
    "smtp.office365.com",
    "smtp-legacy.office365.com",
    "outlook.office365.com",
    CONTOSO,
    "smtp-hve.office365.com",
    "smtp.hve.mx.microsoft",
    "smtp.azurecomm.net",
    "login.microsoftonline.com",
)


# Client submission, HVE, ACS, Entra ---------------------------------------------------------------------------------


def test_client_submission_is_reached_through_aliases_as_in_public() -> None:
    answer = dns_of().look_up("smtp.office365.com", "A")

    assert "outlook.office365.com" == answer.values("CNAME")[0]
    assert 4 == len(answer.values("CNAME"))
    assert "52.98.145.66" in answer.values("A")


@pytest.mark.parametrize("host", SERVICE_HOSTS)
def test_every_service_host_has_an_address_in_the_world_and_the_lab_s_own_in_a_lab(host: str) -> None:
    assert addresses(dns_of(), host)
    assert "127.0.0.1" not in addresses(dns_of(), host)
    assert ("127.0.0.1",) == addresses(dns_of(lab=HERE), host)


def test_a_door_with_an_address_of_its_own_is_found_there() -> None:
    lab = Lab((ip_address("127.0.0.1"),), ((Door.HVE, (ip_address("127.0.0.2"),)),))
    zone = dns_of(lab=lab)

    assert ("127.0.0.2",) == addresses(zone, "smtp.hve.mx.microsoft")
    assert ("127.0.0.1",) == addresses(zone, "smtp.office365.com")


@pytest.mark.parametrize(
    ("host", "day"), [("smtp-hve.office365.com", "2024-04-01"), ("smtp.hve.mx.microsoft", "2026-04-01")]
)
def test_a_host_of_high_volume_email_has_an_address_from_its_day(host: str, day: str) -> None:
    assert () == addresses(dns_of(now=just_before(day)), host)
    assert addresses(dns_of(now=day), host)


def test_a_resource_of_acs_has_its_own_host_from_the_day_it_was_made() -> None:
    tenant = a_tenant_with(a_domain_of(), acs_resources=(AcsResource("Contoso-Mail", at("2025-02-01")),))
    host = "contoso-mail.communication.azure.com"

    assert Rcode.NXDOMAIN is dns_of(tenant, now=just_before("2025-02-01")).look_up(host, "A").rcode
    assert Rcode.NOERROR is dns_of(tenant, now="2025-02-01").look_up(host, "A").rcode


@pytest.mark.parametrize("name", ["www.office365.com", "outlook.com", "microsoft.com", "www.microsoftonline.com"])
def test_names_of_microsoft_that_mail_does_not_need_are_nobody_s_here(name: str) -> None:
    assert Rcode.REFUSED is dns_of().look_up(name, "A").rcode


# The tenant MX ------------------------------------------------------------------------------------------------------


def test_the_mx_host_of_a_domain_is_its_name_with_dashes() -> None:
    zone = dns_of(a_tenant_with(a_domain_of("mail.contoso.com")))

    assert addresses(zone, "mail-contoso-com.mail.protection.outlook.com")
    assert addresses(zone, "contoso-onmicrosoft-com.mail.protection.outlook.com")
    assert Rcode.NXDOMAIN is zone.look_up("other-com.mail.protection.outlook.com", "A").rcode


def test_the_mx_answers_over_ipv6_too_from_the_day_of_the_default() -> None:
    assert () == dns_of(now=just_before("2024-10-16")).look_up(CONTOSO, "AAAA").records
    assert dns_of(now="2024-10-16").look_up(CONTOSO, "AAAA").values("AAAA")


def test_an_administrator_can_opt_out_of_ipv6_and_in_before_the_default() -> None:
    disabled = a_tenant_with(a_domain_of(ipv6_for_accepted_domain=Switch.OFF))
    enabled = a_tenant_with(a_domain_of(ipv6_for_accepted_domain=Switch.ON))

    assert () == dns_of(disabled).look_up(CONTOSO, "AAAA").records
    assert dns_of(disabled).look_up(CONTOSO, "A").records
    assert dns_of(enabled, now="2023-01-01").look_up(CONTOSO, "AAAA").records


def test_in_a_lab_a_host_has_the_lab_s_addresses_of_the_kinds_it_has_in_the_world() -> None:
    lab = Lab((ip_address("127.0.0.1"), ip_address("::1")))

    assert ("127.0.0.1",) == addresses(dns_of(lab=lab, now=just_before("2024-10-16")), CONTOSO)
    assert ("127.0.0.1", "::1") == addresses(dns_of(lab=lab, now="2024-10-16"), CONTOSO)


def test_a_domain_added_from_july_2026_on_has_its_host_at_mx_microsoft_alone() -> None:
    last = a_tenant_with(a_domain_of(created="2026-06-30"))
    first = a_tenant_with(a_domain_of(created="2026-07-01"))
    host = "contoso-com.h-v1.mx.microsoft"
    told = (a_record("contoso.com", "MX", f"0 {host}"),)

    assert addresses(dns_of(last, dns=told), CONTOSO)
    assert not addresses(dns_of(last, dns=told), host)
    assert addresses(dns_of(first, dns=told), host)
    assert not addresses(dns_of(first, dns=told), CONTOSO)


def test_a_moved_day_of_mx_microsoft_moves_who_has_which_host() -> None:
    tenant = a_tenant_with(a_domain_of(created="2026-08-01"))

    assert addresses(dns_of(tenant, milestones={"mx_microsoft": None}), CONTOSO)


def test_a_host_that_nobody_names_is_drawn_from_the_seed() -> None:
    tenant = a_tenant_with(a_domain_of(created="2026-07-01"))

    def drawn(seed: int) -> list[str]:
        hosts = (f"contoso-com.{chr(letter)}-v1.mx.microsoft" for letter in range(ord("a"), ord("z") + 1))
        return [host for host in hosts if addresses(dns_of(tenant, seed=seed), host)]

    assert [1] * 8 == [len(drawn(seed)) for seed in range(8)]
    assert drawn(3) == drawn(3)
    assert 1 < len({drawn(seed)[0] for seed in range(8)})


def test_a_domain_does_not_exist_before_it_was_added() -> None:
    tenant = a_tenant_with(a_domain_of(created="2026-05-01"))

    assert Rcode.NXDOMAIN is dns_of(tenant, now=just_before("2026-05-01")).look_up(CONTOSO, "A").rcode
    assert Rcode.NOERROR is dns_of(tenant, now="2026-05-01").look_up(CONTOSO, "A").rcode


def test_the_host_of_a_domain_with_a_hyphen_is_read_where_the_world_says_it() -> None:
    domain = a_domain_of("akshaya-inc.com")
    host = "akshayainc-com01i.mail.protection.outlook.com"
    by_record = dns_of(a_tenant_with(domain), dns=(a_record("akshaya-inc.com", "MX", f"0 {host}"),))
    by_key = dns_of(a_tenant_with(a_domain_of("akshaya-inc.com", mail_exchange=a_record(host, "A").name)))

    assert addresses(by_record, host)
    assert addresses(by_key, host)
    assert not addresses(by_key, "akshaya-inc-com.mail.protection.outlook.com")


def test_a_name_too_long_for_a_label_has_a_host_all_the_same() -> None:
    domain = a_domain_of(f"{'long.' * 20}contoso.com")
    world = a_world(a_tenant_with(domain))
    publishing = Publishing(at(TODAY), world, rulebook().calendar, Randomness(7), str, {})
    (host,) = mail_hosts(publishing, world.tenants[0], domain)

    assert max(map(len, host.split("."))) <= 63
    assert addresses(dns_of(a_tenant_with(domain)), host)


def test_the_onmicrosoft_domain_has_its_mx_and_spf_records_by_itself() -> None:
    zone = dns_of()

    assert ("0 contoso-onmicrosoft-com.mail.protection.outlook.com",) == zone.look_up(
        "contoso.onmicrosoft.com", "MX"
    ).values("MX")
    assert ("v=spf1 include:spf.protection.outlook.com -all",) == zone.look_up("contoso.onmicrosoft.com", "TXT").values(
        "TXT"
    )
    assert Rcode.NXDOMAIN is zone.look_up("nobody.onmicrosoft.com", "MX").rcode


# Outbound mail ------------------------------------------------------------------------------------------------------


def test_microsoft_s_spf_record_lists_where_mail_leaves_from_and_not_the_relay_pool() -> None:
    (spf,) = dns_of().look_up("spf.protection.outlook.com", "TXT").values("TXT")
    ranges = [ip_network(term.partition(":")[2]) for term in spf.split() if term.startswith(("ip4:", "ip6:"))]

    for host in OUTBOUND_HOSTS:
        listed = any(host.address in network for network in ranges if network.version == host.address.version)
        assert listed is (host is not RELAY_POOL)


@pytest.mark.parametrize("host", OUTBOUND_HOSTS, ids=lambda host: str(host.address))
def test_an_outbound_address_and_its_host_name_each_other(host: object) -> None:
    address, name = host.address, host.name  # type: ignore[attr-defined]

    assert (name,) == dns_of().look_up(address.reverse_pointer, "PTR").values("PTR")
    assert (str(address),) == addresses(dns_of(lab=HERE), name)


def test_an_address_without_a_pointer_has_none_rather_than_being_refused() -> None:
    zone = dns_of(dns=(a_record("42.113.0.203.in-addr.arpa", "PTR", "printer.contoso.com"),))

    assert ("printer.contoso.com",) == zone.look_up("42.113.0.203.in-addr.arpa", "PTR").values("PTR")
    assert Rcode.NXDOMAIN is zone.look_up("1.2.0.192.in-addr.arpa", "PTR").rcode
    assert Rcode.NXDOMAIN is zone.look_up(ip_address("2001:db8::1").reverse_pointer, "PTR").rcode


@pytest.mark.parametrize("selector", ["selector1", "selector2"])
def test_the_keys_of_an_older_domain_lie_below_onmicrosoft(selector: str) -> None:
    alias = f"{selector}._domainkey.contoso.com"
    target = f"{selector}-contoso-com._domainkey.contoso.onmicrosoft.com"

    answer = dns_of(dns=(a_record(alias, "CNAME", target),)).look_up(alias, "TXT")

    assert (f"v=DKIM1; k=rsa; p={selector};",) == answer.values("TXT")


def test_the_keys_of_a_domain_added_since_may_2025_lie_below_dkim_mail_microsoft() -> None:
    alias = "selector1._domainkey.contoso.com"
    new = "selector1-contoso-com._domainkey.contoso.r-v1.dkim.mail.microsoft"
    old = "selector1-contoso-com._domainkey.contoso.onmicrosoft.com"
    told = (a_record(alias, "CNAME", new),)
    last = dns_of(a_tenant_with(a_domain_of(created="2025-04-30")), dns=told)
    first = dns_of(a_tenant_with(a_domain_of(created="2025-05-01")), dns=told)

    assert first.look_up(alias, "TXT").values("TXT")
    assert not first.look_up(old, "TXT").records
    assert not last.look_up(alias, "TXT").values("TXT")
    assert last.look_up(old, "TXT").records


def test_acs_has_keys_of_its_own() -> None:
    name = "selector2-azurecomm-prod-net._domainkey.azurecomm.net"

    assert ("v=DKIM1; k=rsa; p=selector2;",) == dns_of().look_up(name, "TXT").values("TXT")


# The world's word ---------------------------------------------------------------------------------------------------


def test_what_the_world_writes_wins_over_what_the_service_publishes() -> None:
    wrong_key = a_record("selector1-contoso-com._domainkey.contoso.onmicrosoft.com", "TXT", "v=DKIM1; p=")
    own_host = a_record("smtp.office365.com", "A", "203.0.113.9")
    own_alias = a_record(CONTOSO, "CNAME", "gateway.contoso.com")
    zone = dns_of(dns=(wrong_key, own_host, own_alias, a_record("gateway.contoso.com", "A", "203.0.113.10")), lab=HERE)

    assert ("v=DKIM1; p=",) == zone.look_up(wrong_key.name.name, "TXT").values("TXT")
    assert ("203.0.113.9",) == addresses(zone, "smtp.office365.com")
    assert "203.0.113.10" in addresses(zone, CONTOSO)


def test_a_domain_of_a_tenant_is_held_without_any_record() -> None:
    assert Rcode.NOERROR is dns_of().look_up("contoso.com", "MX").rcode
    assert Rcode.NXDOMAIN is dns_of().look_up("_dmarc.contoso.com", "TXT").rcode
    assert Rcode.REFUSED is dns_of().look_up("fabrikam.com", "MX").rcode
