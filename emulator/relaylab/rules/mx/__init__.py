"""The tenant MX, <tenant>.mail.protection.outlook.com: one file per stage, five for RCPT, three for DATA."""

from relaylab.rules.mx import (
    auth,
    connect,
    data,
    delivery,
    inbound,
    incidents,
    ipv6,
    mail,
    placement,
    rcpt,
    recipients,
    spoofing,
    standing,
)

__all__ = [
    "auth",
    "connect",
    "data",
    "delivery",
    "inbound",
    "incidents",
    "ipv6",
    "mail",
    "placement",
    "rcpt",
    "recipients",
    "spoofing",
    "standing",
]
