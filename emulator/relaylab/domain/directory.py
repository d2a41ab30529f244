"""Entra's side of a tenant: applications, what they may do, who else signs tokens, and what the token service is like.

Field names are the properties of Microsoft Graph and of the Exchange cmdlets in snake_case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from relaylab.domain.clock import iso

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.secret import Secret

SEND_AS_APP: Final = "SMTP.SendAsApp"  # the application permission for SMTP (fact OA-CC-03)
SMTP_SEND: Final = "SMTP.Send"  # the delegated one (fact OA-SC-01)
RBAC_ROLE: Final = "Application SMTP.SendAsApp"  # the management role that stands for FullAccess (fact OA-CHK-09)


class UserType(StrEnum):
    """``Get-MgUser``, UserType."""

    MEMBER = "Member"
    GUEST = "Guest"


class SignInAudience(StrEnum):
    """``Get-MgApplication``, SignInAudience."""

    MY_ORG = "AzureADMyOrg"
    MULTIPLE_ORGS = "AzureADMultipleOrgs"


class ClientAppTypes(StrEnum):
    """Which sign-ins a Conditional Access policy looks at: ``conditions.clientAppTypes``."""

    OTHER = "other"  # legacy authentication: passwords over SMTP
    ALL = "all"  # every token as well


class Control(StrEnum):
    """What a Conditional Access policy demands: ``grantControls.builtInControls``."""

    BLOCK = "block"
    MFA = "mfa"


class TokenFaultKind(StrEnum):
    """A bad day of the token endpoint."""

    THROTTLED = "throttled"  # 429 with Retry-After
    UNAVAILABLE = "unavailable"  # 503
    SERVER_ERROR = "server_error"  # 500
    BAD_GATEWAY = "bad_gateway"  # 502, a page and no JSON
    GATEWAY_TIMEOUT = "gateway_timeout"  # 504, a page and no JSON
    SLOW_DOWN = "slow_down"  # a device that waits for its user is told to ask less often
    SLOW = "slow"  # the right answer, late, whichever it is
    WRONG_AUDIENCE = "wrong_audience"  # a token for another service
    LOOP = "loop"  # the client is told that it asks the same in a loop
    ALMOST_EXPIRED = "almost_expired"  # a token with seconds to live

    @property
    def meets_everybody(self) -> bool:
        """True when it meets every request; those that change a token meet only who is given one."""
        return self not in {TokenFaultKind.WRONG_AUDIENCE, TokenFaultKind.ALMOST_EXPIRED, TokenFaultKind.SLOW_DOWN}


@dataclass(frozen=True, slots=True)
class PasswordCredential:
    """One client secret of an application; ``end_date_time`` None: it does not expire."""

    secret_text: Secret
    end_date_time: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Tell whether the secret is past its time."""
        return self.end_date_time is not None and self.end_date_time <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCredential:
    """One certificate of an application: the certificate itself (``key``, PEM), or its thumbprint in hexadecimal.

    With the thumbprint alone (SHA-1 or SHA-256) an assertion must carry the certificate in its ``x5c`` header.
    """

    key: str | None = None
    thumbprint: str | None = None
    end_date_time: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Tell whether the credential is past its time."""
        return self.end_date_time is not None and self.end_date_time <= now


@dataclass(frozen=True, slots=True)
class AppRegistration:
    """``Get-MgApplication``: an application registered in Entra.

    ``roles`` are its application permissions, ``scopes`` its delegated ones; without ``admin_consent`` roles are not
    granted and each user must consent. ``service_principal_id`` is the object id of the enterprise application, which
    tokens carry; where it is left out, it is the one that Exchange was told. ``account_enabled`` is its sign-in state,
    ``is_fallback_public_client`` "Allow public client flows".
    """

    app_id: str
    client_secret: Secret | None = None
    roles: tuple[str, ...] = ()
    display_name: str = "An application"
    service_principal_id: str | None = None
    password_credentials: tuple[PasswordCredential, ...] = ()
    key_credentials: tuple[KeyCredential, ...] = ()
    scopes: tuple[str, ...] = ()
    admin_consent: bool = True
    redirect_uris: tuple[str, ...] = ()
    is_fallback_public_client: bool = False
    account_enabled: bool = True
    sign_in_audience: SignInAudience = SignInAudience.MY_ORG

    @property
    def is_confidential(self) -> bool:
        """True when the application has a credential of its own to show."""
        return bool(self.client_secret or self.password_credentials or self.key_credentials)

    @property
    def permissions(self) -> tuple[str, ...]:
        """What its tokens can hold: the roles that an administrator has granted, and the scopes."""
        return (*(self.roles if self.admin_consent else ()), *self.scopes)


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """``Get-ServicePrincipal`` in Exchange, the mailboxes it has FullAccess on and the addresses it may send as.

    ``full_access_granted`` is the instant of ``Add-MailboxPermission``, from which the tenant's permission delay
    counts, ``send_as_granted`` that of ``Add-RecipientPermission``; None: long ago.
    """

    app_id: str
    object_id: str
    full_access: tuple[Address, ...] = ()
    send_as: tuple[Address, ...] = ()
    full_access_granted: datetime | None = None
    send_as_granted: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailboxPermission:
    """``Get-MailboxPermission``: ``user`` may open the mailbox ``identity``, as needed for a shared one.

    ``granted`` is the instant of ``Add-MailboxPermission``, from which the permission delay counts; None: long ago.
    """

    identity: Address
    user: Address
    access_rights: tuple[str, ...] = ("FullAccess",)
    granted: datetime | None = None


@dataclass(frozen=True, slots=True)
class ManagementRoleAssignment:
    """``Get-ManagementRoleAssignment`` of an application; without ``custom_resource_scope`` it holds for all.

    ``granted`` is the instant of ``New-ManagementRoleAssignment``, as for a permission.
    """

    app: str
    role: str = RBAC_ROLE
    custom_resource_scope: tuple[Address, ...] = ()
    granted: datetime | None = None

    def covers(self, mailbox: Address) -> bool:
        """Tell whether the application may use this mailbox."""
        return self.role == RBAC_ROLE and (not self.custom_resource_scope or mailbox in self.custom_resource_scope)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Somebody else whose tokens Exchange takes in this tenant; ``jwks`` is the key set as JSON."""

    issuer: str
    jwks: str


@dataclass(frozen=True, slots=True)
class TokenFault:
    """A fault of the token endpoint for an application (None: for all), ``times`` often (None: always).

    A request that it changes nothing for does not count.

    ``retry_after`` is in seconds and goes with ``throttled`` and ``unavailable``, ``seconds`` are real ones and go
    with ``slow``, or simulated ones that an almost expired token has to live.
    """

    kind: TokenFaultKind
    app_id: str | None = None
    times: int | None = None
    retry_after: int = 30
    seconds: int = 5
    audience: str = "https://graph.microsoft.com"


@dataclass(frozen=True, slots=True)
class Spreading:
    """A permission that was granted and has not reached every server yet."""

    what: str
    granted: datetime
    until: datetime

    def __str__(self) -> str:
        """Say so in a sentence."""
        return f"{self.what} was granted at {iso(self.granted)}, and spreads until {iso(self.until)}"


@dataclass(frozen=True, slots=True)
class TokenService:
    """How the token service treats a tenant; spans are of simulated time, in the unit of their name, else seconds.

    With ``sign_in_frequency_hours`` a user must sign in anew after so long, whatever refresh tokens there are.
    """

    access_token_lifetime: int = 3599
    device_code_lifetime: int = 900
    device_code_interval: int = 5
    refresh_token_inactive_days: int = 90
    permission_delay_minutes: int = 0
    sign_in_frequency_hours: int | None = None

    @property
    def permission_delay(self) -> timedelta:
        """How long a granted permission takes to reach every server."""
        return timedelta(minutes=self.permission_delay_minutes)

    def spreading(self, what: str, granted: datetime | None, now: datetime) -> Spreading | None:
        """Tell how a grant is on its way at an instant; None for one that has reached every server (OA-CHK-07)."""
        until = granted + self.permission_delay if granted is not None else None
        return Spreading(what, granted, until) if granted is not None and until is not None and now < until else None


DEFAULT_TOKEN_SERVICE: Final = TokenService()


def object_id(*path: str) -> str:
    """Derive a GUID: the same path has the same one in every world."""
    return str(uuid5(NAMESPACE_URL, "/".join(path)))
