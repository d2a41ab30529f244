"""SMTP and REST are two doors of one service: what one has used up, or has seen bounce, the other knows."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from relaylab.domain.message import Placement
from tests.acs_rest_lab import APP, MAIL, AcsLab, a_message, acs_world
from tests.conftest import Emulate

TENANT = "c0000000-0000-4000-8000-000000000001"
ORDERS = "orders@contoso.com"
CUSTOMER = "anna@northwind.example"
TWO_A_MINUTE = "\n    [tenant.acs_resource.limits]\n    sends_per_minute = 2\n"


def a_lab(emulate: Emulate, **readings: str) -> AcsLab:
    """A resource that may send two messages a minute."""
    return AcsLab(emulate(world=acs_world(TWO_A_MINUTE), readings=readings))


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
