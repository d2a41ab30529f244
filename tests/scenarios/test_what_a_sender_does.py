"""What becomes of the message, sender by sender: the fault table of the captured clients as a specification."""

import pytest

from relaylab_scenarios import Conduct, Played, Stage, profile
from tests.scenarios.capture import capture
from tests.scenarios.replay import RECIPIENTS, replay
from tests.scenarios.scripted_server import Certificates

STOPS, QUEUES, LOSES = Conduct.STOPS_WITH_ERROR, Conduct.QUEUES_SILENTLY, Conduct.LOSES_MESSAGE


def played_by(sender: str, behaviour: str, certificates: Certificates) -> Played:
    return replay(capture(sender, behaviour), certificates).played


@pytest.mark.parametrize(
    ("sender", "behaviour", "conduct", "stage"),
    [
        ("python-smtplib", "421connect", STOPS, Stage.GREETING),
        ("python-smtplib", "nostarttls", STOPS, Stage.STARTTLS),
        ("python-smtplib", "starttls454", STOPS, Stage.STARTTLS),
        ("python-smtplib", "tls10", STOPS, Stage.TLS),
        ("python-smtplib", "lower", STOPS, Stage.AUTH),
        ("python-smtplib", "auth535", STOPS, Stage.AUTH),
        ("python-smtplib", "auth550", STOPS, Stage.AUTH),
        ("python-smtplib", "mail4xx", STOPS, Stage.MAIL),
        ("python-smtplib", "mid421", STOPS, Stage.MAIL),
        ("python-smtplib", "rstdata", STOPS, Stage.CONTENT),
        ("python-smtplib", "datafinal5xx", STOPS, Stage.CONTENT),
        ("python-smtplib-verifying", "selfsigned", STOPS, Stage.TLS),
        ("python-smtplib-verifying", "wrongname", STOPS, Stage.TLS),
        ("curl", "inject", STOPS, Stage.STARTTLS),
        ("curl", "lower", STOPS, Stage.STARTTLS),
        ("curl", "selfsigned", STOPS, Stage.TLS),
        ("curl", "wrongname", STOPS, Stage.TLS),
        ("curl", "json334", STOPS, Stage.AUTH),
        ("curl", "auth550", STOPS, Stage.AUTH),
        ("curl", "rcpt452", STOPS, Stage.RCPT),
        ("phpmailer", "inject", STOPS, Stage.AUTH),
        ("phpmailer", "auth550", STOPS, Stage.AUTH),
        ("phpmailer", "rstdata", STOPS, Stage.CONTENT),
        ("postfix", "auth550", QUEUES, Stage.AUTH),
        ("postfix", "rstdata", QUEUES, Stage.CONTENT),
        ("postfix", "smallsize", Conduct.REFUSES_LOCALLY, Stage.MAIL),
    ],
)
def test_a_failure_ends_as_the_capture_says(
    sender: str, behaviour: str, conduct: Conduct, stage: Stage, certificates: Certificates
) -> None:
    played = played_by(sender, behaviour, certificates)

    assert (conduct, stage, ()) == (played.conduct, played.refused_at, played.delivered_to)
    assert played.error
    assert played.sender_does


@pytest.mark.parametrize(
    ("sender", "behaviour"),
    [
        ("python-smtplib", "selfsigned"),
        ("python-smtplib", "wrongname"),
        ("python-smtplib", "inject"),
        ("python-smtplib", "smallsize"),
        ("curl", "multi250"),
        ("phpmailer", "plainrelay"),
        ("postfix", "inject"),
        ("postfix", "lower"),
    ],
)
def test_a_delivery_reaches_every_recipient(sender: str, behaviour: str, certificates: Certificates) -> None:
    played = played_by(sender, behaviour, certificates)

    assert (Conduct.DELIVERED, None, RECIPIENTS) == (played.conduct, played.refused_at, played.delivered_to)
    assert played.error is None


@pytest.mark.parametrize("sender", ["python-smtplib", "phpmailer", "postfix"])
def test_a_refused_recipient_leaves_the_others_their_message(sender: str, certificates: Certificates) -> None:
    played = played_by(sender, "rcpt452", certificates)

    assert (Conduct.PARTIAL, RECIPIENTS[:1]) == (played.conduct, played.delivered_to)
    assert [("b@fabrikam.example", 452)] == [(each.recipient, each.answer.code) for each in played.refusals]


def test_curl_drops_the_message_for_all_when_one_recipient_is_refused(certificates: Certificates) -> None:
    played = played_by("curl", "rcpt452", certificates)

    assert ((), 452) == (played.delivered_to, played.refusals[0].answer.code)


def test_the_last_reply_is_the_one_that_decided_and_not_the_farewell(certificates: Certificates) -> None:
    played = played_by("phpmailer", "auth550", certificates)

    assert "550 5.7.30 Basic authentication is not supported for Client Submission." == str(played.last_reply)


def test_a_printer_loses_the_scan_at_the_refusal_that_postfix_would_queue(certificates: Certificates) -> None:
    played = replay(capture("phpmailer", "auth550"), certificates, sender=profile("generic-mfp")).played

    assert (LOSES, Stage.AUTH) == (played.conduct, played.refused_at)
    assert "the scan is lost" in played.sender_does


@pytest.mark.parametrize("sender", ["phpmailer", "curl"])
def test_an_opportunistic_sender_gives_its_password_away_in_clear(sender: str, certificates: Certificates) -> None:
    assert played_by(sender, "starttlsplain", certificates).signed_in_clear


def test_behind_tls_a_password_is_not_in_clear(certificates: Certificates) -> None:
    assert not played_by("phpmailer", "auth535", certificates).signed_in_clear
