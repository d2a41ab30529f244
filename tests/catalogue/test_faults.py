"""Laws over the catalogue of faults."""

from __future__ import annotations

import pytest

from relaylab.domain.fault import Behaviour, Fault
from relaylab.domain.source import Confidence
from relaylab.rules.catalogue import RULES
from relaylab.rules.faults import (
    ANSWERS,
    CAPTURED,
    CONDUCTS,
    COPIES,
    ENDS,
    FORMS,
    HANDSHAKES,
    NAMES,
    OFFERS,
    SAYABLE,
    Kind,
)
from relaylab.rules.replies import OF_FAULTS, REPLIES
from tests.scenarios.capture import captures

EVERY = (*CAPTURED, *ANSWERS, *FORMS, *OFFERS, *ENDS, *HANDSHAKES, *NAMES, *COPIES)


def test_every_behaviour_has_one_row() -> None:
    assert sorted(Behaviour) == sorted(conduct.behaviour for conduct in EVERY)


def test_every_behaviour_of_the_captures_can_be_had_under_its_name() -> None:
    assert {capture.behaviour for capture in captures()} <= {conduct.behaviour.value for conduct in CAPTURED}
    assert 23 == len(CAPTURED)


@pytest.mark.parametrize("behaviour", Behaviour)
def test_a_behaviour_has_a_sentence_a_source_and_a_step_it_can_act_at(behaviour: Behaviour) -> None:
    conduct = CONDUCTS[behaviour]

    assert conduct.sentence.endswith(".")
    assert conduct.source.fact
    assert conduct.steps
    assert conduct.step is None or conduct.step in conduct.steps
    assert (
        behaviour is Behaviour.REPLY
        or conduct.kind is Kind.COPY
        or (conduct.reply is not None) == (conduct.kind in {Kind.ANSWER, Kind.CHALLENGE})
    )


def test_what_a_report_says_of_a_copy_that_ends_badly_is_cited_as_inferred() -> None:
    copies = [conduct for conduct in CONDUCTS.values() if conduct.kind is Kind.COPY]

    assert 3 == len(copies)
    assert {Confidence.INFERRED} == {conduct.source.confidence for conduct in copies}


def test_what_is_said_of_a_copy_is_what_nobody_says_to_a_sender() -> None:
    """Neither the mailbox that sends nor the ban of a sender has to do with a copy that was accepted."""
    said = {conduct.reply for conduct in CONDUCTS.values() if conduct.kind is Kind.COPY} - {None}

    assert said
    assert not said & {rule.effect.reply for rule in RULES}


@pytest.mark.parametrize("reply", OF_FAULTS, ids=lambda reply: reply.name)
def test_a_text_of_faults_is_one_of_the_table(reply: object) -> None:
    assert reply in REPLIES


def test_a_text_that_a_fault_can_be_told_to_say_is_one_line_without_blanks() -> None:
    assert "basic_is_disabled" in SAYABLE
    assert not [name for name, reply in SAYABLE.items() if "{" in str(reply) or "\n" in str(reply)]


def test_a_new_fault_has_no_id_yet() -> None:
    assert "fault (new) (lower)" == str(Fault(behaviour=Behaviour.LOWER))
