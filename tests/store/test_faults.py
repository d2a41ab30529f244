"""The fault board: ids, counts, and all of it put aside and brought back."""

from __future__ import annotations

import pytest

from relaylab.domain.fault import Behaviour, Fault, FaultScope, FaultUse, Step
from relaylab.rules.faults import FaultError
from relaylab.store import FaultBoard
from tests.builders import an_address

MAIL = Fault(behaviour=Behaviour.MAIL4XX)
RCPT = Fault(behaviour=Behaviour.RCPT452)


def ids(board: FaultBoard) -> list[str]:
    return [fault.id for fault in board.faults]


def test_faults_get_ids_in_order_and_none_twice() -> None:
    board = FaultBoard([MAIL])

    added = board.add(RCPT)
    board.remove(added.id)

    assert ("f-2", "f-3") == (added.id, board.add(RCPT).id)
    assert ["f-1", "f-3"] == ids(board)


def test_removing_tells_whether_there_was_one() -> None:
    board = FaultBoard([MAIL])

    assert [True, False] == [board.remove("f-1"), board.remove("f-1")]


def test_uses_are_counted_by_key_and_told_together() -> None:
    board = FaultBoard([MAIL, RCPT])
    for key in ("a", "a", "b"):
        board.apply(FaultUse("f-1", key))

    assert (2, 1, 0) == tuple(board.view.used(FaultUse("f-1", key)) for key in ("a", "b", "c"))
    assert (3, 0) == (board.used("f-1"), board.used("f-2"))


def test_a_reset_stands_as_at_the_beginning() -> None:
    board = FaultBoard([MAIL])
    board.apply(FaultUse("f-1"))
    board.add(RCPT)
    board.remove("f-1")

    board.reset()

    assert (["f-1"], 0) == (ids(board), board.used("f-1"))
    assert "f-2" == board.add(RCPT).id


def test_clear_takes_all_away_and_gives_no_id_again() -> None:
    board = FaultBoard([MAIL])
    board.clear()

    assert [] == ids(board)
    assert "f-2" == board.add(MAIL).id


def test_a_board_comes_back_as_it_was_put_aside() -> None:
    board = FaultBoard([MAIL])
    board.add(RCPT)
    board.apply(FaultUse("f-2", "a"))
    state = board.dump()
    board.clear()
    board.add(MAIL)
    board.apply(FaultUse("f-3"))

    other = FaultBoard()
    for brought_back in (board, other):
        brought_back.load(state)
        assert (["f-1", "f-2"], 1, 0) == (ids(brought_back), brought_back.used("f-2"), brought_back.used("f-3"))
        assert state == brought_back.dump()
        assert "f-3" == brought_back.add(MAIL).id
    assert ["f-1", "f-2"] == [fault.id for fault in state.faults]  # what was put aside has not changed


def test_whoever_looks_sees_one_state() -> None:
    board = FaultBoard([MAIL])
    view = board.view

    board.add(RCPT)

    assert 1 == len(view.faults)
    assert 2 == len(board.view.faults)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(behaviour=Behaviour.MAIL4XX, step=Step.RCPT),
        Fault(behaviour=Behaviour.NOSTARTTLS, scope=FaultScope(sender=an_address("a@b.example"))),
        Fault(behaviour=Behaviour.REPLY),
        Fault(behaviour=Behaviour.MAIL4XX, times=0),
        Fault(behaviour=Behaviour.MAIL4XX, chance=0),
        Fault(behaviour=Behaviour.SELFSIGNED, seconds=3),
    ],
    ids=str,
)
def test_a_fault_that_cannot_act_is_not_taken(fault: Fault) -> None:
    board = FaultBoard()

    with pytest.raises(FaultError, match=r"; |leave it out"):
        board.add(fault)
    assert [] == ids(board)
