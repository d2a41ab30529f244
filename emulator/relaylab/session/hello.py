"""EHLO and HELO that were said before: what was answered is answered again, in the name of this session's server.

A device says the same name in each of its sessions. Whether that is granted, and what is offered then, hangs on the
name, the rules in force, the endpoint and TLS; the answer names the client's address besides. To judge and write it was
an eighth of what a session takes.

Laws:

- What is remembered is what would be found anew at any other instant of the same epoch (decision 0040 has the like of
  MAIL and RCPT): only where the list that is offered changes with the rules, so not at Azure Communication Services.
- Only what was granted is remembered, and never a name that may be the server's own: that one is another each time.
- While the board holds faults, nothing is looked up or kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Hashable

    from relaylab.session.commands import Command
    from relaylab.session.moment import Moment
    from relaylab.session.progress import Progress

ENDPOINTS: Final = frozenset({Endpoint.MX, Endpoint.SUBMISSION})
_KEY: Final = "hellos"  # of all that is remembered here, within the memory of a world


def answer_before(command: Command, progress: Progress, moment: Moment) -> bytes | None:
    """Give the answer to a name that was granted before, or None."""
    host, key = progress.party.names.host, _key(command, progress, moment)
    known = _hellos(moment).known(key) if key is not None else None
    if not isinstance(known, tuple) or command.argument.lower() == host.lower():
        return None
    before, behind = known
    return b"%b%b%b" % (before, host.encode(), behind)


def remember_answer(command: Command, progress: Progress, moment: Moment, answer: bytes) -> None:
    """Remember the answer to a name that was granted; the server names itself in it once, and first."""
    key = _key(command, progress, moment)
    if key is not None:
        before, _, behind = answer.partition(progress.party.names.host.encode())
        _hellos(moment).keep(key, (before, behind))


def _key(command: Command, progress: Progress, moment: Moment) -> Hashable | None:
    """Name all that an answer hangs on; None where nothing is remembered."""
    party = progress.party
    if moment.board.faults or party.endpoint not in ENDPOINTS:
        return None
    epoch = moment.rulebook.epoch(moment.now)
    return epoch, party.endpoint, command.verb, command.argument, party.peer.address, progress.tls is None


def _hellos(moment: Moment) -> Memory:
    """Give a memory of their own within the world's, so that clients without number push nothing else out."""
    return moment.memory.rooms[_KEY]
