"""Where a method does not fit a sender's recipients or volume, said before anything is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from relaylab.app.config import parse_world
from relaylab.domain.clock import parse_instant
from relaylab.rules.catalogue import rulebook
from relaylab.rules.milestones import DIRECT_SEND_CAN_BE_REJECTED
from relaylab_conformance.migration.pitfalls import pitfalls
from tests.conformance.estates import a_sender, an_estate, estate_text

NORTHWIND = '[[tenant]]\nname = "northwind"'
INSIDE = ("desk@contoso.com",)


def said(sender: str, *, at: str = "2027-01-04", a_day: int = 20_000) -> str:
    """Everything that is said of the only sender of an estate, which sends so many messages a day."""
    world = an_estate(f"{sender}\nmessages_per_day = {a_day}").world
    return "\n".join(pitfalls(world, rulebook(), world.senders[0], parse_instant(at)))


def bulk(*to: str) -> str:
    return a_sender(today="hve-basic", target="hve-basic", mail_from="bulk@contoso.com", to=to or INSIDE)


def test_a_high_volume_inside_is_what_high_volume_email_is_for() -> None:
    told = said(bulk())

    assert "is meant for" not in told
    assert "reaches nobody outside" not in told


@pytest.mark.parametrize(("a_day", "is_few"), [(9_999, True), (10_000, False)])
def test_less_than_ten_thousand_a_day_inside_is_for_direct_send(a_day: int, *, is_few: bool) -> None:
    assert is_few == ("Direct Send needs no account" in said(bulk(), a_day=a_day))


def test_who_is_outside_is_named_from_june_2025_on() -> None:
    sender = bulk("desk@contoso.com", "customer@example.net")

    assert "outside" not in said(sender, at="2025-05-31T23:59:59Z")
    assert "hve-basic reaches nobody outside the tenant, and customer@example.net is there" in said(
        sender, at="2025-06-01"
    )


def test_expanded_recipients_cost_from_june_2026_on() -> None:
    sender = bulk("desk@contoso.com", "app@contoso.com")

    assert "US dollars" not in said(sender, at="2026-05-31T23:59:59Z")
    assert "20,000 messages to 2 recipients are 40,000 a day, about 50.40 US dollars a month" in said(
        sender, at="2026-06-01"
    )


def test_a_preview_is_called_one_until_general_availability() -> None:
    assert "is a preview on 2026-03-30" in said(bulk(), at="2026-03-30")
    assert "preview" not in said(bulk(), at="2026-03-31")


@pytest.mark.parametrize(("at", "most"), [("2025-04-30T23:59:59Z", 20), ("2025-05-01", None)])
def test_in_the_preview_a_tenant_has_twenty_accounts(at: str, most: int | None) -> None:
    accounts = "".join(f'\n  [[tenant.hve_account]]\n  address = "bulk{number}@contoso.com"' for number in range(20))
    world = parse_world(estate_text(bulk()).replace(NORTHWIND, f"{accounts}\n{NORTHWIND}"), "estate").world

    told = " ".join(pitfalls(world, rulebook(), world.senders[0], parse_instant(at)))
    assert (most is not None) == ("a tenant has 20 accounts on 2025-04-30 (100 from 2025-05-01 on)" in told)
    assert (most is not None) == ("contoso has 21" in told)


@pytest.mark.parametrize(("number", "is_many"), [(50, False), (51, True)])
def test_more_than_fifty_recipients_want_a_group(number: int, *, is_many: bool) -> None:
    to = tuple(f"person{each}@contoso.com" for each in range(number))

    assert is_many == ("takes 50 recipients a message" in said(bulk(*to)))


def test_another_from_than_the_account_s_is_told() -> None:
    moving = a_sender(target="hve-basic", to=INSIDE)

    assert "sends as bulk@contoso.com only" in said(moving)
    assert "get nowhere: Set-HVEAccountSettings -ReplyTo" in said(moving)
    assert "sends as" not in said(bulk())


@pytest.mark.parametrize(("a_day", "is_many"), [(10_000, False), (10_001, True)])
def test_a_mailbox_reaches_ten_thousand_recipients_a_day(a_day: int, *, is_many: bool) -> None:
    inside = a_sender(target="smtp-auth-oauth", to=INSIDE)

    assert is_many == ("move it to High Volume Email" in said(inside, a_day=a_day))


RESOURCE = """
  [[tenant.acs_resource]]
  name = "contoso-mail"
  created = 2025-02-01
  linked_domains = ["contoso.com"]
"""


@pytest.mark.parametrize(
    ("has_a_resource", "a_day", "at", "way_out"),
    [
        (True, 2_400, "2027-01-04", "Azure Communication Services"),
        (True, 2_401, "2027-01-04", "an inbound connector"),
        (True, 2_400, "2028-09-30T23:59:59Z", "Azure Communication Services"),
        (True, 2_400, "2028-10-01", "an inbound connector"),
        (False, 2_400, "2026-10-22T23:59:59Z", "Azure Communication Services"),
        (False, 2_400, "2026-10-23", "an inbound connector"),
    ],
)
def test_nobody_is_sent_to_a_service_that_is_closed_or_too_small(
    a_day: int, at: str, way_out: str, *, has_a_resource: bool
) -> None:
    outside = tuple(f"customer{number}@example.net" for number in range(5))
    sender = a_sender(target="smtp-auth-oauth", to=outside)
    text = f"{estate_text(sender)}\nmessages_per_day = {a_day}"
    if has_a_resource:
        text = text.replace(NORTHWIND, f"{RESOURCE}\n{NORTHWIND}")
    world = parse_world(text, "estate").world

    told = " ".join(pitfalls(world, rulebook(), world.senders[0], parse_instant(at)))
    assert f"write to groups, or move it to {way_out}" in told


@pytest.mark.parametrize(("at", "is_rejected"), [("DAY BEFORE", False), ("DAY", True)])
def test_direct_send_is_not_praised_to_a_tenant_that_rejects_it(at: str, *, is_rejected: bool) -> None:
    text = f"{estate_text(bulk())}\nmessages_per_day = 100".replace(
        "  [tenant.transport_config]",
        "  [tenant.organization_config]\n  reject_direct_send = true\n  [tenant.transport_config]",
        1,
    )
    world = parse_world(text, "estate").world
    could = DIRECT_SEND_CAN_BE_REJECTED.at
    assert could is not None
    instant = could if at == "DAY" else could - timedelta(seconds=1)

    told = " ".join(pitfalls(world, rulebook(), world.senders[0], instant))
    assert is_rejected == ("this tenant rejects Direct Send" in told)
    assert is_rejected == ("Direct Send needs no account" not in told)


@pytest.mark.parametrize(
    ("sender", "begins"),
    [
        (bulk(), "2024-04-01"),
        (a_sender(target="acs-smtp"), "2023-11-01"),
    ],
)
def test_before_a_service_exists_that_is_said_and_nothing_of_a_preview(sender: str, begins: str) -> None:
    day = parse_instant(begins)
    assert f"begins on {begins}" in said(sender, at=(day - timedelta(seconds=1)).isoformat())
    assert "preview" not in said(sender, at=(day - timedelta(seconds=1)).isoformat())
    assert "begins on" not in said(sender, at=begins)


def test_one_recipient_is_one() -> None:
    assert "20,000 messages to 1 recipient are 20,000 a day" in said(bulk())


@pytest.mark.parametrize(("a_day", "is_many"), [(9_999, False), (10_000, True)])
def test_direct_send_is_for_low_volume(a_day: int, *, is_many: bool) -> None:
    sender = a_sender(today="direct-send", target="direct-send", to=INSIDE)

    assert is_many == ("direct-send is for low volume" in said(sender, a_day=a_day))
