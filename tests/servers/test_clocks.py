"""Clocks that run: from an instant on, by the seconds that the machine counts, and never by its date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from relaylab.domain.clock import parse_instant
from relaylab.servers.clocks import SimulatedClock, SystemClock

CUTOVER = parse_instant("2026-12-31")


class Seconds:
    """A stopwatch that a test moves."""

    def __init__(self) -> None:
        self.passed = 1000.0

    def __call__(self) -> float:
        return self.passed


def test_the_machines_time_is_an_instant_that_does_not_run_backwards() -> None:
    clock = SystemClock()

    first, second = clock.now(), clock.now()

    assert UTC == first.tzinfo
    assert first <= second


def test_a_simulated_clock_runs_on_from_where_it_was_set() -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, monotonic=seconds)

    at_once = clock.now()
    seconds.passed += 90.5

    assert CUTOVER == at_once
    assert CUTOVER + timedelta(seconds=90.5) == clock.now()


@pytest.mark.parametrize(("rate", "hours"), [(0.5, 0.5), (1.0, 1), (3600.0, 3600)])
def test_a_simulated_clock_runs_at_its_rate(rate: float, hours: float) -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, rate=rate, monotonic=seconds)

    seconds.passed += 3600

    assert CUTOVER + timedelta(hours=hours) == clock.now()


def test_a_simulated_clock_can_be_set_forwards_and_back() -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, monotonic=seconds)
    seconds.passed += 7

    clock.set(parse_instant("2020-10-01"))
    back = clock.now()
    seconds.passed += 1

    assert parse_instant("2020-10-01") == back
    assert parse_instant("2020-10-01T00:00:01Z") == clock.now()


def test_a_simulated_clock_can_be_moved_by_a_span() -> None:
    clock = SimulatedClock(CUTOVER, monotonic=Seconds())

    clock.advance(timedelta(days=4))
    forwards = clock.now()
    clock.advance(timedelta(days=-5))

    assert parse_instant("2027-01-04") == forwards
    assert parse_instant("2026-12-30") == clock.now()


def test_an_instant_is_told_in_utc() -> None:
    clock = SimulatedClock(datetime.fromisoformat("2027-01-01T00:30:00+01:00"), monotonic=Seconds())

    assert "2026-12-31T23:30:00+00:00" == clock.now().isoformat()


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        SimulatedClock(datetime(2027, 1, 4))  # noqa: DTZ001 - that is what is wrong


def test_by_default_it_runs_on_the_machines_seconds() -> None:
    clock = SimulatedClock(CUTOVER)

    assert CUTOVER <= clock.now() <= clock.now() < CUTOVER + timedelta(hours=1)
