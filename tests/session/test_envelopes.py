"""The same names said again at the tenant MX: what is remembered of them is what would be found anew."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from relaylab.app.faults import parse_spec
from relaylab.domain.event import Judged
from relaylab.domain.memory import Memory
from relaylab.domain.world import World
from relaylab.engine.verdict import Verdict
from relaylab.rules import milestones, mx
from relaylab.store.events import as_json
from tests.session.lines import BEFORE, Lab, Line
from tests.session.worlds import (
    DESK,
    EVERYBODY,
    HANDED_ON,
    HELPDESK,
    HQ,
    NOBODY,
    OUTSIDE,
    PARTNER,
    SCANNER,
    two_tenants,
    with_organization,
)

DELAY: Final = timedelta(minutes=30)
SENDERS: Final = (SCANNER, "", DESK, "stranger@adatum.example")
RECIPIENTS: Final = (
    (HELPDESK,),
    (HELPDESK, DESK),
    (EVERYBODY,),
    (NOBODY, HELPDESK),
    (PARTNER, HELPDESK, HELPDESK),
    (OUTSIDE,),
    (HANDED_ON,),
)


def said(line: Line, sender: str, recipients: tuple[str, ...]) -> None:
    """Say an envelope and, where somebody is taken, a message."""
    line.say(f"MAIL FROM:<{sender}>")
    for recipient in recipients:
        line.say(f"RCPT TO:<{recipient}>")
    if line.say("DATA").startswith("354"):
        line.message()
    line.say("RSET")


def every_envelope(line: Line) -> None:
    for sender in SENDERS:
        for recipients in RECIPIENTS:
            said(line, sender, recipients)


def all_of(lab: Lab) -> list[object]:
    """What was answered, logged, explained and kept."""
    traces = [
        event.verdict_behind.trace()
        for event in lab.events
        if isinstance(event, Judged) and isinstance(event.verdict_behind, Verdict)
    ]
    return [
        [turn.data for turn in lab.turns],
        [as_json(event, number) for number, event in enumerate(lab.events)],
        traces,
        lab.kept,
    ]


@pytest.mark.parametrize("ip", [HQ, "198.51.100.7", "2001:db8::7"])
@pytest.mark.parametrize(
    "world", [two_tenants(), with_organization(reject_direct_send=True)], ids=["as it is", "rejecting Direct Send"]
)
def test_what_is_remembered_is_what_is_found_anew(ip: str, world: World) -> None:
    labs = Lab(world, remembers=True), Lab(world)

    for lab in labs:
        for number in range(3):
            line = lab.connect_mx(ip)
            line = line.begin() if number else line.secure()
            every_envelope(line)
            lab.clock.advance(timedelta(seconds=1))

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)
    assert len(remembering.memory) > len(RECIPIENTS)


def test_a_milestone_between_two_messages_counts_for_the_second() -> None:
    lab = Lab(with_organization(reject_direct_send=True), at=datetime(2025, 1, 1, tzinfo=UTC), remembers=True)
    line = lab.connect_mx().begin()
    since = lab.rulebook.calendar.at(milestones.DIRECT_SEND_CAN_BE_REJECTED.name)
    assert since is not None

    answers = []
    for instant in (since - timedelta(days=1), since - timedelta(seconds=1), since):
        lab.clock.set(instant)
        line.say(f"MAIL FROM:<{SCANNER}>")
        answers.append(line.say(f"RCPT TO:<{HELPDESK}>")[:3])
        line.say("RSET")

    assert ["250", "250", "550"] == answers


def test_a_milestone_between_mail_and_rcpt_counts_for_rcpt() -> None:
    lab = Lab(with_organization(reject_direct_send=True), at=datetime(2025, 1, 1, tzinfo=UTC), remembers=True)
    line = lab.connect_mx().begin()
    since = lab.rulebook.calendar.at(milestones.DIRECT_SEND_CAN_BE_REJECTED.name)
    assert since is not None
    lab.clock.set(since - timedelta(seconds=1))
    said(line, SCANNER, (HELPDESK,))

    line.say(f"MAIL FROM:<{SCANNER}>")
    lab.clock.set(since)

    assert line.say(f"RCPT TO:<{HELPDESK}>").startswith("550 5.7.68")


def test_a_change_of_reject_direct_send_spreads_whatever_was_said_meanwhile() -> None:
    world = with_organization(reject_direct_send=True, reject_direct_send_changed=BEFORE)
    lab = Lab(world, readings={"direct_send_delay": "30_minutes"}, remembers=True)
    line = lab.connect_mx().begin()

    answers = []
    for instant in (BEFORE, BEFORE + DELAY - timedelta(seconds=1), BEFORE + DELAY):
        lab.clock.set(instant)
        line.say(f"MAIL FROM:<{SCANNER}>")
        answers.append(line.say(f"RCPT TO:<{HELPDESK}>")[:3])
        line.say("RSET")

    assert ["250", "250", "550"] == answers


@pytest.mark.parametrize("place", ["before", "within"])
def test_another_world_answers_for_itself(place: str) -> None:
    lab = Lab(two_tenants(), remembers=True)
    line = lab.connect_mx().begin()
    said(line, SCANNER, (HELPDESK,))
    rejecting = with_organization(reject_direct_send=True)

    if place == "before":
        put_in_force(lab, rejecting)
    line.say(f"MAIL FROM:<{SCANNER}>")
    if place == "within":
        put_in_force(lab, rejecting)

    assert line.say(f"RCPT TO:<{HELPDESK}>").startswith("550 5.7.68")


def put_in_force(lab: Lab, world: World) -> None:
    lab.world, lab.memory = world, Memory()


def test_a_fault_acts_on_names_that_were_said_before() -> None:
    lab = Lab(two_tenants(), remembers=True)
    line = lab.connect_mx().begin()
    said(line, SCANNER, (HELPDESK,))

    lab.board.add(parse_spec("mail4xx"))

    assert line.say(f"MAIL FROM:<{SCANNER}>").startswith("4")


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
