"""The columns by which exports are known, as cmdlets and portals write them: for a person who has to find one."""

from __future__ import annotations

from typing import Final

_WRITTEN: Final = {
    one.casefold().replace(" ", ""): one
    for one in (
        "AcceptMessagesOnlyFrom",
        "AllowBasicAuthSmtp",
        "AuthenticationPolicy",
        "Client app",
        "ConnectorType",
        "Directionality",
        "DomainName",
        "DomainType",
        "EmailAddresses",
        "ExternalEmailAddress",
        "FromIP",
        "GroupType",
        "HVEAccount",
        "IP address",
        "MemberJoinRestriction",
        "Members",
        "Messages sent",
        "Name",
        "PrimarySmtpAddress",
        "RecipientAddress",
        "RecipientLimits",
        "RecipientStatus",
        "RejectDirectSend",
        "SenderAddress",
        "SenderDomains",
        "SenderIPAddresses",
        "SmtpClientAuthenticationDisabled",
        "TlsSenderCertificateName",
        "UserPrincipalName",
        "Username",
        "WindowsEmailAddress",
    )
}


def written(column: str) -> str:
    """Write a squashed column as its export has it."""
    return _WRITTEN.get(column, column)
