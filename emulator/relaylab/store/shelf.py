"""Messages in the order of their acceptance, found by their id or behind one, without a walk through all of them.

Law: what a look-up or a page costs does not grow with what is kept. One thread at a time writes, any may read.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relaylab.domain.message import KeptMessage

_EMPTY: Final = 1_000  # places that may be empty before a shelf is moved together


class Shelf:
    """A row of places, each with a message until that is taken away."""

    def __init__(self) -> None:
        """Start empty."""
        # The row, and where in it each message is: one value, so that who reads never sees one without the other.
        self._kept: tuple[list[KeptMessage | None], dict[str, int]] = ([], {})
        self._first = 0  # no place before it has a message

    def add(self, messages: Sequence[KeptMessage]) -> int:
        """Put messages behind all others and count them all; raise KeyError, and put none, where an id is taken."""
        row, places = self._kept
        for message in messages:
            if message.id in places:
                raise KeyError(message.id)
        if len(messages) > 1:
            _tell_apart(messages)
        for message in messages:
            row.append(message)
            places[message.id] = len(row) - 1
        return len(places)

    def get(self, name: str) -> KeptMessage | None:
        """Give the message of that id."""
        row, places = self._kept
        place = places.get(name)
        return None if place is None else row[place]

    def take(self, name: str) -> KeptMessage | None:
        """Take the message of that id away, and give it."""
        row, places = self._kept
        place = places.pop(name, None)
        if place is None:
            return None
        message, row[place] = row[place], None
        self._move_together()
        return message

    def take_oldest(self) -> KeptMessage:
        """Take the first message away, and give it; raise IndexError when there is none."""
        row, places = self._kept
        first = self._first
        while (message := row[first]) is None:
            first += 1
        row[first] = None
        del places[message.id]
        self._first = first + 1
        self._move_together()
        return message

    def after(self, name: str | None) -> Iterator[KeptMessage]:
        """Give the messages behind that of an id (None: all), as far as they are asked for; behind none, none."""
        row, places = self._kept
        place = self._first - 1 if name is None else places.get(name)
        if place is None:
            return
        for at in count(place + 1):
            if at >= len(row):
                return
            if (message := row[at]) is not None:
                yield message

    def _move_together(self) -> None:
        """Leave the empty places out, where they are most of the row; who reads goes on with the row as it was."""
        row, places = self._kept
        if len(row) > 2 * len(places) + _EMPTY:
            left = [message for message in row if message is not None]
            self._first = 0  # before the row is another one: no reader may begin behind what is there
            self._kept = [*left], {message.id: place for place, message in enumerate(left)}

    def __len__(self) -> int:
        return len(self._kept[1])


def _tell_apart(messages: Sequence[KeptMessage]) -> None:
    """Raise KeyError where two have the same id."""
    names = set[str]()
    for message in messages:
        if message.id in names:
            raise KeyError(message.id)
        names.add(message.id)
