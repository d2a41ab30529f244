"""The end of DATA, and what comes after it, at High Volume Email."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relaylab.domain.hve import BillingPolicyStatus
from tests.builders import a_head, a_mailbox, a_recipient, a_world, an_address, at, just_before
from tests.hve_asks import (
    an_hve_account,
    an_hve_data_ask,
    an_hve_delivery_ask,
    an_hve_sender,
    an_hve_tenant,
)
from tests.rules.judging import said

ACCEPTED = "250 2.0.0 OK <1@contoso.com>"
EXTERNAL = "550 5.5.105 External sending is not supported for High Volume Email accounts"
FROM = "550 5.6.241 The From header is not the address of the High Volume Email account that signed in"
FOREIGN = "550 5.7.62 The sender is not the High Volume Email account that signed in"
LIMIT = 10 * 1024 * 1024


def test_a_message_of_the_account_to_somebody_inside_is_accepted() -> None:
    assert ACCEPTED == said(an_hve_data_ask())


def test_more_than_ten_megabytes_are_refused() -> None:
    assert ACCEPTED == said(an_hve_data_ask(size=LIMIT))
    assert "552 5.3.4 Message size exceeds fixed maximum message size" == said(an_hve_data_ask(size=LIMIT + 1))
    assert ACCEPTED == said(an_hve_data_ask(size=LIMIT + 1), hve_size_count="decoded")


def test_the_from_header_must_be_the_account_s_as_well() -> None:
    assert FROM == said(an_hve_data_ask(head=a_head("ceo@contoso.com")))


@pytest.mark.parametrize(("reading", "line"), [("taken", ACCEPTED), ("refused", FROM)])
def test_what_becomes_of_a_message_without_a_from_header_is_a_reading(reading: str, line: str) -> None:
    ask = an_hve_data_ask(head=a_head(None))

    assert line == said(ask, hve_no_from=reading)
    assert ACCEPTED == said(ask), "none is no other address"


@pytest.mark.parametrize(("reading", "line"), [("refused", FOREIGN), ("taken", ACCEPTED)])
def test_the_null_sender_is_refused_here_where_foreign_senders_are(reading: str, line: str) -> None:
    ask = an_hve_data_ask(mail_from=None, head=a_head("bulk@contoso.com"))

    assert line == said(ask, hve_refusal_stage="data", hve_null_sender=reading)
    assert ACCEPTED == said(ask, hve_null_sender=reading)


def test_a_proxy_address_may_stand_in_the_from_header_unless_the_reading_says_primary_only() -> None:
    sender = an_hve_sender(an_hve_account(proxy_addresses=(an_address("alerts@contoso.com"),)))
    ask = an_hve_data_ask(head=a_head("alerts@contoso.com"), hve=sender)

    assert ACCEPTED == said(ask)
    assert FROM == said(ask, hve_sender_addresses="primary")


def test_a_foreign_mail_from_is_refused_here_under_the_other_reading() -> None:
    ask = an_hve_data_ask(mail_from="ceo@contoso.com", head=a_head("bulk@contoso.com"))

    assert FOREIGN == said(ask, hve_refusal_stage="data")


def test_a_mailbox_or_an_application_that_is_not_allowed_is_refused_here_under_the_other_reading() -> None:
    other = an_hve_sender(app_object_id="60000000-0000-4000-8000-000000000001")

    assert said(an_hve_data_ask(hve=other), hve_refusal_stage="data").startswith("550 5.7.240")
    mailbox = an_hve_data_ask(hve=None, principal=a_mailbox())
    assert said(mailbox, hve_refusal_stage="data").startswith("550 5.2.240")


def test_one_outside_recipient_has_the_message_refused_here_under_another_reading() -> None:
    ask = an_hve_data_ask("scanner@contoso.com", "desk@fabrikam.com")

    assert ACCEPTED == said(replace(ask, now=just_before("2025-06-01")), hve_external_stage="data")
    assert EXTERNAL == said(replace(ask, now=at("2025-06-01")), hve_external_stage="data")


# Copies ---------------------------------------------------------------------------------------------------------------


def test_a_copy_inside_is_placed_and_one_for_nobody_comes_back() -> None:
    assert "" == said(an_hve_delivery_ask())
    assert said(an_hve_delivery_ask("nobody@contoso.com")).startswith("550 5.1.10 ")


def test_a_copy_outside_comes_back_under_the_reading_that_reports_it() -> None:
    ask = an_hve_delivery_ask("desk@fabrikam.com")

    assert "" == said(replace(ask, now=just_before("2025-06-01")), hve_external_stage="ndr")
    assert EXTERNAL == said(replace(ask, now=at("2025-06-01")), hve_external_stage="ndr")


@pytest.mark.parametrize(("reading", "line"), [("ndr", EXTERNAL), ("delivered", "")])
def test_what_becomes_of_a_member_outside_is_a_reading(reading: str, line: str) -> None:
    ask = an_hve_delivery_ask("desk@fabrikam.com", written_to=a_recipient("all@contoso.com"))

    assert line == said(ask, hve_outside_members=reading)
    assert "" == said(replace(ask, now=just_before("2025-06-01")))


def test_an_account_that_is_not_billed_may_be_told_so_by_a_report() -> None:
    unbilled = an_hve_sender(an_hve_account(billing_policy_status=BillingPolicyStatus.NOT_FOUND))
    ask = an_hve_delivery_ask(hve=unbilled)

    assert "" == said(replace(ask, now=just_before("2026-06-01")), hve_billing_refusal="ndr")
    assert said(replace(ask, now=at("2026-06-01")), hve_billing_refusal="ndr").startswith("550 5.7.1 ")


def test_more_than_fifty_recipients_may_come_back_for_all() -> None:
    assert "" == said(an_hve_delivery_ask(recipients=50), hve_too_many_recipients="ndr")
    assert said(an_hve_delivery_ask(recipients=51), hve_too_many_recipients="ndr").startswith("550 5.5.3 ")


def test_a_recipient_that_takes_from_others_only_sends_it_back() -> None:
    boss = a_mailbox("boss@contoso.com", accept_messages_only_from=(an_address("helpdesk@contoso.com"),))
    world = a_world(replace(an_hve_tenant(), mailboxes=(boss,)))

    assert said(an_hve_delivery_ask("boss@contoso.com", world=world)).startswith("550 5.7.124 ")
