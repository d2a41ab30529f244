"""The tenant MX, <tenant>.mail.protection.outlook.com: one file per stage, three for RCPT."""

from relaylab.rules.mx import auth, connect, data, delivery, inbound, mail, placement, rcpt, spoofing, standing

__all__ = ["auth", "connect", "data", "delivery", "inbound", "mail", "placement", "rcpt", "spoofing", "standing"]
