"""Messages alike of one mailbox: what they have in common is found once, what is counted is judged each time."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from textwrap import dedent
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.app.faults import parse_spec
from relaylab.domain.asks import DataAsk, DeliveryAsk
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Judged
from relaylab.domain.memory import Memory
from relaylab.domain.message import MessageHead
from relaylab.domain.telling import Telling
from relaylab.domain.tenant import DistributionGroup, OrganizationConfig
from relaylab.rules import limits
from relaylab.rules.catalogue import CATALOGUE
from relaylab.session.envelopes import MOST_RECIPIENTS, envelopes
from relaylab.session.habits import OF_ONE_MESSAGE, Habit
from tests.builders import a_mailbox, an_address, some_addresses
from tests.session.lines import BEFORE, CUTOVER, Lab, Line, offer
from tests.session.test_courses import IN_PARTS, asks_behind, has_followed, holds
from tests.session.test_envelopes import Event, all_of, put_in_force
from tests.session.test_signed_in import with_grant_of_just_now
from tests.session.worlds import (
    ALIAS,
    APP,
    APP_PASSWORD,
    DESK,
    EVERYBODY,
    HELPDESK,
    NOBODY,
    OUTSIDE,
    SCANNER,
    SCANNER_PASSWORD,
    contoso,
    two_tenants,
    with_scanner,
)

SCAN: Final = f"From: {SCANNER}\r\nSubject: one\r\nMessage-ID: <1@contoso.com>\r\n\r\nPage 1\r\n"
LETTERS: Final = (
    SCAN,
    SCAN.replace("one", "two").replace("<1@", "<2@"),
    SCAN + "more\r\n" * 100,
    f"From: Scanner <{SCANNER.title()}>\r\n\r\nHi\r\n",
    f"Reply-To: {DESK}\r\n{SCAN}",
    f"From: {APP}\r\n\r\nHi\r\n",
    f"From: {ALIAS}\r\n\r\nHi\r\n",
    f"From: {DESK}\r\n\r\nHi\r\n",
    "Subject: of nobody\r\n\r\nHi\r\n",
    IN_PARTS,
    "",
)
INSIDE: Final = DistributionGroup(an_address(EVERYBODY), (an_address(HELPDESK), an_address(SCANNER)))
BOTH_SIDES: Final = DistributionGroup(an_address(EVERYBODY), (an_address(HELPDESK), an_address(OUTSIDE)))

WORLDS: Final = (
    two_tenants(),
    with_scanner(max_send_size=300),
    with_scanner(restricted_sender=True),
    with_scanner(send_quota_exceeded=True),
    with_scanner(recipient_limits=1),
    two_tenants(contoso(distribution_groups=(INSIDE,))),
    two_tenants(contoso(distribution_groups=(BOTH_SIDES,))),
    two_tenants(contoso(organization_config=OrganizationConfig(send_from_alias_enabled=True))),
    with_grant_of_just_now(),
)
READINGS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"message_over_mailbox_size": "data", "send_as_identity": "mail_from"},
    {"message_rate": "late_reply", "recipient_rate_refusal": "ndr"},
)


def used_up(lab: Lab, recipients: int) -> None:
    """Have the scanner's mailbox sent to so many today."""
    lab.counters.apply(Charge(Meter.RECIPIENTS, SCANNER, recipients, lab.clock.now()))


def habits(lab: Lab) -> list[Habit]:
    """Give what is remembered of mailboxes."""
    answers = vars(Memory)["_answers"].__get__(envelopes(lab.moment())).values()
    return [answer for answer in answers if isinstance(answer, Habit)]


def send(line: Line, letter: str = SCAN, *recipients: str, sender: str = SCANNER) -> str:
    """Send as the scanner, as far as it gets; give the last answer."""
    return offer(line, letter, *recipients, sender=sender)


# Anything, in any order -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """Messages alike on one of the lines, while so many submissions of the mailbox are open elsewhere."""

    line: int
    sender: str
    to: Sequence[str]
    letter: int
    times: int
    open_elsewhere: int

    def send(self, lab: Lab, lines: Sequence[Line]) -> None:
        line = lines[self.line]
        self._open(lab, 1)
        for _ in range(self.times):
            if not line.is_closed:
                send(line, LETTERS[self.letter], *self.to, sender=self.sender)
        self._open(lab, -1)

    def _open(self, lab: Lab, by: int) -> None:
        lab.counters.apply(Charge(Meter.OPEN_SUBMISSIONS, SCANNER, by * self.open_elsewhere, lab.clock.now()))


@dataclass(frozen=True)
class Counted:
    """So many recipients that the mailbox has sent to by another way."""

    recipients: int


sent = st.builds(
    Sent,
    line=st.sampled_from((0, 0, 1, 2)),
    sender=st.sampled_from((SCANNER, SCANNER, SCANNER.upper(), APP, ALIAS)),
    to=st.lists(
        st.sampled_from((HELPDESK, HELPDESK, SCANNER, EVERYBODY, DESK, NOBODY, OUTSIDE)), min_size=1, max_size=2
    ),
    letter=st.one_of(st.integers(0, 3), st.integers(0, len(LETTERS) - 1)),
    times=st.sampled_from((1, 2, 2, 31)),
    open_elsewhere=st.sampled_from((0, 0, 0, limits.SUBMISSIONS_AT_ONCE)),
)
turned = st.one_of(
    st.builds(Event, world=st.integers(0, len(WORLDS) - 1)),
    st.builds(Event, fault=st.sampled_from(("datafinal5xx", "plainoffer"))),
    st.just(Event(ends_faults=True)),
    st.builds(
        Event,
        leap=st.sampled_from(
            (timedelta(seconds=20), timedelta(minutes=30), timedelta(days=-2200), timedelta(days=1), CUTOVER - BEFORE)
        ),
    ),
    st.builds(Counted, st.sampled_from((limits.RECIPIENTS_PER_DAY - 4, 1))),
)


@settings(max_examples=40)
@given(
    st.lists(st.one_of(sent, sent, turned), min_size=2, max_size=6),
    st.sampled_from(range(len(WORLDS))),
    st.sampled_from(READINGS),
)
def test_whatever_is_sent_a_message_of_a_habit_is_the_one_found_anew(
    steps: list[Sent | Event | Counted], world: int, readings: dict[str, str]
) -> None:
    labs = [Lab(WORLDS[world], readings=readings, remembers=one) for one in (True, False)]

    for lab in labs:
        lines = [lab.connect().signed_in(), lab.connect().signed_in(), lab.connect().signed_in(APP, APP_PASSWORD)]
        for step in (*steps, *steps):  # the second time most of it was sent before
            match step:
                case Sent():
                    step.send(lab, lines)
                case Counted(recipients):
                    used_up(lab, recipients)
                case Event():
                    step.happen(lab, WORLDS)

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)


# What a habit hangs on, one by one ------------------------------------------------------------------------------------


def test_messages_that_differ_in_head_and_content_are_of_one_habit() -> None:
    lab = Lab(remembers=True)

    for letter in LETTERS[:3]:
        send(lab.connect().signed_in(), letter)

    assert [False, True, True] == [has_followed(message) for message in lab.kept]


def test_what_is_told_of_a_message_of_a_habit_is_made_when_it_is_read() -> None:
    lab = Lab(remembers=True)
    for letter in LETTERS[:2]:
        send(lab.connect().signed_in(), letter)
    line = lab.connect().signed_in().envelope(SCANNER, HELPDESK)
    line.data()

    told = line.session.receive_message(bytearray(LETTERS[2].encode()), lab.moment()).events

    assert isinstance(told, Telling)
    assert not hasattr(told, "_events")
    assert [line.party.label] * told.many == [event.session for event in told]
    assert told.session == line.party.label


def test_what_is_read_of_a_message_of_a_habit_is_its_own() -> None:
    labs = [Lab(remembers=one) for one in (True, False)]

    for lab in labs:
        for letter in LETTERS[:3]:
            send(lab.connect().signed_in(), letter)
            lab.clock.advance(timedelta(hours=1))

    behind = [asks_behind(lab) for lab in labs]
    assert has_followed(labs[0].kept[2])
    assert behind[0] == behind[1]
    assert labs[0].kept == labs[1].kept
    assert ["one", "two", "one"] == [message.head.subject for message in labs[0].kept]


@pytest.mark.parametrize(
    ("letter", "to"),
    [
        (f"From: {DESK}\r\n\r\nHi\r\n", HELPDESK),
        (IN_PARTS, HELPDESK),
        ("", HELPDESK),
        (SCAN, OUTSIDE),
        (SCAN, NOBODY),
        (SCAN, DESK),
    ],
    ids=["of another", "in too many parts", "empty", "for outside", "for nobody", "for another tenant"],
)
def test_messages_that_more_hangs_on_have_no_habit(letter: str, to: str) -> None:
    lab = Lab(remembers=True)
    line = lab.connect().signed_in()

    for _ in range(2):
        send(line, letter, to)

    assert not any(has_followed(message) for message in lab.kept)


def test_another_author_is_another_habit() -> None:
    lab = Lab(two_tenants(), remembers=True)
    line = lab.connect().signed_in(APP, APP_PASSWORD)

    for author in (APP, ALIAS, APP, ALIAS):
        send(line, f"From: {author}\r\n\r\nHi\r\n", sender=APP)

    assert [False, False, True, True] == [has_followed(message) for message in lab.kept]


def test_an_author_is_told_as_each_message_spells_it() -> None:
    lab = Lab(WORLDS[7], remembers=True)
    line, spelt = lab.connect().signed_in(), [SCANNER, SCANNER.capitalize(), SCANNER]

    for author in spelt:
        send(line, f"From: {author}\r\n\r\nHi\r\n")

    ends = [one for one in lab.events if isinstance(one, Judged) and one.command.startswith("end of data")]
    assert spelt == [message.shown_from for message in lab.kept]
    assert spelt == [one.decision.because[-1].rpartition(" ")[2] for one in ends]


def test_a_right_to_send_as_another_counts_once_it_has_spread() -> None:
    lab = Lab(with_grant_of_just_now(), remembers=True)
    line = lab.connect().signed_in(APP, APP_PASSWORD)

    answers = []
    for after in (timedelta(minutes=30), timedelta(), timedelta(minutes=30)):
        lab.clock.set(BEFORE + after)
        answers.append(send(line, SCAN, sender=APP)[:3])

    assert ["250", "554", "250"] == answers


def test_the_recipients_of_a_day_are_counted_for_each_message() -> None:
    lab = Lab(remembers=True)
    line = lab.connect().signed_in()
    used_up(lab, limits.RECIPIENTS_PER_DAY - 2)

    answers = [send(line)[:3] for _ in range(3)]

    assert ["250", "250", "554"] == answers


def test_under_one_reading_the_recipient_too_many_comes_back() -> None:
    lab = Lab(readings={"recipient_rate_refusal": "ndr"}, remembers=True)
    line = lab.connect().signed_in()
    used_up(lab, limits.RECIPIENTS_PER_DAY - 2)

    for _ in range(3):
        send(line)

    assert [1, 1, 2] == [len(turn.kept) for turn in lab.turns if turn.kept]


def test_the_31st_message_of_a_minute_is_delivered_later() -> None:
    lab = Lab(remembers=True)
    line = lab.connect().signed_in()

    for _ in range(limits.MESSAGES_PER_MINUTE + 1):
        send(line)

    assert has_followed(lab.kept[-1])
    waited = [message.delivered_at - message.accepted_at for message in lab.kept]
    assert waited == [timedelta()] * limits.MESSAGES_PER_MINUTE + [limits.MESSAGE_WINDOW]


def test_a_message_larger_than_the_mailbox_may_send_comes_back_however_often_it_sent() -> None:
    lab = Lab(with_scanner(max_send_size=300), remembers=True)
    line = lab.connect().signed_in()

    for letter in (SCAN, SCAN, LETTERS[2]):
        send(line, letter)

    assert [1, 1, 2] == [len(turn.kept) for turn in lab.turns if turn.kept]


def test_submissions_that_are_open_elsewhere_count() -> None:
    lab = Lab(remembers=True)
    line, others = lab.connect().signed_in(), [lab.connect().signed_in() for _ in range(3)]
    assert [send(line)[:3] for _ in range(2)] == ["250", "250"]

    for other in others:
        other.envelope(SCANNER, HELPDESK).data()

    assert send(line)[:3] == "432"


def test_another_world_counts_for_the_next_message() -> None:
    lab = Lab(remembers=True)
    assert [send(lab.connect().signed_in())[:3] for _ in range(2)] == ["250", "250"]

    put_in_force(lab, with_scanner(send_quota_exceeded=True))

    assert send(lab.connect().signed_in())[:3] == "554"


def test_a_fault_acts_on_a_message_of_a_habit() -> None:
    lab = Lab(remembers=True)
    line = lab.connect().signed_in()
    assert [send(line)[:3] for _ in range(2)] == ["250", "250"]

    lab.board.add(parse_spec("datafinal5xx"))

    assert send(line).startswith("5")


def test_under_the_reading_of_late_replies_each_message_is_its_own() -> None:
    lab = Lab(readings={"message_rate": "late_reply"}, remembers=True)

    for _ in range(2):
        send(lab.connect().signed_in())

    assert not any(has_followed(message) for message in lab.kept)


def test_a_group_with_more_members_than_may_be_remembered_makes_no_habit() -> None:
    def followed(members: int) -> bool:
        group = DistributionGroup(an_address(EVERYBODY), some_addresses(members, domain="contoso.com"))
        crowd = (*contoso().mailboxes, *map(a_mailbox, group.members))
        lab = Lab(two_tenants(contoso(mailboxes=crowd, distribution_groups=(group,))), remembers=True)
        for _ in range(2):
            send(lab.connect().signed_in(SCANNER, SCANNER_PASSWORD), SCAN, EVERYBODY)
        return has_followed(lab.kept[1])

    assert [True, False] == [followed(MOST_RECIPIENTS), followed(MOST_RECIPIENTS + 1)]


def test_what_is_remembered_of_a_mailbox_holds_nothing_that_a_message_says_of_itself() -> None:
    lab = Lab(remembers=True)
    send(lab.connect().signed_in())

    (habit,) = habits(lab)

    assert not OF_ONE_MESSAGE & habit.ask.keywords.keys()
    assert MessageHead() == habit.message.head
    assert not habit.message.raw
    assert habit.message.decision is None


def test_no_event_holds_the_content_of_a_message() -> None:
    """The log and the mail are bounded apart: a message that made room must be gone."""
    lab = Lab(remembers=True)
    for _ in range(2):
        send(lab.connect().signed_in())

    assert holds(lab.kept[1], lab.kept[1].raw)
    for event in lab.events:
        assert not any(holds(event, message.raw) for message in lab.kept)


# What rules may read --------------------------------------------------------------------------------------------------


def read_by_rules_about_copies() -> set[str]:
    """Give the fields of an ask that a rule of client submission about a copy reads, by itself or by a property."""
    rules = [rule for rule in CATALOGUE.rules if rule.endpoint is Endpoint.SUBMISSION and rule.asks is DeliveryAsk]
    modules = [module for rule in rules if (module := inspect.getmodule(rule.predicate)) is not None]
    read, left = set[str](), {name for module in modules for name in _names_in(inspect.getsource(module))}
    while left:
        read |= left
        behind = [one.fget for name in left if isinstance(one := getattr(DeliveryAsk, name, None), property)]
        left = {name for one in behind if one for name in _names_in(dedent(inspect.getsource(one)))} - read
    return read & {one.name for one in fields(DeliveryAsk)}


def _names_in(source: str) -> set[str]:
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}


def test_what_is_counted_outside_is_not_read_of_a_copy_that_stays_inside() -> None:
    """A new rule that reads another count must be asked of ``habits.Habit``: then add it here."""
    of_names = {"principal", "recipient", "recipients", "mail_from", "tenant"}
    given_each_time = {"size", "recipients_today"}
    assert read_by_rules_about_copies() <= of_names | given_each_time  # and by ``quotas``, what is counted outside

    lab = Lab(remembers=True)
    send(lab.connect().signed_in())
    (habit,) = habits(lab)
    ((copy, _),) = habit.copies
    counted = {"external_today": 10**9, "external_quota": 0, "moera_today": 10**9, "moera_quota": 0}
    asked = copy(now=lab.clock.now(), size=1, recipients_today=1, **counted)

    assert lab.rulebook.judge(asked).rule is None


def test_each_fact_that_a_complete_message_is_judged_by_is_given_each_time_or_in_common() -> None:
    """A new one must be among either: see ``habits``, then add it."""
    of_every_ask = {"endpoint", "peer", "tls"}
    of_the_sign_in = {"principal", "tenant", "hve", "token", "may_log_on", "log_on_spreading"}
    of_names = {"envelope", "attribution", "leaving", "leading_outside", "outside", "contacts", "charge"}
    of_the_author = {"sender", "may_send_as", "send_as_spreading"}
    none_at_submission = {"authentication", "handling", "seen_from", "sending"}
    none_or_no_habit = {"excessive_parts"}

    in_common = of_every_ask | of_the_sign_in | of_names | of_the_author | none_at_submission | none_or_no_habit
    assert in_common | OF_ONE_MESSAGE == {one.name for one in fields(DataAsk)}
    assert not in_common & OF_ONE_MESSAGE
