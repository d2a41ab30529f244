"""Clocks that run: from an instant on, by the seconds that the machine counts, and never by its date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from relaylab.domain.clock import ManualClock, parse_instant
from relaylab.servers.clocks import ClockState, SimulatedClock, SystemClock, steerable

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


@pytest.mark.parametrize("passed", [0.000001, 0.000249, 86_399.999999, 5e8])
def test_a_simulated_clock_tells_microseconds_as_they_are(passed: float) -> None:
    seconds = Seconds()
    seconds.passed = 0.0
    clock = SimulatedClock(CUTOVER, monotonic=seconds)
    seconds.passed = passed

    assert CUTOVER + timedelta(seconds=passed) == clock.now()


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


# Standing still and running ------------------------------------------------------------------------------------------


def test_a_frozen_clock_stands_where_it_is_and_runs_on_from_there() -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, monotonic=seconds)
    seconds.passed += 5

    clock.freeze()
    seconds.passed += 1000
    frozen = clock.now()
    clock.run(2)
    seconds.passed += 3

    assert CUTOVER + timedelta(seconds=5) == frozen
    assert CUTOVER + timedelta(seconds=11) == clock.now()


def test_a_clock_that_lives_a_day_a_second_changes_its_rate_without_a_jump() -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, rate=86_400, monotonic=seconds)

    seconds.passed += 4
    clock.run(1)
    seconds.passed += 1

    assert parse_instant("2027-01-04T00:00:01Z") == clock.now()


def test_setting_and_advancing_leave_a_frozen_clock_frozen() -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, frozen=True, monotonic=seconds)

    clock.set(parse_instant("2027-01-04"))
    clock.advance(timedelta(days=-1))
    seconds.passed += 60

    assert ClockState(parse_instant("2027-01-03"), 1.0, frozen=True) == clock.state


def test_a_clock_resumes_a_state_that_was_noted() -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, rate=10, monotonic=seconds)
    noted = clock.state
    seconds.passed += 60
    clock.freeze()

    clock.resume(noted)
    seconds.passed += 1

    assert CUTOVER + timedelta(seconds=10) == clock.now()


def test_a_clock_that_is_let_run_for_ever_stops_before_the_year_3000() -> None:
    seconds = Seconds()
    clock = SimulatedClock(CUTOVER, rate=31_622_400, monotonic=seconds)

    seconds.passed += 1e15

    assert "2999-12-31T23:59:59.999999+00:00" == clock.now().isoformat()


def test_a_clock_that_was_set_beyond_the_year_3000_stands_there() -> None:
    seconds = Seconds()
    far = datetime(9999, 12, 31, 23, 59, 58, tzinfo=UTC)
    clock = SimulatedClock(far, rate=31_622_400, monotonic=seconds)

    seconds.passed += 5_000

    assert far == clock.now()


@pytest.mark.parametrize("rate", [0.0, -1.0, 31_622_401.0, float("inf"), float("nan")])
def test_a_rate_that_cannot_be_is_refused_with_the_way_out(rate: float) -> None:
    clock = SimulatedClock(CUTOVER, monotonic=Seconds())

    with pytest.raises(ValueError, match="choose more than 0 and at most 31622400, or freeze it"):
        clock.run(rate)
    assert 1.0 == clock.state.rate


def test_a_clock_that_only_knows_how_to_be_set_is_not_let_run() -> None:
    with pytest.raises(ValueError, match=r"start the emulator with at="):
        steerable(ManualClock(CUTOVER))
