"""Messages alike at the tenant MX: what is remembered of the course of one is what the next would come to by itself."""

from __future__ import annotations

import ast
import gc
import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from string import Formatter
from types import ModuleType
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.app.faults import parse_spec
from relaylab.domain.anti_spoof import AntiPhishPolicy, SpoofAction
from relaylab.domain.asks import DataAsk, DeliveryAsk
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Authenticated, Judged
from relaylab.domain.memory import Memory
from relaylab.domain.message import KeptMessage, MessageHead
from relaylab.domain.reply import Trailer
from relaylab.domain.telling import Telling
from relaylab.domain.tenant import DistributionGroup
from relaylab.domain.world import DnsRecord, World
from relaylab.engine.verdict import Verdict
from relaylab.engine.zone import RecordZone
from relaylab.rules import limits, replies
from relaylab.rules.catalogue import CATALOGUE
from relaylab.rules.dns.hosts import ARC_SELECTOR
from relaylab.session.courses import Course, Marks
from relaylab.session.end_of_data import RECEIPT
from relaylab.session.envelopes import MOST_RECIPIENTS, envelopes
from tests.builders import a_connector, a_domain, a_mailbox, an_address, some_addresses
from tests.session.lines import Lab, Line, offer
from tests.session.named import Named, Records
from tests.session.test_envelopes import Event, all_of
from tests.session.worlds import (
    DESK,
    ELSEWHERE,
    EVERYBODY,
    HELPDESK,
    HQ,
    NOBODY,
    OUTSIDE,
    SCANNER,
    contoso,
    two_tenants,
)

STRANGER: Final = "stranger@adatum.example"
PLAIN: Final = f"From: {STRANGER}\r\nSubject: one\r\nMessage-ID: <1@adatum.example>\r\n\r\nHi\r\n"
HANDED_ON: Final = "Received: from a ([192.0.2.1]) by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n"
BY_ANOTHER: Final = HANDED_ON.replace("192.0.2.1", "192.0.2.99")
SIGNED: Final = "DKIM-Signature: v=1; a=rsa-sha256; d=adatum.example; s=s; h=from; bh=AAAA; b=AAAA\r\n"
IN_PARTS: Final = (
    f'From: {STRANGER}\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    + "\r\n--b\r\n\r\nx" * (limits.MIME_PARTS + 1)
    + "\r\n--b--\r\n"
)
LETTERS: Final = (
    PLAIN,
    PLAIN.replace("one", "two").replace("<1@", "<2@"),
    PLAIN + "more\r\n" * 100,
    f"Reply-To: {SCANNER}\r\n{PLAIN}",
    f"From: {SCANNER}\r\n\r\nHi\r\n",
    f"From: {SCANNER}\r\n{PLAIN}",
    f"From: Stranger <{STRANGER.title()}>\r\n\r\nHi\r\n",
    "Subject: of nobody\r\n\r\nHi\r\n",
    "From: Jos\u00e9 <stranger@adatum.example>\r\n\r\nHi\r\n",
    HANDED_ON + PLAIN,
    BY_ANOTHER + PLAIN,
    HANDED_ON * (limits.HOPS + 1) + PLAIN,
    SIGNED + PLAIN,
    IN_PARTS,
    f"no field at all\r\n{PLAIN}",
    "\r\nno head\r\n",
    "",
)
RECORDS: Final = (
    DnsRecord(a_domain("adatum.example"), "TXT", f"v=spf1 ip4:{ELSEWHERE} ip4:192.0.2.0/24 -all"),
    DnsRecord(a_domain("_dmarc.adatum.example"), "TXT", "v=DMARC1; p=quarantine"),
    DnsRecord(a_domain("contoso.com"), "TXT", f"v=spf1 ip4:{HQ} -all"),
    DnsRecord(a_domain("_dmarc.contoso.com"), "TXT", "v=DMARC1; p=reject"),
)
LENIENT: Final = AntiPhishPolicy(
    dmarc_reject_action=SpoofAction.MOVE_TO_JMF, dmarc_quarantine_action=SpoofAction.MOVE_TO_JMF
)
BLIND: Final = AntiPhishPolicy(enable_spoof_intelligence=False, honor_dmarc_policy=False)
GATEWAY: Final = a_connector(HQ, name="gateway", ef_skip_last_ip=True)


BOTH_SIDES: Final = DistributionGroup(an_address(EVERYBODY), (an_address(HELPDESK), an_address(OUTSIDE)))


def with_records(world: World, *others: DnsRecord) -> World:
    return replace(world, dns=(*RECORDS, *others))


WORLDS: Final = (
    with_records(two_tenants()),
    with_records(two_tenants(contoso(anti_phish_policy=LENIENT))),
    with_records(two_tenants(contoso(inbound_connectors=(GATEWAY,)))),
    with_records(two_tenants(contoso(inbound_connectors=(a_connector(HQ, blocked=True),)))),
    with_records(
        two_tenants(contoso(anti_phish_policy=BLIND)), DnsRecord(a_domain("_dmarc.adatum.example"), "TIMEOUT")
    ),
    with_records(two_tenants(contoso(distribution_groups=(BOTH_SIDES,)))),
    two_tenants(),
)


def send(line: Line, letter: str, *recipients: str, sender: str = STRANGER) -> str:
    """Send as somebody from elsewhere, as far as it gets; give the last answer."""
    return offer(line, letter, *recipients, sender=sender)


def asks_behind(lab: Lab) -> list[object]:
    """Give what was asked for each verdict that is told of."""
    return [
        event.verdict_behind.ask
        for event in lab.events
        if isinstance(event, Judged)
        if isinstance(event.verdict_behind, Verdict)
    ]


def has_followed(message: KeptMessage) -> bool:
    """Tell whether a message went a known course: then most of it is not written before somebody reads it."""
    try:
        object.__getattribute__(message, "envelope")
    except AttributeError:
        return True
    return False


# Anything, in any order -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A message on one of the lines."""

    line: int
    sender: str
    to: Sequence[str]
    letter: str

    def send(self, lines: Sequence[Line]) -> None:
        line = lines[self.line]
        if not line.is_closed:
            send(line, self.letter, *self.to, sender=self.sender)


sent = st.builds(
    Sent,
    line=st.integers(0, 3),
    sender=st.sampled_from((STRANGER, SCANNER, "")),
    to=st.lists(
        st.sampled_from((HELPDESK, HELPDESK, SCANNER, DESK, EVERYBODY, NOBODY, OUTSIDE)), min_size=1, max_size=2
    ),
    letter=st.sampled_from(LETTERS),
)
turned = st.one_of(
    st.builds(Event, world=st.integers(0, len(WORLDS) - 1)),
    st.builds(Event, fault=st.sampled_from(("datafinal5xx", "plainrelay"))),
    st.just(Event(ends_faults=True)),
    st.builds(Event, leap=st.sampled_from((timedelta(seconds=1), timedelta(days=-1300), timedelta(days=1300)))),
)


@given(st.lists(st.one_of(sent, sent, sent, turned), min_size=3, max_size=10), st.sampled_from(range(len(WORLDS))))
def test_whatever_is_sent_a_known_course_is_the_one_found_anew(steps: list[Sent | Event], world: int) -> None:
    labs = Named(WORLDS[world], remembers=True), Named(WORLDS[world])

    for lab in labs:
        lines = [line for ip in (HQ, ELSEWHERE) for line in (lab.connect_mx(ip).begin(), lab.connect_mx(ip).secure())]
        for step in (*steps, *steps):  # the second time most of it was sent before
            step.happen(lab, WORLDS) if isinstance(step, Event) else step.send(lines)

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)


# What a course hangs on, one by one -----------------------------------------------------------------------------------


def test_the_same_message_again_goes_the_course_of_the_first() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    for letter in LETTERS[:3]:
        send(line, letter)

    assert [False, True, True] == [has_followed(message) for message in lab.kept]


def test_what_is_read_of_a_followed_message_is_its_own() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()
    send(line, LETTERS[0])
    lab.clock.advance(timedelta(hours=1))

    send(line, LETTERS[1])

    first, second = lab.kept
    assert has_followed(second)
    assert (second.head.subject, second.head.message_id) == ("two", "<2@adatum.example>")
    assert second.accepted_at - first.accepted_at == timedelta(hours=1)
    assert second.decision is not None
    assert second.decision.at == second.accepted_at == lab.events[-1].at
    assert second.headers != first.headers
    assert second.content_for(second.copies[0].recipient) == "".join(
        f"{one}\r\n" for one in second.headers
    ).encode() + (LETTERS[1].encode())


@pytest.mark.parametrize(("kind", "many"), [(Named, 3), (Lab, 2)], ids=["with DNS", "without"])
def test_what_is_told_of_a_followed_message_is_made_when_it_is_read_and_once(kind: type[Lab], many: int) -> None:
    """The log takes the events of each message, and hardly any of them is ever read."""
    lab = kind(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()
    send(line, PLAIN)
    line.envelope(STRANGER, HELPDESK).data()

    told = line.session.receive_message(bytearray(PLAIN.encode()), lab.moment()).events

    assert isinstance(told, Telling)
    assert not hasattr(told, "_events")
    assert (many, line.party.label) == (told.many, told.session)
    assert [line.party.label] * many == [event.session for event in told]
    assert all(one is again for one, again in zip(told, told, strict=True))


def test_an_acceptance_says_the_words_of_a_receipt_in_their_order_at_once_and_nothing_else() -> None:
    """A followed message is answered so, without a look at its template."""
    blanks = tuple(name for _, name, _, _ in Formatter().parse(replies.QUEUED.text) if name is not None)

    assert RECEIPT == blanks
    assert (Trailer.NONE, False) == (replies.QUEUED.trailer, replies.QUEUED.slow)


@pytest.mark.parametrize(
    "another", LETTERS[4:], ids=lambda letter: " ".join(letter.split())[:40].encode("ascii", "replace").decode()
)
def test_a_message_that_is_read_otherwise_has_a_course_of_its_own(another: str) -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()
    send(line, PLAIN)

    send(line, another)

    assert not any(has_followed(message) for message in lab.kept)


def test_signed_messages_are_verified_one_by_one() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    for _ in range(2):
        send(line, SIGNED + PLAIN)

    assert [False, False] == [has_followed(message) for message in lab.kept]


def test_behind_a_gateway_each_message_says_where_it_came_from() -> None:
    lab = Named(WORLDS[2], remembers=True)
    line = lab.connect_mx(HQ).begin()

    for letter in (PLAIN, HANDED_ON + PLAIN, BY_ANOTHER + PLAIN):
        send(line, letter)

    assert ["192.0.2.1", "192.0.2.99"] == [message.authentication[0].ip for message in lab.kept[1:]]


def test_what_dns_could_not_tell_is_asked_again() -> None:
    lab = Named(WORLDS[4], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    for _ in range(2):
        send(line, PLAIN)

    assert not any(has_followed(message) for message in lab.kept)


def test_a_copy_that_a_policy_places_is_judged_each_time() -> None:
    lab = Named(WORLDS[1], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    for _ in range(2):
        send(line, f"From: {SCANNER}\r\n\r\nHi\r\n")

    assert [True, True] == [message.copies[0].decision is not None for message in lab.kept]
    assert not any(has_followed(message) for message in lab.kept)


def test_a_message_that_is_too_large_is_refused_however_often_it_was_sent() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()
    send(line, PLAIN)
    line.envelope(STRANGER, HELPDESK).data()

    turn = line.session.receive_oversized_message(limits.MESSAGE_SIZE + 1, lab.moment())

    assert turn.data.startswith(b"552")


def test_a_message_that_leaves_for_somebody_is_signed_each_time() -> None:
    lab = Named(WORLDS[5], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    for _ in range(2):
        send(line, PLAIN, EVERYBODY)

    assert [2, 2] == [len(message.versions) for message in lab.kept]
    assert [2, 2] == [len(message.authentication) for message in lab.kept]
    assert 4 == [type(event) for event in lab.events].count(Authenticated)


def test_a_from_field_that_ends_with_the_last_chunk_names_its_authors() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    answers = [
        line.envelope(STRANGER, HELPDESK).chunk(f"From: {authors}".encode(), last=True)[:9]
        for authors in (STRANGER, f"{STRANGER}, {SCANNER}", STRANGER)
    ]

    assert ["250 2.6.0", "550 5.7.5", "250 2.6.0"] == answers


@dataclass(frozen=True)
class Watched(Records):
    """Records, and which selectors keys were asked for."""

    asked: list[str] = field(default_factory=list)

    def signing_key(self, selector: str, domain: str) -> None:
        """Note it."""
        self.asked.append(selector)


def test_the_keys_for_what_leaves_are_taken_while_it_is_accepted() -> None:
    """A lab's folder may be gone when somebody reads what was signed."""
    dns = Watched(RecordZone.of(RECORDS))
    lab = Lab(WORLDS[0])
    line = lab.connect_mx(HQ).begin()
    line.envelope(SCANNER, OUTSIDE).data()
    line.session.receive_message(bytearray(PLAIN.encode()), replace(lab.moment(), dns=dns))

    assert {"selector1", ARC_SELECTOR} == set(dns.asked)


def test_an_empty_message_is_not_one_without_an_author() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(HQ).begin()

    for letter in ("\r\nno head\r\n", "", "\r\nno head\r\n"):
        send(line, letter, sender=SCANNER)

    assert [1, 0, 1] == [len(message.authentication) for message in lab.kept]


def test_what_is_charged_is_counted_for_each_message() -> None:
    labs = [Named(WORLDS[0], remembers=one) for one in (True, False)]

    for lab in labs:
        line = lab.connect_mx(HQ).begin()
        for _ in range(3):
            send(line, PLAIN.replace(STRANGER, SCANNER), OUTSIDE, sender=SCANNER)

    assert all_of(labs[0]) == all_of(labs[1])
    assert [1, 1, 1] == [len(turn.charges) for turn in labs[0].turns if turn.kept]


def test_a_fault_acts_on_a_message_whose_course_is_known() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()
    assert send(line, PLAIN).startswith("250")

    lab.board.add(parse_spec("datafinal5xx"))

    assert send(line, PLAIN).startswith("5")


def test_a_message_for_more_than_may_be_remembered_is_placed_each_time() -> None:
    def followed(members: int) -> bool:
        group = DistributionGroup(an_address(EVERYBODY), some_addresses(members, domain="contoso.com"))
        crowd = tuple(map(a_mailbox, group.members))
        lab = Named(with_records(two_tenants(contoso(mailboxes=crowd, distribution_groups=(group,)))), remembers=True)
        line = lab.connect_mx(ELSEWHERE).begin()
        for _ in range(2):
            send(line, PLAIN, EVERYBODY)
        return has_followed(lab.kept[1])

    assert [True, False] == [followed(MOST_RECIPIENTS), followed(MOST_RECIPIENTS + 1)]


def test_what_is_remembered_of_a_message_holds_nothing_that_it_says_of_itself() -> None:
    """So many are remembered, and nobody can tell how long a subject is."""
    lab = Named(WORLDS[0], remembers=True)
    send(lab.connect_mx(ELSEWHERE).begin(), PLAIN)

    answers = vars(Memory)["_answers"].__get__(envelopes(lab.moment())).values()
    (course,) = (answer for answer in answers if isinstance(answer, Course))

    assert course.ask is course.verdict.ask
    assert MessageHead() == course.ask.head == course.message.head
    assert not course.ask.receipt
    assert not course.message.raw


def test_a_from_field_longer_than_is_looked_at_is_read_each_time() -> None:
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(HQ).begin()  # whose mail needs no author that everybody can read

    for _ in range(2):
        send(line, f"From: {STRANGER} ({'x' * 5_000})\r\n\r\nHi\r\n", sender=SCANNER)

    assert [False, False] == [has_followed(message) for message in lab.kept]


def test_what_a_list_looks_at_does_not_have_a_message_explained_and_stamped() -> None:
    """A store is filtered by tenant and recipient, and holds 100,000."""
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()
    for _ in range(2):
        send(line, PLAIN)

    assert "contoso" == lab.kept[1].tenant

    for value, name in ((lab.kept[1].decision, "because"), (lab.kept[1].versions[0], "headers")):
        with pytest.raises(AttributeError):
            object.__getattribute__(value, name)


def holds(holder: object, held: object) -> bool:
    """Tell whether one object keeps another alive."""
    seen, waiting = {id(holder)}, [holder]
    while waiting:
        for one in gc.get_referents(waiting.pop()):
            if one is held:
                return True
            if id(one) not in seen and not isinstance(one, (type, ModuleType)):
                seen.add(id(one))
                if not isinstance(one, dict) or "__name__" not in one:  # what a module holds is everybody's
                    waiting.append(one)
    return False


@pytest.mark.parametrize(
    ("ip", "sender", "to", "letter"),
    [
        (ELSEWHERE, STRANGER, HELPDESK, PLAIN),
        (HQ, SCANNER, OUTSIDE, PLAIN + "x" * 70_000 + "\r\n"),
    ],
    ids=["within the tenant", "large, and leaving"],
)
def test_no_event_holds_the_content_of_a_message(ip: str, sender: str, to: str, letter: str) -> None:
    """The log and the mail are bounded apart: a message that made room must be gone."""
    lab = Named(WORLDS[0], remembers=True)
    line = lab.connect_mx(ip).begin()
    for _ in range(2):
        send(line, letter, to, sender=sender)

    assert 2 == len(lab.kept)
    assert holds(lab.kept[1], lab.kept[1].raw)
    for event in lab.events:
        assert not any(holds(event, message.raw) for message in lab.kept)


def test_under_the_reading_of_late_replies_each_message_is_its_own() -> None:
    lab = Named(WORLDS[0], readings={"message_rate": "late_reply"}, remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    for _ in range(2):
        send(line, PLAIN)

    assert not any(has_followed(message) for message in lab.kept)


def test_until_2023_the_from_header_counts_for_each_message() -> None:
    lab = Named(WORLDS[0], at=datetime(2023, 10, 1, tzinfo=UTC), remembers=True)
    line = lab.connect_mx(ELSEWHERE).begin()

    for _ in range(2):
        send(line, PLAIN)

    assert not any(has_followed(message) for message in lab.kept)


# What rules may read --------------------------------------------------------------------------------------------------

OF_A_MESSAGE: Final = {"head", "size", "excessive_parts", "receipt", "now"}
SEEN: Final = {
    "head": "in the marks: whom it is from, how often it was handed on",
    "size": "one that is too large has no content, and so no marks",
    "excessive_parts": "one that has too many has no marks",
}


def read_by_rules(kind: type[DataAsk | DeliveryAsk]) -> set[str]:
    """Give the fields of an ask that some rule of the tenant MX about it reads by name."""
    rules = [rule for rule in CATALOGUE.rules if rule.endpoint is Endpoint.MX and rule.asks is kind]
    modules = {inspect.getmodule(rule.predicate) for rule in rules}
    trees = [ast.parse(inspect.getsource(module)) for module in modules if module is not None]
    read = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return read & {one.name for one in fields(kind)}


def test_of_a_head_rules_read_what_is_in_the_marks() -> None:
    """A new rule that reads its subject, say, must have that among ``courses.Marks``."""
    rules = [rule for rule in CATALOGUE.rules if rule.endpoint is Endpoint.MX and rule.asks in {DataAsk, DeliveryAsk}]
    modules = {inspect.getmodule(rule.predicate) for rule in rules}
    nodes = [one for module in modules if module for one in ast.walk(ast.parse(inspect.getsource(module)))]
    read = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "head"
    }

    assert read <= set(Marks._fields)


@pytest.mark.parametrize("kind", [DataAsk, DeliveryAsk])
def test_what_rules_read_of_a_message_is_in_its_marks(kind: type[DataAsk | DeliveryAsk]) -> None:
    """A new rule that reads more of a message must be seen by ``courses.marks_of``: then add it here."""
    about_a_certificate = {"now"}  # behind which nothing is remembered: tests/session/test_envelopes.py

    assert read_by_rules(kind) & OF_A_MESSAGE <= SEEN.keys() | about_a_certificate


def test_each_fact_that_a_complete_message_is_judged_by_is_of_names_or_in_its_marks() -> None:
    """A new one that is not must be left out of what is remembered: see ``courses``, then add it."""
    of_every_ask = {"endpoint", "now", "peer", "tls"}
    of_who_signs_in = {
        *("principal", "tenant", "hve", "token", "sending", "recipients_today", "charge", "open_before"),
        *("may_send_as", "may_log_on", "log_on_spreading", "send_as_spreading", "leaving", "leading_outside"),
    }
    of_names = {
        *("envelope", "attribution", "outside", "contacts", "mail_from", "recipient", "recipients", "written_to"),
        *("recipient_state",),
    }
    of_names_and_author = {"sender", "authentication", "handling", "seen_from"}
    of_what_is_charged = {"external_today", "external_quota", "moera_today", "moera_quota"}

    every = {one.name for kind in (DataAsk, DeliveryAsk) for one in fields(kind)}

    told = of_every_ask | of_who_signs_in | of_names | of_names_and_author | of_what_is_charged
    assert told | (OF_A_MESSAGE - {"now"}) == every


def test_a_followed_message_says_of_itself_what_one_found_anew_says() -> None:
    labs = [Named(WORLDS[0], remembers=one) for one in (True, False)]

    for lab in labs:
        line = lab.connect_mx(ELSEWHERE).begin()
        for letter in LETTERS[:3]:
            send(line, letter)

    followed, anew = labs
    behind = [asks_behind(lab) for lab in labs]
    assert any(has_followed(message) for message in followed.kept)
    assert behind[0] == behind[1]
    assert followed.kept == anew.kept
