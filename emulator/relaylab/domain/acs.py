"""Azure Communication Services Email as an Azure administrator names it, and what a message through it is judged by.

Field names are the properties of ``Microsoft.Communication`` resources in snake_case; where the estate says nothing of
a domain it is one that works. Keys and secrets are held as ``Secret``.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_settings import AS_OBSERVED, EventSubscription, RestInterface
from relaylab.domain.address import Address, DomainName
from relaylab.domain.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relaylab.domain.token import TokenFacts

OWNER_ROLE: Final = "Communication and Email Service Owner"  # the built-in role of today (fact ACS-SMTP-10)
_ROLES_THAT_SEND: Final = frozenset({OWNER_ROLE.casefold(), "contributor", "owner"})
# What a custom role must hold (fact ACS-SMTP-10); actions are compared without regard to case, as Azure does.
ROLE_ACTIONS: Final = (
    "Microsoft.Communication/CommunicationServices/Read",
    "Microsoft.Communication/CommunicationServices/Write",
    "Microsoft.Communication/EmailServices/Write",
)
_AZURE_MANAGED: Final = DomainName("azurecomm.net")  # <guid>.azurecomm.net (fact ACS-DOM-06)
_READY_MADE: Final = "DoNotReply"  # the sender username that an Azure-managed domain is made with (fact ACS-DOM-06)


class DomainManagement(StrEnum):
    """Who looks after the DNS records of an e-mail domain (fact ACS-DOM-06)."""

    AZURE_MANAGED = "AzureManaged"
    CUSTOMER_MANAGED = "CustomerManaged"
    CUSTOMER_MANAGED_IN_EXCHANGE_ONLINE = "CustomerManagedInExchangeOnline"


class VerificationStatus(StrEnum):
    """How far the verification of one record has come (fact ACS-DOM-01)."""

    NOT_STARTED = "NotStarted"
    REQUESTED = "VerificationRequested"
    IN_PROGRESS = "VerificationInProgress"
    FAILED = "VerificationFailed"
    VERIFIED = "Verified"
    CANCELLATION_REQUESTED = "CancellationRequested"


class UserEngagementTracking(StrEnum):
    """Whether views and clicks of a domain's messages are tracked (fact ACS-DOM-07)."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationStates:
    """``verificationStates`` of an e-mail domain (fact ACS-DOM-01)."""

    domain: VerificationStatus = VerificationStatus.VERIFIED
    spf: VerificationStatus = VerificationStatus.VERIFIED
    dkim: VerificationStatus = VerificationStatus.VERIFIED
    dkim2: VerificationStatus = VerificationStatus.VERIFIED
    dmarc: VerificationStatus = VerificationStatus.VERIFIED

    @property
    def missing(self) -> tuple[str, ...]:
        """The records that a domain cannot send without and that are not verified; DMARC is not among them."""
        wanted = {"Domain": self.domain, "SPF": self.spf, "DKIM": self.dkim, "DKIM2": self.dkim2}
        return tuple(name for name, status in wanted.items() if status is not VerificationStatus.VERIFIED)


ALL_VERIFIED: Final = VerificationStates()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailDomain:
    """``Microsoft.Communication/emailServices/domains``; ``domain_management`` None follows from the name."""

    name: DomainName
    domain_management: DomainManagement | None = None
    verification_states: VerificationStates = ALL_VERIFIED
    user_engagement_tracking: UserEngagementTracking = UserEngagementTracking.DISABLED

    @property
    def is_azure_managed(self) -> bool:
        """True for a domain that Azure made and verified, ``<guid>.azurecomm.net``."""
        if self.domain_management is not None:
            return self.domain_management is DomainManagement.AZURE_MANAGED
        return self.name.is_within(_AZURE_MANAGED)

    @property
    def is_verified(self) -> bool:
        """True when every record that a domain cannot send without is verified."""
        return not self.verification_states.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpUsername:
    """``communicationServices/smtpUsernames`` (fact ACS-SMTP-07).

    ``username`` is what a client signs in with, free text or an address in a linked domain;
    ``entra_application_id`` and ``tenant_id`` (None: the tenant of the resource) say whose client secret it takes.
    """

    username: str
    entra_application_id: str
    tenant_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment:
    """``az role assignment create --assignee APPLICATION-ID --role ROLE --scope RESOURCE-ID`` (fact ACS-SMTP-10).

    ``actions`` are those of a custom role; they count where ``role`` is none of the built-in ones.
    """

    assignee: str
    role: str = OWNER_ROLE
    actions: tuple[str, ...] = ()

    @property
    def lets_send(self) -> bool:
        """True when the role is enough to send mail through the resource."""
        held = {action.casefold() for action in self.actions}
        return self.role.casefold() in _ROLES_THAT_SEND or held >= {action.casefold() for action in ROLE_ACTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionList:
    """``emailServices/domains/suppressionLists`` of a linked domain (fact ACS-DLV-10).

    ``list_name`` is the sender username, the part before the ``@``, that it holds for; None: every sender of the
    domain.
    """

    domain: DomainName
    list_name: str | None = None
    addresses: tuple[Address, ...] = ()

    def holds(self, sender: Address, recipient: Address) -> bool:
        """Tell whether mail of ``sender`` to ``recipient`` is suppressed."""
        named = self.list_name is None or self.list_name.casefold() == sender.local.casefold()
        return sender.domain == self.domain and named and recipient in self.addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsLimits:
    """What Azure support has raised the quota of custom domains to; None: as documented (facts ACS-LIM-01, -02).

    The quota of an Azure-managed domain is never raised (facts ACS-LIM-03, ACS-LIM-09), so there is no field for it.
    """

    sends_per_minute: int | None = None
    sends_per_hour: int | None = None
    status_per_minute: int | None = None
    status_per_hour: int | None = None


AS_DOCUMENTED: Final = AcsLimits()


@dataclass(frozen=True, slots=True)
class AcsResource:
    """``Microsoft.Communication/communicationServices``: a resource with Email, and the domains linked to it.

    ``access_key`` is the primary key; keys that are left out are derived from the name, so that every resource has two.
    ``linked_domains`` may send, ``domains`` says more of these and of others; ``sender_usernames`` are the configured
    MailFrom addresses. Quotas count per ``subscription_id`` (None: the tenant has one subscription).
    """

    name: str
    created: datetime
    access_key: Secret | None = None
    linked_domains: tuple[DomainName, ...] = ()
    sender_usernames: tuple[Address, ...] = ()
    secondary_access_key: Secret | None = None
    data_location: str = "United States"
    subscription_id: str | None = None
    domains: tuple[EmailDomain, ...] = ()
    smtp_usernames: tuple[SmtpUsername, ...] = ()
    role_assignments: tuple[RoleAssignment, ...] = ()
    suppression_lists: tuple[SuppressionList, ...] = ()
    limits: AcsLimits = AS_DOCUMENTED
    rest: RestInterface = AS_OBSERVED
    event_subscriptions: tuple[EventSubscription, ...] = ()

    @property
    def keys(self) -> tuple[Secret, Secret]:
        """The primary and the secondary access key."""
        return (
            self.access_key or _derived_key(self.name, "primary"),
            self.secondary_access_key or _derived_key(self.name, "secondary"),
        )

    @property
    def host_name(self) -> str:
        """The host of its endpoint (fact ACS-REST-04)."""
        return f"{self.name.lower()}.communication.azure.com"

    @property
    def host_names(self) -> tuple[str, ...]:
        """That host, and with the label of where its data are, which may follow the name (fact ACS-REST-04)."""
        label = "".join(letter for letter in self.data_location.lower() if letter.isascii() and letter.isalnum())
        plain = self.host_name
        return (plain, plain.replace(".", f".{label}.", 1)) if label else (plain,)

    def email_domain(self, name: DomainName) -> EmailDomain:
        """Give what is known of a domain; one that the estate says nothing of is verified."""
        return next((one for one in self.domains if one.name == name), EmailDomain(name=name))

    def links(self, name: DomainName) -> bool:
        """Tell whether a domain is linked to the resource; a subdomain of a linked one is another domain."""
        return name in self.linked_domains

    @property
    def mail_froms(self) -> tuple[Address, ...]:
        """The configured MailFrom addresses, the ready-made ones of Azure-managed domains among them."""
        made = (name for name in self.linked_domains if self.email_domain(name).is_azure_managed)
        return tuple(dict.fromkeys((*self.sender_usernames, *(Address(_READY_MADE, name) for name in made))))

    def roles_of(self, app_id: str) -> Iterator[RoleAssignment]:
        """Give the role assignments of an application on the resource."""
        return (one for one in self.role_assignments if one.assignee.casefold() == app_id.casefold())

    def lets_send(self, app_id: str) -> bool:
        """Tell whether an application has a role on the resource that is enough to send."""
        return any(one.lets_send for one in self.roles_of(app_id))

    def admits(self, token: TokenFacts) -> bool:
        """Tell whether a token's application, or whoever its object id stands for, has such a role."""
        return any(one and self.lets_send(one) for one in (token.app_id, token.object_id))

    def suppresses(self, sender: Address, recipient: Address) -> bool:
        """Tell whether a suppression list of the customer's own holds the recipient for this sender."""
        return any(one.holds(sender, recipient) for one in self.suppression_lists)

    def words(self, sender: Address | None) -> Mapping[str, str]:
        """Give the words for the blanks of replies and fixes that are about a sender."""
        return {
            "resource": self.name,
            "acs_sender": str(sender or "<>"),
            "acs_domain": str(sender.domain) if sender else "(no domain)",
            "acs_username": sender.local if sender else "",
            "acs_unverified": ", ".join(self.email_domain(sender.domain).verification_states.missing) if sender else "",
        }


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one rolling window has room for: ``used`` of ``allowed``; ``frees_at`` is when there is room again."""

    used: int
    allowed: int
    frees_at: datetime | None = None

    @property
    def is_used_up(self) -> bool:
        """True when nothing more fits."""
        return self.used >= self.allowed


@dataclass(frozen=True, slots=True)
class SendingQuota:
    """Both windows that a call must fit in (facts ACS-LIM-01 to ACS-LIM-04)."""

    minute: Allowance
    hour: Allowance

    @property
    def is_used_up(self) -> bool:
        """True when one of the windows has no room."""
        return self.minute.is_used_up or self.hour.is_used_up

    def words(self) -> Mapping[str, str]:
        """Give the words for the blanks of fixes: how much each window allows."""
        return {"acs_per_minute": str(self.minute.allowed), "acs_per_hour": str(self.hour.allowed)}

    def retry_after(self, now: datetime) -> int:
        """Give the whole seconds until there is room in both windows, at least one."""
        ends = [one.frees_at for one in (self.minute, self.hour) if one.is_used_up and one.frees_at is not None]
        longest = max(((end - now).total_seconds() for end in ends), default=0.0)
        return max(1, -int(-longest // 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message through Email at the instant it is judged, whichever way it came in.

    ``senders`` are the addresses it claims to be from: ``senderAddress`` in REST, the From field and MAIL FROM in SMTP.
    ``recipients`` counts those of the envelope, ``size`` is in octets: of the message in SMTP, of the request in REST.
    """

    resource: AcsResource
    senders: tuple[Address, ...]
    recipients: int
    size: int
    quota: SendingQuota

    @property
    def unlinked(self) -> tuple[Address, ...]:
        """The senders whose domain is not linked to the resource."""
        return tuple(one for one in self.senders if not self.resource.links(one.domain))

    @property
    def unverified(self) -> tuple[Address, ...]:
        """The senders whose domain is linked and has a record that is not verified."""
        linked = (one for one in self.senders if self.resource.links(one.domain))
        return tuple(one for one in linked if not self.resource.email_domain(one.domain).is_verified)

    @property
    def unknown(self) -> tuple[Address, ...]:
        """The senders that are no configured MailFrom address."""
        return tuple(one for one in self.senders if one not in self.resource.mail_froms)

    @property
    def objectionable(self) -> Address | None:
        """The sender that stands in the way, or else the first."""
        return next(iter((*self.unlinked, *self.unverified, *self.unknown, *self.senders)), None)

    def words(self) -> Mapping[str, str]:
        """Give the words for the blanks of replies and fixes."""
        return {
            **self.resource.words(self.objectionable),
            **self.quota.words(),
            "acs_recipients": str(self.recipients),
        }

    def evidence(self) -> tuple[str, ...]:
        """Say which resource sends as whom, and what its windows have room for."""
        minute, hour = self.quota.minute, self.quota.hour
        return (
            f"ACS resource {self.resource.name} sends as {', '.join(map(str, self.senders)) or 'nobody'}",
            f"sends: {minute.used} of {minute.allowed} in a minute, {hour.used} of {hour.allowed} in an hour",
        )


def _derived_key(name: str, which: str) -> Secret:
    """Derive an access key as Azure prints one, 64 octets in base64: the same resource has the same in every world."""
    return Secret(
        base64.b64encode(hashlib.sha512(f"relaylab access key\0{name.lower()}\0{which}".encode()).digest()).decode()
    )
