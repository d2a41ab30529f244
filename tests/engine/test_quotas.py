from hypothesis import given
from hypothesis import strategies as st

from relaylab.engine import quotas
from relaylab.engine.quotas import RollingSum

SECOND = 1_000_000
MINUTE = 60 * SECOND

Entries = list[tuple[int, int]]
seconds = st.integers(-200, 200)
entries = st.lists(st.tuples(seconds, st.integers(-5, 50)), max_size=60)


def at(second: int) -> int:
    return second * SECOND


def a_sum(charged: Entries) -> RollingSum:
    rolling = RollingSum(MINUTE)
    for second, amount in charged:
        rolling.add(at(second), amount)
    return rolling


def naive_total(charged: Entries, now: int) -> int:
    return sum(amount for second, amount in charged if now - 60 < second <= now)


@given(charged=entries, now=seconds)
def test_the_total_is_what_was_charged_in_the_span_that_ends_now(charged: Entries, now: int) -> None:
    assert naive_total(charged, now) == a_sum(charged).total(at(now))


@given(charged=entries, n=st.integers(1, 70))
def test_the_nth_newest_is_counted_by_instant_not_by_order_of_charging(charged: Entries, n: int) -> None:
    instants = sorted((at(second) for second, _ in charged), reverse=True)

    assert (instants[n - 1] if n <= len(instants) else None) == a_sum(charged).nth_newest(n)


def test_there_is_no_newest_but_one_before_the_newest() -> None:
    assert a_sum([(0, 1)]).nth_newest(0) is None


@given(charged=entries)
def test_forgetting_changes_no_total_from_one_span_before_the_newest_on(charged: Entries) -> None:
    rolling = RollingSum(MINUTE, keeps=3)
    for place, (second, amount) in enumerate(charged, 1):
        rolling.add(at(second), amount)
        newest = max(second for second, _ in charged[:place])
        for now in (newest - 60, newest - 1, newest, newest + 59, newest + 60):
            assert naive_total(charged[:place], now) == rolling.total(at(now))


def test_what_is_long_past_is_forgotten_when_there_is_much_of_it() -> None:
    rolling = a_sum([(10 * number, 1) for number in range(20_000)])

    assert len(rolling.instants) <= quotas._TIDY_ABOVE + 1
    assert 6 == rolling.total(at(199_990))
