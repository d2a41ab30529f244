"""smtplib, from a test that knows nothing of ports."""

from __future__ import annotations

import smtplib
import threading

import pytest

from conformance.letters import a_scan
from relaylab.testing import Lab


def send(lab: Lab) -> None:
    with smtplib.SMTP(lab.submission.host, lab.submission.port) as smtp:
        smtp.starttls(context=lab.ssl_context())
        smtp.login(*lab.accounts.scanner.login)
        smtp.send_message(a_scan())


def test_a_scan_arrives(relaylab: Lab) -> None:
    send(relaylab)

    message = relaylab.messages.to("helpdesk@contoso.com").with_subject("page 1").one()
    assert ["page-1.pdf"] == [attachment.filename for attachment in message.attachments]


def test_the_cutover_refuses_it(relaylab: Lab) -> None:
    relaylab.travel("2027-01-04")

    with relaylab.expect_refusal("5.7.30") as refusal:
        send(relaylab)
    assert "submission.auth.basic_auth_is_off_by_default" == refusal.verdict.rule


@pytest.mark.relaylab(at="2027-01-04", reading={"basic_auth_refusal": "5.7.139"})
def test_the_other_likely_line(relaylab: Lab) -> None:
    with relaylab.expect_refusal("5.7.139"):
        send(relaylab)


def test_an_office_relays_by_its_connector(relaylab: Lab) -> None:
    where = relaylab.site("hq").mx
    with smtplib.SMTP(where.host, where.port) as smtp:
        smtp.sendmail("scanner@contoso.com", ["customer@example.net"], "Subject: out\n\nout")

    assert {"customer@example.net": "outside"} == relaylab.messages.one().placed


def test_what_is_sent_later_is_waited_for(relaylab: Lab) -> None:
    sender = threading.Thread(target=send, args=[relaylab])
    sender.start()

    assert "page 1" == relaylab.wait_for_message(to="helpdesk@contoso.com").subject
    sender.join()
