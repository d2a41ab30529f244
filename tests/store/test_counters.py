from datetime import timedelta

import pytest

from relaylab.domain.charge import Charge, Meter
from relaylab.session.moment import Usage
from relaylab.store import Counters
from tests.store.builders import NOON, a_charge

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SPANS = [
    (Meter.RECIPIENTS, timedelta(hours=24)),
    (Meter.DELIVERIES, timedelta(minutes=1)),
    (Meter.EXTERNAL, timedelta(hours=24)),
    (Meter.MOERA_EXTERNAL, timedelta(hours=24)),
    (Meter.HVE_RECIPIENTS, timedelta(hours=24)),
    (Meter.HVE_OUTSIDE, timedelta(hours=24)),
    (Meter.FAILED_SIGN_INS, timedelta(minutes=10)),
    (Meter.HVE_RECIPIENTS, timedelta(hours=24)),
    (Meter.HVE_OUTSIDE, timedelta(hours=24)),
    (Meter.ACS_SENDS_OF_A_MINUTE, timedelta(minutes=1)),
    (Meter.ACS_SENDS_OF_AN_HOUR, timedelta(hours=1)),
    (Meter.ACS_STATUS_OF_A_MINUTE, timedelta(minutes=1)),
    (Meter.ACS_STATUS_OF_AN_HOUR, timedelta(hours=1)),
    (Meter.ACS_HARD_BOUNCES, timedelta(days=14)),
]


def test_counters_are_what_a_session_asks_about_usage() -> None:
    usage: Usage = Counters()

    assert 0 == usage.total(Meter.RECIPIENTS, "nobody@contoso.com", NOON)
    assert usage.nth_newest(Meter.RECIPIENTS, "nobody@contoso.com", 1) is None


@pytest.mark.parametrize(("meter", "span"), SPANS)
def test_a_charge_counts_until_the_span_of_its_meter_has_passed(meter: Meter, span: timedelta) -> None:
    counters = Counters()
    counters.apply(a_charge(3, meter=meter, owner="x"))

    assert 0 == counters.total(meter, "x", NOON - SECOND)
    assert 3 == counters.total(meter, "x", NOON)
    assert 3 == counters.total(meter, "x", NOON + span - SECOND)
    assert 0 == counters.total(meter, "x", NOON + span)


def test_every_meter_but_the_level_has_a_span() -> None:
    assert set(Meter) - {Meter.OPEN_SUBMISSIONS} == {meter for meter, _ in SPANS}


def test_the_lock_out_window_can_be_chosen() -> None:
    counters = Counters(lockout=timedelta(minutes=1))
    counters.apply(a_charge(meter=Meter.FAILED_SIGN_INS, owner="x"))

    assert 1 == counters.total(Meter.FAILED_SIGN_INS, "x", NOON + timedelta(seconds=59))
    assert 0 == counters.total(Meter.FAILED_SIGN_INS, "x", NOON + timedelta(seconds=60))


def test_owners_are_the_same_in_upper_and_lower_case() -> None:
    counters = Counters()
    counters.apply(a_charge(1, owner="Scanner@Contoso.com"))
    counters.apply(a_charge(2, owner="scanner@contoso.com"))

    assert 3 == counters.total(Meter.RECIPIENTS, "SCANNER@CONTOSO.COM", NOON)
    assert NOON == counters.nth_newest(Meter.RECIPIENTS, "SCANNER@CONTOSO.COM", 2)


def test_meters_and_owners_do_not_mix() -> None:
    counters = Counters()
    counters.apply(a_charge(meter=Meter.EXTERNAL, owner="contoso"))

    assert 0 == counters.total(Meter.MOERA_EXTERNAL, "contoso", NOON)
    assert 0 == counters.total(Meter.EXTERNAL, "fabrikam", NOON)


def test_open_submissions_are_a_level_whatever_the_time() -> None:
    counters = Counters()
    for amount in (1, 1, -1):
        counters.apply(a_charge(amount, meter=Meter.OPEN_SUBMISSIONS, owner="Scanner@contoso.com"))

    assert 1 == counters.total(Meter.OPEN_SUBMISSIONS, "scanner@contoso.com", NOON - timedelta(days=1))
    assert 1 == counters.total(Meter.OPEN_SUBMISSIONS, "scanner@contoso.com", NOON + timedelta(days=1))
    assert counters.nth_newest(Meter.OPEN_SUBMISSIONS, "scanner@contoso.com", 1) is None


def test_clearing_forgets_charges_and_leaves_open_what_is_open() -> None:
    counters = Counters()
    counters.apply(a_charge())
    counters.apply(a_charge(meter=Meter.OPEN_SUBMISSIONS))

    counters.clear()

    assert 0 == counters.total(Meter.RECIPIENTS, "scanner@contoso.com", NOON)
    assert 1 == counters.total(Meter.OPEN_SUBMISSIONS, "scanner@contoso.com", NOON)


def test_whoever_was_charged_long_ago_is_forgotten_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relaylab.store.counters._TIDY_ABOVE", 8)
    counters = Counters(lockout=timedelta(minutes=10))
    for number in range(200):
        counters.apply(Charge(Meter.FAILED_SIGN_INS, f"guess-{number}@contoso.com", 1, NOON + number * MINUTE))
    newest = [f"guess-{number}@contoso.com" for number in range(180, 200)]

    assert len(counters.dump()) <= 2 * 21
    assert newest[10:] == [name for name in newest if counters.total(Meter.FAILED_SIGN_INS, name, NOON + 199 * MINUTE)]
