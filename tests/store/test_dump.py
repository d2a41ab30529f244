"""What a store holds can be noted and put back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from relaylab.domain.charge import Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed
from relaylab.store import Bounds, Counters, EventLog, MailStore, SqliteMailStore, Store, StoreError
from tests.store.builders import HELPDESK, NOON, a_charge, a_message

QUIT = Closed(at=NOON, session="s-000042", endpoint=Endpoint.SUBMISSION, why="QUIT")
OWNER = "scanner@contoso.com"


def a_log(events: int, *, capacity: int = 100) -> EventLog:
    log = EventLog(capacity)
    add(log, events)
    return log


def add(log: EventLog, events: int) -> None:
    for _ in range(events):
        log.append(QUIT)


def numbers(log: EventLog, after: int = 0) -> list[int]:
    return [entry.seq for entry in log.page(after).entries]


def test_a_store_stands_again_where_its_dump_was_made(mail: MailStore) -> None:
    store = Store(mail, EventLog(), Counters())
    store.apply(charges=(a_charge(2),), kept=(a_message("m-1"), a_message("m-2")), events=(QUIT,))
    dump = store.dump()
    store.mail.delete("m-1")
    store.apply(charges=(a_charge(5),), kept=(a_message("m-3"),), events=(QUIT, QUIT))

    store.load(dump)

    assert ["m-1", "m-2"] == [message.id for message in store.mail.messages()]
    assert a_message("m-1").raw == store.mail.raw("m-1")
    assert 2 == store.counters.total(Meter.RECIPIENTS, OWNER, NOON)
    assert [2] == [charge.amount for charge in store.mail.charges()]
    assert [1] == numbers(store.events)


def test_a_dump_is_not_changed_by_what_happens_after_it_was_put_back(mail: MailStore) -> None:
    store = Store(mail, EventLog(), Counters())
    store.apply(charges=(a_charge(2),), kept=(a_message("m-1"),), events=(QUIT,))
    dump = store.dump()

    for _ in range(2):
        store.load(dump)
        store.apply(charges=(a_charge(5),), kept=(a_message("m-2"),), events=(QUIT,))
    store.load(dump)

    assert ["m-1"] == [message.id for message in store.mail.messages()]
    assert 2 == store.counters.total(Meter.RECIPIENTS, OWNER, NOON)
    assert 1 == len(store.events)


def test_how_many_messages_made_room_comes_back(mail: MailStore) -> None:
    mail.bounds = Bounds(messages=1)
    mail.keep(a_message("m-1"))
    mail.keep(a_message("m-2"))
    dump = mail.dump()
    mail.keep(a_message("m-3"))
    mail.load(dump)

    assert (1, 1) == (len(mail), mail.dropped)


def test_charges_of_the_future_come_back_as_they_were(mail: MailStore) -> None:
    store = Store(mail, EventLog(), Counters())
    store.apply(charges=(a_charge(2, at=NOON + timedelta(days=9)),))
    dump = store.dump()
    store.clear()

    store.load(dump)

    assert 0 == store.counters.total(Meter.RECIPIENTS, OWNER, NOON)
    assert 2 == store.counters.total(Meter.RECIPIENTS, OWNER, NOON + timedelta(days=9))


def test_a_submission_that_is_open_is_not_part_of_a_dump(mail: MailStore) -> None:
    store = Store(mail, EventLog(), Counters())
    opening = a_charge(1, meter=Meter.OPEN_SUBMISSIONS)
    store.apply(charges=(opening,))
    dump = store.dump()
    store.apply(charges=(opening,))

    store.load(dump)

    assert 2 == store.counters.total(Meter.OPEN_SUBMISSIONS, OWNER, NOON)


def test_mail_put_back_into_a_file_is_there_when_it_is_opened_again(file: Path) -> None:
    mail = SqliteMailStore(file)
    mail.keep(a_message("m-1"), charges=(a_charge(2),))
    dump = mail.dump()
    mail.keep(a_message("m-2"))
    mail.load(dump)
    mail.close()

    again = SqliteMailStore(file)

    assert ["m-1"] == [message.id for message in again.messages()]
    assert [2] == [charge.amount for charge in again.charges()]
    again.close()


def test_mail_that_cannot_be_put_back_leaves_everything_as_it_was(file: Path) -> None:
    mail = SqliteMailStore(file)
    store = Store(mail, EventLog(), Counters())
    store.apply(kept=(a_message("m-1"),), events=(QUIT,))
    dump = store.dump()
    store.apply(kept=(a_message("m-2"),), events=(QUIT,))
    mail._database.execute("CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'full'); END")

    with pytest.raises(StoreError):
        store.load(dump)

    assert ["m-1", "m-2"] == [message.id for message in store.mail.messages()]
    assert 2 == len(store.events)
    mail.close()


# Mail in pages -------------------------------------------------------------------------------------------------------


def test_mail_is_listed_in_pages_that_filters_narrow(mail: MailStore) -> None:
    mail.keep(*(a_message(f"m-{number}", session=f"s-{number % 2}") for number in range(6)))

    first = mail.messages(session="s-1", limit=2)
    second = mail.messages(session="s-1", limit=2, after=first[-1].id)

    assert [["m-1", "m-3"], ["m-5"]] == [[message.id for message in page] for page in (first, second)]


def test_behind_a_message_that_is_not_there_is_nothing(mail: MailStore) -> None:
    mail.keep(a_message("m-1"))

    assert [] == mail.messages(after="m-9")
    assert [] == mail.messages(limit=0)


def test_forgetting_mail_leaves_what_was_charged(mail: MailStore) -> None:
    mail.keep(a_message("m-1"), a_message("m-2"), charges=(a_charge(2),))

    assert 2 == mail.forget()
    assert 0 == len(mail)
    assert [2] == [charge.amount for charge in mail.charges()]
    mail.keep(a_message("m-1", to=HELPDESK))
    assert ["m-1"] == [message.id for message in mail.messages(recipient=HELPDESK)]


# The log -------------------------------------------------------------------------------------------------------------


def test_a_log_put_back_holds_the_old_numbers_and_gives_none_twice() -> None:
    log = a_log(3)
    dump = log.dump()
    add(log, 4)

    log.load(dump)

    assert [1, 2, 3] == numbers(log)
    assert 8 == log.append(QUIT).seq
    assert [1, 2, 3, 8] == numbers(log)


@pytest.mark.parametrize("after", [3, 5, 7])
def test_a_reader_of_what_was_rolled_back_goes_on_and_has_missed_nothing(after: int) -> None:
    log = a_log(3)
    dump = log.dump()
    add(log, 4)
    log.load(dump)
    add(log, 2)

    page = log.page(after)

    assert ([8, 9], 9, 0) == ([entry.seq for entry in page.entries], page.through, page.missed)


def test_numbers_that_were_rolled_back_do_not_count_as_missed_or_dropped() -> None:
    log = a_log(3, capacity=4)
    dump = log.dump()
    add(log, 4)
    log.load(dump)  # 1 to 3; then 8 and 9, which push 1 out
    add(log, 2)

    assert [2, 3, 8, 9] == numbers(log)
    assert 1 == log.dropped
    assert [1, 0, 0] == [log.page(after).missed for after in (0, 1, 5)]
    add(log, 3)
    assert [9, 10, 11, 12] == numbers(log)
    assert (4, 3) == (log.dropped, log.page(1).missed)


def test_going_back_twice_and_clearing_leaves_no_gap_behind() -> None:
    log = a_log(2)
    dump = log.dump()
    add(log, 1)
    log.load(dump)
    add(log, 1)
    log.load(dump)

    assert 5 == log.append(QUIT).seq
    assert 0 == log.dropped
    log.clear()
    assert 6 == log.append(QUIT).seq
    assert (0, 0) == (log.dropped, log.page().missed)


def test_an_empty_log_put_back_into_another_numbers_on() -> None:
    log = a_log(3)
    log.load(EventLog().dump())

    assert ([], 3, 0) == (numbers(log), log.last, log.page().missed)
    assert 4 == log.append(QUIT).seq


def test_a_page_can_be_narrowed_by_any_condition() -> None:
    log = a_log(4)

    page = log.page(where=lambda event: event.endpoint is Endpoint.MX)

    assert ((), 4) == (page.entries, page.through)
