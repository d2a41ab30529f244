"""What was said on the wire, session by session: the newest lines of the newest sessions, in memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relaylab.domain.dialogue import Line


@dataclass(frozen=True, slots=True)
class DialoguesDump:
    """The dialogues as they stood: the lines of each session, how many of it made room, how many sessions did."""

    sessions: Mapping[str, tuple[Line, ...]]
    dropped: Mapping[str, int]
    gone: int


class Dialogues:
    """Keeps ``lines`` lines of each of ``sessions`` sessions. One thread writes, any may read."""

    def __init__(self, *, sessions: int = 200, lines: int = 400) -> None:
        """Start empty."""
        self._bound: Final = sessions
        self._lines: Final = lines
        self._sessions: OrderedDict[str, deque[Line]] = OrderedDict()
        self._dropped: dict[str, int] = {}
        self._gone = 0

    def append(self, line: Line) -> None:
        """Keep a line; an old one makes room."""
        said = self._sessions.get(line.session)
        if said is None:
            if len(self._sessions) >= self._bound:
                oldest, _ = self._sessions.popitem(last=False)
                self._dropped.pop(oldest, None)
                self._gone += 1
            said = self._sessions[line.session] = deque(maxlen=self._lines)
        if len(said) == self._lines:
            self._dropped[line.session] = self._dropped.get(line.session, 0) + 1
        said.append(line)

    @property
    def sessions(self) -> tuple[str, ...]:
        """The sessions that are kept, in order of their beginning."""
        return tuple(self._sessions)

    def of(self, session: str) -> tuple[Line, ...]:
        """Give the lines of a session that are kept; none for one that is not."""
        return tuple(self._sessions.get(session, ()))

    def text(self, *sessions: str) -> str:
        """Write sessions for a person, by default all that are kept; what made room is counted."""
        chosen = sessions or self.sessions
        blocks = [f"({self._gone} earlier sessions are not kept)"] if self._gone and not sessions else []
        blocks += [self._block(session) for session in chosen]
        return "\n".join(blocks)

    def clear(self) -> None:
        """Forget everything."""
        self._sessions.clear()
        self._dropped.clear()
        self._gone = 0

    def dump(self) -> DialoguesDump:
        """Note everything, between two lines."""
        return DialoguesDump({session: self.of(session) for session in self.sessions}, dict(self._dropped), self._gone)

    def load(self, dump: DialoguesDump) -> None:
        """Be as it was noted."""
        self.clear()
        self._sessions.update((session, deque(lines, self._lines)) for session, lines in dump.sessions.items())
        self._dropped.update(dump.dropped)
        self._gone = dump.gone

    def _block(self, session: str) -> str:
        dropped = self._dropped.get(session)
        lines = [f"session {session}"]
        if dropped:
            lines.append(f"  ({dropped} earlier lines are not kept)")
        return "\n".join([*lines, *(f"  {line}" for line in self.of(session))])
