"""To whom a message at the tenant MX belongs, with the evidence (facts MX-ATTR-01 to MX-ATTR-07)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.tenant import InboundConnector, Tenant


class Direction(StrEnum):
    """Whose mail it is."""

    ORIGINATING = "originating"  # the sending tenant's: any recipient may be reached
    INCOMING = "incoming"  # the recipient tenant's: that tenant's recipients only


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which tenant a message was attributed to, through which connector, and why.

    ``because`` says what matched; ``rejected`` says, for each connector that was considered and did not fit, what did
    not match. ``lists_the_ip`` is true when some enabled OnPremises connector lists the sending address.
    """

    direction: Direction
    tenant: Tenant | None = None
    connector: InboundConnector | None = None
    because: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    lists_the_ip: bool = False

    @property
    def may_relay(self) -> bool:
        """True when the message may leave for recipients outside."""
        return self.direction is Direction.ORIGINATING
