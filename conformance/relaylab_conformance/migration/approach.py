"""How a method is tried: which door, who signs in; or why it is not tried at all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from relaylab.app.world_file.checks.acs_rest import is_base64
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.estate import Method, OutboundPort25
from relaylab.rules.acs import sources as acs_sources
from relaylab.rules.acs_rest.send import resource_is_of_a_new_customer as new_customer_over_rest
from relaylab.rules.acs_smtp.auth import resource_is_of_a_new_customer as new_customer_over_smtp
from relaylab.rules.dns.hosts import answers_over_ipv6
from relaylab.rules.dns.hve import SERVICE_NAME, service_name
from relaylab.rules.milestones import ACS_CLOSED_TO_NEW_CUSTOMERS, ACS_REST, ACS_SMTP
from relaylab_conformance.migration.acs import AcsClient, acs_client_of, acs_resource_of
from relaylab_conformance.migration.from_entra import (
    ACS,
    HVE,
    SMTP,
    FromEntra,
    from_entra,
    main_domain,
    secret_of,
    way_to_a_token,
)
from relaylab_conformance.migration.hve import MAKE_AN_ACCOUNT, NEW_ACCOUNT, NO_ACCOUNT, hve_account_of
from relaylab_scenarios import Nothing, Password, Token

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.estate import Sender, Site
    from relaylab.domain.hve import HveAccount
    from relaylab.domain.source import Source
    from relaylab.domain.tenant import FixedToken, Mailbox, Tenant
    from relaylab.domain.world import World
    from relaylab.engine.milestones import Calendar
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook

SUBMISSION_NAME: Final = "smtp.office365.com"
ACS_SMTP_NAME: Final = "smtp.azurecomm.net"
_NO_APPLICATION: Final = (
    "nothing says through which application {sender} signs in for {resource}: give the sender an app_id of a "
    "[[tenant.app_registration]], or the resource a [[tenant.acs_resource.smtp_username]]"
)
_MX_ZONE: Final = ".mail.protection.outlook.com"
_NEW_CUSTOMER: Final = {Endpoint.ACS_SMTP: new_customer_over_smtp, Endpoint.ACS_REST: new_customer_over_rest}
_BEGINS: Final = {Endpoint.ACS_SMTP: ACS_SMTP, Endpoint.ACS_REST: ACS_REST}
_NOT_YET: Final = {
    Endpoint.ACS_SMTP: f"{ACS_SMTP_NAME} does not exist yet: it begins on {{begins}}",
    Endpoint.ACS_REST: "before {begins} the REST interface of Azure Communication Services Email has no stable "
    "api-version, previews only",
}
NEVER_A_RELAY: Final = "a mail contact only receives: it has no endpoint, and carries nobody's mail"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Signs each request with an access key of a Communication Services resource."""

    resource: str
    key: str = field(repr=False)


SignIn: TypeAlias = Password | Token | Nothing | FromEntra | AccessKey


@dataclass(frozen=True, slots=True)
class Approach:
    """A door, the name it goes by in TLS, and what there is to sign in with.

    ``sends_as`` is the sender that the method takes, where it takes no other (None: the sender's own).
    """

    endpoint: Endpoint
    server_name: str
    sign_in: SignIn
    sends_as: Address | None = None

    def mail_from(self, sender: Sender) -> Address:
        """Give the address that a sender sends from by this method."""
        return self.sends_as or sender.from_address


@dataclass(frozen=True, slots=True)
class NotTried:
    """A method that this version cannot try; it is neither passed nor failed."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoRelay:
    """A method that is none: there is nothing to connect to; ``source`` and ``fix`` default to a mail contact's.

    ``rule`` is the dated rule that decided, where one did.
    """

    reason: str
    source: Source | None = None
    fix: str = ""
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Unmade:
    """A method of Azure whose resource nobody has made: whether somebody still can is a matter of the date."""

    sender: str
    endpoint: Endpoint

    @property
    def rule(self) -> AnyRule:
        """The rule that stands against who comes too late."""
        return _NEW_CUSTOMER[self.endpoint]

    def at(self, calendar: Calendar, at: datetime) -> NotTried | NoRelay:
        """Say what it is at an instant: still to be made, or never any more (fact ACS-LIFE-02)."""
        begins, closed = (calendar.at(one.name) for one in (_BEGINS[self.endpoint], ACS_CLOSED_TO_NEW_CUSTOMERS))
        if begins is not None and at < begins:
            return NotTried(_NOT_YET[self.endpoint].format(begins=begins.date()))
        missing = f"{self.sender} has no Communication Services resource to send through"
        if closed is not None and closed <= at:
            return NoRelay(
                missing,
                acs_sources.CLOSED_TO_NEW_CUSTOMERS,
                f"Choose another way: since {closed.date()} a customer without a Communication Services resource can "
                "make none. Where there is one, describe it as [[tenant.acs_resource]].",
                self.rule.id,
            )
        until = f"; from {closed.date()} on a new customer can make none" if closed is not None else ""
        return NotTried(f"{missing}: it is still to be made, and described as [[tenant.acs_resource]]{until}")


def approach_at(
    world: World, sender: Sender, method: Method, calendar: Calendar, at: datetime
) -> Approach | NotTried | NoRelay:
    """Say how a sender's method is tried at an instant: what can be made by then, and which names are there."""
    way = approach(world, sender, method)
    match way:
        case Unmade():
            return way.at(calendar, at)
        case Approach(endpoint=Endpoint.HVE):
            return replace(way, server_name=service_name(calendar, at))
        case _:
            return way


def approach(  # noqa: PLR0911 - one line a method
    world: World, sender: Sender, method: Method
) -> Approach | NotTried | NoRelay | Unmade:
    """Say how a sender's method is tried in this world, whatever the date."""
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
            return _by_hve(world, sender, method)
        case Method.ACS_SMTP:
            return _by_acs(world, sender)
        case Method.ACS_REST:
            return _by_acs_key(world, sender)
        case _:
            assert_never(method)


def mx_name(world: World, sender: Sender) -> str:
    """Give the MX of the tenant that the sender belongs to: the one its zone names, else by Microsoft's pattern.

    A name in ``mx.microsoft`` has a middle label that no test certificate could foresee; the older one stands for it.
    """
    owned = _tenant_of(world, sender)
    domain = main_domain(owned) if owned else sender.from_address.domain
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
    domain = owned.accepted_domain(main_domain(owned)) if owned else None
    return domain is not None and answers_over_ipv6(domain, at, rulebook.calendar)


def closed_site(world: World, sender: Sender, way: Approach) -> Site | None:
    """Give the site of a sender that goes to the MX, where its access provider lets nothing out to port 25 (IPv4)."""
    site = world.site(sender.site) if sender.site and way.endpoint is Endpoint.MX else None
    return site if site is not None and site.outbound_port_25 is not OutboundPort25.OPEN else None


def _tenant_of(world: World, sender: Sender) -> Tenant | None:
    tenants = (world.tenant_of(address.domain) for address in (sender.from_address, *sender.to))
    return next((tenant for tenant in tenants if tenant), None)


def _by_password(world: World, sender: Sender) -> Approach | NotTried:
    found = world.mailbox(sender.signs_in_as)
    if found is None or found[1].password is None:
        return NotTried(f"the world has no password for {sender.signs_in_as}: add it to its [[tenant.mailbox]]")
    return Approach(Endpoint.SUBMISSION, SUBMISSION_NAME, Password(str(sender.signs_in_as), found[1].password.reveal()))


def _by_token(world: World, sender: Sender) -> Approach | NotTried:
    """A sender with a registered application asks Entra; one without holds a fixed token, or nothing is known."""
    asked = from_entra(world, sender, sender.signs_in_as, SMTP)
    if asked is not None:
        return Approach(Endpoint.SUBMISSION, SUBMISSION_NAME, asked)
    found = world.mailbox(sender.signs_in_as)
    token = token_of(sender, *found) if found else None
    if token is None:
        return NotTried(f"nothing says how {sender.signs_in_as} gets a token: {way_to_a_token(world, sender)}")
    return Approach(Endpoint.SUBMISSION, SUBMISSION_NAME, Token(str(sender.signs_in_as), token.value.reveal()))


def _by_hve(world: World, sender: Sender, method: Method) -> Approach | NotTried | NoRelay:
    """Sign in with the sender's High Volume Email account, and send from it: the service takes no other sender."""
    found = hve_account_of(world, sender)
    if found is None:
        return _no_account_of(world, sender)
    tenant, account = found
    name = str(account.address)
    if method is Method.HVE_BASIC:
        if account.password is None:
            return NotTried(f"the world has no password for {name}: add it to its [[tenant.hve_account]]")
        return Approach(Endpoint.HVE, SERVICE_NAME, Password(name, account.password.reveal()), account.address)
    asked = from_entra(world, sender, account.address, HVE)
    if asked is not None:
        return Approach(Endpoint.HVE, SERVICE_NAME, asked, account.address)
    token = token_of(sender, tenant, account)
    if token is None:
        return NotTried(f"nothing says how {name} gets a token: {way_to_a_token(world, sender)}")
    return Approach(Endpoint.HVE, SERVICE_NAME, Token(name, token.value.reveal()), account.address)


def _no_account_of(world: World, sender: Sender) -> NotTried | NoRelay:
    home = world.tenant_of(sender.from_address.domain)
    if home is not None and not home.hve_accounts:
        return NoRelay(NO_ACCOUNT.format(tenant=home.name), NEW_ACCOUNT, MAKE_AN_ACCOUNT)
    return NotTried(
        f"which High Volume Email account {sender.name} uses is not told: name it in its hve_account, "
        "[[tenant.hve_account]] (New-MailUser -HVEAccount)"
    )


def _by_acs(world: World, sender: Sender) -> Approach | NotTried | Unmade:
    """Sign in for the sender's resource with the client secret of an application."""
    found = acs_resource_of(world, sender)
    if found is None:
        return Unmade(sender.name, Endpoint.ACS_SMTP)
    tenant, resource = found
    client = acs_client_of(world, sender, tenant, resource)
    if client is None:
        return NotTried(_NO_APPLICATION.format(sender=sender.name, resource=resource.name))
    if sender.shows_a_token(Method.ACS_SMTP):
        return _by_acs_token(sender, client, Endpoint.ACS_SMTP, ACS_SMTP_NAME)
    secret = secret_of(sender, client.app)
    if secret is None:
        return NotTried(f"application {client.app.app_id} has no client secret: add one to its registration")
    return Approach(Endpoint.ACS_SMTP, ACS_SMTP_NAME, Password(client.user, secret))


def _by_acs_key(world: World, sender: Sender) -> Approach | NotTried | Unmade:
    """Sign with the access key of the sender's resource, or bring a token, as the sender says."""
    found = acs_resource_of(world, sender)
    if found is None:
        return Unmade(sender.name, Endpoint.ACS_REST)
    resource, key = found[1], found[1].keys[0].reveal()
    if sender.shows_a_token(Method.ACS_REST):
        client = acs_client_of(world, sender, *found)
        if client is None:
            return NotTried(_NO_APPLICATION.format(sender=sender.name, resource=resource.name))
        return _by_acs_token(sender, client, Endpoint.ACS_REST, resource.host_name)
    if not is_base64(key):
        return NotTried(f"the access_key of {resource.name} is not base64, so that nobody can sign with it: correct it")
    return Approach(Endpoint.ACS_REST, resource.host_name, AccessKey(resource.name, key))


def _by_acs_token(sender: Sender, client: AcsClient, endpoint: Endpoint, server_name: str) -> Approach | NotTried:
    """Ask Entra for a token of the application itself, for Communication Services."""
    if not client.app.is_confidential:
        return NotTried(f"application {client.app.app_id} has no client secret: add one to its registration")
    secret = secret_of(sender, client.app)
    asked = FromEntra(
        user=client.user,
        tenant=main_domain(client.home).name,
        client_id=client.app.app_id,
        door=ACS,
        secret=secret,
        signs=secret is None,
    )
    return Approach(endpoint, server_name, asked)


def token_of(sender: Sender, tenant: Tenant, mailbox: Mailbox | HveAccount) -> FixedToken | None:
    """Give the token that a sender holds: one of its application, else one of no application we know."""
    held = [token for token in tenant.tokens if mailbox.owns(token.user)]
    own = [token for token in held if token.app_id == sender.app_id]
    return next(iter([*own, *(token for token in held if token.app_id is None)]), None)
