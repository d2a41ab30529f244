"""Where sessions at the tenant MX stand after lines that were granted, and what further lines were answered there.

A device says the same lines in each of its sessions, and as long as world, rules, DNS and faults stay what they are,
they are answered the same. A place is reached by lines alone, from the client's address on, and stands for all that the
session's own state would be.

Laws of this module:

- An era remembers so many lines and clients at most; one that is full is over, and the next begins with none.
- Of an era that has ended, a session holds the place where it stands and no other.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.session.transitions import State

if TYPE_CHECKING:
    from collections.abc import Hashable

    from relaylab.session.envelopes import Opening
    from relaylab.session.progress import Progress
    from relaylab.session.refrains import Refrain
    from relaylab.session.transaction import Transaction

MOST: Final = 4_096  # lines and clients that an era remembers
_NEW: Final = State.NEW  # Python 3.11 takes a call to find a name of an enum
_READY: Final = State.READY
_MAIL: Final = State.MAIL
_RCPT: Final = State.RCPT


class Era:
    """A span of time, ``since <= now < until``, in which a step may know the same but for instant and counters.

    Whoever finds that it is over ends it: what the event log and sessions hold of it then leads nowhere.
    """

    __slots__ = ("_homes", "_places", "_remembered", "since", "until")

    def __init__(self, since: datetime, until: datetime) -> None:
        """Begin with nothing remembered."""
        self.since = since
        self.until = until
        self._homes: dict[tuple[Hashable, str | None], Place] = {}
        self._places: list[Place] = []
        self._remembered = 0

    def home(self, client: Hashable, hello: str | None) -> Place:
        """Give the place of a client that said a name, or none yet: the same one each time."""
        home = self._homes.get((client, hello))
        if home is None:
            home = self._homes[client, hello] = Place(self, hello)
            self.grow(home)
        return home

    def grow(self, place: Place) -> None:
        """Count what is remembered at a place, and be over behind the last there is room for."""
        self._places.append(place)
        self._remembered += 1
        if self._remembered >= MOST:
            self.until = self.since

    def end(self) -> None:
        """Forget everything that was said, and who said it."""
        self.until = self.since
        self._homes.clear()
        for place in self._places:
            place.said.clear()
        self._places.clear()


class Place:
    """Where a session stands behind the name ``hello`` and, within an envelope, as far as ``transaction`` has come.

    ``hello`` is None as long as there was no hello.

    ``said`` is what was said here before, by its line with CRLF; ``home`` where the session is behind the transaction.
    Nobody changes the transaction: it is a copy, to be copied.
    """

    __slots__ = ("_opening", "_transaction", "era", "hello", "home", "named", "said")

    def __init__(
        self,
        era: Era,
        hello: str | None,
        home: Place | None = None,
        opening: Opening | None = None,
        transaction: Transaction | None = None,
    ) -> None:
        """Stand where nothing was said yet; without a ``home``, this is one."""
        self.era = era
        self.hello = hello
        self.home = home or self
        self.said: dict[bytes, Refrain] = {}
        self.named = transaction.named if transaction else None
        self._opening = opening
        self._transaction = transaction

    def remember(self, line: bytes, refrain: Refrain) -> None:
        """Have a line, its CRLF included, answered so from now on."""
        self.said[line] = refrain
        self.era.grow(self)

    def within(self, progress: Progress) -> Place:
        """Give a new place behind this one, where a session stands whose envelope was granted as far as it goes."""
        transaction = progress.transaction.again() if progress.transaction else None
        return Place(self.era, self.hello, self.home, progress.opening, transaction)

    def bring(self, progress: Progress) -> None:
        """Have a session's own state say what this place stands for."""
        progress.hello_name, progress.refused, progress.opening = self.hello or "", False, self._opening
        if self._transaction is None:
            progress.transaction = None
            progress.state = _NEW if self.hello is None else _READY
        else:
            progress.transaction = self._transaction.again()
            progress.state = _RCPT if self._transaction.recipients else _MAIL
