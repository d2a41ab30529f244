"""Conditions that several kinds of request share, and the ways out that go with them.

Each is the sentence and the expression of a rule; the file of a request makes the rule of it.
"""

from __future__ import annotations

import re
from typing import Final

from relaylab.domain.directory import SignInAudience
from relaylab.domain.entra import DirectoryAsk, ScopeFlaw, UserAsk
from relaylab.domain.identity import Credential
from relaylab.rules import limits

_TENANT: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?(?:\.[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?)*")

FIX_TENANT: Final = "Use the tenant's id or one of its domains in the path: {tenant_name} is none of this world's."
FIX_APP: Final = (
    "Use the Application (client) ID of an application that is registered in tenant {tenant}, or ask the tenant in "
    "which it is: {client_id} is not registered here ([[tenant.app_registration]])."
)
FIX_APP_DISABLED: Final = "Update-MgServicePrincipal for application {client_id} with -AccountEnabled:$true"
FIX_MULTI_TENANT: Final = (
    "Use the tenant's id in place of {tenant_name}, or Update-MgApplication with -SignInAudience AzureADMultipleOrgs"
)
FIX_SCOPE: Final = (
    "Ask for https://outlook.office365.com/.default (an application for itself), or for "
    "https://outlook.office.com/SMTP.Send and offline_access (for a user), not for {scope}."
)
FIX_LOCKED: Final = "Wait for the lock-out of {user} to end, or unlock it in Entra, and correct the password."
FIX_CREDENTIALS: Final = "Correct the password of {user}; no flow for devices should need one: use a device code."
FIX_NULL: Final = "Give {user} a password (Update-MgUser -PasswordProfile; password in the world file)."
FIX_USER: Final = "Sign in as a user of tenant {tenant}: {user} is none ([[tenant.mailbox]])."
FIX_EXPIRED: Final = "Let {user} change the password (Update-MgUser -PasswordProfile), then sign in again."
FIX_DISABLED: Final = "Update-MgUser -UserId {user} -AccountEnabled"
FIX_BLOCKED: Final = "Exclude {user} or application {client_id} from the Conditional Access policy that blocks them."


def tenant_is_malformed(ask: DirectoryAsk) -> bool:
    """What is neither a GUID nor a domain name is no tenant."""
    return not ask.is_common and ask.tenant is None and _TENANT.fullmatch(ask.tenant_name) is None


def tenant_is_unknown(ask: DirectoryAsk) -> bool:
    """A tenant that does not exist has no endpoints."""
    return not ask.is_common and ask.tenant is None


def parameter_is_missing(ask: DirectoryAsk) -> bool:
    """A request without a parameter that it needs is refused, and names the first that is missing."""
    return ask.missing is not None


def application_is_unknown(ask: DirectoryAsk) -> bool:
    """An application must be registered in the directory that is asked."""
    return ask.app is None


def application_is_disabled(ask: DirectoryAsk) -> bool:
    """A disabled application gets nothing."""
    return ask.app is not None and not ask.app.account_enabled


def application_is_of_one_tenant(ask: DirectoryAsk) -> bool:
    """An application of one tenant cannot be used at common, organizations and consumers."""
    return ask.is_common and ask.app is not None and ask.app.sign_in_audience is SignInAudience.MY_ORG


def scope_has_two_resources(ask: DirectoryAsk) -> bool:
    """One token is for one resource."""
    return ask.scope_flaw is ScopeFlaw.TWO_RESOURCES


def scope_has_no_resource(ask: DirectoryAsk) -> bool:
    """A scope must name a resource."""
    return ask.scope_flaw is ScopeFlaw.NO_RESOURCE


def scope_is_invalid(ask: DirectoryAsk) -> bool:
    """A scope must be a permission that its resource knows."""
    return ask.scope_flaw is ScopeFlaw.INVALID


def resource_is_unknown(ask: DirectoryAsk) -> bool:
    """The resource of a scope must be present in the tenant."""
    return ask.scope_flaw is ScopeFlaw.UNKNOWN_RESOURCE


def user_is_unknown(ask: UserAsk) -> bool:
    """Who signs in must be a user of the directory."""
    return ask.user is None and ask.is_for_a_user


def user_is_locked(ask: UserAsk) -> bool:
    """A locked account is refused, and so is a name after ten wrong passwords."""
    return ask.user is not None and (ask.user.account_locked or ask.recent_failures >= limits.FAILED_SIGN_INS)


def password_is_wrong(ask: UserAsk) -> bool:
    """The password must be the user's."""
    return ask.password is Credential.WRONG


def password_is_null(ask: UserAsk) -> bool:
    """A user without a password cannot sign in with one."""
    return ask.password is not Credential.MATCHES and ask.user is not None and ask.user.password is None


def password_has_expired(ask: UserAsk) -> bool:
    """An expired password must be changed before anything else."""
    return ask.user is not None and ask.user.password_expired


def user_is_disabled(ask: UserAsk) -> bool:
    """A user whose sign-in is disabled gets no token; a shared mailbox is such a user."""
    return ask.user is not None and not ask.user.account_enabled


def user_is_blocked(ask: UserAsk) -> bool:
    """Conditional Access can block users, or users at risk, from every application."""
    return ask.blocked


def second_factor_must_be_registered(ask: UserAsk) -> bool:
    """Who must show a second factor and has none must register one first."""
    return ask.needs_second_factor and ask.user is not None and not ask.user.mfa_registered


def application_is_not_for_consumers(ask: DirectoryAsk) -> bool:
    """An application of an organization is not for personal accounts."""
    return ask.tenant_name.lower() == "consumers" and ask.app is not None


def resource_is_of_the_old_endpoint(ask: DirectoryAsk) -> bool:
    """A request of v2.0 names a scope and no resource."""
    return ask.names_resource
