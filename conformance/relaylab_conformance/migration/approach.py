"""How a method is tried: which door, who signs in; or why it is not tried at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.estate import Method
from relaylab.rules.dns.hosts import answers_over_ipv6
from relaylab_scenarios import Nothing, Password, Token

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.address import DomainName
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import FixedToken, Mailbox, Tenant
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook

SUBMISSION_NAME: Final = "smtp.office365.com"
_MX_ZONE: Final = ".mail.protection.outlook.com"
NEVER_A_RELAY: Final = "a mail contact only receives: it has no endpoint, and carries nobody's mail"


@dataclass(frozen=True, slots=True)
class Approach:
    """A door, the name it goes by in TLS, and what there is to sign in with."""

    endpoint: Endpoint
    server_name: str
    sign_in: Password | Token | Nothing


@dataclass(frozen=True, slots=True)
class NotTried:
    """A method that this version cannot try; it is neither passed nor failed."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoRelay:
    """A method that is none: there is nothing to connect to."""

    reason: str


def approach(world: World, sender: Sender, method: Method) -> Approach | NotTried | NoRelay:
    """Say how a sender's method is tried in this world."""
    match method:
        case Method.SMTP_AUTH_BASIC:
            return _by_password(world, sender)
        case Method.SMTP_AUTH_OAUTH:
            return _by_token(world, sender)
        case Method.CONNECTOR_RELAY | Method.DIRECT_SEND:
            return Approach(Endpoint.MX, mx_name(world, sender), Nothing())
        case Method.MAIL_CONTACT:
            return NoRelay(NEVER_A_RELAY)
        case Method.HVE_BASIC | Method.HVE_OAUTH:
            return NotTried("High Volume Email is not built into relaylab yet")
        case Method.ACS_SMTP | Method.ACS_REST:
            return NotTried("Azure Communication Services Email is not built into relaylab yet")
        case _:
            assert_never(method)


def mx_name(world: World, sender: Sender) -> str:
    """Give the MX of the tenant that the sender belongs to: the one its zone names, else by Microsoft's pattern.

    A name in ``mx.microsoft`` has a middle label that no test certificate could foresee; the older one stands for it.
    """
    owned = _tenant_of(world, sender)
    domain = _main_domain(owned) if owned else sender.from_address.domain
    named = (
        record.value.split()[-1].rstrip(".").lower()
        for record in world.dns
        if record.type == "MX" and record.name == domain
    )
    return next((host for host in named if host.endswith(_MX_ZONE)), domain.name.replace(".", "-") + _MX_ZONE)


def goes_over_ipv6(world: World, rulebook: Rulebook, sender: Sender, way: Approach, at: datetime) -> bool:
    """Tell whether a sender reaches the MX over IPv6: its site is dual-stack, and the host answers AAAA (COR-02).

    That a client prefers IPv6 then is RFC 6724.
    """
    site = world.site(sender.site) if sender.site else None
    if way.endpoint is not Endpoint.MX or site is None or site.public_ipv6 is None:
        return False
    owned = _tenant_of(world, sender)
    domain = owned.accepted_domain(_main_domain(owned)) if owned else None
    return domain is not None and answers_over_ipv6(domain, at, rulebook.calendar)


def _tenant_of(world: World, sender: Sender) -> Tenant | None:
    tenants = (world.tenant_of(address.domain) for address in (sender.from_address, *sender.to))
    return next((tenant for tenant in tenants if tenant), None)


def _main_domain(tenant: Tenant) -> DomainName:
    return next((domain.name for domain in tenant.domains if domain.default), tenant.domains[-1].name)


def _by_password(world: World, sender: Sender) -> Approach | NotTried:
    found = world.mailbox(sender.signs_in_as)
    if found is None or found[1].password is None:
        return NotTried(f"the world has no password for {sender.signs_in_as}: add it to its [[tenant.mailbox]]")
    return Approach(Endpoint.SUBMISSION, SUBMISSION_NAME, Password(str(sender.signs_in_as), found[1].password.reveal()))


def _by_token(world: World, sender: Sender) -> Approach | NotTried:
    found = world.mailbox(sender.signs_in_as)
    token = token_of(sender, *found) if found else None
    if token is None:
        return NotTried(
            f"the world has no fixed token for {sender.signs_in_as}, and certify asks no token endpoint: "
            "add a [[tenant.token]]"
        )
    return Approach(Endpoint.SUBMISSION, SUBMISSION_NAME, Token(str(sender.signs_in_as), token.value.reveal()))


def token_of(sender: Sender, tenant: Tenant, mailbox: Mailbox) -> FixedToken | None:
    """Give the token that a sender holds: one of its application, else one of no application we know."""
    held = [token for token in tenant.tokens if mailbox.owns(token.user)]
    own = [token for token in held if token.app_id == sender.app_id]
    return next(iter([*own, *(token for token in held if token.app_id is None)]), None)
