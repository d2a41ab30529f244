"""SMTP and REST are two doors of one service: what one has used up, or has seen bounce, the other knows."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from relaylab.domain.event import DeliveryReported
from relaylab.domain.message import Placement
from tests.acs_rest_lab import APP, MAIL, AcsLab, a_message, acs_world
from tests.conftest import Emulate

TENANT = "c0000000-0000-4000-8000-000000000001"
ORDERS = "orders@contoso.com"
CUSTOMER = "anna@northwind.example"
TWO_A_MINUTE = "\n    [tenant.acs_resource.limits]\n    sends_per_minute = 2\n"


RECIPIENTS = """
  [[tenant.accepted_domain]]
  name = "relayed.example"
  domain_type = "InternalRelay"
  [[tenant.mailbox]]
  address = "payroll@contoso.com"
  require_sender_authentication_enabled = true
  [[tenant.distribution_group]]
  address = "listed-inside@contoso.com"
  members = ["helpdesk@contoso.com", "listed@contoso.com"]
  [[tenant.distribution_group]]
  address = "closed-inside@contoso.com"
  members = ["helpdesk@contoso.com", "payroll@contoso.com"]
  [[tenant.distribution_group]]
  address = "staff@contoso.com"
  members = ["helpdesk@contoso.com"]
  require_sender_authentication_enabled = true
  [[tenant.mailbox]]
  address = "listed@contoso.com"
  [[tenant.mail_contact]]
  name = "Partner"
  proxy_addresses = ["partner@contoso.com"]
  external_email_address = "partner@northwind.example"
"""
LISTED = """
    [[tenant.acs_resource.suppression_list]]
    domain = "contoso.com"
    addresses = ["listed@contoso.com"]
"""
# Who is written to, and what a delivery report says of it.
STANDINGS = {
    "helpdesk@contoso.com": "Delivered",
    "all@contoso.com": "Delivered",
    "partner@contoso.com": "Delivered",
    "somebody@relayed.example": "Delivered",
    CUSTOMER: "Delivered",
    "nobody@contoso.com": "Bounced",
    "payroll@contoso.com": "Failed",
    "staff@contoso.com": "Failed",
    "closed-inside@contoso.com": "Delivered",
    "listed-inside@contoso.com": "Delivered",
    "listed@contoso.com": "Suppressed",
}


def a_lab(emulate: Emulate, **readings: str) -> AcsLab:
    """A resource that may send two messages a minute."""
    return AcsLab(emulate(world=acs_world(TWO_A_MINUTE), readings=readings))


def a_lab_of_every_standing(emulate: Emulate) -> AcsLab:
    """A tenant with a recipient of every kind."""
    return AcsLab(emulate(world=acs_world(LISTED, to_the_tenant=RECIPIENTS)))


def copies_of(lab: AcsLab) -> list[tuple[str, str, Placement, str]]:
    """The copies of the only message: for whom, through whom, where, and by which rule of its endpoint."""
    (kept,) = lab.emulator.store.mail.messages()
    return [
        (
            str(one.recipient),
            str(one.through),
            one.placed,
            (one.decision.rule or "").partition(".")[2] if one.decision else "",
        )
        for one in kept.copies
    ]


@contextmanager
def signed_in(lab: AcsLab) -> Iterator[smtplib.SMTP]:
    """A connection to smtp.azurecomm.net."""
    where = lab.emulator.endpoints["acs_smtp"]
    with smtplib.SMTP(where.host, where.port, local_hostname="client.example") as client:
        client.starttls(context=ssl.create_default_context(cafile=lab.ca))
        client.login(f"{MAIL}.{APP}.{TENANT}", "fake-secret-1")
        yield client


def send(client: smtplib.SMTP, to: str = CUSTOMER) -> None:
    client.sendmail(ORDERS, [to], f"From: {ORDERS}\r\nSubject: Your order\r\n\r\nThank you.\r\n")


def test_what_rest_has_sent_counts_over_smtp_and_the_other_way_round(emulate: Emulate) -> None:
    lab = a_lab(emulate)
    assert 202 == lab.send().status_code

    with signed_in(lab) as client:
        send(client)
        with pytest.raises(smtplib.SMTPDataError, match=r"4\.5\.127 Message rejected\. Excessive message rate"):
            send(client)
    assert 429 == lab.send().status_code


def test_under_the_other_reading_each_has_a_quota_of_its_own(emulate: Emulate) -> None:
    lab = a_lab(emulate, acs_quota="separate")
    assert [202, 202, 429] == [lab.send().status_code for _ in range(3)]

    with signed_in(lab) as client:
        send(client)
        send(client)


def test_an_address_that_bounced_over_smtp_is_suppressed_over_rest(emulate: Emulate) -> None:
    lab = a_lab(emulate)
    with signed_in(lab) as client:
        send(client, "nobody@contoso.com")
    lab.advance(minutes=1)

    operation = lab.send(a_message(ORDERS, "nobody@contoso.com")).json()["id"]
    lab.advance(minutes=5)

    answer = lab.status(operation).json()
    assert "Failed" == answer["status"]
    assert "EmailDroppedAllRecipientsSuppressed" == answer["error"]["code"]


def test_what_comes_over_smtp_is_kept_as_its_own(emulate: Emulate) -> None:
    lab = a_lab(emulate)
    with signed_in(lab) as client:
        send(client, "all@contoso.com")

    (kept,) = lab.emulator.store.mail.messages()
    assert "acs_smtp" == kept.endpoint.value
    assert [Placement.INBOX, Placement.INBOX] == [copy.placed for copy in kept.copies]


def test_mail_over_smtp_is_reported_on_as_mail_over_rest(emulate: Emulate) -> None:
    lab = a_lab_of_every_standing(emulate)
    with signed_in(lab) as client:
        client.sendmail(ORDERS, list(STANDINGS), f"From: {ORDERS}\r\nMessage-ID: <1@contoso.com>\r\n\r\nThank you.\r\n")
    lab.advance(minutes=1)

    told = lab.events(DeliveryReported)
    assert STANDINGS == {one.recipient: one.about for one in told}
    assert {"acs_smtp"} == {one.endpoint.value for one in told}
    (kept,) = lab.emulator.store.mail.messages()
    data = told[0].document["data"]
    assert (ORDERS, "<1@contoso.com>") == (data["sender"], data["internetMessageId"])
    assert [kept.session] * len(STANDINGS) == [one.session for one in told]


@pytest.mark.parametrize("recipient", STANDINGS)
def test_both_deliver_by_the_same_rules(emulate: Emulate, recipient: str) -> None:
    over_smtp, over_rest = a_lab_of_every_standing(emulate), a_lab_of_every_standing(emulate)
    with signed_in(over_smtp) as client:
        send(client, recipient)
    assert 202 == over_rest.send(a_message(ORDERS, recipient)).status_code

    assert copies_of(over_smtp) == copies_of(over_rest)


@pytest.mark.parametrize(("recipient", "status"), STANDINGS.items())
def test_a_report_tells_of_who_was_written_to(emulate: Emulate, recipient: str, status: str) -> None:
    lab = a_lab_of_every_standing(emulate)
    lab.send(a_message(ORDERS, recipient))
    lab.advance(minutes=1)

    assert [(recipient, status)] == [(one.recipient, one.about) for one in lab.events(DeliveryReported)]
