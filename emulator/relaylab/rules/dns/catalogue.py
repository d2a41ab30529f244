"""Everything the service publishes, in order, and the zones it holds whole: what is not published there is no name.

The reverse trees are held whole too: the addresses of a world are all the addresses there are, and one without a PTR
record has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.engine.publication import Zones
from relaylab.rules.dns import acs, dkim, entra, hve, mx, outbound, submission

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.domain.randomness import Randomness
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook

_REVERSE: Final = ("in-addr.arpa", "ip6.arpa")
_SERVICES: Final = (submission, mx, outbound, dkim, hve, acs, entra)
PUBLICATIONS: Final = tuple(one for service in _SERVICES for one in service.PUBLICATIONS)
APEXES: Final = (*(apex for service in _SERVICES for apex in service.ZONES), *_REVERSE)


def zones_of(world: World, rulebook: Rulebook, chance: Randomness, signing_key: Callable[[str], str]) -> Zones:
    """Give the DNS of a world: its own records, and what the service publishes under its rules.

    ``signing_key`` gives for ``selector1`` and ``selector2`` the public key, in base64, that mail is signed with.
    """
    return Zones(PUBLICATIONS, APEXES, world, rulebook, chance, signing_key)
