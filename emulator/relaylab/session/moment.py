"""What a session may know at one step besides what the client said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from relaylab.domain.fault import NO_FAULTS
from relaylab.domain.token import NoTokens, TokenReader

if TYPE_CHECKING:
    from relaylab.domain.charge import Meter
    from relaylab.domain.fault import Board
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook


class Usage(Protocol):
    """Read-only look-up of the counters; the principal is known only inside the session, so it asks itself."""

    def total(self, meter: Meter, owner: str, now: datetime) -> int:
        """Give what ``owner`` has been charged over the meter's span up to ``now``."""
        ...

    def nth_newest(self, meter: Meter, owner: str, n: int) -> datetime | None:
        """Give the instant of the n-th newest charge, or None."""
        ...


NO_TOKENS: Final = NoTokens()


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant, the world, its rules, the counters, the faults, and who reads tokens: read once per command."""

    now: datetime
    world: World
    rulebook: Rulebook
    usage: Usage
    board: Board = NO_FAULTS
    tokens: TokenReader = NO_TOKENS
