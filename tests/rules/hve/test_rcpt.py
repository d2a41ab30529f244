"""RCPT TO at High Volume Email."""

from __future__ import annotations

import pytest

from relaylab.domain.directory import UserType
from relaylab.domain.tenant import MailContact
from tests.builders import a_mailbox, a_tenant, a_world, an_address, at, just_before
from tests.hve_asks import an_hve_rcpt_ask, an_hve_tenant
from tests.rules.judging import said

RECIPIENT_OK = "250 2.1.5 Recipient OK"
EXTERNAL = "550 5.5.105 External sending is not supported for High Volume Email accounts"
TOO_MANY = "452 4.5.3 Too many recipients"
OUTSIDE = "desk@fabrikam.com"


@pytest.mark.parametrize("recipient", ["scanner@contoso.com", "nobody@contoso.com", "a@contoso.onmicrosoft.com"])
def test_whoever_is_in_an_accepted_domain_of_the_tenant_is_inside(recipient: str) -> None:
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(recipient))


def test_outside_recipients_were_reached_until_june_2025() -> None:
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(OUTSIDE, now=just_before("2025-06-01")))
    assert EXTERNAL == said(an_hve_rcpt_ask(OUTSIDE, now=at("2025-06-01")))


def test_another_tenant_is_outside() -> None:
    world = a_world(an_hve_tenant(), a_tenant("fabrikam"))

    assert EXTERNAL == said(an_hve_rcpt_ask("scanner@fabrikam.com", world=world))


def test_a_guest_and_a_contact_count_as_outside_unless_the_reading_says_otherwise() -> None:
    guest = a_mailbox("guest@contoso.com", user_type=UserType.GUEST)
    contact = MailContact("Partner", an_address(OUTSIDE), (an_address("partner@contoso.com"),))
    world = a_world(an_hve_tenant(mailboxes=(guest,), mail_contacts=(contact,)))

    for address in ("guest@contoso.com", "partner@contoso.com"):
        ask = an_hve_rcpt_ask(address, world=world)
        assert EXTERNAL == said(ask)
        assert RECIPIENT_OK == said(ask, hve_contacts_and_guests="internal")
        assert RECIPIENT_OK == said(an_hve_rcpt_ask(address, world=world, now=just_before("2025-06-01")))


@pytest.mark.parametrize("stage", ["data", "ndr"])
def test_under_the_other_readings_rcpt_takes_an_outside_recipient(stage: str) -> None:
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(OUTSIDE), hve_external_stage=stage)


def test_a_message_takes_fifty_recipients() -> None:
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(recipients=49))
    assert TOO_MANY == said(an_hve_rcpt_ask(recipients=50))
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(recipients=50), hve_too_many_recipients="ndr")


def test_the_preview_had_a_cap_for_a_tenant_s_day_until_may_2025() -> None:
    before, after = just_before("2025-05-01"), at("2025-05-01")

    assert RECIPIENT_OK == said(an_hve_rcpt_ask(tenant_today=99_999, now=before))
    assert TOO_MANY == said(an_hve_rcpt_ask(tenant_today=100_000, now=before))
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(tenant_today=100_000, now=after))


def test_two_thousand_of_them_might_be_outside() -> None:
    before, after = just_before("2025-05-01"), at("2025-05-01")

    assert RECIPIENT_OK == said(an_hve_rcpt_ask(OUTSIDE, tenant_outside_today=1_999, now=before))
    assert TOO_MANY == said(an_hve_rcpt_ask(OUTSIDE, tenant_outside_today=2_000, now=before))
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(tenant_outside_today=2_000, now=before))
    assert RECIPIENT_OK == said(an_hve_rcpt_ask(OUTSIDE, tenant_outside_today=2_000, now=after))
