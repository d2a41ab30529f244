"""The managed suppression list: how long an address that bounced is left alone (fact ACS-DLV-07)."""

from datetime import timedelta

import pytest

from relaylab.domain.address import Address
from relaylab.rules.acs.suppression import charge, lease, listed_until
from relaylab.store import Counters
from tests.builders import at

NOON = at("2026-11-23T12:00:00Z")
HOUR = timedelta(hours=1)
GONE = Address.parse("gone@example.com")


def test_an_address_that_never_bounced_is_not_listed() -> None:
    assert lease([]) is None
    assert listed_until(Counters(), GONE, NOON) is None


@pytest.mark.parametrize(
    ("sends", "hours"),
    [(1, 24), (2, 48), (3, 96), (4, 7 * 24), (5, 14 * 24), (6, 14 * 24)],
)
def test_each_send_within_a_lease_makes_a_longer_one_up_to_fourteen_days(sends: int, hours: int) -> None:
    instants = [NOON + number * HOUR for number in range(sends)]

    assert instants[-1] + hours * HOUR == lease(instants)


def test_an_address_is_free_when_its_lease_ends_without_a_send() -> None:
    counters = Counters()
    counters.apply(charge(GONE, NOON))

    assert NOON + 24 * HOUR == listed_until(counters, GONE, NOON)
    assert NOON + 24 * HOUR == listed_until(counters, GONE, NOON + 24 * HOUR - timedelta(microseconds=1))
    assert listed_until(counters, GONE, NOON + 24 * HOUR) is None


def test_a_bounce_after_a_lease_has_ended_begins_anew_with_twenty_four_hours() -> None:
    assert NOON + 48 * HOUR == lease([NOON, NOON + 24 * HOUR])


def test_what_lies_ahead_of_a_clock_that_was_moved_back_does_not_count() -> None:
    counters = Counters()
    counters.apply(charge(GONE, NOON))

    assert listed_until(counters, GONE, NOON - HOUR) is None
