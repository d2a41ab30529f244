"""A session with smtp.azurecomm.net: an application signs in for a resource, and linked domains send."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from relaylab.domain.acs import AcsLimits, AcsResource, RoleAssignment, SmtpUsername, SuppressionList
from relaylab.domain.address import DomainName
from relaylab.domain.directory import AppRegistration, PasswordCredential
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Judged
from relaylab.domain.message import Placement
from relaylab.domain.secret import Secret
from relaylab.domain.tenant import ConditionalAccessPolicy, Tenant
from relaylab.domain.world import World
from tests.builders import a_mailbox, a_tenant, an_address, at, just_before
from tests.session.lines import BEFORE, Lab, Line

APP = "a0000000-0000-4000-8000-0000000000ac"
OTHER_APP = "a0000000-0000-4000-8000-0000000000ad"
TENANT_ID = "c0000000-0000-4000-8000-0000000000ac"
SECRET = "fake-client-secret"
ORDERS = "orders@contoso.com"
CUSTOMER = "customer@example.net"
MANAGED = "9d1ef3e5-8d6e-4a3e-9f6f-2a0a3d1c7f11.azurecomm.net"
NAME = f"contoso-mail.{APP}.{TENANT_ID}"
FAILED = "535 5.7.3 Authentication unsuccessful"
GRANTED = "235 2.7.0 Authentication successful"
ACCEPTED = "250 2.0.0 OK <1@contoso.com>"
UNLINKED = "501 5.1.7 The specified sender domain has not been linked."
NO_USERNAME = (
    "501 5.1.7 Invalid email sender username: 'billing'. "
    "Please use a username from the list of valid usernames configured by your admin."
)
RATE = (
    "450 4.5.127 Message rejected. Excessive message rate from sender. "
    "For more information see https://aka.ms/EXOSmtpErrors."
)
CONNECTION_STRING = "endpoint=https://contoso-mail.communication.azure.com/;accesskey=ZmFrZQ=="

RESOURCE = AcsResource(
    "contoso-mail",
    at("2025-02-01"),
    access_key=Secret("ZmFrZS1hY2Nlc3Mta2V5"),
    linked_domains=(DomainName("contoso.com"), DomainName(MANAGED)),
    sender_usernames=(an_address(ORDERS),),
    smtp_usernames=(SmtpUsername(username="printers", entra_application_id=APP),),
    role_assignments=(RoleAssignment(assignee=APP),),
)
APPLICATION = AppRegistration(
    APP,
    password_credentials=(
        PasswordCredential(Secret(SECRET), at("2027-06-01")),
        PasswordCredential(Secret("fake-old-secret"), at("2026-01-01")),
    ),
)


def contoso(resource: AcsResource = RESOURCE, **changes: object) -> World:
    tenant = a_tenant(
        mailboxes=(a_mailbox("helpdesk@contoso.com"),),
        app_registrations=(APPLICATION,),
        acs_resources=(resource,),
    )
    own: Tenant = replace(tenant, id=TENANT_ID, **changes)  # type: ignore[arg-type]
    return World(tenants=(own,))


def a_lab(world: World | None = None, *, now: datetime = BEFORE, **readings: str) -> Lab:
    return Lab(world or contoso(), at=now, readings=readings)


def connected(lab: Lab) -> Line:
    return lab.connect(lab.party(endpoint=Endpoint.ACS_SMTP)).secure()


def signed_in(lab: Lab) -> Line:
    line = connected(lab)
    assert GRANTED == line.sign_in("printers", SECRET)
    return line


def a_letter(sender: str = ORDERS, size: int = 0) -> bytes:
    head = f"From: {sender}\r\nSubject: Your order\r\nMessage-ID: <1@contoso.com>\r\n\r\n"
    return head.encode() + b"x" * size + b"\r\n"


def last_rule(lab: Lab) -> str | None:
    return [event.decision.rule for event in lab.events if isinstance(event, Judged)][-1]


# The opening ---------------------------------------------------------------------------------------------------------


def test_login_and_xoauth2_are_offered_inside_tls_and_ten_megabytes() -> None:
    line = a_lab().connect(a_lab().party(endpoint=Endpoint.ACS_SMTP))

    in_clear = line.say("EHLO client.example").split("\n")
    assert "250-STARTTLS" in in_clear
    assert not [said for said in in_clear if "AUTH" in said]
    line.wire.start_tls()
    inside = line.say("EHLO client.example").split("\n")

    assert {"250-SIZE 10485760", "250-AUTH LOGIN XOAUTH2"} <= set(inside)


def test_xoauth2_is_offered_since_2025() -> None:
    before, since = just_before("2025-01-01"), at("2025-01-01")

    assert "250-AUTH LOGIN\n" in connected(a_lab(now=before)).say("EHLO client.example")
    assert "250-AUTH LOGIN XOAUTH2\n" in connected(a_lab(now=since)).say("EHLO client.example")
    assert connected(a_lab(now=before)).say("AUTH XOAUTH2").startswith("504 5.7.4")


def test_plain_is_not_recognised() -> None:
    lab = a_lab()

    assert connected(lab).say("AUTH PLAIN").startswith("504 5.7.4")
    assert "acs_smtp.auth.mechanism_is_not_offered" == last_rule(lab)


# Signing in ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [NAME, NAME.replace(".", "|"), NAME.upper(), "printers", "PRINTERS"])
def test_both_forms_of_the_name_sign_in_with_a_client_secret(name: str) -> None:
    assert GRANTED == connected(a_lab()).sign_in(name, SECRET)


@pytest.mark.parametrize("resource", ["mail.contoso", "contoso-mail"])
def test_dots_divide_from_the_right(resource: str) -> None:
    world = contoso(replace(RESOURCE, name=resource))

    assert GRANTED == connected(a_lab(world)).sign_in(f"{resource}.{APP}.{TENANT_ID}", SECRET)


@pytest.mark.parametrize(
    ("name", "secret", "rule"),
    [
        (ORDERS, SECRET, "name_has_no_form"),
        ("contoso-mail", SECRET, "name_has_no_form"),
        (f"contoso-mail.{APP}", SECRET, "name_has_no_form"),
        (f"fabrikam-mail.{APP}.{TENANT_ID}", SECRET, "resource_is_unknown"),
        (f"contoso-mail.{APP}.{OTHER_APP}", SECRET, "directory_is_unknown"),
        (f"contoso-mail.{OTHER_APP}.{TENANT_ID}", SECRET, "application_is_unknown"),
        (NAME, "wrong", "secret_is_wrong"),
        (NAME, "", "secret_is_wrong"),
        ("printers", "fake-old-secret", "secret_has_expired"),
        (NAME, CONNECTION_STRING, "connection_string_does_not_sign_in"),
        (CONNECTION_STRING, "", "connection_string_does_not_sign_in"),
        (NAME, "ZmFrZS1hY2Nlc3Mta2V5", "access_key_does_not_sign_in"),
    ],
)
def test_whatever_is_wrong_the_line_is_one_and_the_log_says_which(name: str, secret: str, rule: str) -> None:
    lab = a_lab()

    assert FAILED == connected(lab).sign_in(name, secret)
    assert f"acs_smtp.auth.{rule}" == last_rule(lab)


@pytest.mark.parametrize("password", [SECRET, "fake-old-secret", CONNECTION_STRING, "ZmFrZS1hY2Nlc3Mta2V5"])
def test_no_secret_is_in_the_log(password: str) -> None:
    lab = a_lab()
    connected(lab).sign_in(NAME, password)
    connected(lab).sign_in(CONNECTION_STRING, password)

    said = str([event for event in lab.events])  # noqa: C416 - their reprs
    assert password not in said
    assert "accesskey=" not in said


def test_a_secret_is_looked_up_at_each_login_and_ends_with_its_date() -> None:
    ends = at("2027-06-01")

    assert GRANTED == connected(a_lab(now=just_before(ends))).sign_in("printers", SECRET)
    assert FAILED == connected(a_lab(now=ends)).sign_in("printers", SECRET)


def test_an_application_that_is_deleted_shuts_the_door_at_once() -> None:
    lab = a_lab()
    signed_in(lab)
    lab.world = contoso(app_registrations=())

    assert FAILED == connected(lab).sign_in("printers", SECRET)
    assert "acs_smtp.auth.application_is_unknown" == last_rule(lab)


@pytest.mark.parametrize(
    "changes",
    [
        {"app_registrations": (replace(APPLICATION, account_enabled=False),)},
        {"conditional_access_policies": (ConditionalAccessPolicy("Workloads", include_service_principals=(APP,)),)},
    ],
)
def test_what_stops_an_application_at_entra_stops_it_here(changes: dict[str, object]) -> None:
    lab = a_lab(contoso(RESOURCE, **changes))

    assert FAILED == connected(lab).sign_in("printers", SECRET)
    assert "acs_smtp.auth.entra_gives_no_token" == last_rule(lab)
    judged = [event for event in lab.events if isinstance(event, Judged)][-1]
    assert [said for said in judged.decision.because if "AADSTS" in said]


@pytest.mark.parametrize(
    ("assignments", "rule"),
    [
        ((), "application_has_no_role"),
        ((RoleAssignment(assignee=OTHER_APP),), "application_has_no_role"),
        ((RoleAssignment(assignee=APP, role="Reader"),), "role_is_not_enough"),
    ],
)
def test_the_application_needs_a_role_on_the_resource(assignments: tuple[RoleAssignment, ...], rule: str) -> None:
    lab = a_lab(contoso(replace(RESOURCE, role_assignments=assignments)))

    assert FAILED == connected(lab).sign_in("printers", SECRET)
    assert f"acs_smtp.auth.{rule}" == last_rule(lab)


def test_smtp_usernames_exist_since_september_2024() -> None:
    world = contoso(replace(RESOURCE, created=at("2023-06-01")))

    assert FAILED == connected(a_lab(world, now=just_before("2024-09-01"))).sign_in("printers", SECRET)
    assert GRANTED == connected(a_lab(world, now=just_before("2024-09-01"))).sign_in(NAME, SECRET)
    assert GRANTED == connected(a_lab(world, now=at("2024-09-01"))).sign_in("printers", SECRET)


# The calendar --------------------------------------------------------------------------------------------------------


def test_a_resource_is_there_from_the_instant_it_was_made() -> None:
    lab = a_lab(now=just_before("2025-02-01"))

    assert FAILED == connected(lab).sign_in(NAME, SECRET)
    assert "acs_smtp.auth.resource_is_not_made_yet" == last_rule(lab)
    assert GRANTED == connected(a_lab(now=at("2025-02-01"))).sign_in(NAME, SECRET)


@pytest.mark.parametrize(("made", "answer"), [("2026-10-22", GRANTED), ("2026-10-23", FAILED)])
def test_a_new_customer_cannot_make_a_resource_since_the_service_closed(made: str, answer: str) -> None:
    lab = a_lab(contoso(replace(RESOURCE, created=at(made))))

    assert answer == connected(lab).sign_in(NAME, SECRET)
    if answer == FAILED:
        assert "acs_smtp.auth.resource_is_of_a_new_customer" == last_rule(lab)


def test_who_has_a_resource_may_add_another_after_that_day() -> None:
    older = AcsResource("contoso-old", at("2024-01-01"))
    newer = replace(RESOURCE, created=at("2026-11-01"))

    assert GRANTED == connected(a_lab(contoso(newer, acs_resources=(older, newer)))).sign_in(NAME, SECRET)


def test_the_service_works_until_it_ends() -> None:
    ends = at("2028-10-01")
    application = replace(APPLICATION, client_secret=Secret("fake-lasting"))
    world = contoso(app_registrations=(application,))

    assert GRANTED == connected(a_lab(world, now=just_before(ends))).sign_in(NAME, "fake-lasting")
    lab = a_lab(world, now=ends)
    assert FAILED == connected(lab).sign_in(NAME, "fake-lasting")
    assert "acs_smtp.auth.service_has_ended" == last_rule(lab)


def test_who_had_signed_in_before_the_end_sends_nothing_after_it() -> None:
    ends = at("2028-10-01")
    lab = a_lab(
        contoso(app_registrations=(replace(APPLICATION, client_secret=Secret("fake-lasting")),)), now=just_before(ends)
    )
    line = connected(lab)
    assert GRANTED == line.sign_in("printers", "fake-lasting")
    assert ACCEPTED == line.send(ORDERS, CUSTOMER, content=a_letter())
    lab.clock.set(ends)

    assert line.say(f"MAIL FROM:<{ORDERS}>").startswith("554 5.3.2")
    assert "acs_smtp.mail.service_has_ended" == last_rule(lab)


def test_under_the_other_reading_it_refuses_ehlo_and_closes() -> None:
    lab = a_lab(now=at("2028-10-01"), acs_smtp_after_the_end="ehlo")
    line = lab.connect(lab.party(endpoint=Endpoint.ACS_SMTP))

    assert line.say("EHLO client.example").startswith("554 5.3.2")
    assert line.is_closed


# Sending -------------------------------------------------------------------------------------------------------------


def test_a_configured_sender_reaches_inside_and_outside() -> None:
    lab = a_lab()

    assert ACCEPTED == signed_in(lab).send(ORDERS, CUSTOMER, "helpdesk@contoso.com", content=a_letter())
    (kept,) = lab.kept
    assert (Endpoint.ACS_SMTP, "contoso") == (kept.endpoint, kept.tenant)
    assert [Placement.OUTSIDE, Placement.INBOX] == [copy.placed for copy in kept.copies]


def test_an_azure_managed_domain_sends_as_do_not_reply() -> None:
    sender = f"DoNotReply@{MANAGED}"

    assert ACCEPTED == signed_in(a_lab()).send(sender, CUSTOMER, content=a_letter(sender))


@pytest.mark.parametrize(
    ("mail_from", "header_from", "answer", "rule"),
    [
        ("orders@fabrikam.com", "orders@fabrikam.com", UNLINKED, "domain_is_not_linked"),
        (ORDERS, "orders@fabrikam.com", UNLINKED, "domain_is_not_linked"),
        ("orders@fabrikam.com", ORDERS, UNLINKED, "domain_is_not_linked"),
        (
            ORDERS,
            "billing@contoso.com",
            NO_USERNAME,
            "sender_username_is_unknown",
        ),
    ],
)
def test_both_from_and_mail_from_must_be_configured(mail_from: str, header_from: str, answer: str, rule: str) -> None:
    lab = a_lab()

    assert answer == signed_in(lab).send(mail_from, CUSTOMER, content=a_letter(header_from))
    assert f"acs_smtp.data.{rule}" == last_rule(lab)
    assert not lab.kept


def test_a_message_of_nobody_is_told_to_give_a_sender() -> None:
    lab = a_lab()
    line = signed_in(lab)

    assert UNLINKED == line.send("", CUSTOMER, content=b"Subject: A report\r\n\r\n\r\n")
    (judged,) = [one for one in lab.events if isinstance(one, Judged) and one.decision.rule]
    assert "acs_smtp.data.nobody_sends" == judged.decision.rule
    assert (judged.decision.fix or "").startswith("Give the message a sender")


def test_under_the_other_reading_mail_from_is_looked_at_in_mail() -> None:
    line = signed_in(a_lab(acs_sender_checks="mail"))

    assert UNLINKED == line.say("MAIL FROM:<orders@fabrikam.com>")
    assert ACCEPTED == line.send(ORDERS, CUSTOMER, content=a_letter())


@pytest.mark.parametrize(("recipients", "accepted"), [(50, True), (51, False)])
def test_a_message_reaches_fifty_recipients(recipients: int, *, accepted: bool) -> None:
    everybody = [f"customer-{number}@example.net" for number in range(recipients)]
    answer = signed_in(a_lab()).send(ORDERS, *everybody, content=a_letter())

    assert answer == (ACCEPTED if accepted else "550 5.5.3 Too many recipients")


def test_under_the_other_reading_the_fifty_first_recipient_is_put_off() -> None:
    line = signed_in(a_lab(acs_too_many_recipients="rcpt"))
    line.envelope(ORDERS, *(f"customer-{number}@example.net" for number in range(50)))

    assert "452 4.5.3 Too many recipients" == line.say(f"RCPT TO:<{CUSTOMER}>")
    assert ACCEPTED == line.data().message(a_letter())


def test_ten_megabytes_are_taken_and_more_are_not() -> None:
    line = signed_in(a_lab())
    room = 10_485_760 - len(a_letter())

    assert ACCEPTED == line.send(ORDERS, CUSTOMER, content=a_letter(size=room))
    too_large = line.send(ORDERS, CUSTOMER, content=a_letter(size=room + 1))
    assert "552 5.3.4 Message size exceeds fixed maximum message size" == too_large
    assert line.say(f"MAIL FROM:<{ORDERS}> SIZE=10485761").startswith("552 5.3.4")


def test_the_thirty_first_message_of_a_minute_is_put_off_until_the_minute_is_over() -> None:
    lab = a_lab()
    line = signed_in(lab)
    for _ in range(30):
        assert ACCEPTED == line.send(ORDERS, CUSTOMER, content=a_letter())

    assert RATE == line.send(ORDERS, CUSTOMER, content=a_letter())
    assert "acs_smtp.data.minute_is_used_up" == last_rule(lab)
    lab.clock.advance(timedelta(minutes=1))
    assert ACCEPTED == line.send(ORDERS, CUSTOMER, content=a_letter())


def test_a_sender_that_retries_at_once_uses_up_its_hour_with_retries() -> None:
    lab = a_lab()
    line = signed_in(lab)
    answers = [line.send(ORDERS, CUSTOMER, content=a_letter()) for _ in range(100)]
    lab.clock.advance(timedelta(minutes=59))

    assert [ACCEPTED] * 30 + [RATE] * 70 == answers
    assert RATE == line.send(ORDERS, CUSTOMER, content=a_letter())
    assert "acs_smtp.data.hour_is_used_up" == last_rule(lab)


def test_an_azure_managed_domain_sends_five_a_minute_of_its_own() -> None:
    line, sender = signed_in(a_lab()), f"DoNotReply@{MANAGED}"
    answers = [line.send(sender, CUSTOMER, content=a_letter(sender)) for _ in range(6)]

    assert [ACCEPTED] * 5 + [RATE] == answers
    assert ACCEPTED == line.send(ORDERS, CUSTOMER, content=a_letter())


def test_a_refused_sender_costs_nothing() -> None:
    lab = a_lab(contoso(replace(RESOURCE, limits=AcsLimits(sends_per_minute=1))))
    line = signed_in(lab)

    assert UNLINKED == line.send("orders@fabrikam.com", CUSTOMER, content=a_letter("orders@fabrikam.com"))
    assert ACCEPTED == line.send(ORDERS, CUSTOMER, content=a_letter())
    assert RATE == line.send(ORDERS, CUSTOMER, content=a_letter())


# Suppression ---------------------------------------------------------------------------------------------------------


def test_a_recipient_on_a_list_of_ones_own_is_accepted_and_gets_nothing() -> None:
    listed = SuppressionList(domain=DomainName("contoso.com"), addresses=(an_address(CUSTOMER),))
    lab = a_lab(contoso(replace(RESOURCE, suppression_lists=(listed,))))

    assert ACCEPTED == signed_in(lab).send(ORDERS, CUSTOMER, "buyer@example.org", content=a_letter())
    assert [Placement.NONE, Placement.OUTSIDE] == [copy.placed for copy in lab.kept[0].copies]
    assert "acs_smtp.delivery.recipient_is_on_a_list" == lab.kept[0].copies[0].rule


def test_an_address_that_bounced_hard_is_left_alone_for_a_day_and_longer_with_each_send() -> None:
    lab = a_lab()
    line = signed_in(lab)

    def rule_of_the_next_send() -> str | None:
        line.send(ORDERS, "nobody@contoso.com", content=a_letter())
        return lab.kept[-1].copies[0].rule

    assert "acs_smtp.delivery.recipient_is_unknown" == rule_of_the_next_send()
    lab.clock.advance(timedelta(hours=24) - timedelta(microseconds=1))
    assert "acs_smtp.delivery.recipient_is_suppressed" == rule_of_the_next_send()
    lab.clock.advance(timedelta(hours=48) - timedelta(microseconds=1))
    assert "acs_smtp.delivery.recipient_is_suppressed" == rule_of_the_next_send()
    lab.clock.advance(timedelta(hours=96))
    assert "acs_smtp.delivery.recipient_is_unknown" == rule_of_the_next_send()


def test_no_report_comes_back_by_mail() -> None:
    lab = a_lab()
    signed_in(lab).send(ORDERS, "nobody@contoso.com", content=a_letter())

    assert [None] == [message.report_of for message in lab.kept]
