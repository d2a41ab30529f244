"""What the fixture gives, used as a test uses it."""

from __future__ import annotations

import asyncio
import os
import re
import smtplib
import ssl
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from relaylab.domain.fault import Behaviour, Fault
from relaylab.servers.clocks import ClockState
from relaylab.testing import (
    Lab,
    LabOptions,
    MessageNotSeenError,
    NothingDecidedError,
    RefusalNotSeenError,
    UnexpectedRefusalError,
)
from relaylab.testing.options import FaultSource
from relaylab_certs import TestAuthority
from tests.plugin.sending import LETTER, attempt, relay, submit

CUTOVER_RULE = "submission.auth.basic_auth_is_off_by_default"
ATTACHED = (
    "From: a@partner.example\nSubject: scan\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: text/plain\n\n"
    "see there\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n"
    "Content-Transfer-Encoding: base64\n\nJVBERi0=\n--b--\n"
)


@pytest.mark.relaylab(keep={"messages": 1})
def test_a_test_says_how_much_its_lab_keeps(relaylab: Lab) -> None:
    relay(relaylab)
    relay(relaylab)

    assert ["s-000002-1"] == [message.id for message in relaylab.messages]
    relaylab.begin_again(LabOptions())
    relay(relaylab)
    relay(relaylab)
    assert 2 == len(list(relaylab.messages))


# Begun again ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(3))
def test_each_test_finds_an_empty_lab_at_its_start(relaylab: Lab, turn: int) -> None:
    assert datetime(2026, 12, 1, tzinfo=UTC) == relaylab.now
    assert ([], [], "") == (list(relaylab.messages), list(relaylab.events), relaylab.dialogue)
    relaylab.travel("2027-01-04")
    relaylab.replace(readings={"basic_auth_refusal": "5.7.139"})
    with relaylab.expect_refusal("5.7.139"):
        submit(relaylab)
    relay(relaylab)

    assert ["s-000002-1"] == [message.id for message in relaylab.messages]


@pytest.mark.parametrize("turn", range(2))
def test_ten_wrong_passwords_of_one_test_lock_nobody_out_of_the_next(relaylab: Lab, turn: int) -> None:
    with smtplib.SMTP(relaylab.submission.host, relaylab.submission.port) as smtp:
        smtp.starttls(context=relaylab.ssl_context())
        with relaylab.expect_refusal("5.7.139") as refusal:
            smtp.login("scanner@contoso.com", "fake-wrong")

    assert "submission.auth.password_is_wrong" == refusal.verdict.rule
    submit(relaylab)


@pytest.mark.relaylab(at="2027-01-04", reading="basic_auth_refusal=5.7.139")
class TestMarkers:
    def test_of_a_class_hold_for_its_tests(self, relaylab: Lab) -> None:
        with relaylab.expect_refusal("5.7.139"):
            submit(relaylab)

    @pytest.mark.relaylab(at="2026-12-30")
    def test_of_a_test_win_word_by_word(self, relaylab: Lab) -> None:
        submit(relaylab)
        relaylab.travel("2026-12-31")

        with relaylab.expect_refusal("5.7.139"):
            submit(relaylab)


@pytest.mark.relaylab(milestones={"basic_auth_off_by_default": "2027-03-31"}, at=date(2027, 3, 30))
def test_a_date_can_be_moved(relaylab: Lab) -> None:
    submit(relaylab)
    relaylab.advance(days=1)

    with relaylab.expect_refusal(CUTOVER_RULE):
        submit(relaylab)


@pytest.mark.relaylab(milestones={"basic_auth_off_by_default": "never"}, at="2027-06-01")
def test_a_date_can_be_made_to_never_come(relaylab: Lab) -> None:
    submit(relaylab)

    relaylab.messages.one()


@pytest.mark.relaylab(world="contoso")
def test_a_marker_chooses_a_world(relaylab: Lab) -> None:
    assert {"contoso", "fabrikam", "northwind"} == {tenant.name for tenant in relaylab.world.tenants}
    assert "fake-tray-2" == relaylab.accounts["scanner@contoso.com"].password


class TestOverriddenFixtures:
    @pytest.fixture
    def relaylab_world(self) -> str:
        return """
            [[tenant]]
            name = "tailspin"
              [[tenant.accepted_domain]]
              name = "tailspin.example"
              [[tenant.mailbox]]
              address = "robot@tailspin.example"
              password = "fake-robot"
            """

    @pytest.fixture
    def relaylab_start(self) -> datetime:
        return datetime(2027, 1, 4, 9, 30, tzinfo=UTC)

    @pytest.fixture
    def relaylab_seed(self) -> int:
        return 42

    def test_choose_world_instant_and_seed(self, relaylab: Lab) -> None:
        assert "robot@tailspin.example" == relaylab.accounts.robot.address
        assert (datetime(2027, 1, 4, 9, 30, tzinfo=UTC), 42) == (relaylab.now, relaylab.emulator.seed)
        assert {} == relaylab.sites


# Where things are ----------------------------------------------------------------------------------------------------


def test_it_says_where_its_listeners_are(relaylab: Lab) -> None:
    assert "smtp.office365.com" == relaylab.submission.name
    assert "smtp-legacy.office365.com" == relaylab.submission_legacy.name
    assert "smtp.azurecomm.net" == relaylab.acs_smtp.name == relaylab.site("hq").acs_smtp.name
    assert "smtp.hve.mx.microsoft" == relaylab.hve.name
    hq = relaylab.site("hq")
    places = (
        relaylab.submission,
        relaylab.submission_legacy,
        relaylab.mx,
        relaylab.hve,
        hq.mx,
        hq.hve,
        relaylab.acs_smtp,
    )

    assert 7 == len({place.port for place in places})
    assert "203.0.113.42" == relaylab.site("hq").public_ip


def test_a_site_that_is_not_there_is_named_with_those_that_are(relaylab: Lab) -> None:
    with pytest.raises(LookupError, match="no site of this world is named 'moon'; it has hq, branch"):
        relaylab.site("moon")
    with pytest.raises(LookupError, match=r"no site of this world is named 'hqq'; did you mean 'hq'\?"):
        relaylab.site("hqq")


def test_the_environment_trusts_the_root_and_names_the_listeners(relaylab: Lab) -> None:
    variables = relaylab.env()

    trusting = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO"]
    assert {str(relaylab.ca_file)} == {variables[name] for name in trusting}
    assert ("127.0.0.1", str(relaylab.submission.port)) == (
        variables["RELAYLAB_SUBMISSION_HOST"],
        variables["RELAYLAB_SUBMISSION_PORT"],
    )
    assert str(relaylab.site("hq").mx.port) == variables["RELAYLAB_SITE_HQ_MX_PORT"]
    assert str(relaylab.hve.port) == variables["RELAYLAB_HVE_PORT"]
    assert str(relaylab.site("hq").hve.port) == variables["RELAYLAB_SITE_HQ_HVE_PORT"]
    assert not any("fake-" in value for value in variables.values())


def test_code_that_makes_its_own_context_trusts_within_the_environment(relaylab: Lab) -> None:
    before = dict(os.environ)
    with relaylab.environment(), smtplib.SMTP(relaylab.submission.host, relaylab.submission.port) as smtp:
        smtp.starttls(context=ssl.create_default_context())
        smtp.noop()

        assert "TLSv1.3" == relaylab.events.of_kind("tls_started")[0].version
    assert before == dict(os.environ)


def test_accounts_are_named_and_show_no_secret(relaylab: Lab) -> None:
    scanner = relaylab.accounts.scanner

    assert ("scanner@contoso.com", "fake-tray-2", "contoso") == (scanner.address, scanner.password, scanner.tenant)
    assert "fake-token-app" == relaylab.accounts.app.token
    assert "fake-tray-2" not in repr(scanner)


def test_an_account_that_is_not_there_gets_a_near_miss(relaylab: Lab) -> None:
    with pytest.raises(AttributeError, match=r"no mailbox of this world is named 'scaner'; did you mean 'scanner'\?"):
        _ = relaylab.accounts.scaner
    with pytest.raises(LookupError, match=r"helpdesk@contoso.com has no password in this world; give it password"):
        _ = relaylab.accounts.helpdesk.password


def test_high_volume_email_has_an_account_in_the_world_that_tests_begin_with(relaylab: Lab) -> None:
    bulk = relaylab.accounts.bulk
    with smtplib.SMTP(relaylab.hve.host, relaylab.hve.port) as smtp:
        smtp.starttls(context=relaylab.ssl_context())
        smtp.login(*bulk.login)
        smtp.sendmail(bulk.address, ["all@contoso.com"], f"From: {bulk.address}\r\nSubject: news\r\n\r\nnews\r\n")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail(bulk.address, ["customer@example.net"], f"From: {bulk.address}\r\n\r\nnews\r\n")

    assert "hve" == relaylab.messages[0].endpoint
    assert "hve.rcpt.recipient_is_outside" == relaylab.last_verdict.rule


# Time ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["2027-01-04", date(2027, 1, 4), datetime(2027, 1, 4, tzinfo=UTC)])
def test_it_travels_to_a_text_a_date_and_an_instant(relaylab: Lab, to: str | date | datetime) -> None:
    relaylab.travel(to)

    assert datetime(2027, 1, 4, tzinfo=UTC) == relaylab.now


def test_it_runs_until_it_is_frozen(relaylab: Lab) -> None:
    relaylab.run(86_400)
    assert (False, 86_400) == (relaylab.emulator.clock_state.frozen, relaylab.emulator.clock_state.rate)
    relaylab.freeze()

    assert relaylab.now == relaylab.now


def test_a_clock_that_was_left_running_stands_where_the_lab_begins_again(relaylab: Lab) -> None:
    relaylab.emulator.run(86_400)
    with pytest.raises(ValueError, match="no milestone is named x"):
        relaylab.begin_again(LabOptions(at="2027-01-04", milestones={"x": None}))
    assert not relaylab.emulator.clock_state.frozen
    relaylab.begin_again()

    assert ClockState(datetime(2026, 12, 1, tzinfo=UTC), rate=1.0, frozen=True) == relaylab.emulator.clock_state
    assert relaylab.now == relaylab.emulator.started


def test_it_goes_back_and_on(relaylab: Lab) -> None:
    relaylab.travel("2027-01-04")
    relaylab.advance(-timedelta(days=5))
    submit(relaylab)
    relaylab.advance(days=1, hours=2)

    assert datetime(2026, 12, 31, 2, tzinfo=UTC) == relaylab.now


@pytest.mark.parametrize("to", [datetime(2027, 1, 4), "soon", "2019-01-01", 5])  # noqa: DTZ001 - that is what is wrong
def test_it_travels_nowhere_that_is_no_instant_of_the_rulebook(relaylab: Lab, to: str) -> None:
    with pytest.raises(ValueError, match=r"time zone|2027-01-04|choose 2020-10-01"):
        relaylab.travel(to)

    assert datetime(2026, 12, 1, tzinfo=UTC) == relaylab.now


# Messages ------------------------------------------------------------------------------------------------------------


def test_a_message_has_the_names_of_its_json_and_its_parts(relaylab: Lab) -> None:
    with smtplib.SMTP(relaylab.mx.host, relaylab.mx.port) as smtp:
        smtp.sendmail("a@partner.example", ["all@contoso.com"], ATTACHED)

    message = relaylab.messages.one()
    assert ("mx", "contoso", None, "s-000001") == (message.endpoint, message.tenant, message.site, message.session)
    assert ("a@partner.example", ["all@contoso.com"]) == (message.mail_from, message.recipients)
    assert {"helpdesk@contoso.com": "inbox", "accounting@contoso.com": "inbox"} == message.placed
    assert (relaylab.now, relaylab.now) == (message.accepted_at, message.delivered_at)
    assert len(message.raw) == message.size
    assert "scan" == message.email["Subject"] == message.subject
    assert "see there" == message.text
    assert [("a.pdf", "application/pdf", b"%PDF-")] == [
        (part.filename, part.content_type, part.content) for part in message.attachments
    ]
    assert message.verdict is not None
    assert "end of data" in message.verdict.command


def test_messages_are_filtered(relaylab: Lab) -> None:
    relay(relaylab, "helpdesk@contoso.com")
    relay(relaylab, "accounting@contoso.com", sender="b@contoso.com")

    assert 2 == len(relaylab.messages.with_subject("page 1"))
    assert 2 == len(relaylab.messages.with_subject(re.compile("^page")))
    assert "b@contoso.com" == relaylab.messages.to("Accounting@contoso.com").one().mail_from
    assert ["accounting@contoso.com"] == relaylab.messages.from_("b@contoso.com").one().recipients
    assert 1 == len(relaylab.messages.where(lambda message: message.mail_from == "a@contoso.com"))
    relaylab.messages.to("nobody@contoso.com").none()


def test_a_report_of_the_service_is_told_from_what_was_sent(relaylab: Lab) -> None:
    submit(relaylab, "nobody@contoso.com")

    assert relaylab.messages.sent.one().id == relaylab.messages.reports.one().report_of
    assert "submission.delivery.recipient_is_unknown" == relaylab.last_verdict.rule
    assert "bounce" == relaylab.last_verdict.effect


def test_the_default_world_sends_by_azure_communication_services_too(relaylab: Lab) -> None:
    letter = "From: orders@contoso.com\nSubject: Your order\n\nThank you.\n"
    with smtplib.SMTP(relaylab.acs_smtp.host, relaylab.acs_smtp.port) as smtp:
        smtp.starttls(context=relaylab.ssl_context())
        smtp.login("orders@contoso.com", "fake-app-client-secret")
        smtp.sendmail("orders@contoso.com", ["customer@example.net"], letter)

    (message,) = relaylab.messages
    assert ("acs_smtp", "Your order") == (message.endpoint, message.subject)


def test_one_message_where_there_is_none_tells_the_dialogue_the_rule_the_source_and_the_way_past(relaylab: Lab) -> None:
    relaylab.travel("2027-01-04")
    with pytest.raises(smtplib.SMTPAuthenticationError):
        submit(relaylab)

    with pytest.raises(MessageNotSeenError) as failure:
        relaylab.messages.to("helpdesk@contoso.com").one()
    told = str(failure.value)
    assert told.startswith("expected one message to helpdesk@contoso.com\n")
    assert "S: 550 5.7.30 Basic authentication is not supported for Client Submission." in told
    assert f"Rule: {CUTOVER_RULE} (refuse)" in told
    assert "Source: " in told
    assert 'Nearest: with basic_auth_smtp = "on" for tenant contoso' in told
    assert "before 2026-12-31T00:00:00Z, unchanged" in told
    assert "(no message)" in told


def test_one_message_where_there_are_two_lists_them(relaylab: Lab) -> None:
    relay(relaylab)
    relay(relaylab)

    with pytest.raises(MessageNotSeenError, match=r"expected one message, and there are 2(?s:.)*s-000002-1 at mx"):
        relaylab.messages.one()


def test_no_secret_stands_in_what_is_told(relaylab: Lab) -> None:
    submit(relaylab)
    told = relaylab.told("all")

    for secret in ("fake-tray-2", "ZmFrZS10cmF5LTI", "c2Nhbm5lckBjb250b3NvLmNvbQ"):
        assert secret not in told + relaylab.dialogue
    assert "C: AUTH LOGIN (hidden)" in relaylab.dialogue


# Waiting -------------------------------------------------------------------------------------------------------------


def test_a_message_that_comes_later_is_waited_for(relaylab: Lab) -> None:
    sender = threading.Thread(target=relay, args=[relaylab])
    sender.start()

    assert "page 1" == relaylab.wait_for_message(to="helpdesk@contoso.com", from_="a@contoso.com").subject
    sender.join()


def test_a_message_that_does_not_come_fails_with_what_came(relaylab: Lab) -> None:
    relay(relaylab)

    with pytest.raises(
        MessageNotSeenError, match=r"no message\(subject='page 2'\) came within 0.01 s(?s:.)*C: (?i:mail from)"
    ):
        relaylab.wait_for_message(subject="page 2", timeout=0.01)


def test_coroutines_wait_without_holding_their_loop_up(relaylab: Lab) -> None:
    async def run() -> str | None:
        sending = asyncio.create_task(asyncio.to_thread(relay, relaylab))
        message = await relaylab.message(to="helpdesk@contoso.com")
        await sending
        return message.subject

    assert "page 1" == asyncio.run(run())


def test_waiting_in_a_loop_as_in_a_thread_is_refused_with_the_way_out(relaylab: Lab) -> None:
    async def run() -> None:
        relaylab.wait_for_message()

    with pytest.raises(RuntimeError, match=r"await lab\.message"):
        asyncio.run(run())


# Refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.relaylab(at="2027-01-04")
@pytest.mark.parametrize("what", [None, 550, "550", "5.7.30", CUTOVER_RULE, "Basic authentication is not supported"])
def test_a_refusal_is_expected_by_code_text_or_rule(relaylab: Lab, what: str | int | None) -> None:
    with relaylab.expect_refusal(what) as refusal:
        submit(relaylab)

    verdict = refusal.verdict
    assert isinstance(refusal.error, smtplib.SMTPAuthenticationError)
    assert verdict.reply is not None
    assert (550, "5.7.30") == (verdict.reply.code, verdict.reply.enhanced)
    assert ("refuse", "auth", relaylab.now) == (verdict.effect, verdict.stage, verdict.at)
    assert "5.7.30" == verdict.reading["basic_auth_refusal"]
    assert "LOGIN as scanner@contoso.com, a mailbox of tenant contoso" in verdict.because
    assert "inferred" == verdict.source.confidence
    assert "OAuth" in verdict.fix
    assert "Looked at before" in verdict.explain()


def test_a_refusal_that_does_not_come_fails_with_what_came(relaylab: Lab) -> None:
    nothing = r"expected the refusal 5\.7\.30, and nothing was refused"
    another = r"and there was another: AUTH LOGIN -> 535 5\.7\.139"

    with pytest.raises(RefusalNotSeenError, match=nothing), relaylab.expect_refusal("5.7.30"):
        submit(relaylab)
    with pytest.raises(RefusalNotSeenError, match=another), relaylab.expect_refusal("5.7.30"):
        submit(relaylab, account="blocked@contoso.com")


@pytest.mark.relaylab(at="2027-01-04")
def test_only_what_tells_of_the_refusal_ends_with_the_block(relaylab: Lab) -> None:
    with pytest.raises(ZeroDivisionError), relaylab.expect_refusal("5.7.30"):  # noqa: PT012 - the block is the point
        attempt(relaylab)
        _ = 1 / 0
    with pytest.raises(AssertionError, match="mine"), relaylab.expect_refusal("5.7.30"):  # noqa: PT012 - as above
        attempt(relaylab)
        raise AssertionError("mine 5.7.30")


@pytest.mark.relaylab(at="2027-01-04")
def test_an_exception_raised_from_the_client_s_ends_with_the_block(relaylab: Lab) -> None:
    class CouldNotSend(Exception):  # noqa: N818 - as somebody may name it
        pass

    with relaylab.expect_refusal("5.7.30") as refusal:
        try:
            submit(relaylab)
        except smtplib.SMTPException as error:
            raise CouldNotSend("try later") from error

    assert isinstance(refusal.error, CouldNotSend)


@pytest.mark.relaylab(at="2027-01-04")
def test_the_failure_of_a_process_ends_with_the_block(relaylab: Lab) -> None:
    host, port = relaylab.submission.host, relaylab.submission.port
    client = (
        "import smtplib, ssl\n"
        f"with smtplib.SMTP({host!r}, {port}) as smtp:\n"
        "    smtp.starttls(context=ssl.create_default_context())\n"
        f"    smtp.login{relaylab.accounts.scanner.login}\n"
    )

    with relaylab.expect_refusal("5.7.30") as refusal:
        subprocess.run(
            [sys.executable, "-c", client], env=os.environ | relaylab.env(), stderr=subprocess.DEVNULL, check=True
        )
    assert isinstance(refusal.error, subprocess.CalledProcessError)


def test_a_rule_that_does_not_exist_is_refused_with_a_near_miss(relaylab: Lab) -> None:
    with pytest.raises(ValueError, match=f"did you mean '{CUTOVER_RULE}'"):
        relaylab.expect_refusal("submission.auth.basic_auth_is_off_by_defalt")


@pytest.mark.parametrize(
    ("what", "way_out"),
    [
        ("5.7.3O", r"did you mean '5\.7\.30'\?"),
        ("5,7,30", r"did you mean '5\.7\.30'\?"),
        ("55O", r"did you mean '550'\?"),
        (5730, "write one such as 550 or '5.7.30'"),
        ("5.7", "write one such as 550 or '5.7.30'"),
        (250, "write one such as 550 or '5.7.30'"),
    ],
)
def test_what_is_almost_a_code_is_no_words_of_a_line(relaylab: Lab, what: str | int, way_out: str) -> None:
    with pytest.raises(ValueError, match=f"{what!r} is no code of a refusal; {way_out}"):
        relaylab.expect_refusal(what)


def test_a_refusal_that_comes_late_is_waited_for(relaylab: Lab) -> None:
    def send() -> None:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            submit(relaylab, account="blocked@contoso.com")

    sender = threading.Thread(target=send)
    with relaylab.expect_refusal("submission.auth.smtp_auth_is_disabled_for_the_mailbox", timeout=5):
        sender.start()
    sender.join()


def test_coroutines_expect_refusals_too(relaylab: Lab) -> None:
    async def run() -> None:
        async with relaylab.expect_refusal("5.7.139"):
            await asyncio.to_thread(submit, relaylab, account="blocked@contoso.com")

    asyncio.run(run())


def test_what_the_grammar_refuses_is_a_refusal_without_a_rule(relaylab: Lab) -> None:
    with smtplib.SMTP(relaylab.mx.host, relaylab.mx.port) as smtp, relaylab.expect_refusal(503) as refusal:
        assert 503 == smtp.docmd("DATA")[0]

    assert (None, "data") == (refusal.verdict.rule, refusal.verdict.stage)
    assert "Nearest" not in refusal.verdict.explain()


def test_the_last_verdict_explains_itself_and_is_missed_in_words(relaylab: Lab) -> None:
    with pytest.raises(NothingDecidedError, match=r"nothing was decided yet(?s:.)*nobody has connected"):
        _ = relaylab.last_verdict
    relay(relaylab)

    assert "Rule: none; the default of this stage (admit)" in relaylab.last_verdict.explain()


@pytest.mark.relaylab(strict=True)
def test_a_strict_lab_tells_expected_refusals_from_others(relaylab: Lab) -> None:
    with relaylab.expect_refusal("5.4.1"):
        relay(relaylab, "nobody@contoso.com")
    relaylab.check()
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        relay(relaylab, "nobody@contoso.com")

    with pytest.raises(UnexpectedRefusalError, match=r"no expect_refusal\(\) was waiting(?s:.)*RCPT TO:<nobody@"):
        relaylab.check()
    relaylab.expected.update(verdict.seq for verdict in relaylab.unexpected)


@pytest.mark.relaylab(at="2027-01-04")
def test_an_administrator_s_change_is_seen_at_once(relaylab: Lab) -> None:
    with relaylab.expect_refusal("5.7.30"):
        submit(relaylab)
    relaylab.replace(milestones={"basic_auth_off_by_default": None})
    submit(relaylab)

    relaylab.messages.one()


# In plain Python -----------------------------------------------------------------------------------------------------


def test_a_lab_is_a_block(authority: TestAuthority) -> None:
    with Lab(at="2027-01-04", seed=3, ca=authority.ca_file.parent) as lab, lab.expect_refusal("5.7.30"):
        submit(lab)

    assert "<Lab, not running>" == repr(lab)
    with pytest.raises(RuntimeError, match="use it in a with block"):
        _ = lab.messages


def test_a_lab_is_an_asynchronous_block(authority: TestAuthority) -> None:
    async def run() -> str | None:
        async with Lab(ca=authority.ca_file.parent) as lab:
            submit(lab)  # holds this loop up, and not the emulator's
            lab.begin_again()
            await asyncio.to_thread(submit, lab)
            return (await lab.message()).subject

    assert "page 1" == asyncio.run(run())


def test_a_strict_lab_complains_at_its_end(authority: TestAuthority) -> None:
    with pytest.raises(UnexpectedRefusalError), Lab(strict=True, ca=authority.ca_file.parent) as lab:
        attempt(lab, account="blocked@contoso.com")


def test_a_lab_makes_a_root_of_its_own_and_leaves_nothing_behind() -> None:
    with Lab() as lab:
        folder = lab.ca_file.parent
        relay(lab)

    assert not folder.exists()


def test_two_labs_at_once_know_nothing_of_each_other(authority: TestAuthority) -> None:
    with Lab(ca=authority.ca_file.parent) as one, Lab(ca=authority.ca_file.parent, at="2027-01-04") as other:
        relay(one)

        assert (1, 0) == (len(one.messages), len(other.messages))


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"world": 5}, "world=5 is no world; give a name"),
        ({"milestones": "x=never"}, "milestones='x=never' is no table; write it as {"),
        ({"readings": ["a"]}, r"readings=\['a'\] is no table; write it as {"),
        ({"seed": "x"}, "seed='x' is no whole number; write one such as 7"),
        ({"seed": True}, "seed=True is no whole number"),
        ({"tarpit": "yes"}, "tarpit='yes' is neither True nor False"),
        ({"strict": "no"}, "strict='no' is neither True nor False"),
        ({"keep": {"mails": 5}}, "keep: 'mails' is not one of messages, mebibytes, events"),
        ({"keep": {"messages": 0}}, "keep: messages = 0 is no bound"),
        ({"at": 5}, "5 is no instant; give a text such as '2027-01-04'"),
        ({"readings": {"basic_auth_refusal": 5}}, "basic_auth_refusal"),
        ({"milestones": {"basic_auth_off_by_default": 5}}, "5 is no instant"),
    ],
)
def test_a_choice_of_the_wrong_kind_is_refused_in_a_sentence(
    relaylab: Lab, authority: TestAuthority, choice: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        relaylab.begin_again(LabOptions(**choice))
    with pytest.raises(ValueError, match=said):
        Lab(ca=authority.ca_file.parent, **choice).__enter__()


@pytest.mark.parametrize("wrong", [{"at": "soon"}, {"readings": {"basic_auth": "x"}}, {"milestones": {"x": None}}])
def test_a_lab_with_a_wrong_choice_does_not_start(authority: TestAuthority, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"soon|basic_auth|named x"):
        Lab(ca=authority.ca_file.parent, **wrong).__enter__()  # type: ignore[arg-type]


def test_a_lab_under_aiosmtpd_s_controller_keeps_mail_and_expects_refusals(authority: TestAuthority) -> None:
    with Lab(ca=authority.ca_file.parent, listen=False) as lab:
        controller = lab.controller("mx", "hq")
        controller.start()
        try:
            with smtplib.SMTP(controller.hostname, controller.port) as smtp:
                smtp.sendmail("a@contoso.com", ["out@example.net"], LETTER)
                with lab.expect_refusal("5.7.64"):
                    smtp.sendmail("a@elsewhere.example", ["out@example.net"], LETTER)
        finally:
            controller.stop()

        assert "hq" == lab.messages.one().site
        with pytest.raises(RuntimeError, match="has its controller"):
            lab.controller("submission")
        with pytest.raises(RuntimeError, match="listen=False"):
            _ = lab.mx


def test_a_lab_that_listens_has_no_controller(relaylab: Lab) -> None:
    with pytest.raises(RuntimeError, match="listen=False"):
        relaylab.controller("mx")


# Keys of Entra -------------------------------------------------------------------------------------------------------


def test_the_keys_of_entra_are_rotated_and_dropped(relaylab: Lab) -> None:
    first = relaylab.rotate_signing_keys()
    second = relaylab.rotate_signing_keys()

    assert (second, first) == relaylab.emulator.entra.signing_keys[:2]
    relaylab.drop_old_signing_keys()
    assert (second,) == relaylab.emulator.entra.signing_keys
    assert (relaylab.rotate_signing_keys(keep_old=False),) == relaylab.emulator.entra.signing_keys


# Faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["first", "second"])
def test_a_fault_that_a_test_adds_answers_and_is_gone_with_the_test(relaylab: Lab, place: str) -> None:
    assert () == relaylab.faults.faults, place

    assert "f-1" == relaylab.fault("mx=mail4xx,times=1").id
    with relaylab.expect_refusal("4.3.2") as refusal:
        relay(relaylab)

    assert refusal.verdict.rule is None
    assert "fault f-1 (mail4xx) answered, and no rule was asked" in refusal.verdict.explain()
    relay(relaylab)


@pytest.mark.parametrize(
    "fault", ["mx=mail4xx", {"behaviour": "mail4xx", "scope": {"listener": "mx"}}, Fault(behaviour=Behaviour.MAIL4XX)]
)
def test_a_fault_is_a_text_a_document_or_a_value(relaylab: Lab, fault: FaultSource) -> None:
    added = relaylab.fault(fault)
    with relaylab.expect_refusal("4.3.2"):
        relay(relaylab)

    assert relaylab.faults.remove(added.id)
    relay(relaylab)


@pytest.mark.relaylab(faults="mx=mail4xx,times=1")
class TestMarkedFaults:
    def test_of_a_class_stand_when_its_tests_begin(self, relaylab: Lab) -> None:
        with relaylab.expect_refusal("4.3.2"):
            relay(relaylab)
        relay(relaylab)

    @pytest.mark.relaylab(faults=["mx=rcpt452", "submission=auth535"])
    def test_of_a_test_stand_in_their_place(self, relaylab: Lab) -> None:
        assert ["rcpt452", "auth535"] == [fault.behaviour for fault in relaylab.faults.faults]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("mx=421conect", "did you mean"),
        ("mx=421connect,site=moon", "is not a site of this world"),
        (Fault(behaviour=Behaviour.MAIL4XX, times=0), "times: 0 is not 1 or more"),
        (5, "5 is no fault; write one such as 'mx=421connect'"),
    ],
)
def test_a_fault_that_cannot_act_is_refused_with_the_way_out(relaylab: Lab, fault: FaultSource, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        relaylab.fault(fault)
    with pytest.raises(ValueError, match=said):
        relaylab.begin_again(LabOptions(at="2027-01-04", faults=[fault]))

    assert (datetime(2026, 12, 1, tzinfo=UTC), ()) == (relaylab.now, relaylab.faults.faults)


def test_a_lab_made_with_a_fault_has_it_again_when_it_begins_again(authority: TestAuthority) -> None:
    with Lab(ca=authority.ca_file.parent, faults="mx=mail4xx,times=1") as lab:
        for _ in range(2):
            with lab.expect_refusal("4.3.2"):
                relay(lab)
            lab.begin_again()
        lab.begin_again(LabOptions())

        assert () == lab.faults.faults
