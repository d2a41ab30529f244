"""Eight workers, three hundred tests each, in random order: no leak from one to the next, no port taken twice."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project

TESTS = """
import smtplib

import pytest

def send(lab, number):
    with smtplib.SMTP(lab.submission.host, lab.submission.port) as smtp:
        smtp.starttls(context=lab.ssl_context())
        smtp.login(*lab.accounts.scanner.login)
        smtp.sendmail("scanner@contoso.com", ["helpdesk@contoso.com"], f"Subject: {number}\\n\\none of many")

@pytest.mark.parametrize("number", range(2_400))
def test_one(relaylab, number):
    clock = relaylab.emulator.clock_state
    assert ("2026-12-01T00:00:00+00:00", True, 1) == (clock.instant.isoformat(), clock.frozen, clock.rate)
    assert ([], ()) == (list(relaylab.events), relaylab.faults.faults)
    match number % 5:
        case 0:
            send(relaylab, number)
        case 1:
            relaylab.travel("2027-01-04")
            with relaylab.expect_refusal("5.7.30"):
                send(relaylab, number)
            return
        case 2:  # left open, half way
            left = smtplib.SMTP(relaylab.mx.host, relaylab.mx.port)
            left.ehlo()
            left.mail("a@contoso.com")
            LEFT.append(left)
            send(relaylab, number)
        case 3:
            relaylab.replace(readings={"basic_auth_refusal": "5.7.139"}, milestones={"basic_auth_off_by_default": None})
            send(relaylab, number)
        case 4:  # left running, an hour a second, with a fault for who comes next
            relaylab.emulator.run(3600)
            send(relaylab, number)
            relaylab.fault("submission=421connect")
    message = relaylab.messages.one()
    assert (str(number), f"s-00000{2 if number % 5 == 2 else 1}") == (message.subject, message.session)

LEFT = []
"""


@pytest.mark.slow
def test_no_test_of_thousands_sees_another_s_mail_clock_or_counters(project: Project) -> None:
    project.write(test_a=TESTS, pytest_ini="[pytest]\nfilterwarnings = error\n    ignore::ResourceWarning\n")
    run = project.run("-n", "8", "-p", "randomly", "--tb=short", "--maxfail=5")

    assert (0, 2_400) == (run.code, len(run.outcomes)), run.output[-5000:]
    assert {"passed"} == set(run.outcomes.values())
