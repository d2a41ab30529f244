"""Worlds for the tests of a session: two tenants that see and know each other's mail, and an outside.

``contoso`` has everything an estate has; each function after it changes the one thing that a test is about.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from relaylab.domain.acs import AcsResource, RoleAssignment, SmtpUsername
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.directory import AppRegistration
from relaylab.domain.estate import Site
from relaylab.domain.hve import HveAccount
from relaylab.domain.reputation import Reputation
from relaylab.domain.secret import Secret
from relaylab.domain.tenant import (
    AcceptedDomain,
    AuthenticationPolicy,
    ConditionalAccessPolicy,
    DistributionGroup,
    DomainType,
    FixedToken,
    Mailbox,
    MailContact,
    OrganizationConfig,
    RecipientPermission,
    Switch,
    Tenant,
    TransportConfig,
)
from relaylab.domain.world import World
from tests.builders import a_connector, a_domain, a_mailbox, a_tenant, an_address

SCANNER = "scanner@contoso.com"
SCANNER_PASSWORD = "tray 2"
APP = "app-sender@contoso.com"
APP_PASSWORD = "correct horse"
ALIAS = "alerts@contoso.com"  # a proxy address of APP
HELPDESK = "helpdesk@contoso.com"
EVERYBODY = "all@contoso.com"  # HELPDESK, a mailbox of fabrikam, and somebody outside
PARTNER = "partner@contoso.com"  # a contact for somebody outside
NOBODY = "nobody@contoso.com"
HANDED_ON = "anybody@plant.contoso.com"  # in an InternalRelay domain
DESK = "desk@fabrikam.com"
OUTSIDE = "someone@adatum.example"
TOKEN = "let-me-in"
OLD_TOKEN = "let-me-in-no-more"

HQ = "203.0.113.42"  # on contoso's connector
ELSEWHERE = "198.51.100.7"  # on nobody's


SHOP = "33333333-3333-3333-3333-333333333333"  # an application that signs in at Azure Communication Services
# The scanner signs in there under the same name, with the application's secret.
ACS_RESOURCE = AcsResource(
    "contoso-mail",
    datetime(2023, 6, 1, tzinfo=UTC),
    linked_domains=(a_domain("contoso.com"),),
    sender_usernames=(an_address(SCANNER),),
    smtp_usernames=(SmtpUsername(username=SCANNER, entra_application_id=SHOP),),
    role_assignments=(RoleAssignment(assignee=SHOP),),
)


def _mailbox(address: str, password: str, **changes: object) -> Mailbox:
    return a_mailbox(address, password=Secret(password), **changes)


def contoso(**changes: object) -> Tenant:
    tenant = Tenant(
        name="contoso",
        id="3f0c6a54-0d6f-4bd3-9a3c-6a1f0e7c1a01",
        licences=120,
        created=datetime(2019, 5, 1, tzinfo=UTC),
        accepted_domains=(
            AcceptedDomain(a_domain("contoso.com"), default=True),
            AcceptedDomain(a_domain("plant.contoso.com"), DomainType.INTERNAL_RELAY),
        ),
        mailboxes=(
            _mailbox(SCANNER, SCANNER_PASSWORD),
            _mailbox(APP, APP_PASSWORD, proxy_addresses=(an_address(ALIAS),)),
            a_mailbox(HELPDESK),
        ),
        recipient_permissions=(RecipientPermission(an_address(SCANNER), an_address(APP)),),
        distribution_groups=(
            DistributionGroup(an_address(EVERYBODY), (an_address(HELPDESK), an_address(DESK), an_address(OUTSIDE))),
        ),
        mail_contacts=(MailContact("Partner", an_address(OUTSIDE), (an_address(PARTNER),)),),
        inbound_connectors=(a_connector(HQ),),
        tokens=(
            FixedToken(Secret(TOKEN), an_address(APP), expires=datetime(2030, 1, 1, tzinfo=UTC)),
            FixedToken(Secret(OLD_TOKEN), an_address(APP), expires=datetime(2020, 10, 2, tzinfo=UTC)),
        ),
        app_registrations=(AppRegistration(SHOP, Secret(SCANNER_PASSWORD)),),
        acs_resources=(ACS_RESOURCE,),
    )
    return replace(tenant, **changes)  # type: ignore[arg-type]


def fabrikam(**changes: object) -> Tenant:
    return a_tenant("fabrikam", mailboxes=(a_mailbox(DESK),), **changes)


def two_tenants(*tenants: Tenant) -> World:
    """Make the two tenants' world, or one of the tenants given; fabrikam is there in any case."""
    mine = tenants or (contoso(),)
    return World(tenants=mine if any(tenant.name == "fabrikam" for tenant in mine) else (*mine, fabrikam()))


def with_scanner(**changes: object) -> World:
    """Change the scanner's mailbox."""
    scanner = _mailbox(SCANNER, SCANNER_PASSWORD, **changes)
    others = tuple(mailbox for mailbox in contoso().mailboxes if mailbox.address != scanner.address)
    return two_tenants(contoso(mailboxes=(scanner, *others)))


def with_organization(**changes: object) -> World:
    return two_tenants(contoso(organization_config=replace(OrganizationConfig(), **changes)))  # type: ignore[arg-type]


def of(tenant: str, user: str) -> Tenant:
    """Make a tenant of one mailbox, for transcripts whose addresses are known."""
    domain = str(an_address(user).domain)
    token = FixedToken(Secret(TOKEN), an_address(user))
    return a_tenant(tenant, domain, mailboxes=(_mailbox(user, SCANNER_PASSWORD),), tokens=(token,))


BULK = "bulk@contoso.com"
BULK_PASSWORD = "battery staple"
BULK_TOKEN = "let-me-send"  # of an application that the account allows, until half past nine
OTHER_TOKEN = "let-me-send-too"  # of one that it does not


def with_high_volume_email(**changes: object) -> World:
    """Add an account of High Volume Email, and two tokens for it."""
    apps = [f"00000000-0000-4000-8000-{number:012d}" for number in (1, 2)]
    account = HveAccount(
        address=an_address(BULK),
        password=Secret(BULK_PASSWORD),
        allowed_apps=(contoso().app_object_id(apps[0]),),
    )
    ends = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    tokens = (
        FixedToken(Secret(BULK_TOKEN), an_address(BULK), apps[0], ends),
        FixedToken(Secret(OTHER_TOKEN), an_address(BULK), apps[1]),
    )
    return two_tenants(contoso(hve_accounts=(account,), tokens=tokens, **changes))


BLOCKS_BASIC = AuthenticationPolicy("Block Basic", allow_basic_auth_smtp=False, users=(an_address(SCANNER),))
BLOCKS_LEGACY = ConditionalAccessPolicy("Block legacy authentication")
_SWITCHED_OFF = TransportConfig(smtp_client_authentication_disabled=True)


def _partner(*networks: str, **changes: object) -> InboundConnector:
    blocks = {} if networks else {"sender_ip_addresses": ()}
    return a_connector(*networks, name="partner", connector_type=ConnectorType.PARTNER, **blocks, **changes)


def _by_certificate(name: str) -> InboundConnector:
    return a_connector(name="certificate", sender_ip_addresses=(), tls_sender_certificate_name=name)


def _rejecting_since(changed: datetime) -> OrganizationConfig:
    return OrganizationConfig(reject_direct_send=True, reject_direct_send_changed=changed)


def _a_site_that_is(reputation: Reputation) -> World:
    return replace(two_tenants(), sites=(Site("home", ip_address(ELSEWHERE), reputation=reputation),))


# The worlds that a golden dialogue can name.
WORLDS: dict[str, Callable[[], World]] = {
    "contoso": two_tenants,
    "basic re-enabled": lambda: two_tenants(contoso(basic_auth_smtp=Switch.ON)),
    "tenant switch off": lambda: two_tenants(contoso(transport_config=_SWITCHED_OFF)),
    "mailbox switch off": lambda: with_scanner(smtp_client_authentication_disabled=True),
    "tenant off, mailbox on": lambda: two_tenants(
        contoso(
            transport_config=_SWITCHED_OFF,
            mailboxes=(_mailbox(SCANNER, SCANNER_PASSWORD, smtp_client_authentication_disabled=False),),
        )
    ),
    "created in 2027": lambda: two_tenants(
        contoso(
            created=datetime(2027, 1, 2, tzinfo=UTC),
            transport_config=TransportConfig(smtp_client_authentication_disabled=False),
            basic_auth_smtp=Switch.ON,
        )
    ),
    "high volume email": with_high_volume_email,
    "high volume email and security defaults": lambda: with_high_volume_email(security_defaults=True),
    "policy": lambda: two_tenants(contoso(authentication_policies=(BLOCKS_BASIC,))),
    "security defaults": lambda: two_tenants(contoso(security_defaults=True)),
    "conditional access": lambda: two_tenants(contoso(conditional_access_policies=(BLOCKS_LEGACY,))),
    "conditional access and tenant switch off": lambda: two_tenants(
        contoso(conditional_access_policies=(BLOCKS_LEGACY,), transport_config=_SWITCHED_OFF)
    ),
    "account locked": lambda: with_scanner(account_locked=True),
    "account disabled": lambda: with_scanner(account_enabled=False),
    "second factor": lambda: with_scanner(mfa_required=True),
    "no licence": lambda: with_scanner(licensed=False),
    "mailbox full": lambda: with_scanner(send_quota_exceeded=True),
    "small mailbox": lambda: with_scanner(max_send_size=100),
    "legacy TLS allowed": lambda: two_tenants(contoso(transport_config=TransportConfig(allow_legacy_tls_clients=True))),
    "aliases kept": lambda: with_organization(send_from_alias_enabled=True),
    "direct send rejected": lambda: with_organization(reject_direct_send=True),
    "direct send rejected since 09:00": lambda: two_tenants(
        contoso(organization_config=_rejecting_since(datetime(2026, 11, 23, 9, tzinfo=UTC)))
    ),
    "partner by address": lambda: two_tenants(
        contoso(inbound_connectors=(_partner(HQ, restrict_domains_to_ip_addresses=True),))
    ),
    "partner by certificate": lambda: two_tenants(
        contoso(
            inbound_connectors=(
                _partner(tls_sender_certificate_name="mx.adatum.example", restrict_domains_to_certificate=True),
            )
        )
    ),
    "partner wants TLS": lambda: two_tenants(contoso(inbound_connectors=(_partner(ELSEWHERE),))),
    "certificate connector": lambda: two_tenants(
        contoso(inbound_connectors=(_by_certificate("relay.adatum.example"),)),
        fabrikam(inbound_connectors=(a_connector(ELSEWHERE),)),
    ),
    "blocklisted address": lambda: _a_site_that_is(Reputation.BLOCKLISTED),
    "banned address": lambda: _a_site_that_is(Reputation.BANNED),
    "shared address": lambda: two_tenants(contoso(), fabrikam(inbound_connectors=(a_connector(HQ),))),
    "alu.edu.gva.es": lambda: two_tenants(of("gva", "scanner@alu.edu.gva.es")),
    "example.au": lambda: two_tenants(of("example", "info@example.au")),
}
