"""What would let a message through at the tenant MX, said the same way by every rule that refuses it."""

from __future__ import annotations

from typing import Final

NEAREST: Final = "{nearest}"  # the connector that lacked least, with its cmdlet; empty where none comes into question
ADD_A_CONNECTOR: Final = (
    'Put {ip} on a connector: New-InboundConnector -Name "{ip}" -ConnectorType OnPremises -SenderDomains * '
    "-SenderIPAddresses {ip}"
)
OR_BY_ADDRESS: Final = "Or put {ip} on a connector: -SenderIPAddresses {ip}."
USE_IPV4: Final = (
    "Have the sender connect over IPv4, from an address that is on a connector: connectors hold IPv4 addresses only. "
    "Disable-IPv6ForAcceptedDomain takes IPv6 off the tenant's MX"
)
SEND_AS_THE_TENANT: Final = (
    "Send with a MAIL FROM in an accepted domain of the tenant that owns the connector; a connector by IP cannot relay "
    "an empty MAIL FROM."
)
CORRECT_THE_RECIPIENT: Final = "Correct the recipient {recipient} in the sender, or create it in tenant {tenant}."
SEND_LESS: Final = "Send less than 150 MiB, or have the device split the scan."
LEAVE_THE_BLOCKLIST: Final = (
    "Have {ip} removed at https://www.spamhaus.org/query/ip/{ip}; dynamic ranges of access providers are listed as a "
    "whole: send from a static address, or by SMTP AUTH with OAuth (port 587)."
)
