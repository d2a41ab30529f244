from datetime import timedelta
from pathlib import Path

import pytest

from relaylab.domain.charge import Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed
from relaylab.store import Counters, EventLog, MailStore, SqliteMailStore, Store, StoreError
from tests.store.builders import NOON, a_charge, a_message

QUIT = Closed(at=NOON, session="s-000042", endpoint=Endpoint.SUBMISSION, why="QUIT")
OWNER = "scanner@contoso.com"


def a_store(mail: MailStore) -> Store:
    return Store(mail, EventLog(), Counters())


def test_what_a_turn_leaves_behind_is_kept_counted_and_logged(mail: MailStore) -> None:
    store = a_store(mail)

    store.apply(charges=(a_charge(2),), kept=(a_message(),), events=(QUIT,))

    assert ["m-1"] == [message.id for message in store.mail.messages()]
    assert 2 == store.counters.total(Meter.RECIPIENTS, OWNER, NOON)
    assert [QUIT] == [entry.event for entry in store.events]


def test_mail_is_kept_before_anybody_hears_of_it(mail: MailStore) -> None:
    store, kept_when_heard = a_store(mail), list[int]()
    store.events.subscribe(lambda entry: kept_when_heard.append(len(store.mail)))

    store.apply(kept=(a_message(),), events=(QUIT,))

    assert [1] == kept_when_heard


def test_what_cannot_be_kept_is_neither_counted_nor_logged_but_its_submission_ends(mail: MailStore) -> None:
    store = a_store(mail)
    submission = a_charge(1, meter=Meter.OPEN_SUBMISSIONS), a_charge(-1, meter=Meter.OPEN_SUBMISSIONS)
    store.apply(charges=submission[:1], kept=(a_message(),))

    with pytest.raises(StoreError):
        store.apply(charges=(a_charge(2), submission[1]), kept=(a_message(),), events=(QUIT,))

    assert 0 == store.counters.total(Meter.RECIPIENTS, OWNER, NOON)
    assert 0 == store.counters.total(Meter.OPEN_SUBMISSIONS, OWNER, NOON)
    assert 0 == len(store.events)


def test_a_charge_that_comes_without_mail_outlives_its_process_as_well(mail: MailStore) -> None:
    a_store(mail).apply(charges=(a_charge(2), a_charge(1, meter=Meter.OPEN_SUBMISSIONS)), events=(QUIT,))

    assert [a_charge(2)] == mail.charges()


def test_a_cleared_store_has_nothing_left(mail: MailStore) -> None:
    store = a_store(mail)
    store.apply(charges=(a_charge(),), kept=(a_message(),), events=(QUIT,))

    store.clear()

    assert (0, 0) == (len(store.mail), len(store.events))
    assert 0 == store.counters.total(Meter.RECIPIENTS, OWNER, NOON)


def test_rolling_quotas_go_on_where_they_stood_when_the_file_is_opened_again(file: Path) -> None:
    first = a_store(SqliteMailStore(file))
    first.apply(charges=(a_charge(7), a_charge(meter=Meter.OPEN_SUBMISSIONS)), kept=(a_message(),))
    first.close()

    second = a_store(SqliteMailStore(file))
    counters = second.counters
    second.close()

    assert 7 == counters.total(Meter.RECIPIENTS, OWNER, NOON + timedelta(hours=23))
    assert 0 == counters.total(Meter.RECIPIENTS, OWNER, NOON + timedelta(hours=24))
    assert 0 == counters.total(Meter.OPEN_SUBMISSIONS, OWNER, NOON)
