"""Laws of faults, held against clients that do anything under faults of any kind."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed, Faulted, TlsFailed
from relaylab.domain.fault import Behaviour, Fault, FaultReply, FaultScope, Nth, Step, When
from relaylab.domain.handshake import TlsVersion
from relaylab.rules.faults import CONDUCTS, FaultError, Kind, check
from relaylab.session.turn import Then
from tests.builders import an_address
from tests.properties.drives import Step as Does
from tests.properties.drives import clients, drive
from tests.session.lines import Lab
from tests.session.worlds import ELSEWHERE, HELPDESK, SCANNER


def _can_act(fault: Fault) -> bool:
    try:
        check(fault)
    except FaultError:
        return False
    return True


def _fault(behaviour: Behaviour) -> st.SearchStrategy[Fault]:
    conduct = CONDUCTS[behaviour]
    takes = set(conduct.takes)
    codes = st.integers(400, 599) if behaviour is not Behaviour.REPLY else st.integers(200, 599)
    reply = st.builds(
        FaultReply, codes, st.just(""), st.text(st.characters(codec="ascii", categories=["L"]), max_size=9)
    )
    return st.builds(
        Fault,
        behaviour=st.just(behaviour),
        scope=st.builds(
            FaultScope,
            listener=st.none() | st.sampled_from(("submission", "mx")),
            session=st.none() | st.just("s-000001"),
            sender=st.none() | st.just(an_address(SCANNER)),
            recipient=st.none() | st.just(an_address(HELPDESK)),
        ),
        times=st.none() | st.integers(1, 3),
        chance=st.sampled_from((1.0, 0.5)),
        step=st.none() | st.sampled_from(sorted(conduct.steps)) if "step" in takes else st.none(),
        nth=st.none() | st.builds(Nth, st.integers(1, 3), st.booleans()) if "nth" in takes else st.none(),
        reply=(reply if behaviour is Behaviour.REPLY else st.none() | reply) if "code" in takes else st.none(),
        closes=st.none() | st.booleans() if "close" in takes else st.none(),
        when=st.none() | st.sampled_from(When) if "when" in takes else st.none(),
        minimum=st.just(TlsVersion.TLS1_2) if "minimum" in takes else st.none(),
    ).filter(_can_act)


faults = st.lists(st.sampled_from(Behaviour).flatmap(_fault), min_size=1, max_size=4)


def lab_with(standing: list[Fault]) -> Lab:
    lab = Lab()
    for fault in standing:
        lab.board.add(fault)
    return lab


@settings(deadline=None)
@given(clients(), faults)
def test_no_fault_acts_more_often_than_it_may_nor_without_a_word_in_the_log(
    steps: tuple[Does, ...], standing: list[Fault]
) -> None:
    lab = lab_with(standing)

    drive(steps, endpoint=Endpoint.SUBMISSION, ip=ELSEWHERE, lab=lab)

    told = Counter(event.fault for event in lab.events if isinstance(event, Faulted))
    for fault in lab.board.faults:
        used = lab.board.used(fault.id)
        conduct = CONDUCTS[fault.behaviour]
        assert fault.times is None or used <= fault.times
        assert conduct.kind is Kind.SHIELD or used <= told[fault.id]
        assert not (conduct.lasts and used > 1)


@settings(deadline=None)
@given(clients(), faults)
def test_a_session_with_faults_ends_once_and_says_nothing_then(steps: tuple[Does, ...], standing: list[Fault]) -> None:
    lab = lab_with(standing)

    drive(steps, endpoint=Endpoint.SUBMISSION, ip=ELSEWHERE, lab=lab)

    ends = [index for index, turn in enumerate(lab.turns) if turn.then is Then.CLOSE]
    assert ends in ([], [len(lab.turns) - 1])
    told = [event for event in lab.events if isinstance(event, Closed | TlsFailed)]
    assert len(told) == len(ends)
    assert {} == dict(lab.counters._open) or not ends


@settings(deadline=None)
@given(clients(), faults)
def test_a_fault_in_another_session_changes_nothing(steps: tuple[Does, ...], standing: list[Fault]) -> None:
    elsewhere = [
        Fault(behaviour=fault.behaviour, step=fault.step, reply=fault.reply, minimum=fault.minimum,
              scope=FaultScope(session="s-000009"))
        for fault in standing
        if Step.QUERY not in CONDUCTS[fault.behaviour].steps  # a question to DNS is of no session
    ]  # fmt: skip
    lab, plain = lab_with(elsewhere), Lab()

    drive(steps, endpoint=Endpoint.SUBMISSION, ip=ELSEWHERE, lab=lab)
    drive(steps, endpoint=Endpoint.SUBMISSION, ip=ELSEWHERE, lab=plain)

    assert b"".join(turn.data for turn in plain.turns) == b"".join(turn.data for turn in lab.turns)
    assert plain.events == lab.events


@settings(deadline=None)
@given(clients(), faults)
def test_the_same_faults_and_the_same_seed_give_the_same_session(
    steps: tuple[Does, ...], standing: list[Fault]
) -> None:
    one, other = lab_with(standing), lab_with(standing)

    drive(steps, endpoint=Endpoint.SUBMISSION, ip=ELSEWHERE, lab=one)
    drive(steps, endpoint=Endpoint.SUBMISSION, ip=ELSEWHERE, lab=other)

    assert one.turns == other.turns


def test_every_step_has_a_fault_that_acts_there() -> None:
    assert set(Step) == {step for conduct in CONDUCTS.values() for step in conduct.steps}
