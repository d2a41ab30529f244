"""MAIL FROM at High Volume Email."""

from __future__ import annotations

import pytest

from relaylab.domain.decision import EffectKind
from relaylab.domain.hve import BillingPolicyStatus
from tests.builders import TODAY, a_mailbox, an_address, at, just_before
from tests.hve_asks import an_hve_account, an_hve_mail_ask, an_hve_sender
from tests.rules.judging import effect, said

SENDER_OK = "250 2.1.0 Sender OK"
NOT_ACTIVE = "550 5.7.1 The High Volume Email account is not active: it has no valid billing policy"
NOT_ALLOWED = "550 5.7.240 The application is not allowed for use with this High Volume Email account"
FOREIGN = "550 5.7.62 The sender is not the High Volume Email account that signed in"
NO_ACCOUNT = "550 5.2.240 The account is not a High Volume Email account"
TOO_LARGE = "552 5.3.4 Message size exceeds fixed maximum message size"
LIMIT = 10 * 1024 * 1024
INVALID = [status for status in BillingPolicyStatus if status is not BillingPolicyStatus.VALID]


def test_the_account_sends_as_itself() -> None:
    assert SENDER_OK == said(an_hve_mail_ask())


def test_without_tls_or_a_sign_in_nobody_sends() -> None:
    assert "451 5.7.3 STARTTLS is required to send mail" == said(an_hve_mail_ask(tls=None, hve=None))
    assert "530 5.7.57 Client not authenticated to send mail." == said(an_hve_mail_ask(hve=None))


def test_after_a_failed_sign_in_the_refusal_quotes_it() -> None:
    failure = "535 5.7.3 Authentication unsuccessful"

    assert f"530 5.7.57 Client not authenticated to send mail. Error: {failure}" == said(
        an_hve_mail_ask(hve=None, sign_in_failure=failure)
    )


@pytest.mark.parametrize("status", INVALID)
def test_an_account_without_a_valid_billing_policy_sends_until_billing_begins(status: BillingPolicyStatus) -> None:
    unbilled = an_hve_sender(an_hve_account(billing_policy_status=status))

    assert SENDER_OK == said(an_hve_mail_ask(hve=unbilled, now=just_before("2026-06-01")))
    assert NOT_ACTIVE == said(an_hve_mail_ask(hve=unbilled, now=at("2026-06-01")))


def test_a_mailbox_is_told_that_it_is_no_account_for_this() -> None:
    assert NO_ACCOUNT == said(an_hve_mail_ask("scanner@contoso.com", hve=None, principal=a_mailbox()))


def test_an_application_must_be_on_the_allowed_apps() -> None:
    other = an_hve_sender(app_object_id="60000000-0000-4000-8000-000000000001")
    allowed = an_hve_sender(app_object_id=an_hve_account().allowed_apps[0])

    assert NOT_ALLOWED == said(an_hve_mail_ask(hve=other))
    assert SENDER_OK == said(an_hve_mail_ask(hve=allowed))


@pytest.mark.parametrize(("reading", "line"), [("refused", FOREIGN), ("taken", SENDER_OK)])
def test_whether_the_null_sender_is_the_account_s_is_a_reading(reading: str, line: str) -> None:
    ask = an_hve_mail_ask(None)

    assert line == said(ask, hve_null_sender=reading)
    assert FOREIGN == said(ask), "it is no address of the account"
    assert SENDER_OK == said(ask, hve_refusal_stage="data")


def test_these_refusals_may_come_at_the_end_of_data_instead() -> None:
    other = an_hve_sender(app_object_id="60000000-0000-4000-8000-000000000001")

    assert SENDER_OK == said(an_hve_mail_ask(hve=other), hve_refusal_stage="data")
    assert SENDER_OK == said(an_hve_mail_ask("ceo@contoso.com"), hve_refusal_stage="data")
    assert SENDER_OK == said(an_hve_mail_ask(hve=None, principal=a_mailbox()), hve_refusal_stage="data")


def test_a_proxy_address_is_the_account_s_own_unless_the_reading_says_primary_only() -> None:
    sender = an_hve_sender(an_hve_account(proxy_addresses=(an_address("alerts@contoso.com"),)))
    ask = an_hve_mail_ask("alerts@contoso.com", hve=sender)

    assert SENDER_OK == said(ask)
    assert FOREIGN == said(ask, hve_sender_addresses="primary")
    assert FOREIGN == said(an_hve_mail_ask("ceo@contoso.com"))


def test_a_session_ends_with_the_token_it_was_opened_with() -> None:
    assert SENDER_OK == said(an_hve_mail_ask(hve=an_hve_sender(expires=at(TODAY)), now=just_before(TODAY)))
    assert "535 5.7.143 Expired token" == said(an_hve_mail_ask(hve=an_hve_sender(expires=at(TODAY)), now=at(TODAY)))


@pytest.mark.parametrize(
    ("counts", "largest"), [("as_sent", LIMIT), ("decoded", LIMIT * 78 // 57)], ids=["as sent", "decoded"]
)
def test_more_than_ten_megabytes_may_be_refused_when_they_are_announced(counts: str, largest: int) -> None:
    def told(size: int) -> str:
        return said(an_hve_mail_ask(declared_size=size), hve_size_refusal="mail", hve_size_count=counts)

    assert SENDER_OK == told(largest)
    assert TOO_LARGE == told(largest + 1)


def test_by_default_only_what_is_over_the_size_of_the_list_is_refused_so_early() -> None:
    assert SENDER_OK == said(an_hve_mail_ask(declared_size=157_286_400))
    assert TOO_LARGE == said(an_hve_mail_ask(declared_size=157_286_401))


def test_no_starttls_is_temporary_and_the_rest_is_for_good() -> None:
    assert EffectKind.DEFER is effect(an_hve_mail_ask(tls=None, hve=None))
    assert EffectKind.REFUSE is effect(an_hve_mail_ask("ceo@contoso.com"))
