"""What a house does with a turn: it keeps and logs it, and of a probe's leaves no trace."""

from __future__ import annotations

import pytest

from relaylab.servers.house import PROBE, House
from relaylab.session.turn import Turn
from tests.conftest import Emulate
from tests.store.builders import Noted, a_charge, a_message, closed


@pytest.fixture
def house(emulate: Emulate) -> House:
    return emulate().desk("mx").house


def test_what_a_step_tells_as_one_value_is_logged_and_not_read(house: House) -> None:
    made = list[str]()

    house.apply(Turn(events=Noted("a", made)))
    house.apply(Turn(events=Noted("b", made), kept=(a_message(),)))

    assert (4, 1, []) == (len(house.store.events), len(house.store.mail), made)


def test_a_turn_that_says_nothing_to_the_log_is_kept(house: House) -> None:
    house.apply(Turn())
    house.apply(Turn(kept=(a_message("m-1"),)))
    house.apply(Turn(kept=(a_message("m-2"),), charges=(a_charge(),)))

    assert (0, 2, 1) == (len(house.store.events), len(house.store.mail), len(house.store.mail.charges()))


def test_of_a_probe_nothing_is_kept_or_logged(house: House) -> None:
    house.apply(Turn(events=Noted("a", [], session=PROBE)))
    house.apply(Turn(events=(closed("QUIT", PROBE),), kept=(a_message(),)))

    assert (0, 0) == (len(house.store.events), len(house.store.mail))
