"""To whom a message at the tenant MX belongs, with the evidence (facts MX-ATTR-01 to MX-ATTR-07).

Law: evidence costs nothing until somebody reads it. An attribution remembers who can testify, not what would be said,
so that a message costs the same among three tenants and among three thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.domain.connector import ConnectorType, InboundConnector
    from relaylab.domain.tenant import Tenant


MOST_TOLD: Final = 1_000
"""Connectors that a log speaks of; of more, it speaks of those that come into question."""


class Direction(StrEnum):
    """Whose mail it is."""

    ORIGINATING = "originating"  # the sending tenant's: any recipient may be reached
    INCOMING = "incoming"  # the recipient tenant's: that tenant's recipients only


class Basis(StrEnum):
    """What an originating message was attributed by."""

    CERTIFICATE = "certificate"
    ADDRESS = "address"


class RiskKind(StrEnum):
    """What works today and, as Microsoft warns, may stop after an internal move (facts COR-07, COR-08).

    One client certificate a tenant is Microsoft's advice, where a server serves several.
    """

    SHARED_ADDRESS = "shared_address"
    CERTIFICATE_DOMAIN_NOT_ACCEPTED = "certificate_domain_not_accepted"
    CERTIFICATE_OF_SEVERAL_TENANTS = "certificate_of_several_tenants"


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that an attribution rests on and should not, in a sentence."""

    kind: RiskKind
    sentence: str


@dataclass(frozen=True, slots=True)
class ConnectorEvidence:
    """What one connector had to do with a message: whether it is the one, and what matched or did not.

    ``remedy`` is what would have made it the one, the exact cmdlet and what no cmdlet does; ``steps`` counts what that
    takes, and is 0 where the connector stays as it is and another is made beside it. ``remedy`` is empty where nothing
    would, and where the connector is the one.
    """

    tenant: str
    connector: str
    connector_type: ConnectorType
    decided: bool
    finding: str
    remedy: str = ""
    steps: int = 0

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return f"connector {self.connector!r} of tenant {self.tenant}: {self.finding}"

    @property
    def advice(self) -> str:
        """The whole sentence, and behind it what would make the connector relay the message."""
        return f"{self.sentence}; to relay by it: {self.remedy}" if self.remedy else self.sentence


class Witness(Protocol):
    """Who can say of each connector of the world what it had to do with a message."""

    @property
    def count(self) -> int:
        """How many connectors the world has."""
        ...

    def every(self) -> tuple[ConnectorEvidence, ...]:
        """Testify on every connector of the world, each once, in the order of the world."""
        ...

    def involved(self, recipient_tenant: Tenant | None = None) -> tuple[ConnectorEvidence, ...]:
        """Testify on those that come into question: they know the client, or belong to the sender's tenant.

        With ``recipient_tenant`` its connectors as well.
        """
        ...


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which tenant a message was attributed to, through which connector, and why.

    ``because`` says what matched. ``matches_the_client`` is true when some enabled OnPremises connector lists the
    address or names the certificate, whoever the sender is; ``lacks_the_sender`` when the sender is all that it lacks:
    MAIL FROM is empty, or of no tenant of the world, or of one with such a connector. ``counts_as_internal`` is true
    for a connector with TreatMessagesAsInternal and a sender of its tenant (fact MX-CON-07).
    """

    direction: Direction
    tenant: Tenant | None = None
    connector: InboundConnector | None = None
    because: tuple[str, ...] = ()
    matches_the_client: bool = False
    lacks_the_sender: bool = False
    basis: Basis | None = None
    risks: tuple[Risk, ...] = ()
    counts_as_internal: bool = False
    witness: Witness | None = field(default=None, repr=False, compare=False)

    @property
    def may_relay(self) -> bool:
        """True when the message may leave for recipients outside."""
        return self.direction is Direction.ORIGINATING

    @property
    def evidence(self) -> tuple[ConnectorEvidence, ...]:
        """What each connector of the world had to do with it, every one exactly once."""
        return self.witness.every() if self.witness else ()

    @property
    def told(self) -> tuple[ConnectorEvidence, ...]:
        """The evidence as logs and reports have it: of a world of very many connectors, those in question only."""
        if self.witness is None or self.witness.count <= MOST_TOLD:
            return self.evidence
        return self.witness.involved()

    def rejected(self, *, with_ways: bool = True) -> tuple[str, ...]:
        """Say of each connector that came into question and is not the one what did not match, and the way to relay."""
        return tuple(one.advice if with_ways else one.sentence for one in self._not_the_one())

    def inside(self, tenant: Tenant, standing: Callable[[InboundConnector], str]) -> tuple[str, ...]:
        """Say the same for a recipient of ``tenant``, whom no relay is needed for, with ``standing`` of its own.

        The tenant may have lost a connector since: another world is put in force between MAIL and RCPT.
        """
        own = {(tenant.name, one.name): one for one in tenant.inbound_connectors}
        found = ((one, own.get((one.tenant, one.connector))) for one in self._not_the_one(tenant))
        return tuple(f"{one.sentence}{standing(connector) if connector else ''}" for one, connector in found)

    def _not_the_one(self, recipient_tenant: Tenant | None = None) -> tuple[ConnectorEvidence, ...]:
        found = self.witness.involved(recipient_tenant) if self.witness else ()
        return tuple(one for one in found if not one.decided)

    def nearest(self) -> ConnectorEvidence | None:
        """Give the connector in question that lacked least and did not decide; the first of several."""
        found = self.witness.involved() if self.witness else ()
        return min((one for one in found if one.steps), key=lambda one: one.steps, default=None)
