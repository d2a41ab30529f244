"""What would have let an ask pass."""

from __future__ import annotations

from relaylab.domain.clock import iso
from relaylab.engine.passing import way_to_pass
from relaylab.rules.catalogue import rulebook
from tests.builders import a_mailbox, a_sign_in_ask, a_tenant, at


def test_what_passed_needs_no_way() -> None:
    verdict = rulebook({}, {}).judge(a_sign_in_ask(now=at("2026-12-30")))

    assert way_to_pass(verdict) is None


def test_after_the_cutover_the_rule_stands_in_the_way_and_the_day_before_is_named() -> None:
    way = way_to_pass(rulebook({}, {}).judge(a_sign_in_ask(now=at("2027-01-04"))))

    assert way is not None
    assert ["submission.auth.basic_auth_is_off_by_default"] == [rule.id for rule in way.obstacles]
    assert way.then is not None
    assert "235 2.7.0" == f"{way.then.code:d} {way.then.enhanced}"
    assert way.passed_until is not None
    assert "2026-12-31T00:00:00Z" == iso(way.passed_until)
    assert way.passes_from is None


def test_rules_behind_the_deciding_one_that_hold_too_are_named_in_their_order() -> None:
    tenant = a_tenant(security_defaults=True)
    mailbox = a_mailbox(smtp_client_authentication_disabled=True)
    verdict = rulebook({}, {}).judge(a_sign_in_ask(now=at("2027-01-04"), tenant=tenant, mailbox=mailbox))

    way = way_to_pass(verdict)

    assert way is not None
    assert [
        "submission.auth.basic_auth_is_off_by_default",
        "submission.auth.security_defaults_block_basic",
        "submission.auth.smtp_auth_is_disabled_for_the_mailbox",
    ] == [rule.id for rule in way.obstacles]
    assert way.passed_until is None  # the switch would have stood in the way at any date
    assert way.passes_from is None


def test_before_a_date_that_lifts_a_rule_that_date_is_named() -> None:
    book = rulebook({}, {"basic_auth_off_by_default": at("2026-01-01"), "basic_auth_removed": None})
    verdict = book.judge(a_sign_in_ask(now=at("2026-06-01")))

    assert (way := way_to_pass(verdict)) is not None
    assert way.passed_until is not None
    assert at("2026-01-01") == way.passed_until


def test_an_explanation_says_what_would_have_let_it_pass() -> None:
    told = rulebook({}, {}).judge(a_sign_in_ask(now=at("2027-01-04"))).explain()

    assert "It passes once this does not hold: submission.auth.basic_auth_is_off_by_default: From the cutover" in told
    assert "The same passed until 2026-12-31T00:00:00Z" in told
