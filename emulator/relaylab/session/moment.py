"""What a session may know at one step besides what the client said."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from relaylab.domain.fault import NO_FAULTS
from relaylab.domain.memory import NO_MEMORY, Memory
from relaylab.domain.noun import noun
from relaylab.domain.token import NoTokens, TokenReader
from relaylab.domain.zone import Zone

if TYPE_CHECKING:
    from relaylab.domain.charge import Meter
    from relaylab.domain.fault import Board
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab.mailauth import SigningKey
    from relaylab.session.places import Era


class Usage(Protocol):
    """Read-only look-up of the counters; the principal is known only inside the session, so it asks itself."""

    def total(self, meter: Meter, owner: str, now: datetime) -> int:
        """Give what ``owner`` has been charged over the meter's span up to ``now``."""
        ...

    def nth_newest(self, meter: Meter, owner: str, n: int) -> datetime | None:
        """Give the instant of the n-th newest charge, or None."""
        ...


NO_TOKENS: Final = NoTokens()


class MailDns(Zone, Protocol):
    """DNS as the internet sees it at this instant, and the key whose public half it shows."""

    def signing_key(self, selector: str, domain: str) -> SigningKey | None:
        """Give the key that the service signs with for a domain; None where there is none."""
        ...


@noun()
class Moment:
    """The instant, the world, its rules, the counters and the faults: read once per command by the adapter.

    ``tokens`` reads what Entra has signed. ``dns`` is what senders are authenticated by; None: nobody is.
    ``memory`` is what was worked out before, from this world under these rules and with this DNS. ``era`` is the span
    of time in which all of this but ``now`` and what is counted stays the same; None where nobody knows.
    """

    now: datetime
    world: World
    rulebook: Rulebook
    usage: Usage
    board: Board = NO_FAULTS
    tokens: TokenReader = NO_TOKENS
    dns: MailDns | None = None
    memory: Memory = field(default=NO_MEMORY, compare=False, repr=False)
    era: Era | None = field(default=None, compare=False, repr=False)
