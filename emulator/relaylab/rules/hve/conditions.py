"""What is asked at several stages of High Volume Email: whose message it is, how large, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.rules import limits

if TYPE_CHECKING:
    from relaylab.domain.asks import DataAsk, MailAsk

FIX_SIZE: Final = "Send less than 10 MB: a link in place of the attachment, or the attachments in several messages."
FIX_ACCOUNT: Final = (
    "Sign in with a High Volume Email account: New-MailUser -HVEAccount -Name NAME -PrimarySmtpAddress ADDRESS "
    "-Password (Read-Host -AsSecureString) makes one; {mailbox} is a mailbox, and belongs to smtp.office365.com."
)
FIX_APP: Final = (
    "Add-HVEAppAccess -Identity {mailbox} -AppIds {app} (the Object ID under Enterprise applications, not the "
    "application id), and wait five minutes."
)
FIX_SENDER: Final = "Set MAIL FROM and From of the sender to {mailbox}."
FIX_OUTSIDE: Final = (
    "Take {recipient} out, or send to the outside another way: SMTP AUTH with OAuth, an inbound connector, or Azure "
    "Communication Services Email where the resource exists already."
)
FIX_BILLING: Final = (
    "Set-HVEAccountBillingPolicy -Identity {mailbox} -BillingPolicyId BILLING-POLICY-ID, of a policy that "
    "Get-BillingPolicy -ResourceType HVE shows and that is connected to High Volume Email; its status is {billing}."
)


def is_no_account(ask: MailAsk | DataAsk) -> bool:
    """Tell whether a mailbox is signed in."""
    return ask.principal is not None and ask.hve is None


def app_is_not_allowed(ask: MailAsk | DataAsk) -> bool:
    """Tell whether an application is signed in that is not on the account's Allowed Apps."""
    return ask.hve is not None and not ask.hve.app_is_allowed


def is_too_large(size: int | None) -> bool:
    """Tell whether a message is over the limit as it is sent."""
    return size is not None and size > limits.HVE_MESSAGE_SIZE


def is_too_large_decoded(size: int | None) -> bool:
    """Tell whether a message is over the limit once base64 is undone, if it is all base64."""
    return size is not None and size > limits.HVE_MESSAGE_SIZE_DECODED
