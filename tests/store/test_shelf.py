"""A shelf of messages: what a page costs does not depend on what is kept, and what is taken away leaves no hole."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.message import KeptMessage
from relaylab.store import shelf as shelves
from relaylab.store.shelf import Shelf
from tests.store.builders import a_message


class Counted(list[KeptMessage | None]):
    """A row that counts how many of its places are looked at."""

    looks = 0

    def __getitem__(self, at: object) -> object:  # type: ignore[override]
        self.looks += 1
        return super().__getitem__(at)  # type: ignore[call-overload]

    def __iter__(self) -> object:  # type: ignore[override]
        raise AssertionError("all that is kept was walked through")


def test_a_page_looks_at_the_messages_of_the_page_and_no_others() -> None:
    shelf, row = Shelf(), Counted()
    shelf._kept = row, {}
    message = a_message("m")
    for number in range(1_000):
        row.append(message)
        shelf._kept[1][f"m-{number}"] = number

    assert 10 == len(list(islice(shelf.after("m-700"), 10)))
    assert shelf.get("m-900") is message
    assert 11 == row.looks


@pytest.mark.parametrize("names", [["m-2", "m-1"], ["m-2", "m-2"]])
def test_messages_of_which_one_has_an_id_that_is_taken_are_none_of_them_put(names: list[str]) -> None:
    shelf, first = Shelf(), a_message("m-1")
    assert 1 == shelf.add([first])

    with pytest.raises(KeyError):
        shelf.add([a_message(name) for name in names])

    assert [first] == list(shelf.after(None))
    assert 3 == shelf.add([a_message("m-2"), a_message("m-3")])


@given(st.lists(st.one_of(st.just("add"), st.just("oldest"), st.integers(0, 30)), max_size=60))
def test_it_holds_what_a_dict_would(steps: list[str | int]) -> None:
    before, shelves._EMPTY = shelves._EMPTY, 3  # type: ignore[misc]  # so that few messages move it together
    try:
        shelf, expected = Shelf(), dict[str, KeptMessage]()
        for number, step in enumerate(steps):
            if step == "add":
                message = a_message(f"m-{number}")
                shelf.add([message])
                expected[message.id] = message
            elif step == "oldest" and expected:
                assert expected.pop(next(iter(expected))) is shelf.take_oldest()
            else:
                assert expected.pop(f"m-{step}", None) is shelf.take(f"m-{step}")
            names = list(expected)
            assert names == [message.id for message in shelf.after(None)]
            assert len(names) == len(shelf)
            for place, name in enumerate(names):
                assert names[place + 1 :] == [message.id for message in shelf.after(name)]
    finally:
        shelves._EMPTY = before  # type: ignore[misc]
