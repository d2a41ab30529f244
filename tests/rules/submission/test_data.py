"""The end of DATA at smtp.office365.com."""

from dataclasses import replace
from datetime import datetime

import pytest

from relaylab.domain.asks import DataAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.tenant import MB
from tests.builders import TODAY, a_data_ask, a_mailbox, an_address, just_before, some_addresses
from tests.rules.judging import effect, rule, said, verdict

ACCEPTED = "250 2.0.0 OK <1@contoso.com>"
TOO_LARGE = "552 5.3.4 Message size exceeds fixed maximum message size"
CONCURRENT = (
    "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information."
)
FULL = "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded"
QUOTA = "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"
SEND_AS = (
    "554 5.2.252 SendAsDenied; scanner@contoso.com not allowed to send as ceo@contoso.com; "
    "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to "
    "a permanent exception with message [BeginDiagnosticData]Cannot submit message. 1.84300:0A000000, "
)
SEND_AS_BEFORE = (
    "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process "
    "message due to a permanent exception with message Cannot submit message. 0.35250:0A007C85"
)
SINCE = "2022-11-23"
LIMIT = 157_286_400


def a_foreign_sender_s_ask(now: str | datetime = TODAY) -> DataAsk:
    return a_data_ask(now=now, sender=an_address("ceo@contoso.com"), may_send_as=False)


def test_a_message_in_order_is_accepted_under_its_message_id() -> None:
    assert ACCEPTED == said(a_data_ask())


@pytest.mark.parametrize(("size", "line"), [(LIMIT, ACCEPTED), (LIMIT + 1, TOO_LARGE)])
def test_a_message_of_more_than_150_mib_is_refused(size: int, line: str) -> None:
    assert line == said(a_data_ask(size=size))


@pytest.mark.parametrize(("open_before", "line"), [(0, ACCEPTED), (2, ACCEPTED), (3, CONCURRENT), (4, CONCURRENT)])
def test_the_fourth_submission_of_a_mailbox_at_once_is_deferred(open_before: int, line: str) -> None:
    assert line == said(a_data_ask(open_before=open_before))


def test_too_many_at_once_is_temporary() -> None:
    assert EffectKind.DEFER == effect(a_data_ask(open_before=3))


def test_a_full_mailbox_cannot_send() -> None:
    assert FULL == said(a_data_ask(principal=a_mailbox(send_quota_exceeded=True)))


@pytest.mark.parametrize(
    ("today", "charge", "passes"), [(0, 10_000, True), (9_999, 1, True), (9_999, 2, False), (10_000, 1, False)]
)
def test_a_mailbox_reaches_10000_recipients_in_24_hours(today: int, charge: int, *, passes: bool) -> None:
    line = said(a_data_ask(recipients_today=today, charge=charge))

    assert passes == (ACCEPTED == line)
    assert passes != line.startswith(QUOTA)


def test_under_the_other_reading_the_daily_limit_is_not_judged_here() -> None:
    assert ACCEPTED == said(a_data_ask(recipients_today=10_000, charge=1), recipient_rate_refusal="ndr")


@pytest.mark.parametrize(("size", "over"), [(35 * MB, False), (35 * MB + 1, True)])
def test_a_message_over_the_mailbox_s_size_is_refused_here_under_one_reading_only(size: int, *, over: bool) -> None:
    ask = a_data_ask(size=size)
    line = "554 5.2.3 RESOLVER.RST.SendSizeLimit.Sender; message too large for this sender"

    assert ACCEPTED == said(ask)
    assert (line if over else ACCEPTED) == said(ask, message_over_mailbox_size="data")


def test_send_as_is_refused_with_both_addresses_since_november_2022() -> None:
    assert SEND_AS_BEFORE == said(a_foreign_sender_s_ask(just_before(SINCE)))
    assert said(a_foreign_sender_s_ask(SINCE)).startswith(SEND_AS)


def test_the_send_as_line_is_longer_than_two_kilobytes_and_ends_its_diagnostics() -> None:
    line = said(a_foreign_sender_s_ask())

    assert len(line) > 2048
    assert line.endswith("1.84300:0A000000[EndDiagnosticData]")


@pytest.mark.parametrize("reading", ["5.2.252", "5.7.60"])
def test_a_foreign_from_header_is_refused_here_under_both_readings_of_the_line(reading: str) -> None:
    assert said(a_foreign_sender_s_ask(), send_as_refusal=reading).startswith(SEND_AS)


def test_the_refusal_names_the_readings_it_rests_on() -> None:
    assert {"send_as_identity": "mail_from", "send_as_refusal": "5.2.252"} == verdict(
        a_foreign_sender_s_ask(), send_as_identity="mail_from"
    ).reading


def test_the_fix_for_a_foreign_sender_is_the_grant() -> None:
    fix = "Add-RecipientPermission ceo@contoso.com -AccessRights SendAs -Trustee scanner@contoso.com"

    assert fix == verdict(a_foreign_sender_s_ask()).fix


def test_size_comes_before_concurrency_before_quota_before_send_as() -> None:
    troubles: dict[str, dict[str, object]] = {
        "message_is_too_large": {"size": LIMIT + 1},
        "mailbox_sends_too_much_at_once": {"open_before": 3},
        "mailbox_is_full": {"principal": a_mailbox(send_quota_exceeded=True)},
        "daily_recipients_are_used_up": {"recipients_today": 10_000},
        "mailbox_may_not_send_as": {"may_send_as": False},
    }
    ask = a_data_ask()
    for name, trouble in reversed(troubles.items()):
        ask = replace(ask, **trouble)  # type: ignore[arg-type]

        assert f"submission.data.{name}" == rule(ask)


def test_the_number_of_recipients_in_one_message_is_not_judged_here() -> None:
    assert ACCEPTED == said(a_data_ask(*some_addresses(2_000)))
