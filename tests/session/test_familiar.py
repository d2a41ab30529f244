"""A session that answers what was said before is the whole session to everybody: its client, the log and the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.app.faults import parse_spec
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.fault import Fault
from relaylab.domain.peer import TlsFacts
from relaylab.domain.reputation import SenderReputation, SenderState
from relaylab.domain.telling import Telling
from relaylab.session.places import MOST
from relaylab.session.progress import Progress
from relaylab.session.turn import Then
from relaylab.session.wire import TLS_1_3
from tests.builders import a_certificate
from tests.session.lines import BEFORE, LETTER, MX_NAMES, Lab, Line
from tests.session.test_courses import asks_behind
from tests.session.test_envelopes import Event, all_of, put_in_force
from tests.session.worlds import ELSEWHERE, HELPDESK, HQ, NOBODY, SCANNER, contoso, two_tenants, with_organization

BANNED: Final = "banned.example"
ANOTHER_SERVER: Final = replace(MX_NAMES, host="AM4PEPF0001AAAA.mail.protection.outlook.com")
WORLDS: Final = (
    two_tenants(),
    replace(two_tenants(contoso()), reputations=(SenderReputation(SCANNER, SenderState.BANNED),)),
    with_organization(reject_direct_send=True, reject_direct_send_changed=BEFORE),
)
LINES: Final = (
    "EHLO device.contoso.com",
    "HELO device.contoso.com",
    f"EHLO {MX_NAMES.host}",
    "EHLO a..b",
    "EHLO",
    f"MAIL FROM:<{SCANNER}>",
    f"mail from:<{SCANNER}> SIZE=100",
    f"MAIL FROM:<{SCANNER}> BODY=BINARYMIME",
    f"RCPT TO:<{HELPDESK}>",
    f"RCPT TO:<{HELPDESK}> NOTIFY=NEVER",
    f"RCPT TO:<{NOBODY}>",
    "DATA",
    "DATA",
    "DATA now",
    "RSET",
    "NOOP",
    "NOOP x",
    "HELP",
    "AUTH LOGIN",
    "STARTTLS",
    "NONSENSE",
    "\x00",
    "QUIT",
)
ENVELOPE: Final = ("EHLO device.contoso.com", f"MAIL FROM:<{SCANNER}>", f"RCPT TO:<{HELPDESK}>", "DATA")


def send(line: Line) -> str:
    """Send one message on a new connection, and take leave."""
    for said in ENVELOPE:
        line.say(said)
    answer = line.message(LETTER)
    line.say("QUIT")
    return answer


def is_told_again(line: Line, said: str) -> bool:
    """Tell whether a line is answered as before: then its events are made for who reads them."""
    line.say(said)
    return isinstance(line.last.events, Telling)


# Anything, in any order -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """Lines on one of the connections, one after the other; behind 354 comes a message, and BDAT is two chunks."""

    line: int
    lines: Sequence[str]

    def say(self, lines: Sequence[Line]) -> None:
        line = lines[self.line]
        for said in self.lines:
            if line.is_closed:
                return
            if said == "BDAT":
                line.chunk(LETTER, last=False)
                line.chunk(b"more\r\n", last=True)
            elif said == "STARTTLS":
                line.wire.start_tls(TLS_1_3)
            elif line.say(said).startswith("354"):
                line.message(LETTER)


said = st.builds(
    Said,
    line=st.integers(0, 3),
    lines=st.one_of(
        st.lists(st.sampled_from((*LINES, "BDAT")), min_size=1, max_size=6), st.just(ENVELOPE), st.just(ENVELOPE[1:])
    ),
)
happened = st.one_of(
    st.builds(Event, world=st.integers(0, len(WORLDS) - 1)),
    st.builds(Event, fault=st.sampled_from(("mail4xx", "starttlsplain", "rcpt452", "datafinal5xx"))),
    st.just(Event(ends_faults=True)),
    st.builds(Event, leap=st.sampled_from((timedelta(days=-1500), timedelta(minutes=30), timedelta(days=400)))),
)


@given(st.lists(st.one_of(said, said, said, happened), min_size=3, max_size=12), st.sampled_from(range(len(WORLDS))))
def test_whatever_is_said_a_familiar_session_is_the_whole_one(steps: list[Said | Event], world: int) -> None:
    labs = Lab(WORLDS[world], remembers=True), Lab(WORLDS[world])

    for lab in labs:
        servers = (MX_NAMES, MX_NAMES, ANOTHER_SERVER, MX_NAMES)
        lines = [
            lab.connect(lab.party(endpoint=Endpoint.MX, ip=ip, names=names))
            for ip, names in zip((HQ, HQ, HQ, ELSEWHERE), servers, strict=True)
        ]
        for step in (*steps, *steps):  # the second time most of it was said before
            step.happen(lab, WORLDS) if isinstance(step, Event) else step.say(lines)
        for line in lines:
            line.hang_up()

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)
    assert asks_behind(anew) == asks_behind(remembering)


# One by one, next to the whole session --------------------------------------------------------------------------------

BASE: Final = (*ENVELOPE, LETTER)
ODD: Final = b"X-Odd: 1\r\n" + LETTER
OVERLONG: Final = -1
TIME_OUT: Final = 600.0
SCRIPTS: Final[dict[str, tuple[Sequence[object], ...]]] = {
    "the same three times": (BASE, BASE, BASE),
    "over one connection": ((*BASE, *BASE[1:], *BASE[1:], "QUIT"),),
    "other parameters of MAIL": ((*ENVELOPE[:1], f"MAIL FROM:<{SCANNER}> SIZE=100", *BASE[2:]),) * 3 + (BASE,) * 2,
    "another author": (BASE, (*ENVELOPE, LETTER.replace(SCANNER.encode(), b"another@contoso.com"))) * 2,
    "a second recipient": (
        BASE,
        (*ENVELOPE[:3], f"RCPT TO:<{SCANNER}>", "DATA", LETTER),
        (*ENVELOPE[:3], "X", "DATA", ODD),
    ),
    "a name that was said before, and a sender that was not": (
        ENVELOPE[:1],
        (ENVELOPE[0], "MAIL FROM:<>", f"RCPT TO:<{HELPDESK}>", "DATA", LETTER),
    ),
    "a name that is banned": ((f"EHLO {BANNED}",), (f"EHLO {BANNED}", *BASE[1:])),
    "errors": (("EHLO x", *("NONSENSE",) * 4), ("EHLO x", *("NONSENSE",) * 12)),
    "help": (("EHLO x", "HELP", "HELP", "VRFY x", "VRFY x"),) * 2,
    "chunks": ((*ENVELOPE[:3], [LETTER, b"more\r\n"]),) * 2,
    "begun anew within an envelope": (BASE, (*ENVELOPE[:3], "EHLO another", *BASE[1:])) * 2,
    "reset within an envelope": (BASE, (*ENVELOPE[:3], "RSET", *BASE[1:], "QUIT")) * 2,
    "a message behind a leap of the clock": (BASE, (*ENVELOPE, timedelta(days=-1300), LETTER, *BASE[1:])),
    "a message behind a fault": (BASE, BASE, (*ENVELOPE, parse_spec("datafinal5xx"), LETTER)),
    "greeted by a fault": (BASE, (parse_spec("554connect"), None, ENVELOPE[0], *BASE), BASE),
    "signing in": (BASE, (ENVELOPE[0], "AUTH LOGIN", *BASE[1:]), BASE),
    "in TLS": (("EHLO x", TLS_1_3, *BASE), ("EHLO x", TLS_1_3, *BASE, *BASE[1:]), BASE),
    "no recipient": ((*ENVELOPE[:2], "DATA", *BASE[2:]),) * 3,
    "a line that is too long": (BASE, (*ENVELOPE[:2], OVERLONG, *BASE[2:])) * 2,
    "timed out": (BASE, (TIME_OUT,), (*ENVELOPE[:3], TIME_OUT)) * 2,
    "two hellos": (("HELO x", "EHLO x", "HELO x"),) * 2,
    "hung up": (BASE, ENVELOPE, ENVELOPE[:2], ()),
    "no hello": (ENVELOPE[1:],) * 2,
}


def play(lab: Lab, script: Sequence[Sequence[object]]) -> None:
    """Hold the dialogues of a script, one connection after the other; each step is a second behind the one before.

    Octets are a message, a list the chunks of one; a fault is put on the board, and None clears it; a span is a leap of
    the clock, a float the seconds after which the session is timed out.
    """
    for dialogue in script:
        before = [step for step in dialogue[:1] if isinstance(step, Fault)]
        for fault in before:
            lab.board.add(fault)
        line = lab.connect_mx(HQ)
        for step in dialogue[len(before) :]:
            lab.clock.advance(timedelta(seconds=1))
            if not line.is_closed:
                take(line, step)
        if lab.board.faults:
            lab.board.reset()
        line.hang_up()


def take(line: Line, step: object) -> None:  # noqa: C901 - one line a kind of step
    match step:
        case str():
            line.say(step)
        case bytes() if line.last.then is Then.READ_MESSAGE:
            line.message(step)
        case bytes():
            pass  # DATA was refused
        case list():
            for number, chunk in enumerate(step, 1):
                line.chunk(chunk, last=number == len(step))
        case timedelta():
            line.lab.clock.advance(step)
        case Fault():
            line.lab.board.add(step)
        case TlsFacts():
            line.wire.start_tls(step)
        case float():
            line.lab.apply(line.session.time_out(step, line.lab.moment()))
        case int():
            line.lab.apply(line.session.receive_overlong_line(line.lab.moment()))
        case _:
            line.lab.board.reset()


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_familiar_session_answers_tells_and_keeps_as_the_whole_one(script: Sequence[Sequence[object]]) -> None:
    world = replace(WORLDS[0], reputations=(SenderReputation(BANNED, SenderState.BLOCKLISTED),))
    labs = Lab(world, remembers=True), Lab(world)

    for lab in labs:
        play(lab, script)

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)
    assert asks_behind(anew) == asks_behind(remembering)


# What is answered as before, and what is not --------------------------------------------------------------------------


def test_a_session_that_says_what_another_has_said_is_answered_as_before() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    first = send(lab.connect_mx(HQ))

    line = lab.connect_mx(HQ)
    line.say(ENVELOPE[0])

    assert [True, True] == [is_told_again(line, said) for said in ENVELOPE[1:3]]
    assert line.say("DATA").startswith("354")
    assert line.message(LETTER)[:9] == first[:9] == "250 2.6.0"
    assert [kept.id for kept in lab.kept] == ["s-000001-1", "s-000002-1"]


@pytest.mark.parametrize("said", ["RSET", "NOOP", "NONSENSE", f"RCPT TO:<{NOBODY}>", "EHLO another.contoso.com"])
def test_a_session_that_was_whole_for_a_line_is_familiar_again(said: str) -> None:
    lab = Lab(WORLDS[0], remembers=True)
    send(lab.connect_mx(HQ))
    line = lab.connect_mx(HQ)
    line.say(ENVELOPE[0])
    line.say(said)
    line.say(ENVELOPE[0])

    assert is_told_again(line, ENVELOPE[1])


def test_a_small_command_within_an_envelope_leaves_it_familiar() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    send(lab.connect_mx(HQ))
    line = lab.connect_mx(HQ)
    for said in (*ENVELOPE[:2], "NOOP"):
        line.say(said)

    assert is_told_again(line, ENVELOPE[2])


def test_who_has_said_auth_is_judged_line_by_line() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    send(lab.connect_mx(HQ))
    line = lab.connect_mx(HQ)
    for said in (ENVELOPE[0], "AUTH LOGIN", ENVELOPE[0]):
        line.say(said)

    assert not is_told_again(line, ENVELOPE[1])


def test_messages_of_a_session_are_counted_whether_or_not_it_was_whole() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    line = lab.connect_mx(HQ)
    line.say(ENVELOPE[0])

    for another in ("", "", "X-Odd\r\n", ""):
        for said in ENVELOPE[1:]:
            line.say(said)
        line.message(another.encode() + LETTER)

    assert [kept.id for kept in lab.kept] == [f"s-000001-{number}" for number in (1, 2, 3, 4)]


def test_a_chunk_belongs_to_the_transaction_that_announced_it() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    send(lab.connect_mx(HQ))
    line = lab.connect_mx(HQ)
    for said in ENVELOPE[:3]:
        line.say(said)

    line.chunk(LETTER, last=True)

    assert lab.kept[-1].raw == LETTER


def test_a_line_that_was_familiar_before_a_fault_is_judged_under_it_and_ever_after() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    send(lab.connect_mx(HQ))
    line = lab.connect_mx(HQ)
    line.say(ENVELOPE[0])
    lab.board.add(parse_spec("mail4xx"))

    assert line.say(ENVELOPE[1]).startswith("4")
    lab.board.reset()
    assert not is_told_again(line, ENVELOPE[1])
    fresh = lab.connect_mx(HQ)
    fresh.say(ENVELOPE[0])
    send(fresh)
    assert is_told_again(lab.connect_mx(HQ).begin(), ENVELOPE[1])


def test_a_session_that_a_fault_has_shut_stays_shut() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    lab.board.add(parse_spec("554connect"))
    line = lab.connect_mx(HQ)
    lab.board.reset()
    send(lab.connect_mx(HQ))

    assert ["503", "503"] == [line.say(said)[:3] for said in ("NOOP", ENVELOPE[0])]


def test_another_world_is_asked_anew_in_the_middle_of_a_session() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    send(lab.connect_mx(HQ))
    line = lab.connect_mx(HQ)
    line.say(ENVELOPE[0])

    put_in_force(lab, WORLDS[1])

    assert line.say(ENVELOPE[1]).startswith("550")


def test_a_name_that_a_server_may_have_is_judged_each_time() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    said = f"EHLO {MX_NAMES.host}"
    granted = lab.connect(lab.party(endpoint=Endpoint.MX, ip=HQ, names=ANOTHER_SERVER)).say(said)
    refused = lab.connect(lab.party(endpoint=Endpoint.MX, ip=HQ, names=MX_NAMES)).say(said)

    assert (granted[:3], refused[:3]) == ("250", "550")


def test_a_recipient_is_judged_each_time_while_something_spreads_and_not_after() -> None:
    lab = Lab(with_organization(reject_direct_send=True, reject_direct_send_changed=BEFORE), remembers=True)

    def is_familiar() -> bool:
        told = []
        for _ in range(3):
            line = lab.connect_mx(HQ).begin()
            line.say(f"MAIL FROM:<{SCANNER}>")
            told.append(is_told_again(line, f"RCPT TO:<{HELPDESK}>"))
        return told[-1]

    told = [is_familiar()]
    for leap in (timedelta(hours=2), -timedelta(hours=2), timedelta(minutes=30)):
        lab.clock.advance(leap)
        told.append(is_familiar())

    assert told == [False, True, False, True]


def test_who_shows_a_certificate_stands_nowhere_that_is_remembered() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    tls = replace(TLS_1_3, client_certificate=a_certificate())

    for _ in range(2):
        assert not is_told_again(lab.connect_mx(HQ).secure(tls), ENVELOPE[1])


def test_commands_in_flight_behind_a_refusal_are_forgiven_though_they_are_familiar() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    send(lab.connect_mx(HQ))
    line = lab.connect_mx(HQ).begin()
    line.say("MAIL FROM:<not an address>")

    answers = {line.say(said) for said in (f"RCPT TO:<{HELPDESK}>", "DATA") * 10}

    assert not line.is_closed
    assert {"503"} == {answer[:3] for answer in answers}


def test_quit_is_answered_as_before_and_logged() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    ends = []
    for _ in range(2):
        line = lab.connect_mx(HQ).begin()
        ends.append((line.say("QUIT"), line.last.then, [type(event) for event in line.last.events]))

    assert ends[0] == ends[1]
    assert ends[1][1] is Then.CLOSE


@pytest.mark.parametrize("said", ["EHLO device{}.contoso.com", "NOOP {}"])
def test_an_era_that_is_full_is_over_and_the_next_one_begins_with_nothing(said: str) -> None:
    """Names come from the wire, and there is no end of them."""
    lab = Lab(WORLDS[0], remembers=True)
    line = lab.connect_mx(HQ).begin()
    first = lab.moment().era

    for number in range(MOST):
        line.say(said.format(number))

    assert first is not None
    assert first is not lab.moment().era
    assert line.say("EHLO device1.contoso.com").startswith("250-")


def test_clients_without_number_end_an_era_as_well() -> None:
    lab = Lab(WORLDS[0], remembers=True)
    first = lab.moment().era

    for number in range(MOST):
        lab.connect_mx(f"198.18.{number // 256}.{number % 256}")

    assert first is not lab.moment().era


@pytest.mark.parametrize("said", ["NOOP {:0>600}", "EHLO x{:0>600}"])
def test_a_line_that_is_longer_than_commands_are_takes_no_room_in_an_era(said: str) -> None:
    lab = Lab(WORLDS[0], remembers=True)
    line = lab.connect_mx(HQ).begin()
    era = lab.moment().era

    for number in range(MOST):
        line.say(said.format(number))

    assert era is lab.moment().era


def test_a_place_brings_all_that_differs_behind_granted_lines() -> None:
    """Who adds to a session's progress says here whether lines at the MX can change it; then ``Place.bring`` must."""
    brought = {"hello_name", "messages", "opening", "refused", "state", "transaction"}
    of_the_client = {"party", "tls"}
    never_at_a_place = {"account", "acs", "pretended_tls", "sign_in_failure", "signed_in"}

    assert brought | of_the_client | never_at_a_place == {one.name for one in fields(Progress)}
