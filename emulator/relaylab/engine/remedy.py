"""What would make one connector relay a message that it did not: the cmdlet, and what no cmdlet does.

A certificate that is accepted in the connector's tenant needs no sender of it (fact MX-ATTR-02); everything else does.
SenderDomains, RequireTls and the Restrict flags have no part in it (facts MX-CON-02, MX-CON-04).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.arrival import Arrival
    from relaylab.domain.world import Owned


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, in words that begin a sentence, and in how many steps.

    To have a connector know another client counts as two: it changes who may relay. ``steps`` is 0 where nothing is
    done to the connector itself, and another is made beside it.
    """

    words: str
    steps: int


@dataclass(slots=True)
class _Steps:
    """The steps so far: parameters of one Set-InboundConnector, and what is to be done elsewhere."""

    parameters: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    grave: int = 0

    def words(self, owned: Owned) -> str:
        cmdlet = f'Set-InboundConnector -Identity "{owned.connector.name}" {" ".join(self.parameters)}'
        return ", and ".join([*([cmdlet] if self.parameters else []), *self.elsewhere])

    def remedy(self, owned: Owned) -> Remedy | None:
        steps = len(self.parameters) + len(self.elsewhere) + self.grave
        return Remedy(self.words(owned), steps) if steps else None


def remedy(owned: Owned, arrival: Arrival, mail_from: Address | None) -> Remedy | None:
    """Say what would make ``owned`` relay; None where nothing would, or nothing is missing."""
    connector, steps = owned.connector, _Steps()
    if connector.trusted_organizations:
        return None
    if not connector.is_on_premises:
        return _beside(owned, arrival, mail_from)
    if not connector.enabled:
        steps.parameters.append("-Enabled $true")
    by_name = connector.name_in(arrival)
    if by_name is None and not connector.lists(arrival.ip):
        _identify(owned, arrival, steps)
        steps.grave += 1
    if by_name is None or not _certificate_is_accepted(owned):
        _send_as_the_tenant(owned, mail_from, steps)
    return steps.remedy(owned)


def _beside(owned: Owned, arrival: Arrival, mail_from: Address | None) -> Remedy | None:
    """Leave a partner's connector as it is, and make one that knows this client alone.

    As OnPremises it would make the partner's mail the tenant's, and lose its restrictions (facts MX-CON-04, MX-CON-05).
    """
    if arrival.ip.version != 4:
        return None
    steps = _Steps()
    steps.elsewhere.append(
        f'New-InboundConnector -Name "{arrival.ip}" -ConnectorType OnPremises -SenderDomains * '
        f"-SenderIPAddresses {arrival.ip}, for this address only, beside the partner's"
    )
    _send_as_the_tenant(
        replace(owned, connector=replace(owned.connector, associated_accepted_domains=())), mail_from, steps
    )
    return Remedy(steps.words(owned), 0)


def _identify(owned: Owned, arrival: Arrival, steps: _Steps) -> None:
    """Have the connector know the client: by the address that it can list, else by a certificate, else over IPv4."""
    wanted = owned.connector.tls_sender_certificate_name
    if arrival.ip.version == 4 and (owned.connector.sender_ip_addresses or wanted is None):
        steps.parameters.append(f'-SenderIPAddresses @{{Add="{arrival.ip}"}}')
    elif arrival.identities:
        steps.parameters.append(f'-TlsSenderCertificateName "{arrival.identities[0]}"')
    elif wanted is not None:
        steps.elsewhere.append(f"have the sender show a certificate for {wanted} that a public authority issued")
    else:
        steps.elsewhere.append("have the sender connect over IPv4, since connectors hold IPv4 addresses only")


def _certificate_is_accepted(owned: Owned) -> bool:
    domain = owned.connector.certificate_domain
    accepted = owned.tenant.accepted_domain(domain) if domain else None
    return accepted is not None and owned.connector.serves(accepted.name)


def _send_as_the_tenant(owned: Owned, mail_from: Address | None, steps: _Steps) -> None:
    domain = owned.tenant.accepted_domain(mail_from.domain) if mail_from else None
    if domain is None:
        own = owned.tenant.accepted_domains or owned.tenant.domains
        served = owned.connector.associated_accepted_domains or tuple(one.name for one in own)
        steps.elsewhere.append(
            f"send with a MAIL FROM in an accepted domain of tenant {owned.tenant.name}: {served[0]}"
        )
    elif not owned.connector.serves(domain.name):
        steps.parameters.append(f'-AssociatedAcceptedDomains @{{Add="{domain.name}"}}')
