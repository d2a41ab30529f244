"""What would make one connector relay a message that it did not: the cmdlet, and what no cmdlet does.

A certificate that is accepted in the connector's tenant needs no sender of it (fact MX-ATTR-02); everything else does.
SenderDomains, RequireTls and the Restrict flags have no part in it (facts MX-CON-02, MX-CON-04).

Law: no remedy takes a relay from anybody, and a client whom no connector knew is added alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from relaylab.domain.address import DomainName
from relaylab.domain.certificate import ChainFault
from relaylab.domain.powershell import quoted

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.arrival import Arrival
    from relaylab.domain.tenant import AcceptedDomain
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
        cmdlet = f"Set-InboundConnector -Identity {quoted(owned.connector.name)} {' '.join(self.parameters)}"
        return ", and ".join([*([cmdlet] if self.parameters else []), *self.elsewhere])

    def remedy(self, owned: Owned) -> Remedy | None:
        steps = len(self.parameters) + len(self.elsewhere) + self.grave
        return Remedy(self.words(owned), steps) if steps else None


def remedy(owned: Owned, arrival: Arrival, mail_from: Address | None) -> Remedy | None:
    """Say what would make ``owned`` relay; None where nothing would, or nothing is missing."""
    connector = owned.connector
    if connector.trusted_organizations:
        return None
    if not connector.is_on_premises:
        return _beside_a_partner(owned, arrival, mail_from)
    steps = _Steps(parameters=[] if connector.enabled else ["-Enabled $true"])
    is_named = connector.name_in(arrival) is not None
    if not is_named and not connector.lists(arrival.ip):
        fault = arrival.fault if connector.name_among(arrival.unproven) else None
        if fault is not None:
            is_named = True
            steps.elsewhere.append(_mended(fault, connector.tls_sender_certificate_name or ""))
        elif (shown := _another_name(owned, arrival)) is not None:
            return _by_its_own_name(owned, shown, mail_from)
        else:
            is_named = _identify(owned, arrival, steps)
            steps.grave += 1
    if mail_from is None and not is_named:
        steps.parameters.clear()  # no address makes an empty MAIL FROM somebody's (fact MX-ATTR-10)
    if not (is_named and owned.has_its_certificate_accepted):
        _have_a_domain(owned, mail_from, steps, is_named=is_named)
    return steps.remedy(owned)


def accepting_the_name(owned: Owned) -> str:
    """Say what makes the certificate's domain an accepted one, for a connector whose own is not (fact MX-ATTR-09)."""
    domain = owned.connector.certificate_domain
    if domain is None:
        raise ValueError(f"connector {owned.connector.name!r} names no certificate")
    words = f"make {domain} an accepted domain of tenant {owned.tenant.name}"
    cmdlet = f"Set-InboundConnector -Identity {quoted(owned.connector.name)}"
    above = _nearest_accepted(owned, domain.name)
    by_wildcard = f"{cmdlet} -TlsSenderCertificateName {quoted(f'*.{above.name}')}" if above else ""
    serves_above = above is not None and owned.connector.serves(above.name)
    if owned.connector.serves(domain):
        return f"{words}, or {by_wildcard}" if serves_above else words
    if serves_above:
        return by_wildcard
    return f"{words}, and {cmdlet} -AssociatedAcceptedDomains {_added(domain)}"  # it is limited to others


def _beside_a_partner(owned: Owned, arrival: Arrival, mail_from: Address | None) -> Remedy | None:
    """Leave a partner's connector as it is, and make one that knows this client alone.

    As OnPremises it would make the partner's mail the tenant's, and lose its restrictions (facts MX-CON-04, MX-CON-05).
    """
    if arrival.ip.version != 4:
        return None
    steps = _Steps()
    steps.elsewhere.append(
        f"New-InboundConnector -Name {quoted(str(arrival.ip))} -ConnectorType OnPremises -SenderDomains * "
        f"-SenderIPAddresses {arrival.ip}, for this address only, beside the partner's"
    )
    _have_a_domain(_unlimited(owned), mail_from, steps, is_named=False)
    return Remedy(steps.words(owned), 0)


def _another_name(owned: Owned, arrival: Arrival) -> str | None:
    """Give the name in an accepted domain that a certificate shows to a connector that goes by another name.

    The connector keeps its name: who relays by that would be locked out.
    """
    connector = owned.connector
    if connector.tls_sender_certificate_name is None or (connector.sender_ip_addresses and arrival.ip.version == 4):
        return None
    return next((name for name in arrival.identities if _nearest_accepted(owned, name)), None)


def _by_its_own_name(owned: Owned, shown: str, mail_from: Address | None) -> Remedy:
    steps = _Steps(grave=1)
    steps.elsewhere.append(
        f"New-InboundConnector -Name {quoted(shown)} -ConnectorType OnPremises -SenderDomains * "
        f"-TlsSenderCertificateName {quoted(shown)}"
    )
    made = _unlimited(owned)
    made = replace(made, connector=replace(made.connector, name=shown, tls_sender_certificate_name=shown))
    if not made.has_its_certificate_accepted:
        _have_a_domain(made, mail_from, steps, is_named=True)
    return Remedy(steps.words(owned), len(steps.elsewhere) + steps.grave)


def _identify(owned: Owned, arrival: Arrival, steps: _Steps) -> bool:
    """Have the connector know the client: by the address that it can list, else by a certificate, else over IPv4.

    Tells whether that is by a certificate of the connector's own name.
    """
    wanted = owned.connector.tls_sender_certificate_name
    if arrival.ip.version == 4 and (owned.connector.sender_ip_addresses or wanted is None):
        steps.parameters.append(f"-SenderIPAddresses {_added(arrival.ip)}")
        return False
    if wanted is not None:
        steps.elsewhere.append(f"have the sender show a certificate for {wanted} that a public authority issued")
        return True
    shown = next((name for name in arrival.identities if _nearest_accepted(owned, name)), None)
    if shown is not None:
        steps.parameters.append(f"-TlsSenderCertificateName {quoted(shown)}")
    else:
        steps.elsewhere.append("have the sender connect over IPv4, since connectors hold IPv4 addresses only")
    return False


def _mended(fault: ChainFault, name: str) -> str:
    """Say what makes a chain good that proves nothing, for a certificate of the right name (fact MX-TLS-06)."""
    match fault:
        case ChainFault.EXPIRED:
            return f"renew the sender's certificate for {name}, and whatever above it has expired"
        case ChainFault.NOT_YET_VALID:
            return f"have the sender show a certificate for {name} that is valid already"
        case ChainFault.INCOMPLETE_CHAIN:
            return f"have the sender send the intermediate certificates along with the one for {name}"
        case ChainFault.SELF_SIGNED | ChainFault.UNTRUSTED_ROOT:
            return f"have the sender show a certificate for {name} that a public authority issued"
        case ChainFault.BAD_SIGNATURE | ChainFault.UNSUITABLE | ChainFault.UNREADABLE:
            return f"have a public authority issue the sender's certificate for {name} anew"
        case _:
            assert_never(fault)


def _have_a_domain(owned: Owned, mail_from: Address | None, steps: _Steps, *, is_named: bool) -> None:
    """Have a domain of the tenant in it: the sender's, or the certificate's (facts MX-ATTR-02, MX-ATTR-10)."""
    tenant, connector = owned.tenant, owned.connector
    domain = tenant.accepted_domain(mail_from.domain) if mail_from else None
    if domain is not None:
        if not connector.serves(domain.name):
            steps.parameters.append(f"-AssociatedAcceptedDomains {_added(domain.name)}")
        return
    own = [one.name for one in tenant.accepted_domains or tenant.domains]
    served = next((name for name in own if connector.serves(name)), None)
    ways = [f"send with a MAIL FROM in an accepted domain of tenant {tenant.name}: {served or own[0]}"]
    if mail_from is None:
        ways.clear()  # it is empty on purpose: reports and automatic replies have no other
    elif served is None:
        steps.parameters.append(f"-AssociatedAcceptedDomains {_added(own[0])}")
    if is_named:
        ways.append(_accepting(owned))
    elif mail_from is None:
        ways.append(
            "relay what has an empty MAIL FROM by a certificate of an accepted domain: New-InboundConnector "
            f"-ConnectorType OnPremises -SenderDomains * -TlsSenderCertificateName {quoted(str(own[0]))}"
        )
    steps.elsewhere.append(", or ".join(ways))


def _accepting(owned: Owned) -> str:
    """Have the certificate's domain count: it is not accepted, or the connector is limited to others."""
    domain = owned.connector.certificate_domain
    accepted = owned.tenant.accepted_domain(domain) if domain else None
    if accepted is None:
        return accepting_the_name(owned)
    add = f"-AssociatedAcceptedDomains {_added(accepted.name)}"
    return f"Set-InboundConnector -Identity {quoted(owned.connector.name)} {add}"


def _added(one: object) -> str:
    """Write what is added to a list and takes nothing from it."""
    return f"@{{Add={quoted(str(one))}}}"


def _nearest_accepted(owned: Owned, name: str) -> AcceptedDomain | None:
    """Give the accepted domain of the tenant that a certificate's name lies in, the longest of several."""
    named = DomainName(name.removeprefix("*."))
    fitting = [domain for domain in owned.tenant.domains if named.is_within(domain.name)]
    return max(fitting, key=lambda domain: len(domain.name.name), default=None)


def _unlimited(owned: Owned) -> Owned:
    return replace(owned, connector=replace(owned.connector, associated_accepted_domains=()))
