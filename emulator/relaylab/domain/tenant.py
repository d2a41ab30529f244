"""A tenant and what it owns, as an Exchange or Entra administrator would name it.

Field names are the property names of the cmdlets in snake_case; each class names the cmdlet that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address, DomainName
from relaylab.domain.anti_spoof import DEFAULT_POLICY, AntiPhishPolicy
from relaylab.domain.directory import (
    DEFAULT_TOKEN_SERVICE,
    ClientAppTypes,
    Control,
    TokenService,
    UserType,
    object_id,
)
from relaylab.domain.recipients import (
    NO_SENDER_IS_BLOCKED,
    NOBODY_IS_BLOCKED,
    HostedConnectionFilterPolicy,
    TenantAllowBlockList,
)

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.connector import InboundConnector
    from relaylab.domain.directory import (
        AppRegistration,
        MailboxPermission,
        ManagementRoleAssignment,
        ServicePrincipal,
        Spreading,
        TokenFault,
        TrustedIssuer,
    )
    from relaylab.domain.hve import HveAccount
    from relaylab.domain.recipients import DynamicDistributionGroup, MailUser, SpoofItem
    from relaylab.domain.secret import Secret

MB: Final = 1024 * 1024
# "Created after January 2020" (fact CS-EN-01). No milestone: no answer changes on this day, only who is born with it.
SMTP_AUTH_OFF_FOR_NEW_TENANTS: Final = datetime(2020, 2, 1, tzinfo=UTC)


class Switch(StrEnum):
    """A switch with a factory setting."""

    DEFAULT = "default"
    ON = "on"
    OFF = "off"


class DomainType(StrEnum):
    """``Get-AcceptedDomain``, DomainType; ExternalRelay does not exist in the cloud (fact MX-RCP-01)."""

    AUTHORITATIVE = "Authoritative"
    INTERNAL_RELAY = "InternalRelay"


class OutboundRestriction(StrEnum):
    """What Microsoft holds against the tenant's mail to the outside (fact MX-ERR-27)."""

    NONE = "none"
    THRESHOLD_EXCEEDED = "threshold_exceeded"  # 5.7.705
    TRAFFIC_NOT_ACCEPTED = "traffic_not_accepted"  # 5.7.708, from the address it comes from
    UNREGISTERED_DOMAINS = "unregistered_domains"  # 5.7.750, for senders in no accepted domain


class MailFlowIncident(StrEnum):
    """What goes wrong in the service for a tenant's mail at the moment (fact MX-ERR-34); it passes by itself."""

    NONE = "none"
    SERVER_ERROR = "server_error"  # 4.3.2 ATTR17
    DIRECTORY_ERROR = "directory_error"  # 4.4.3 ATTR18
    UNABLE_TO_RELAY = "unable_to_relay"  # 4.7.1 ATTR14
    NO_RESOURCES = "no_resources"  # 4.3.1
    QUEUE_QUOTA = "queue_quota"  # 4.7.3


@dataclass(frozen=True, slots=True)
class TransportConfig:
    """``Get-TransportConfig``; None follows the factory setting of the tenant's creation date (fact CS-EN-01)."""

    smtp_client_authentication_disabled: bool | None = None
    allow_legacy_tls_clients: bool = False


@dataclass(frozen=True, slots=True)
class OrganizationConfig:
    """``Get-OrganizationConfig``; ``reject_direct_send_changed`` is when RejectDirectSend was set to what it is."""

    reject_direct_send: bool = False
    reject_direct_send_changed: datetime | None = None
    send_from_alias_enabled: bool = False
    default_authentication_policy: str | None = None

    def rejects_direct_send(self, now: datetime, delay: timedelta) -> bool:
        """Tell what holds at ``now``: a change takes ``delay`` to apply, and before it the opposite holds."""
        changed = self.reject_direct_send_changed
        has_come = changed is None or now - changed >= delay
        return self.reject_direct_send if has_come else not self.reject_direct_send


@dataclass(frozen=True, slots=True)
class AcceptedDomain:
    """``Get-AcceptedDomain`` (fact MX-RCP-06).

    ``when_created`` is when the domain was added (None: with the tenant), ``mail_exchange`` the host that Microsoft
    names for its MX record where that cannot be derived (fact MX-DNS-02). ``match_sub_domains`` takes every subdomain
    in; ``mail_flow_region`` is the region that its mail belongs to (None: whichever it arrives in).
    ``ipv6_for_accepted_domain`` is what ``Enable-`` and ``Disable-IPv6ForAcceptedDomain`` set (fact COR-01).
    """

    name: DomainName
    domain_type: DomainType = DomainType.AUTHORITATIVE
    default: bool = False
    when_created: datetime | None = None
    mail_exchange: DomainName | None = None
    match_sub_domains: bool = False
    sending_from_domain_disabled: bool = False
    sending_to_domain_disabled: bool = False
    outbound_only: bool = False
    mail_flow_region: str | None = None
    ipv6_for_accepted_domain: Switch = Switch.DEFAULT

    @property
    def receives(self) -> bool:
        """False for a domain that takes no mail."""
        return not (self.sending_to_domain_disabled or self.outbound_only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """``Get-Mailbox`` and ``Get-CASMailbox``; None for a switch means that the tenant's value holds.

    ``recipient_limits`` is recipients per message, ``max_send_size`` octets. ``account_enabled`` is Entra's sign-in
    state, ``mfa_required`` a per-user demand for a second factor, ``mfa_registered`` tells whether the user has one to
    show, ``risky`` a user at high risk; refresh tokens from before ``sign_in_sessions_valid_from`` are revoked.
    ``send_quota_exceeded`` is a full mailbox.
    """

    address: Address
    password: Secret | None = None
    smtp_client_authentication_disabled: bool | None = None
    recipient_limits: int = 500
    max_send_size: int = 35 * MB
    proxy_addresses: tuple[Address, ...] = ()
    licensed: bool = True
    account_enabled: bool = True
    account_locked: bool = False
    mfa_required: bool = False
    mfa_registered: bool = True
    password_expired: bool = False
    risky: bool = False
    user_type: UserType = UserType.MEMBER
    sign_in_sessions_valid_from: datetime | None = None
    send_quota_exceeded: bool = False
    restricted_sender: bool = False
    require_sender_authentication_enabled: bool = False
    accept_messages_only_from: tuple[Address, ...] = ()

    def owns(self, address: Address) -> bool:
        """Tell whether ``address`` is the primary or a proxy address of this mailbox."""
        return address == self.address or address in self.proxy_addresses


@dataclass(frozen=True, slots=True)
class RecipientPermission:
    """``Get-RecipientPermission``: ``trustee`` may send as ``identity``.

    ``granted`` is the instant of ``Add-RecipientPermission``, from which the permission delay counts; None: long ago.
    """

    identity: Address
    trustee: Address
    access_rights: tuple[str, ...] = ("SendAs",)
    granted: datetime | None = None

    @property
    def allows_send_as(self) -> bool:
        """True when the rights hold SendAs."""
        return "SendAs" in self.access_rights


@dataclass(frozen=True, slots=True)
class AuthenticationPolicy:
    """``Get-AuthenticationPolicy``; Basic for SMTP is blocked unless the policy allows it (fact CS-EN-04)."""

    name: str
    allow_basic_auth_smtp: bool = False
    users: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionalAccessPolicy:
    """A Conditional Access policy for everybody but the excluded users; by default it blocks legacy authentication.

    ``risky_users_only`` narrows it to users at risk, ``include_service_principals`` are the applications (app ids) that
    it blocks as workload identities. ``built_in_controls`` is what it demands, all of it; where it is left out it is
    ``built_in_control``.
    """

    name: str
    enabled: bool = True
    exclude_users: tuple[Address, ...] = ()
    client_app_types: ClientAppTypes = ClientAppTypes.OTHER
    built_in_control: Control = Control.BLOCK
    risky_users_only: bool = False
    include_service_principals: tuple[str, ...] = ()
    built_in_controls: tuple[Control, ...] = ()

    def blocks(self, user: Address) -> bool:
        """Tell whether a password sign-in of ``user`` is blocked; a second factor cannot be shown there either."""
        return self.enabled and user not in self.exclude_users and not self.risky_users_only

    def demands(self, control: Control, user: Mailbox) -> bool:
        """Tell whether a token for ``user`` meets this control."""
        return (
            self.enabled
            and self.client_app_types is ClientAppTypes.ALL
            and control in (self.built_in_controls or (self.built_in_control,))
            and user.address not in self.exclude_users
            and (user.risky or not self.risky_users_only)
        )

    def blocks_app(self, app_id: str) -> bool:
        """Tell whether tokens of an application for itself are blocked."""
        return self.enabled and app_id in self.include_service_principals


@dataclass(frozen=True, slots=True)
class DistributionGroup:
    """``Get-DistributionGroup`` with its members, who may be outside the tenant.

    RequireSenderAuthenticationEnabled is off here unless it is set: an estate that says nothing of it is one whose
    groups work.
    """

    address: Address
    members: tuple[Address, ...] = ()
    require_sender_authentication_enabled: bool = False
    accept_messages_only_from: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class MailContact:
    """``Get-MailContact``: a directory object that receives at an outside address, and never a relay."""

    name: str
    external_email_address: Address
    proxy_addresses: tuple[Address, ...] = ()
    require_sender_authentication_enabled: bool = False
    accept_messages_only_from: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class FixedToken:
    """An access token the world simply knows, for worlds without the token endpoint."""

    value: Secret
    user: Address
    app_id: str | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One Microsoft 365 organisation. ``name`` is the label of ``<name>.onmicrosoft.com``; ``id`` its directory id.

    ``licences`` counts paid mail licences, ``seats`` Exchange seats (None: as many as licences), ``created`` is when
    the organisation was made. ``basic_auth_smtp`` is the tenant's switch after the cutover. A tenant without a licence
    that is no trial has no mail-enabled subscription (fact MX-ERR-33).
    """

    name: str
    id: str
    licences: int = 25
    seats: int | None = None
    trial: bool = False
    created: datetime = datetime(2015, 1, 1, tzinfo=UTC)
    security_defaults: bool = False
    basic_auth_smtp: Switch = Switch.DEFAULT
    transport_config: TransportConfig = TransportConfig()
    organization_config: OrganizationConfig = OrganizationConfig()
    anti_phish_policy: AntiPhishPolicy = DEFAULT_POLICY
    hosted_connection_filter_policy: HostedConnectionFilterPolicy = NOBODY_IS_BLOCKED
    tenant_allow_block_list: TenantAllowBlockList = NO_SENDER_IS_BLOCKED
    tenant_allow_block_list_spoof_items: tuple[SpoofItem, ...] = ()
    outbound_restriction: OutboundRestriction = OutboundRestriction.NONE
    mail_flow_incident: MailFlowIncident = MailFlowIncident.NONE
    accepted_domains: tuple[AcceptedDomain, ...] = ()
    mailboxes: tuple[Mailbox, ...] = ()
    recipient_permissions: tuple[RecipientPermission, ...] = ()
    authentication_policies: tuple[AuthenticationPolicy, ...] = ()
    conditional_access_policies: tuple[ConditionalAccessPolicy, ...] = ()
    distribution_groups: tuple[DistributionGroup, ...] = ()
    dynamic_distribution_groups: tuple[DynamicDistributionGroup, ...] = ()
    mail_contacts: tuple[MailContact, ...] = ()
    mail_users: tuple[MailUser, ...] = ()
    inbound_connectors: tuple[InboundConnector, ...] = ()
    app_registrations: tuple[AppRegistration, ...] = ()
    service_principals: tuple[ServicePrincipal, ...] = ()
    mailbox_permissions: tuple[MailboxPermission, ...] = ()
    management_role_assignments: tuple[ManagementRoleAssignment, ...] = ()
    trusted_issuers: tuple[TrustedIssuer, ...] = ()
    token_service: TokenService = DEFAULT_TOKEN_SERVICE
    token_faults: tuple[TokenFault, ...] = ()
    tokens: tuple[FixedToken, ...] = ()
    hve_accounts: tuple[HveAccount, ...] = ()
    acs_resources: tuple[AcsResource, ...] = ()
    _domains: dict[str, AcceptedDomain] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        """Index the accepted domains by text, which Python hashes once; every tenant owns its ``onmicrosoft.com``."""
        domains = {self.initial_domain.name: AcceptedDomain(self.initial_domain)}
        domains |= {domain.name.name: domain for domain in self.accepted_domains}
        object.__setattr__(self, "_domains", domains)

    @property
    def initial_domain(self) -> DomainName:
        """``<name>.onmicrosoft.com``, which Microsoft calls the MOERA domain."""
        return DomainName(f"{self.name.lower()}.onmicrosoft.com")

    @property
    def exchange_seats(self) -> int:
        """Seats that decide the tenant's place in a roll-out."""
        return self.licences if self.seats is None else self.seats

    @property
    def smtp_auth_is_disabled(self) -> bool:
        """The tenant's SmtpClientAuthenticationDisabled; new tenants are born with it on (fact CS-EN-01)."""
        explicit = self.transport_config.smtp_client_authentication_disabled
        return self.created >= SMTP_AUTH_OFF_FOR_NEW_TENANTS if explicit is None else explicit

    def when_added(self, domain: AcceptedDomain) -> datetime:
        """Give the instant at which an accepted domain was added."""
        return domain.when_created or self.created

    def owns(self, domain: DomainName) -> bool:
        """Tell whether ``domain`` is an accepted domain, or a subdomain of one that matches them."""
        return self.accepted_domain(domain) is not None

    def accepted_domain(self, domain: DomainName) -> AcceptedDomain | None:
        """Give the accepted domain of that name, else the nearest above it that matches subdomains (MX-RCP-06)."""
        exact = self._domains.get(domain.name)
        if exact is not None:
            return exact
        above = (self._domains.get(parent.name) for parent in domain.parents())
        return next((one for one in above if one is not None and one.match_sub_domains), None)

    @property
    def domains(self) -> tuple[AcceptedDomain, ...]:
        """Every accepted domain, the initial one included."""
        return tuple(self._domains.values())

    def policy_of(self, mailbox: Mailbox | HveAccount) -> AuthenticationPolicy | None:
        """Give the authentication policy in force for an account: its own, else the organisation's default."""
        own = next((policy for policy in self.authentication_policies if mailbox.address in policy.users), None)
        default = self.organization_config.default_authentication_policy
        return own or next((policy for policy in self.authentication_policies if policy.name == default), None)

    def may_send_as(self, mailbox: Mailbox, address: Address, now: datetime) -> bool:
        """Tell whether ``mailbox`` may send as ``address``: its own address, or a SendAs grant that has spread."""
        return mailbox.owns(address) or None in self.send_as_grants(mailbox, address, now)

    def send_as_grants(self, mailbox: Mailbox, address: Address, now: datetime) -> tuple[Spreading | None, ...]:
        """Give the SendAs grants of ``mailbox`` on ``address``, each as it spreads: None where it has."""
        return tuple(
            self.token_service.spreading("SendAs", grant.granted, now)
            for grant in self.recipient_permissions
            if grant.allows_send_as and grant.trustee == mailbox.address and grant.identity == address
        )

    def service_principal(self, app_id: str) -> ServicePrincipal | None:
        """Give the service principal that Exchange was told of for an application."""
        return next((one for one in self.service_principals if one.app_id == app_id), None)

    def app_object_id(self, app_id: str) -> str:
        """Give the object id of an application's enterprise application here, which its own tokens carry."""
        app = next((one for one in self.app_registrations if one.app_id == app_id), None)
        if app is not None and app.service_principal_id is not None:
            return app.service_principal_id
        known = self.service_principal(app_id)
        return known.object_id if known else object_id(self.id, app_id)

    def full_access_grants(self, user: Address, mailbox: Mailbox, now: datetime) -> tuple[Spreading | None, ...]:
        """Give the FullAccess grants of ``user`` on ``mailbox``, each as it spreads: None where it has."""
        return tuple(
            self.token_service.spreading("FullAccess", grant.granted, now)
            for grant in self.mailbox_permissions
            if grant.user == user and grant.identity == mailbox.address and "FullAccess" in grant.access_rights
        )
