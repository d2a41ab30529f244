"""What becomes of mail after its 250: when it is delivered, to whom, and what comes back to the sender."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest

from relaylab.domain.charge import Charge, Meter
from relaylab.domain.decision import EffectKind
from relaylab.domain.event import Judged, Reported
from relaylab.domain.message import Placement
from relaylab.domain.tenant import DistributionGroup
from tests.builders import an_address
from tests.session.lines import BEFORE, LETTER, Lab
from tests.session.worlds import (
    ALIAS,
    APP,
    APP_PASSWORD,
    DESK,
    EVERYBODY,
    HELPDESK,
    HQ,
    NOBODY,
    OUTSIDE,
    PARTNER,
    SCANNER,
    contoso,
    two_tenants,
    with_organization,
)

MINUTE = timedelta(minutes=1)


def placed(lab: Lab) -> dict[str, Placement]:
    """Where the copies of the first message went."""
    return {str(copy.recipient): copy.placed for copy in lab.kept[0].copies}


def test_a_message_is_its_chunks_and_nothing_of_those_that_were_refused_or_taken_back() -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    half = len(LETTER) // 2

    line.say(f"MAIL FROM:<{SCANNER}>")
    refused = line.chunk(b"no recipient yet", last=False)
    line.say(f"RCPT TO:<{HELPDESK}>")
    line.chunk(b"taken back", last=False)
    line.say("RSET")
    stray = line.chunk(b"no transaction", last=True)
    line.say(f"MAIL FROM:<{SCANNER}>")
    line.say(f"RCPT TO:<{HELPDESK}>")
    answers = [line.chunk(LETTER[:half], last=False), line.chunk(LETTER[half:], last=False), line.chunk(b"", last=True)]

    assert ["503", "503"] == [refused[:3], stray[:3]]
    assert ["250"] * 3 == [answer[:3] for answer in answers]
    assert [LETTER] == [message.raw for message in lab.kept]


def test_the_thirty_first_message_of_a_minute_is_accepted_at_once_and_delivered_when_the_minute_is_over() -> None:
    lab = Lab()
    line = lab.connect().signed_in()

    answers = {line.send(SCANNER, HELPDESK) for _ in range(31)}

    assert {"250 2.0.0 OK <1@contoso.com>"} == answers
    assert [BEFORE] * 30 == [message.delivered_at for message in lab.kept[:30]]
    assert BEFORE + MINUTE == lab.kept[30].delivered_at
    assert BEFORE == lab.kept[30].accepted_at


def test_under_the_other_reading_the_answer_to_the_thirty_first_message_is_held_back() -> None:
    lab = Lab(readings={"message_rate": "late_reply"})
    line = lab.connect().signed_in()

    for _ in range(31):
        line.send(SCANNER, HELPDESK)

    assert MINUTE.total_seconds() == line.last.delay


def test_a_clock_that_went_back_a_month_does_not_hold_mail_for_a_month() -> None:
    lab = Lab(at=BEFORE + timedelta(days=30))
    line = lab.connect().signed_in()
    for _ in range(30):
        line.send(SCANNER, HELPDESK)
    lab.clock.set(BEFORE)

    line.send(SCANNER, HELPDESK)

    assert BEFORE == lab.kept[-1].delivered_at


def test_a_mailbox_reaches_ten_thousand_recipients_in_any_24_hours_and_a_group_counts_once() -> None:
    lab = Lab()
    lab.counters.apply(Charge(Meter.RECIPIENTS, SCANNER, 9_999, BEFORE))
    line = lab.connect().signed_in()
    full = "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"

    assert line.send(SCANNER, EVERYBODY).startswith("250")
    assert line.send(SCANNER, HELPDESK).startswith(full)
    lab.clock.set(BEFORE + timedelta(hours=24) - timedelta(microseconds=1))
    assert lab.connect().signed_in().send(SCANNER, HELPDESK).startswith(full)
    lab.clock.set(BEFORE + timedelta(hours=24))
    assert lab.connect().signed_in().send(SCANNER, HELPDESK).startswith("250")


def test_a_group_is_expanded_and_a_contact_leads_outside() -> None:
    lab = Lab()

    lab.connect().signed_in().send(SCANNER, EVERYBODY, PARTNER)

    assert {HELPDESK: Placement.INBOX, DESK: Placement.INBOX, OUTSIDE: Placement.OUTSIDE} == placed(lab)


@pytest.mark.parametrize("written_to", [(HELPDESK, EVERYBODY), (EVERYBODY, HELPDESK), (EVERYBODY, EVERYBODY, HELPDESK)])
def test_who_is_written_to_and_is_in_a_group_as_well_gets_one_copy(written_to: tuple[str, ...]) -> None:
    over_submission, over_mx = Lab(), Lab()

    over_submission.connect().signed_in().send(SCANNER, *written_to)
    over_mx.connect_mx(HQ).begin().send(SCANNER, *written_to)

    for lab in (over_submission, over_mx):
        reached = [str(copy.recipient) for copy in lab.kept[0].copies]
        assert sorted([HELPDESK, DESK, OUTSIDE]) == sorted(reached)


def test_groups_that_hold_each_other_are_expanded_once() -> None:
    one, other = an_address("one@contoso.com"), an_address("other@contoso.com")
    groups = (
        DistributionGroup(one, (other, an_address(HELPDESK))),
        DistributionGroup(other, (one, an_address(HELPDESK))),
    )
    lab = Lab(two_tenants(contoso(distribution_groups=groups)))

    lab.connect().signed_in().send(SCANNER, str(one))

    assert [HELPDESK] == [str(copy.recipient) for copy in lab.kept[0].copies]


@pytest.mark.parametrize(("kept", "shown"), [(False, APP), (True, ALIAS)])
def test_an_alias_becomes_the_primary_address_unless_the_tenant_keeps_it(shown: str, *, kept: bool) -> None:
    lab = Lab(with_organization(send_from_alias_enabled=kept))

    lab.connect().signed_in(APP, APP_PASSWORD).send(ALIAS, HELPDESK)

    assert shown == lab.kept[0].shown_from
    assert ALIAS.encode() in lab.kept[0].raw


def test_an_unknown_recipient_comes_back_as_a_report_in_the_mailbox_that_submitted() -> None:
    lab = Lab()
    lab.connect().signed_in().send(SCANNER, NOBODY, HELPDESK)
    message, report = lab.kept

    assert {NOBODY: Placement.NONE, HELPDESK: Placement.INBOX} == placed(lab)
    assert message.id == report.report_of
    assert [(SCANNER, Placement.INBOX)] == [(str(copy.recipient), copy.placed) for copy in report.copies]
    assert report.envelope.mail_from is None


def test_a_report_is_one_that_other_programs_can_read() -> None:
    lab = Lab()
    lab.connect().signed_in().send(SCANNER, NOBODY)

    report = message_from_bytes(bytes(lab.kept[1].raw), policy=default)
    words, status, original = report.iter_parts()
    fields = {name: value for block in status.get_payload() for name, value in block.items()}  # type: ignore[union-attr]

    assert ("multipart/report", "delivery-status") == (report.get_content_type(), report.get_param("report-type"))
    assert NOBODY in words.get_content()
    assert {
        "Final-Recipient": f"rfc822;{NOBODY}",
        "Action": "failed",
        "Status": "5.1.10",
        "Diagnostic-Code": "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    }.items() <= fields.items()
    assert "Reporting-MTA" in fields
    assert "Subject: Scan" in original.get_payload()


def _report_on(lab: Lab) -> tuple[Message, dict[str, str], Message]:
    """Give the first report: all of it, the fields of its status, and what it quotes."""
    report = message_from_bytes(bytes(lab.kept[1].raw), policy=default)
    _, status, original = report.iter_parts()
    fields = {name: str(value) for block in status.get_payload() for name, value in block.items()}  # type: ignore[union-attr]
    return report, fields, original


@pytest.mark.parametrize("notify", ["NEVER", "never", "SUCCESS", "SUCCESS,DELAY"])
def test_no_report_is_written_on_a_recipient_for_whom_none_was_asked(notify: str) -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    line.say(f"MAIL FROM:<{SCANNER}>")
    line.say(f"RCPT TO:<{NOBODY}> NOTIFY={notify}")

    answer = line.data().message()

    assert answer.startswith("250 ")
    assert {NOBODY: Placement.NONE} == placed(lab)
    assert 1 == len(lab.kept)
    assert not [event for event in lab.events if isinstance(event, Reported)]


def test_a_report_names_those_recipients_only_for_whom_it_was_asked() -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    line.say(f"MAIL FROM:<{SCANNER}>")
    line.say(f"RCPT TO:<{NOBODY}> NOTIFY=NEVER")
    line.say("RCPT TO:<no-one@contoso.com> NOTIFY=FAILURE,DELAY")

    line.data().message()

    assert b"Final-Recipient: rfc822;no-one@contoso.com\r\n" in lab.kept[1].raw
    assert NOBODY.encode() not in lab.kept[1].raw
    assert [("no-one@contoso.com",)] == [event.recipients for event in lab.events if isinstance(event, Reported)]


def test_a_report_gives_envelope_id_and_original_recipient_back_decoded() -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    line.say(f"MAIL FROM:<{SCANNER}> RET=HDRS ENVID=scan+2B7+20of+209")
    line.say(f"RCPT TO:<{NOBODY}> ORCPT=rfc822;no+2Bbody@contoso.com")

    line.data().message()
    _, fields, original = _report_on(lab)

    assert {
        "Original-Envelope-Id": "scan+7 of 9",
        "Original-Recipient": "rfc822;no+body@contoso.com",
        "Final-Recipient": f"rfc822;{NOBODY}",
    }.items() <= fields.items()
    assert "text/rfc822-headers" == original.get_content_type()


def test_a_sender_that_asks_for_nothing_gets_a_report_without_those_fields() -> None:
    lab = Lab()

    lab.connect().signed_in().send(SCANNER, NOBODY)
    _, fields, _ = _report_on(lab)

    assert not {"Original-Envelope-Id", "Original-Recipient"} & set(fields)


def test_a_report_holds_the_whole_message_where_that_was_asked() -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    line.say(f"MAIL FROM:<{SCANNER}> RET=FULL")
    line.say(f"RCPT TO:<{NOBODY}>")

    line.data().message()
    report, _, original = _report_on(lab)

    assert "message/rfc822" == original.get_content_type()
    assert b"\r\n\r\n" + LETTER in lab.kept[1].raw
    assert not report.defects


@pytest.mark.parametrize(
    "parameter",
    ["RET=ALL", "RET=", "ENVID=", "ENVID=a+0D+0Ab", "ENVID=a=b", "ENVID=a+2b", f"ENVID={'x' * 101}"],
)
def test_a_malformed_wish_about_reports_is_a_bad_argument_of_mail(parameter: str) -> None:
    line = Lab().connect().signed_in()

    assert "501 5.5.4 Invalid arguments" == line.say(f"MAIL FROM:<{SCANNER}> {parameter}")


@pytest.mark.parametrize(
    "parameter",
    [
        "NOTIFY=",
        "NOTIFY=NEVER,FAILURE",
        "NOTIFY=SOMETIMES",
        "ORCPT=a@b.example",
        "ORCPT=rfc822;",
        "ORCPT=;a@b.example",
        "ORCPT=rfc822;a+0D+0AStatus:+202.0.0",
    ],
)
def test_a_malformed_wish_about_reports_is_a_bad_argument_of_rcpt(parameter: str) -> None:
    line = Lab().connect().signed_in()
    line.say(f"MAIL FROM:<{SCANNER}>")

    assert "501 5.5.4 Invalid arguments" == line.say(f"RCPT TO:<{HELPDESK}> {parameter}")


def test_an_original_recipient_beyond_ascii_comes_back_in_ascii() -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    line.say(f"MAIL FROM:<{SCANNER}> SMTPUTF8")
    line.say(f"RCPT TO:<{NOBODY}> ORCPT=utf-8;jürgen@contoso.com")

    line.data().message()

    assert b"Original-Recipient: utf-8;j\\x{FC}rgen@contoso.com\r\n" in lab.kept[1].raw


@pytest.mark.parametrize("reverse_path", ["", ALIAS])
def test_whatever_the_reverse_path_the_mailbox_that_submitted_hears_of_it(reverse_path: str) -> None:
    lab = Lab()

    lab.connect().signed_in(APP, APP_PASSWORD).send(reverse_path, NOBODY, content=b"From: alerts@contoso.com\r\n\r\n")

    assert [APP] == [str(copy.recipient) for copy in lab.kept[1].copies]


def test_at_the_mx_an_empty_reverse_path_gets_no_report() -> None:
    lab = Lab()
    line = lab.connect_mx(HQ).begin().envelope(SCANNER, NOBODY).data()
    line.message()
    relayed = len(lab.kept)
    lab.connect_mx(HQ).begin().envelope("", HELPDESK).data().message()

    assert 2 == relayed
    assert 3 == len(lab.kept)


def test_a_copy_that_comes_back_keeps_its_rule_its_source_and_its_fix() -> None:
    lab = Lab()
    lab.connect().signed_in().send(SCANNER, NOBODY)
    (copy,) = lab.kept[0].copies
    judged = [event.decision for event in lab.events if isinstance(event, Judged)]

    assert copy.decision is not None
    assert EffectKind.BOUNCE == copy.decision.effect
    assert "submission.delivery.recipient_is_unknown" == copy.decision.rule
    assert copy.decision.fix == f"Correct the recipient {NOBODY} in the sender, or create it in tenant contoso."
    assert copy.decision in judged
    assert [(NOBODY,)] == [event.recipients for event in lab.events if isinstance(event, Reported)]


def test_the_tenant_s_quota_counts_copies_and_lets_inside_recipients_pass() -> None:
    lab = Lab()
    tenant = lab.world.tenants[0]
    lab.counters.apply(Charge(Meter.EXTERNAL, tenant.id, 23_764 - 1, BEFORE))
    quota = round(500 * tenant.licences**0.7 + 9500)
    lab.counters.apply(Charge(Meter.EXTERNAL, tenant.id, quota - 23_764, BEFORE))

    lab.connect().signed_in().send(SCANNER, OUTSIDE, "other@adatum.example", HELPDESK)

    assert {
        OUTSIDE: Placement.OUTSIDE,
        "other@adatum.example": Placement.NONE,
        HELPDESK: Placement.INBOX,
    } == placed(lab)


def test_a_message_larger_than_the_mailbox_may_send_comes_back_to_it() -> None:
    scanner = next(mailbox for mailbox in contoso().mailboxes if str(mailbox.address) == SCANNER)
    lab = Lab(two_tenants(contoso(mailboxes=(replace(scanner, max_send_size=10),))))

    answer = lab.connect().signed_in().send(SCANNER, DESK)

    assert answer.startswith("250")
    assert {DESK: Placement.NONE} == placed(lab)
