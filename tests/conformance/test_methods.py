"""What each method comes to: passed, failed, on borrowed time, or not tried and never passed."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Address

import pytest

from relaylab.app.config import parse_world
from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.clock import parse_instant
from relaylab.domain.estate import Method
from relaylab_conformance.finding import Status
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.migration.approach import Approach, approach_at
from tests.conformance.estates import TENANTS, a_sender, an_estate, certified, estate_text, only_sender, the_cell

AT = "2027-01-04"


def test_oauth_with_a_fixed_token_passes_before_and_after() -> None:
    certificate = certified(
        a_sender(
            profile="python-smtplib", mail_from="app@contoso.com", today="smtp-auth-oauth", target="smtp-auth-oauth"
        )
    )

    assert {Status.PASS} == {cell.status for cell in only_sender(certificate).cells}
    assert 2 == len(only_sender(certificate).cells)  # one method, tried once at each date


@pytest.mark.parametrize(("a_day", "plan"), [(10_000, "needs no plan"), (10_001, "there is no plan")])
def test_who_stays_with_a_method_and_is_over_its_rate_is_not_said_to_need_no_plan(a_day: int, plan: str) -> None:
    stays = a_sender(
        profile="curl",
        mail_from="app@contoso.com",
        today="smtp-auth-oauth",
        target="smtp-auth-oauth",
        to=("desk@contoso.com",),
    )
    sender = only_sender(certified(f"{stays}\nmessages_per_day = {a_day}", at=(AT,)))

    assert plan == sender.plan
    assert (a_day > 10_000) == ("it carries 10,000 recipients a day at best" in sender.summary)
    assert Status.PASS is sender.cells[0].status


@pytest.mark.parametrize(
    ("at", "plan"),
    [("2025-04-30T23:59:59Z", "the plan is enough but for its volume"), ("2025-05-01", "the plan is enough")],
)
def test_until_its_caps_were_lifted_high_volume_email_did_not_carry_a_large_day(at: str, plan: str) -> None:
    moves = a_sender(target="hve-basic", sign_in="scanner@contoso.com", mail_from="bulk@contoso.com")
    sender = only_sender(certified(f"{moves}\nmessages_per_day = 20000", at=(at,)))

    assert plan == sender.plan
    said = "it carries 2,000 recipients outside a day at best, and this sender has 20,000"
    assert (plan != "the plan is enough") == (said in sender.summary)
    assert Status.PASS is the_cell(certified(moves, at=(at,)), "hve-basic", at).status


def test_an_expired_token_is_refused() -> None:
    certificate = certified(
        a_sender(profile="curl", mail_from="app@contoso.com", today="smtp-auth-oauth", target="smtp-auth-oauth"),
        at=("2027-12-31", "2028-01-01"),
    )

    assert Status.PASS is the_cell(certificate, "smtp-auth-oauth", "2027-12-31").status
    assert "535 5.7.3 Authentication unsuccessful" == the_cell(certificate, "smtp-auth-oauth", "2028-01-01").reason


def test_oauth_without_a_token_in_the_world_is_not_exercised_and_says_what_to_add() -> None:
    cell = the_cell(certified(a_sender(profile="curl", target="smtp-auth-oauth"), at=(AT,)), "smtp-auth-oauth", AT)

    assert Status.NOT_EXERCISED is cell.status
    assert "add a [[tenant.token]]" in cell.reason
    assert () == cell.outcomes


def test_a_device_without_oauth_fails_by_itself_whatever_token_it_is_given() -> None:
    certificate = certified(a_sender(mail_from="app@contoso.com", target="smtp-auth-oauth"), at=(AT,))

    cell = the_cell(certificate, "smtp-auth-oauth", AT)
    assert Status.FAIL is cell.status
    assert "no OAuth 2.0" in cell.reason


@pytest.mark.parametrize(("method", "what"), [("hve-oauth", "nothing says how bulk@contoso.com gets a token")])
def test_a_method_that_cannot_be_tried_is_not_exercised(method: str, what: str) -> None:
    cell = the_cell(certified(a_sender(target=method), at=(AT,)), method, AT)

    assert Status.NOT_EXERCISED is cell.status
    assert what in cell.reason


def test_a_target_whose_account_nobody_has_made_is_not_ready_and_says_what_to_make() -> None:
    sender = a_sender(target="hve-basic", mail_from="office@northwind.example", today="direct-send")
    cell = the_cell(certified(sender, at=(AT,)), "hve-basic", AT)

    assert Status.FAIL is cell.status
    assert cell.reason.startswith("not ready: northwind has no High Volume Email account")
    assert "New-MailUser -HVEAccount" in cell.outcomes[0].fix


@pytest.mark.parametrize(
    ("at", "name"), [("2026-03-31T23:59:59Z", "smtp-hve.office365.com"), ("2026-04-01", "smtp.hve.mx.microsoft")]
)
def test_high_volume_email_is_tried_under_its_name_of_the_day(at: str, name: str) -> None:
    world = an_estate(a_sender(target="hve-basic")).world
    way = approach_at(world, world.senders[0], Method.HVE_BASIC, rulebook_for(world).calendar, parse_instant(at))

    assert isinstance(way, Approach)
    assert name == way.server_name


def test_a_mail_contact_is_never_a_relay() -> None:
    cell = the_cell(certified(a_sender(target="mail-contact"), at=(AT,)), "mail-contact", AT)

    assert Status.FAIL is cell.status
    assert "a mail contact only receives: it has no endpoint, and carries nobody's mail" == cell.reason
    (outcome,) = cell.outcomes
    assert "connector" in outcome.fix
    assert outcome.source is not None


def test_direct_send_reaches_recipients_inside() -> None:
    certificate = certified(a_sender(target="direct-send", site="shop", to=("desk@contoso.com",)), at=(AT,))

    (outcome,) = the_cell(certificate, "direct-send", AT).outcomes
    assert Status.PASS is outcome.status
    assert {"desk@contoso.com": "inbox"} == outcome.placed


def test_direct_send_to_the_outside_is_denied() -> None:
    certificate = certified(a_sender(target="direct-send", site="shop", to=("customer@example.net",)), at=(AT,))

    cell = the_cell(certificate, "direct-send", AT)
    assert "550 5.7.64 TenantAttribution; Relay Access Denied" == cell.reason
    assert "New-InboundConnector" in cell.outcomes[0].fix


def test_a_connector_that_takes_nothing_is_borrowed_time_while_all_recipients_are_inside() -> None:
    certificate = certified(a_sender(site="shop", to=("desk@contoso.com",)), at=(AT,))

    cell = the_cell(certificate, "connector-relay", AT)
    assert Status.NON_STRICT is cell.status
    assert "No connector took it" in cell.reason
    assert "198.51.100.7" in cell.outcomes[0].fix


def test_a_message_that_comes_back_as_a_report_is_a_failure_although_it_was_accepted() -> None:
    certificate = certified(a_sender(to=("nobody@contoso.com",), target="smtp-auth-basic"), at=("2026-12-30",))

    cell = the_cell(certificate, "smtp-auth-basic", "2026-12-30")
    outcome = cell.outcomes[0]
    assert Status.FAIL is cell.status
    assert "submission.delivery.recipient_is_unknown" == outcome.rule
    assert cell.reason.startswith("550 5.1.10")
    assert {"nobody@contoso.com": "none"} == outcome.placed
    assert "non-delivery report" in outcome.sender_does
    assert "nobody@contoso.com" in outcome.fix
    assert "will fail silently" == only_sender(certificate).verdict


def test_a_sender_that_loses_some_recipients_has_failed() -> None:
    certificate = certified(
        a_sender(
            profile="python-smtplib",
            site="shop",
            today="direct-send",
            target="direct-send",
            to=("desk@contoso.com", "nobody@contoso.com"),
        ),
        at=(AT,),
    )

    cell = the_cell(certificate, "direct-send", AT)
    assert "mx.rcpt.recipient_is_unknown" == cell.outcomes[0].rule
    assert {"desk@contoso.com": "inbox"} == cell.outcomes[0].placed
    assert Status.FAIL is cell.status
    assert "will reach some recipients only" == only_sender(certificate).verdict


TWO_TENANTS = ("desk@contoso.com", "office@northwind.example")


def test_a_sender_with_a_queue_comes_back_with_the_recipients_that_were_put_off() -> None:
    certificate = certified(
        a_sender(profile="postfix", site="shop", today="direct-send", target="direct-send", to=TWO_TENANTS), at=(AT,)
    )

    (outcome,) = the_cell(certificate, "direct-send", AT).outcomes
    assert Status.PASS is outcome.status
    assert {"desk@contoso.com": "inbox", "office@northwind.example": "inbox"} == outcome.placed
    (text,) = certificate.transcripts.values()
    assert "session s-000001 and s-000002" in text
    assert "S: 452 4.5.3 Too many recipients ATTR49" in text
    assert {"s-000001", "s-000002"} == {event["session"] for event in certificate.events}


def test_a_sender_without_a_queue_loses_the_recipients_that_were_put_off() -> None:
    certificate = certified(
        a_sender(profile="python-smtplib", site="shop", today="direct-send", target="direct-send", to=TWO_TENANTS),
        at=(AT,),
    )

    cell = the_cell(certificate, "direct-send", AT)
    assert "452 4.5.3 Too many recipients ATTR49" == cell.reason
    assert "will reach some recipients only" == only_sender(certificate).verdict


def test_coming_back_does_not_help_where_the_next_session_is_refused() -> None:
    recipients = ("desk@contoso.com", "customer@example.net")
    certificate = certified(
        a_sender(profile="postfix", site="shop", today="direct-send", target="direct-send", to=recipients), at=(AT,)
    )

    cell = the_cell(certificate, "direct-send", AT)
    assert "550 5.7.64 TenantAttribution; Relay Access Denied" == cell.reason


def test_the_mailbox_switch_decides_today_already() -> None:
    certificate = certified(a_sender(mail_from="shut@contoso.com"), at=("2026-12-30",))

    cell = the_cell(certificate, "smtp-auth-basic", "2026-12-30")
    assert {"submission.auth.smtp_auth_is_disabled_for_the_mailbox"} == {one.rule for one in cell.outcomes}
    assert "Set-CASMailbox -Identity shut@contoso.com" in cell.outcomes[0].fix


def test_sign_in_names_the_mailbox_whose_password_is_used() -> None:
    certificate = certified(
        a_sender(mail_from="desk@contoso.com", sign_in="scanner@contoso.com", target="direct-send"),
        at=("2026-12-30",),
    )

    cell = the_cell(certificate, "smtp-auth-basic", "2026-12-30")
    assert {"submission.data.mailbox_may_not_send_as"} == {one.rule for one in cell.outcomes}


def test_notes_of_the_world_are_in_the_certificate_without_the_name_of_its_file() -> None:
    assert "require_tls" in TENANTS
    (note,) = certified(at=(AT,)).report.notes

    assert note.startswith("tenant[0].inbound_connector[0].require_tls: true is accepted and without effect")


def test_a_relay_of_a_dual_stack_site_misses_its_connector_once_the_mx_answers_over_ipv6() -> None:
    estate = an_estate(a_sender(to=("customer@example.net",)))
    hq = replace(estate.world.sites[0], public_ipv6=IPv6Address("2001:db8::42"))
    dual = replace(estate, world=replace(estate.world, sites=(hq, *estate.world.sites[1:])))
    days = ("2024-10-15T23:59:59.999999Z", "2024-10-16")
    certificate = certify(dual, Order(at=tuple(map(parse_instant, days)), seed=7))

    before, after = (the_cell(certificate, "connector-relay", day) for day in days)
    assert (Status.PASS, Status.FAIL) == (before.status, after.status)
    assert "550 5.7.64 TenantAttribution; Relay Access Denied" == after.reason
    because = after.outcomes[0].because
    assert any("arrived over IPv6 from 2001:db8::42; connectors hold IPv4 only" in one for one in because)


# High Volume Email ----------------------------------------------------------------------------------------------------

INSIDE = ("desk@contoso.com", "app@contoso.com")


def test_high_volume_email_reaches_recipients_inside_as_its_own_account() -> None:
    sender = a_sender(profile="python-smtplib", target="hve-basic", to=INSIDE)

    cell = the_cell(certified(sender, at=("2027-01-04",)), "hve-basic", "2027-01-04")
    assert Status.PASS is cell.status
    assert dict.fromkeys(INSIDE, "inbox") == cell.outcomes[0].placed


def test_high_volume_email_refuses_a_recipient_outside_since_june_2025() -> None:
    certificate = certified(
        a_sender(profile="python-smtplib", target="hve-basic"), at=("2025-05-31T23:59:59Z", "2025-06-01")
    )

    before, after = (the_cell(certificate, "hve-basic", at) for at in ("2025-05-31T23:59:59Z", "2025-06-01"))
    assert (Status.PASS, Status.FAIL) == (before.status, after.status)
    assert "hve.rcpt.recipient_is_outside" == after.outcomes[0].rule


def test_a_password_of_high_volume_email_is_good_after_the_cutover_and_until_september_2028() -> None:
    certificate = certified(
        a_sender(today="hve-basic", target="hve-basic", mail_from="bulk@contoso.com", to=INSIDE),
        at=("2027-01-04", "2028-09-30T23:59:59Z", "2028-10-01"),
    )

    sender = certificate.report.senders[0]
    assert [Status.PASS, Status.PASS, Status.FAIL] == [cell.status for cell in sender.cells]
    assert "2028-10-01T00:00:00+00:00" == (sender.stops_at.isoformat() if sender.stops_at else "")


def test_a_group_with_a_member_outside_is_not_reached_whole_by_high_volume_email() -> None:
    group = """
  [[tenant.distribution_group]]
  address = "all@northwind.example"
  members = ["office@northwind.example", "partner@fabrikam.example"]
  [[tenant.hve_account]]
  address = "bulk@northwind.example"
  password = "fake-northwind"
"""
    world = estate_text(
        a_sender(
            today="hve-basic",
            target="hve-basic",
            mail_from="bulk@northwind.example",
            to=("all@northwind.example",),
        )
    ).replace('address = "office@northwind.example"', f'address = "office@northwind.example"{group}', 1)
    order = Order(at=(parse_instant("2027-01-04"),))

    certificate = certify(parse_world(world, "estate"), order)

    (cell,) = certificate.report.senders[0].cells
    assert Status.FAIL is cell.status
    assert "hve.delivery.somebody_outside_is_behind_the_recipient" == cell.outcomes[0].rule
    (found,) = [one for one in certificate.report.mistakes if one.number == 4]
    assert "partner@fabrikam.example behind all@northwind.example" in found.seen[0]


def test_which_account_a_sender_uses_is_asked_where_there_are_two() -> None:
    second = """
  [[tenant.hve_account]]
  address = "second@contoso.com"
  password = "fake-second"
"""
    asked = a_sender(profile="python-smtplib", target="hve-basic", to=INSIDE)
    world = estate_text(asked).replace("  [[tenant.hve_account]]", f"{second}  [[tenant.hve_account]]", 1)
    named = f'{world}\nhve_account = "second@contoso.com"\n'
    order = Order(at=(parse_instant("2027-01-04"),))

    open_one = certify(parse_world(world, "estate"), order).report.senders[0].cells[-1]
    told = certify(parse_world(named, "estate"), order).report.senders[0].cells[-1]

    assert (Status.NOT_EXERCISED, Status.PASS) == (open_one.status, told.status)
    assert "name it in its hve_account" in open_one.reason


def test_what_stands_in_for_the_address_of_a_sender_without_a_site_is_no_advice() -> None:
    text = estate_text(a_sender(today="connector-relay", to=("customer@example.net",)))
    order = Order(at=(parse_instant(AT),), seed=7)
    certificate = certify(parse_world(text.replace('site = "hq"\n', ""), "estate"), order)
    (refused,) = only_sender(certificate).cells[0].outcomes

    assert Status.FAIL is refused.status
    assert "-SenderIPAddresses THE-ADDRESS-THAT-IT-SENDS-FROM" in refused.fix
    assert refused.fix.endswith("ask, and write the site of the sender into its [[sender]].")
    assert "192.0.2.1" not in " ".join((refused.fix, *refused.because))
