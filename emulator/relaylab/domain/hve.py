"""High Volume Email: its accounts as an Exchange administrator names them, and who is signed in with one.

Field names are the property names of the cmdlets in snake_case. An account is a mail user without a mailbox and
without a licence (fact HVE-ACC-01).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.secret import Secret

MAIL_SEND: Final = "Mail.Send"  # the permission of Office 365 Exchange Online that HVE asks for (fact HVE-OAUTH-01)


class BillingPolicyStatus(StrEnum):
    """``Get-HVEAccountBillingPolicy``, BillingPolicyStatus; only the first lets an account send (fact HVE-BILL-01)."""

    VALID = "BillingPolicyValid"
    NOT_STORED = "NoProperBillingPolicyStored"
    NOT_FOUND = "BillingPolicyNotFound"
    MISMATCHED = "BillingPolicyMismatched"
    NOT_CONNECTED = "NoConnectedBillingPolicyFound"
    SUBSCRIPTION_IS_NOT_ACTIVE = "SubscriptionIsNotActive"
    NO_SPO_LICENCE = "NoSPOLicenseFound"


@dataclass(frozen=True, slots=True, kw_only=True)
class HveAccount:
    """``Get-MailUser -HVEAccount`` and ``Get-HVEAccountSettings``.

    ``allowed_apps`` are object ids of enterprise applications (fact HVE-OAUTH-05), ``reply_to`` is where replies go
    (fact HVE-ACC-05), ``account_enabled`` Entra's sign-in state.
    """

    address: Address
    password: Secret | None = None
    billing_policy_status: BillingPolicyStatus = BillingPolicyStatus.VALID
    proxy_addresses: tuple[Address, ...] = ()
    allowed_apps: tuple[str, ...] = ()
    reply_to: Address | None = None
    account_enabled: bool = True

    def owns(self, address: Address) -> bool:
        """Tell whether ``address`` is the primary or a proxy address of this account."""
        return address == self.address or address in self.proxy_addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class HveSender:
    """An account that is signed in, or about to be: by password, or with an application's token.

    ``app_object_id`` names the application behind a token (None: a password, or a fixed token of no application),
    ``expires`` is the end of the token, if it has one. ``registration`` is the application of a fixed token, which has
    no claims of its own (None: another token, or one of an application that the world does not describe).
    """

    account: HveAccount
    app_object_id: str | None = None
    expires: datetime | None = None
    registration: AppRegistration | None = None

    @property
    def app_is_allowed(self) -> bool:
        """True for a password, and for an application on the account's Allowed Apps."""
        return self.app_object_id is None or self.app_object_id in self.account.allowed_apps
