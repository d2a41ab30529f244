"""What a lab says to set on a device: from the world, the addresses, the date."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from relaylab.app.config import LoadedWorld, load_world, parse_world
from relaylab.app.lab import settings
from relaylab.app.rulebooks import Phase, in_phase, rulebook_for
from relaylab.domain.clock import parse_instant
from relaylab.rules import milestones
from relaylab.servers.fleet import Listening
from tests.clients.acs import acs_world

LAB = {
    "submission": Listening("192.168.1.20", 587, "smtp.office365.com"),
    "mx": Listening("192.168.1.20", 25),
}
CUTOVER = milestones.BASIC_AUTH_OFF_BY_DEFAULT.at
EXCEPT = "except in contoso, fabrikam, northwind, where it was turned on again"
INSTANT = timedelta(microseconds=1)


def test_with_an_account_a_device_needs_server_port_starttls_and_a_mailbox(small_world: LoadedWorld) -> None:
    with_account, _ = settings.device_settings(small_world.world, LAB)

    assert ("192.168.1.20", 587) == (with_account.server, with_account.port)
    assert with_account.security.startswith("STARTTLS")
    assert "scanner@contoso.com" in with_account.accounts
    assert "helpdesk@contoso.com" not in with_account.accounts  # it has no password
    assert ["smtp-auth-basic", "smtp-auth-oauth"] == [method.value for method in with_account.methods]


def test_with_an_application_a_device_needs_an_smtp_username_and_a_configured_sender() -> None:
    where = {"acs_smtp": Listening("192.168.1.21", 587, "smtp.azurecomm.net")}
    (shop,) = settings.device_settings(acs_world().world, where)

    assert ("192.168.1.21", 587) == (shop.server, shop.port)
    assert ["acs-smtp"] == [method.value for method in shop.methods]
    assert ("printers@contoso.com", "firmware") == shop.accounts
    assert "client secret" in shop.authentication
    assert "orders@contoso.com" == shop.sender


@pytest.mark.parametrize(("port", "shown"), [(443, ""), (8444, ":8444")])
def test_a_program_over_rest_has_the_endpoint_of_its_resource_by_name_and_by_address(port: int, shown: str) -> None:
    https = {"https": Listening("192.168.1.20", port, "login.microsoftonline.com")}
    world = load_world("default").world
    (resource,) = settings.rest_settings(world, https)

    assert f"https://contoso-email.communication.azure.com{shown}/" == resource.endpoint
    assert f"https://192.168.1.20{shown}/acs/contoso-email/" == resource.by_address
    assert "orders@contoso.com" in resource.senders
    assert () == settings.rest_settings(world, LAB), "without HTTPS there is no REST"


def test_the_names_of_a_resource_lead_where_https_is() -> None:
    https = {"https": Listening("192.168.1.23", 443, "login.microsoftonline.com")}
    names = settings.dns_names(load_world("default").world, https, (), "192.168.1.20")

    assert [
        "login.microsoftonline.com",
        "contoso-email.communication.azure.com",
        "contoso-email.unitedstates.communication.azure.com",
    ] == [name.name for name in names]
    assert {"192.168.1.23"} == {name.address for name in names}


def test_high_volume_email_takes_its_own_accounts_and_reaches_their_tenant_only() -> None:
    world = load_world("default").world
    (bulk,) = settings.device_settings(world, {"hve": Listening("192.168.1.21", 587, "smtp.hve.mx.microsoft")})

    assert ("192.168.1.21", 587, ("bulk@contoso.com",)) == (bulk.server, bulk.port, bulk.accounts)
    assert "recipients of the account's own tenant only" == bulk.reaches
    assert ["hve-basic", "hve-oauth"] == [method.value for method in bulk.methods]


def test_both_names_of_high_volume_email_point_at_its_listener(small_world: LoadedWorld) -> None:
    place = {"hve": Listening("192.168.1.21", 587, "smtp.hve.mx.microsoft")}

    assert {"smtp.hve.mx.microsoft": "192.168.1.21", "smtp-hve.office365.com": "192.168.1.21"} == {
        name.name: name.address for name in settings.dns_names(small_world.world, place, (), "192.168.1.20")
    }


def test_without_an_account_a_device_reaches_the_labs_own_mailboxes(small_world: LoadedWorld) -> None:
    _, without = settings.device_settings(small_world.world, LAB)

    assert ("192.168.1.20", 25, "off", ()) == (without.server, without.port, without.authentication, without.accounts)
    assert "any address at contoso.com, fabrikam.com or northwind.example" == without.sender
    assert without.reaches.startswith("the lab's own mailboxes only: the device counts as 192.0.2.1")


def test_from_a_site_on_a_connector_it_reaches_everybody(small_world: LoadedWorld) -> None:
    _, hq = settings.device_settings(small_world.world, LAB, "hq")
    _, shop = settings.device_settings(small_world.world, LAB, "shop")

    assert 'every recipient: 203.0.113.42 is listed by connector "Office printer relay" of contoso' == hq.reaches
    assert "the lab's own mailboxes only: no connector lists 198.51.100.7" == shop.reaches


def test_no_setting_holds_a_password(small_world: LoadedWorld) -> None:
    assert "fake" not in repr(settings.device_settings(small_world.world, LAB))


def test_the_names_of_the_service_point_at_the_lab(small_world: LoadedWorld) -> None:
    names = settings.dns_names(small_world.world, LAB, ("printer-lab.example",), "192.168.1.20")

    assert [
        "smtp.office365.com",
        "contoso-com.mail.protection.outlook.com",
        "fabrikam-com.mail.protection.outlook.com",
        "northwind-example.mail.protection.outlook.com",
        "printer-lab.example",
    ] == [name.name for name in names]
    assert {"192.168.1.20"} == {name.address for name in names}


def test_an_mx_that_the_world_knows_is_read_and_not_made_up() -> None:
    world = parse_world(
        """
        [[tenant]]
        name = "akshaya"
          [[tenant.accepted_domain]]
          name = "akshaya-inc.example"
          [[tenant.accepted_domain]]
          name = "gateway.example"
        [[dns]]
        name = "akshaya-inc.example"
        type = "MX"
        value = "0 akshayainc-example01i.mail.protection.outlook.com."
        [[dns]]
        name = "gateway.example"
        type = "MX"
        value = "10 filter.elsewhere.example"
        """,
        "world",
    ).world

    assert (
        "akshayainc-example01i.mail.protection.outlook.com",
        "gateway-example.mail.protection.outlook.com",
    ) == settings.mx_names(world)


def test_a_test_goes_to_a_mailbox_that_sends_nothing_itself(small_world: LoadedWorld) -> None:
    assert "helpdesk@contoso.com" == settings.recipient_for_a_test(small_world.world)


@pytest.mark.parametrize(
    ("after", "said"),
    [(-INSTANT, "Basic authentication is still on: "), (timedelta(0), "Basic authentication is off by default: ")],
)
def test_the_date_says_what_becomes_of_a_password(after: timedelta, said: str, small_world: LoadedWorld) -> None:
    assert isinstance(CUTOVER, datetime)
    told = settings.cutover(small_world.world, rulebook_for(small_world.world), CUTOVER + after)

    assert told.startswith(said)


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        (Phase.BASIC_ON, "Basic authentication is still on: passwords are taken where SMTP AUTH is enabled."),
        (Phase.OFF, "Basic authentication is off by default: passwords are refused."),
        (Phase.OFF_REENABLED, f"Basic authentication is off by default: passwords are refused, {EXCEPT}."),
        (Phase.REMOVED, "Basic authentication is removed: every password is refused."),
    ],
)
def test_a_phase_says_what_becomes_of_a_password(phase: Phase, said: str, small_world: LoadedWorld) -> None:
    now = parse_instant("2026-06-01")
    world, moved = in_phase(small_world.world, phase, now)

    assert said == settings.cutover(world, rulebook_for(world, None, moved), now)
