from __future__ import annotations

import tracemalloc
from array import array
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.charge import Charge, Meter
from relaylab.domain.clock import microseconds
from relaylab.rules.catalogue import rulebook
from relaylab.rules.submission.data import daily_recipients_are_used_up
from relaylab.session.delivery import delivery_instant
from relaylab.session.moment import Moment
from relaylab.store import Counters
from relaylab_scenarios import accelerated
from relaylab_scenarios.replaying import REFUSED, SUBMISSION, Events, Replay, VerdictHash, engine
from tests.builders import a_data_ask, a_mailbox, a_world, at

NOON = at("2026-12-01T12:00:00Z")
BOXES = (a_mailbox("one@contoso.com"), a_mailbox("two@contoso.com"))
WORLD, RULEBOOK = a_world(), rulebook()

# Waits around the edges of both windows, so that messages fall on either side; recipients that fill a day in a few.
waits = st.sampled_from([0, 0, 0, 1, 2_000_000, 59_999_999, 60_000_000, 3_600_000_000, 86_399_999_999, 86_400_000_000])
messages = st.tuples(waits, st.integers(0, 1), st.sampled_from([1, 1, 1, 400, 3_333, 9_999, 10_000, 10_001]))
bursts = st.lists(st.tuples(messages, st.sampled_from([1, 1, 2, 40])), max_size=12)


def events(parts: list[tuple[tuple[int, int, int], int]]) -> Events:
    found, now = Events(), microseconds(NOON)
    for (wait, mailbox, recipients), times in parts:
        now += wait
        for _ in range(times):
            found.append(now, mailbox, recipients)
    return found


def as_the_live_server_answers(found: Events) -> list[int]:
    """Go through the rule, the session's step and the counters, message by message."""
    counters, answers = Counters(), []
    for instant, box, charge in zip(found.at, found.mailbox, found.recipients, strict=True):
        now, mailbox = NOON + timedelta(microseconds=instant - microseconds(NOON)), BOXES[box]
        today = counters.total(Meter.RECIPIENTS, mailbox.address.key, now)
        ask = replace(a_data_ask(), now=now, principal=mailbox, recipients_today=today, charge=charge)
        if daily_recipients_are_used_up.matches(ask):
            answers.append(REFUSED)
            continue
        delivered = delivery_instant(ask, Moment(now, WORLD, RULEBOOK, counters))
        counters.apply(Charge(Meter.RECIPIENTS, mailbox.address.key, charge, now))
        counters.apply(Charge(Meter.DELIVERIES, mailbox.address.key, 1, delivered))
        answers.append(microseconds(delivered))
    return answers


def hash_of(*pieces: array[int]) -> str:
    found = VerdictHash()
    for piece in pieces:
        found.add(piece)
    return str(found)


@given(parts=bursts)
def test_the_exact_engine_answers_as_the_live_server_does(parts: list[tuple[tuple[int, int, int], int]]) -> None:
    assert as_the_live_server_answers(events(parts)) == list(Replay(SUBMISSION).feed(events(parts)))


@given(parts=bursts)
def test_the_accelerated_engine_has_the_same_hash(parts: list[tuple[tuple[int, int, int], int]]) -> None:
    exact = Replay(SUBMISSION).feed(events(parts))

    assert hash_of(exact) == hash_of(accelerated.replay_plainly(events(parts), SUBMISSION))


@given(parts=bursts, cut=st.integers(0, 12))
def test_pieces_have_the_hash_of_the_whole(parts: list[tuple[tuple[int, int, int], int]], cut: int) -> None:
    found, first, second = events(parts), Events(), Events()
    for place, message in enumerate(zip(found.at, found.mailbox, found.recipients, strict=True)):
        (first if place < cut else second).append(*message)
    replay = Replay(SUBMISSION)

    assert hash_of(Replay(SUBMISSION).feed(found)) == hash_of(replay.feed(first), replay.feed(second))


needs_numba = pytest.mark.skipif(not accelerated.is_there(), reason="numba is not installed")


@needs_numba
def test_numba_compiles_it_to_the_same_hash() -> None:
    found = events([((2_000_000, place % 2, 1 + 999 * (place % 7 == 0)), 35) for place in range(300)])
    exact, compiled = engine("exact")(found), engine("numba")(found)

    assert REFUSED in exact
    assert any(later > now for later, now in zip(exact, found.at, strict=True))
    assert hash_of(exact) == hash_of(compiled)


@pytest.mark.skipif(accelerated.is_there(), reason="numba is installed")
def test_without_numba_the_way_to_it_is_told() -> None:
    with pytest.raises(ValueError, match=r"pip install 'relaylab\[replay\]'"):
        engine("numba")


@pytest.mark.parametrize("name", ["exact", pytest.param("numba", marks=needs_numba)])
def test_events_out_of_order_are_refused(name: str) -> None:
    found = Events()
    found.append(2, 0, 1)
    found.append(1, 0, 1)

    with pytest.raises(ValueError, match="sort them first"):
        engine(name)(found)


def test_a_year_of_a_mailbox_leaves_no_more_behind_than_its_day() -> None:
    year = events([((86_400_000_000 // 23, 0, 1), 1)] * 365 * 23)
    replay = Replay(SUBMISSION)
    tracemalloc.start()
    try:
        replay.feed(year)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert held < 3 * len(year)  # octets; the least that could be said of each message
