"""Senders through time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.clock import parse_instant
from relaylab.domain.estate import Method
from relaylab.domain.hve import BillingPolicyStatus
from relaylab.rules.milestones import EARLIEST_SUPPORTED
from relaylab_conformance.finding import Status
from relaylab_conformance.migration.course import Span, course, stops_at
from relaylab_conformance.migration.dates import default_dates
from relaylab_conformance.timeline import Timeline, as_json, as_text, timeline
from tests.conformance.estates import a_sender, an_estate, certified, only_sender


def spans(method: Method, *senders: str, basic: str = "default", **readings: str) -> tuple[Span, ...]:
    world = an_estate(*senders, basic=basic).world
    return course(world, rulebook_for(world, readings), world.senders[0], method)


def judged(*senders: str, basic: str = "default") -> Timeline:
    estate = an_estate(*senders, basic=basic)
    return timeline(estate, rulebook_for(estate.world))


def test_a_password_works_until_the_cutover_and_never_again() -> None:
    before, after = spans(Method.SMTP_AUTH_BASIC)

    assert (EARLIEST_SUPPORTED, parse_instant("2026-12-31"), True) == (before.since, before.until, before.arrives)
    assert (parse_instant("2026-12-31"), None, False) == (after.since, after.until, after.arrives)
    assert "submission.auth.basic_auth_is_off_by_default" == after.decision.rule


def test_spans_follow_each_other_without_a_gap() -> None:
    found = spans(Method.SMTP_AUTH_BASIC, a_sender(mail_from="desk@contoso.com", sign_in="scanner@contoso.com"))

    assert EARLIEST_SUPPORTED == found[0].since
    assert all(one.until == next_one.since for one, next_one in pairwise(found))
    assert found[-1].until is None


def test_another_line_for_the_same_refusal_is_a_change() -> None:
    found = spans(Method.SMTP_AUTH_BASIC, a_sender(mail_from="desk@contoso.com", sign_in="scanner@contoso.com"))

    assert [
        "submission.data.mailbox_may_not_send_as_before_2022",
        "submission.data.mailbox_may_not_send_as",
        "submission.auth.basic_auth_is_off_by_default",
    ] == [span.decision.rule for span in found]


def test_a_token_ends_when_it_expires() -> None:
    sender = a_sender(profile="curl", mail_from="app@contoso.com", today="smtp-auth-oauth", target="smtp-auth-oauth")

    assert parse_instant("2028-01-01") == stops_at(spans(Method.SMTP_AUTH_OAUTH, sender))


def test_a_connector_has_no_end() -> None:
    (span,) = spans(Method.CONNECTOR_RELAY)

    assert (True, None) == (span.arrives, span.until)
    assert stops_at((span,)) is None


def test_a_way_that_never_worked_does_not_stop_either() -> None:
    assert stops_at(spans(Method.SMTP_AUTH_BASIC, a_sender(mail_from="shut@contoso.com"))) is None


def test_a_method_that_is_not_tried_has_no_spans() -> None:
    assert () == spans(Method.HVE_OAUTH, a_sender(target="hve-oauth"))


BULK = "hve-basic"


def a_bulk_sender(*to: str, a_day: int = 40) -> str:
    return f"{a_sender(today=BULK, target=BULK, mail_from='bulk@contoso.com', to=to)}\nmessages_per_day = {a_day}"


def told(*to: str, a_day: int = 40, **moved: str) -> list[tuple[str, str]]:
    estate = an_estate(a_bulk_sender(*to, a_day=a_day))
    book = rulebook_for(estate.world, None, {name: parse_instant(day) for name, day in moved.items()})
    spans = json.loads(as_json(timeline(estate, book)))["courses"][0]["spans"]
    return [(one["since"][:10], one["volume"] or ("arrives" if one["arrives"] else "refused")) for one in spans]


def test_each_date_of_high_volume_email_changes_what_an_account_is_told() -> None:
    """The host of 2024, the caps of the preview, internal only, and the end of passwords; of billing below."""
    over = "it carries 2,000 recipients outside a day at best, and this sender has 20,000"
    first, end = ("2020-10-01", "refused"), ("2028-10-01", "refused")

    assert [first, ("2024-04-01", "arrives"), end] == told("desk@contoso.com", a_day=100_000)
    assert [
        first,
        ("2024-04-01", "it carries 100,000 recipients a day at best, and this sender has 100,001"),
        ("2025-05-01", "arrives"),
        end,
    ] == told("desk@contoso.com", a_day=100_001)
    both = ("desk@contoso.com", "customer@example.net")
    assert [first, ("2024-04-01", "arrives"), ("2025-06-01", "refused"), end] == told(*both, a_day=2_000)
    assert [
        first,
        ("2024-04-01", over),
        ("2025-05-01", "arrives"),
        ("2025-06-01", "refused"),
        end,
    ] == told(*both, a_day=20_000)


@pytest.mark.parametrize("name", ["hve_host_at_mx_microsoft", "hve_general_availability"])
def test_two_dates_of_high_volume_email_change_no_answer(name: str) -> None:
    """The second name leads to the same service, and a preview is no other service: it lacks Microsoft's support."""
    both = ("desk@contoso.com", "customer@example.net")

    assert told(*both, a_day=20_000) == told(*both, a_day=20_000, **{name: "2024-09-01"})


def test_the_table_says_what_the_preview_did_not_carry_until_its_caps_were_lifted() -> None:
    lines = as_text(judged(a_bulk_sender("desk@contoso.com", a_day=150_000)), 400).splitlines()

    (over,) = [line for line in lines if "2024-04-01" in line]
    assert "arrives, but not all of a day: it carries 100,000 recipients a day at best" in over
    (lifted,) = [line.split() for line in lines if "2025-05-01" in line]
    assert ["2025-05-01", "arrives"] == lifted


def test_without_a_valid_billing_policy_an_account_stops_on_the_day_that_billing_begins() -> None:
    sender = a_sender(today="hve-basic", target="hve-basic", mail_from="bulk@contoso.com", to=("desk@contoso.com",))
    world = an_estate(sender).world
    account = replace(world.tenants[0].hve_accounts[0], billing_policy_status=BillingPolicyStatus.NOT_CONNECTED)
    world = replace(world, tenants=(replace(world.tenants[0], hve_accounts=(account,)), *world.tenants[1:]))

    def stop(**moved: str) -> datetime | None:
        book = rulebook_for(world, None, {name: parse_instant(day) for name, day in moved.items()})
        return stops_at(course(world, book, world.senders[0], Method.HVE_BASIC))

    assert parse_instant("2026-06-01") == stop()
    assert parse_instant("2026-05-01") == stop(hve_billing_begins="2026-05-01")


def test_a_chosen_timeline_moves_the_change() -> None:
    assert parse_instant("2026-03-01") == stops_at(spans(Method.SMTP_AUTH_BASIC, basic_auth_timeline="2025-06"))


@pytest.mark.parametrize("sender", ["generic-mfp", "postfix", "python-smtplib", "phpmailer", "curl"])
def test_in_memory_and_over_sockets_the_same_rule_decides(sender: str) -> None:
    """A course stands for what a replay would find; here both are made."""
    certificate = certified(a_sender(profile=sender))

    for cell in only_sender(certificate).cells:
        span = _span_at(spans(cell.method, a_sender(profile=sender)), cell.at)
        assert (cell.status is Status.PASS) == span.arrives
        assert cell.outcomes[0].rule == span.decision.rule


def _span_at(found: tuple[Span, ...], at: datetime) -> Span:
    return next(span for span in found if span.since <= at and (span.until is None or at < span.until))


def test_the_table_has_a_row_for_each_change() -> None:
    text = as_text(judged(), 160)

    lines = [line.split() for line in text.splitlines()]
    assert ["mfp", "today:", "smtp-auth-basic", "2020-10-01", "arrives"] in lines
    assert any(
        line[:3] == ["2026-12-31", "550", "5.7.30"] and line[-1] == "submission.auth.basic_auth_is_off_by_default"
        for line in lines
    )
    assert ["mfp", "plan:", "connector-relay", "2020-10-01", "arrives"] in lines


def test_the_json_has_every_span_with_its_verdict() -> None:
    document = json.loads(as_json(judged()))

    basic, connector = document["courses"]
    assert ("today", "target") == (basic["role"], connector["role"])
    assert ["2020-10-01T00:00:00Z", "2026-12-31T00:00:00Z"] == [span["since"] for span in basic["spans"]]
    assert "refuse" == basic["spans"][1]["verdict"]["effect"]


@pytest.mark.parametrize(
    ("sender", "basic", "has_problems"),
    [
        (a_sender(), "default", True),
        (a_sender(), "on", False),
        (a_sender(today="connector-relay"), "default", False),
        (a_sender(today="connector-relay", target="mail-contact"), "default", True),
        (a_sender(today="hve-oauth", target="hve-oauth", mail_from="bulk@contoso.com"), "default", False),
        (a_sender(today="hve-basic", target="hve-basic", mail_from="bulk@contoso.com"), "default", True),
    ],
)
def test_a_timeline_has_problems_when_a_sender_stops_or_counts_on_a_mail_contact(
    sender: str, basic: str, *, has_problems: bool
) -> None:
    assert has_problems == judged(sender, basic=basic).has_problems


# The dates that are asked about by themselves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("readings", "days"),
    [
        ({}, ["2026-12-30", "2027-01-04"]),
        ({"basic_auth_timeline": "2024-04"}, ["2025-08-31", "2025-09-05"]),
        ({"basic_auth_timeline": "2025-06"}, ["2026-02-28", "2026-03-05", "2026-04-30"]),
    ],
)
def test_without_dates_those_around_the_cutover_are_taken(readings: dict[str, str], days: list[str]) -> None:
    world = an_estate().world

    assert list(map(parse_instant, days)) == list(default_dates(rulebook_for(world, readings)))


def test_a_dated_removal_is_asked_about_too() -> None:
    book = rulebook_for(an_estate().world, None, {"basic_auth_removed": parse_instant("2028-03-01")})

    assert parse_instant("2028-03-01") == default_dates(book)[-1]


def test_a_calendar_without_a_cutover_has_no_dates_to_offer() -> None:
    assert () == default_dates(rulebook_for(an_estate().world, None, {"basic_auth_off_by_default": None}))
