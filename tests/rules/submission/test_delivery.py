"""After the 250 of smtp.office365.com: what comes back as a report."""

from dataclasses import replace

import pytest

from relaylab.domain.decision import EffectKind
from relaylab.domain.tenant import MB, AcceptedDomain, DistributionGroup, DomainType
from tests.builders import a_delivery_ask, a_domain, a_mailbox, a_tenant, a_world, an_address
from tests.rules.judging import effect, rule, said

RESTRICTED = "550 5.1.8 Access denied, bad outbound sender AS(42004)"
TOO_MANY = "550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients"
TOO_LARGE = "550 5.2.3 RESOLVER.RST.SendSizeLimit.Sender; message too large for this sender"
DAILY = "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"
NOT_FOUND = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
TERRL = (
    "550 5.7.233 - Your message can't be sent because your tenant has exceeded its daily limit for sending email to "
    "external recipients (tenant external recipient rate limit). For more information see https://aka.ms/EXONdrs."
)
TERRL_TRIAL = (
    "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email "
    "to external recipients (tenant external recipient rate limit)"
)
INSIDE = "scanner@contoso.com"
DELIVERED = EffectKind.ADMIT


@pytest.mark.parametrize("recipient", [INSIDE, "desk@fabrikam.com"])
def test_a_copy_in_order_is_delivered_and_nothing_is_said(recipient: str) -> None:
    assert DELIVERED == effect(a_delivery_ask(recipient))
    assert not said(a_delivery_ask(recipient))


def test_a_restricted_sender_gets_a_report_for_everything() -> None:
    sender = a_mailbox(restricted_sender=True)

    assert RESTRICTED == said(a_delivery_ask(INSIDE, principal=sender))
    assert EffectKind.BOUNCE == effect(a_delivery_ask(principal=sender))


@pytest.mark.parametrize(("recipients", "line"), [(500, ""), (501, TOO_MANY)])
def test_a_mailbox_reaches_500_recipients_a_message(recipients: int, line: str) -> None:
    assert line == said(a_delivery_ask(recipients=recipients))


@pytest.mark.parametrize(("recipients", "line"), [(1_000, ""), (1_001, TOO_MANY)])
@pytest.mark.parametrize("reading", ["ndr", "rcpt"])
def test_the_mailbox_s_own_limit_holds_under_both_readings(recipients: int, line: str, reading: str) -> None:
    ask = a_delivery_ask(recipients=recipients, principal=a_mailbox(recipient_limits=1_000))

    assert line == said(ask, too_many_recipients=reading)


@pytest.mark.parametrize(("size", "line"), [(35 * MB, ""), (35 * MB + 1, TOO_LARGE)])
def test_a_message_over_the_mailbox_s_size_comes_back(size: int, line: str) -> None:
    assert line == said(a_delivery_ask(size=size))


def test_under_the_other_reading_such_a_message_never_comes_this_far() -> None:
    assert not said(a_delivery_ask(size=35 * MB + 1), message_over_mailbox_size="data")


@pytest.mark.parametrize(("today", "line"), [(10_000, ""), (10_001, DAILY)])
def test_under_the_other_reading_the_10001st_recipient_of_a_day_gets_a_report(today: int, line: str) -> None:
    ask = a_delivery_ask(recipients_today=today)

    assert line == said(ask, recipient_rate_refusal="ndr")
    assert not said(ask)


def test_an_unknown_recipient_comes_back() -> None:
    assert NOT_FOUND == said(a_delivery_ask("nobody@contoso.com"))


def test_an_unknown_recipient_in_an_internal_relay_domain_is_handed_on() -> None:
    relaying = AcceptedDomain(a_domain("contoso.com"), DomainType.INTERNAL_RELAY)

    assert not said(a_delivery_ask("nobody@contoso.com", world=a_world(a_tenant("contoso", relaying))))


@pytest.mark.parametrize(("today", "line"), [(14_258, ""), (14_259, TERRL), (14_260, TERRL)])
def test_a_tenant_reaches_as_many_external_recipients_as_its_quota(today: int, line: str) -> None:
    assert line == said(a_delivery_ask(external_today=today, external_quota=14_259))


def test_a_trial_tenant_is_told_that_it_is_one() -> None:
    ask = a_delivery_ask(tenant=a_tenant(trial=True), external_today=500, external_quota=500)

    assert TERRL_TRIAL == said(ask)


def test_where_no_limit_holds_no_number_is_too_many() -> None:
    assert not said(a_delivery_ask(external_today=10**9, external_quota=None, moera_today=10**9, moera_quota=None))


@pytest.mark.parametrize(("today", "bounces"), [(99, False), (100, True)])
def test_senders_at_onmicrosoft_com_reach_100_external_recipients(today: int, *, bounces: bool) -> None:
    line = said(a_delivery_ask(moera_today=today, moera_quota=100))

    assert bounces == line.startswith("550 5.7.236 ")


def test_the_limits_for_external_recipients_do_not_touch_internal_ones() -> None:
    used_up: dict[str, int] = {"external_today": 10, "external_quota": 10, "moera_today": 10, "moera_quota": 10}

    assert not said(a_delivery_ask(INSIDE, **used_up))  # type: ignore[arg-type]


def test_a_mailbox_of_another_tenant_is_an_external_recipient() -> None:
    world = a_world(a_tenant(), a_tenant("fabrikam"))

    assert TERRL == said(a_delivery_ask("scanner@fabrikam.com", world=world, external_today=10, external_quota=10))


def test_a_group_of_the_own_tenant_is_no_external_recipient() -> None:
    group = DistributionGroup(an_address("all@contoso.com"), (an_address("desk@fabrikam.com"),))
    world = a_world(a_tenant(distribution_groups=(group,)))

    assert not said(a_delivery_ask("all@contoso.com", world=world, external_today=10, external_quota=10))


def test_reports_about_the_whole_message_come_before_those_about_one_recipient() -> None:
    troubles: dict[str, dict[str, object]] = {
        "message_has_too_many_recipients": {"recipients": 501},
        "message_is_larger_than_the_mailbox_may_send": {"size": 35 * MB + 1},
        "tenant_has_used_its_external_recipients": {"external_today": 10, "external_quota": 10},
        "onmicrosoft_sender_has_used_its_external_recipients": {"moera_today": 10, "moera_quota": 10},
    }
    ask = a_delivery_ask()
    for name, trouble in reversed(troubles.items()):
        ask = replace(ask, **trouble)  # type: ignore[arg-type]

        assert f"submission.delivery.{name}" == rule(ask)

    restricted = replace(ask, principal=a_mailbox(restricted_sender=True, recipient_limits=1))
    assert "submission.delivery.sender_is_restricted" == rule(restricted)
