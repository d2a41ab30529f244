"""The estate that relaylab ships holds what its users are promised."""

from collections import Counter
from datetime import date, timedelta

import pytest

from relaylab.app.config import load_world
from relaylab.domain.clock import parse_instant
from relaylab.domain.estate import Method, Sender
from relaylab.domain.tenant import Tenant
from relaylab.domain.world import World

CUTOVER = date(2026, 12, 31)
SUPERSEDED = {date(2025, 9, 30), date(2026, 3, 1), date(2026, 4, 30)}


@pytest.fixture(scope="module")
def contoso() -> World:
    return load_world("contoso").world


def sender(world: World, name: str) -> Sender:
    return next(sender for sender in world.senders if sender.name == name)


def tenant(world: World, name: str) -> Tenant:
    return next(tenant for tenant in world.tenants if tenant.name == name)


def test_it_has_three_tenants_and_at_least_fourteen_senders(contoso: World) -> None:
    assert ["contoso", "fabrikam", "northwind"] == [tenant.name for tenant in contoso.tenants]
    assert 14 <= len(contoso.senders)


@pytest.mark.parametrize(
    ("today", "target"),
    [
        (Method.SMTP_AUTH_OAUTH, Method.SMTP_AUTH_OAUTH),
        (Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH),
        (Method.SMTP_AUTH_BASIC, Method.CONNECTOR_RELAY),
        (Method.SMTP_AUTH_BASIC, Method.DIRECT_SEND),
        (Method.SMTP_AUTH_BASIC, Method.HVE_BASIC),
        (Method.SMTP_AUTH_BASIC, Method.ACS_SMTP),
    ],
)
def test_every_row_of_the_migration_matrix_is_there(contoso: World, today: Method, target: Method) -> None:
    assert any((today, target) == (sender.today, sender.target) for sender in contoso.senders)


def test_every_profile_of_the_first_five_is_used(contoso: World) -> None:
    assert {"curl", "generic-mfp", "phpmailer", "postfix", "python-smtplib"} == {s.profile for s in contoso.senders}


def test_mistake_1_a_mail_contact_is_taken_for_a_relay(contoso: World) -> None:
    assert ["mfp-reception"] == [s.name for s in contoso.senders if Method.MAIL_CONTACT in (s.today, s.target)]


def test_mistake_2_two_organisations_list_one_address(contoso: World) -> None:
    listed = Counter(
        network
        for tenant in contoso.tenants
        for connector in tenant.inbound_connectors
        for network in connector.sender_ip_addresses
    )
    shared = [network for network, times in listed.items() if times > 1]
    behind = [
        sender.name
        for sender in contoso.senders
        if sender.target is Method.CONNECTOR_RELAY and address_of(contoso, sender) in map(str, shared)
    ]

    assert 1 == len(shared)
    assert ["mfp-business-park"] == behind


def test_mistake_3_one_relaying_site_is_not_in_the_spf_record(contoso: World) -> None:
    (spf,) = [
        record.value
        for record in contoso.dns
        if str(record.name) == "contoso.com" and record.value.startswith("v=spf1")
    ]
    missing = [
        sender.name
        for sender in contoso.senders
        if sender.target is Method.CONNECTOR_RELAY and f"ip4:{address_of(contoso, sender)[:-3]} " not in spf
    ]

    assert "include:spf.protection.outlook.com" in spf
    assert ["mfp-warehouse"] == missing


def test_mistake_4_high_volume_email_is_used_for_outside_recipients(contoso: World) -> None:
    outside = [
        sender.name
        for sender in contoso.senders
        if sender.target is Method.HVE_BASIC and any(contoso.recipient(to).is_outside for to in sender.to)
    ]

    assert ["statements"] == outside


def test_mistake_5_three_plans_are_made_for_superseded_dates(contoso: World) -> None:
    planned = {sender.planned_for: sender.name for sender in contoso.senders if sender.planned_for in SUPERSEDED}

    assert {
        date(2025, 9, 30): "web-shop",
        date(2026, 3, 1): "smart-host",
        date(2026, 4, 30): "northwind-franking",
    } == planned


def test_every_other_plan_keeps_sixty_days_but_the_one_that_comes_too_late(contoso: World) -> None:
    plans = {s.name: s.planned_for for s in contoso.senders if s.planned_for and s.planned_for not in SUPERSEDED}

    assert ["billing"] == [name for name, day in plans.items() if CUTOVER - timedelta(days=60) < day]
    assert timedelta(days=46) == date(2027, 2, 15) - CUTOVER


def test_direct_send_to_an_outside_recipient_is_there(contoso: World) -> None:
    alarm = sender(contoso, "door-alarm")

    assert Method.DIRECT_SEND is alarm.today
    assert [True] == [contoso.recipient(to).is_outside for to in alarm.to]


def test_send_as_is_missing_for_the_report(contoso: World) -> None:
    report = sender(contoso, "monthly-report")
    found = contoso.mailbox(report.signs_in_as)

    assert found is not None
    assert not found[0].may_send_as(found[1], report.from_address, parse_instant("2027-01-01"))


def test_the_three_switches_are_there(contoso: World) -> None:
    (block,) = tenant(contoso, "northwind").conditional_access_policies
    box = contoso.mailbox(sender(contoso, "helpdesk-scanner").from_address)

    assert tenant(contoso, "fabrikam").smtp_auth_is_disabled
    assert box is not None
    assert box[1].smtp_client_authentication_disabled
    assert block.blocks(sender(contoso, "northwind-timeclock").signs_in_as)
    assert not block.blocks(sender(contoso, "northwind-franking").signs_in_as)


def test_every_oauth_sender_has_a_fixed_token(contoso: World) -> None:
    holders = {token.user for tenant in contoso.tenants for token in tenant.tokens}
    by_token = [s for s in contoso.senders if Method.SMTP_AUTH_OAUTH in (s.today, s.target)]

    assert {sender.signs_in_as for sender in by_token} == holders


def test_every_secret_is_obviously_invented(contoso: World) -> None:
    text = repr(load_world("contoso").document)

    assert [] == [
        secret.reveal()
        for tenant in contoso.tenants
        for secret in (
            *(box.password for box in tenant.mailboxes),
            *(app.client_secret for app in tenant.app_registrations),
            *(token.value for token in tenant.tokens),
            *(account.password for account in tenant.hve_accounts),
        )
        if secret is not None and not secret.reveal().startswith("fake-")
    ]
    assert "fake-" in text


def test_the_only_note_is_the_one_that_guides_cause() -> None:
    (note,) = load_world("contoso").notes

    assert "require_tls: true is accepted and without effect on an OnPremises connector" in note


def address_of(world: World, sender: Sender) -> str:
    site = world.site(sender.site or "")
    assert site is not None
    return f"{site.public_ip}/32"
