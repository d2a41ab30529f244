"""Mail is bounded by count and by octets: the oldest goes first, and it is said how many went."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from relaylab.domain.charge import Meter
from relaylab.store import Bounds, MailStore, MemoryMailStore, SqliteMailStore
from tests.store.builders import NOON, a_charge, a_message

Make = Callable[[Bounds], MailStore]


@pytest.fixture(params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, file: Path) -> Make:
    return MemoryMailStore if request.param == "memory" else lambda bounds: SqliteMailStore(file, bounds)


def names(store: MailStore) -> list[str]:
    return [message.id for message in store.messages()]


def test_the_oldest_messages_make_room_and_are_counted(make: Make) -> None:
    with closing(make(Bounds(messages=2))) as store:
        for number in range(5):
            store.keep(a_message(f"m-{number}"), charges=[a_charge()])

        assert ["m-3", "m-4"] == names(store)
        assert (2, 3) == (len(store), store.dropped)
        assert store.message("m-0") is None
        assert 5 == len(store.charges())


def test_charges_that_count_no_longer_make_room(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("ledger", "sqlite"):
        monkeypatch.setattr(f"relaylab.store.{room}.TIDY_ABOVE", 10)
    hour = timedelta(hours=1)
    with closing(make(Bounds())) as store:
        for number in range(500):
            later = NOON + number * hour
            delivered = a_charge(1, meter=Meter.DELIVERIES, at=later + 30 * hour)
            store.keep(charges=[a_charge(number, at=later), delivered])
        kept = [charge.amount for charge in store.charges() if charge.meter is Meter.RECIPIENTS]

    assert list(range(500))[-48:] == kept[-48:]
    assert len(kept) < 4 * 48


def test_octets_count_and_the_newest_stays_however_large(make: Make) -> None:
    with closing(make(Bounds(octets=10))) as store:
        store.keep(a_message("m-1", raw=b"x" * 6))
        store.keep(a_message("m-2", raw=b"x" * 4))
        assert ["m-1", "m-2"] == names(store)
        store.keep(a_message("m-3", raw=b"x" * 50))

        assert ["m-3"] == names(store)


def test_what_is_deleted_makes_room_too(make: Make) -> None:
    with closing(make(Bounds(octets=10))) as store:
        store.keep(a_message("m-1", raw=b"x" * 6), a_message("m-2", raw=b"x" * 4))
        store.delete("m-1")
        store.keep(a_message("m-3", raw=b"x" * 6))

        assert (["m-2", "m-3"], 0) == (names(store), store.dropped)


def test_bounds_that_keep_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="keep at least one"):
        Bounds(messages=0)
