"""The same names said again at the tenant MX: what is remembered of them is what would be found anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.app.faults import parse_spec
from relaylab.domain.asks import Ask, MailAsk, RcptAsk
from relaylab.domain.clock import Window
from relaylab.domain.connector import ConnectorType
from relaylab.domain.event import Judged
from relaylab.domain.memory import Memory
from relaylab.domain.reputation import SenderReputation, SenderState
from relaylab.domain.tenant import DistributionGroup
from relaylab.domain.world import World
from relaylab.engine.verdict import Verdict
from relaylab.rules import milestones, mx
from relaylab.session.envelopes import MOST_RECIPIENTS, Named
from relaylab.session.wire import TLS_1_3
from relaylab.store.events import as_json
from tests.builders import a_certificate, a_connector, an_address
from tests.session.lines import BEFORE, LETTER, Lab, Line
from tests.session.worlds import (
    DESK,
    ELSEWHERE,
    EVERYBODY,
    HANDED_ON,
    HELPDESK,
    HQ,
    NOBODY,
    OUTSIDE,
    PARTNER,
    SCANNER,
    contoso,
    two_tenants,
    with_organization,
)

DELAY: Final = timedelta(minutes=30)
IPV6: Final = "2001:db8::7"
BANNED_NAME: Final = "banned.example"
STRANGER: Final = "stranger@adatum.example"


def with_reputations() -> World:
    told = (
        SenderReputation(STRANGER, SenderState.BANNED),
        SenderReputation(BANNED_NAME, SenderState.BLOCKLISTED),
        SenderReputation(HELPDESK, SenderState.TOO_MUCH_MAIL),
    )
    return replace(two_tenants(), reputations=told)


def with_a_group(*members: str) -> World:
    group = DistributionGroup(an_address(EVERYBODY), tuple(map(an_address, members)))
    return two_tenants(contoso(distribution_groups=(group,)))


WORLDS: Final = (
    two_tenants(),
    with_reputations(),
    with_organization(reject_direct_send=True),
    with_organization(reject_direct_send=True, reject_direct_send_changed=BEFORE),
    with_a_group(OUTSIDE, NOBODY),
)


def put_in_force(lab: Lab, world: World) -> None:
    lab.world, lab.memory = world, Memory()


def all_of(lab: Lab) -> list[object]:
    """What was answered, charged, logged, explained and kept."""
    behind = [event.verdict_behind for event in lab.events if isinstance(event, Judged)]
    verdicts = [one for one in behind if isinstance(one, Verdict)]
    return [
        [(turn.data, turn.then, turn.charges) for turn in lab.turns],
        [as_json(event, number) for number, event in enumerate(lab.events)],
        [(one.trace(), one.ask.now, one.explain()) for one in verdicts],
        lab.kept,
        [message.headers for message in lab.kept],
    ]


# Anything, in any order -----------------------------------------------------------------------------------------------

LETTERS: Final = (
    LETTER,
    b"From: stranger@adatum.example\r\nSubject: x\r\n\r\nHi\r\n",
    b"Received: from a ([192.0.2.1]) by b; Mon, 1 Jan 2024 00:00:00 +0000\r\nFrom: desk@fabrikam.com\r\n\r\nHi\r\n",
)
PEERS: Final = (HQ, ELSEWHERE, IPV6)
HELLOS: Final = ("device.contoso.com", BANNED_NAME)
SENDERS: Final = (SCANNER, SCANNER.title(), "", DESK, STRANGER)
RECIPIENTS: Final = (HELPDESK, HELPDESK.upper(), DESK, EVERYBODY, NOBODY, PARTNER, OUTSIDE, HANDED_ON)
OF_MAIL: Final = ("", "", " SIZE=100", " SIZE=999999999", " SMTPUTF8", " BODY=8BITMIME", " RET=FULL ENVID=abc")
OF_RCPT: Final = ("", "", " NOTIFY=NEVER", " ORCPT=rfc822;a@b.example")
FAULTS: Final = ("mail4xx", "rcpt452", "plainrelay", "datafinal5xx")
LEAPS: Final = (timedelta(days=-1500), timedelta(days=-700), DELAY, timedelta(seconds=1), timedelta(days=400))


@dataclass(frozen=True)
class Event:
    """Something that happens to everybody: another world, a fault that comes or goes, a leap of the clock."""

    world: int | None = None
    fault: str | None = None
    ends_faults: bool = False
    leap: timedelta = timedelta()

    def happen(self, lab: Lab, worlds: Sequence[World] = WORLDS) -> None:
        if self.world is not None:
            put_in_force(lab, worlds[self.world])
        if self.fault is not None:
            lab.board.add(parse_spec(self.fault))
        if self.ends_faults:
            lab.board.reset()
        lab.clock.advance(self.leap)


@dataclass(frozen=True)
class Said:
    """An envelope on one of the lines, what happens within it, and how it ends."""

    line: int
    mail: str
    rcpt: Sequence[str]
    within: Event
    place: int
    letter: int

    def say(self, lab: Lab, lines: Sequence[Line]) -> None:
        line = lines[self.line]
        steps = [self.mail, *self.rcpt, "DATA"]
        for number, step in enumerate(steps):
            if number == self.place:
                self.within.happen(lab)
            if not line.is_closed and line.say(step).startswith("354"):
                line.message(LETTERS[self.letter])
        if not line.is_closed:
            line.say("RSET")


events = st.one_of(
    st.just(Event()),
    st.builds(Event, world=st.integers(0, len(WORLDS) - 1)),
    st.builds(Event, fault=st.sampled_from(FAULTS)),
    st.just(Event(ends_faults=True)),
    st.builds(Event, leap=st.sampled_from(LEAPS)),
)
mails = st.builds("MAIL FROM:<{}>{}".format, st.sampled_from(SENDERS), st.sampled_from(OF_MAIL))
rcpts = st.builds("RCPT TO:<{}>{}".format, st.sampled_from(RECIPIENTS), st.sampled_from(OF_RCPT))
said = st.builds(
    Said,
    line=st.integers(0, 5),
    mail=mails,
    rcpt=st.lists(rcpts, min_size=1, max_size=3),
    within=st.one_of(st.just(Event()), st.just(Event()), events),
    place=st.integers(0, 4),
    letter=st.integers(0, len(LETTERS) - 1),
)


def lines_of(lab: Lab) -> Iterator[Line]:
    """Two lines from each address: one in clear, one in TLS, with different names in EHLO."""
    for number, ip in enumerate(PEERS):
        clear = lab.connect_mx(ip)
        clear.say(f"EHLO {HELLOS[number % 2]}")
        yield clear
        yield lab.connect_mx(ip).secure()


@given(st.lists(st.one_of(said, said, events), min_size=4, max_size=12), st.sampled_from(range(len(WORLDS))))
def test_whatever_happens_what_is_remembered_is_what_is_found_anew(steps: list[Said | Event], world: int) -> None:
    labs = Lab(WORLDS[world], remembers=True), Lab(WORLDS[world])

    for lab in labs:
        lines = tuple(lines_of(lab))
        for step in (*steps, *steps):  # the second time most of it was said before
            step.happen(lab) if isinstance(step, Event) else step.say(lab, lines)

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)


# What the answer hangs on, one by one ---------------------------------------------------------------------------------


def answer(line: Line, sender: str = SCANNER, *recipients: str) -> str:
    """Say an envelope to its end; give the first word of the last answer."""
    line.say(f"MAIL FROM:<{sender}>")
    for recipient in recipients or (HELPDESK,):
        line.say(f"RCPT TO:<{recipient}>")
    last = line.say("DATA")
    last = line.message() if last.startswith("354") else last
    line.say("RSET")
    return last[:3]


def rcpt(line: Line, sender: str = SCANNER, recipient: str = HELPDESK) -> str:
    """Say an envelope up to RCPT; give the first word of its answer."""
    line.say(f"MAIL FROM:<{sender}>")
    last = line.say(f"RCPT TO:<{recipient}>")
    line.say("RSET")
    return last[:3]


def asks_of(lab: Lab) -> list[Ask]:
    """Give what was judged, in order."""
    behind = [event.verdict_behind for event in lab.events if isinstance(event, Judged)]
    return [one.ask for one in behind if isinstance(one, Verdict)]


def test_the_same_envelope_is_recalled() -> None:
    lab = Lab(remembers=True)
    line = lab.connect_mx().begin()

    answers = [answer(line) for _ in range(3)]
    asked = [ask for ask in asks_of(lab) if isinstance(ask, RcptAsk)]

    assert ["250"] * 3 == answers
    assert asked[0].attribution is asked[2].attribution
    assert asked[0].recipient is asked[2].recipient


def test_another_address_is_another_client() -> None:
    lab = Lab(with_organization(reject_direct_send=True), remembers=True)
    at_hq, elsewhere = lab.connect_mx(HQ).begin(), lab.connect_mx(ELSEWHERE).begin()

    assert ["250", "550"] * 2 == [rcpt(line) for line in (at_hq, elsewhere) * 2]


def test_another_name_in_ehlo_is_another_client_on_the_same_line_too() -> None:
    lab = Lab(with_reputations(), remembers=True)
    line = lab.connect_mx()

    answers = []
    for hello in ("device.contoso.com", BANNED_NAME, "device.contoso.com"):
        line.say(f"EHLO {hello}")
        answers.append(line.say(f"MAIL FROM:<{SCANNER}>")[:3])

    assert ["250", "550", "250"] == answers


def test_tls_is_another_circumstance_than_clear_text() -> None:
    partner = a_connector(ELSEWHERE, name="partner", connector_type=ConnectorType.PARTNER, require_tls=True)
    lab = Lab(two_tenants(contoso(inbound_connectors=(partner,))), remembers=True)
    clear, in_tls = lab.connect_mx().begin(), lab.connect_mx().secure()

    assert ["250", "454"] * 2 == [rcpt(line, DESK) for line in (in_tls, clear) * 2]


def test_a_certificate_counts_as_long_as_it_is_valid() -> None:
    by_name = a_connector(name="certificate", sender_ip_addresses=(), tls_sender_certificate_name="mx.contoso.com")
    lab = Lab(two_tenants(contoso(inbound_connectors=(by_name,))), remembers=True)
    shown = a_certificate("mx.contoso.com", trusted=Window(until=BEFORE + DELAY))
    line = lab.connect_mx().secure(replace(TLS_1_3, client_certificate=shown))

    answers = []
    for instant in (BEFORE, BEFORE + DELAY - timedelta(seconds=1), BEFORE + DELAY + timedelta(seconds=1)):
        lab.clock.set(instant)
        answers.append(answer(line, SCANNER, OUTSIDE))

    assert ["250", "250", "550"] == answers


def test_what_the_from_header_could_better_until_2023_is_found_for_each_message() -> None:
    labs = [Lab(two_tenants(), at=datetime(2023, 10, 1, tzinfo=UTC), remembers=one) for one in (True, False)]

    for lab in labs:
        line = lab.connect_mx(HQ).begin()
        for letter in (LETTERS[0], LETTERS[1], LETTERS[0]):
            line.envelope(STRANGER, DESK).data().message(letter)

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)
    assert anew.kept[0].authentication != anew.kept[1].authentication or anew.kept[0].tenant != anew.kept[1].tenant


def test_recipients_behind_one_that_is_not_remembered_are_their_own() -> None:
    world = with_organization(reject_direct_send=True, reject_direct_send_changed=BEFORE)
    lab = Lab(world, readings={"direct_send_delay": "30_minutes"}, remembers=True)
    line = lab.connect_mx().begin()

    for recipient in (HELPDESK, SCANNER):
        line.envelope(SCANNER, recipient).data().message()

    assert [HELPDESK, SCANNER] == [str(message.copies[0].recipient) for message in lab.kept]


def test_a_milestone_between_two_messages_counts_for_the_second() -> None:
    lab = Lab(with_organization(reject_direct_send=True), at=datetime(2025, 1, 1, tzinfo=UTC), remembers=True)
    line = lab.connect_mx().begin()
    since = lab.rulebook.calendar.at(milestones.DIRECT_SEND_CAN_BE_REJECTED.name)
    assert since is not None

    answers = []
    for instant in (since - timedelta(days=1), since - timedelta(seconds=1), since, since - timedelta(seconds=1)):
        lab.clock.set(instant)
        answers.append(rcpt(line))

    assert ["250", "250", "550", "250"] == answers


def test_a_milestone_between_mail_and_rcpt_counts_for_rcpt() -> None:
    lab = Lab(with_organization(reject_direct_send=True), at=datetime(2025, 1, 1, tzinfo=UTC), remembers=True)
    line = lab.connect_mx().begin()
    since = lab.rulebook.calendar.at(milestones.DIRECT_SEND_CAN_BE_REJECTED.name)
    assert since is not None
    lab.clock.set(since - timedelta(seconds=1))
    assert rcpt(line) == "250"

    line.say(f"MAIL FROM:<{SCANNER}>")
    lab.clock.set(since)

    assert line.say(f"RCPT TO:<{HELPDESK}>").startswith("550 5.7.68")


@pytest.mark.parametrize(("rejects", "answers"), [(True, ("250", "550")), (False, ("550", "250"))])
def test_a_change_of_reject_direct_send_spreads_whatever_was_said_meanwhile(
    *, rejects: bool, answers: tuple[str, str]
) -> None:
    world = with_organization(reject_direct_send=rejects, reject_direct_send_changed=BEFORE)
    lab = Lab(world, readings={"direct_send_delay": "30_minutes"}, remembers=True)
    line = lab.connect_mx().begin()

    said = []
    for after in (timedelta(), DELAY - timedelta(seconds=1), DELAY, DELAY, timedelta()):
        lab.clock.set(BEFORE + after)
        said.append(rcpt(line))

    before, since = answers
    assert [before, before, since, since, before] == said


@pytest.mark.parametrize("place", ["before", "within"])
def test_another_world_answers_for_itself(place: str) -> None:
    lab = Lab(two_tenants(), remembers=True)
    line = lab.connect_mx().begin()
    assert rcpt(line) == "250"
    rejecting = with_organization(reject_direct_send=True)

    if place == "before":
        put_in_force(lab, rejecting)
    line.say(f"MAIL FROM:<{SCANNER}>")
    if place == "within":
        put_in_force(lab, rejecting)

    assert line.say(f"RCPT TO:<{HELPDESK}>").startswith("550 5.7.68")


def test_a_world_that_comes_back_is_not_taken_for_the_one_between() -> None:
    lab = Lab(two_tenants(), remembers=True)
    line = lab.connect_mx().begin()

    answers = []
    for world in (two_tenants(), with_organization(reject_direct_send=True), two_tenants()):
        put_in_force(lab, world)
        answers.append(rcpt(line))

    assert ["250", "550", "250"] == answers


def test_members_that_a_group_gets_within_a_transaction_get_the_message() -> None:
    lab = Lab(with_a_group(HELPDESK), remembers=True)
    line = lab.connect_mx(HQ).begin()
    answer(line, SCANNER, EVERYBODY)

    line.say(f"MAIL FROM:<{SCANNER}>")
    line.say(f"RCPT TO:<{EVERYBODY}>")
    put_in_force(lab, with_a_group(HELPDESK, SCANNER))
    line.say("DATA")
    line.message()

    assert [1, 2] == [len(message.copies) for message in lab.kept]


@pytest.mark.parametrize("spec", ["mail4xx", "datafinal5xx"])
def test_a_fault_acts_on_names_that_were_said_before(spec: str) -> None:
    lab = Lab(two_tenants(), remembers=True)
    line = lab.connect_mx().begin()
    assert answer(line) == "250"

    lab.board.add(parse_spec(spec))

    assert answer(line) != "250"


def test_a_fault_within_a_transaction_is_heard_at_once() -> None:
    labs = Lab(remembers=True), Lab()

    for lab in labs:
        line = lab.connect_mx().begin()
        answer(line)
        line.say(f"MAIL FROM:<{SCANNER}>")
        lab.board.add(parse_spec("plainrelay"))
        line.say(f"RCPT TO:<{HELPDESK}>")

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)


def test_what_is_asked_about_reports_is_taken_from_each_line() -> None:
    lab = Lab(with_a_group(NOBODY), remembers=True)
    line = lab.connect_mx(HQ).begin()

    for wish in ("", " NOTIFY=NEVER", ""):
        line.say(f"MAIL FROM:<{SCANNER}>")
        line.say(f"RCPT TO:<{EVERYBODY}>{wish}")
        line.data().message()

    reports = [message.report_of for message in lab.kept if message.report_of]
    messages = [message.id for message in lab.kept if not message.report_of]
    assert [messages[0], messages[2]] == reports


def test_the_size_that_a_line_announces_is_its_own() -> None:
    lab = Lab(two_tenants(), remembers=True)
    line = lab.connect_mx().begin()

    answers = []
    for size in (100, 999_999_999, 200):
        answers.append(line.say(f"MAIL FROM:<{SCANNER}> SIZE={size}")[:3])
        line.say("RSET")

    assert ["250", "552", "250"] == answers
    assert [100, 999_999_999, 200] == [ask.declared_size for ask in asks_of(lab) if isinstance(ask, MailAsk)]


def test_a_long_envelope_takes_no_room_in_the_memory() -> None:
    lab = Lab(with_a_group(*(f"member{number}@contoso.com" for number in range(MOST_RECIPIENTS + 1))), remembers=True)
    line = lab.connect_mx(HQ).begin()
    many = tuple(f"person{number}@adatum.example" for number in range(MOST_RECIPIENTS * 3))

    answer(line, SCANNER, *many)
    answer(line, SCANNER, EVERYBODY)

    remembered = lab.memory.rooms.get("envelopes")
    assert isinstance(remembered, Memory)
    assert len(remembered) <= MOST_RECIPIENTS + 3  # and the opening, the sender, the group


@pytest.mark.parametrize(("is_worth_it", "found"), [(True, [1, 1]), (False, [1, 2])])
def test_what_is_not_worth_it_is_found_anew(is_worth_it: bool, found: list[int]) -> None:  # noqa: FBT001
    lab = Lab(remembers=True)
    rcpt(lab.connect_mx().begin())
    remembered = next(one for one in lab.events if isinstance(one, Judged)).verdict_behind
    assert isinstance(remembered, Verdict)
    named, numbers = Named(remembered), count(1)

    assert found == [named.recall("way", lambda: next(numbers), lambda _: is_worth_it) for _ in range(2)]


def test_no_rule_about_mail_or_rcpt_reads_the_instant_unseen() -> None:
    """What a new rule reads of the instant must be left out of what is remembered: see ``envelopes``, then add it."""
    folder = Path(mx.__file__).parent
    reading = {
        function.name
        for file in folder.glob("*.py")
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == "now"
    }

    about_a_certificate = {"certificate_is_not_trusted", "relay_is_denied_with_an_untrusted_certificate"}
    assert about_a_certificate | {"_is_unwanted_direct_send"} == reading


def test_each_fact_that_mail_and_rcpt_are_judged_by_is_one_of_names() -> None:
    """A new one that is not (a rate, say) must be left out of what is remembered: see ``envelopes``, then add it."""
    of_every_ask = {"endpoint", "now", "peer", "tls"}
    of_who_signs_in = {"principal", "tenant", "hve", "acs", "sign_in_failure", "tenant_today", "tenant_outside_today"}
    of_parameters = {"declared_size", "wants_smtputf8"}
    of_names = {"mail_from", "recipient", "attribution", "sender_state", "hello_state", "recipient_state"}
    of_names_before = {"recipients", "same_domain", "bound_to", "bound_region"}
    of_the_world = {"sender_counts", "direct_send_delay", "reputation", "has_reverse_name", "region_of_host"}

    every = {one.name for kind in (MailAsk, RcptAsk) for one in fields(kind)}

    told = of_every_ask | of_who_signs_in | of_parameters | of_names | of_names_before | of_the_world
    assert told == every
