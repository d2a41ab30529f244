"""What would have let a refused ask pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from relaylab.domain.clock import parse_instant
from relaylab.domain.endpoint import Endpoint
from relaylab.engine.passage import nearest_passage
from relaylab.engine.rule import AnyRule
from relaylab.engine.rulebook import Rulebook
from relaylab.rules.catalogue import CATALOGUE, RULES, rulebook
from relaylab.rules.changes import CHANGES
from relaylab.rules.milestones import BASIC_AUTH_OFF_BY_DEFAULT
from relaylab.rules.submission.auth import basic_auth_is_off_by_default
from tests.builders import TODAY, a_mail_ask, a_mailbox, a_sign_in_ask, at, just_before
from tests.catalogue.examples import CALENDARS, EXAMPLES


def _rulebook(rule: AnyRule) -> Rulebook:
    moved = {name: parse_instant(day) if day else None for name, day in CALENDARS.get(rule.id, {}).items()}
    return rulebook(dict(rule.under), moved)


def _in_force(rule: AnyRule) -> datetime:
    calendar = _rulebook(rule).calendar
    if rule.since:
        return calendar.at(rule.since) or at(TODAY)
    until = calendar.at(rule.until) if rule.until else None
    return just_before(until) if until else at(TODAY)


# Entra's answers are not the end of a sender's way: their fixes say what to change, and nobody walks on from them.
# What has ended, or has not begun, lets nobody through: the only way past it is another date.
BY_DATE_ALONE = {
    "acs_smtp.connect.service_has_ended",
    "acs_smtp.auth.service_has_ended",
    "acs_smtp.auth.service_does_not_exist_yet",
    "acs_rest.send.service_has_ended",
    "acs_smtp.mail.service_has_ended",
    "acs_rest.status.service_has_ended",
}
REFUSALS_OF_MAIL = [rule for rule in RULES if rule.endpoint is not Endpoint.ENTRA]


@pytest.mark.parametrize("rule", REFUSALS_OF_MAIL, ids=lambda rule: ",".join([rule.id, *map("=".join, rule.under)]))
def test_every_refusal_of_the_catalogue_has_a_way_past_it_that_is_known(rule: AnyRule) -> None:
    verdict = _rulebook(rule).judge(replace(EXAMPLES[rule.id], now=_in_force(rule)))
    passage = nearest_passage(verdict, CHANGES)

    assert rule is verdict.rule
    assert passage is not None
    assert passage.date if rule.id in BY_DATE_ALONE else passage.changes


def test_the_nearest_way_past_the_cutover_is_the_tenant_s_switch_and_the_day_before() -> None:
    cutover = rulebook().calendar.at(BASIC_AUTH_OFF_BY_DEFAULT.name)
    assert cutover is not None
    passage = nearest_passage(rulebook().judge(replace(a_sign_in_ask(), now=cutover)), CHANGES)

    assert passage is not None
    assert (('basic_auth_smtp = "on" for tenant contoso',), "the default of submission.auth") == (
        passage.changes,
        passage.by,
    )
    assert "before 2026-12-31T00:00:00Z, unchanged: the default of submission.auth lets it pass" == passage.date


def test_a_date_ahead_is_as_good_as_one_behind() -> None:
    until_then = replace(basic_auth_is_off_by_default, since=None, until=BASIC_AUTH_OFF_BY_DEFAULT.name)
    judging = replace(rulebook(), catalogue=replace(CATALOGUE, rules=(until_then,)))
    passage = nearest_passage(judging.judge(replace(a_sign_in_ask(), now=at(TODAY))), ())

    assert passage is not None
    assert "from 2026-12-31T00:00:00Z on, unchanged: the default of submission.auth lets it pass" == str(passage)


def test_where_one_change_is_not_enough_the_fewest_are_given_in_order() -> None:
    verdict = rulebook().judge(replace(a_mail_ask(tls=None, principal=None, tenant=None), now=at(TODAY)))
    passage = nearest_passage(verdict, CHANGES)

    assert passage is not None
    assert ("STARTTLS before MAIL", "a sign-in before MAIL") == passage.changes


def test_where_nothing_is_known_to_help_it_says_so() -> None:
    verdict = rulebook().judge(replace(a_sign_in_ask(a_mailbox(account_locked=True)), now=at(TODAY)))
    passage = nearest_passage(verdict, ())

    assert "no way past this answer is known, at no date and with no single setting" == str(passage)


def test_what_was_admitted_needs_no_way_past() -> None:
    assert nearest_passage(rulebook().judge(replace(a_sign_in_ask(), now=at(TODAY))), CHANGES) is None
