"""The quota of a subscription: so many sends in any minute and in any hour (facts ACS-LIM-01 to ACS-LIM-04)."""

from datetime import datetime, timedelta

import pytest

from relaylab.domain.acs import AcsLimits, AcsResource
from relaylab.domain.address import DomainName
from relaylab.domain.endpoint import Endpoint
from relaylab.rules.acs.quota import Account, account
from relaylab.rules.catalogue import rulebook
from relaylab.store import Counters
from tests.builders import a_tenant, at, just_before

NOW = at("2026-11-23T12:00:00Z")
CUSTOM = DomainName("contoso.com")
MANAGED = DomainName("9d1ef3e5-8d6e-4a3e-9f6f-2a0a3d1c7f11.azurecomm.net")
SECOND = timedelta(seconds=1)


def the_account(
    domain: DomainName = CUSTOM,
    *,
    endpoint: Endpoint = Endpoint.ACS_SMTP,
    now: datetime = NOW,
    limits: AcsLimits | None = None,
    subscription: str | None = None,
    **readings: str,
) -> Account:
    resource = AcsResource(
        "contoso-mail",
        at("2025-02-01"),
        linked_domains=(CUSTOM, MANAGED),
        subscription_id=subscription,
        limits=limits or AcsLimits(),
    )
    return account(a_tenant(), resource, domain, endpoint=endpoint, now=now, rulebook=rulebook(readings))


def after(sends: int, whose: Account, now: datetime = NOW) -> Counters:
    counters = Counters()
    for _ in range(sends):
        for charge in whose.charge_a_send(now):
            counters.apply(charge)
    return counters


@pytest.mark.parametrize(("domain", "allowed"), [(CUSTOM, 30), (MANAGED, 5)])
def test_a_minute_has_room_for_its_sends_and_no_more(domain: DomainName, allowed: int) -> None:
    whose = the_account(domain)

    assert not whose.sending(after(allowed - 1, whose), NOW).minute.is_used_up
    assert whose.sending(after(allowed, whose), NOW).minute.is_used_up
    assert not whose.sending(after(allowed, whose), NOW + 60 * SECOND).minute.is_used_up


@pytest.mark.parametrize(("domain", "allowed"), [(CUSTOM, 100), (MANAGED, 10)])
def test_an_hour_has_room_for_its_sends_and_no_more(domain: DomainName, allowed: int) -> None:
    whose = the_account(domain)
    later = NOW + timedelta(minutes=59)

    assert not whose.sending(after(allowed - 1, whose), later).hour.is_used_up
    assert whose.sending(after(allowed, whose), later).hour.is_used_up
    assert not whose.sending(after(allowed, whose), NOW + timedelta(hours=1)).hour.is_used_up


def test_the_wait_is_until_the_fuller_window_has_room() -> None:
    whose = the_account(MANAGED)

    assert 60 == whose.sending(after(5, whose), NOW).retry_after(NOW)
    assert 50 == whose.sending(after(5, whose), NOW + 10 * SECOND).retry_after(NOW + 10 * SECOND)
    assert 3600 == whose.sending(after(10, whose), NOW).retry_after(NOW)


def test_a_call_that_is_refused_counts_and_lengthens_the_wait() -> None:
    whose = the_account(MANAGED)
    counters = after(5, whose)
    for charge in whose.charge_a_send(NOW + 10 * SECOND):
        counters.apply(charge)

    assert whose.sending(counters, NOW + 59 * SECOND).minute.is_used_up
    assert not whose.sending(counters, NOW + 60 * SECOND).minute.is_used_up
    assert 2 == 1 + whose.sending(counters, NOW + 60 * SECOND).minute.used


def test_azure_managed_domains_have_lower_limits_since_march_2024() -> None:
    before = the_account(MANAGED, now=just_before("2024-03-01"))
    since = the_account(MANAGED, now=at("2024-03-01"))

    assert (30, 100) == before.sends
    assert (5, 10) == since.sends
    assert (60, 200) == before.status
    assert (10, 20) == since.status


def test_support_raises_custom_domains_and_no_others() -> None:
    raised = AcsLimits(sends_per_minute=200)

    assert (200, 100) == the_account(CUSTOM, limits=raised).sends
    assert (5, 10) == the_account(MANAGED, limits=raised).sends


def test_smtp_and_rest_share_a_quota_unless_the_reading_says_otherwise() -> None:
    assert the_account(endpoint=Endpoint.ACS_SMTP).owner == the_account(endpoint=Endpoint.ACS_REST).owner
    assert (
        the_account(endpoint=Endpoint.ACS_SMTP, acs_quota="separate").owner
        != the_account(endpoint=Endpoint.ACS_REST, acs_quota="separate").owner
    )


def test_custom_and_managed_domains_and_subscriptions_do_not_share() -> None:
    assert the_account(CUSTOM).owner != the_account(MANAGED).owner
    assert the_account().owner != the_account(subscription="33333333-3333-3333-3333-333333333333").owner


def test_questions_about_a_send_have_windows_of_their_own() -> None:
    whose = the_account()
    counters = Counters()
    for _ in range(60):
        for charge in whose.charge_a_question(NOW):
            counters.apply(charge)

    assert whose.asking(counters, NOW).minute.is_used_up
    assert not whose.asking(counters, NOW).hour.is_used_up
    assert not whose.sending(counters, NOW).minute.is_used_up
