"""Words for people: what becomes of a sender, what its plan is worth."""

from __future__ import annotations

from datetime import timedelta

import pytest

from relaylab.domain.clock import parse_instant
from relaylab_conformance.finding import Fate, PlanWord, Status, worst
from tests.conformance.estates import a_sender, certified, only_sender


@pytest.mark.parametrize(
    ("profile", "fate"),
    [
        ("generic-mfp", "will fail silently"),
        ("postfix", "will queue for days"),
        ("python-smtplib", "will stop with a message"),
        ("phpmailer", "will stop with a message"),
        ("curl", "will stop with a message"),
    ],
)
def test_the_same_refusal_means_something_else_for_each_kind_of_sender(profile: str, fate: str) -> None:
    sender = only_sender(certified(a_sender(profile=profile)))

    assert fate == sender.verdict
    assert parse_instant("2026-12-31") == sender.stops_at


def test_what_the_sender_does_is_told_in_its_own_words() -> None:
    sender = only_sender(certified(a_sender(profile="postfix")))

    assert "queues in silence for five days" in sender.summary


def test_a_sender_that_is_ready_needs_no_plan() -> None:
    sender = only_sender(certified(a_sender(today="connector-relay", target="connector-relay")))

    assert (Fate.READY, PlanWord.NONE_NEEDED) == (sender.verdict, sender.plan)
    assert "Its mail arrives on every date judged." == sender.summary


def test_a_plan_that_works_is_enough() -> None:
    assert PlanWord.ENOUGH is only_sender(certified(a_sender(planned_for="2026-10-30"))).plan


@pytest.mark.parametrize(("a_day", "word"), [(5_000, PlanWord.ENOUGH), (5_001, PlanWord.BUT_FOR_VOLUME)])
def test_a_plan_that_a_mailbox_s_limit_refuses_in_part_is_enough_but_for_its_volume(a_day: int, word: PlanWord) -> None:
    sender = a_sender(profile="python-smtplib", mail_from="app@contoso.com", target="smtp-auth-oauth")
    found = only_sender(certified(f"{sender}\nmessages_per_day = {a_day}"))

    assert word is found.plan
    assert (word is PlanWord.BUT_FOR_VOLUME) == (
        "it carries 10,000 recipients a day at best, and this sender has 10,002" in found.summary
    )


def test_a_plan_behind_the_cutover_comes_too_late_and_the_days_are_counted() -> None:
    sender = only_sender(certified(a_sender(planned_for="2027-01-10")))

    assert PlanWord.LATE is sender.plan
    assert timedelta(days=10).days == sender.stands_still_days
    assert "stands still for 10 days" in sender.summary


def test_a_plan_that_is_late_and_not_tried_is_not_called_enough() -> None:
    sender = only_sender(certified(a_sender(target="hve-oauth", planned_for="2027-02-15")))

    assert PlanWord.LATE is sender.plan
    assert "is not judged yet" in sender.summary
    assert "enough" not in sender.summary


def test_a_plan_that_fails_is_not_enough() -> None:
    sender = only_sender(certified(a_sender(target="direct-send", site="shop", to=("customer@example.net",))))

    assert PlanWord.NOT_ENOUGH is sender.plan
    assert "is not enough: 550 5.7.64" in sender.summary


def test_a_plan_that_is_not_tried_is_open() -> None:
    assert PlanWord.OPEN is only_sender(certified(a_sender(target="hve-oauth"))).plan


def test_a_method_that_is_not_tried_leaves_the_sender_open_and_never_ready() -> None:
    sender = only_sender(certified(a_sender(today="hve-oauth", target="hve-oauth", mail_from="bulk@contoso.com")))

    assert (Fate.OPEN, PlanWord.OPEN) == (sender.verdict, sender.plan)


def test_different_lines_at_different_dates_are_all_told() -> None:
    sender = only_sender(certified(a_sender(mail_from="shut@contoso.com")))

    assert "On 2026-12-30: 535 5.7.139" in sender.summary
    assert "on 2027-01-04: 550 5.7.30" in sender.summary


def test_the_worst_status_wins() -> None:
    assert Status.FAIL is worst([Status.PASS, Status.FAIL, Status.NON_STRICT])
    assert Status.NON_STRICT is worst([Status.PASS, Status.NON_STRICT, Status.NOT_EXERCISED])
    assert Status.NOT_EXERCISED is worst([Status.PASS, Status.NOT_EXERCISED])
    assert Status.NOT_EXERCISED is worst([])


@pytest.mark.parametrize("word", [*Status, *Fate])
def test_every_word_has_a_meaning_for_the_legend(word: Status | Fate) -> None:
    assert word.meaning


@pytest.mark.parametrize("word", PlanWord)
def test_every_word_about_plans_can_be_counted(word: PlanWord) -> None:
    assert word.of(1) != word.of(2)
