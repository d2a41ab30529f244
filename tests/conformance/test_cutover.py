"""The cutover, found to the microsecond, under every reading, phase and moved date."""

from __future__ import annotations

import pytest

from relaylab.app.rulebooks import Phase
from relaylab_conformance.finding import Status
from tests.conformance.estates import a_sender, certified, only_sender, the_cell

INSTANT_BEFORE = "2026-12-30T23:59:59.999999Z"
CUTOVER = "2026-12-31T00:00:00Z"

OFF = "submission.auth.basic_auth_is_off_by_default"


def test_a_password_works_in_the_instant_before_the_cutover_and_no_longer_at_it() -> None:
    certificate = certified(at=(INSTANT_BEFORE, CUTOVER))

    assert Status.PASS is the_cell(certificate, "smtp-auth-basic", INSTANT_BEFORE).status
    assert Status.FAIL is the_cell(certificate, "smtp-auth-basic", CUTOVER).status
    assert {OFF} == {outcome.rule for outcome in the_cell(certificate, "smtp-auth-basic", CUTOVER).outcomes}


def test_the_connector_is_untouched_by_the_cutover() -> None:
    certificate = certified(at=(INSTANT_BEFORE, CUTOVER))

    assert Status.PASS is the_cell(certificate, "connector-relay", INSTANT_BEFORE).status
    assert Status.PASS is the_cell(certificate, "connector-relay", CUTOVER).status


def test_a_password_is_judged_under_both_lines_that_the_cutover_may_bring() -> None:
    outcomes = the_cell(certified(), "smtp-auth-basic", "2027-01-04").outcomes

    assert [{"basic_auth_refusal": "5.7.30"}, {"basic_auth_refusal": "5.7.139"}] == [one.reading for one in outcomes]
    assert [
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
    ] == [one.line for one in outcomes]


def test_the_reading_that_was_chosen_comes_first_and_the_other_is_judged_all_the_same() -> None:
    certificate = certified(readings={"basic_auth_refusal": "5.7.139"})

    outcomes = the_cell(certificate, "smtp-auth-basic", "2027-01-04").outcomes
    assert ["5.7.139", "5.7.30"] == [one.reading["basic_auth_refusal"] for one in outcomes]
    assert ("basic_auth_refusal",) == certificate.report.readings_chosen


def test_methods_without_a_password_are_judged_once() -> None:
    assert 1 == len(the_cell(certified(), "connector-relay", "2027-01-04").outcomes)


def test_a_moved_milestone_moves_the_cutover_and_the_certificate_says_so() -> None:
    certificate = certified(at=("2027-03-30", "2027-03-31"), milestones={"basic_auth_off_by_default": "2027-03-31"})

    assert Status.PASS is the_cell(certificate, "smtp-auth-basic", "2027-03-30").status
    assert Status.FAIL is the_cell(certificate, "smtp-auth-basic", "2027-03-31").status
    assert ("basic_auth_off_by_default",) == certificate.report.milestones_moved


@pytest.mark.parametrize(
    ("timeline", "last_good_day", "first_bad_day", "rule"),
    [
        ("2024-04", "2025-08-31", "2025-09-01", "submission.auth.basic_auth_is_removed"),
        ("2025-06", "2026-02-28", "2026-03-01", "submission.auth.basic_auth_is_being_removed"),
        ("2026-01", "2026-12-30", "2026-12-31", OFF),
    ],
)
def test_each_announced_timeline_has_its_own_cutover(
    timeline: str, last_good_day: str, first_bad_day: str, rule: str
) -> None:
    certificate = certified(at=(last_good_day, first_bad_day), readings={"basic_auth_timeline": timeline})

    assert Status.PASS is the_cell(certificate, "smtp-auth-basic", last_good_day).status
    bad = the_cell(certificate, "smtp-auth-basic", first_bad_day)
    assert {rule} == {outcome.rule for outcome in bad.outcomes}


def test_an_announced_removal_has_one_line_under_both_readings_of_the_default_off_phase() -> None:
    certificate = certified(at=("2025-09-05",), readings={"basic_auth_timeline": "2024-04"})

    lines = {outcome.line for outcome in the_cell(certificate, "smtp-auth-basic", "2025-09-05").outcomes}
    assert {"550 5.7.30 Basic authentication is not supported for Client Submission."} == lines


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (Phase.BASIC_ON, Status.PASS),
        (Phase.OFF, Status.FAIL),
        (Phase.OFF_REENABLED, Status.PASS),
        (Phase.REMOVED, Status.FAIL),
    ],
)
def test_a_phase_sets_the_state_of_the_cutover_at_any_date(phase: Phase, status: Status) -> None:
    certificate = certified(at=("2026-11-24", "2027-06-01"), phase=phase)

    assert status is the_cell(certificate, "smtp-auth-basic", "2026-11-24").status
    assert status is the_cell(certificate, "smtp-auth-basic", "2027-06-01").status
    assert phase.value == certificate.report.phase


def test_a_tenant_that_re_enabled_basic_is_served_and_told_that_this_ends() -> None:
    sender = only_sender(certified(basic="on"))

    assert {Status.PASS} == {cell.status for cell in sender.cells}
    assert "re-enabled" in sender.summary


def test_a_sender_judged_before_the_cutover_only_is_told_what_comes() -> None:
    sender = only_sender(certified(at=("2026-11-24",)))

    assert {Status.PASS} == {cell.status for cell in sender.cells}
    assert "will fail silently" == sender.verdict
    assert "refused from 2026-12-31 on: 550 5.7.30" in sender.summary


def test_one_sender_does_not_change_what_another_is_told() -> None:
    alone = certified(a_sender("mfp"))
    crowd = certified(a_sender("mfp"), a_sender("other", profile="curl"), a_sender("third", profile="postfix"))

    assert only_sender(alone).cells[0].outcomes[0].reply == crowd.report.senders[0].cells[0].outcomes[0].reply
    assert alone.transcripts == {name: text for name, text in crowd.transcripts.items() if name.startswith("01_")}
