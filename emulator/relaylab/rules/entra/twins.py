"""Refusals that several kinds of request have in common: condition, error, source and way out, each said once.

The file of a request makes the rule of it for its own ask, so that ids and order stay where the request is decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from relaylab.domain.decision import EffectKind
from relaylab.domain.entra import DirectoryAsk, UserAsk
from relaylab.rules.entra import conditions, errors, sources

if TYPE_CHECKING:
    from relaylab.domain.reply import OAuthError
    from relaylab.domain.source import Source
    from relaylab.engine.rule import Rule, RuleMaker

A = TypeVar("A", bound=DirectoryAsk)
B = TypeVar("B", bound=DirectoryAsk)


@dataclass(frozen=True, slots=True)
class Twin(Generic[A]):
    """A refusal without the request it is for."""

    condition: Callable[[A], bool]
    error: OAuthError
    source: Source
    fix: str

    def among(self: Twin[B], rule: RuleMaker, asks: type[B]) -> Rule[B]:
        """Make the rule of one kind of request."""
        made = rule(EffectKind.REFUSE, self.error, asks=asks, source=self.source, fix=self.fix)
        return made(self.condition)


TENANT_IS_MALFORMED: Final[Twin[DirectoryAsk]] = Twin(
    conditions.tenant_is_malformed, errors.TENANT_MALFORMED, sources.TENANT_MALFORMED, conditions.FIX_TENANT
)
TENANT_IS_UNKNOWN: Final[Twin[DirectoryAsk]] = Twin(
    conditions.tenant_is_unknown, errors.TENANT_NOT_FOUND, sources.TENANT_NOT_FOUND, conditions.FIX_TENANT
)
TENANT_IS_UNKNOWN_AT_DISCOVERY: Final[Twin[DirectoryAsk]] = Twin(
    conditions.tenant_is_unknown,
    errors.TENANT_NOT_FOUND_AT_DISCOVERY,
    sources.TENANT_NOT_FOUND_AT_DISCOVERY,
    conditions.FIX_TENANT,
)
PARAMETER_IS_MISSING: Final[Twin[DirectoryAsk]] = Twin(
    conditions.parameter_is_missing,
    errors.MISSING_PARAMETER,
    sources.MISSING_PARAMETER,
    "Send the parameter {missing} in the form.",
)
APPLICATION_IS_UNKNOWN: Final[Twin[DirectoryAsk]] = Twin(
    conditions.application_is_unknown, errors.APP_NOT_FOUND, sources.APP_NOT_FOUND, conditions.FIX_APP
)
APPLICATION_IS_DISABLED: Final[Twin[DirectoryAsk]] = Twin(
    conditions.application_is_disabled, errors.APP_DISABLED, sources.APP_DISABLED, conditions.FIX_APP_DISABLED
)
APPLICATION_IS_OF_ONE_TENANT: Final[Twin[DirectoryAsk]] = Twin(
    conditions.application_is_of_one_tenant, errors.SINGLE_TENANT, sources.COMMON, conditions.FIX_MULTI_TENANT
)
SCOPE_HAS_TWO_RESOURCES: Final[Twin[DirectoryAsk]] = Twin(
    conditions.scope_has_two_resources, errors.TWO_RESOURCES, sources.TWO_RESOURCES, conditions.FIX_SCOPE
)
SCOPE_HAS_NO_RESOURCE: Final[Twin[DirectoryAsk]] = Twin(
    conditions.scope_has_no_resource, errors.SCOPE_WITHOUT_RESOURCE, sources.SCOPE_INVALID, conditions.FIX_SCOPE
)
SCOPE_IS_INVALID: Final[Twin[DirectoryAsk]] = Twin(
    conditions.scope_is_invalid, errors.SCOPE_INVALID, sources.SCOPE_INVALID, conditions.FIX_SCOPE
)
RESOURCE_IS_UNKNOWN: Final[Twin[DirectoryAsk]] = Twin(
    conditions.resource_is_unknown, errors.RESOURCE_NOT_FOUND, sources.RESOURCE_NOT_FOUND, conditions.FIX_SCOPE
)
USER_IS_UNKNOWN: Final[Twin[UserAsk]] = Twin(
    conditions.user_is_unknown, errors.USER_NOT_FOUND, sources.USER_NOT_FOUND, conditions.FIX_USER
)
USER_IS_LOCKED: Final[Twin[UserAsk]] = Twin(
    conditions.user_is_locked, errors.LOCKED, sources.LOCKED, conditions.FIX_LOCKED
)
PASSWORD_IS_NULL: Final[Twin[UserAsk]] = Twin(
    conditions.password_is_null, errors.NULL_PASSWORD, sources.USER_STATE, conditions.FIX_NULL
)
PASSWORD_IS_WRONG: Final[Twin[UserAsk]] = Twin(
    conditions.password_is_wrong, errors.WRONG_PASSWORD, sources.WRONG_PASSWORD, conditions.FIX_CREDENTIALS
)
PASSWORD_HAS_EXPIRED: Final[Twin[UserAsk]] = Twin(
    conditions.password_has_expired, errors.PASSWORD_EXPIRED, sources.USER_STATE, conditions.FIX_EXPIRED
)
USER_IS_DISABLED: Final[Twin[UserAsk]] = Twin(
    conditions.user_is_disabled, errors.USER_DISABLED, sources.USER_STATE, conditions.FIX_DISABLED
)
USER_IS_BLOCKED: Final[Twin[UserAsk]] = Twin(
    conditions.user_is_blocked, errors.BLOCKED, sources.CONDITIONAL_ACCESS, conditions.FIX_BLOCKED
)
SECOND_FACTOR_MUST_BE_REGISTERED: Final[Twin[UserAsk]] = Twin(
    conditions.second_factor_must_be_registered,
    errors.SECOND_FACTOR_TO_REGISTER,
    sources.SECOND_FACTOR_TO_REGISTER,
    "Let {user} register a second factor (mfa_registered = true), or exclude the account from the demand for one.",
)
RESOURCE_IS_OF_THE_OLD_ENDPOINT: Final[Twin[DirectoryAsk]] = Twin(
    conditions.resource_is_of_the_old_endpoint,
    errors.RESOURCE_NOT_SUPPORTED,
    sources.RESOURCE_NOT_SUPPORTED,
    "Leave resource out and name it in the scope (https://outlook.office365.com/.default), or ask the v1.0 endpoint, "
    "whose path has no v2.0.",
)
APPLICATION_IS_NOT_FOR_CONSUMERS: Final[Twin[DirectoryAsk]] = Twin(
    conditions.application_is_not_for_consumers,
    errors.NOT_FOR_CONSUMERS,
    sources.NOT_FOR_CONSUMERS,
    "Use the tenant's id in place of consumers: mailboxes of Exchange Online belong to an organization.",
)
