"""How a session begins: the greeting and its event, which need no session."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Connected
from relaylab.domain.reply import ReplyTemplate, untrailed
from relaylab.domain.telling import Telling
from relaylab.rules import replies
from relaylab.session.banner import begin, connected, greeting
from relaylab.session.turn import Turn
from tests.builders import at
from tests.session.lines import MX_NAMES, SUBMISSION_NAMES, Lab, Line

SESSION_ID = f" [{MX_NAMES.session_id}]"
INSTANTS = tuple(at("2024-01-01") + timedelta(days=31 * n, hours=n, minutes=2 * n, seconds=n) for n in range(24))


def said_at(instant: datetime, endpoint: Endpoint = Endpoint.MX, **readings: str) -> str:
    lab = Lab(at=instant, readings=readings)
    return greeting(lab.party(endpoint=endpoint), lab.moment()).decode()


@pytest.mark.parametrize("instant", INSTANTS)
def test_a_greeting_names_the_day_and_the_second_as_exchange_writes_them(instant: datetime) -> None:
    date = instant.strftime(f"%a, {instant.day} %b %Y %H:%M:%S +0000")

    line = said_at(instant, mx_banner_session_id="absent")

    assert f"220 {MX_NAMES.host} Microsoft ESMTP MAIL Service ready at {date}\r\n" == line


def test_a_greeting_of_the_next_day_names_the_next_day() -> None:
    midnight = at("2027-01-01")

    assert "at Thu, 31 Dec 2026 23:59:59 +0000" in said_at(midnight - timedelta(microseconds=1))
    assert "at Fri, 1 Jan 2027 00:00:00 +0000" in said_at(midnight)
    assert "at Thu, 31 Dec 2026 23:59:59 +0000" in said_at(midnight - timedelta(seconds=1))


def test_a_greeting_ends_in_the_session_id_from_its_day_on() -> None:
    day = at("2024-10-10")

    assert SESSION_ID not in said_at(day - timedelta(microseconds=1))
    assert said_at(day).endswith(f"+0000{SESSION_ID}\r\n")


def test_the_reading_about_the_session_id_is_of_the_mx_alone() -> None:
    now = at("2026-11-23")

    assert SESSION_ID not in said_at(now, mx_banner_session_id="absent")
    assert SESSION_ID in said_at(now, Endpoint.SUBMISSION, mx_banner_session_id="absent")


@pytest.mark.parametrize("endpoint", [Endpoint.MX, Endpoint.SUBMISSION, Endpoint.HVE, Endpoint.ACS_SMTP])
def test_a_session_begins_with_that_greeting_and_that_event(endpoint: Endpoint) -> None:
    lab = Lab()
    line = Line(lab, lab.party(endpoint=endpoint))

    assert greeting(line.party, lab.moment()) == line.wire.greeting
    assert [connected(line.party, lab.moment())] == list(line.last.events)


def test_a_session_that_begins_is_told_of_when_somebody_reads_it() -> None:
    lab = Lab()
    party, moment = lab.party(), lab.moment()

    turn = begin(party, moment)

    assert (1, party.label) == (len(turn.events), turn.events.session if isinstance(turn.events, Telling) else "")
    assert [connected(party, moment)] == list(turn.events)
    assert turn == replace(Turn(greeting(party, moment)), events=turn.events)


def test_the_event_of_a_new_session_says_who_came_and_under_which_id() -> None:
    lab = Lab()
    party = lab.party()

    event = connected(party, lab.moment())

    expected = Connected(
        at=lab.clock.now(),
        session=party.label,
        endpoint=Endpoint.SUBMISSION,
        ip=party.peer.address,
        site=None,
        session_id=SUBMISSION_NAMES.session_id,
    )
    assert expected == event


def test_a_greeting_is_never_held_back() -> None:
    assert not replies.BANNER.slow


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (replies.BANNER, {"host": "100%.example", "date": "today", "session": ""}),
        (replies.HELLO, {"host": "a.example", "ip": "192.0.2.1"}),
        (replies.EHLO, {"host": "a.example", "ip": "192.0.2.1", "capabilities": "SIZE 1"}),
        (replies.BYE, {}),
    ],
)
def test_a_reply_is_written_from_its_words_as_it_is_from_its_text(
    template: ReplyTemplate, words: dict[str, str]
) -> None:
    assert untrailed(template.fill(**words)) == template.write(*words.values())
