"""What was worked out before and holds as long as nothing changes: a pure answer, asked again for the next message.

Law of this module: whoever remembers something makes its key of all that the answer depends on, besides the world, its
rules and the epoch that the memory itself belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, TypeVar

T = TypeVar("T")

_MOST: Final = 4_096  # answers; a device asks the same few again and again


class Memory:
    """Answers by their key, so many at most: beyond that all are forgotten.

    ``known`` gives the answer to a key if it is remembered, else None, which is never kept. ``mark`` stands for the
    memory where nothing may hold it alive. ``rooms`` are memories within it, each of answers that push no others
    out. One that does not last keeps nothing: ``NO_MEMORY``.
    """

    __slots__ = ("_answers", "known", "lasts", "mark", "rooms")

    def __init__(self, *, lasts: bool = True) -> None:
        """Begin with none."""
        self._answers: Final[dict[Hashable, object]] = {}
        self.known: Final = self._answers.get
        self.lasts: Final = lasts
        self.mark: Final = object()
        self.rooms: Final = _Rooms(lasts=lasts)

    def recall(self, key: Hashable, work: Callable[[], T]) -> T:
        """Give the answer to ``key``, by ``work`` where it is not remembered.

        Two threads may work at once; they find the same.
        """
        try:
            return self._answers[key]  # type: ignore[return-value]  # who asks by a key knows what lies there
        except KeyError:
            answer = work()
            self.keep(key, answer)
            return answer

    def keep(self, key: Hashable, answer: object) -> None:
        """Remember an answer."""
        if not self.lasts:
            return
        if len(self._answers) >= _MOST:
            self._answers.clear()
        self._answers[key] = answer

    def __len__(self) -> int:
        """Count the answers, those in its rooms included."""
        return len(self._answers) + sum(map(len, self.rooms.values()))


class _Rooms(dict[str, Memory]):
    """Memories by their names, each made when it is first entered: a look-up at every line."""

    def __init__(self, *, lasts: bool) -> None:
        super().__init__()
        self._lasts: Final = lasts

    def __missing__(self, name: str) -> Memory:
        room = Memory(lasts=self._lasts)
        return self.setdefault(name, room) if self._lasts else room


NO_MEMORY: Final = Memory(lasts=False)
