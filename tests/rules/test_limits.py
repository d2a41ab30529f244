"""Numbers of the service, and when each holds."""

from datetime import datetime, timedelta

import pytest

from relaylab.engine.milestones import Calendar
from relaylab.rules import limits, milestones
from relaylab.rules.catalogue import rulebook
from tests.builders import MICROSECOND, TODAY, a_tenant, at, just_before

TERRL_PHASES = [(1, "2025-04-03"), (25, "2025-04-03"), (26, "2025-04-18"), (200, "2025-04-18"), (201, "2025-04-28"),
                (500, "2025-04-28"), (501, "2025-05-01"), (100_000, "2025-05-01")]  # fmt: skip
MOERA_PHASES = [(1, "2025-12-01"), (2, "2025-12-01"), (3, "2026-01-07"), (10, "2026-01-07"), (11, "2026-02-02"),
                (50, "2026-02-02"), (51, "2026-03-02"), (200, "2026-03-02"), (201, "2026-04-01"), (2_000, "2026-04-01"),
                (2_001, "2026-05-04"), (10_000, "2026-05-04"), (10_001, "2026-06-01")]  # fmt: skip


def calendar(**readings: str) -> Calendar:
    return rulebook(readings).calendar


@pytest.mark.parametrize(
    ("licences", "quota"),
    [
        (1, 10_000),
        (2, 10_312),
        (10, 12_006),
        (25, 14_259),
        (100, 22_059),
        (1_000, 72_446),
        (10_000, 324_979),
        (100_000, 1_590_639),
    ],
)
def test_terrl_grows_with_the_licences_as_published(licences: int, quota: int) -> None:
    assert quota == limits.terrl_formula(licences)


@pytest.mark.parametrize(("licences", "since"), TERRL_PHASES)
def test_terrl_came_to_the_smaller_tenants_first(licences: int, since: str) -> None:
    tenant = a_tenant(licences=licences)

    assert limits.external_quota(tenant, just_before(since), calendar()) is None
    assert limits.terrl_formula(licences) == limits.external_quota(tenant, at(since), calendar())


@pytest.mark.parametrize(("licences", "holds"), [(500, True), (501, False)])
def test_under_the_reading_of_the_blog_the_last_phase_is_paused(licences: int, *, holds: bool) -> None:
    quota = limits.external_quota(a_tenant(licences=licences), at(TODAY), calendar(terrl_last_phase="paused"))

    assert holds == (quota is not None)


def test_trial_tenants_were_limited_to_5000_from_february_2025_on() -> None:
    trial = a_tenant(trial=True)

    assert limits.external_quota(trial, just_before("2025-02-01"), calendar()) is None
    assert 5_000 == limits.external_quota(trial, at("2025-02-01"), calendar())


def test_trial_tenants_are_limited_to_500_from_september_2026_on() -> None:
    trial = a_tenant(trial=True)

    assert 5_000 == limits.external_quota(trial, just_before("2026-09-14"), calendar())
    assert 500 == limits.external_quota(trial, at("2026-09-14"), calendar())


@pytest.mark.parametrize(
    ("age", "quota"),
    [
        (timedelta(0), 1_426),
        (timedelta(days=31) - MICROSECOND, 1_426),
        (timedelta(days=31), 3_565),
        (timedelta(days=61) - MICROSECOND, 3_565),
        (timedelta(days=61), 14_259),
    ],
)
def test_young_tenants_have_a_share_of_the_formula(age: timedelta, quota: int) -> None:
    tenant = a_tenant(licences=25, created=at(TODAY) - age)

    assert quota == limits.external_quota(tenant, at(TODAY), calendar())


def test_before_september_2026_young_tenants_had_the_whole_formula() -> None:
    tenant = a_tenant(licences=25, created=at("2026-09-01"))

    assert 14_259 == limits.external_quota(tenant, just_before("2026-09-14"), calendar())
    assert 1_426 == limits.external_quota(tenant, at("2026-09-14"), calendar())


def test_who_does_not_trust_the_second_hand_numbers_keeps_the_formula_for_everybody() -> None:
    dates = calendar(terrl_by_age="ignore")

    assert 5_000 == limits.external_quota(a_tenant(trial=True), at(TODAY), dates)
    assert 14_259 == limits.external_quota(a_tenant(licences=25, created=at(TODAY)), at(TODAY), dates)


@pytest.mark.parametrize(("seats", "since"), MOERA_PHASES)
def test_the_onmicrosoft_limit_came_to_the_smaller_tenants_first(seats: int, since: str) -> None:
    tenant = a_tenant(licences=1, seats=seats)

    assert limits.moera_quota(tenant, just_before(since), calendar()) is None
    assert 100 == limits.moera_quota(tenant, at(since), calendar())


def test_the_onmicrosoft_limit_came_to_trials_first_of_all() -> None:
    trial = a_tenant(trial=True, seats=20_000)

    assert limits.moera_quota(trial, just_before("2025-10-15"), calendar()) is None
    assert 100 == limits.moera_quota(trial, at("2025-10-15"), calendar())


def test_a_tenant_that_states_no_seats_has_as_many_as_licences() -> None:
    assert limits.moera_quota(a_tenant(licences=11), at("2026-02-01"), calendar()) is None
    assert 100 == limits.moera_quota(a_tenant(licences=10), at("2026-02-01"), calendar())


def test_a_moved_milestone_moves_the_limit() -> None:
    moved: dict[str, datetime | None] = {milestones.TERRL_25.name: at("2030-01-01")}

    assert limits.external_quota(a_tenant(), at(TODAY), rulebook(milestones=moved).calendar) is None
